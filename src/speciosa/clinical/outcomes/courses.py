"""Each questionnaire over time: totals, reliable change, response and remission."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.outcomes.result import Compared, Course, Point
from speciosa.clinical.outcomes.thresholds import days

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.kratom import Use
    from speciosa.clinical.outcomes.timeline import Entry
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments import Instrument
    from speciosa.knowledge.instruments.record import ChangeLabel

FOLLOWED = ("gad7", "phq9", "isi")
WITHDRAWAL_SCALES = ("sows", "cows")
BETTER = frozenset({"reliable_improvement", "possible_improvement", "improvement"})
WORSE = frozenset({"reliable_worsening", "rise"})
POSSIBLY = "possible_worsening"
PERHAPS_WORSE = frozenset({POSSIBLY})


class Contradiction(NamedTuple):
    """One scale with different totals on one day."""

    instrument: str
    date: dt.date
    totals: tuple[float, ...]


def courses_of(entries: Iterable[Entry], use: Use, knowledge: Knowledge) -> tuple[Course, ...]:
    """Every questionnaire that was scored at least once, those most followed first."""
    by_name: dict[str, dict[dt.date, Point]] = {}
    for entry in entries:
        for measured in entry.scores:
            if measured.total is None or measured.instrument not in knowledge.instruments.by_id:
                continue
            total = measured.total
            point = Point(
                date=entry.date,
                total=total,
                low=total if measured.low is None else min(measured.low, total),
                high=total if measured.high is None else max(measured.high, total),
                source=entry.source,
                unsettled=any(c.unsettles(entry.date, knowledge) for c in use.changes),
            )
            days_ = by_name.setdefault(measured.instrument, {})
            known = days_.get(entry.date)
            # The higher of two totals of one day stands, whichever was entered first.
            if known is None or _order(point) > _order(known):
                days_[entry.date] = point
    order = {name: i for i, name in enumerate((*FOLLOWED, *WITHDRAWAL_SCALES))}
    return tuple(
        _course(
            knowledge.instruments.by_id[name],
            tuple(by_name[name][date] for date in sorted(by_name[name])),
            use,
            knowledge,
        )
        for name in sorted(by_name, key=lambda n: (order.get(n, len(order)), n))
    )


def contradictions(entries: Iterable[Entry]) -> Iterator[Contradiction]:
    """Days on which one scale stands with different totals."""
    found: dict[tuple[str, dt.date], set[float]] = {}
    for entry in entries:
        for measured in entry.scores:
            if measured.total is not None:
                found.setdefault((measured.instrument, entry.date), set()).add(measured.total)
    for (instrument, date), totals in sorted(found.items()):
        if len(totals) > 1:
            yield Contradiction(instrument, date, tuple(sorted(totals)))


def measurement_error(instrument: Instrument) -> float | None:
    """Standard error of one total in points, from the reliable change; ``None`` without one."""
    rule = instrument.change.reliable
    return None if rule is None else rule.number / (1.96 * 2**0.5)


def _order(point: Point) -> tuple[float, float, float, str]:
    return point.total, point.high, point.low, str(point.source)


def _course(
    instrument: Instrument,
    points: tuple[Point, ...],
    use: Use,
    knowledge: Knowledge,
) -> Course:
    rules = instrument.change
    first, newest = points[0], points[-1]
    more_kratom = use.can_lower(first.date, newest.date)
    reliable = None if rules.reliable is None else rules.reliable.number
    low, high = instrument.total_low or 0, instrument.total_high or int(max(p.high for p in points))
    return Course(
        instrument=instrument.id,
        name=instrument.name,
        maximum=high,
        points=points,
        reliable=reliable,
        band=None
        if reliable is None
        else (max(low, first.total - reliable), min(high, first.total + reliable)),
        remission_at_most=None if rules.remission is None else rules.remission.high,
        response=None if more_kratom else _response(instrument, first, newest),
        remission=None if more_kratom else _remission(instrument, first, newest),
        more_kratom=more_kratom,
        compared=tuple(_compared(instrument, points, knowledge)),
        facts=tuple(
            f"{instrument.start}/{rule.key}"
            for rule in (rules.labels_rule, rules.reliable, rules.response, rules.remission)
            if rule is not None
        ),
    )


def _compared(
    instrument: Instrument, points: tuple[Point, ...], knowledge: Knowledge
) -> Iterator[Compared]:
    newest = points[-1]
    earlier = points[:-1]
    if not earlier:
        return
    yield _compare(instrument, earlier[0], newest, "first", knowledge)
    if earlier[-1] is not earlier[0]:
        yield _compare(instrument, earlier[-1], newest, "previous", knowledge)
    since = newest.date - dt.timedelta(days=days(knowledge, "lowest-within-days"))
    recent = [p for p in earlier if p.date >= since]
    lowest = min(recent, key=lambda p: (p.total, -p.date.toordinal()), default=None)
    if lowest is not None and lowest not in (earlier[0], earlier[-1]):
        yield _compare(instrument, lowest, newest, "lowest", knowledge)


def _compare(
    instrument: Instrument, start: Point, end: Point, since: str, knowledge: Knowledge
) -> Compared:
    rules = instrument.change
    wording = knowledge.care.outcomes
    label = rules.label(_whole(end.total - start.total))
    ends = {
        rules.label(_whole(end.low - start.high)),
        rules.label(_whole(end.high - start.low)),
    }
    settled = ends == {label}
    kind = label.kind if label is not None and settled else ""
    if label is None:
        text = wording.line("no_rule")
    elif settled:
        text = label.label
    elif _rose(label, ends):
        # An item left out does not take a worsening away.
        kind, text = POSSIBLY, wording.line("label_open_worse")
    else:
        text = wording.line("label_open")
    return Compared(
        since=since,
        from_date=start.date,
        from_total=start.total,
        to_date=end.date,
        to_total=end.total,
        difference=end.total - start.total,
        kind=kind,
        label=text,
    )


def _rose(label: ChangeLabel, ends: set[ChangeLabel | None]) -> bool:
    """Whether an open change is a worsening at both ends, or at the total as it was scored."""
    worse = WORSE | PERHAPS_WORSE
    return label.kind in worse or all(end is not None and end.kind in worse for end in ends)


def _whole(difference: float) -> float:
    """Labels are of whole points; a part of a point counts towards no change."""
    return float(int(difference))


def _response(instrument: Instrument, start: Point, end: Point) -> bool | None:
    """Whether the fall reaches the response rule and is beyond measurement error."""
    rule, reliable = instrument.change.response, instrument.change.reliable
    if rule is None or start.low <= 0 or start is end:
        return None
    answers = {
        100 * (a - b) / a >= rule.number
        for a in (start.low, start.high)
        for b in (end.low, end.high)
    }
    if len(answers) > 1:
        return None
    reached = answers.pop()
    if reached and reliable is not None and start.low - end.high < reliable.number:
        return None
    return reached


def _remission(instrument: Instrument, start: Point, end: Point) -> bool | None:
    """Whether the total fell into the remission range; ``None`` when it began there."""
    rule = instrument.change.remission
    if rule is None or rule.high is None or start is end or start.low <= rule.high:
        return None
    answers = {end.low <= rule.high, end.high <= rule.high}
    return answers.pop() if len(answers) == 1 else None
