"""The usual way to score with the specified model: a frame, a scaler, two predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any  # Any: scikit-learn and XGBoost have no types

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.leads.table import Leads
from leadscore.model.member import Member, read_members

if TYPE_CHECKING:
    from leadscore.model.bundle import Model

__all__ = ["Usual", "usual_way"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The specified model as a notebook has it: the very trees of a `seed` bundle.

    Parameters
    ----------
    fields : tuple of str
        The columns that it looks at, in order.
    tiers : tuple of str
        The tiers, lowest first.
    scaler : StandardScaler
        Fitted to a frame of those columns.
    classifier : XGBClassifier
        The trees, on one thread.
    """

    fields: tuple[str, ...]
    tiers: tuple[str, ...]
    scaler: Any
    classifier: Any

    def one(self, lead: Mapping[str, object]) -> tuple[object, Floats]:
        """Return the tier's number and the probabilities of one lead."""
        frame = pd.DataFrame([lead], columns=list(self.fields))
        return self.many(frame)

    def many(self, frame: pd.DataFrame) -> tuple[object, Floats]:
        """Return the tiers' numbers and the probabilities of the leads of a frame."""
        scaled = self.scaler.transform(frame)
        return self.classifier.predict(scaled), self.classifier.predict_proba(scaled)

    def explained(self, lead: Mapping[str, object]) -> tuple[object, Floats, Floats]:
        """Return what `one` does, and XGBoost's own contributions."""
        frame = pd.DataFrame([lead], columns=list(self.fields))
        scaled = self.scaler.transform(frame)
        told = self.classifier.predict(scaled), self.classifier.predict_proba(scaled)
        return (*told, self.contributions(scaled))

    def contributions(self, scaled: NDArray[np.floating]) -> Floats:
        """Return XGBoost's contributions of scaled leads, shape (n, classes, fields + 1)."""
        import xgboost  # noqa: PLC0415 -- a second to import

        data = xgboost.DMatrix(scaled, nthread=1)
        found = self.classifier.get_booster().predict(data, pred_contribs=True)
        return np.asarray(found)

    def threads(self, count: int) -> None:
        """Let it use `count` threads from now on."""
        self.classifier.set_params(n_jobs=count)
        self.classifier.get_booster().set_param({"nthread": count})


def usual_way(model: "Model", leads: Leads) -> Usual:
    """Return the usual way to score with the trees of a `seed` bundle.

    Parameters
    ----------
    model : Model
        The bundle.
    leads : Leads
        The leads that it learned from: the scaler is fitted to them again.

    Raises
    ------
    BadRequest
        If the bundle is none of the recipe `seed`.
    """
    if model.recipe != "seed" or model.schema.label is None:
        raise BadRequest(f"The bundle is of the recipe {model.recipe!r}.", allowed="seed")
    [member] = read_members(model.members)
    fields = tuple(model.encoder.fields[place] for place in member.expansion.sources)
    return Usual(
        fields=fields,
        tiers=model.schema.label.names,
        scaler=_scaler(leads, fields),
        classifier=_classifier(member),
    )


def _scaler(leads: Leads, fields: Sequence[str]) -> object:
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 -- a second to import

    return StandardScaler().fit(pd.DataFrame({name: leads.columns[name] for name in fields}))


def _classifier(member: Member) -> object:
    from xgboost import XGBClassifier  # noqa: PLC0415 -- a second to import

    classifier = XGBClassifier(n_jobs=1)
    classifier.load_model(bytearray(member.booster.save_raw("ubj")))
    classifier.get_booster().set_param({"nthread": 1})
    return classifier
