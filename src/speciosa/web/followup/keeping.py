"""What is kept of a person over time: records read into a timeline, with their ids."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from speciosa.case import parse_case
from speciosa.clinical import severity
from speciosa.clinical.outcomes.timeline import (
    Entry,
    Event,
    Kratom,
    LabValue,
    Measured,
    Source,
    Timeline,
    Visit,
)
from speciosa.errors import InputError
from speciosa.store import Kind

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge
    from speciosa.store import Version

KINDS = (Kind.CASE, Kind.ENTRY, Kind.EVENT, Kind.VISIT)
_SCALES = ("gad7", "phq9", "isi", "cows", "sows")
T = TypeVar("T")


class Kept(NamedTuple):
    """A record with what it says."""

    record: str
    version: int
    value: object


class Record(NamedTuple):
    """Everything over time of one person."""

    timeline: Timeline
    entries: tuple[Kept, ...]
    events: tuple[Kept, ...]
    visits: tuple[Kept, ...]
    place: str


def read(versions: Iterable[Version], knowledge: Knowledge) -> Record:
    """Records of one person as a timeline; cases count as entries of their day."""
    entries: list[Kept] = []
    events: list[Kept] = []
    visits: list[Kept] = []
    from_cases: list[Entry] = []
    place, place_date = "", dt.date.min
    for version in versions:
        if version.kind is Kind.ENTRY:
            entries.append(_kept(version, Entry))
        elif version.kind is Kind.EVENT:
            events.append(_kept(version, Event))
        elif version.kind is Kind.VISIT:
            visits.append(_kept(version, Visit))
        elif version.kind is Kind.CASE:
            case = _case(version)
            if case is None:
                continue
            from_cases.extend(entries_of(case, knowledge))
            if case.place and case.date >= place_date:
                place, place_date = case.place, case.date
    timeline = Timeline(
        entries=(*from_cases, *(k.value for k in entries)),  # type: ignore[arg-type]
        events=tuple(k.value for k in events),  # type: ignore[misc]
        visits=tuple(k.value for k in visits),  # type: ignore[misc]
    )
    return Record(timeline, tuple(entries), tuple(events), tuple(visits), place)


def entries_of(case: Case, knowledge: Knowledge) -> Iterator[Entry]:
    """What a case says about its day, and the totals of the visits before it."""
    symptoms = case.symptoms
    scores: list[Measured] = []
    for name in _SCALES:
        part = getattr(symptoms, name)
        if part is None:
            continue
        answers = getattr(part, "answers", None)
        if part.total is None and answers is None:
            continue
        date = part.date or case.date
        measured = scored(name, part.total if answers is None else answers, knowledge)
        if date == case.date:
            scores.append(measured)
        else:
            yield Entry(date=date, scores=(measured,))
    phq9 = symptoms.phq9
    kratom = None
    if case.kratom is not None:
        kratom = Kratom(used=case.kratom.status == "using")
    yield Entry(
        date=case.date,
        source=Source.VISIT,
        scores=tuple(scores),
        item9=None if phq9 is None else phq9.suicidality_item,
        difficulty=symptoms.difficulty,
        days_lost=symptoms.days_lost_last_month,
        kratom=kratom,
        side_effects=(case.kratom.side_effects or None) if case.kratom is not None else None,
        labs=tuple(
            LabValue(name=x.name, value=x.value, unit=x.unit, upper_limit=x.upper_limit)
            for x in case.labs
            if x.date in (None, case.date)
        ),
    )
    for earlier in case.earlier:
        totals = {name: getattr(earlier, name) for name in ("gad7", "phq9", "isi")}
        yield Entry(
            date=earlier.date,
            scores=tuple(
                Measured(instrument=name, total=total)
                for name, total in totals.items()
                if total is not None
            ),
        )


def scored(instrument: str, given: int | tuple[int | None, ...], knowledge: Knowledge) -> Measured:
    """A questionnaire scored as everywhere. Raises ``InputError`` for what is out of range."""
    result = severity.score(instrument, given, knowledge)
    total = result.total
    return Measured(
        instrument=result.instrument,
        total=None if total is None else total.value,
        low=None if total is None else total.low,
        high=None if total is None else total.high,
        answers=() if isinstance(given, int) else given,
    )


def encode(value: Entry | Event | Visit) -> bytes:
    """The body of a record."""
    return msgspec.json.encode(value)


def _kept(version: Version, kind: type[T]) -> Kept:
    return Kept(version.record, version.version, msgspec.json.decode(version.body, type=kind))


def _case(version: Version) -> Case | None:
    """The case of a record; ``None`` where an older program kept what is no case any more."""
    try:
        return parse_case(json.loads(version.body))
    except (InputError, ValueError):
        return None
