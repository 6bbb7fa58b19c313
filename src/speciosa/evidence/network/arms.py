"""Arms of trials (events, means or events over time) to effects with their full covariance.

Every arm gives a value and a variance; effects are differences of values, and those of one trial
share the variance of the arm they are measured against. For standardised mean differences one
standard deviation, pooled over all arms, and one small-sample factor serve the whole trial, so
that the effects of a trial with several arms agree with one another (Crippa and Orsini 2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes.table import Handling, Measure
from speciosa.evidence.network.columns import Table, above_zero, number
from speciosa.evidence.network.names import variants
from speciosa.evidence.network.trial import Counts, Given, Trial

BINARY = (Measure.OR, Measure.RR, Measure.RD)
CONTINUOUS = (Measure.MD, Measure.SMD)
RATES = (Measure.IRR, Measure.IRD)
KINDS = (BINARY, CONTINUOUS, RATES)


class _Arm(NamedTuple):
    treatment: str
    events: float
    total: float
    mean: float
    sd: float
    time: float


def measures_of(table: Table) -> tuple[Measure, ...]:
    """The measures that the columns allow, the usual one of each kind first."""
    columns = (("events", "total"), ("mean", "sd", "total"), ("events", "time"))
    pairs = zip(columns, KINDS, strict=True)
    return tuple(m for needed, kind in pairs if table.has(*needed) for m in kind)


def read_arms(
    table: Table, measure: Measure, *, increment: float, keep_without_events: bool
) -> Given:
    """Trials of a table with a row for each arm. Raises ``InputError`` with every problem."""
    problems: list[InputProblem] = []
    by_study = _arms(table, measure, problems)
    problems += variants((a.treatment for arms in by_study.values() for a in arms), "treatment")
    problems += variants(by_study, "study")
    for study, arms in by_study.items():
        names = [arm.treatment for arm in arms]
        where = f"study {study!r}"
        if len(arms) == 1:
            problems.append(InputProblem(where, "one arm", "at least two arms"))
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            given = f"more than one arm of {', '.join(twice)}"
            accepted = "one row for each treatment: join such arms, or name them apart"
            problems.append(InputProblem(where, given, accepted))
    if problems:
        raise InputError(problems)
    handled: list[Handling] = []
    trials = []
    for study, arms in by_study.items():
        told = _without_information(arms, measure)
        if told and not keep_without_events:
            handled.append(Handling(study=study, what=f"left out: {told}"))
            continue
        if told:
            told += ": kept as asked, with the correction alone as its data"
            handled.append(Handling(study=study, what=told))
        trials.append(_trial(study, arms, measure, increment, handled))
    counts = tuple(
        Counts(
            label=study,
            arms=tuple(a.treatment for a in arms),
            events=tuple(a.events for a in arms),
            totals=tuple(a.total for a in arms),
        )
        for study, arms in by_study.items()
    )
    return Given(
        measure=measure,
        layout="arms",
        trials=tuple(trials),
        counts=counts if measure in BINARY else (),
        handled=tuple(handled),
        columns=table.columns,
        unused=table.unused,
    )


def _arms(table: Table, measure: Measure, problems: list[InputProblem]) -> dict[str, list[_Arm]]:
    found: dict[str, list[_Arm]] = {}
    nothing = math.nan
    for index, row in enumerate(table.rows):
        line = f"line {table.lines[index]}"
        study, treatment = row["study"], row["treatment"]
        for name, value in (("study", study), ("treatment", treatment)):
            if not value:
                problems.append(InputProblem(line, f"no {name}", f"the name of the {name}"))
        events = total = mean = sd = time = nothing
        if measure in BINARY or measure in RATES:
            events = number(table, index, "events", problems, least=0)
        if measure in BINARY or measure in CONTINUOUS:
            total = above_zero(table, index, "total", problems)
        if measure in CONTINUOUS:
            mean = number(table, index, "mean", problems)
            sd = above_zero(table, index, "sd", problems)
            if total < 2:
                problems.append(InputProblem(line, f"{total:g} people", "at least 2 in an arm"))
        if measure in RATES:
            time = above_zero(table, index, "time", problems)
        if measure in BINARY and events > total:
            given = f"{events:g} events in {total:g} people"
            problems.append(InputProblem(line, given, "no more events than people"))
        for name, count in (("events", events), ("total", total)):
            if math.isfinite(count) and count != round(count):
                given = f"{name} {count:g}"
                problems.append(InputProblem(line, given, "a whole number, not a share"))
        found.setdefault(study, []).append(_Arm(treatment, events, total, mean, sd, time))
    return found


def _without_information(arms: list[_Arm], measure: Measure) -> str:
    """Why the arms say nothing about a ratio or difference; empty where they do."""
    if measure in BINARY or measure in RATES:
        if all(arm.events == 0 for arm in arms):
            return "no event in any arm"
        if measure in BINARY and all(arm.events == arm.total for arm in arms):
            return "an event in everyone of every arm"
    return ""


def _trial(
    study: str, arms: list[_Arm], measure: Measure, increment: float, handled: list[Handling]
) -> Trial:
    names = tuple(arm.treatment for arm in arms)
    events, total, mean, sd, time = (
        np.array([getattr(arm, name) for arm in arms]) for name in _Arm._fields[1:]
    )
    people = total if measure not in RATES else np.array([])
    if measure in BINARY and bool(np.any((events == 0) | (events == total))):
        events, total = events + increment, total + 2 * increment
        what = f"a cell of 0: {increment:g} added to every cell of every arm of this trial"
        handled.append(Handling(study=study, what=what))
    if measure in RATES and bool(np.any(events == 0)):
        events = events + increment
        what = f"an arm without events: {increment:g} added to the events of every arm"
        handled.append(Handling(study=study, what=what))
    extra = 0.0
    if measure is Measure.SMD:
        df = float(total.sum()) - len(arms)
        spread = math.sqrt(float(((total - 1) * sd**2).sum()) / df)
        value, variance = _small_sample(df) * mean / spread, 1 / total
        extra = 1 / (2 * float(total.sum()))
    else:
        value, variance = _SCALES[measure](events, total, mean, sd, time)
    y = value[1:] - value[0]
    s = np.diag(variance[1:]) + variance[0] + extra * np.outer(y, y)
    return Trial(label=study, arms=names, y=y, s=s, people=tuple(float(n) for n in people))


def _small_sample(df: float) -> float:
    """Hedges' factor, exact."""
    return math.exp(float(gammaln(df / 2) - gammaln((df - 1) / 2))) / math.sqrt(df / 2)


_Array = np.ndarray[tuple[int], np.dtype[np.float64]]
_Scale = Callable[[_Array, _Array, _Array, _Array, _Array], tuple[_Array, _Array]]
_SCALES: dict[Measure, _Scale] = {
    Measure.OR: lambda r, n, *_: (np.log(r / (n - r)), 1 / r + 1 / (n - r)),
    Measure.RR: lambda r, n, *_: (np.log(r / n), 1 / r - 1 / n),
    Measure.RD: lambda r, n, *_: (r / n, r * (n - r) / n**3),
    Measure.MD: lambda r, n, m, sd, _t: (m, sd**2 / n),
    Measure.IRR: lambda r, n, m, sd, t: (np.log(r / t), 1 / r),
    Measure.IRD: lambda r, n, m, sd, t: (r / t, r / t**2),
}
