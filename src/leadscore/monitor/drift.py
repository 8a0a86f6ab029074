"""How far recent leads are from those that a model learned from, field by field.

The measure is the Jensen-Shannon divergence to base 2 (Lin 1991, IEEE Transactions on Information
Theory 37) between the shares of leads in a field's cells: 0 where they are the same, 1 where no
cell has leads of both. Unlike the population stability index it stays finite when a cell is empty.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.event import Scalar
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model

__all__ = ["FEWEST", "field_drift", "share_drift"]

Floats = NDArray[np.float64]

#: With fewer leads nothing is said: chance alone would look like drift.
FEWEST = 100
#: Scores are percentiles of the reference leads, so that a tenth of these is in each tenth.
_TENTHS = 10
_SCORE = "score"


def field_drift(
    model: Model, leads: Sequence[Mapping[str, Scalar]], scores: Sequence[float]
) -> dict[str, float]:
    """Return how far recent leads are from the reference leads, 0-1, for each field.

    What is compared is what the model keeps of its reference leads: of outcome models the groups
    of each field's values; of others how often each field is missing. The key ``score`` is about
    the scores.

    Parameters
    ----------
    model : Model
        The model.
    leads : sequence of mappings
        The fields of recent leads as they were read, without faults; a missing one is left out.
    scores : sequence of float
        Their scores, 0-100, of those that have one.

    Returns
    -------
    dict of str to float
        Empty where there are fewer than `FEWEST` leads.
    """
    found = {}
    if len(leads) >= FEWEST:
        cells = _observed(model, leads) if model.reference.fields else _missing(model, leads)
        found = {name: share_drift(*both) for name, both in cells.items()}
    if len(scores) >= FEWEST:
        tenths = np.minimum(np.array(scores) / 100 * _TENTHS, _TENTHS - 1).astype(np.intp)
        counts = np.bincount(tenths, minlength=_TENTHS)
        found[_SCORE] = share_drift(counts, np.ones(_TENTHS))
    return found


def share_drift(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    """Return how far two lists of counts are apart, 0-1, by their shares.

    Parameters
    ----------
    one, other : ndarray of shape (cells,)
        Counts or shares, none below 0; their sums need not be equal.

    Examples
    --------
    >>> share_drift(np.array([1, 1]), np.array([50, 50])), share_drift(np.eye(2)[0], np.eye(2)[1])
    (0.0, 1.0)
    """
    first, second = (np.asarray(each, np.float64) for each in (one, other))
    if not first.sum() or not second.sum():
        return 0.0
    first, second = first / first.sum(), second / second.sum()
    middle = (first + second) / 2
    told = (_divergence(first, middle) + _divergence(second, middle)) / 2
    return min(max(told, 0.0), 1.0)


def _divergence(shares: Floats, middle: Floats) -> float:
    there = shares > 0
    return float(np.sum(shares[there] * np.log2(shares[there] / middle[there])))


_Cells = dict[str, tuple[NDArray[np.generic], NDArray[np.generic]]]


def _observed(model: Model, leads: Sequence[Mapping[str, Scalar]]) -> _Cells:
    """Return for each field how many recent and how many reference leads are in each cell."""
    encoded = np.concatenate(
        [model.encoder.encode(conform_lead(one, model.schema).leads) for one in leads]
    )
    reference = model.reference
    found: _Cells = {}
    for place, (name, seen) in enumerate(zip(model.encoder.fields, reference.fields, strict=True)):
        cells = reference.cell_of(place, encoded[:, place])
        found[name] = np.bincount(cells, minlength=len(seen.n)), seen.n
    return found


def _missing(model: Model, leads: Sequence[Mapping[str, Scalar]]) -> _Cells:
    """Return for each field the shares of recent and of reference leads that lack it."""
    if model.doubt is None:
        return {}
    found: _Cells = {}
    for name, share in zip(model.encoder.fields, model.doubt.known.missing.tolist(), strict=True):
        recent = sum(name not in one for one in leads) / len(leads)
        found[name] = np.array([recent, 1 - recent]), np.array([share, 1 - share])
    return found
