"""Quantiles of people who are never all held: counts in bins that are equal on a log scale.

Counts are whole numbers, so they add up to the same whatever the blocks, their order and who did
them. A quantile is the linear interpolation between two people (as ``numpy.quantile`` has it), each
of them moved to the middle of their bin: it lies within ``RELATIVE_ERROR`` of the exact one. Values
below ``LOWEST`` count as nought, values from ``HIGHEST`` on as endless.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

LOWEST, HIGHEST = 1e-6, 1e9
_BINS = 6912
RELATIVE_ERROR = (HIGHEST / LOWEST) ** (0.5 / _BINS) - 1.0
_STORED = np.dtype("<u4")


class Counts:
    """How many people fell into each bin of each cell (one figure, or one time of a curve)."""

    def __init__(self, cells: int) -> None:
        import boost_histogram as bh  # noqa: PLC0415  # an extra

        self._histogram = bh.Histogram(
            bh.axis.Regular(_BINS, LOWEST, HIGHEST, transform=bh.axis.transform.log),
            bh.axis.Integer(0, cells, underflow=False, overflow=False),
            storage=bh.storage.Int64(),
        )

    @property
    def _counts(self) -> Whole:
        """(cells, below the lowest + bins + from the highest on), not a copy."""
        view: Whole = self._histogram.view(flow=True)
        return view.T  # the first axis lies closest in memory: so every cell is in one piece

    def add(self, first_cell: int, values: Array) -> None:
        """Count (people, cells) in the cells from ``first_cell`` on; NaN is left out."""
        cells = np.arange(first_cell, first_cell + values.shape[1])
        where = np.broadcast_to(cells, values.shape).ravel()
        flat = values.ravel()
        known = ~np.isnan(flat)
        if not known.all():
            where, flat = where[known], flat[known]
        self._histogram.fill(flat, np.ascontiguousarray(where))

    def spread(self, cell: int) -> Spread:
        """Everything counted in one cell."""
        return Spread(self._counts[cell])

    def quantiles(self, cells: slice, shares: Sequence[float]) -> Array:
        """(shares, cells); NaN where nobody was counted."""
        return np.array([self.spread(cell).quantiles(shares) for cell in _numbers(cells)]).T

    def encoded(self) -> bytes:
        """The counts as bytes: the places that are not nought, as steps, and how many there."""
        flat = self._counts.ravel()
        places = np.flatnonzero(flat)
        if places.size and int(flat[places].max()) >= 2**32:
            raise OverflowError("a bin holds more people than a block may have")
        steps = np.diff(places, prepend=0).astype(_STORED)
        raw = steps.tobytes() + flat[places].astype(_STORED).tobytes()
        return zlib.compress(raw, 1)

    def add_encoded(self, raw: bytes) -> None:
        """Add counts that were encoded elsewhere, of as many cells."""
        both = np.frombuffer(zlib.decompress(raw), dtype=_STORED).astype(np.int64)
        steps, counts = both[: both.size // 2], both[both.size // 2 :]
        flat = self._counts.reshape(-1)
        flat[np.cumsum(steps)] += counts


class Spread(NamedTuple):
    """The counts of one cell: below the lowest, the bins, from the highest on."""

    counts: Whole

    @property
    def people(self) -> int:
        """How many people were counted."""
        return int(self.counts.sum())

    @property
    def nought(self) -> float:
        """The share of people at nought."""
        return int(self.counts[0]) / max(self.people, 1)

    @property
    def endless(self) -> float:
        """The share of people beyond everything that was followed."""
        return int(self.counts[-1]) / max(self.people, 1)

    def quantiles(self, shares: Sequence[float]) -> tuple[float, ...]:
        """Linear between people; NaN where nobody was counted."""
        reached = np.cumsum(self.counts)
        people = int(reached[-1])
        if not people:
            return (float("nan"),) * len(shares)
        found = []
        for share in shares:
            position = share * (people - 1)
            rank = int(position)
            low, part = _value(reached, rank), position - rank
            high = _value(reached, rank + 1) if part else low
            found.append(low if high == low else low + part * (high - low))
        return tuple(found)

    def reached_by(self, share: float) -> float:
        """The least value that at least so large a share of people does not exceed."""
        reached = np.cumsum(self.counts)
        people = int(reached[-1])
        if not people:
            return float("nan")
        return _value(reached, max(min(int(np.ceil(share * people)), people) - 1, 0))


def _value(reached: Whole, rank: int) -> float:
    """The middle of the bin in which the person of a rank (from nought) stands."""
    place = int(np.searchsorted(reached, rank, side="right"))
    if place == 0:
        return 0.0
    if place > _BINS:
        return float("inf")
    return float(LOWEST * (HIGHEST / LOWEST) ** ((place - 0.5) / _BINS))


def _numbers(cells: slice) -> range:
    return range(cells.start, cells.stop)
