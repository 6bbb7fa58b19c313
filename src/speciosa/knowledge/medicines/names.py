"""The names people use for medicines and substances, and how they are compared."""

from __future__ import annotations

import re
import unicodedata

import msgspec


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product with several active parts; ``unknown`` parts are not in the base."""

    contains: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    kratom: bool = False


class Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hand-written list of names beside the records (``medicines/names.yaml``)."""

    aliases: dict[str, tuple[str, ...]]
    checked_as: dict[str, tuple[str, ...]]
    products: dict[str, Product]
    kratom: tuple[str, ...]
    classes: tuple[str, ...]
    form_words: tuple[str, ...]


_APOSTROPHES = re.compile(r"['’‘`´.]")
_BREAKS = re.compile(r"[^a-z0-9]+")
_AMOUNT = re.compile(r"\d+(mg|mcg|ug|g|ml|h)?|\d+x")


def normalise(name: str) -> str:
    """A name as compared: no case, accents or apostrophes; every other mark is one space."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _BREAKS.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def without_form(key: str, form_words: frozenset[str]) -> str:
    """A normalised name without trailing words of form, salt, release or amount."""
    words = key.split(" ")
    while len(words) > 1 and (words[-1] in form_words or _AMOUNT.fullmatch(words[-1])):
        words.pop()
    return " ".join(words)
