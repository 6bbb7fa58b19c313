"""Dose-ranging trials: each dose against control, trend, and contrasts for several shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.analysis.ancova import ancova, arm_means
from speciosa.evidence.trials.analysis.inference import fits, one_sided
from speciosa.evidence.trials.analysis.multiplicity import holm, single_step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Fits, TrialData

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseResponse:
    """``pairwise`` doses against control; p allowing for all of them by Dunnett and by Holm.

    ``trend`` is the linear contrast over doses, scaled to the difference between the highest dose
    and control on a straight line. ``shapes`` (trials, candidates) holds t of each candidate's best
    contrast, positive where scores fall, and ``shapes_p`` the one-sided p allowing for all of them
    (Bretz, Pinheiro and Branson 2005); the smallest of a row is the test for any dose response.
    """

    pairwise: Fits
    dunnett_p: Floats
    holm_p: Floats
    trend: Fits
    trend_one_sided_p: Floats
    shapes: Floats
    shapes_p: Floats


def emax(doses: Sequence[float], ed50: float) -> tuple[float, ...]:
    """Shape of a hyperbola, half of its height at ``ed50``."""
    return tuple(dose / (ed50 + dose) for dose in doses)


def exponential(doses: Sequence[float], rate: float) -> tuple[float, ...]:
    """Shape that steepens; ``rate`` is the dose over which it grows by a factor e."""
    return tuple(float(np.expm1(dose / rate)) for dose in doses)


def dose_response(
    data: TrialData,
    doses: Sequence[float],
    *,
    candidates: Sequence[Sequence[float]] = (),
    visit: int = -1,
) -> DoseResponse:
    """Analyse by covariance at ``visit``; ``doses`` of every arm, the control's (0) first.

    ``candidates`` are shapes: a mean for each arm, of which only the shape matters (a value rises
    with benefit). The line and two hyperbolas (half of the height at a tenth and at a third of the
    highest dose) are taken where none is named. Raises InputError.
    """
    _check(data, doses, candidates)
    top = max(doses)
    shapes = candidates or (tuple(doses), emax(doses, top / 10), emax(doses, top / 3))
    each = ancova(data, visit=visit)
    means, unit, s2, df, good = arm_means(data, visit=visit)
    # From here on a trial with an arm that nobody is left in carries a harmless matrix and a NaN.
    unit = np.where(good[:, None, None], unit, np.eye(data.arms))
    against = np.concatenate([-np.ones((data.arms - 1, 1)), np.eye(data.arms - 1)], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = each.estimate / each.se
    dunnett = single_step(t, _correlation(against[None], unit), df, sides=2)

    line = np.array(doses, dtype=np.float64) - np.mean(doses)
    line /= line @ np.array(doses) / top
    estimate = means @ line
    with np.errstate(invalid="ignore"):
        se = np.sqrt(s2 * np.einsum("a,tab,b->t", line, unit, line))
    trend = fits(estimate[:, None], se[:, None], df[:, None], good[:, None])

    best = _best(np.array(shapes, dtype=np.float64), unit)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.einsum("tma,tab,tmb->tm", best, unit, best)
        values = -np.einsum("tma,ta->tm", best, means) / np.sqrt(s2[:, None] * size)
    values = np.where(good[:, None], values, np.nan)
    return DoseResponse(
        pairwise=each,
        dunnett_p=np.where(each.converged, dunnett, np.nan),
        holm_p=holm(each.p),
        trend=trend,
        trend_one_sided_p=one_sided(trend)[:, 0],
        shapes=values,
        shapes_p=single_step(values, _correlation(best, unit), df, sides=1),
    )


def _best(shapes: Floats, unit: Floats) -> Floats:
    """The contrast with the most power for each shape, (trials, shapes, arms)."""
    inverse = np.linalg.inv(unit)
    ones = np.ones(unit.shape[1])
    weighted = np.einsum("tab,mb->tma", inverse, shapes)
    level = (
        np.einsum("tma,a->tm", weighted, ones)
        / np.einsum("a,tab,b->t", ones, inverse, ones)[:, None]
    )
    contrast: Floats = weighted - level[:, :, None] * (inverse @ ones)[:, None, :]
    length = np.sqrt((contrast**2).sum(axis=2, keepdims=True))
    return np.asarray(contrast / length)


def _correlation(contrasts: Floats, unit: Floats) -> Floats:
    covariance = contrasts @ unit @ np.swapaxes(contrasts, 1, 2)
    sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    correlation: Floats = covariance / (sd[:, :, None] * sd[:, None, :])
    return correlation


def _check(data: TrialData, doses: Sequence[float], candidates: Sequence[Sequence[float]]) -> None:
    problems = []
    rising = all(a < b for a, b in pairwise(doses))
    if len(doses) != data.arms or not rising or doses[0] != 0:
        problems.append(
            InputProblem("doses", str(tuple(doses)), f"{data.arms} rising doses, the first 0")
        )
    for shape in candidates:
        if len(shape) != data.arms or len(set(shape)) < 2:
            problems.append(
                InputProblem("candidates", str(tuple(shape)), "a value for each arm, not all equal")
            )
    if problems:
        raise InputError(problems)
