"""One of the boosted models whose mean is a score."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.model.expand import Expansion

if TYPE_CHECKING:
    from xgboost import Booster

__all__ = ["Member", "member_parts", "read_members"]

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


def read_members(parts: Mapping[str, bytes]) -> tuple[Member, ...]:
    """Return the members that `member_parts` wrote.

    Raises
    ------
    KeyError, TypeError, ValueError
        If a part is missing or is not what it should be.
    """
    count = sum(name.endswith(".json") for name in parts)
    if not count:
        raise ValueError("it has no trees")
    return tuple(_member(parts, place) for place in range(count))


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
