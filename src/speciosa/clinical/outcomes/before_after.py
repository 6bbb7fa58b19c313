"""One change, one questionnaire: totals before against totals after, as far as that can be told.

The comparison has no control. It asks only whether the totals differ by more than measurement
error, autocorrelation, a trend under way and regression to the mean would explain. A rise is
called more readily than a fall: for a fall all four must be excluded, for a rise the first two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.clinical.outcomes.accounts import Shift, most, shift, strict_shift
from speciosa.clinical.outcomes.courses import measurement_error
from speciosa.clinical.outcomes.kratom import about_kratom, direction_of
from speciosa.clinical.outcomes.regression import DAYS_A_WEEK, Range, united
from speciosa.clinical.outcomes.result import Course, Mark, Point, Response, Verdict
from speciosa.clinical.outcomes.thresholds import days, number, unsettled_days
from speciosa.clinical.outcomes.timeline import Direction, Event, EventKind
from speciosa.finding import Estimate

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.accounts import Account
    from speciosa.clinical.outcomes.kratom import KratomChange, Use
    from speciosa.knowledge import Knowledge

COMPARED = ("gad7", "phq9")
POINTS = "points"


class Change(NamedTuple):
    """Anything that can move a score: a day, what it was, which way where it is kratom."""

    date: dt.date
    what: str
    kratom: bool
    direction: Direction | None
    begin: dt.date


class Window(NamedTuple):
    """Totals on both sides of a change and what stands in the way of comparing them."""

    before: tuple[Point, ...]
    after: tuple[Point, ...]
    overlapping: tuple[Change, ...]
    settling_days: int


def mark_of(event: Event, knowledge: Knowledge) -> Mark:
    """A change as it stands on the time axis."""
    key = f"mark_{event.kind}"
    if event.kind is EventKind.CHANGED and event.direction is not None:
        key = f"mark_{event.direction}"
    return Mark(
        date=event.date,
        kind=event.kind,
        what=event.what,
        text=knowledge.care.outcomes.line(key, what=event.what),
        kratom=about_kratom(event, knowledge),
    )


def responses_of(
    courses: tuple[Course, ...],
    events: Iterable[Event],
    use: Use,
    knowledge: Knowledge,
) -> tuple[Response, ...]:
    """Every change in treatment or kratom against every questionnaire that can be compared."""
    events = tuple(sorted(set(events), key=lambda e: (e.date, e.kind, e.what, e.treatment, e.note)))
    others = tuple(_changes(events, use.changes, knowledge))
    compared = [c for c in courses if c.instrument in COMPARED]
    return tuple(
        _response(course, event, others, use, knowledge)
        for event in events
        if event.kind is not EventKind.LIFE
        for course in compared
    )


def _changes(
    events: Iterable[Event], kratom: tuple[KratomChange, ...], knowledge: Knowledge
) -> Iterator[Change]:
    for event in events:
        is_kratom = about_kratom(event, knowledge)
        yield Change(event.date, event.what, is_kratom, direction_of(event), event.date)
    for change in kratom:
        if change.implied:
            yield Change(change.date, change.what, True, change.direction, change.begin)


def window_of(
    points: tuple[Point, ...], event: Event, others: tuple[Change, ...], knowledge: Knowledge
) -> Window:
    """Totals that belong to this change alone: other changes cut both sides short."""
    reach = dt.timedelta(days=days(knowledge, "window-days"))
    overlap = dt.timedelta(days=days(knowledge, "overlap-days"))
    own = Change(
        event.date,
        event.what,
        about_kratom(event, knowledge),
        direction_of(event),
        event.date,
    )
    rest = [c for c in others if c != own]
    overlapping = tuple(c for c in rest if c.begin - overlap <= event.date <= c.date + overlap)
    earlier = [c for c in rest if c not in overlapping and c.date < event.date]
    later = [c for c in rest if c not in overlapping and c.begin > event.date]
    start = max(
        [event.date - reach, *(c.date + _settling(c, knowledge) for c in earlier)],
    )
    end = min([event.date + reach, *(c.begin for c in later)])
    settled = event.date + _settling(own, knowledge)
    return Window(
        before=tuple(p for p in points if start <= p.date <= event.date),
        # A total taken on the day of the next change still belongs to the time before it.
        after=tuple(p for p in points if settled < p.date <= end),
        overlapping=overlapping,
        settling_days=_settling(own, knowledge).days,
    )


def _settling(change: Change, knowledge: Knowledge) -> dt.timedelta:
    """How long totals can still show both sides of a change; longest after less kratom."""
    count = days(knowledge, "settle-days")
    if change.kratom:
        count = max(count, unsettled_days(knowledge))
    return dt.timedelta(days=count)


# ------------------------------------------------------------------ one comparison


def _response(
    course: Course, event: Event, others: tuple[Change, ...], use: Use, knowledge: Knowledge
) -> Response:
    wording = knowledge.care.outcomes
    mark = mark_of(event, knowledge)
    window = window_of(course.points, event, others, knowledge)
    reasons = tuple(_obstacles(course, window, knowledge))
    facts = (*course.facts, *_facts(course.instrument, knowledge))
    if reasons:
        return Response(
            instrument=course.instrument,
            name=course.name,
            event=mark,
            verdict=Verdict.CANNOT_TELL,
            text=_cannot(course, mark, reasons, knowledge),
            before=len(window.before),
            after=len(window.after),
            reasons=reasons,
            facts=facts,
        )
    level = _level(course, window, knowledge)
    beyond = _beyond_trend(course, window, knowledge)
    expected = _expected(course, window, knowledge)
    verdict, reasons = _verdict(course, level, beyond, expected, knowledge)
    if mark.kratom:
        verdict, reasons = _of_kratom(event, verdict, reasons, knowledge)
    elif verdict in (Verdict.LOWER, Verdict.NO_CLEAR_DIFFERENCE):
        beside = _beside_kratom(event, window, use, knowledge)
        if beside:
            verdict, reasons = Verdict.CANNOT_TELL, (beside,)
    if verdict is Verdict.CANNOT_TELL:
        text = _cannot(course, mark, reasons, knowledge)
    else:
        text = wording.line(
            {
                Verdict.LOWER: "lower",
                Verdict.HIGHER: "higher",
                Verdict.NO_CLEAR_DIFFERENCE: "no_clear",
            }[verdict],
            name=course.name,
            event=_inside(mark),
            what=mark.what,
            change=f"{abs(level.value):.1f}",
            **_ends(level, verdict),
        )
    return Response(
        instrument=course.instrument,
        name=course.name,
        event=mark,
        verdict=verdict,
        text=text,
        before=len(window.before),
        after=len(window.after),
        from_date=window.before[0].date,
        to_date=window.after[-1].date,
        change=_estimate(level, knowledge),
        beyond_trend=None if beyond is None else _estimate(beyond, knowledge),
        expected=None
        if expected is None
        else Estimate(
            value=round(expected, 2),
            unit=POINTS,
            no_interval_because=wording.line("expected_none"),
            facts=_facts(course.instrument, knowledge),
        ),
        reasons=reasons,
        facts=facts,
    )


def _obstacles(course: Course, window: Window, knowledge: Knowledge) -> Iterator[str]:
    """Why no comparison can be made at all."""
    line = knowledge.care.outcomes.line
    for change in window.overlapping:
        yield line("overlap", what=change.what, date=change.date.isoformat())
    needed = days(knowledge, "before-needed")
    if len(window.before) < needed:
        yield line("few_before", count=len(window.before), needed=needed)
    needed = days(knowledge, "after-needed")
    if len(window.after) < needed:
        settle = window.settling_days
        yield line("few_after", count=len(window.after), needed=needed, days=settle)
    if measurement_error(knowledge.instruments.by_id[course.instrument]) is None:
        yield line("no_error")
    if any(p.low != p.high for p in (*window.before, *window.after)):
        yield line("open_totals")


def _axes(window: Window) -> tuple[list[int], list[float]]:
    both = (*window.before, *window.after)
    return [p.date.toordinal() for p in both], [p.total for p in both]


def _united(course: Course, window: Window, knowledge: Knowledge, *, trend: bool) -> Range:
    at, totals = _axes(window)
    step = np.r_[np.zeros(len(window.before)), np.ones(len(window.after))]
    columns = [np.ones(len(at)), step]
    if trend:
        columns.append((np.asarray(at, dtype=float) - np.mean(at)) / DAYS_A_WEEK)
    return united(
        at,
        totals,
        np.column_stack(columns),
        1,
        rho_highest=number(knowledge, "autocorrelation-highest"),
        floor=measurement_error(knowledge.instruments.by_id[course.instrument]) or 0.0,
        learn=len(at) >= number(knowledge, "autocorrelation-learned-from"),
    )


def _level(course: Course, window: Window, knowledge: Knowledge) -> Range:
    return _united(course, window, knowledge, trend=False)


def _beyond_trend(course: Course, window: Window, knowledge: Knowledge) -> Range | None:
    """The step beside a common trend; ``None`` where all totals of one side fall on one day."""
    if len({p.date for p in window.before}) < 2 and len({p.date for p in window.after}) < 2:
        return None
    return _united(course, window, knowledge, trend=True)


def _expected(course: Course, window: Window, knowledge: Knowledge) -> float | None:
    """How far the mean before would move by regression to the mean; ``None`` without figures.

    The mean of autocorrelated totals is worth fewer totals than it counts; the highest
    autocorrelation allowed for decides how many.
    """
    reliability = knowledge.care.outcome_number(f"{course.instrument}/reliability")
    usual = knowledge.care.outcome_number(f"{course.instrument}/reference-mean")
    if reliability is None or usual is None:
        return None
    at = np.array([p.date.toordinal() for p in window.before], dtype=float)
    rho = number(knowledge, "autocorrelation-highest")
    correlation = rho ** (np.abs(at[:, None] - at) / DAYS_A_WEEK)
    worth = at.size**2 / float(correlation.sum())
    of_mean = worth * reliability / (1 + (worth - 1) * reliability)
    mean = float(np.mean([p.total for p in window.before]))
    return -(1 - of_mean) * (mean - usual)


def _verdict(
    course: Course,
    level: Range,
    beyond: Range | None,
    expected: float | None,
    knowledge: Knowledge,
) -> tuple[Verdict, tuple[str, ...]]:
    line = knowledge.care.outcomes.line
    matters = number(knowledge, f"{course.instrument}/important")
    ends = {"low": f"{level.low:.1f}", "high": f"{level.high:.1f}"}
    if level.low > 0:
        return Verdict.HIGHER, ()
    if level.high >= 0:
        if -matters < level.low and level.high < matters:
            return Verdict.NO_CLEAR_DIFFERENCE, ()
        return Verdict.CANNOT_TELL, (line("wide", **ends),)
    reasons = []
    if expected is None or level.high - min(expected, 0.0) >= 0:
        reasons.append(line("regression"))
    if beyond is None or beyond.high >= 0:
        reasons.append(line("trend"))
    if -level.value < matters:
        reasons.append(line("small", points=f"{matters:g}"))
    if reasons:
        return Verdict.CANNOT_TELL, tuple(reasons)
    return Verdict.LOWER, ()


def _of_kratom(
    event: Event, verdict: Verdict, reasons: tuple[str, ...], knowledge: Knowledge
) -> tuple[Verdict, tuple[str, ...]]:
    """What may be said of a change of kratom: no benefit of more, no proof from less."""
    line = knowledge.care.outcomes.line
    direction = direction_of(event)
    if direction is None:
        return Verdict.CANNOT_TELL, (line("kratom_unknown"),)
    if direction is Direction.MORE and verdict is not Verdict.HIGHER:
        return Verdict.CANNOT_TELL, (line("kratom_more"),)
    if direction is Direction.LESS and verdict is Verdict.HIGHER:
        return Verdict.CANNOT_TELL, (line("kratom_less"),)
    return verdict, reasons


def _beside_kratom(event: Event, window: Window, use: Use, knowledge: Knowledge) -> str:
    """Why kratom stands in the way of a favourable verdict; empty where its use was steady."""
    line = knowledge.care.outcomes.line
    before = _accounts(use, window.before[0].date, event.date)
    after = _accounts(use, event.date + dt.timedelta(days=1), window.after[-1].date)
    if not before or not after:
        return line("kratom_unrecorded")
    if len({a.used for a in (*before, *after)}) > 1:
        return line("kratom_differs")
    highest, now = most(before), most(after)
    if highest is None or now is None or not now.used:
        return ""
    found = strict_shift(highest, now)
    if found in (Shift.MORE, Shift.UNKNOWN) and not (highest.amounts and now.amounts):
        return line("kratom_amount_unknown")
    is_less = shift(highest, now, use.share) is Shift.LESS
    return line("kratom_differs") if is_less or found in (Shift.MORE, Shift.UNKNOWN) else ""


def _accounts(use: Use, begin: dt.date, end: dt.date) -> tuple[Account, ...]:
    """Every account of kratom use in a stretch of time.

    An account that is older than the stretch, but recent, still holds at its beginning.
    """
    inside = tuple(a for a in use.accounts if begin <= a.date <= end)
    if inside:
        return inside
    return tuple(a for a in use.accounts if begin - use.holds <= a.date < begin)[-1:]


# ------------------------------------------------------------------ words


def _cannot(course: Course, mark: Mark, reasons: tuple[str, ...], knowledge: Knowledge) -> str:
    return knowledge.care.outcomes.line(
        "cannot", name=course.name, event=_inside(mark), reason="; ".join(reasons)
    )


def _inside(mark: Mark) -> str:
    """The mark inside a sentence."""
    head, _, what = mark.text.partition(": ")
    return f"“{head.lower()}: {what}” on {mark.date.isoformat()}"


def _ends(found: Range, verdict: Verdict) -> dict[str, str]:
    """The ends of the interval as the sentence needs them: a fall is told by its size."""
    low, high = found.low, found.high
    if verdict is Verdict.LOWER:
        low, high = -high, -low
    return {"low": f"{low:.1f}", "high": f"{high:.1f}"}


def _estimate(found: Range, knowledge: Knowledge) -> Estimate:
    return Estimate(
        value=round(found.value, 2),
        unit=POINTS,
        low=round(found.low, 2),
        high=round(found.high, 2),
        interval=knowledge.care.outcomes.line(
            "interval", low=f"{found.rho_low:.2g}", high=f"{found.rho_high:.2g}"
        ),
        facts=("care/outcomes/autocorrelation-highest",),
    )


def _facts(instrument: str, knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(
        f"care/outcomes/{instrument}/{key}"
        for key in ("reliability", "reference-mean", "important")
        if knowledge.care.outcome_number(f"{instrument}/{key}") is not None
    )
