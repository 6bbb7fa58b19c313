"""The clinic's own reference of a person: one rule for every door that adds or changes one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from speciosa.errors import InputError, InputProblem
from speciosa.store import TakenError

if TYPE_CHECKING:
    from speciosa.store import External, Person
    from speciosa.web.services import Services

LONGEST = 120
_FIELD = "label"


def add(use: Services, label: str, *, by: str, external: Iterable[External] = ()) -> Person:
    """A new person. Raises ``InputError`` where the reference cannot be used.

    ``ConflictError`` where an external id is another person's.
    """
    text = _checked(label)
    try:
        return use.store.add_person(text, by=by, at=use.now(), external=external, unique=True)
    except TakenError:
        raise _refused("a reference that somebody has already", "another reference") from None


def relabel(use: Services, person: str, label: str, *, by: str) -> Person:
    """Another reference for the same person. Raises ``InputError`` and ``UnknownError``."""
    text = _checked(label)
    try:
        return use.store.relabel(person, text, by=by, at=use.now(), unique=True)
    except TakenError:
        raise _refused("a reference that somebody has already", "another reference") from None


def _checked(label: str) -> str:
    """The reference as it is kept: every character of it can be seen and typed again."""
    text = unicodedata.normalize("NFC", label.strip())
    if not text:
        raise _refused("nothing", "the clinic's own number or initials")
    if len(text) > LONGEST:
        raise _refused(f"{len(text)} characters", f"at most {LONGEST} characters")
    if not text.isprintable() or not any(c.isalnum() for c in text):
        raise _refused("characters that cannot be seen", "letters, digits and signs that can")
    return text


def _refused(value: str, accepted: str) -> InputError:
    return InputError([InputProblem(_FIELD, value, accepted)])
