"""The columns of the spline recipe: what each field gives to a line, and back to curves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.model.curves import Curve, Curves
from leadscore.model.expand import Expansion, fit_transform

__all__ = ["Design", "fit_design", "tents"]

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
_EVEN_KNOTS = 5
_QUARTILES = (0.25, 0.5, 0.75)
_NEAREST = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How encoded leads become centred columns.

    Parameters
    ----------
    expansion : Expansion
        How category codes become columns.
    knots : tuple of ndarray
        The knots of each number; empty for a category.
    owners : ndarray of shape (columns,)
        The field of each column; a field's last column says "missing".
    means, scales : ndarray of shape (columns,)
        What centres the columns; label means are scaled too.
    """

    expansion: Expansion
    knots: tuple[Floats, ...]
    owners: NDArray[np.intp]
    means: Floats
    scales: Floats

    def transform(self, x: Matrix) -> Floats:
        """Return the centred columns of encoded leads `x`."""
        return self.centred(_columns(x, self.expansion.transform(x), self.expansion, self.knots))

    def centred(self, columns: Floats) -> Floats:
        """Return columns centred and scaled, where a missing value counts as average."""
        return np.nan_to_num((columns - self.means) / self.scales)

    def curves(self, weights: Floats, base: float, x: Matrix) -> Curves:
        """Return the engine of column `weights`, centred on the reference leads `x`."""
        curves = [self._curve(field, weights / self.scales) for field in range(x.shape[1])]
        means = [float(one.effects(x[:, i]).mean()) for i, one in enumerate(curves)]
        return Curves(
            base=base + sum(means),
            curves=tuple(one.moved(-mean) for one, mean in zip(curves, means, strict=True)),
        )

    def _curve(self, field: int, slopes: Floats) -> Curve:
        own = np.flatnonzero(self.owners == field)
        body, flag = own[:-1], own[-1]
        average = float(slopes[body] @ self.means[body])
        if len(self.knots[field]):
            heights = slopes[body]
        else:
            levels = np.stack([_levels(self.expansion, i) for i in self._sources(field)])
            heights = slopes[body] @ levels
        known = -average - float(slopes[flag] * self.means[flag])
        missing = float(slopes[flag] * (1.0 - self.means[flag]))
        return Curve(knots=self.knots[field], heights=heights + known, missing=missing)

    def _sources(self, field: int) -> list[int]:
        return np.flatnonzero(self.expansion.sources == field).tolist()


def fit_design(
    x: Matrix, labels: NDArray[np.intp], categorical: tuple[int, ...], rng: np.random.Generator
) -> tuple[Design, Floats]:
    """Learn the columns, and return them for the training leads.

    A number's spline is straight between eight knots, five evenly spaced from its least to its
    greatest value and three at its quartiles: quantiles alone would leave a rare but telling end
    of a field (the low interest rates of a new year) to one straight line. The columns are the
    heights at the knots and are not scaled, so that one penalty means the same doubt, in units of
    the margin, for a common and a rare value.
    """
    expansion, expanded = fit_transform(x, labels, categorical, rng)
    knots = tuple(
        np.array([]) if field in categorical else _knots(x[:, field]) for field in range(x.shape[1])
    )
    columns = _columns(x, expanded, expansion, knots)
    known = np.maximum((~np.isnan(columns)).sum(axis=0), 1)
    means = np.nansum(columns, axis=0) / known
    spread = np.sqrt(np.nansum((columns - means) ** 2, axis=0) / known)
    owners, scaled = _owners(x.shape[1], expansion, knots)
    scales = np.where(scaled & (spread > 0), spread, 1.0)
    design = Design(expansion=expansion, knots=knots, owners=owners, means=means, scales=scales)
    return design, design.centred(columns)


def tents(values: NDArray[np.floating], knots: Floats) -> Floats:
    """Return the straight-piece spline basis, shape (n, knots): 1 at its own knot, 0 at others."""
    at = np.clip(np.asarray(values, np.float64), knots[0], knots[-1])
    right = np.clip(np.searchsorted(knots, at, side="right"), 1, max(len(knots) - 1, 1))
    basis = np.zeros((len(at), len(knots)))
    rows = np.arange(len(at))
    if len(knots) == 1:
        return np.where(np.isnan(at), np.nan, 1.0)[:, None]
    share = (at - knots[right - 1]) / (knots[right] - knots[right - 1])
    basis[rows, right - 1] = 1.0 - share
    basis[rows, right] = share
    basis[np.isnan(at)] = np.nan
    return basis


def _columns(
    x: Matrix, expanded: Matrix, expansion: Expansion, knots: tuple[Floats, ...]
) -> Floats:
    parts: list[Floats] = []
    for field in range(x.shape[1]):
        if len(knots[field]):
            parts.append(tents(x[:, field], knots[field]))
        else:
            parts.append(expanded[:, expansion.sources == field].astype(np.float64))
        # A code that the training part did not hold is missing too, as the curves have it.
        parts.append(np.isnan(parts[-1][:, :1]).astype(np.float64))
    return np.hstack(parts)


def _owners(
    fields: int, expansion: Expansion, knots: tuple[Floats, ...]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return each column's field, and which columns are label means."""
    owners: list[int] = []
    scaled: list[bool] = []
    for field in range(fields):
        sources = np.flatnonzero(expansion.sources == field).tolist()
        size = len(knots[field]) or len(sources)
        owners += [field] * (size + 1)
        scaled += [not len(knots[field]) and sources[0] in expansion.means] * size + [False]
    return np.array(owners, dtype=np.intp), np.array(scaled, dtype=bool)


def _knots(values: Matrix) -> Floats:
    known = values[~np.isnan(values)].astype(np.float64)
    if not len(known):
        return np.array([0.0])
    least, most = known.min(), known.max()
    found = np.concatenate([np.linspace(least, most, _EVEN_KNOTS), np.quantile(known, _QUARTILES)])
    distinct = np.unique(known)
    if len(distinct) <= _EVEN_KNOTS:
        return distinct
    found = np.unique(found)
    apart = np.diff(found, prepend=-np.inf) > _NEAREST * (most - least)
    return np.asarray(found[apart], np.float64)


def _levels(expansion: Expansion, column: int) -> Floats:
    values = expansion.values[column]
    if values is None:
        raise ValueError("a category's column has a value for each level")
    return values.astype(np.float64)
