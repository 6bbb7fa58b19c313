"""The names people use for medicines and substances, and how they are compared."""

from __future__ import annotations

import re
import unicodedata

import msgspec


class Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hand-written list of names beside the records (``medicines/names.yaml``).

    ``either`` holds names that are sold for different things: nobody can know which was meant.
    """

    aliases: dict[str, tuple[str, ...]]
    checked_as: dict[str, tuple[str, ...]]
    either: dict[str, tuple[str, ...]]
    kratom: tuple[str, ...]
    classes: tuple[str, ...]
    form_words: tuple[str, ...]


_APOSTROPHES = re.compile(r"['’‘`´]|\.(?!\d)")
_BREAKS = re.compile(r"[^a-z0-9.]+")
_MICRO = str.maketrans({"µ": "u", "μ": "u"})
_NUMBER = r"\d*\.?\d+"
_UNIT = r"(?:mg|mcg|ug|g|ml|iu|units?)"
_AMOUNT = re.compile(rf"{_NUMBER}(?:{_UNIT}|h|hr|x)?|x\d+")
_LEADING_AMOUNT = re.compile(rf"(?:\d+x|{_NUMBER} ?{_UNIT}) (?=\S)")


def normalise(name: str) -> str:
    """A name as compared: no case, accents or apostrophes; every other mark is one space.

    A decimal point before a digit stays, so that 0.5 never turns into 05.
    """
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_MICRO))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _BREAKS.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def without_form(key: str, form_words: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """A normalised name without the words of form, salt, release or amount around it.

    Also gives the words set aside, in order. They never change which medicine is meant, and an
    amount among them is never read as a dose.
    """
    words = key.split(" ")
    end = len(words)
    while end > 1 and (words[end - 1] in form_words or _AMOUNT.fullmatch(words[end - 1])):
        end -= 1
    rest = " ".join(words[:end])
    lead = ""
    while found := _LEADING_AMOUNT.match(rest) or _leading_form(rest, form_words):
        lead += found[0]
        rest = rest[found.end() :]
    return rest, (*lead.split(), *words[end:])


def _leading_form(key: str, form_words: frozenset[str]) -> re.Match[str] | None:
    first = re.match(r"(\S+) (?=\S)", key)
    return first if first and first[1] in form_words else None


def is_only_form(key: str, form_words: frozenset[str]) -> bool:
    """Whether a normalised text says nothing but form, salt, release or amount."""
    return all(word in form_words or _AMOUNT.fullmatch(word) for word in key.split(" "))
