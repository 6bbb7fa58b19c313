"""Proof of the whole base: what is wrong with it, what a reader should know, and how much it holds.

An error is something the base promises and breaks, and fails the build. A notice is true and worth
knowing, such as a source read long ago, and fails nothing.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Basis, Fact, Source
from speciosa.knowledge.law import Law

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.table import Table

_EXAMPLES = 5
_FACT_ID = re.compile(r"[a-z]+(/[A-Za-z0-9][A-Za-z0-9_.:+-]*)+")
_SOURCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the check needs to be told (``data/check.json``).

    ``dimensionless``: words in the name of a quantity that is a ratio, a score or a count, and so
    has no unit. ``stale_after_months``: by tier of the source; by table for what changes faster.
    """

    dimensionless: tuple[str, ...]
    stale_after_months: Mapping[str, int]


class TableCount(msgspec.Struct, frozen=True, kw_only=True):
    """How much a table holds, and how much of it was read in its source."""

    table: str
    facts: int
    verified: int
    unverified: int
    basis: Mapping[str, int]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something true and worth knowing, with its count and the first few instances."""

    text: str
    count: int
    examples: tuple[str, ...]


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything found. The base is sound when ``errors`` is empty."""

    release: str
    date: str
    tables: tuple[TableCount, ...]
    sources: int
    codes: int
    codes_confirmed: int
    errors: tuple[str, ...]
    notices: tuple[Notice, ...]

    def text(self) -> str:
        """The report as lines for a terminal."""
        lines = [f"Knowledge base, release {self.release} of {self.date}", ""]
        lines.append(f"{'table':<12}{'facts':>8}{'verified':>10}{'unverified':>12}")
        for row in (*self.tables, _total(self.tables)):
            lines.append(f"{row.table:<12}{row.facts:>8}{row.verified:>10}{row.unverified:>12}")
        lines += [
            "",
            f"{self.sources} sources",
            f"{self.codes} codes of medicines, {self.codes_confirmed} confirmed by a second source",
        ]
        for notice in self.notices:
            shown = ", ".join(notice.examples)
            more = f" and {notice.count - len(notice.examples)} more"
            tail = more if notice.count > len(notice.examples) else ""
            listed = f": {shown}{tail}" if shown else ""
            lines.append(f"notice: {notice.count} {notice.text}{listed}")
        lines += [f"error: {error}" for error in self.errors]
        lines += ["", f"{len(self.errors)} errors" if self.errors else "no errors"]
        return "\n".join(lines)


def check(knowledge: Knowledge) -> CheckReport:
    """Prove the base. Never raises for what is wrong in the data: that is what it reports."""
    rules = files.read("check.json", Rules)
    errors = [*_file_errors()]
    facts: list[Fact] = []
    counts: list[TableCount] = []
    for table in knowledge.tables:
        held = _read(table, errors)
        facts += held
        counts.append(_count(table.name, held))
        errors += (problem for fact in held for problem in _fact_errors(fact, table.name, rules))
    errors += (
        f"{i}: the id is used {n} times" for i, n in Counter(f.id for f in facts).items() if n > 1
    )
    sources = _sources(knowledge, errors)
    errors += (problem for source in sources.values() for problem in _source_errors(source))
    errors += _unresolved(facts, sources)
    codes, confirmed = _codes(knowledge)
    return CheckReport(
        release=knowledge.release.number,
        date=knowledge.release.date,
        tables=tuple(counts),
        sources=len(sources),
        codes=codes,
        codes_confirmed=confirmed,
        errors=tuple(errors),
        notices=(
            *_notices(facts, sources, rules, knowledge.release.date),
            *_old_law(knowledge, sources),
        ),
    )


# ------------------------------------------------------------------ reading


def _file_errors() -> Iterator[str]:
    for path in files.paths():
        try:
            files.read(path, object)
        except KnowledgeError as error:
            yield str(error)


def _read(table: Table, errors: list[str]) -> list[Fact]:
    """The facts of a table, after every record of it was decoded and it judged itself."""
    held: list[Fact] = []
    try:
        for name, attribute in vars(type(table)).items():
            if isinstance(attribute, cached_property):
                getattr(table, name)
        held += table.facts()
        errors += (f"{table.name}: {problem}" for problem in table.problems())
    except KnowledgeError as error:
        errors.append(f"{table.name}: {error}")
    return held


def _sources(knowledge: Knowledge, errors: list[str]) -> Mapping[str, Source]:
    try:
        return knowledge.sources
    except KnowledgeError as error:
        errors.append(str(error))
        return {}


def _count(name: str, facts: list[Fact]) -> TableCount:
    verified = sum(fact.verified for fact in facts)
    basis = Counter(fact.basis.value for fact in facts)
    return TableCount(
        table=name,
        facts=len(facts),
        verified=verified,
        unverified=len(facts) - verified,
        basis={b.value: basis[b.value] for b in Basis if basis[b.value]},
    )


def _total(counts: tuple[TableCount, ...]) -> TableCount:
    return TableCount(
        table="all",
        facts=sum(c.facts for c in counts),
        verified=sum(c.verified for c in counts),
        unverified=sum(c.unverified for c in counts),
        basis={},
    )


def _codes(knowledge: Knowledge) -> tuple[int, int]:
    """Codes of medicines, and how many of them a second source gives too."""
    try:
        held = [m.codes for m in knowledge.medicines.all()]
    except KnowledgeError:
        return 0, 0
    every = [c for codes in held for c in (codes.rxcui, codes.unii, *codes.atc) if c is not None]
    return len(every), sum(code.second_source_agrees for code in every)


# ------------------------------------------------------------------ one fact, one source


def _fact_errors(fact: Fact, table: str, rules: Rules) -> Iterator[str]:
    if not _FACT_ID.fullmatch(fact.id) or not fact.id.startswith(f"{table}/"):
        yield f"{fact.id}: the id is not of the form {table}/name"
    if not fact.subject or not fact.quantity:
        yield f"{fact.id}: a fact needs a subject and a quantity"
    yield from _number_errors(fact, rules)
    yield from _basis_errors(fact)


def _number_errors(fact: Fact, rules: Rules) -> Iterator[str]:
    value = None if isinstance(fact.value, str) else fact.value
    numbers = [n for n in (value, fact.low, fact.high) if n is not None]
    if not all(math.isfinite(n) for n in numbers):
        yield f"{fact.id}: a number is not finite"
    if numbers and not fact.unit and not _dimensionless(fact.quantity, rules):
        yield f"{fact.id}: {fact.quantity!r} has a number without a unit"
    if fact.low is not None and fact.high is not None and fact.low > fact.high:
        yield f"{fact.id}: the interval is upside down ({fact.low:g} to {fact.high:g})"
    elif value is not None and not _inside(value, fact.low, fact.high):
        yield f"{fact.id}: {value:g} lies outside its interval ({fact.low} to {fact.high})"
    if (fact.low is not None or fact.high is not None) and not fact.interval:
        yield f"{fact.id}: the interval does not say what it is"
    if fact.n is not None and fact.n < 0:
        yield f"{fact.id}: n is negative"


def _dimensionless(quantity: str, rules: Rules) -> bool:
    words = set(re.split(r"[^a-z0-9]+", quantity.lower()))
    return not words.isdisjoint(rules.dimensionless)


def _inside(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def _basis_errors(fact: Fact) -> Iterator[str]:
    if fact.basis is Basis.SOURCE and not fact.sources:
        yield f"{fact.id}: says it comes from a source and names none"
    if fact.basis is Basis.RECALLED and fact.verified:
        yield f"{fact.id}: recalled from memory, so it cannot be verified"
    if fact.verified and not fact.sources:
        yield f"{fact.id}: verified, but no source"
    if fact.verified and not _date(fact.read_on):
        yield f"{fact.id}: verified, but no date of reading"
    if (
        fact.basis is Basis.ABSENCE
        and fact.value not in {None, 0}
        and not isinstance(fact.value, str)
    ):
        yield f"{fact.id}: an absence cannot have a number other than zero"


def _source_errors(source: Source) -> Iterator[str]:
    if not _SOURCE_ID.fullmatch(source.id):
        yield f"source {source.id!r}: the id is not one plain word"
    if not source.cite.strip():
        yield f"source {source.id}: nothing to cite"
    if not (source.url or source.doi or source.pmid):
        yield f"source {source.id}: neither address, DOI nor PMID"
    if source.url and not re.fullmatch(r"https?://\S+", source.url):
        yield f"source {source.id}: the address is not one"
    if source.doi and not _DOI.fullmatch(source.doi):
        yield f"source {source.id}: the DOI is not one"
    if source.pmid and not re.fullmatch(r"\d{1,9}", source.pmid):
        yield f"source {source.id}: the PMID is not one"
    if source.read_on and not _date(source.read_on):
        yield f"source {source.id}: the date of reading is not a date"


def _unresolved(facts: list[Fact], sources: Mapping[str, Source]) -> Iterator[str]:
    for fact in facts:
        for source in fact.sources:
            if source not in sources:
                yield f"{fact.id}: no source has the id {source}"


# ------------------------------------------------------------------ notices


def _notices(
    facts: list[Fact], sources: Mapping[str, Source], rules: Rules, released: str
) -> Iterator[Notice]:
    cited = {source for fact in facts for source in fact.sources}
    found = {
        "sources that no fact rests on": sorted(sources.keys() - cited),
        "facts of a source that were not read in it": sorted(
            f.id for f in facts if f.basis is Basis.SOURCE and not f.verified
        ),
        "facts recalled from memory": sorted(f.id for f in facts if f.basis is Basis.RECALLED),
        "sources without a date of reading": sorted(
            s.id for s in sources.values() if not s.read_on
        ),
        "sources read too long before the release": sorted(
            s.id for s in sources.values() if _stale(s, rules, released)
        ),
    }
    for text, ids in found.items():
        if ids:
            yield Notice(text=text, count=len(ids), examples=tuple(ids[:_EXAMPLES]))


def _old_law(knowledge: Knowledge, sources: Mapping[str, Source]) -> Iterator[Notice]:
    """Law counts by the date its source speaks for: a page read today can tell of years ago."""
    released = _date(knowledge.release.date)
    law = next((table for table in knowledge.tables if isinstance(table, Law)), None)
    if law is None or released is None:
        return
    try:
        by_tier = law.staleness(released, sources)
    except KnowledgeError:
        return  # reported with the table
    for tier, count in by_tier.items():
        text = f"open periods of law whose {tier} source speaks for over a year before the release"
        yield Notice(text=text, count=count, examples=())


def _stale(source: Source, rules: Rules, released: str) -> bool:
    read, release = _date(source.read_on), _date(released)
    if read is None or release is None:
        return False
    by_table = rules.stale_after_months.get(source.id.partition("-")[0])
    months = by_table or rules.stale_after_months[source.tier.value]
    return (release.year - read.year) * 12 + release.month - read.month > months


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
