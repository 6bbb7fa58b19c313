"""Products with several active parts, and how a typed list of parts is taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product with several active parts; ``unknown`` parts are not in the base.

    ``names`` are brands and generic names, the one to show first. ``where`` lists the countries
    (ISO 3166-1) in which the name is sold with these parts, as far as known. ``atc`` are codes of
    the combination. ``verified`` says that ``sources`` were read for the parts.
    """

    names: tuple[str, ...]
    contains: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    kratom: bool = False
    where: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    verified: bool = False
    note: str = ""


_BETWEEN = re.compile(r"\s*[/+&,;]\s*|\s+(?:and|with|plus)\s+", re.IGNORECASE)
_HYPHEN = re.compile(r"\s*[-–]\s*")
_BRACKETS = re.compile(r"^(?P<before>[^()]*)\((?P<inside>[^()]*)\)(?P<after>[^()]*)$")


def parts(name: str) -> tuple[str, ...]:
    """The parts of a name that lists several ("oxycodone/paracetamol"), or nothing."""
    found = tuple(part for part in _BETWEEN.split(name.strip()) if part)
    return found if len(found) > 1 else ()


def hyphened_parts(name: str) -> tuple[str, ...]:
    """The parts of a name with hyphens; many single names have one too, so all must be known."""
    found = tuple(part for part in _HYPHEN.split(name.strip()) if part)
    return found if len(found) > 1 else ()


def brackets(name: str) -> tuple[str, str] | None:
    """What stands outside and inside the one pair of brackets of a name, or ``None``."""
    found = _BRACKETS.match(name)
    if found is None:
        return None
    outside = f"{found['before'].strip()} {found['after'].strip()}".strip()
    inside = found["inside"].strip()
    return (outside, inside) if outside and inside else None


def product_problems(products: Sequence[Product], ids: set[str]) -> Iterator[str]:
    """What is wrong with the table of products, one sentence each."""
    for product in products:
        named = f"product {product.names[0] if product.names else '(no name)'}"
        if not product.names:
            yield f"{named} has no name"
        if len(product.contains) + len(product.unknown) + product.kratom < 2:
            yield f"{named} has fewer than two parts"
        if not product.contains:
            yield f"{named} has no part with a record: leave it out, so that it stays unknown"
        for part in product.contains:
            if part not in ids:
                yield f"{named} contains {part}, which has no record"
        for part in product.unknown:
            if part in ids:
                yield f"{named} calls {part} unknown, which has a record"
        if product.verified and not product.sources:
            yield f"{named} is verified but names no source"
