"""The numbers that a simulation needs, in arrays, derived once from a design and its values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.design.document import Design, Kind, Scale, Strategy, Structure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.design.assumptions import Values

    Floats = NDArray[np.float64]

# Ends of the scales: part of their definition.
HIGHEST = {Scale.HAM_A: 56.0, Scale.GAD_7: 21.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The score at entry: normal in those screened, cut off below the entry score."""

    mean: float
    sd: float
    lowest: float
    highest: float
    enrolled_mean: float
    enrolled_sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Chances of giving the treatment up, (arms, visits), a row for control and one for the rest.

    ``slope`` is the log odds for each SD of a worse score.
    """

    at_random: Floats
    observed: Floats
    unobserved: Floats
    adverse: Floats
    slope: float
    followed: float
    lost_half_weeks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Shares who believe to be on the treatment, and the points that adds."""

    on_treatment: float
    on_control: float
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Craving:
    """Anxiety of stopping kratom: former users, and ``newly`` the share of others on it in a trial.

    ``before`` is False where nobody is in withdrawal from what was taken before the trial: what is
    left is the anxiety of those who stop the kratom that the trial gave them.
    """

    users: float
    points: float
    half_weeks: float
    washout_weeks: float
    relieved: float
    newly: float = 0.0
    before: bool = True

    @property
    def any(self) -> bool:
        """Whether anybody can be in withdrawal."""
        return bool(self.points and (self.users or self.newly))

    def left(self, weeks: Floats | float) -> Floats:
        """Points left so many weeks after the last kratom."""
        return np.asarray(self.points * 0.5 ** (np.asarray(weeks) / self.half_weeks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Everything that turns random numbers into scores. Small enough to send to a worker.

    ``control`` (visits,) is the mean change without treatment, ``slope`` (visits,) how the
    baseline weighs in each visit, ``mixing`` (visits, visits) turns independent normals into
    residuals, ``effect`` (arms, visits) the true difference from control, ``onset`` (visits,) the
    share of it that is there.
    """

    weeks: Floats
    entry: Entry
    control: Floats
    slope: Floats
    mixing: Floats
    effect: Floats
    onset: Floats
    spread: float
    shift_range: tuple[float, float] | None
    treated_share: float
    leaving: Leaving
    belief: Belief
    craving: Craving
    whole_points: bool
    bounded: bool
    highest: float
    strategy: Strategy
    in_periods: bool
    pairs: bool
    carry_over: float
    alternation: int

    @property
    def arms(self) -> int:
        """Number of arms, control included."""
        return int(self.effect.shape[0])


def build(
    design: Design,
    value: Values,
    *,
    null: bool = False,
    bounded: bool = True,
    uncertain: bool = False,
) -> Model:
    """The model of a design under some values. ``null`` takes every true difference away.

    No true difference means, for non-inferiority, to be worse by just the margin.
    """
    weeks = _weeks(design)
    entry = _entry(design, value)
    correlation = value["course.pre_post_correlation"]
    last_sd = _last_sd(entry.enrolled_sd, value["course.change_sd"], correlation)
    # In designs with periods the change on control is that of the first; then scores drift.
    course = (
        np.ones(len(weeks))
        if design.in_periods
        else _share(weeks, value["course.control_half_time_weeks"])
    )
    drift = value.get("periods.drift_points", 0.0) * np.arange(len(weeks))
    steep = correlation * last_sd / entry.enrolled_sd
    onset = (
        np.ones(len(weeks)) if design.in_periods else _share(weeks, value["effect.half_time_weeks"])
    )
    differences = _differences(design, value, null=null)
    residual = last_sd * math.sqrt(1.0 - correlation**2)
    return Model(
        weeks=weeks,
        entry=entry,
        control=value["course.control_change"] * course + drift,
        slope=1.0 + (steep - 1.0) * course,
        mixing=_mixing(design, value, weeks, residual),
        effect=differences[:, None] * onset[None, :],
        onset=onset,
        spread=0.0 if null else value["effect.spread_between_people"],
        shift_range=_uncertainty(design) if uncertain else None,
        treated_share=design.ratio / (1.0 + design.ratio),
        leaving=_leaving(design, value, weeks),
        belief=Belief(
            on_treatment=value["blinding.believe_active_on_treatment"],
            on_control=value["blinding.believe_active_on_control"],
            points=value["blinding.expectancy_points"],
        ),
        craving=Craving(
            users=value.get("withdrawal.share_of_users", 0.0),
            points=value.get("withdrawal.points", 0.0),
            half_weeks=value.get("withdrawal.half_time_weeks", 1.0),
            washout_weeks=value.get("withdrawal.washout_weeks", 0.0),
            relieved=value.get("withdrawal.relieved_share", 1.0),
            newly=value.get("withdrawal.newly_dependent_share", 0.0),
        ),
        whole_points=design.course.whole_points,
        bounded=design.course.bounded and bounded,
        highest=HIGHEST[design.scale],
        strategy=design.analysis.strategy,
        in_periods=design.in_periods,
        pairs=design.design is Kind.N_OF_1,
        carry_over=value.get("periods.carry_over_share", 0.0),
        alternation=len(design.doses) if design.design is Kind.DOSE_RANGING else 0,
    )


def _weeks(design: Design) -> Floats:
    if design.periods is not None:
        return design.periods.weeks * np.arange(1.0, design.periods.count + 1)
    return np.array(design.visits_weeks, dtype=np.float64)


def _share(weeks: Floats, half: float) -> Floats:
    """The share of a change that is there, rising by halves, 1 at the last visit."""
    return np.asarray((1.0 - 0.5 ** (weeks / half)) / (1.0 - 0.5 ** (weeks[-1] / half)))


def _entry(design: Design, value: Values) -> Entry:
    mean, sd = value["course.baseline_mean"], value["course.baseline_sd"]
    lowest, top = value["course.entry_score"], HIGHEST[design.scale]
    # A whole score of 20 stands for everything from 19.5 on.
    edge = lowest - 0.5 if design.course.whole_points else lowest
    low, high = ndtr((edge - mean) / sd), ndtr((top - mean) / sd)
    if high - low < 1e-4:
        given = f"{lowest:g} with a mean of {mean:g} and an SD of {sd:g}"
        accepted = "an entry score that some of those screened reach"
        raise InputError([InputProblem("course.entry_score", given, accepted)])
    grid = low + (np.arange(20_000) + 0.5) / 20_000 * (high - low)
    scores = mean + sd * ndtri(grid)
    return Entry(
        mean=mean,
        sd=sd,
        lowest=edge,
        highest=top,
        enrolled_mean=float(scores.mean()),
        enrolled_sd=float(scores.std()),
    )


def _last_sd(first: float, change: float, correlation: float) -> float:
    """SD of the last score that gives this SD of the change from baseline."""
    inside = change**2 - first**2 * (1.0 - correlation**2)
    if inside <= 0:
        given = (
            f"{change:g} beside an SD of {first:.3g} at entry and a correlation of {correlation:g}"
        )
        accepted = f"at least {first * math.sqrt(1 - correlation**2):.3g}"
        raise InputError([InputProblem("course.change_sd", given, accepted)])
    return correlation * first + math.sqrt(inside)


def _differences(design: Design, value: Values, *, null: bool) -> Floats:
    """True difference of every arm from control, control first."""
    if design.design is Kind.DOSE_RANGING:
        found = [0.0, *(dose.difference for dose in design.doses)]
    else:
        found = [0.0, value["effect.difference"]]
    if null:
        found = [0.0] + [design.margin or 0.0] * (len(found) - 1)
    return np.array(found)


def _uncertainty(design: Design) -> tuple[float, float] | None:
    if design.effect.low is None or design.effect.high is None:
        return None
    return (design.effect.low, design.effect.high)


def _mixing(design: Design, value: Values, weeks: Floats, residual: float) -> Floats:
    """Cholesky factor of the covariance of residuals."""
    correlation = _correlations(design, value, weeks)
    if design.in_periods:
        sds = np.full(len(weeks), residual)
    else:
        span = max(weeks[-1] - weeks[0], 1e-9)
        first = value["course.first_visit_sd_share"] if len(weeks) > 1 else 1.0
        sds = residual * (first + (1.0 - first) * (weeks - weeks[0]) / span)
    try:
        return np.asarray(np.linalg.cholesky(correlation * np.outer(sds, sds)), dtype=np.float64)
    except np.linalg.LinAlgError:
        problem = InputProblem(
            "covariance", "correlations that no scores can have", "a positive definite matrix"
        )
        raise InputError([problem]) from None


def _correlations(design: Design, value: Values, weeks: Floats) -> Floats:
    count = len(weeks)
    if design.in_periods:
        within = value["periods.within_person_correlation"]
        return np.full((count, count), within) + (1.0 - within) * np.eye(count)
    if design.covariance.matrix is not None:
        return np.array(design.covariance.matrix)
    rho = value["covariance.correlation"]
    if design.covariance.structure is Structure.COMPOUND:
        return np.full((count, count), rho) + (1.0 - rho) * np.eye(count)
    if design.covariance.structure is Structure.RANDOM_SLOPE:
        return _random_slope(weeks, rho)
    gaps = np.abs(weeks[:, None] - weeks[None, :]) / value["covariance.per_weeks"]
    return np.asarray(max(rho, 1e-9) ** gaps)


def _random_slope(weeks: Floats, rho: float) -> Floats:
    """Random intercept and slope whose first and last visit correlate by ``rho``."""
    share = (-(rho**2) + math.sqrt(rho**4 + 8.0 * rho**2)) / 2.0
    rest = 1.0 - share
    x = (weeks - weeks[0]) / max(weeks[-1] - weeks[0], 1e-9)
    covariance = share + rest * np.outer(x, x) + rest * np.eye(len(weeks))
    sds = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(sds, sds))


def _leaving(design: Design, value: Values, weeks: Floats) -> Leaving:
    """Chances at each visit, so that the shares asked for have left by the last one.

    Leaving goes evenly over time; adverse events come early.
    """
    starts = np.concatenate(([0.0], weeks[:-1]))
    even = (weeks - starts) / weeks[-1]
    half = value["leaving.adverse_half_time_weeks"]
    early = 0.5 ** (starts / half) - 0.5 ** (weeks / half)
    early = early / early.sum()
    totals = np.array([value["leaving.control"], value["leaving.treatment"]])
    parts = {
        name: totals[:, None] * value[f"leaving.{name}"] * (early if name == "adverse" else even)
        for name in ("at_random", "observed", "unobserved", "adverse")
    }
    gone = np.cumsum(sum(parts.values()), axis=1)
    here = 1.0 - np.concatenate((np.zeros((2, 1)), gone[:, :-1]), axis=1)
    return Leaving(
        **{name: part / here for name, part in parts.items()},
        slope=value["leaving.slope_per_sd"],
        followed=value["leaving.followed_after_stopping"],
        lost_half_weeks=value["leaving.effect_lost_half_time_weeks"],
    )
