"""Medicines and substances: names, hazards, and kinetics as victim and as perpetrator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property

import msgspec
from rapidfuzz import fuzz, process

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Fact
from speciosa.knowledge.medicines.checks import meanings, medicine_problems, name_problems
from speciosa.knowledge.medicines.facts import facts_of
from speciosa.knowledge.medicines.names import Names, normalise, without_form
from speciosa.knowledge.medicines.record import Hazard, HazardClass, Medicine, Strength
from speciosa.knowledge.table import Table

__all__ = ["Hazard", "HazardClass", "Match", "Medicine", "Medicines", "NameKind", "Strength"]

# Similarity in percent below which a suggestion would mislead more often than help.
_SUGGEST_FROM = 80.0
_SHORTEST_TO_SUGGEST = 4


class NameKind(StrEnum):
    """What a name turned out to be."""

    MEDICINE = "medicine"
    KRATOM = "kratom"
    CLASS = "class"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """What a typed name means.

    ``medicines`` holds every active part of a product, or every candidate of an ambiguous name;
    ``unknown_parts`` names parts that have no record.
    """

    kind: NameKind
    medicines: tuple[Medicine, ...] = ()
    unknown_parts: tuple[str, ...] = ()
    contains_kratom: bool = False


class Medicines(Table):
    """Look-ups by id and by the names people use."""

    name = "medicine"

    @cached_property
    def _records(self) -> Mapping[str, Medicine]:
        return dict(files.read_folder("medicines", Medicine))

    @cached_property
    def _names(self) -> Names:
        return files.read("medicines/names.yaml", Names)

    @cached_property
    def _meanings(self) -> Mapping[str, set[str]]:
        return meanings(self.all(), self._names)

    @cached_property
    def _form_words(self) -> frozenset[str]:
        return frozenset(self._names.form_words)

    @cached_property
    def _products(self) -> Mapping[str, str]:
        return {normalise(name): name for name in self._names.products}

    @cached_property
    def _by_id_of(self) -> dict[str, Mapping[str, Fact]]:
        return {}

    def all(self) -> tuple[Medicine, ...]:
        """Every record, sorted by id."""
        return tuple(self._records.values())

    def get(self, medicine_id: str) -> Medicine:
        """The record with that id. Raises ``KnowledgeError`` when there is none."""
        try:
            return self._records[medicine_id]
        except KeyError:
            raise KnowledgeError(f"no medicine has the id {medicine_id!r}") from None

    def match(self, name: str) -> Match:
        """What a typed name means, with every part of a combined product."""
        key = normalise(name)
        return self._match(key) or self._match(without_form(key, self._form_words)) or _UNKNOWN

    def _match(self, key: str) -> Match | None:
        if key in self._products:
            product = self._names.products[self._products[key]]
            return Match(
                kind=NameKind.MEDICINE,
                medicines=tuple(self.get(part) for part in product.contains),
                unknown_parts=product.unknown,
                contains_kratom=product.kratom,
            )
        found = self._meanings.get(key)
        if not found:
            return None
        if "kratom" in found:
            return Match(kind=NameKind.KRATOM, contains_kratom=True)
        known = tuple(self.get(id_) for id_ in sorted(found) if id_ in self._records)
        if not known:
            return Match(kind=NameKind.CLASS)
        kind = NameKind.MEDICINE if len(known) == 1 else NameKind.AMBIGUOUS
        return Match(kind=kind, medicines=known)

    def find(self, name: str) -> Medicine | None:
        """The medicine of that name; of a combined product its first part.

        ``None`` for an unknown or ambiguous name, a class of medicines and kratom itself; use
        ``match`` to tell these apart.
        """
        found = self.match(name)
        return found.medicines[0] if found.kind is NameKind.MEDICINE else None

    def suggest(self, name: str) -> str:
        """The known name nearest to an unknown one, or "" when none is near. Never a match."""
        key = without_form(normalise(name), self._form_words)
        if len(key) < _SHORTEST_TO_SUGGEST:
            return ""
        best = process.extractOne(
            key, self._suggestable.keys(), scorer=fuzz.ratio, score_cutoff=_SUGGEST_FROM
        )
        return self._suggestable[best[0]] if best else ""

    @cached_property
    def _suggestable(self) -> Mapping[str, str]:
        spoken = {normalise(n): n for m in self.all() for n in m.names if n != m.id or n == m.name}
        aliases = (n for many in self._names.aliases.values() for n in many)
        return {normalise(n): n for n in aliases} | spoken | {"kratom": "kratom"}

    def facts(self) -> Iterator[Fact]:
        """Every figure of every record, by medicine."""
        for medicine in self.all():
            yield from facts_of(medicine)

    def fact(self, fact_id: str) -> Fact:
        """One fact; reads only the record that holds it."""
        _, _, rest = fact_id.partition("/")
        medicine_id = rest.partition("/")[0]
        if medicine_id not in self._by_id_of:
            medicine = self.get(medicine_id)
            self._by_id_of[medicine_id] = {f.id: f for f in facts_of(medicine)}
        try:
            return self._by_id_of[medicine_id][fact_id]
        except KeyError:
            raise KnowledgeError(f"no fact has the id {fact_id!r}") from None

    def problems(self) -> Iterator[str]:
        """What is wrong inside this table, one sentence each; nothing when it is sound."""
        for stem, medicine in self._records.items():
            if stem != medicine.id:
                yield f"medicine file {stem}.json holds {medicine.id}"
            yield from medicine_problems(medicine)
            seen: set[str] = set()
            for fact in facts_of(medicine):
                if fact.id in seen:
                    yield f"fact {fact.id} is defined twice"
                seen.add(fact.id)
                if fact.verified and not fact.sources:
                    yield f"fact {fact.id} is verified but names no source"
        yield from name_problems(self.all(), self._names)


_UNKNOWN = Match(kind=NameKind.UNKNOWN)
