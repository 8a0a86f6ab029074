"""From XGBoost's trees to a forest."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any  # Any: JSON values

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.arrays import Forest
from leadscore.model.forest.bounds import before_scaling, values
from leadscore.model.member import Member

__all__ = ["grow"]

#: Objectives whose `base_score` is a probability and not a margin.
_LOGISTIC = frozenset(["binary:logistic", "reg:logistic"])
#: A tree that says nothing.
_NOTHING = {
    "left_children": [-1],
    "right_children": [-1],
    "split_indices": [0],
    "split_conditions": [0.0],
    "split_type": [0],
    "default_left": [0],
    "sum_hessian": [0.0],
}
_Nodes = dict[str, NDArray[Any]]


@dataclass(slots=True)
class _Columns:
    """The columns of all members; what two members see alike is one."""

    found: dict[tuple[int, bytes], int] = field(default_factory=dict)
    lists: list[NDArray[np.float32]] = field(default_factory=list)

    def places(self, member: Member) -> NDArray[np.int64]:
        """Return the place of each of the member's columns."""
        places = []
        of = member.expansion
        for source, known in zip(of.sources.tolist(), of.values, strict=True):
            codes = np.array([], np.float32) if known is None else known.astype(np.float32)
            key = (source, codes.tobytes())
            if key not in self.found:
                self.found[key] = len(self.lists)
                self.lists.append(codes)
            places.append(self.found[key])
        return np.array(places, np.int64)

    def arrays(self) -> _Nodes:
        return {
            "sources": np.array([source for source, _ in self.found], np.int64),
            "starts": np.cumsum([0, *(len(one) for one in self.lists)]),
            "codes": np.concatenate([np.array([], np.float32), *self.lists]),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The trees of one member."""

    nodes: _Nodes
    sizes: list[int]
    outputs: NDArray[np.int64]
    origins: NDArray[np.float32]

    @property
    def signs(self) -> NDArray[np.int64]:
        last = len(self.origins) - 1
        return np.where(self.outputs == last, 1, np.where(self.outputs == 0, -1, 0))

    @property
    def origin(self) -> float:
        """Where the margin starts: the last class's sum less the first's."""
        return float(self.origins[-1]) - (float(self.origins[0]) if len(self.origins) > 1 else 0.0)


def grow(members: Sequence[Member]) -> Forest:
    """Return the forest of `members`: the mean of their margins, each less its zero point.

    Raises
    ------
    ValueError
        If a member is no sum of trees that compare numbers.
    """
    columns = _Columns()
    parts = [_part(one, columns) for one in members]
    begins = np.cumsum([0, *(sum(one.sizes) for one in parts)]).tolist()
    nodes = {name: np.concatenate([one.nodes[name] for one in parts]) for name in parts[0].nodes}
    shifted = [one.nodes["children"] + at for one, at in zip(parts, begins, strict=False)]
    nodes["children"] = np.concatenate(shifted)
    offsets = [part.origin - one.centre for part, one in zip(parts, members, strict=True)]
    return Forest(
        **columns.arrays(),
        **nodes,
        roots=np.cumsum([0, *(size for one in parts for size in one.sizes)]),
        outputs=np.concatenate([one.outputs for one in parts]),
        signs=np.concatenate([one.signs for one in parts]),
        origins=parts[0].origins,
        offset=np.array([math.fsum(offsets) / len(offsets)]),
        members=np.array([len(members)]),
    )


def _part(member: Member, columns: _Columns) -> _Part:
    learner = json.loads(bytes(member.booster.save_raw("json")))["learner"]
    booster = learner["gradient_booster"]
    if booster["name"] != "gbtree":
        raise ValueError(f"a booster of the kind {booster['name']} is no sum of trees")
    # boosting that gained nothing leaves no trees
    trees = booster["model"]["trees"] or [_NOTHING]
    found = [_flattened(tree) for tree in trees]
    sizes = [len(one["columns"]) for one in found]
    begins = np.repeat(np.cumsum([0, *sizes])[:-1], sizes)
    nodes = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    nodes["children"] = nodes["children"] + begins
    return _Part(
        nodes=_placed(nodes, member, columns.places(member)),
        sizes=sizes,
        outputs=np.array(booster["model"]["tree_info"] or [0], np.int64),
        origins=_origins(learner, member.classes),
    )


def _flattened(tree: Mapping[str, Any]) -> _Nodes:
    """Return a tree's nodes in a new order: children side by side, and after their parent."""
    if any(tree["split_type"]):
        raise ValueError("a tree asks for categories and not for numbers")
    left, right = tree["left_children"], tree["right_children"]
    order, children = [0], []
    for place, node in enumerate(order):
        inner = left[node] != -1
        children.append(len(order) if inner else place)
        # the list grows while it is walked
        order.extend([left[node], right[node]] if inner else [])
        if len(order) > len(left):
            raise ValueError("a node of a tree has two parents")
    leaf = np.array(left)[order] == -1
    conditions = np.array(tree["split_conditions"], np.float32)[order] + np.float32(0)
    return {
        "columns": np.where(leaf, -1, np.array(tree["split_indices"], np.int64)[order]),
        "edges": np.where(leaf, np.float32(0), conditions),
        "missing_left": np.where(leaf, 0, np.array(tree["default_left"], np.int64)[order]),
        "children": np.array(children, np.int64),
        "leaves": np.where(leaf, conditions, np.float32(0)),
        "covers": np.array(tree["sum_hessian"], np.float32)[order],
    }


def _placed(nodes: _Nodes, member: Member, places: NDArray[np.int64]) -> _Nodes:
    """Return the nodes with the forest's columns, and their edges before any scaling."""
    inner = nodes["columns"] >= 0
    own = nodes["columns"][inner]
    columns, edges = nodes["columns"].copy(), nodes["edges"].copy()
    columns[inner] = places[own]
    if member.scaling is not None:
        mean, scale = member.scaling[:, own]
        edges[inner] = values(before_scaling(edges[inner], mean, scale))
    return {**nodes, "columns": columns, "edges": edges}


def _origins(learner: Mapping[str, Any], classes: int) -> NDArray[np.float32]:
    text = str(learner["learner_model_param"]["base_score"]).strip("[]")
    scores = np.array([float(one) for one in text.split(",")], np.float32)
    if learner["objective"]["name"] in _LOGISTIC:
        scores = -np.log(np.float32(1) / scores - np.float32(1))
    return np.asarray(np.broadcast_to(scores, (classes,)), np.float32).copy()
