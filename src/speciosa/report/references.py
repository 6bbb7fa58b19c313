"""Numbers the sources behind a result, in the order in which a reader meets them.

A finding cites facts; a fact rests on sources; the bibliography lists each source once, with the
facts that were taken from it. A fact without a source has an entry that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple, Protocol

import msgspec

from speciosa.knowledge import Citation, Source
from speciosa.regulation.result import LawLayer, LawSource
from speciosa.report.words import BASIS

_SHORTEST_RUN = 3


class Mark(NamedTuple):
    """A reference number beside a statement; ``unverified`` asks for the dagger."""

    number: int
    unverified: bool


class Run(NamedTuple):
    """Neighbouring numbers of one kind, to be written ``7`` or, from three on, ``7 to 12``."""

    first: Mark
    last: Mark


class Link(NamedTuple):
    """A place where a source can be opened."""

    text: str
    url: str


class Entry(NamedTuple):
    """One numbered entry of the bibliography.

    A fact with several sources is listed under the first; ``also`` are the entries whose facts this
    source supports as well.
    """

    number: int
    title: str
    links: tuple[Link, ...]
    about: str
    note: str
    facts: tuple[Citation, ...]
    also: tuple[int, ...]


class Referenced(Protocol):
    """A result with its references: an assessment, or a simulated regimen."""

    @property
    def references(self) -> tuple[Citation, ...]:
        """Every fact that any part rests on."""


class Bibliography:
    """The numbered sources of one result."""

    def __init__(self, result: Referenced) -> None:
        self._citations = {citation.id: citation for citation in result.references}
        self._numbers: dict[str, int] = {}
        self._sources: dict[str, Source | LawSource | str] = {}
        self._facts: dict[str, dict[str, Citation]] = {}
        self._also: dict[str, set[str]] = {}
        # A page of law that a fact also cites is one source, whichever is met first.
        self._by_url = {
            source.url: source
            for citation in reversed(result.references)
            for source in citation.sources
            if source.url
        }
        for item in cited(result):
            if isinstance(item, LawSource):
                known = self._by_url.get(item.url, item)
                self._add(self._law_key(item), known)
            else:
                self._add_fact(item)
        for citation in result.references:
            self._add_fact(citation.id)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry in order of its number."""
        return tuple(
            _entry(
                number,
                self._sources[key],
                tuple(self._facts[key].values()),
                tuple(sorted(self._numbers[other] for other in self._also[key])),
            )
            for key, number in self._numbers.items()
        )

    def marks(self, facts: Iterable[str]) -> tuple[Mark, ...]:
        """The reference numbers of some facts, ascending, each once."""
        unverified: dict[int, bool] = {}
        for fact in facts:
            citation = self._citations.get(fact)
            doubtful = citation is None or not citation.verified
            for key in _keys(citation):
                number = self._numbers[key]
                unverified[number] = unverified.get(number, False) or doubtful
        return tuple(Mark(number, unverified[number]) for number in sorted(unverified))

    def law_marks(self, layer: LawLayer) -> tuple[Mark, ...]:
        """The reference numbers of one layer of law: its fact, and the page it was read on."""
        facts = (layer.fact, *layer.facts) if layer.fact else layer.facts
        marks = {mark.number: mark for mark in self.marks(facts)}
        if layer.source is not None:
            number = self._numbers[self._law_key(layer.source)]
            marks.setdefault(number, Mark(number, unverified=not layer.verified))
        return tuple(marks[number] for number in sorted(marks))

    def citation(self, fact: str) -> Citation | None:
        """The citation of a fact id, where the text given is one."""
        return self._citations.get(fact)

    def _add_fact(self, fact: str) -> None:
        citation = self._citations.get(fact)
        if citation is None or not citation.sources:
            (key,) = _keys(citation)
            self._add(key, key)
        else:
            for source in citation.sources:
                self._add(_source_key(source), source)
        if citation is not None:
            first, *others = _keys(citation)
            self._facts[first][fact] = citation
            for key in others:
                self._also[key].add(first)

    def _add(self, key: str, source: Source | LawSource | str) -> None:
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self._sources[key] = source
            self._facts[key] = {}
            self._also[key] = set()

    def _law_key(self, source: LawSource) -> str:
        known = self._by_url.get(source.url)
        return _source_key(known) if known else f"law {source.url} {source.title}"


def runs(marks: Iterable[Mark]) -> tuple[Run, ...]:
    """Marks with three or more neighbours drawn together; a dagger never joins a plain number."""
    groups: list[list[Mark]] = []
    for mark in marks:
        before = groups[-1][-1] if groups else None
        if before == Mark(mark.number - 1, mark.unverified):
            groups[-1].append(mark)
        else:
            groups.append([mark])
    found: list[Run] = []
    for group in groups:
        joined = len(group) >= _SHORTEST_RUN
        found += [Run(group[0], group[-1])] if joined else [Run(mark, mark) for mark in group]
    return tuple(found)


def _keys(citation: Citation | None) -> tuple[str, ...]:
    if citation is None:
        return ("basis ",)
    if not citation.sources:
        return (f"basis {citation.basis}",)
    return tuple(_source_key(source) for source in citation.sources)


def _source_key(source: Source) -> str:
    return f"source {source.id}"


def cited(value: object) -> Iterator[str | LawSource]:
    """Fact ids and sources of law, in reading order: fields in order, lists in order."""
    if isinstance(value, Citation):
        return
    if isinstance(value, LawSource):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            inner = getattr(value, name)
            if name == "facts":
                yield from inner
            elif name == "fact":
                yield from (inner,) if inner else ()
            else:
                yield from cited(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from cited(inner)
    elif isinstance(value, tuple) and not isinstance(value, Enum):
        for inner in value:
            yield from cited(inner)


def _entry(
    number: int,
    source: Source | LawSource | str,
    facts: tuple[Citation, ...],
    also: tuple[int, ...],
) -> Entry:
    if isinstance(source, str):
        words = BASIS.get(source.removeprefix("basis "), source)
        return Entry(number, words, (), "", "", facts, also)
    if isinstance(source, LawSource):
        return Entry(number, source.title, _links(url=source.url), "", "", facts, also)
    about = [f"{source.tier.value} source"]
    if source.read_on:
        about.append(f"read on {source.read_on}")
    links = _links(url=source.url, doi=source.doi, pmid=source.pmid)
    return Entry(number, source.cite, links, ", ".join(about), source.note, facts, also)


def _links(*, url: str, doi: str = "", pmid: str = "") -> tuple[Link, ...]:
    links = []
    if doi:
        links.append(Link(f"doi:{doi}", f"https://doi.org/{doi}"))
    if pmid:
        links.append(Link(f"PMID {pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"))
    if url and not (doi and url.endswith(doi)):
        links.append(Link(url, url if url.startswith(("https://", "http://")) else ""))
    return tuple(links)
