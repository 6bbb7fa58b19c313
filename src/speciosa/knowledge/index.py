"""The whole base turned round: facts in order, facts by source, and a search over both.

Building it reads every file, so it is for services that stay up; one assessment never needs it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.knowledge import Fact, Knowledge, Source
    from speciosa.knowledge.medicines import Medicine


class Index:
    """Look-ups over all facts and sources of one base; every answer is in a stable order."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact, by id."""
        return tuple(sorted(self._knowledge.facts(), key=lambda fact: fact.id))

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every source, by id."""
        return tuple(sorted(self._knowledge.sources.values(), key=lambda source: source.id))

    @cached_property
    def facts_of_source(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of the facts that rest on each source."""
        found: dict[str, list[str]] = {source.id: [] for source in self.sources}
        for fact in self.facts:
            for source in fact.sources:
                found[source].append(fact.id)
        return {source: tuple(facts) for source, facts in found.items()}

    @cached_property
    def tables(self) -> Mapping[str, int]:
        """Number of facts by table."""
        counts: dict[str, int] = {}
        for fact_id in self._ids:
            table = fact_id.partition("/")[0]
            counts[table] = counts.get(table, 0) + 1
        return counts

    def find_facts(self, text: str = "", *, table: str = "") -> Sequence[Fact]:
        """Facts of a table (all of them without one) that hold every word of ``text``."""
        among: Sequence[Fact] = self.facts
        if table:
            start = bisect_left(self._ids, f"{table}/")
            among = self.facts[start : bisect_right(self._ids, f"{table}/\U0010ffff")]
        words = text.casefold().split()
        if not words:
            return among
        return [fact for fact in among if all(word in self._text[fact.id] for word in words)]

    def find_sources(self, text: str = "") -> Sequence[Source]:
        """Sources whose citation, address, DOI, PMID or id hold every word of ``text``."""
        words = text.casefold().split()
        if not words:
            return self.sources
        return [one for one in self.sources if all(word in _of_source(one) for word in words)]

    def find_medicines(self, text: str = "") -> Sequence[Medicine]:
        """Medicines and substances of which one name holds ``text``; those that start so first."""
        wanted = " ".join(text.casefold().split())
        found = [
            (not any(name.startswith(wanted) for name in names), medicine.name.casefold(), medicine)
            for medicine, names in self._names
            if any(wanted in name for name in names)
        ]
        return [medicine for _, _, medicine in sorted(found, key=lambda row: row[:2])]

    @cached_property
    def _names(self) -> Sequence[tuple[Medicine, tuple[str, ...]]]:
        return [
            (one, tuple(name.casefold() for name in one.names))
            for one in self._knowledge.medicines.all()
        ]

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        return tuple(fact.id for fact in self.facts)

    @cached_property
    def _text(self) -> Mapping[str, str]:
        return {
            f.id: f"{f.id} {f.subject} {f.quantity} {f.value or ''} {f.conditions}".casefold()
            for f in self.facts
        }


@lru_cache(maxsize=2)
def index_of(knowledge: Knowledge) -> Index:
    """The index of a base, made once."""
    return Index(knowledge)


def _of_source(source: Source) -> str:
    return f"{source.id} {source.cite} {source.url} {source.doi} {source.pmid}".casefold()
