"""The names people use for medicines and substances, and how they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import msgspec


class Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hand-written list of names beside the records (``medicines/names.yaml``).

    ``either`` holds names that are sold for different things: nobody can know which was meant.
    ``within`` holds words that say what a product contains wherever they stand in its name.
    """

    aliases: dict[str, tuple[str, ...]]
    checked_as: dict[str, tuple[str, ...]]
    either: dict[str, tuple[str, ...]]
    kratom: tuple[str, ...]
    classes: tuple[str, ...]
    form_words: tuple[str, ...]
    within: dict[str, tuple[str, ...]]


_APOSTROPHES = re.compile(r"['’‘`´]|\.(?!\d)")
_BREAKS = re.compile(r"[^a-z0-9.]+")
# The Unicode category of zero-width marks, which nobody sees and which part no name.
_INVISIBLE = "Cf"
_MICRO = str.maketrans({"µ": "u", "μ": "u"})
_NUMBER = r"\d*\.?\d+"
_UNIT = r"(?:mg|mcg|ug|g|ml|iu|units?)"
_AMOUNT = re.compile(rf"{_NUMBER}(?:{_UNIT}|h|hr|x)?|x\d+")
# More words of form than any prescription has; longer texts are not searched through.
_MOST_WORDS = 12
_LEADING_AMOUNT = re.compile(rf"(?:\d+x|{_NUMBER} ?{_UNIT}) (?=\S)")


def normalise(name: str) -> str:
    """A name as compared: no case, accents or apostrophes; every other mark is one space.

    A decimal point before a digit stays, so that 0.5 never turns into 05.
    """
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_MICRO))
    plain = "".join(
        c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != _INVISIBLE
    )
    return _BREAKS.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def without_form(key: str, form_words: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A normalised name without words of form, salt, release or amount around it.

    Each step gives the rest and the words set aside, fewest first, so that "magnesium citrate
    200 mg" is tried before "magnesium". The words never change which medicine is meant, and an
    amount among them is never read as a dose.
    """
    words = key.split(" ")
    ends = [0]
    while ends[-1] < min(len(words), _MOST_WORDS) and _says_form(words[-1 - ends[-1]], form_words):
        ends.append(ends[-1] + 1)
    starts = [0]
    while starts[-1] < _MOST_WORDS and (
        found := _leading(" ".join(words[starts[-1] :]), form_words)
    ):
        starts.append(starts[-1] + len(found.split()))
    for start, end in sorted(((s, e) for s in starts for e in ends), key=sum):
        rest = words[start : len(words) - end]
        if rest and (start or end):
            yield " ".join(rest), (*words[:start], *words[len(words) - end :])


def _leading(key: str, form_words: frozenset[str]) -> str:
    amount = _LEADING_AMOUNT.match(key)
    first, _, rest = key.partition(" ")
    return amount[0] if amount else first if rest and first in form_words else ""


def _says_form(word: str, form_words: frozenset[str]) -> bool:
    return word in form_words or _AMOUNT.fullmatch(word) is not None


def is_only_form(key: str, form_words: frozenset[str]) -> bool:
    """Whether a normalised text says nothing but form, salt, release or amount."""
    return all(_says_form(word, form_words) for word in key.split(" "))
