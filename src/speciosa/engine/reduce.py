"""Outputs reduced while they are made: quantiles over subjects, and Cmax, tmax and AUC of each.

Chunks of subjects arrive in any order and of any size; no bit of the summary depends on either.
Small populations are kept and their quantiles are exact. Larger ones are counted in bins that are
equal parts of each power of two (the leading bits of the number itself, so no logarithm and no
platform decides where a value falls); a quantile is then within `RELATIVE_ERROR` of the exact one.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from speciosa.errors import InputError, InputProblem

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

EXACT_SUBJECTS = 4096
_FRACTION_BITS = 8
_DROPPED_BITS = 52 - _FRACTION_BITS
_CELL_SPAN = 1 << (13 + _FRACTION_BITS)  # more than the keys of both signs
# A bin is 2**-8 of its lower edge wide at most, and its middle stands for all of it.
RELATIVE_ERROR = 2.0 ** -(_FRACTION_BITS + 1)
_WINDOW_BINS = 8 << _FRACTION_BITS  # eight doublings


@dataclasses.dataclass(frozen=True, slots=True)
class Reduction:
    """What is wanted instead of curves. Cmax, tmax and AUC are of the output times alone."""

    quantiles: tuple[float, ...] = (0.05, 0.5, 0.95)
    cmax: bool = True
    tmax: bool = True
    auc: bool = True

    def __post_init__(self) -> None:
        for quantile in self.quantiles:
            if not 0.0 <= quantile <= 1.0:
                raise InputError([InputProblem("quantiles", str(quantile), "numbers from 0 to 1")])


@dataclasses.dataclass(frozen=True, eq=False)
class Summary:
    """A reduced population. Subjects without a finite curve are NaN and in no quantile.

    ``quantiles`` is (probabilities, times, outputs), by linear interpolation between subjects as
    ``numpy.quantile`` has it, each within ``relative_error`` (0 when exact). ``cmax``, ``tmax``
    (first time of the maximum) and ``auc`` (trapezoids between the output times) are
    (subjects, outputs), or ``None`` when not asked for.
    """

    probabilities: tuple[float, ...]
    times: Array
    outputs: tuple[str, ...]
    subjects: int
    used: int
    relative_error: float
    quantiles: Array
    cmax: Array | None
    tmax: Array | None
    auc: Array | None


class Reducer:
    """Takes the curves of every subject once, in chunks, and gives the summary."""

    def __init__(
        self, reduction: Reduction, subjects: int, times: Array, outputs: Sequence[str]
    ) -> None:
        self._reduction = reduction
        self._times = np.array(times, dtype=np.float64)
        self._outputs = tuple(outputs)
        self._subjects = subjects
        shape = (subjects, len(self._outputs))
        self._cmax = np.full(shape, np.nan) if reduction.cmax else None
        self._tmax = np.full(shape, np.nan) if reduction.tmax else None
        self._auc = np.full(shape, np.nan) if reduction.auc else None
        cells = self._times.size * len(self._outputs)
        self._distribution: _Kept | _Counted = (
            _Kept(subjects, cells) if subjects <= EXACT_SUBJECTS else _Counted(cells)
        )
        self._used = 0
        self._lock = threading.Lock()

    def add(self, first_subject: int, values: Array) -> None:
        """Take the curves (subjects, times, outputs) of subjects from ``first_subject`` on.

        Threads may call this at once. A subject with any value that is not finite is left out.
        """
        whole = np.isfinite(values).all(axis=(1, 2))
        numbers = first_subject + np.flatnonzero(whole)
        if not numbers.size:
            return
        # Subjects last and side by side: every step below then runs along them.
        curves = np.ascontiguousarray(np.moveaxis(values[whole], 0, -1))
        with self._lock:
            self._scalars(numbers, curves)
            if self._reduction.quantiles:
                self._distribution.add(numbers, curves.reshape(-1, numbers.size))
            self._used += numbers.size

    def _scalars(self, numbers: Counts, curves: Array) -> None:
        if self._cmax is not None:
            self._cmax[numbers] = curves.max(axis=0).T
        if self._tmax is not None:
            self._tmax[numbers] = self._times[curves.argmax(axis=0)].T
        if self._auc is not None:
            # One trapezoid after another: a sum over an axis may group by the size of the chunk.
            area = np.zeros(curves.shape[1:])
            for k, width in enumerate(np.diff(self._times)):
                area += (curves[k] + curves[k + 1]) * (0.5 * width)
            self._auc[numbers] = area.T

    def summary(self) -> Summary:
        """The summary of everything added so far."""
        with self._lock:
            probabilities = self._reduction.quantiles
            found = self._distribution.quantiles(probabilities)
            exact = isinstance(self._distribution, _Kept)
            return Summary(
                probabilities=probabilities,
                times=self._times,
                outputs=self._outputs,
                subjects=self._subjects,
                used=self._used,
                relative_error=0.0 if exact else RELATIVE_ERROR,
                quantiles=found.reshape(-1, self._times.size, len(self._outputs)),
                cmax=self._cmax,
                tmax=self._tmax,
                auc=self._auc,
            )


class _Kept:
    """Every value, in the place of its subject."""

    def __init__(self, subjects: int, cells: int) -> None:
        self._values = np.empty((cells, subjects))
        self._taken = np.zeros(subjects, dtype=np.bool_)

    def add(self, numbers: Counts, values: Array) -> None:
        self._values[:, numbers] = values
        self._taken[numbers] = True

    def quantiles(self, probabilities: Sequence[float]) -> Array:
        """(probabilities, cells)."""
        used = int(self._taken.sum())
        if not used:
            return np.full((len(probabilities), len(self._values)), np.nan)
        ordered = np.sort(self._values[:, self._taken], axis=1)
        return _interpolated(probabilities, used, lambda rank: ordered[:, rank])


class _Counted:
    """How many subjects fell into each bin of each cell (a cell is one time of one output).

    Most values fall into a window of bins about the middle of the first chunk, counted in one
    array; the others are counted by their code. Which way a value went changes no count. A code is
    the number of the cell and the key of the bin, so that ascending codes are ascending values cell
    by cell. Every cell counts every subject, so rank r of cell c is the (c x subjects + r)-th of
    them all.
    """

    def __init__(self, cells: int) -> None:
        self._cells = np.arange(cells)
        self._lowest: Counts | None = None
        self._window = np.zeros((cells, _WINDOW_BINS), dtype=np.int64)
        self._codes = np.empty(0, dtype=np.int64)
        self._counts = np.empty(0, dtype=np.int64)
        self._used = 0

    def add(self, numbers: Counts, values: Array) -> None:
        self._used += numbers.size
        keys = _keys(values)
        if self._lowest is None:
            self._lowest = np.median(keys, axis=1).astype(np.int64) - _WINDOW_BINS // 2
        place = keys - self._lowest[:, None]
        outside = (place < 0) | (place >= _WINDOW_BINS)
        place += self._cells[:, None] * _WINDOW_BINS
        if outside.any():
            codes = (keys + self._cells[:, None] * _CELL_SPAN)[outside]
            self._codes, self._counts = _merged(
                self._codes, self._counts, *np.unique(codes, return_counts=True)
            )
            place = place[~outside]
        counts = np.bincount(place.ravel(), minlength=self._window.size)
        self._window += counts.reshape(self._window.shape)

    def quantiles(self, probabilities: Sequence[float]) -> Array:
        """(probabilities, cells)."""
        if self._lowest is None:
            return np.full((len(probabilities), self._cells.size), np.nan)
        cell, place = np.nonzero(self._window)
        inside = place + self._lowest[cell] + cell * _CELL_SPAN
        codes, counts = _merged(inside, self._window[cell, place], self._codes, self._counts)
        reached = np.cumsum(counts)
        before = self._cells * self._used

        def at_rank(rank: int) -> Array:
            bins = np.searchsorted(reached, before + rank, side="right")
            return _middles(codes[bins] - self._cells * _CELL_SPAN)

        return _interpolated(probabilities, self._used, at_rank)


def _merged(
    codes: Counts, counts: Counts, more_codes: Counts, more_counts: Counts
) -> tuple[Counts, Counts]:
    """Two lists of codes and counts as one, codes ascending."""
    both, place = np.unique(np.concatenate((codes, more_codes)), return_inverse=True)
    total = np.zeros(both.size, dtype=np.int64)
    np.add.at(total, place, np.concatenate((counts, more_counts)))
    return both, total


def _keys(values: Array) -> Counts:
    """The bin of each finite value: its leading bits, negative below nought, in order of value."""
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.int64)
    size = (bits & np.int64(0x7FFF_FFFF_FFFF_FFFF)) >> _DROPPED_BITS
    # Denormal numbers are nought here: their bins would not keep the relative error.
    size[size < (1 << _FRACTION_BITS)] = 0
    np.negative(size, out=size, where=bits < 0)
    return size


def _middles(keys: Counts) -> Array:
    """The middle of each bin; nought for the bin of nought."""
    size = np.abs(keys) << _DROPPED_BITS
    lower = size.view(np.float64)
    upper_bits = size + (np.int64(1) << _DROPPED_BITS) - 1
    middle = lower + 0.5 * (upper_bits.view(np.float64) - lower)
    found: Array = np.where(keys == 0, 0.0, np.copysign(middle, keys.astype(np.float64)))
    return found


def _interpolated(
    probabilities: Sequence[float], used: int, at_rank: Callable[[int], Array]
) -> Array:
    """Quantiles from order statistics, linear in the rank."""
    rows = []
    for probability in probabilities:
        position = probability * (used - 1)
        rank = int(position)
        low = at_rank(rank)
        share = position - rank
        rows.append(low if share == 0.0 else low + share * (at_rank(rank + 1) - low))
    return np.array(rows)
