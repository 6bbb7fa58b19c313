"""Use of products on a time axis: which dose is taken when, and what use came before.

Times are hours on an axis whose nought the maker of the schedule chooses. Amounts do not stand
here: a dose is a fraction of the product's own dose, so a missed dose is one that is not listed
and half a tablet is a fraction of 0.5.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from typing import Self

    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.draws import Array

DAY_H = 24.0
_NEAR = 1e-6  # hours within which two times are one
WEEK_DAYS = 7.0
STEADY = math.inf  # as many earlier periods as the steady state takes


class Dose(msgspec.Struct, frozen=True, order=True):
    """One dose: when, of which product (index), and which part of that product's dose."""

    time_h: float
    product: int
    fraction: float = 1.0


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """The same doses of one product, period after period, until ``end_h``.

    Period j before the end (j = 1 to ``count``) has doses at ``end_h - j * period_h + t`` for every
    t in ``times_h`` (ascending, below ``period_h``). ``count`` is ``STEADY`` for use that has
    lasted so long that one period is as the next.
    """

    product: int
    times_h: tuple[float, ...]
    period_h: float = DAY_H
    count: float = STEADY
    end_h: float = 0.0
    fraction: float = 1.0

    def __post_init__(self) -> None:
        ordered = list(self.times_h) == sorted(self.times_h)
        if not self.times_h or not ordered or not 0 <= self.times_h[0] <= self.times_h[-1]:
            raise ValueError("the times of a repeated dose ascend from 0 and are not empty")
        if self.times_h[-1] >= self.period_h:
            raise ValueError("the times of a repeated dose lie within its period")
        if not self.fraction > 0 or self.count < 0 or math.isnan(self.count):
            raise ValueError("a repeated dose has a fraction above 0 and a count from 0")
        if not (math.isinf(self.count) or float(self.count).is_integer()):
            raise ValueError("a repeated dose is repeated a whole number of times, or always")

    @property
    def start_h(self) -> float:
        """When the first of the periods began; minus infinity where it has always been so."""
        return self.end_h - self.count * self.period_h if self.count else self.end_h

    @property
    def per_hour(self) -> float:
        """Doses of the product per hour on average."""
        return self.fraction * len(self.times_h) / self.period_h

    def last(self, periods: int) -> tuple[Dose, ...]:
        """The doses of the last ``periods`` periods (fewer when there were fewer)."""
        kept = int(min(periods, self.count))
        return tuple(
            Dose(self.end_h - j * self.period_h + t, self.product, self.fraction)
            for j in range(kept, 0, -1)
            for t in self.times_h
        )

    def without_last(self, periods: int) -> Repeat:
        """The same use, ended ``periods`` periods earlier."""
        kept = min(periods, self.count)
        return msgspec.structs.replace(
            self,
            count=self.count if math.isinf(self.count) else self.count - kept,
            end_h=self.end_h - kept * self.period_h,
        )


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """The use that preceded the schedule; empty for none."""

    repeats: tuple[Repeat, ...] = ()

    @property
    def steady(self) -> bool:
        """Whether any of it has gone on for so long that it has no beginning here."""
        return any(math.isinf(r.count) for r in self.repeats)


NOTHING = Before()


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Doses from ``start_h`` to ``end_h``, in the order of time, and the use before."""

    doses: tuple[Dose, ...]
    start_h: float
    end_h: float
    before: Before = NOTHING

    def __post_init__(self) -> None:
        if not self.start_h < self.end_h or not math.isfinite(self.end_h - self.start_h):
            raise ValueError("a schedule ends after it starts")
        if list(self.doses) != sorted(self.doses):
            raise ValueError("the doses of a schedule stand in the order of time")
        if self.doses and not self.start_h <= self.doses[0].time_h <= self.doses[-1].time_h:
            raise ValueError("the doses of a schedule lie between its start and its end")
        if self.doses and self.doses[-1].time_h > self.end_h:
            raise ValueError("the doses of a schedule lie between its start and its end")
        if not all(d.fraction > 0 and d.product >= 0 for d in self.doses):
            raise ValueError("a dose is a fraction above 0 of a product")
        if any(r.end_h > self.start_h for r in self.before.repeats):
            raise ValueError("the use before a schedule ends at its start or earlier")

    @classmethod
    def of(
        cls,
        doses: Sequence[Dose],
        *,
        end_h: float,
        start_h: float = 0.0,
        before: Before = NOTHING,
    ) -> Self:
        """A schedule of doses given in any order."""
        return cls(doses=tuple(sorted(doses)), start_h=start_h, end_h=end_h, before=before)

    @classmethod
    def of_use(
        cls,
        products: Sequence[KratomProduct],
        use_days: float | None,
        knowledge: Knowledge,
    ) -> Self:
        """The last dosing day of products in use, 0 to 24 h after its first dose.

        ``use_days`` are the days since the start of use; ``None`` takes the steady state as
        reached. A product without a frequency is one dose on its own. Times of day are not known:
        doses are spread evenly over the waking hours, and days of use evenly over the week.
        """
        waking_h = knowledge.fact("kratom/assumption_waking_day").number
        doses: list[Dose] = []
        before: list[Repeat] = []
        for index, product in enumerate(products):
            often = product.times_per_day
            if often is None:
                doses.append(Dose(0.0, index))
                continue
            days_apart = WEEK_DAYS / (product.days_per_week or WEEK_DAYS)
            if often < 1.0:
                days_apart, often = max(days_apart, 1.0 / often), 1.0
            # A fractional frequency (2.5 times a day) is spread over a whole number of times.
            count = max(1, round(often))
            times = tuple(waking_h / count * i for i in range(count))
            doses += [Dose(time, index, often / count) for time in times]
            earlier = STEADY if use_days is None else float(max(0.0, use_days // days_apart))
            if earlier:
                before.append(
                    Repeat(
                        product=index,
                        times_h=times,
                        period_h=DAY_H * days_apart,
                        count=earlier,
                        fraction=often / count,
                    )
                )
        return cls.of(doses, end_h=DAY_H, before=Before(repeats=tuple(before)))

    @property
    def last_dose_h(self) -> float | None:
        """When the last dose is taken; ``None`` when nothing is ever taken."""
        ends = [r.last(1)[-1].time_h for r in self.before.repeats if r.count]
        times = [d.time_h for d in self.doses[-1:]] + ends
        return max(times, default=None)

    @property
    def products(self) -> tuple[int, ...]:
        """The products taken, now or before, by index."""
        taken = {d.product for d in self.doses} | {r.product for r in self.before.repeats}
        return tuple(sorted(taken))

    @property
    def daily(self) -> bool:
        """Whether every day is as the day before, and there were days before."""
        repeats = self.before.repeats
        if not repeats or any(r.period_h != DAY_H or r.end_h != self.start_h for r in repeats):
            return False
        wanted = sorted(
            Dose(self.start_h + day * DAY_H + time, r.product, r.fraction)
            for day in range(max(1, round((self.end_h - self.start_h) / DAY_H)))
            for r in repeats
            for time in r.times_h
        )
        return list(self.doses) == wanted

    def until(self, end_h: float) -> Schedule:
        """The same doses, followed up to ``end_h``."""
        return msgspec.structs.replace(self, end_h=end_h)

    def first_day(self) -> Schedule:
        """The doses of one day on their own, as on the first day of use (0 to 24 h)."""
        doses = [
            msgspec.structs.replace(d, time_h=d.time_h - self.start_h)
            for d in self.doses
            if d.time_h < self.start_h + DAY_H
        ]
        return Schedule.of(doses, end_h=DAY_H)

    def per_day(self, amounts: Array) -> Array:
        """The most that is taken in one day, of ``amounts`` (products, subjects) in one dose."""
        days: dict[int, list[tuple[int, float]]] = {}
        for dose in self.doses:
            day = math.floor((dose.time_h - self.start_h) / DAY_H)
            days.setdefault(day, []).append((dose.product, dose.fraction))
        totals = [_together(doses, amounts) for doses in days.values()]
        if not totals:
            earlier = [(r.product, r.fraction * len(r.times_h)) for r in self.before.repeats]
            totals = [_together(earlier, amounts)]
        most: Array = np.max(totals, axis=0)
        return most

    def dose_by_dose(self, hours: float) -> tuple[tuple[Dose, ...], tuple[Repeat, ...]]:
        """The same use with at least the last ``hours`` of what came before listed in doses.

        Returns every listed dose, in the order of time, and the older use that is left.
        """
        doses, older = list(self.doses), []
        for repeat in self.before.repeats:
            periods = math.ceil(hours / repeat.period_h)
            doses += repeat.last(periods)
            older.append(repeat.without_last(periods))
        return tuple(sorted(doses)), tuple(r for r in older if r.count)


def _together(parts: Sequence[tuple[int, float]], amounts: Array) -> Array:
    total = np.zeros(amounts.shape[1])
    for product, fraction in parts:
        total += fraction * amounts[product]
    return total


def days_of_use(since: dt.date | None, on: dt.date) -> float | None:
    """Whole days from the start of use to the date of the case; ``None`` when not known."""
    return None if since is None or since > on else float((on - since).days)


def times_after_a_dose(
    dose_times_h: Iterable[float], period_h: float, hours: float
) -> tuple[float, ...]:
    """Every time ``hours`` after a dose of a repeating pattern that no later dose precedes.

    Where every dose is followed by another sooner, doses were missed: the last one then counts.
    """
    times = sorted(set(dose_times_h))
    following = [*times[1:], times[0] + period_h]
    fitting = tuple(
        time + hours
        for time, after in zip(times, following, strict=True)
        if time + hours <= after + _NEAR
    )
    return fitting or (times[-1] + hours,)
