"""A regimen on the axis of hours: nought is the first dose shown."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from speciosa.errors import InputError, InputProblem
from speciosa.pharmacology.exposure.plan.document import (
    Missed,
    OneDose,
    PastUse,
    Plan,
    PlanLevel,
    Use,
    minutes,
)
from speciosa.pharmacology.exposure.virtual.schedule import (
    DAY_H,
    WEEK_DAYS,
    Before,
    Dose,
    Repeat,
    Schedule,
    times_after_a_dose,
)

if TYPE_CHECKING:
    from speciosa.case import KratomProduct
    from speciosa.knowledge import Knowledge

MOST_LISTED = 300  # doses simulated one by one; older ones of a regular pattern are summed up
MOST_DOSES = 200_000
_NEAR = 1e-6  # hours within which two times are one


class Layout(NamedTuple):
    """Products, their schedule, and what a reader must know of the axis.

    ``day_one_h``: where midnight of day 1 lies on the axis. ``ongoing``: use goes on without an
    end. ``period_h``: after how long an ongoing pattern repeats. ``times_assumed``: some times of
    day were not given. ``summed_up_h``: how much older use is not listed dose by dose.
    """

    products: tuple[KratomProduct, ...]
    schedule: Schedule
    day_one_h: float
    ongoing: bool
    period_h: float
    times_assumed: bool
    summed_up_h: float

    @property
    def last_dose_h(self) -> float:
        """When the last listed dose is taken."""
        return self.schedule.doses[-1].time_h


class _Pattern(NamedTuple):
    """Doses of one product at ``start_h + j * period_h + t``, before ``end_h``; from midnight."""

    product: int
    fraction: float
    start_h: float
    period_h: float
    times_h: tuple[float, ...]
    end_h: float

    def doses(self, from_h: float) -> list[Dose]:
        first = max(0, math.floor((from_h - self.start_h) / self.period_h))
        last = math.ceil((self.end_h - self.start_h) / self.period_h)
        times = (
            self.start_h + j * self.period_h + t for j in range(first, last) for t in self.times_h
        )
        chosen = (time for time in times if from_h - _NEAR <= time < self.end_h - _NEAR)
        return [Dose(time, self.product, self.fraction) for time in chosen]

    def before(self, start_h: float) -> list[Repeat]:
        """The doses before ``start_h`` as repeats."""
        end = min(start_h, self.end_h)
        whole = max(0, math.floor((end - self.start_h) / self.period_h))
        turn = self.start_h + whole * self.period_h
        rest = tuple(t for t in self.times_h if turn + t < end - _NEAR)
        found = []
        if whole:
            found.append(self._repeat(self.times_h, self.period_h, float(whole), turn))
        if rest:
            found.append(self._repeat(rest, end - turn, 1.0, end))
        return found

    def always(self) -> Repeat:
        """The same pattern, for ever up to its start."""
        return self._repeat(self.times_h, self.period_h, math.inf, self.start_h)

    def _repeat(
        self, times_h: tuple[float, ...], period_h: float, count: float, end_h: float
    ) -> Repeat:
        return Repeat(
            product=self.product,
            times_h=times_h,
            period_h=period_h,
            count=count,
            end_h=end_h,
            fraction=self.fraction,
        )


def lay_out(plan: Plan, knowledge: Knowledge, *, until_h: float | None = None) -> Layout:
    """The doses of a regimen in order, the use before them, and the axis.

    Use without an end goes on through whole periods until ``until_h``, for a day at least.

    Raises ``InputError`` for a missed dose that was never due, and for more doses than can be
    listed where a missed dose, a level or ``until_h`` needs them listed.
    """
    names = [product.name for product in plan.products]
    first_hour = knowledge.fact("kratom/assumption_first_dose_clock").number
    waking_h = knowledge.fact("kratom/assumption_waking_day").number
    period = max((_period(use) for use in plan.use if use.to_day is None), default=0.0)
    horizon = _horizon(plan, period, until_h)
    clock = _Clock(first_hour, waking_h, plan.before is PastUse.STEADY, horizon)
    patterns = [_pattern(use, names, clock) for use in plan.use]
    singles = [_single(dose, names, first_hour) for dose in plan.doses]
    start = _start(plan, patterns, singles)
    listed = [dose for pattern in patterns for dose in pattern.doses(start)] + singles
    kept = _without_missed(plan.missed, sorted(listed), names)
    if not kept:
        raise _wrong("missed", "every dose", "at least one dose that is taken")
    zero = kept[0].time_h
    older = [repeat for pattern in patterns for repeat in pattern.before(start)]
    if plan.before is PastUse.STEADY:
        older += [
            p.always() for p, use in zip(patterns, plan.use, strict=True) if use.from_day == 1
        ]
    moved = [Dose(dose.time_h - zero, dose.product, dose.fraction) for dose in kept]
    return Layout(
        products=tuple(product.as_product() for product in plan.products),
        schedule=Schedule.of(
            moved,
            start_h=start - zero,
            end_h=_end(plan, moved[-1].time_h, horizon),
            before=Before(repeats=tuple(_moved(repeat, zero) for repeat in older)),
        ),
        day_one_h=-zero,
        ongoing=horizon > 0,
        period_h=period,
        times_assumed=any(use.times is None for use in plan.use)
        or (len(kept) > 1 and any(dose.time is None for dose in plan.doses)),
        summed_up_h=start,
    )


def level_times(level: PlanLevel, layout: Layout) -> tuple[float, ...]:
    """When a level was taken, in h on the axis; several where which dose it follows is open.

    Empty for a level without a time. Raises ``InputError`` for a time before the first dose shown.
    """
    if level.day is not None and level.time is not None:
        time = layout.day_one_h + (level.day - 1) * DAY_H + minutes(level.time) / 60.0
        if time < layout.schedule.start_h:
            raise _wrong("levels", "a level before the first dose shown", "a later day and time")
        return (time,)
    hours = level.hours_after_last_dose
    if hours is None:
        return ()
    if not layout.ongoing:
        return (layout.last_dose_h + hours,)
    schedule = layout.schedule
    return times_after_a_dose([d.time_h for d in schedule.doses], schedule.end_h, hours)


# ------------------------------------------------------------------ pieces


class _Clock(NamedTuple):
    """What is taken for granted where no time of day is given; the length of an endless pattern."""

    first_hour: float
    waking_h: float
    steady: bool
    horizon_h: float


def _pattern(use: Use, names: list[str], clock: _Clock) -> _Pattern:
    start = (use.from_day - 1) * DAY_H
    period = _period(use)
    if use.every_hours is None:
        within = _hours(use, clock)
        times = tuple(d * DAY_H + hour for d in range(_days_taken(use)) for hour in within)
    elif clock.steady and use.from_day == 1:
        # Use that has always been so has no first dose: its times lie anywhere in a period.
        times = (clock.first_hour % use.every_hours,)
    else:
        start, times = start + clock.first_hour, (0.0,)
    end = start + clock.horizon_h
    if use.to_day is not None:
        end = start + (use.to_day - use.from_day + 1) * DAY_H
    return _Pattern(names.index(use.product), use.fraction, start, period, times, end)


def _horizon(plan: Plan, period_h: float, until_h: float | None) -> float:
    """How long use without an end is listed: whole periods; 0 where all use ends."""
    if not period_h:
        return 0.0
    followed = plan.follow_days * DAY_H if plan.follow_days is not None else 0.0
    wanted = max(period_h, DAY_H, followed if until_h is None else until_h)
    horizon = period_h * math.ceil(wanted / period_h - _NEAR)
    each = sum(len(use.times or "") or use.times_per_day or 1 for use in plan.use)
    shortest = min(_period(use) for use in plan.use)
    most = shortest * MOST_LISTED / each
    if wanted > max(most, period_h, DAY_H):
        days = f"at most {max(1.0, most // DAY_H):.0f} days of use without an end"
        raise _wrong("--until" if until_h is not None else "follow_days", f"{wanted:g} h", days)
    return horizon


def _period(use: Use) -> float:
    if use.every_hours is not None:
        return use.every_hours
    if use.every_days is not None:
        return use.every_days * DAY_H
    return DAY_H * (WEEK_DAYS if (use.days_per_week or WEEK_DAYS) < WEEK_DAYS else 1.0)


def _days_taken(use: Use) -> int:
    return use.days_per_week if use.days_per_week and use.days_per_week < WEEK_DAYS else 1


def _hours(use: Use, clock: _Clock) -> tuple[float, ...]:
    if use.times is not None:
        return tuple(sorted(minutes(time) / 60.0 for time in use.times))
    often = use.times_per_day or 1
    return tuple(clock.first_hour + clock.waking_h / often * i for i in range(often))


def _single(dose: OneDose, names: list[str], first_hour: float) -> Dose:
    hour = first_hour if dose.time is None else minutes(dose.time) / 60.0
    return Dose((dose.day - 1) * DAY_H + hour, names.index(dose.product), dose.fraction)


def _start(plan: Plan, patterns: list[_Pattern], singles: list[Dose]) -> float:
    """From when on doses are listed: from midnight of day 1, or later when there are many."""
    total = _count(patterns, 0.0) + len(singles)
    if total > MOST_DOSES:
        raise _wrong("use", f"{total:,.0f} doses", f"at most {MOST_DOSES:,} doses")
    if total <= MOST_LISTED:
        return 0.0
    days = math.ceil(max(pattern.end_h for pattern in patterns) / DAY_H)
    left = [-_count(patterns, day * DAY_H) for day in range(days)]
    start = DAY_H * bisect_left(left, -MOST_LISTED)
    named = [m.day for m in plan.missed] + [d.day for d in plan.doses]
    named += [level.day for level in plan.levels if level.day is not None]
    first = min(((day - 1) * DAY_H for day in named), default=start)
    if first < start and total > 4 * MOST_LISTED:
        raise _wrong(
            "use",
            f"{total:,.0f} doses with a dose, a miss or a level early in them",
            f"at most {4 * MOST_LISTED:,} doses where days are named so early",
        )
    return min(start, first)


def _count(patterns: list[_Pattern], from_h: float) -> float:
    """About how many doses fall on or after an hour."""
    return sum(
        max(0.0, p.end_h - max(from_h, p.start_h)) / p.period_h * len(p.times_h) for p in patterns
    )


def _without_missed(missed: tuple[Missed, ...], doses: list[Dose], names: list[str]) -> list[Dose]:
    kept = doses
    for i, miss in enumerate(missed):
        from_h = (miss.day - 1) * DAY_H
        time = None if miss.time is None else from_h + minutes(miss.time) / 60.0
        product = None if miss.product is None else names.index(miss.product)
        left = [
            dose
            for dose in kept
            if not from_h <= dose.time_h < from_h + DAY_H
            or (time is not None and abs(dose.time_h - time) > _NEAR)
            or product not in (None, dose.product)
        ]
        if len(left) == len(kept):
            raise _wrong(f"missed[{i}]", "a dose that was not due", "a day and time with a dose")
        kept = left
    return kept


def _end(plan: Plan, last_dose_h: float, horizon_h: float) -> float:
    if horizon_h:
        return horizon_h
    if plan.follow_days is not None:
        return last_dose_h + plan.follow_days * DAY_H
    return last_dose_h + DAY_H


def _moved(repeat: Repeat, zero: float) -> Repeat:
    return Repeat(
        product=repeat.product,
        times_h=repeat.times_h,
        period_h=repeat.period_h,
        count=repeat.count,
        end_h=repeat.end_h - zero,
        fraction=repeat.fraction,
    )


def _wrong(field: str, value: str, accepted: str) -> InputError:
    return InputError([InputProblem(field, value, accepted)])
