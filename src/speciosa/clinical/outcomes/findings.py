"""What the record over time says, each conclusion with its severity and its facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import Difficulty, LabName
from speciosa.clinical.outcomes.courses import (
    BETTER,
    FOLLOWED,
    PERHAPS_WORSE,
    WITHDRAWAL_SCALES,
    WORSE,
    contradictions,
)
from speciosa.clinical.outcomes.matters import Topic
from speciosa.clinical.outcomes.thresholds import days, number
from speciosa.clinical.outcomes.timeline import Direction
from speciosa.finding import Finding, Missing

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.kratom import KratomChange
    from speciosa.clinical.outcomes.picture import Picture
    from speciosa.clinical.outcomes.result import Compared, Course, NextVisit
    from speciosa.clinical.outcomes.timeline import LabValue
    from speciosa.knowledge import Knowledge

LIVER = (LabName.ALT, LabName.AST)


def findings_of(picture: Picture, due: NextVisit | None, knowledge: Knowledge) -> Iterator[Finding]:
    """Every finding, in no particular order."""
    wording = knowledge.care.outcomes
    yield from _item9(picture, knowledge)
    yield from _matters(picture, knowledge)
    yield from _side_effects(picture, knowledge)
    for course in picture.courses:
        if course.instrument in FOLLOWED:
            yield from _course(course, picture, knowledge)
        elif course.instrument in WITHDRAWAL_SCALES:
            yield from withdrawal_of(course, knowledge)
    yield from labs_of(picture, knowledge)
    yield from _kratom(picture, knowledge)
    for found in contradictions(picture.entries):
        instrument = knowledge.instruments.by_id.get(found.instrument)
        yield wording.finding(
            "contradicted",
            values={
                "name": found.instrument if instrument is None else instrument.name,
                "date": found.date.isoformat(),
                "totals": " and ".join(f"{t:g}" for t in found.totals),
            },
            about=f"{found.instrument}.{found.date.isoformat()}",
        )
    if due is not None and due.overdue_since is not None:
        values = {"date": due.overdue_since.isoformat(), "days": due.overdue_days}
        yield wording.finding("overdue", values=values)
    if picture.unreadable:
        yield wording.finding("unreadable", values={"count": picture.unreadable})
    yield from _daily_life(picture, knowledge)
    if picture.future:
        yield wording.finding(
            "future", values={"count": picture.future, "today": picture.today.isoformat()}
        )


def missing_of(picture: Picture, knowledge: Knowledge) -> Iterator[Missing]:
    """What was not given, and what that costs."""
    wording = knowledge.care.outcomes
    if not picture.entries:
        yield wording.gap("nothing")
        return
    followed = {course.instrument for course in picture.courses}
    if picture.item9_missing is not None:
        yield wording.gap("item9", date=picture.item9_missing.isoformat())
    if "phq9" not in followed and picture.item9 is None:
        yield wording.gap("phq9")
    if "gad7" not in followed:
        yield wording.gap("gad7")
    told = picture.use.accounts
    since = told[-1].date if told else picture.entries[0].date
    silent = (picture.today - since).days > days(knowledge, "kratom-record-days")
    if not told or silent:
        yield wording.gap("kratom", since=since.isoformat())
    for entry in picture.entries:
        for measured in entry.scores:
            instrument = knowledge.instruments.by_id.get(measured.instrument)
            if measured.total is None or instrument is None:
                name = measured.instrument if instrument is None else instrument.name
                yield wording.gap("unscored", name=name, date=entry.date.isoformat())


def _item9(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    item9 = picture.item9
    if item9 is None:
        return
    wording = knowledge.care.outcomes
    date = item9.date.isoformat()
    if item9.answer > 0:
        yield wording.finding("item9_positive", values={"answer": item9.answer, "date": date})
    elif item9.earlier is not None:
        values = {"earlier": item9.earlier.isoformat(), "date": date}
        still_open = any(m.topic is Topic.ITEM_9 for m in picture.matters)
        yield wording.finding("item9_earlier" if still_open else "item9_past", values=values)


def _matters(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """Effects and signs that nobody has looked at; item 9 of the entries stands for itself."""
    for matter in picture.matters:
        if matter.topic is Topic.ITEM_9:
            continue
        key = f"{matter.topic}_{'now' if matter.current else 'earlier'}"
        values = {"date": matter.date.isoformat(), "words": matter.words}
        yield knowledge.care.outcomes.finding(key, values=values, about=matter.date.isoformat())


def _side_effects(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    wording = knowledge.care.outcomes
    told: dict[dt.date, set[str]] = {}
    for entry in picture.entries:
        if entry.side_effects is not None:
            told.setdefault(entry.date, set()).update(str(x) for x in entry.side_effects)
    if len(told) < 2:
        return
    before, now = sorted(told)[-2:]
    new = tuple(sorted(told[now] - told[before]))
    if new:
        words = wording.words_for("side_effect", new)
        yield wording.finding(
            "new_side_effects", values={"since": before.isoformat(), "words": words}
        )


def _daily_life(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """Daily life that became more difficult, and sleep that became much shorter."""
    wording = knowledge.care.outcomes
    levels = tuple(Difficulty)
    life = [(e.date, e.difficulty) for e in picture.entries if e.difficulty is not None]
    sleep = [(e.date, e.sleep_hours) for e in picture.entries if e.sleep_hours is not None]
    if life:
        (begin, first), (end, last) = min(life, key=lambda x: levels.index(x[1])), life[-1]
        if begin < end and levels.index(last) > levels.index(first):
            values = _from_to(_plain(first), _plain(last), begin, end)
            yield wording.finding("function_worse", values=values)
    if sleep:
        (begin, most), (end, now) = max(sleep, key=lambda x: x[1]), sleep[-1]
        if begin < end and most - now >= number(knowledge, "sleep-fall-hours"):
            values = _from_to(f"{most:g}", f"{now:g}", begin, end)
            yield wording.finding("sleep_worse", values=values)


def _plain(level: Difficulty) -> str:
    return str(level).replace("_", " ")


def _from_to(first: str, last: str, begin: dt.date, end: dt.date) -> dict[str, object]:
    return {"first": first, "last": last, "begin": begin.isoformat(), "end": end.isoformat()}


# ------------------------------------------------------------------ courses


def _course(course: Course, picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    worse = {c.instrument for c, _ in picture.worse()}
    for compared in course.compared:
        if compared.since == "lowest":
            if compared.kind in WORSE and course.instrument not in worse:
                yield _sentence("worsening_lowest", course, compared, knowledge)
            continue
        key = "no_change"
        if compared.kind in WORSE:
            change = picture.unsettling(compared.to_date, knowledge)
            by_less = change is not None and change.direction is not Direction.MORE
            key = "worsening_unsettled" if by_less else "worsening"
        elif compared.kind in PERHAPS_WORSE:
            key = "worsening_possible"
        elif compared.kind in BETTER:
            with_kratom = picture.use.can_lower(compared.from_date, compared.to_date)
            key = "fall_with_kratom" if with_kratom else "improvement"
        elif not compared.kind:
            key = "change_open"
        yield _sentence(key, course, compared, knowledge)
    yield from _read_with_kratom(course, picture, knowledge)


def _sentence(key: str, course: Course, compared: Compared, knowledge: Knowledge) -> Finding:
    return knowledge.care.outcomes.finding(
        key,
        values={
            "name": course.name,
            "from_total": f"{compared.from_total:g}",
            "from_date": compared.from_date.isoformat(),
            "to_total": f"{compared.to_total:g}",
            "to_date": compared.to_date.isoformat(),
            "label": compared.label,
        },
        facts=course.facts,
        about=f"{course.instrument}.{compared.since}",
    )


def _read_with_kratom(course: Course, picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """A rise after less kratom, a fall after more: how neither may be read.

    Less kratom can raise scores for weeks; more kratom, or a change of unknown direction, can
    lower them until the next change. Totals of that time are compared with the last one before.
    """
    wording = knowledge.care.outcomes
    for i, change in enumerate(picture.kratom):
        before = [p for p in course.points if p.date <= change.begin]
        if not before:
            continue
        end = min((c.begin for c in picture.kratom[i + 1 :]), default=dt.date.max)
        later = [p for p in course.points if p.date > change.begin]
        rose = any(p.total > before[-1].total for p in later if change.unsettles(p.date, knowledge))
        fell = any(p.total < before[-1].total for p in later if p.date <= max(end, change.date))
        values = {
            "name": course.name,
            "how": wording.line(f"how_{change.direction or 'unknown'}"),
            "what": change.what,
            "date": change.date.isoformat(),
            "until": change.unsettled_until(knowledge).isoformat(),
        }
        about = f"{course.instrument}.{change.date.isoformat()}"
        if rose and change.direction is not Direction.MORE:
            yield wording.finding("withdrawal_reading", values=values, about=about)
        if fell and change.can_relieve:
            yield wording.finding("relief_reading", values=values, about=about)


def withdrawal_of(course: Course, knowledge: Knowledge) -> Iterator[Finding]:
    """A withdrawal scale that rose between its last two totals."""
    if len(course.points) < 2:
        return
    before, now = course.points[-2:]
    if now.total - before.total < number(knowledge, "sows-rise"):
        return
    yield knowledge.care.outcomes.finding(
        "withdrawal_scale",
        values={
            "name": course.name,
            "from_total": f"{before.total:g}",
            "from_date": before.date.isoformat(),
            "to_total": f"{now.total:g}",
            "to_date": now.date.isoformat(),
        },
        facts=("care/outcomes/sows-rise",),
        about=course.instrument,
    )


def _kratom(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    change: KratomChange
    for change in picture.kratom:
        if change.unsettles(picture.today, knowledge) or change.date == picture.today:
            yield knowledge.care.outcomes.finding(
                "kratom_changed",
                values={
                    "what": change.what,
                    "date": change.begin.isoformat(),
                    "until": change.unsettled_until(knowledge).isoformat(),
                },
                about=f"{change.date.isoformat()}.{change.direction or 'unknown'}",
            )


# ------------------------------------------------------------------ labs


def labs_of(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """Newest values above a limit."""
    newest: dict[LabName, tuple[dt.date, LabValue]] = {}
    for entry in picture.entries:
        for lab in entry.labs:
            known = newest.get(lab.name)
            # Of two values of one day the higher one is shown.
            if known is None or (entry.date, lab.value) > (known[0], known[1].value):
                newest[lab.name] = (entry.date, lab)
    for name in sorted(newest):
        yield from _lab(*newest[name], knowledge)


def _lab(date: dt.date, lab: LabValue, knowledge: Knowledge) -> Iterator[Finding]:
    wording = knowledge.care.outcomes
    values: dict[str, object] = {
        "name": str(lab.name).replace("_", " ").upper(),
        "value": f"{lab.value:g}",
        "unit": lab.unit,
        "date": date.isoformat(),
    }
    if lab.name is LabName.QTC and lab.value >= knowledge.safety.limit("qtc_high_risk"):
        yield wording.finding("qtc_high", values=values)
        return
    if lab.upper_limit is None or lab.value <= lab.upper_limit:
        return
    times = knowledge.safety.limit("alt_multiple")
    about = str(lab.name)
    if lab.name in LIVER and lab.value >= times * lab.upper_limit:
        yield wording.finding("lab_worrying", values={**values, "times": f"{times:g}"}, about=about)
    else:
        values["limit"] = f"{lab.upper_limit:g}"
        yield wording.finding("lab_high", values=values, about=about)
