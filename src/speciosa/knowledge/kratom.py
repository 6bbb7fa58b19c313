"""The table ``kratom``: kinetics, metabolism, inhibition, targets, products, harms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from speciosa.knowledge import files
from speciosa.knowledge.fact import Basis, Fact, Source
from speciosa.knowledge.table import Table

SECTIONS = (
    "pk",
    "metabolism",
    "inhibition",
    "pharmacodynamics",
    "products",
    "safety",
    "variability",
)


class NotForUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published figure that is kept because it circulates, and must not be used."""

    id: str
    why: str


class KratomFacts(Table):
    """What is known of kratom's pharmacology, products and harms."""

    name = "kratom"

    def facts(self) -> Iterator[Fact]:
        """Every fact, by section in the order of ``SECTIONS``."""
        for section in SECTIONS:
            yield from files.read(f"kratom/{section}.json", list[Fact])

    @cached_property
    def not_for_use(self) -> Mapping[str, str]:
        """Ids of figures that circulate but are wrong, and why."""
        records = files.read("kratom/not_for_use.json", list[NotForUse])
        return {record.id: record.why for record in records}

    def problems(self) -> Iterator[str]:
        """Facts that contradict themselves or cannot be traced, one sentence each."""
        sources = {s.id for _, batch in files.read_folder("sources", list[Source]) for s in batch}
        ids = set()
        for fact in self.facts():
            ids.add(fact.id)
            yield from _problems_of(fact, sources)
        for id_ in self.not_for_use:
            if id_ not in ids:
                yield f"{id_} is marked as not for use but is no fact"


def _problems_of(fact: Fact, sources: set[str]) -> Iterator[str]:
    numbers = [n for n in (fact.low, fact.value, fact.high) if isinstance(n, int | float)]
    if not fact.id.startswith("kratom/"):
        yield f"{fact.id} does not begin with kratom/"
    if numbers and not fact.unit:
        yield f"{fact.id} holds a number without a unit"
    if numbers != sorted(numbers):
        yield f"{fact.id}: the value lies outside its interval"
    if fact.low is not None and fact.high is not None and not fact.interval:
        yield f"{fact.id}: nothing says what its interval is"
    if fact.verified and not (fact.sources and fact.read_on):
        yield f"{fact.id} is verified without a source or a date of reading"
    if fact.basis is Basis.SOURCE and not fact.sources:
        yield f"{fact.id} rests on a source but names none"
    for source in fact.sources:
        if source not in sources:
            yield f"{fact.id} names the source {source}, which does not exist"
