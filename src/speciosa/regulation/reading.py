"""What is on file for one substance at one layer, read for one date.

A period covers a date surely, possibly (a date on file is known by year or month only), or not.
Nothing is projected onto a date that the file does not speak for.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from speciosa.knowledge.law import period_id
from speciosa.knowledge.law.partial_date import partial_date
from speciosa.knowledge.law.record import (
    Confidence,
    Jurisdiction,
    Level,
    Period,
    Possession,
    Status,
)
from speciosa.regulation.result import LawLayer, LawSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speciosa.knowledge import Knowledge
    from speciosa.regulation.place import Layer

UNKNOWN_CONFIDENCE = "unknown"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The status on a date, the period it rests on (if any), and why it is not surer.

    ``covers`` is false where the period is only the nearest one on file. ``inferred`` is true
    where the source does not say that the period reached back to the date.
    """

    status: Status
    period: Period | None = None
    covers: bool = False
    inferred: bool = False
    readings: tuple[Status, ...] = ()
    note: str = ""
    facts: tuple[str, ...] = ()


def read_layer(knowledge: Knowledge, layer: Layer, substance: str, date: dt.date) -> LawLayer:
    """One layer of the answer for one substance."""
    reading = _read(knowledge, layer, substance, date)
    period, record = reading.period, layer.record
    if period is None or record is None:
        return LawLayer(
            level=layer.level.value,
            place=layer.code,
            place_name=layer.name,
            substance=substance,
            status=reading.status.value,
            min_age=None,
            limits="",
            effective_from=None,
            effective_to=None,
            as_of=None,
            confidence=UNKNOWN_CONFIDENCE,
            verified=False,
            instrument="",
            note=reading.note,
            stale="",
            source=None,
            fact="",
            facts=layer.facts,
        )
    shown = reading.covers
    return LawLayer(
        level=layer.level.value,
        place=layer.code,
        place_name=layer.name,
        substance=substance,
        status=reading.status.value,
        min_age=period.min_age if shown else None,
        limits=_limits(knowledge, period) if shown else "",
        effective_from=period.effective_from if shown else None,
        effective_to=period.effective_to if shown else None,
        as_of=period.as_of,
        confidence=_confidence(reading, record, date),
        verified=period.verified,
        instrument=period.instrument if shown else "",
        note=" ".join(filter(None, (reading.note, *_period_notes(knowledge, reading)))),
        stale=_stale(knowledge, record, period, date) if shown else "",
        source=_source(knowledge, period),
        fact=period_id(record.code, period),
        readings=tuple(status.value for status in reading.readings),
        possession=_possession(reading),
        pending=_pending(period, date) if shown else "",
        facts=(*reading.facts, *_figures(record, period), *layer.facts),
    )


def upcoming(record: Jurisdiction | None, substance: str, date: dt.date) -> Iterator[Period]:
    """Rules that start after the date, in order of time; the end of all rules is none."""
    for period in periods_for(record, substance)[0] if record else ():
        starts_later = period.start is not None and period.start.first > date
        if starts_later and period.status is not Status.NO_SPECIFIC_LAW:
            yield period


def periods_for(record: Jurisdiction, substance: str) -> tuple[tuple[Period, ...], bool]:
    """The periods of a substance, and whether they are those of the leaf.

    Mitragynine without an entry falls back on the leaf; 7-OH never does.
    """
    periods = record.of(substance)
    if not periods and substance == "mitragynine":
        return record.of("leaf"), True
    return periods, False


# ------------------------------------------------------------------ the status on the date


def _read(knowledge: Knowledge, layer: Layer, substance: str, date: dt.date) -> Reading:
    words = knowledge.law.words
    record = layer.record
    if record is None:
        key = "no_local" if layer.level is Level.LOCALITY else "no_place"
        return Reading(status=Status.NOT_KNOWN, note=words.notes[key])
    named = {"substance": words.substances[substance], "place": layer.name}
    periods, fallen_back = periods_for(record, substance)
    if not periods:
        key = "no_fallback" if substance == "7-oh" and record.of("leaf") else "no_entry"
        return Reading(status=Status.NOT_KNOWN, note=words.notes[key].format(**named))
    reading = _on(knowledge, record, periods, date)
    if fallen_back:
        note = words.notes["fallback"].format(**named)
        return msgspec.structs.replace(reading, note=" ".join(filter(None, (note, reading.note))))
    return reading


def _on(
    knowledge: Knowledge, record: Jurisdiction, periods: tuple[Period, ...], date: dt.date
) -> Reading:
    notes = knowledge.law.words.notes
    surely = [p for p in periods if _surely(p, record, date)]
    possibly = [p for p in periods if p not in surely and _possibly(p, record, date)]
    if not surely and not possibly:
        return _uncovered(knowledge, record, periods, date)
    candidates = sorted((*surely, *possibly), key=lambda p: (p.status.rank, p.widest))
    strictest = candidates[0]
    statuses = {p.status for p in candidates}
    if not surely and len(possibly) == 1:
        statuses.add(Status.NOT_KNOWN)
    facts = tuple(period_id(record.code, p) for p in candidates)
    if len(statuses) == 1:
        inferred = strictest.start is None and _seen_from(strictest, record) > date
        note = notes["start_unknown"].format(end=strictest.effective_to) if inferred else ""
        return Reading(
            status=strictest.status,
            period=strictest,
            covers=True,
            inferred=inferred,
            note=note,
            facts=facts,
        )
    readings = tuple(sorted(statuses, key=lambda s: s.rank))
    return Reading(
        status=Status.UNCLEAR,
        period=strictest,
        covers=True,
        readings=readings,
        note=notes["ambiguous"].format(
            date=date.isoformat(),
            partial=" and ".join(_imprecise(possibly, date)),
            readings="; ".join(knowledge.law.words.statuses[s] for s in readings),
        ),
        facts=facts,
    )


def _uncovered(
    knowledge: Knowledge, record: Jurisdiction, periods: tuple[Period, ...], date: dt.date
) -> Reading:
    """Not known, with the nearest thing on file and why it does not answer."""
    words = knowledge.law.words
    later = [p for p in periods if _begins(p, record) > date]
    earlier = [p for p in periods if p.end is not None and p.end.last < date]
    nearest = later[0] if later else earlier[-1]
    if later and earlier:
        key = "gap"
    elif not later:
        key = "after_last"
    else:
        key = "before_first" if nearest.start else "before_source"
    return Reading(
        status=Status.NOT_KNOWN,
        period=nearest,
        note=words.notes[key].format(
            date=date.isoformat(),
            start=nearest.effective_from,
            end=nearest.effective_to,
            as_of=nearest.as_of or f"an undated page read on {record.read_on}",
            status=words.statuses[nearest.status],
        ),
        facts=(period_id(record.code, nearest),),
    )


def _surely(period: Period, record: Jurisdiction, date: dt.date) -> bool:
    began = period.start.last if period.start else _begins(period, record)
    return began <= date and (period.end is None or date <= period.end.first)


def _possibly(period: Period, record: Jurisdiction, date: dt.date) -> bool:
    return _begins(period, record) <= date and (period.end is None or date <= period.end.last)


def _begins(period: Period, record: Jurisdiction) -> dt.date:
    """The first day for which the period may be used.

    Where the start is not known: a closed period that restricts is used for every day before its
    end, and said to be of unknown start, because dropping a restriction would reassure. Anything
    else is used from the day its source speaks for (or was read), and not before.
    """
    if period.start is not None:
        return period.start.first
    if period.end is not None and period.status.is_restriction:
        return dt.date.min
    return _seen_from(period, record)


def _seen_from(period: Period, record: Jurisdiction) -> dt.date:
    """The first day on which a period of unknown start was seen to hold."""
    spoken = period.spoken.first if period.spoken else dt.date.fromisoformat(record.read_on)
    return min(spoken, period.end.first) if period.end is not None else spoken


def _imprecise(periods: list[Period], date: dt.date) -> list[str]:
    """The dates on file that leave it open whether these periods cover the date."""
    found = []
    for period in periods:
        if period.start and period.start.first <= date < period.start.last:
            found.append(str(period.effective_from))
        if period.end and period.end.first < date <= period.end.last:
            found.append(str(period.effective_to))
    return list(dict.fromkeys(found))


# ------------------------------------------------------------------ how sure, how old, what else


def _confidence(reading: Reading, record: Jurisdiction, date: dt.date) -> str:
    """The confidence on file, a step lower for each full year that passed since it was set.

    The confidence on file already counts the age of the source on the day it was read.
    """
    period = reading.period
    if period is None or not reading.covers:
        return UNKNOWN_CONFIDENCE
    if reading.readings or reading.inferred:
        return Confidence.LOW
    spoken = period.spoken
    if spoken is None:
        return period.confidence
    before = _full_years(spoken.first, dt.date.fromisoformat(record.read_on))
    return period.confidence.lowered(_full_years(spoken.first, date) - before)


def _stale(knowledge: Knowledge, record: Jurisdiction, period: Period, date: dt.date) -> str:
    notes = knowledge.law.words.notes
    spoken = period.spoken
    if not period.sources:
        return notes["no_source"].format(read_on=record.read_on)
    if spoken is None:
        return notes["stale_undated"].format(read_on=record.read_on)
    if spoken.first >= date:
        return ""
    key = "stale" if spoken.exact else "stale_partial"
    text = notes[key].format(as_of=period.as_of, months=_months(spoken.first, date))
    if period.start is not None and spoken.last < period.start.first:
        text = f"{text} {notes['not_confirmed'].format(start=period.effective_from)}"
    return text


def _full_years(start: dt.date, end: dt.date) -> int:
    return max(end.year - start.year - ((end.month, end.day) < (start.month, start.day)), 0)


def _months(start: dt.date, end: dt.date) -> str:
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    if months < 1:
        return "less than a month"
    return "1 month" if months == 1 else f"{months} months"


def _possession(reading: Reading) -> str:
    """What was seen about possession; "not an offence" only where the status itself is sure."""
    if reading.period is None or not reading.covers or reading.period.possession is None:
        return ""
    lenient = reading.period.possession is not Possession.OFFENCE
    return "" if lenient and reading.readings else reading.period.possession.value


def _pending(period: Period, date: dt.date) -> str:
    if period.pending is None or date < partial_date(period.pending.since).first:
        return ""
    return period.pending.what


def _limits(knowledge: Knowledge, period: Period) -> str:
    caps = "; ".join(cap.words for cap in period.caps)
    line = knowledge.law.words.notes["caps"].format(caps=caps) if caps else ""
    return " ".join(filter(None, (period.limits, line)))


def _period_notes(knowledge: Knowledge, reading: Reading) -> Iterator[str]:
    period = reading.period
    if period is None or not reading.covers:
        return
    yield period.note
    if period.unverified_fields:
        fields = ", ".join(period.unverified_fields)
        yield knowledge.law.words.notes["unseen"].format(fields=fields)


def _source(knowledge: Knowledge, period: Period) -> LawSource | None:
    if not period.sources:
        return None
    source = knowledge.sources[period.sources[0]]
    return LawSource(title=source.cite, url=source.url)


def _figures(record: Jurisdiction, period: Period) -> Iterator[str]:
    base = period_id(record.code, period)
    if period.min_age is not None:
        yield f"{base}/min-age"
    for number in range(1, len(period.caps) + 1):
        yield f"{base}/cap-{number}"
