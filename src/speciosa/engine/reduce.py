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
# Cells taken together, so that what is worked on stays in a core's cache.
_CELLS_AT_ONCE = 30
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
        wanted = {"cmax": reduction.cmax, "tmax": reduction.tmax, "auc": reduction.auc}
        self._kept = {name: np.full(shape, np.nan) for name, asked in wanted.items() if asked}
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
        with self._lock:
            scalars = _Scalars(self._reduction, self._times, (len(self._outputs), numbers.size))
            at_once = max(1, _CELLS_AT_ONCE // len(self._outputs))
            for first in range(0, self._times.size, at_once):
                # Subjects last and side by side: every step below then runs along them.
                part = values[:, first : first + at_once][whole]
                curves = np.ascontiguousarray(np.moveaxis(part, 0, -1))
                scalars.add(first, curves)
                if self._reduction.quantiles:
                    first_cell = first * len(self._outputs)
                    self._distribution.add(numbers, first_cell, curves.reshape(-1, numbers.size))
            for name, kept in self._kept.items():
                kept[numbers] = getattr(scalars, name).T
            self._used += numbers.size

    def summary(self) -> Summary:
        """The summary of everything added so far."""
        with self._lock:
            probabilities = self._reduction.quantiles
            found = self._distribution.quantiles(probabilities, self._used)
            exact = isinstance(self._distribution, _Kept)
            return Summary(
                probabilities=probabilities,
                times=self._times,
                outputs=self._outputs,
                subjects=self._subjects,
                used=self._used,
                relative_error=0.0 if exact else RELATIVE_ERROR,
                quantiles=found.reshape(-1, self._times.size, len(self._outputs)),
                cmax=self._kept.get("cmax"),
                tmax=self._kept.get("tmax"),
                auc=self._kept.get("auc"),
            )


class _Scalars:
    """Cmax, tmax and AUC of a chunk, each (outputs, subjects), time after time.

    One trapezoid after another: a sum over an axis may group by the size of the chunk.
    """

    def __init__(self, reduction: Reduction, times: Array, shape: tuple[int, int]) -> None:
        self._peaks = reduction.cmax or reduction.tmax
        self._areas = reduction.auc
        self._times = times
        self._before = np.zeros(shape)
        self.cmax = np.full(shape, -np.inf)
        self.tmax = np.empty(shape)
        self.auc = np.zeros(shape)

    def add(self, first: int, curves: Array) -> None:
        """Take (times, outputs, subjects) from the time numbered ``first`` on."""
        for k, now in enumerate(curves, start=first):
            if self._peaks:
                self.tmax[now > self.cmax] = self._times[k]
                np.maximum(self.cmax, now, out=self.cmax)
            if self._areas and k:
                self.auc += (self._before + now) * (0.5 * (self._times[k] - self._times[k - 1]))
            self._before = now


class _Kept:
    """Every value, in the place of its subject."""

    def __init__(self, subjects: int, cells: int) -> None:
        self._values = np.empty((cells, subjects))
        self._taken = np.zeros(subjects, dtype=np.bool_)

    def add(self, numbers: Counts, first_cell: int, values: Array) -> None:
        """Take (cells, subjects) of cells from ``first_cell`` on."""
        self._values[first_cell : first_cell + len(values), numbers] = values
        self._taken[numbers] = True

    def quantiles(self, probabilities: Sequence[float], used: int) -> Array:
        """(probabilities, cells)."""
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
        self._lowest = np.zeros(cells, dtype=np.int64)
        self._begun = np.zeros(cells, dtype=np.bool_)
        self._window = np.zeros((cells, _WINDOW_BINS), dtype=np.int64)
        self._codes = np.empty(0, dtype=np.int64)
        self._counts = np.empty(0, dtype=np.int64)

    def add(self, numbers: Counts, first_cell: int, values: Array) -> None:
        """Take (cells, subjects) of cells from ``first_cell`` on."""
        some = slice(first_cell, first_cell + len(values))
        keys = _keys(values)
        if not self._begun[first_cell]:
            self._lowest[some] = np.median(keys, axis=1).astype(np.int64) - _WINDOW_BINS // 2
            self._begun[some] = True
        place = keys - self._lowest[some, None]
        outside = (place < 0) | (place >= _WINDOW_BINS)
        place += self._cells[: len(values), None] * _WINDOW_BINS
        if outside.any():
            codes = (keys + self._cells[some, None] * _CELL_SPAN)[outside]
            self._codes, self._counts = _merged(
                self._codes, self._counts, *np.unique(codes, return_counts=True)
            )
            place = place[~outside]
        window = self._window[some]
        window += np.bincount(place.ravel(), minlength=window.size).reshape(window.shape)

    def quantiles(self, probabilities: Sequence[float], used: int) -> Array:
        """(probabilities, cells)."""
        if not used:
            return np.full((len(probabilities), self._cells.size), np.nan)
        cell, place = np.nonzero(self._window)
        inside = place + self._lowest[cell] + cell * _CELL_SPAN
        codes, counts = _merged(inside, self._window[cell, place], self._codes, self._counts)
        reached = np.cumsum(counts)
        before = self._cells * used

        def at_rank(rank: int) -> Array:
            bins = np.searchsorted(reached, before + rank, side="right")
            return _middles(codes[bins] - self._cells * _CELL_SPAN)

        return _interpolated(probabilities, used, at_rank)


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
