"""Change over time, labelled against measurement error and set beside what else changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.severity.result import Change, HistoryPoint, Score
from speciosa.clinical.severity.screens import named
from speciosa.finding import Finding

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments import Instrument, Wording

FOLLOWED = ("gad7", "phq9", "isi")
BETTER = ("reliable_improvement", "possible_improvement", "improvement")
SIZES = ("change/mcid", "change/moderate-improvement")
WORSE = ("reliable_worsening", "possible_worsening", "rise")


class Point(NamedTuple):
    """A dated total; ``low`` and ``high`` bound it where items were missing."""

    date: dt.date
    total: float
    low: float
    high: float


class Compared(NamedTuple):
    """A change and the kind of its label, which is empty where missing items leave it open."""

    change: Change
    kind: str
    to: Point
    since: str


def history_of(case: Case, scores: tuple[Score, ...]) -> tuple[HistoryPoint, ...]:
    """Every dated total of the scales that can be followed, oldest first within each."""
    return tuple(
        HistoryPoint(instrument=name, date=p.date.isoformat(), score=p.total)
        for name in FOLLOWED
        for p in _points(case, scores, name)
    )


def changes_of(case: Case, scores: tuple[Score, ...], knowledge: Knowledge) -> tuple[Compared, ...]:
    """The newest total against the first one and, if there are more, against the one before."""
    found: list[Compared] = []
    for name in FOLLOWED:
        points = _points(case, scores, name)
        if not points:
            continue
        newest = points[-1]
        contradicted = _contradicted(case, name)
        if newest.date in contradicted and named(scores, name) is None:
            continue
        earlier = [p for p in points[:-1] if p.date < newest.date and p.date not in contradicted]
        if not earlier:
            continue
        instrument = knowledge.instruments.by_id[name]
        wording = knowledge.instruments.severity_wording
        found.append(_compare(instrument, earlier[0], newest, wording, from_first=True))
        if earlier[-1] != earlier[0]:
            found.append(_compare(instrument, earlier[-1], newest, wording, from_first=False))
    return tuple(found)


def change_findings(
    case: Case, compared: tuple[Compared, ...], knowledge: Knowledge
) -> Iterator[Finding]:
    """Each change in a sentence, then what can mislead in it."""
    wording = knowledge.instruments.severity_wording
    for name in FOLLOWED:
        for date, totals in sorted(_contradicted(case, name).items()):
            yield wording.finding(
                "change_contradicted",
                values={
                    "name": knowledge.instruments.by_id[name].name,
                    "totals": " and ".join(f"{total:g}" for total in totals),
                    "date": date.isoformat(),
                },
                about=f"{name}.{date.isoformat()}",
            )
    for item in compared:
        yield _sentence(item, knowledge.instruments.by_id[item.change.instrument], wording)
    if any(item.kind in BETTER for item in compared):
        yield wording.finding("regression_to_mean")
    if compared:
        start = min(dt.date.fromisoformat(c.change.from_date) for c in compared)
        end = max(c.to.date for c in compared)
        events = tuple(_events(case, start, end, wording))
        if events:
            yield wording.finding("confounded", values={"events": "; ".join(events)})


# ------------------------------------------------------------------ points


def _points(case: Case, scores: tuple[Score, ...], instrument: str) -> tuple[Point, ...]:
    found = []
    for earlier in case.earlier:
        total = getattr(earlier, instrument)
        if total is not None:
            found.append(Point(earlier.date, total, total, total))
    found.sort(key=lambda p: p.date)
    now = named(scores, instrument)
    if now is not None and now.total is not None and now.total.value is not None:
        date = dt.date.fromisoformat(now.date) if now.date else case.date
        total = now.total.value
        low = total if now.total.low is None else now.total.low
        high = total if now.total.high is None else now.total.high
        # Put last among equals: an earlier score of the same day was taken before this one.
        place = sum(1 for p in found if p.date <= date)
        found.insert(place, Point(date, total, low, high))
    return tuple(found)


def _contradicted(case: Case, instrument: str) -> dict[dt.date, tuple[int, ...]]:
    """Days on which the earlier visits give one scale different totals, and these totals."""
    by_date: dict[dt.date, set[int]] = {}
    for earlier in case.earlier:
        total = getattr(earlier, instrument)
        if total is not None:
            by_date.setdefault(earlier.date, set()).add(total)
    return {date: tuple(sorted(totals)) for date, totals in by_date.items() if len(totals) > 1}


# ------------------------------------------------------------------ one change


def _compare(
    instrument: Instrument, start: Point, end: Point, wording: Wording, *, from_first: bool
) -> Compared:
    rules = instrument.change
    label = rules.label(end.total - start.total)
    ends = {rules.label(end.low - start.total), rules.label(end.high - start.total)}
    open_ended = ends != {label}
    kind = "" if label is None or open_ended else label.kind
    facts = tuple(
        f"{instrument.start}/{rule.key}"
        for rule in (
            rules.labels_rule,
            rules.reliable,
            *(rule for rule in rules.published if rule.key in SIZES),
            *((rules.response, rules.remission) if from_first else ()),
        )
        if rule is not None
    )
    text = label.label if label else wording.line("no_rule")
    change = Change(
        instrument=instrument.id,
        from_date=start.date.isoformat(),
        to_date=end.date.isoformat(),
        from_score=start.total,
        to_score=end.total,
        difference=end.total - start.total,
        label=wording.line("label_open") if open_ended else text,
        response=_response(instrument, start, end) if from_first else None,
        remission=_remission(instrument, start, end) if from_first else None,
        facts=facts,
    )
    return Compared(change, kind, end, "first" if from_first else "previous")


def _response(instrument: Instrument, start: Point, end: Point) -> bool | None:
    """Whether the fall reaches the response rule; ``None`` where chance or missing items decide."""
    rule = instrument.change.response
    if rule is None or start.total <= 0:
        return None
    answers = {100 * (start.total - p) / start.total >= rule.number for p in (end.low, end.high)}
    if len(answers) > 1:
        return None
    reached = answers.pop()
    reliable = instrument.change.reliable
    if reached and reliable is not None and start.total - end.high < reliable.number:
        return None
    return reached


def _remission(instrument: Instrument, start: Point, end: Point) -> bool | None:
    """Whether the total fell into the remission range; ``None`` when it began there."""
    rule = instrument.change.remission
    if rule is None or rule.high is None or start.total <= rule.high:
        return None
    answers = {end.low <= rule.high, end.high <= rule.high}
    return answers.pop() if len(answers) == 1 else None


def _sentence(item: Compared, instrument: Instrument, wording: Wording) -> Finding:
    change = item.change
    cautions = []
    if change.response:
        cautions.append(wording.line("caution_response"))
    if change.remission:
        cautions.append(wording.line("caution_remission"))
    if change.response is None and _halved(instrument, change):
        cautions.append(wording.line("response_open"))
    if item.to.low != item.to.high:
        cautions.append(wording.line("caution_prorated"))
    values = {
        "name": instrument.name,
        "from_score": f"{change.from_score:g}",
        "from_date": change.from_date,
        "to_score": f"{change.to_score:g}",
        "to_date": change.to_date,
        "label": change.label,
        "caution": " ".join(cautions),
        "low": f"{item.to.low:g}",
        "high": f"{item.to.high:g}",
    }
    key = "change_worse" if item.kind in WORSE else "change"
    if not item.kind:
        key = "change_open"
    about = f"{instrument.id}.{item.since}"
    return wording.finding(key, values=values, facts=change.facts, about=about)


def _halved(instrument: Instrument, change: Change) -> bool:
    rule = instrument.change.response
    if rule is None or change.from_score <= 0:
        return False
    return -100 * change.difference / change.from_score >= rule.number


# ------------------------------------------------------------------ what else changed


def _events(case: Case, start: dt.date, end: dt.date, wording: Wording) -> Iterator[str]:
    def between(date: dt.date | None) -> bool:
        return date is not None and start <= date <= end

    kratom = case.kratom
    if kratom is not None:
        if between(kratom.since):
            yield wording.line("event_kratom_started", date=kratom.since)
        if between(kratom.stopped):
            yield wording.line("event_kratom_stopped", date=kratom.stopped)
        if kratom.cut_down_recently:
            yield wording.line("event_kratom_cut")
    for medicine in case.medicines:
        if between(medicine.since) and not medicine.planned:
            yield wording.line("event_medicine_started", name=medicine.name, date=medicine.since)
        if between(medicine.stopped):
            yield wording.line("event_medicine_stopped", name=medicine.name, date=medicine.stopped)
