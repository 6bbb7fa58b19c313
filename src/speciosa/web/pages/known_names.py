"""Names to choose from while typing, and what a typed name turns out to mean."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from speciosa.case.vocabulary import KnownCondition
from speciosa.knowledge.medicines import NameKind
from speciosa.web.pages.form.words import words

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.web.pages.form import Fields


class Choice(NamedTuple):
    """One name of a list: what is typed, and what stands beside it."""

    value: str
    label: str = ""


class Understood(NamedTuple):
    """What a typed name means: whether it can be checked, and a sentence."""

    checked: bool
    sentence: str


@lru_cache(maxsize=2)
def medicines(knowledge: Knowledge) -> tuple[Choice, ...]:
    """Every medicine, substance, brand and combined product of the base, by name."""
    found: dict[str, str] = {}
    for medicine in knowledge.medicines.all():
        for name in (*medicine.synonyms, *medicine.brands):
            found.setdefault(name, medicine.name)
    for medicine in knowledge.medicines.all():
        found[medicine.name] = ""
    for product in knowledge.medicines.products:
        for name in product.names:
            found.setdefault(name, "combined product")
    return tuple(Choice(name, found[name]) for name in sorted(found, key=str.casefold))


def conditions() -> tuple[Choice, ...]:
    """The conditions that change what is said."""
    return tuple(Choice(name, words(name)) for name in KnownCondition)


def understood(fields: Fields, knowledge: Knowledge) -> Iterator[tuple[str, Understood]]:
    """For the name of each row of medicines and substances, what it is checked as."""
    for prefix in ("medicines", "substances"):
        for index in fields.rows(prefix):
            name = fields.one(f"{prefix}.{index}.name").strip()
            if name:
                yield f"{prefix}.{index}.name", _meaning(name, knowledge)


def _meaning(name: str, knowledge: Knowledge) -> Understood:
    match = knowledge.medicines.match(name)
    known = " and ".join(medicine.name for medicine in match.medicines)
    if match.kind is NameKind.MEDICINE:
        rest = f"; not known: {', '.join(match.unknown_parts)}" if match.unknown_parts else ""
        return Understood(not match.unknown_parts, f"checked as {known}{rest}")
    if match.kind is NameKind.KRATOM:
        return Understood(False, "this is kratom: enter it under Kratom")
    if match.kind is NameKind.AMBIGUOUS:
        return Understood(False, f"sold for different things ({known}): say which")
    if match.kind is NameKind.CLASS:
        return Understood(False, "a class of medicines: name the medicine")
    near = knowledge.medicines.suggest(name)
    hint = f"; did you mean {near}?" if near else ""
    return Understood(False, f"not known here: kept, and shown as not checked{hint}")
