"""What a clinician must know about the law at the place, as findings and missing pieces."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from speciosa.finding import Certainty, Finding, Missing, Severity, Tone
from speciosa.knowledge.law import period_id
from speciosa.knowledge.law.partial_date import partial_date
from speciosa.knowledge.law.record import Level, Possession, Status
from speciosa.regulation import reading
from speciosa.regulation.leading import WIDE, join, sentence, where, written_before_start
from speciosa.regulation.place import nearest_locality

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from speciosa.knowledge.law import Law
    from speciosa.knowledge.law.record import Period
    from speciosa.regulation.place import Layer
    from speciosa.regulation.result import LawLayer

_CERTAINTY = {
    "high": Certainty.HIGH,
    "medium": Certainty.MODERATE,
    "low": Certainty.LOW,
    reading.UNKNOWN_CONFIDENCE: Certainty.UNKNOWN,
}
_BARRED = (Status.CONTROLLED, Status.PROHIBITED)
_GAPS = (Status.UNCLEAR, Status.NOT_KNOWN)


def about_layers(
    law: Law,
    rows: Sequence[LawLayer],
    leading: Mapping[str, Status],
    date: dt.date,
    age_years: float | None,
) -> tuple[Finding, ...]:
    """Findings on the law as shown. Gaps of the widest layers stand in the words, not here."""
    near = [row for row in rows if row.level not in WIDE] or rows
    found = [
        *_restricted(law, rows),
        *_none_seen(law, rows, leading),
        *_gaps(law, near),
        *_disclosure(law, rows, age_years),
        *_ages(law, rows, age_years),
        *_pending(law, rows),
        *_sources(law, near, date),
    ]
    return tuple(found)


def about_places(law: Law, layers: Sequence[Layer], date: dt.date) -> tuple[Finding, ...]:
    """Findings on local rules below the place, and on the nearest entry to one not on file."""
    asked = layers[-1]
    found = []
    below = [code for code in law.below(asked.code) if "/" in code]
    if below:
        names = [record.name for code in below if (record := law.get(code))]
        kind = _Kind("local_rules", Severity.MINOR)
        localities = ", ".join(names)
        found.append(
            _finding(law, kind, Certainty.UNKNOWN, place=asked.name, localities=localities)
        )
    if asked.level is Level.LOCALITY and asked.record is None:
        found.extend(_nearest(law, asked.code, date))
    return tuple(found)


def upcoming(
    law: Law, layers: Sequence[Layer], substances: Sequence[str], date: dt.date
) -> tuple[Finding, ...]:
    """Rules on file that start after the date, soonest first."""
    groups: dict[tuple[str, str, str, Status], list[tuple[str, Period]]] = {}
    for layer in layers:
        for substance in substances:
            for period in reading.upcoming(layer.record, substance, date):
                key = (period.effective_from or "", layer.code, layer.name, period.status)
                groups.setdefault(key, []).append((substance, period))
    found = []
    for (start, code, name, status), members in sorted(groups.items()):
        barred = status in _BARRED
        found.append(
            _finding(
                law,
                _Kind("upcoming", Severity.MODERATE, Tone.WARNING)
                if barred
                else _Kind("upcoming", Severity.MINOR),
                Certainty.LOW,
                tuple(dict.fromkeys(period_id(code, period) for _, period in members)),
                f"{code}.{start}.{status}",
                start=start,
                place=name,
                substances=_names(law, (substance for substance, _ in members)),
                status=law.words.statuses[status],
                as_of=join(dict.fromkeys(p.as_of or "no date" for _, p in members)),
            )
        )
    return tuple(found)


def missing(
    law: Law, layers: Sequence[Layer], rows: Sequence[LawLayer], age_years: float | None
) -> tuple[Missing, ...]:
    """What was not given and would have made the answer surer."""
    words = law.words.missing
    found = []
    if state_missing(law, layers):
        asked = layers[-1]
        example = next(code for code in law.below(asked.code) if "/" not in code)
        found.append(
            Missing(
                field="place",
                cost=words["state"]["cost"].format(place=asked.name),
                how=words["state"]["how"].format(example=example),
                severity=Severity.MODERATE,
            )
        )
    if age_years is None and any(row.min_age is not None for row in rows):
        found.append(
            Missing(
                field="person.age_years",
                cost=words["age"]["cost"],
                how=words["age"]["how"],
                severity=Severity.MINOR,
            )
        )
    return tuple(found)


def state_missing(law: Law, layers: Sequence[Layer]) -> bool:
    """Whether only a country was given although its states differ by what is on file."""
    asked = layers[-1]
    return asked.level is Level.COUNTRY and any("/" not in c for c in law.below(asked.code))


# ------------------------------------------------------------------ one kind each


class _Kind(msgspec.Struct, frozen=True):
    """Which sentence of the wording a finding speaks, and how loudly."""

    key: str
    severity: Severity
    tone: Tone = Tone.NEUTRAL


def _restricted(law: Law, rows: Sequence[LawLayer]) -> Iterator[Finding]:
    for status in (s for s in Status if s.is_restriction):
        kind = (
            _Kind("restricted", Severity.MODERATE, Tone.WARNING)
            if status in _BARRED
            else _Kind("restricted", Severity.MINOR)
        )
        for group in _by_place(row for row in rows if row.status == status):
            yield _about(law, kind, group, part=status, status=law.words.statuses[status])


def _none_seen(
    law: Law, rows: Sequence[LawLayer], leading: Mapping[str, Status]
) -> Iterator[Finding]:
    free = [s for s, status in leading.items() if status is Status.NO_SPECIFIC_LAW]
    group = [r for r in rows if r.substance in free and r.status == Status.NO_SPECIFIC_LAW]
    if group:
        place = group[-1].place_name
        yield _about(law, _Kind("no_specific_law", Severity.MINOR), group, place=place)


def _gaps(law: Law, rows: Sequence[LawLayer]) -> Iterator[Finding]:
    for status in _GAPS:
        words = law.words.statuses[status].removeprefix("legal status ")
        for group in _by_place(row for row in rows if row.status == status):
            yield _about(law, _Kind("unclear", Severity.MINOR), group, part=status, status=words)


def _disclosure(law: Law, rows: Sequence[LawLayer], age: float | None) -> Iterator[Finding]:
    """Where possession is or may be an offence, a person has reason not to tell."""
    for group in _by_place(row for row in rows if _possession_is_offence(row, age)):
        kind = _Kind("disclosure_offence", Severity.MODERATE, Tone.WARNING)
        yield _about(law, kind, group)
    for group in _by_place(row for row in rows if row.status in _BARRED and not row.possession):
        statuses = join(dict.fromkeys(law.words.statuses[Status(row.status)] for row in group))
        kind = _Kind("disclosure_possible", Severity.MINOR, Tone.WARNING)
        yield _about(law, kind, group, status=statuses)


def _ages(law: Law, rows: Sequence[LawLayer], age: float | None) -> Iterator[Finding]:
    for group in _by_place(row for row in rows if _may_be_under_age(row, age)):
        limit = max(row.min_age for row in group if row.min_age is not None)
        kind = (
            _Kind("age_unknown", Severity.MINOR)
            if age is None
            else _Kind("under_age", Severity.MODERATE, Tone.WARNING)
        )
        yield _about(law, kind, group, min_age=limit)


def _pending(law: Law, rows: Sequence[LawLayer]) -> Iterator[Finding]:
    for group in _by_place(row for row in rows if row.pending):
        unrestricted = any(row.status == Status.NO_SPECIFIC_LAW for row in group)
        severity = Severity.MODERATE if unrestricted else Severity.MINOR
        pending = "; ".join(dict.fromkeys(row.pending for row in group))
        yield _about(law, _Kind("pending", severity, Tone.WARNING), group, pending=pending)


def _sources(law: Law, rows: Sequence[LawLayer], date: dt.date) -> Iterator[Finding]:
    year_ago = date - dt.timedelta(days=365)

    def old(row: LawLayer) -> bool:
        spoken = partial_date(row.as_of).first if row.as_of else dt.date.min
        return bool(row.stale) and spoken < year_ago

    def unverified(row: LawLayer) -> bool:
        return bool(row.fact) and not row.verified

    shown = (("stale", old), ("not_confirmed", written_before_start), ("unverified", unverified))
    for key, wanted in shown:
        for group in _by_place(row for row in rows if wanted(row)):
            yield _about(law, _Kind(key, Severity.INFO), group, date=date.isoformat())


def _nearest(law: Law, asked: str, date: dt.date) -> Iterator[Finding]:
    code = nearest_locality(law, asked)
    record = law.get(code) if code else None
    if record is None:
        return
    on_date = [p for p in record.periods if p.widest[0] <= date <= p.widest[1]]
    shown = on_date or list(record.periods)
    yield _finding(
        law,
        _Kind("near_locality", Severity.MODERATE, Tone.WARNING),
        Certainty.UNKNOWN,
        facts=tuple(period_id(code, p) for p in shown),
        asked=asked,
        code=code,
        name=record.name,
        statuses="; ".join(
            f"{_names(law, [p.substance])} {law.words.statuses[p.status]}" for p in shown
        ),
    )


def _possession_is_offence(row: LawLayer, age: float | None) -> bool:
    if row.possession == Possession.OFFENCE_UNDER_AGE:
        return _may_be_under_age(row, age)
    return row.possession == Possession.OFFENCE


def _may_be_under_age(row: LawLayer, age: float | None) -> bool:
    return row.min_age is not None and (age is None or age < row.min_age)


# ------------------------------------------------------------------ building


def _by_place(rows: Iterable[LawLayer]) -> Iterator[list[LawLayer]]:
    groups: dict[str, list[LawLayer]] = {}
    for row in rows:
        groups.setdefault(row.place, []).append(row)
    yield from groups.values()


def _about(
    law: Law, kind: _Kind, group: Sequence[LawLayer], *, part: str = "", **fill: object
) -> Finding:
    """A finding that rests on rows of one place: their substances, facts and certainty."""
    order = tuple(_CERTAINTY)
    weakest = max((row.confidence for row in group), key=order.index)
    gap = any(row.status in _GAPS for row in group)
    return _finding(
        law,
        kind,
        Certainty.UNKNOWN if gap else _CERTAINTY[weakest],
        tuple(dict.fromkeys(f for row in group for f in (row.fact, *row.facts) if f)),
        ".".join(filter(None, (group[-1].place, part))),
        substances=_names(law, (row.substance for row in group)),
        places=where(law.words, group),
        **fill,
    )


def _finding(
    law: Law,
    kind: _Kind,
    certainty: Certainty,
    facts: tuple[str, ...] = (),
    about: str = "",
    **fill: object,
) -> Finding:
    words = law.words.findings[kind.key]
    return Finding(
        id=".".join(filter(None, ("law", kind.key.replace("_", "-"), about))),
        severity=kind.severity,
        certainty=certainty,
        tone=kind.tone,
        text=sentence(words.text.format(**fill)),
        action=words.action,
        facts=facts,
    )


def _names(law: Law, substances: Iterable[str]) -> str:
    return join(law.words.substances[s] for s in dict.fromkeys(substances))
