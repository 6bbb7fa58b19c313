"""The fields of a case as a tree, read from its schema: shared by the case form and answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from speciosa.case import case_schema


class Kind(StrEnum):
    """How a field is held: a part, a list of parts, a list of words, answers by number, a value."""

    PART = "part"
    PARTS = "parts"
    WORDS = "words"
    ANSWERS = "answers"
    VALUE = "value"


@dataclass(frozen=True)
class Field:
    """One field. ``path`` is its ``linkId``; ``type`` the FHIR type of an answer.

    ``fields`` are those of a part, ``words`` what a value may be, ``count`` how many answers.
    """

    path: str
    name: str
    kind: Kind
    type: str = "string"
    required: bool = False
    fields: tuple[Field, ...] = ()
    words: tuple[str, ...] = ()
    count: int = 0


@lru_cache(maxsize=1)
def case_fields() -> tuple[Field, ...]:
    """The fields of a case, in the order of the model."""
    schema = case_schema()
    return tuple(_fields(schema, schema.get("$defs", {}), ""))


def _fields(schema: Mapping[str, Any], known: Mapping[str, Any], path: str) -> Iterator[Field]:
    for name, held in schema["properties"].items():
        place = f"{path}.{name}" if path else name
        yield _field(place, held, known, required=name in schema.get("required", ()))


def _field(place: str, held: Any, known: Mapping[str, Any], *, required: bool) -> Field:  # noqa: ANN401
    name = place.rpartition(".")[2]
    kind = _resolved(held, known)
    if "properties" in kind:
        inner = tuple(_fields(kind, known, place))
        return Field(place, name, Kind.PART, required=required, fields=inner)
    if kind.get("type") != "array":
        return Field(place, name, Kind.VALUE, _type(kind), required=required, words=_words(kind))
    items = kind["items"]
    one = _resolved(items, known)
    if "properties" in one:
        return Field(place, name, Kind.PARTS, fields=tuple(_fields(one, known, place)))
    if any(option.get("type") == "null" for option in items.get("anyOf", ())):
        return Field(place, name, Kind.ANSWERS, _type(one), count=int(kind["maxItems"]))
    return Field(place, name, Kind.WORDS, _type(one), words=_words(one))


def _resolved(held: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a field holds when it is given, with references followed."""
    for one in (held, *held.get("anyOf", ()), *held.get("allOf", ())):
        if "$ref" in one:
            return _resolved(known[one["$ref"].rpartition("/")[2]], known)
        if one.get("type") not in (None, "null"):
            return dict(one)
    return held


def _type(kind: Mapping[str, Any]) -> str:
    if kind.get("format") == "date":
        return "date"
    if "enum" in kind:
        return "choice"
    types = {"boolean": "boolean", "integer": "integer", "number": "decimal"}
    return types.get(kind.get("type", ""), "string")


def _words(kind: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(word) for word in kind.get("enum", ()))
