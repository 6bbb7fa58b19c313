"""Rare events without any correction of zero cells: Mantel-Haenszel and Peto.

Variances: Robins, Breslow and Greenland 1986 (odds ratio), Greenland and Robins 1985 (risk ratio),
Sato, Greenland and Robins 1989 (risk difference), Yusuf 1985 (Peto).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.pooling.distributions import chi2_tail
from speciosa.evidence.pooling.intervals import inference

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import TwoByTwo


@dataclass(frozen=True, slots=True, kw_only=True)
class RareEvents:
    """A common effect from counts, on the analysis scale.

    ``k`` counts the studies that carry information, ``uninformative`` names the places of those
    that carry none. Q is Peto's own; Mantel-Haenszel has none here.
    """

    measure: Measure
    method: Literal["MH", "Peto"]
    level: float
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    stat: float
    p: float
    uninformative: tuple[int, ...]
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None


def mantel_haenszel(counts: TwoByTwo, measure: Measure, *, level: float = 0.95) -> RareEvents:
    """Mantel-Haenszel OR, RR (logarithms) or RD; raises ValueError where it is not defined."""
    if measure not in _MANTEL_HAENSZEL:
        raise ValueError(f"Mantel-Haenszel pools OR, RR and RD, not {measure.value}")
    a, b, c, d = _cells(counts)
    n = a + b + c + d
    # Without any event, or with nothing but events, a study says nothing of a ratio; of a risk
    # difference it does.
    silent = np.zeros(a.size, dtype=bool)
    if measure.is_ratio:
        silent = a + c == 0
    if measure is Measure.OR:
        silent = silent | (b + d == 0)
    told = ~silent
    estimate, variance = _MANTEL_HAENSZEL[measure](a[told], b[told], c[told], d[told], n[told])
    got = inference(estimate, math.sqrt(variance), None, level)
    return RareEvents(
        measure=measure, method="MH", level=level, k=int(told.sum()),
        estimate=got.estimate, se=got.se, ci_low=got.ci_low, ci_high=got.ci_high,
        stat=got.stat, p=got.p, uninformative=tuple(np.flatnonzero(silent).tolist()),
    )  # fmt: skip


def peto(counts: TwoByTwo, *, level: float = 0.95) -> RareEvents:
    """Peto's one-step odds ratio (logarithm); raises ValueError without a single informative study.

    Biased where arms are very unequal or the effect is large.
    """
    a, b, c, d = _cells(counts)
    n1, n2, n = a + b, c + d, a + b + c + d
    variance = n1 * n2 * (a + c) * (b + d) / (n**2 * (n - 1))
    told = variance > 0
    if not told.any():
        raise ValueError("no study has both events and people without: no Peto odds ratio")
    difference, v = (a - n1 * (a + c) / n)[told], variance[told]
    centre = float(difference.sum() / v.sum())
    got = inference(centre, 1 / math.sqrt(float(v.sum())), None, level)
    q, df = float((v * (difference / v - centre) ** 2).sum()), int(told.sum()) - 1
    return RareEvents(
        measure=Measure.OR, method="Peto", level=level, k=df + 1,
        estimate=got.estimate, se=got.se, ci_low=got.ci_low, ci_high=got.ci_high,
        stat=got.stat, p=got.p, uninformative=tuple(np.flatnonzero(~told).tolist()),
        q=q, q_df=df, q_p=chi2_tail(q, df),
    )  # fmt: skip


Cells = np.ndarray[tuple[int], np.dtype[np.float64]]


def _cells(counts: TwoByTwo) -> tuple[Cells, Cells, Cells, Cells]:
    a, c = np.asarray(counts.events_1, float), np.asarray(counts.events_2, float)
    b, d = np.asarray(counts.total_1, float) - a, np.asarray(counts.total_2, float) - c
    if a.size == 0 or min(a.min(), b.min(), c.min(), d.min()) < 0 or (a + b < 1).any():
        raise ValueError("counts must be from 0 to the size of the arm, and arms not empty")
    if (c + d < 1).any():
        raise ValueError("counts must be from 0 to the size of the arm, and arms not empty")
    return a, b, c, d


def _odds_ratio(a: Cells, b: Cells, c: Cells, d: Cells, n: Cells) -> tuple[float, float]:
    r, s = a * d / n, b * c / n
    total_r, total_s = float(r.sum()), float(s.sum())
    _defined(total_r, total_s)
    p, q = (a + d) / n, (b + c) / n
    variance = (
        float((p * r).sum()) / (2 * total_r**2)
        + float((p * s + q * r).sum()) / (2 * total_r * total_s)
        + float((q * s).sum()) / (2 * total_s**2)
    )
    return math.log(total_r / total_s), variance


def _risk_ratio(a: Cells, b: Cells, c: Cells, d: Cells, n: Cells) -> tuple[float, float]:
    n1, n2 = a + b, c + d
    total_r, total_s = float((a * n2 / n).sum()), float((c * n1 / n).sum())
    _defined(total_r, total_s)
    variance = float(((n1 * n2 * (a + c) - a * c * n) / n**2).sum()) / (total_r * total_s)
    return math.log(total_r / total_s), variance


def _risk_difference(a: Cells, b: Cells, c: Cells, d: Cells, n: Cells) -> tuple[float, float]:
    n1, n2 = a + b, c + d
    weight = float((n1 * n2 / n).sum())
    estimate = float(((a * n2 - c * n1) / n).sum()) / weight
    first = float(((n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / n**2).sum())
    second = float(((a * d + c * b) / (2 * n)).sum())
    return estimate, (estimate * first + second) / weight**2


_MANTEL_HAENSZEL = {
    Measure.OR: _odds_ratio,
    Measure.RR: _risk_ratio,
    Measure.RD: _risk_difference,
}


def _defined(r: float, s: float) -> None:
    if r <= 0 or s <= 0:
        raise ValueError(
            "one side has no events (or nothing else) in every study: the pooled ratio is 0 or"
            " infinite; report the counts"
        )
