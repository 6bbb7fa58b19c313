"""The table ``law``: kratom law by place, substance, layer and period; one file a jurisdiction.

A question about one place reads the files of that place and of what encloses it, never all.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Basis, Fact, Source
from speciosa.knowledge.law.record import (
    SUBSTANCES,
    Cap,
    Jurisdiction,
    LawWords,
    Level,
    Membership,
    Period,
    Places,
)
from speciosa.knowledge.table import Table

_FOLDER = "law"
_SLASH = "__"


class Law(Table):
    """Jurisdictions by code. Fact ids: ``law/US-TN/leaf/2026-07-01``, ``.../start-unknown``."""

    name = "law"

    def __init__(self) -> None:
        self._read: dict[str, Jurisdiction | None] = {}

    @cached_property
    def codes(self) -> frozenset[str]:
        """Codes of the jurisdictions on file; no file is opened."""
        return frozenset(name.replace(_SLASH, "/") for name in files.names(_FOLDER))

    @cached_property
    def words(self) -> LawWords:
        """The wording for clinicians."""
        return files.read(f"{_FOLDER}/words.yaml", LawWords)

    @cached_property
    def places(self) -> Places:
        """Aliases of codes, and what is often written for a code."""
        return files.read(f"{_FOLDER}/places.yaml", Places)

    def get(self, code: str) -> Jurisdiction | None:
        """One jurisdiction, or ``None`` when it is not on file."""
        if code not in self._read:
            path = f"{_FOLDER}/{code.replace('/', _SLASH)}.json"
            self._read[code] = files.read(path, Jurisdiction) if code in self.codes else None
        return self._read[code]

    def all(self) -> tuple[Jurisdiction, ...]:
        """Every jurisdiction, in order of code; opens every file."""
        return tuple(j for code in sorted(self.codes) if (j := self.get(code)) is not None)

    def below(self, code: str) -> tuple[str, ...]:
        """Codes on file one level below a place; no file is opened."""
        return tuple(sorted(c for c in self.codes if _parent_by_form(c) == code))

    def bloc_of(self, country: str, date: dt.date) -> tuple[Jurisdiction, Membership] | None:
        """The bloc that a country belonged to on a date, with the membership on file."""
        bloc = self.get("EU")
        for member in bloc.members if bloc else ():
            if bloc and member.code == country and member.covers(date):
                return bloc, member
        return None

    # ------------------------------------------------------------------ facts

    def facts(self) -> Iterator[Fact]:
        """Every status, minimum age, cap and membership on file."""
        for jurisdiction in self.all():
            yield from _facts(jurisdiction)

    def fact(self, fact_id: str) -> Fact:
        """One fact, read from one file."""
        steps = fact_id.split("/")[1:]
        for length in (2, 1):
            jurisdiction = self.get("/".join(steps[:length]))
            for fact in _facts(jurisdiction) if jurisdiction else ():
                if fact.id == fact_id:
                    return fact
        raise KnowledgeError(f"no fact has the id {fact_id!r}")

    # ------------------------------------------------------------------ proof

    def problems(self) -> Iterator[str]:
        """What is wrong with the table: overlaps, loose parents, missing sources, odd codes."""
        for jurisdiction in self.all():
            yield from self._problems_of(jurisdiction)
        for alias, code in self.places.aliases.items():
            if alias in self.codes:
                yield f"law: {alias} is an alias of {code} and on file itself"

    def _problems_of(self, jurisdiction: Jurisdiction) -> Iterator[str]:
        code = jurisdiction.code
        if code not in self.codes:
            yield f"law: {code} does not stand in the file named after it"
        if jurisdiction.parent is not None and jurisdiction.parent not in self.codes:
            yield f"law: {code}: parent {jurisdiction.parent} is not on file"
        for substance in SUBSTANCES:
            for one, next_one in pairwise(jurisdiction.of(substance)):
                if one.widest[1] >= next_one.widest[0]:
                    yield f"law: {period_id(code, one)} overlaps {period_id(code, next_one)}"
        for period in jurisdiction.periods:
            if period.widest[0] > period.widest[1]:
                yield f"law: {period_id(code, period)} ends before it starts"
            if not period.sources and period.basis is not Basis.ABSENCE:
                yield f"law: {period_id(code, period)} has no source"
            if period.verified and not period.sources:
                yield f"law: {period_id(code, period)} is verified without a source"

    def staleness(self, on: dt.date, sources: Mapping[str, Source]) -> Mapping[str, int]:
        """Periods still open whose source speaks for more than a year before, by source tier."""
        year_ago = on - dt.timedelta(days=365)
        found: Counter[str] = Counter()
        for jurisdiction in self.all():
            for period in jurisdiction.periods:
                if period.effective_to is None and period.sources:
                    spoken = period.spoken
                    if spoken is None or spoken.first < year_ago:
                        found[sources[period.sources[0]].tier] += 1
        return dict(sorted(found.items()))


def period_id(code: str, period: Period) -> str:
    """The id of the fact that states this period's status."""
    return f"law/{code}/{period.substance}/{period.effective_from or 'start-unknown'}"


def membership_id(bloc: str, member: Membership) -> str:
    """The id of the fact that states a membership."""
    return f"law/{bloc}/member/{member.code}"


def level_by_form(code: str) -> Level:
    """The level that the form of a code implies, for places not on file."""
    if "/" in code:
        return Level.LOCALITY
    return Level.STATE if "-" in code else Level.COUNTRY


def _parent_by_form(code: str) -> str:
    if "/" in code:
        return code.partition("/")[0]
    return code.partition("-")[0] if "-" in code else ""


def _facts(jurisdiction: Jurisdiction) -> Iterator[Fact]:
    for period in jurisdiction.periods:
        yield from _period_facts(jurisdiction, period)
    for member in jurisdiction.members:
        until = f" to {member.effective_to}" if member.effective_to else ""
        yield Fact(
            id=membership_id(jurisdiction.code, member),
            subject=member.code,
            quantity=f"member of {jurisdiction.name} from {member.effective_from}{until}",
            value="member",
            sources=member.sources,
            basis=member.basis,
            verified=member.verified,
            read_on=jurisdiction.read_on if member.verified else "",
            note=_unseen(member.unverified_fields),
        )


def _period_facts(jurisdiction: Jurisdiction, period: Period) -> Iterator[Fact]:
    base = period_id(jurisdiction.code, period)
    unseen = _unseen(period.unverified_fields)

    def fact(suffix: str, quantity: str, value: float | str, unit: str = "") -> Fact:
        return Fact(
            id=f"{base}{suffix}",
            subject=f"{jurisdiction.name}, {period.substance}",
            quantity=f"{quantity} {_span(period)}",
            value=value,
            unit=unit,
            conditions=period.instrument,
            sources=period.sources,
            basis=period.basis,
            verified=period.verified,
            read_on=jurisdiction.read_on if period.verified else "",
            note=" ".join(filter(None, (period.note, period.correction, unseen))),
        )

    yield fact("", "legal status", period.status)
    if period.min_age is not None:
        yield fact("/min-age", "minimum age", period.min_age, "years")
    for number, cap in enumerate(period.caps, start=1):
        yield fact(f"/cap-{number}", _cap_name(cap), _cap_value(cap), cap.unit)


def _cap_name(cap: Cap) -> str:
    return f"{'highest' if cap.max is not None else 'lowest'} {cap.analyte} ({cap.basis})"


def _cap_value(cap: Cap) -> float:
    value = cap.max if cap.max is not None else cap.min
    if value is None:
        raise KnowledgeError(f"a cap on {cap.analyte} holds no number")
    return value


def _span(period: Period) -> str:
    start = f"from {period.effective_from}" if period.effective_from else "(start not known)"
    end = f" to {period.effective_to}" if period.effective_to else ""
    return f"{start}{end}, as of {period.as_of or 'an undated page'}"


def _unseen(fields: tuple[str, ...]) -> str:
    return f"Not seen in the source: {', '.join(fields)}." if fields else ""
