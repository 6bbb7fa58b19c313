"""A case as the items of a FHIR form and back: an item for each field that was given.

``linkId`` is the path of the field (``medicines.dose_mg``); a part is a group, and a list of parts
the same group again and again. A field that was not given has no item, because not given is not
the same as empty or normal. Answers of an instrument have an item each, without an answer where
there was none.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from speciosa.fhir.case_fields import Field, Kind, case_fields

if TYPE_CHECKING:
    from pydantic import BaseModel

    from speciosa.case import Case

EMPTY_TEXT = "(empty text)"
ESCAPED = "(in JSON notation, because of characters that FHIR text may not hold)"
# FHIR's text holds no white space but these: a no-break space would make the resource invalid.
_UNUSUAL_SPACE = re.compile(r"[^\S \r\n\t]|\ufeff")
_ANSWERS = ("valueBoolean", "valueInteger", "valueDecimal", "valueDate", "valueString")


def to_items(case: Case) -> list[dict[str, Any]]:
    """The items of the response that holds the whole case, in the order of its fields."""
    return list(_part_items(case, case_fields()))


def from_items(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The case document behind such items, for ``parse_case``.

    Raises ``ValueError`` for an item that is no field, comes twice or cannot be read.
    """
    return _document(items, case_fields())


# ------------------------------------------------------------------ out


def _part_items(part: BaseModel, fields: tuple[Field, ...]) -> Iterator[dict[str, Any]]:
    model = type(part).model_fields
    for field in fields:
        value = getattr(part, field.name)
        # What equals its default says as much as its absence.
        if value != model[field.name].get_default():
            yield from _items(field, value)


def _items(field: Field, value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # any field
    if field.kind is Kind.PART:
        yield _group(field.path, _part_items(value, field.fields))
    elif field.kind is Kind.PARTS:
        for part in value:
            yield _group(field.path, _part_items(part, field.fields))
    elif field.kind is Kind.ANSWERS:
        numbered = enumerate(value, start=1)
        yield _group(field.path, (_numbered(field, n, answer) for n, answer in numbered))
    else:
        yield _valued(field.path, value if field.kind is Kind.WORDS else (value,))


def _group(path: str, items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    held = list(items)
    return {"linkId": path, "item": held} if held else {"linkId": path}


def _numbered(field: Field, number: int, answer: int | None) -> dict[str, Any]:
    path = f"{field.path}.{number}"
    return {"linkId": path} if answer is None else _valued(path, (answer,))


def _valued(path: str, values: tuple[Any, ...]) -> dict[str, Any]:
    if values == ("",):
        return {"linkId": path, "text": EMPTY_TEXT}
    if any(isinstance(value, str) and _UNUSUAL_SPACE.search(value) for value in values):
        escaped = [{"valueString": json.dumps(value)} for value in values]
        return {"linkId": path, "text": ESCAPED, "answer": escaped}
    return {"linkId": path, "answer": [_answer(value) for value in values]}


def _answer(value: object) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, float):
        return {"valueDecimal": value}
    if isinstance(value, dt.date):
        return {"valueDate": value.isoformat()}
    return {"valueString": str(value)}


# ------------------------------------------------------------------ back


def _document(items: Iterable[Mapping[str, Any]], fields: tuple[Field, ...]) -> dict[str, Any]:
    known = {field.path: field for field in fields}
    document: dict[str, Any] = {}
    for item in items:
        field = known.get(str(item.get("linkId")))
        if field is None:
            raise ValueError("an item of the case form that is no field of a case")
        value = _value(field, item)
        if field.kind is Kind.PARTS:
            document.setdefault(field.name, []).append(value)
        elif field.name in document:
            raise ValueError("an item of the case form that is given twice")
        else:
            document[field.name] = value
    return document


def _value(field: Field, item: Mapping[str, Any]) -> object:
    inner = item.get("item") or ()
    if field.kind in (Kind.PART, Kind.PARTS):
        return _document(inner, field.fields)
    if field.kind is Kind.ANSWERS:
        expected = [f"{field.path}.{number}" for number in range(1, field.count + 1)]
        if [held.get("linkId") for held in inner] != expected:
            raise ValueError("an item of the case form with answers missing or out of order")
        return [None if "answer" not in held else _one(held) for held in inner]
    if field.kind is Kind.WORDS:
        return _values(item)
    if item.get("text") == EMPTY_TEXT and "answer" not in item:
        return ""
    return _one(item)


def _one(item: Mapping[str, Any]) -> object:
    values = _values(item)
    if len(values) != 1:
        raise ValueError("an item of the case form with several answers to one question")
    return values[0]


def _values(item: Mapping[str, Any]) -> list[object]:
    found: list[object] = []
    for answer in item.get("answer") or ():
        given = [answer[key] for key in _ANSWERS if key in answer]
        if len(given) != 1:
            raise ValueError("an item of the case form with an answer that cannot be read")
        found.append(_unescaped(given[0]) if item.get("text") == ESCAPED else given[0])
    if not found:
        raise ValueError("an item of the case form without an answer")
    return found


def _unescaped(value: object) -> str:
    try:
        text = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        text = None
    if not isinstance(text, str):
        raise ValueError("an item of the case form whose answer is not JSON text")
    return text
