"""Where boosted trees of any depth change with a field."""

import json
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from leadscore.model.trees import Member, Trees

__all__ = ["tree_edges"]


def tree_edges(engine: Trees, place: int) -> NDArray[np.float32]:
    """Return the thresholds of the trees on the field at `place`, rising, in the field's unit.

    Trees that were fitted on scaled columns have their thresholds scaled back, to within float32.
    """
    found = [_column_edges(member, place) for member in engine.members]
    return np.unique(np.concatenate(found)) if found else np.array([], dtype=np.float32)


def _column_edges(member: Member, place: int) -> NDArray[np.float32]:
    thresholds = _thresholds(bytes(member.booster.save_raw("json")))
    found = [
        _unscaled(member, column, thresholds.get(column, ()))
        for column, source in enumerate(member.expansion.sources.tolist())
        if source == place and member.expansion.values[column] is None
    ]
    return np.concatenate(found) if found else np.array([], dtype=np.float32)


def _unscaled(member: Member, column: int, found: tuple[float, ...]) -> NDArray[np.float32]:
    values = np.array(found, dtype=np.float64)
    if member.scaling is not None:
        values = values * member.scaling[1, column] + member.scaling[0, column]
    return values.astype(np.float32)


@lru_cache(maxsize=8)
def _thresholds(raw: bytes) -> dict[int, tuple[float, ...]]:
    """Return the thresholds of each column in trees as XGBoost's JSON has them."""
    found: dict[int, set[float]] = {}
    for tree in json.loads(raw)["learner"]["gradient_booster"]["model"]["trees"]:
        parts = zip(
            tree["left_children"], tree["split_indices"], tree["split_conditions"], strict=True
        )
        for left, column, threshold in parts:
            if left != -1:
                found.setdefault(int(column), set()).add(float(np.float32(threshold)))
    return {column: tuple(sorted(values)) for column, values in found.items()}
