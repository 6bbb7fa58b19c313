"""Codes of terminologies, from a prescription or a record system to medicines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from speciosa.knowledge.medicines.products import Product
from speciosa.knowledge.medicines.record import Medicine


class CodeSystem(StrEnum):
    """The terminologies known here; the value is the short name."""

    RXNORM = "rxcui"
    ATC = "atc"
    UNII = "unii"

    @classmethod
    def of(cls, name: str) -> CodeSystem | None:
        """The system of that short name, other name or FHIR address; ``None`` if not known."""
        return _NAMES.get(name.strip().casefold().rstrip("/"))


_NAMES: Mapping[str, CodeSystem] = {
    "rxcui": CodeSystem.RXNORM,
    "rxnorm": CodeSystem.RXNORM,
    "http://www.nlm.nih.gov/research/umls/rxnorm": CodeSystem.RXNORM,
    "atc": CodeSystem.ATC,
    "http://www.whocc.no/atc": CodeSystem.ATC,
    "unii": CodeSystem.UNII,
    "http://fdasis.nlm.nih.gov": CodeSystem.UNII,
}


class RxNormProducts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything RxNorm holds with one set of active parts.

    ``names`` are brands of the United States; ``rxcui`` are codes of salts, brands, strengths,
    forms and packs. A single part is a medicine, several are a combination.
    """

    contains: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    rxcui: tuple[str, ...] = ()


class RxNorm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RxNorm below the ingredients (``products/rxnorm.json``) and where it was read."""

    source: str
    read_on: str
    products: tuple[RxNormProducts, ...]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a code stands for."""

    contains: tuple[str, ...]
    unknown: tuple[str, ...] = ()


def index(
    medicines: Iterable[Medicine], products: Iterable[Product], below: RxNorm
) -> Mapping[tuple[CodeSystem, str], frozenset[Parts]]:
    """Every code with what it can stand for; more than one meaning is told, never chosen."""
    found: dict[tuple[CodeSystem, str], set[Parts]] = {}

    def add(system: CodeSystem, code: str, contains: Iterable[str], unknown: Iterable[str]) -> None:
        parts = Parts(contains=tuple(sorted(contains)), unknown=tuple(sorted(unknown)))
        found.setdefault((system, code), set()).add(parts)

    for coded in below.products:
        for code in coded.rxcui:
            add(CodeSystem.RXNORM, code, coded.contains, coded.unknown)
    for product in products:
        for code in product.atc:
            add(CodeSystem.ATC, code, product.contains, product.unknown)
    for medicine in medicines:
        codes = medicine.codes
        listed = [(CodeSystem.RXNORM, c) for c in (codes.rxcui, *codes.rxcui_also) if c]
        listed += [(CodeSystem.UNII, codes.unii)] if codes.unii else []
        listed += [(CodeSystem.ATC, c) for c in codes.atc]
        for system, own in listed:
            add(system, own.value, (medicine.id,), ())
    return {key: frozenset(meanings) for key, meanings in found.items()}
