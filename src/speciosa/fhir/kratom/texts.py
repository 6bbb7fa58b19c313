"""The words of a resource: each field that can speak of the person, and notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speciosa.fhir.kratom import names, notes
from speciosa.fhir.kratom.words import MAX_CHARACTERS
from speciosa.fhir.shape import a_list, dicts, text

# Fields that hold no words about a person.
_NO_WORDS = frozenset(
    {"resourceType", "id", "url", "system", "reference", "fullUrl", "status", "code", "unit"}
    | {"implicitRules", "language", "profile", "versionId", "lastUpdated", "linkId", "data"}
)
_MAX_DEPTH = 30


def texts(resource: Mapping[str, Any], skip: str = "") -> Iterator[tuple[str, str]]:
    """Every field of a resource that holds words, with its path; attached notes among them."""
    if notes.is_attachment(resource):
        yield from _pieces("data", notes.note(resource))
    yield from _pieces("text.div", notes.narrative(resource))
    kind = text(resource.get("resourceType"))
    stack: list[tuple[str, object, int]] = [
        (key, value, 0)
        for key, value in resource.items()
        if not (skip and isinstance(key, str) and key.startswith(skip))
        and key != "contained"
        # A narrative says again what the fields say, unless it says that it says more (above).
        and not (key == "text" and isinstance(value, dict) and "div" in value)
        and not names.is_name(kind, key)
    ]
    stack.reverse()
    while stack:
        path, value, depth = stack.pop()
        if isinstance(value, str):
            key = path.rpartition(".")[2]
            if key not in _NO_WORDS:
                yield path, value
        elif depth < _MAX_DEPTH:
            if isinstance(value, dict) and notes.is_attachment(value):
                yield from _pieces(f"{path}.data", notes.note(value))
            inner = value.items() if isinstance(value, dict) else enumerate(a_list(value))
            mark = "{}.{}" if isinstance(value, dict) else "{}[{}]"
            told = [(mark.format(path, k), v, depth + 1) for k, v in inner]
            if isinstance(value, dict) and "display" in value and names.refers(path, value):
                told = [one for one in told if one[0] != f"{path}.display"]
            stack += reversed(told)


def _pieces(path: str, words: str | None) -> Iterator[tuple[str, str]]:
    for piece in notes.pieces(words, MAX_CHARACTERS) if words else ():
        yield path, piece


def words_of(concept: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """The words of a CodeableConcept, with their paths."""
    for i, coding in enumerate(dicts(concept.get("coding"))):
        yield f"{path}.coding[{i}].display", text(coding.get("display"))
    yield f"{path}.text", text(concept.get("text"))
