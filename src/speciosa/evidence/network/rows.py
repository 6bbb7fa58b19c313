"""Independent rows of a regression on few columns each, kept by their non-zero entries.

A trial touches only its own treatments, so normal equations are sums over few numbers; with matrix
products most of the work would be multiplying by 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """``z ~ N(x effects, v + tau2)`` with the first column of ``x`` left out (its effect is 0).

    ``entry_*`` are the non-zero entries of the other columns; ``pair_*`` the products of two
    entries of one row, ``pair_at`` their place in the flat square of columns.
    """

    columns: int
    z: Floats
    v: Floats
    entry_row: Ints
    entry_column: Ints
    entry: Floats
    pair_row: Ints
    pair_at: Ints
    pair: Floats

    def times(self, effects: Floats) -> Floats:
        """``x`` times the effects of its columns."""
        weights = self.entry * effects[self.entry_column]
        return _summed(self.entry_row, weights, len(self.z))

    def transposed_times(self, values: Floats) -> Floats:
        """``x`` transposed times one value a row."""
        weights = self.entry * values[self.entry_row]
        return _summed(self.entry_column, weights, self.columns)

    def information(self, weights: Floats) -> Floats:
        """``x`` transposed times weights times ``x``."""
        values = self.pair * weights[self.pair_row]
        flat = _summed(self.pair_at, values, self.columns**2)
        return flat.reshape(self.columns, self.columns)

    def quadratic(self, square: Floats) -> Floats:
        """``x square x'`` of each row by itself."""
        values = self.pair * square.ravel()[self.pair_at]
        return _summed(self.pair_row, values, len(self.z))


def _summed(place: Ints, values: Floats, size: int) -> Floats:
    sums: Floats = np.bincount(place, weights=values, minlength=size).astype(np.float64)
    return sums


def rows(x: Floats, z: Floats, v: Floats) -> Rows:
    """Rows from a dense ``x``, whose first column is the treatment measured against."""
    inner = x[:, 1:]
    row, column = np.nonzero(inner)
    count = np.bincount(row, minlength=len(z))
    start = np.cumsum(count) - count
    size = inner.shape[1]
    pair_row, first, second = [], [], []
    for many in np.unique(count[count > 0]):
        chosen = np.flatnonzero(count == many)
        entries = start[chosen][:, None] + np.arange(many)
        shape = (len(chosen), many, many)
        pair_row.append(np.repeat(chosen, many * many))
        first.append(np.broadcast_to(entries[:, :, None], shape).ravel())
        second.append(np.broadcast_to(entries[:, None, :], shape).ravel())
    one, other = np.concatenate(first), np.concatenate(second)
    entry = inner[row, column]
    return Rows(
        columns=size,
        z=z,
        v=v,
        entry_row=row,
        entry_column=column,
        entry=entry,
        pair_row=np.concatenate(pair_row),
        pair_at=column[one] * size + column[other],
        pair=entry[one] * entry[other],
    )
