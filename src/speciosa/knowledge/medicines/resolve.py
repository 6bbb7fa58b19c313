"""What a typed name or a code means: medicines, a product of several, kratom, or not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property, lru_cache

import msgspec
from rapidfuzz import fuzz, process

from speciosa.errors import KnowledgeError
from speciosa.knowledge.medicines.checks import KRATOM, PRODUCT, meanings
from speciosa.knowledge.medicines.codes import CodeSystem, Parts, RxNorm, index
from speciosa.knowledge.medicines.names import Names, is_only_form, normalise, without_form
from speciosa.knowledge.medicines.products import Product, brackets, hyphened_parts, parts
from speciosa.knowledge.medicines.record import Medicine

# Similarity in percent below which a suggestion would mislead more often than help.
_SUGGEST_FROM = 83.0
_SHORTEST_TO_SUGGEST = 4
# Of names, and characters of a name: what a health system's lists repeat, and no one's free text.
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 4096, 120


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
    ``stands_in``: the medicine is not what was typed, or not all of it, but acts like it.
    """

    kind: NameKind
    medicines: tuple[Medicine, ...] = ()
    unknown_parts: tuple[str, ...] = ()
    contains_kratom: bool = False
    set_aside: tuple[str, ...] = ()
    stands_in: bool = False


class Resolver:
    """Finds what names and codes mean among the records, the products and the list of RxNorm."""

    def __init__(
        self,
        records: Mapping[str, Medicine],
        names: Names,
        products: Sequence[Product],
        rxnorm: RxNorm,
    ) -> None:
        self._records, self._names = records, names
        self._products, self._rxnorm = products, rxnorm
        self._remembered = lru_cache(maxsize=_MOST_REMEMBERED)(self._match)

    def match(self, name: str) -> Match:
        """What a typed name means, with every part of a combined product.

        Tried in this order: the whole name; a name with another in brackets; a list of parts
        ("oxycodone/paracetamol"); the name without words of form and strength; parts between
        hyphens; a word that says what is in it ("7-OH chewables"). Nothing is guessed: a part that
        is not known stays visible as unknown.
        """
        # Lists repeat the same names, within a person and from one to the next.
        return self._remembered(name) if len(name) <= _LONGEST_REMEMBERED else self._match(name)

    def _match(self, name: str) -> Match:
        return (
            self._whole(normalise(name))
            or self._bracketed(name)
            or self._listed(parts(name))
            or self._without_form(name)
            or self._listed(hyphened_parts(name), all_known=True)
            or self._telling(name)
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
        return self._meant(self.codes.get((known, code.strip()), frozenset())) or _UNKNOWN

    def _meant(self, found: Iterable[Parts]) -> Match | None:
        meanings_ = tuple(found)
        if len(meanings_) == 1:
            return Match(
                kind=NameKind.MEDICINE,
                medicines=tuple(self._records[part] for part in meanings_[0].contains),
                unknown_parts=meanings_[0].unknown,
            )
        candidates = sorted({part for meaning in meanings_ for part in meaning.contains})
        medicines = tuple(self._records[part] for part in candidates)
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
                medicines=tuple(self._records[part] for part in product.contains),
                unknown_parts=product.unknown,
                contains_kratom=product.kratom,
            )
        known = tuple(self._records[id_] for id_ in sorted(found) if id_ in self._records)
        if not known:
            return Match(kind=NameKind.CLASS)
        kind = NameKind.MEDICINE if len(known) == 1 else NameKind.AMBIGUOUS
        return Match(kind=kind, medicines=known, stands_in=key in self._standing_in)

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
        if any(found):
            # Beside a part that is known, a word that tells what another part holds counts too.
            found = [one or self._telling(text) for one, text in zip(found, named, strict=True)]
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

    def _telling(self, name: str) -> Match | None:
        """A name that is not known but holds a word that says what the product contains.

        Medicines named beside that word count too ("kratom xanax").
        """
        key = f" {normalise(name)} "
        told = {
            meant
            for meant, words in self._names.within.items()
            if any(f" {normalise(word)} " in key for word in words)
        }
        named = [self._whole(word) for word in key.split()]
        told |= {KRATOM for one in named if one and one.contains_kratom}
        if not told:
            return None
        beside = {m.id for n in named if n and n.kind is NameKind.MEDICINE for m in n.medicines}
        medicines = tuple(self._records[id_] for id_ in sorted((told - {KRATOM}) | beside))
        if medicines:
            return Match(
                kind=NameKind.MEDICINE,
                medicines=medicines,
                unknown_parts=(f"anything else in {name}",),
                contains_kratom=KRATOM in told,
            )
        return Match(kind=NameKind.KRATOM, contains_kratom=True)

    def _says_form_only(self, text: str) -> bool:
        return is_only_form(normalise(text), self._form_words)

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
        spoken = {
            normalise(n): n
            for m in self._records.values()
            for n in m.names
            if n != m.id or n == m.name
        }
        aliases = (n for many in self._names.aliases.values() for n in many)
        products = (n for product in self._products for n in product.names)
        others = {normalise(n): n for n in (*aliases, *products)}
        return others | spoken | {"kratom": "kratom"}

    @cached_property
    def _meanings(self) -> Mapping[str, set[str]]:
        return meanings(tuple(self._records.values()), self._names, self._products)

    @cached_property
    def codes(self) -> Mapping[tuple[CodeSystem, str], frozenset[Parts]]:
        """Every code with what it can stand for."""
        return index(self._records.values(), self._products, self._rxnorm)

    @cached_property
    def _brands(self) -> Mapping[str, frozenset[Parts]]:
        found: dict[str, set[Parts]] = {}
        for coded in self._rxnorm.products:
            for name in coded.names:
                parts_ = Parts(contains=coded.contains, unknown=coded.unknown)
                found.setdefault(normalise(name), set()).add(parts_)
        return {name: frozenset(meant) for name, meant in found.items()}

    @cached_property
    def _standing_in(self) -> frozenset[str]:
        return frozenset(normalise(n) for many in self._names.checked_as.values() for n in many)

    @cached_property
    def _form_words(self) -> frozenset[str]:
        return frozenset(self._names.form_words)

    @cached_property
    def _products_by_name(self) -> Mapping[str, Product]:
        return {f"{PRODUCT}{product.names[0]}": product for product in self._products}


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
