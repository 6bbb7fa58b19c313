"""Medicines and substances: names, hazards, and kinetics as victim and as perpetrator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property

import msgspec
from rapidfuzz import fuzz, process

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Fact
from speciosa.knowledge.medicines.checks import (
    KRATOM,
    PRODUCT,
    meanings,
    medicine_problems,
    name_problems,
)
from speciosa.knowledge.medicines.codes import CodeSystem, Parts, RxNorm, index
from speciosa.knowledge.medicines.facts import facts_of
from speciosa.knowledge.medicines.names import Names, is_only_form, normalise, without_form
from speciosa.knowledge.medicines.products import Product, brackets, hyphened_parts, parts
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
    """What a typed name or a code means.

    ``medicines`` holds every active part of a product, or every candidate of an ambiguous name;
    ``unknown_parts`` names parts that have no record. ``set_aside`` are the words of form,
    strength or salt that were left out of account to find the name; they are no dose.
    """

    kind: NameKind
    medicines: tuple[Medicine, ...] = ()
    unknown_parts: tuple[str, ...] = ()
    contains_kratom: bool = False
    set_aside: tuple[str, ...] = ()


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
    def _meanings(self) -> Mapping[str, set[str]]:
        return meanings(self.all(), self._names, self.products)

    @cached_property
    def _codes(self) -> Mapping[tuple[CodeSystem, str], frozenset[Parts]]:
        return index(self.all(), self.products, self._rxnorm)

    @cached_property
    def _rxnorm(self) -> RxNorm:
        return files.read("products/rxnorm.json", RxNorm)

    @cached_property
    def _brands(self) -> Mapping[str, frozenset[Parts]]:
        found: dict[str, set[Parts]] = {}
        for coded in self._rxnorm.products:
            for name in coded.names:
                parts_ = Parts(contains=coded.contains, unknown=coded.unknown)
                found.setdefault(normalise(name), set()).add(parts_)
        return {name: frozenset(meant) for name, meant in found.items()}

    @cached_property
    def _form_words(self) -> frozenset[str]:
        return frozenset(self._names.form_words)

    @cached_property
    def _products_by_name(self) -> Mapping[str, Product]:
        return {f"{PRODUCT}{product.names[0]}": product for product in self.products}

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
        """What a typed name means, with every part of a combined product.

        Tried in this order: the whole name; a name with another in brackets; a list of parts
        ("oxycodone/paracetamol"); the name without words of form and strength; parts between
        hyphens. Nothing is guessed: a part that is not known stays visible as unknown.
        """
        return (
            self._whole(normalise(name))
            or self._bracketed(name)
            or self._listed(parts(name))
            or self._without_form(name)
            or self._listed(hyphened_parts(name), all_known=True)
            or _UNKNOWN
        )

    def by_code(self, system: str, code: str) -> Match:
        """What a code means: RxNorm, ATC or UNII, by short name or FHIR address.

        A code of a combination gives every part. Raises ``KnowledgeError`` for another system.
        """
        known = CodeSystem.of(system)
        if known is None:
            accepted = ", ".join(s.value for s in CodeSystem)
            raise KnowledgeError(f"code system {system!r} is not known; accepted: {accepted}")
        return self._meant(self._codes.get((known, code.strip()), frozenset())) or _UNKNOWN

    def _meant(self, found: Iterable[Parts]) -> Match | None:
        meanings_ = tuple(found)
        if len(meanings_) == 1:
            return Match(
                kind=NameKind.MEDICINE,
                medicines=tuple(self.get(part) for part in meanings_[0].contains),
                unknown_parts=meanings_[0].unknown,
            )
        candidates = sorted({part for meaning in meanings_ for part in meaning.contains})
        medicines = tuple(self.get(part) for part in candidates)
        return Match(kind=NameKind.AMBIGUOUS, medicines=medicines) if meanings_ else None

    def _whole(self, key: str) -> Match | None:
        found = self._meanings.get(key)
        if not found:
            return self._meant(self._brands.get(key, ()))
        if found == {KRATOM}:
            return Match(kind=NameKind.KRATOM, contains_kratom=True)
        if len(found) == 1 and (product := self._products_by_name.get(next(iter(found)))):
            return Match(
                kind=NameKind.MEDICINE,
                medicines=tuple(self.get(part) for part in product.contains),
                unknown_parts=product.unknown,
                contains_kratom=product.kratom,
            )
        known = tuple(self.get(id_) for id_ in sorted(found) if id_ in self._records)
        if not known:
            return Match(kind=NameKind.CLASS)
        kind = NameKind.MEDICINE if len(known) == 1 else NameKind.AMBIGUOUS
        return Match(kind=kind, medicines=known)

    def _without_form(self, name: str) -> Match | None:
        for key, set_aside in without_form(normalise(name), self._form_words):
            if found := self._whole(key):
                return msgspec.structs.replace(found, set_aside=set_aside)
        return None

    def _simple(self, name: str) -> Match | None:
        return self._whole(normalise(name)) or self._without_form(name)

    def _bracketed(self, name: str) -> Match | None:
        texts = brackets(name)
        if texts is None:
            return None
        outside, inside = (self._simple(t) or self._listed(parts(t)) for t in texts)
        if outside is None:
            return None
        if inside is None:
            key = normalise(texts[1])
            if is_only_form(key, self._form_words):
                return msgspec.structs.replace(
                    outside, set_aside=(*outside.set_aside, *key.split())
                )
            unknown = (*outside.unknown_parts, texts[1])
            return msgspec.structs.replace(outside, unknown_parts=unknown)
        return _same_or_unclear(outside, inside)

    def _listed(self, texts: Sequence[str], *, all_known: bool = False) -> Match | None:
        named = [t for t in texts if self._whole(normalise(t)) or not self._says_form_only(t)]
        found = [self._simple(text) for text in named]
        usable = [f for f in found if f and f.kind in (NameKind.MEDICINE, NameKind.KRATOM)]
        if len(named) <= 1 or not usable or (all_known and len(usable) < len(named)):
            return None
        unknown = [t for t, f in zip(named, found, strict=True) if f not in usable]
        by_id = {m.id: m for match in usable for m in match.medicines}
        return Match(
            kind=NameKind.MEDICINE if by_id else NameKind.KRATOM,
            medicines=tuple(by_id.values()),
            unknown_parts=(*(u for match in usable for u in match.unknown_parts), *unknown),
            contains_kratom=any(match.contains_kratom for match in usable),
            set_aside=tuple(word for match in usable for word in match.set_aside),
        )

    def _says_form_only(self, text: str) -> bool:
        return is_only_form(normalise(text), self._form_words)

    def find(self, name: str) -> Medicine | None:
        """The medicine of that name; of a combined product its first part.

        ``None`` for an unknown or ambiguous name, a class of medicines and kratom itself; use
        ``match`` to tell these apart.
        """
        found = self.match(name)
        return found.medicines[0] if found.kind is NameKind.MEDICINE else None

    def suggest(self, name: str) -> str:
        """The known name nearest to an unknown one, or "" when none is near. Never a match."""
        key = normalise(name)
        key = min((rest for rest, _ in without_form(key, self._form_words)), key=len, default=key)
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
        products = (n for product in self.products for n in product.names)
        others = {normalise(n): n for n in (*aliases, *products)}
        return others | spoken | {"kratom": "kratom"}

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
        for (system, code), meant in self._codes.items():
            for part in sorted({part for meaning in meant for part in meaning.contains}):
                if part not in self._records:
                    yield f"{system.value} {code} stands for {part}, which has no record"


def _same_or_unclear(one: Match, other: Match) -> Match:
    """A name and another in brackets: what both mean, or unclear when they differ."""
    first, second = ({m.id for m in match.medicines} for match in (one, other))
    fuller = one if first >= second else other
    if first >= second or second >= first:
        return msgspec.structs.replace(
            fuller,
            contains_kratom=one.contains_kratom or other.contains_kratom,
            set_aside=(*one.set_aside, *other.set_aside),
        )
    by_id = {m.id: m for match in (one, other) for m in match.medicines}
    return Match(
        kind=NameKind.AMBIGUOUS,
        medicines=tuple(by_id.values()),
        contains_kratom=one.contains_kratom or other.contains_kratom,
    )


_UNKNOWN = Match(kind=NameKind.UNKNOWN)
