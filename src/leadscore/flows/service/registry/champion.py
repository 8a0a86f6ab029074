"""Models out of the registry, opened from their parts: the live one, or any by its digest."""

from collections.abc import Mapping

from leadscore.flows.service.context import Champion
from leadscore.flows.service.ports import Work
from leadscore.model.bundle import Model, load_model
from leadscore.score.one_record import RecordScorer
from leadscore.score.tiers import tier_rule

__all__ = ["load_champion", "model_of", "open_parts"]


def load_champion(work: Work) -> Champion | None:
    """Return the model that is live, made ready to score; None where none is.

    Raises
    ------
    BadBundle
        If its parts are not what was added.
    """
    live = work.promotions.live()
    model = None if live is None else model_of(work, live.digest)
    return None if model is None else Champion(model=model, records=RecordScorer(model))


def model_of(work: Work, digest: str) -> Model | None:
    """Return the model with this digest, the whole one; None where it is not kept.

    Raises
    ------
    BadBundle
        If its parts are not what was added.
    """
    parts = work.models.parts(digest)
    return open_parts(parts) if parts else None


def open_parts(parts: Mapping[str, bytes]) -> Model:
    """Return the model in a bundle's parts, all of it checked, the tiers' thresholds among them.

    Raises
    ------
    BadBundle
        If a part is missing, unknown, changed or not what it should be.
    """
    model = load_model(parts)
    # the one part whose codec stands above the model's
    tier_rule(model)
    return model
