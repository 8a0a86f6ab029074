"""Boosted trees of any depth, read by XGBoost itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.model.expand import Expansion

if TYPE_CHECKING:
    from xgboost import Booster

__all__ = ["Member", "Trees", "member_parts"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the averaged models: its trees, the columns they look at, and its zero point.

    Parameters
    ----------
    booster : xgboost.Booster
        The trees.
    expansion : Expansion
        How encoded fields become the trees' columns.
    centre : float
        What to take off its margin, so that members with other cut points can be averaged.
    classes : int
        The number of margins it gives; with more than one they are a softmax's, and the margin
        is the last less the first (for tiers: High less Low).
    scaling : ndarray of shape (2, columns), optional
        The mean and the scale that standardise the columns, where it was fitted on such.
    """

    booster: "Booster"
    expansion: Expansion
    centre: float
    classes: int = 1
    scaling: Floats | None = None

    def columns(self, x: NDArray[np.float32]) -> NDArray[np.floating]:
        """Return what the trees look at, for encoded leads `x`."""
        columns = self.expansion.transform(x)
        if self.scaling is None:
            return columns
        return np.asarray((columns.astype(np.float64) - self.scaling[0]) / self.scaling[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """The mean margin of boosted trees, with exact Shapley effects.

    Effects are XGBoost's own (``pred_contribs``: path-dependent TreeSHAP, Lundberg et al. 2020,
    From Local Explanations to Global Understanding), summed over the columns of a field.

    Parameters
    ----------
    members : tuple of Member
        The models.
    fields : int
        The number of fields.
    base : float
        The margin of the average training lead.
    """

    members: tuple[Member, ...]
    fields: int
    base: float
    kind: Literal["trees"] = field(default="trees", init=False)

    @classmethod
    def centred(cls, members: Sequence[Member], *, fields: int) -> "Trees":
        """Return the engine of `members`; its base is what they give to no field at all."""
        found = [_contributions(one, np.zeros((1, fields), np.float32)) for one in members]
        bases = [total[0, -1] - one.centre for one, total in zip(members, found, strict=True)]
        return cls(members=tuple(members), fields=fields, base=float(np.mean(bases)))

    @classmethod
    def from_parts(cls, parts: Mapping[str, bytes], *, fields: int) -> "Trees":
        """Return the engine whose members are kept in `parts`, as `member_parts` wrote them.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a part is missing or is not what it should be.
        """
        count = sum(name.endswith(".json") for name in parts)
        members = [_member(parts, place) for place in range(count)]
        if not members:
            raise ValueError("it has no trees")
        return cls.centred(members, fields=fields)

    def probabilities(self, x: NDArray[np.float32]) -> Floats | None:
        """Return the trees' own P(class), shape (n, K); None where a calibration makes them.

        A softmax over three classes keeps more than its one margin can say.
        """
        import xgboost  # noqa: PLC0415 - a second to import, and tables do without

        if self.members[0].classes == 1 or len(self.members) > 1:
            return None
        matrix = xgboost.DMatrix(self.members[0].columns(x), nthread=1)
        found = np.asarray(self.members[0].booster.predict(matrix), np.float64)
        return np.asarray(found / found.sum(axis=1, keepdims=True))

    def margin(self, x: NDArray[np.float32]) -> Floats:
        """Return each lead's margin, shape (n,), without its effects: some hundred times cheaper.

        It differs from the base and the sum of the effects in the last bits of float32.
        """
        found = [_output(member, x) - member.centre for member in self.members]
        return np.asarray(np.mean(found, axis=0))

    def effects(self, x: NDArray[np.float32]) -> Floats:
        """Return each field's effect on the margin of each lead, shape (n, fields)."""
        total = np.zeros((len(x), self.fields))
        for member in self.members:
            columns = _contributions(member, x)
            for place, source in enumerate(member.expansion.sources):
                total[:, source] += columns[:, place]
        return np.asarray(total / len(self.members))


def member_parts(members: Sequence[Member]) -> dict[str, bytes]:
    """Return the members as named parts: XGBoost's own UBJ format, and JSON for the rest."""
    parts = {}
    for place, member in enumerate(members):
        values = member.expansion.values
        about = {
            "sources": member.expansion.sources.tolist(),
            "values": [None if one is None else one.tolist() for one in values],
            "centre": member.centre,
            "classes": member.classes,
            "scaling": None if member.scaling is None else member.scaling.tolist(),
        }
        parts[f"member{place}.json"] = json.dumps(about, sort_keys=True).encode()
        parts[f"member{place}.ubj"] = bytes(member.booster.save_raw("ubj"))
    return parts


def _member(parts: Mapping[str, bytes], place: int) -> Member:
    import xgboost  # noqa: PLC0415 - a second to import, and tables do without

    about = json.loads(parts[f"member{place}.json"])
    booster = xgboost.Booster({"nthread": 1})
    try:
        booster.load_model(bytearray(parts[f"member{place}.ubj"]))
    except xgboost.core.XGBoostError as error:
        raise ValueError(f"XGBoost cannot read member{place}.ubj") from error
    return Member(
        booster=booster,
        expansion=Expansion(
            sources=np.array(about["sources"], dtype=np.intp),
            values=tuple(
                None if one is None else np.array(one, dtype=np.float32) for one in about["values"]
            ),
        ),
        centre=float(about["centre"]),
        classes=int(about["classes"]),
        scaling=None if about["scaling"] is None else np.array(about["scaling"], np.float64),
    )


def _output(member: Member, x: NDArray[np.float32]) -> Floats:
    import xgboost  # noqa: PLC0415 -- a second to import, and tables do without

    matrix = xgboost.DMatrix(member.columns(x), nthread=1)
    found = np.asarray(member.booster.predict(matrix, output_margin=True), np.float64)
    return found if member.classes == 1 else found[:, -1] - found[:, 0]


def _contributions(member: Member, x: NDArray[np.float32]) -> Floats:
    import xgboost  # noqa: PLC0415 - a second to import, and tables do without

    matrix = xgboost.DMatrix(member.columns(x), nthread=1)
    found = np.asarray(member.booster.predict(matrix, pred_contribs=True), np.float64)
    return found if member.classes == 1 else found[:, -1] - found[:, 0]
