"""Medicines and substances: names, hazards, and kinetics as victim and as perpetrator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Fact
from speciosa.knowledge.medicines.checks import medicine_problems, name_problems
from speciosa.knowledge.medicines.codes import RxNorm
from speciosa.knowledge.medicines.facts import facts_of
from speciosa.knowledge.medicines.names import Names
from speciosa.knowledge.medicines.products import Product
from speciosa.knowledge.medicines.record import Hazard, HazardClass, Medicine, Strength
from speciosa.knowledge.medicines.resolve import Match, NameKind, Resolver
from speciosa.knowledge.table import Table

__all__ = ["Hazard", "HazardClass", "Match", "Medicine", "Medicines", "NameKind", "Strength"]


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
    def products(self) -> tuple[Product, ...]:
        """Every product with several active parts."""
        return files.read("products/combinations.json", tuple[Product, ...])

    @cached_property
    def _rxnorm(self) -> RxNorm:
        return files.read("products/rxnorm.json", RxNorm)

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self._records, self._names, self.products, self._rxnorm)

    @cached_property
    def _by_id_of(self) -> dict[str, Mapping[str, Fact]]:
        return {}

    @cached_property
    def names_of_kratom(self) -> frozenset[str]:
        """Every name of kratom and its alkaloids that is known here, as written."""
        seven_oh = self._records["7-hydroxymitragynine"]
        return frozenset(
            (
                *self._names.kratom,
                *(name for names in self._names.within.values() for name in names),
                *self._names.checked_as.get(seven_oh.id, ()),
                *self._names.aliases.get(seven_oh.id, ()),
                seven_oh.name,
                *seven_oh.synonyms,
            )
        )

    @cached_property
    def form_words(self) -> frozenset[str]:
        """Words beside a name that say form, salt, release or unit, and not which medicine."""
        return frozenset(self._names.form_words)

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
        return self._resolver.match(name)

    def by_code(self, system: str, code: str) -> Match:
        """What a code of RxNorm, ATC or UNII means, by short name or FHIR address of the system.

        Raises ``KnowledgeError`` for another system.
        """
        return self._resolver.by_code(system, code)

    def suggest(self, name: str) -> str:
        """The known name nearest to an unknown one, or "" when none is near. Never a match."""
        return self._resolver.suggest(name)

    def find(self, name: str) -> Medicine | None:
        """The medicine of that name; of a combined product its first part.

        ``None`` for an unknown or ambiguous name, a class of medicines and kratom itself; use
        ``match`` to tell these apart.
        """
        found = self.match(name)
        return found.medicines[0] if found.kind is NameKind.MEDICINE else None

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
        yield from name_problems(self.all(), self._names, self.products)
        for (system, code), meant in self._resolver.codes.items():
            for part in sorted({part for meaning in meant for part in meaning.contains}):
                if part not in self._records:
                    yield f"{system.value} {code} stands for {part}, which has no record"
