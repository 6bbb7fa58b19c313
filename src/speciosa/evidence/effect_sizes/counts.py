"""Odds ratio, risk ratio and risk difference from the events and totals of two sides.

Formulas: Fleiss and Berlin, in Cooper, Hedges, Valentine (2009), chapter 13; Woolf 1955 for the
variance of the log odds ratio. Sweeting, Sutton and Lambert 2004 on what is added to empty cells.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.evidence.effect_sizes.table import Measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.effect_sizes.table import TwoByTwo

    Array = NDArray[np.float64]

ADDED = 0.5


class ZeroCells(StrEnum):
    """What is done to a study with an empty cell (no events, or only events, on a side).

    ``ADD`` puts 0.5 into all four cells of such a study, ``ADD_ALL`` into those of every study as
    soon as one has an empty cell, ``LEAVE_OUT`` pools without it, ``NONE`` refuses.
    """

    ADD = "add-0.5"
    ADD_ALL = "add-0.5-to-all"
    LEAVE_OUT = "drop"
    NONE = "none"


class Binary(NamedTuple):
    """Effects of each study, and where 0.5 was added; NaN where there is none to be had."""

    yi: Array
    vi: Array
    added: NDArray[np.bool_]


def binary(measure: Measure, counts: TwoByTwo, *, zero_cells: ZeroCells = ZeroCells.ADD) -> Binary:
    """OR and RR as natural logarithms, RD as it is, with large-sample variances."""
    cells = cells_of(counts)
    added = correctable(counts)
    if zero_cells is ZeroCells.ADD_ALL:
        added = np.full(added.shape, bool(added.any()))
    elif zero_cells is not ZeroCells.ADD:
        added = np.zeros_like(added)
    a, b, c, d = np.where(added, cells + ADDED, cells)
    n1, n2 = a + b, c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure is Measure.OR:
            yi, vi = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
        elif measure is Measure.RR:
            yi, vi = np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
        elif measure is Measure.RD:
            yi, vi = a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
        else:
            raise ValueError(f"{measure} is not computed from counts")
    fine = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    return Binary(np.where(fine, yi, np.nan), np.where(fine, vi, np.nan), added)


def cells_of(counts: TwoByTwo) -> Array:
    """The four cells, shape (4, k): events and no events of side 1, then of side 2."""
    first = (counts.events_1, counts.total_1 - counts.events_1)
    second = (counts.events_2, counts.total_2 - counts.events_2)
    return np.array([*first, *second])


def correctable(counts: TwoByTwo) -> NDArray[np.bool_]:
    """Which studies have an empty cell."""
    return np.asarray((cells_of(counts) == 0).any(axis=0))


def without_contrast(counts: TwoByTwo) -> NDArray[np.bool_]:
    """Which studies saw no event, or only events, on both sides: they tell no ratio."""
    a, b, c, d = cells_of(counts)
    return np.asarray(((a == 0) & (c == 0)) | ((b == 0) & (d == 0)))
