"""What every way is timed on: the same leads, and models that learned from the same ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.flows.bench.usual import Usual, usual_way
from leadscore.flows.ports import Teller, no_news
from leadscore.leads.schema import investor
from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.model.train import RecipeName, fit_model
from leadscore.world.seed import FIELDS, generate, to_leads

__all__ = ["LEARNED", "SINGLE", "Engines", "Scene", "make_scene"]

Singles = NDArray[np.float32]

#: How many leads the models learn from: as many as the specification says.
LEARNED = 10_000
#: So many different leads are scored one by one.
SINGLE = 500

_LEARNED_SEED = 42
_TIMED_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The product's two models, and the leads that they are timed on.

    Parameters
    ----------
    default : Model
        The default recipe's model, or a saved one in its place.
    seed : Model
        The specified recipe's.
    leads : Leads
        The leads that are scored together.
    records : tuple of mapping
        The leads that are scored one by one, as JSON has them.
    """

    default: Model
    seed: Model
    leads: Leads
    records: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What every way is timed on.

    Parameters
    ----------
    engines : Engines
        What the product scores.
    usual : Usual
        The specified model as a notebook has it.
    plain : ndarray of float32 of shape (n, fields)
        The leads as the specified model's columns.
    scaled : ndarray of float32 of shape (n, fields)
        The same, scaled: what its trees look at. No peer is charged for the scaling.
    learned, labels : ndarray of shape (m, fields) and (m,)
        What the models learned from, for peers with a model of their own.
    """

    engines: Engines
    usual: Usual
    plain: Singles
    scaled: Singles
    learned: Singles
    labels: NDArray[np.int64]


def make_scene(
    leads: int,
    *,
    learned: int = LEARNED,
    model: Model | None = None,
    jobs: int = 1,
    tell: Teller = no_news,
) -> Scene:
    """Make leads up and train on others what scores them.

    Parameters
    ----------
    leads : int
        How many leads are scored together.
    learned : int
        How many leads the models learn from.
    model : Model, optional
        A model to be timed in place of the default recipe's.
    jobs : int
        How many fits to run at once.
    tell : Teller
        Who is told what is being done.

    Raises
    ------
    BadRequest
        If the model asks for a field that the leads do not have.
    """
    if model is not None:
        _refuse(model)
    world = generate(learned, seed=_LEARNED_SEED)
    known = to_leads(world)
    tell(f"Training the specified recipe on {learned:,} leads")
    seed = _fitted(known, world.tier, "seed", jobs)
    if model is None:
        tell(f"Training the default recipe on {learned:,} leads")
        model = _fitted(known, world.tier, "auto", jobs)
    usual = usual_way(seed, known)
    timed = to_leads(generate(leads, seed=_TIMED_SEED))
    plain = _matrix(timed, usual.fields)
    return Scene(
        engines=Engines(default=model, seed=seed, leads=timed, records=_records(timed)),
        usual=usual,
        plain=plain,
        scaled=((plain - usual.scaler.mean_) / usual.scaler.scale_).astype(np.float32),
        learned=_matrix(known, usual.fields),
        labels=world.tier,
    )


def _refuse(model: Model) -> None:
    asked = [one.name for one in model.schema.fields if one.role not in ("id", "label", "ignore")]
    strange = [name for name in asked if name not in FIELDS or name in model.encoder.levels]
    if strange:
        raise BadRequest(
            f"The model asks for {', '.join(strange)}, which made-up leads do not have.",
            allowed="a model of leads with the investor schema's fields",
        )


def _fitted(leads: Leads, labels: NDArray[np.int64], recipe: RecipeName, jobs: int) -> Model:
    return fit_model(leads, labels, investor(), recipe=recipe, n_jobs=jobs).model


def _matrix(leads: Leads, fields: tuple[str, ...]) -> Singles:
    return np.stack([np.asarray(leads.columns[name], np.float32) for name in fields], axis=1)


def _records(leads: Leads) -> tuple[Mapping[str, object], ...]:
    """Return the first leads as JSON has them."""
    few = leads.take(np.arange(min(SINGLE, leads.n)))
    columns = [np.asarray(few.columns[name]).astype(np.int64).tolist() for name in FIELDS]
    return tuple(dict(zip(FIELDS, values, strict=True)) for values in zip(*columns, strict=True))
