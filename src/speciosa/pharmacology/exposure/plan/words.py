"""A regimen said back in words, so that a reader sees how it was understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.pharmacology.exposure.plan.document import (
    Missed,
    OneDose,
    PastUse,
    Plan,
    PlanLevel,
    Use,
)
from speciosa.pharmacology.exposure.taken.describe import as_used
from speciosa.pharmacology.wording import listed, number, often

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge


def understood(plan: Plan, knowledge: Knowledge) -> tuple[str, ...]:
    """Every part of the regimen in words, and every assumption that filled a gap."""
    said = {p.name: as_used(p.as_product(), knowledge) for p in plan.products}
    lines = []
    lines += [f"{said[use.product]}{_part(use.fraction)}, {_when(use, plan)}" for use in plan.use]
    for product in plan.products:
        doses = [dose for dose in plan.doses if dose.product == product.name]
        if doses:
            lines.append(f"{said[product.name]}, {_doses(doses)}")
    if plan.before is PastUse.NONE:
        lines.append("no kratom before day 1")
    lines += [f"missed: {_missed(miss, said)}" for miss in plan.missed]
    if any(_clockless(use) for use in plan.use):
        first = knowledge.fact("kratom/assumption_first_dose_clock").number
        waking = knowledge.fact("kratom/assumption_waking_day").number
        lines.append(
            f"times of day were not given: the first dose of a day is put at {number(first)}:00, "
            f"several doses are spread evenly over {number(waking)} waking hours"
        )
    lines += [level_words(level) for level in plan.levels]
    ongoing = any(use.to_day is None for use in plan.use)
    if ongoing and any(level.hours_after_last_dose is not None for level in plan.levels):
        lines.append("which dose came before a level is not known: every one that fits is counted")
    return tuple(lines)


def level_words(level: PlanLevel) -> str:
    """A measured level in words, with when it was taken."""
    amount = f"{'below ' if level.below_limit else ''}{_as_given(level.value)} {level.unit}"
    when = "at a time not given"
    if level.hours_after_last_dose is not None:
        when = f"{number(level.hours_after_last_dose)} h after the last dose"
    elif level.day is not None:
        when = f"on day {level.day} at {level.time}"
    limit = level.limit_of_quantification
    known = f" (limit of quantification {_as_given(limit)} {level.unit})" if limit else ""
    return f"measured {level.analyte} {amount}{known} {when}"


def _as_given(value: float) -> str:
    """A figure of a report with all its digits."""
    return f"{value:,.7g}"


def _clockless(use: Use) -> bool:
    return use.times is None


def _when(use: Use, plan: Plan) -> str:
    parts = []
    if use.times is not None:
        parts.append(f"at {listed(use.times)}")
        parts.append("every day" if not (use.days_per_week or use.every_days) else "")
    elif use.times_per_day is not None:
        parts.append(often(float(use.times_per_day)))
    elif use.every_hours is not None:
        parts.append(f"every {number(use.every_hours)} hours")
    if use.days_per_week is not None:
        parts.append(f"on the first {use.days_per_week} days of each week")
    if use.every_days is not None:
        parts.append("every other day" if use.every_days == 2 else f"every {use.every_days} days")
    steady = plan.before is PastUse.STEADY and use.from_day == 1
    if steady:
        parts.append("for so long that levels no longer rise (how long was not given)")
    if use.to_day is not None and steady:
        parts.append(f"up to day {use.to_day}, then no more")
    elif use.to_day == use.from_day:
        parts.append(f"on day {use.from_day}")
    elif use.to_day is not None:
        parts.append(f"from day {use.from_day} to day {use.to_day}")
    return ", ".join(part for part in parts if part)


def _doses(doses: list[OneDose]) -> str:
    if len(doses) == 1 and doses[0].day == 1 and doses[0].time is None:
        return f"one dose{_part(doses[0].fraction)} on its own"
    return f"{len(doses)} dose{'s' if len(doses) > 1 else ''}: " + listed(
        [
            f"day {dose.day}{f' at {dose.time}' if dose.time else ''}{_part(dose.fraction)}"
            for dose in doses
        ]
    )


def _missed(miss: Missed, said: dict[str, str]) -> str:
    what = f" of {said[miss.product]}" if miss.product is not None else ""
    if miss.time is None:
        return f"every dose{what} on day {miss.day}"
    return f"the dose{what} at {miss.time} on day {miss.day}"


def _part(fraction: float) -> str:
    return "" if fraction == 1.0 else f" ({number(fraction)} of that dose each time)"
