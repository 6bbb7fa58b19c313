"""A case as the items of a FHIR form and back: one item for each field that was given.

``linkId`` is the path of the field as in our messages (``medicines[2].dose_mg``). A field that was
not given has no item, because not given is not the same as empty or normal. What was given and is
empty (an empty note, a list with nothing in it) has an item without an answer, marked in its text.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from speciosa.case import Case

EMPTY_TEXT = "(empty text)"
EMPTY_LIST = "(empty list)"
EMPTY_PART = "(nothing given in this part)"
NOT_ANSWERED = "(not answered)"
ESCAPED = "(in JSON notation, because of characters that FHIR text may not hold)"
# FHIR's text holds no white space but these: a no-break space would make the resource invalid.
_UNUSUAL_SPACE = re.compile(r"[^\S \r\n\t]|\ufeff")
_STEP = re.compile(r"([a-z0-9_]+)|\[(\d{1,3})\]")
_ANSWERS = ("valueBoolean", "valueInteger", "valueDecimal", "valueDate", "valueString")


def to_items(case: Case) -> list[dict[str, Any]]:
    """The items of the response that holds the whole case, in the order of its fields."""
    return [_item(path, value) for path, value in _leaves(case, "")]


def from_items(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The case document behind such items, for ``parse_case``.

    Raises ``ValueError`` for an item whose ``linkId`` is no path, or that comes twice.
    """
    document: dict[str, Any] = {}
    for item in items:
        _put(document, str(item.get("linkId", "")), _value(item))
    return document


# ------------------------------------------------------------------ out


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        given = [name for name in type(value).model_fields if _given(value, name)]
        if not given and path:
            yield path, {}
        for name in given:
            yield from _leaves(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, tuple):
        if not value:
            yield path, value
        for index, held in enumerate(value):
            yield from _leaves(held, f"{path}[{index}]")
    else:
        yield path, value


def _given(part: BaseModel, name: str) -> bool:
    """Whether a field says anything: what equals its default says as much as its absence."""
    return bool(getattr(part, name) != type(part).model_fields[name].get_default())


def _item(path: str, value: object) -> dict[str, Any]:
    empty: dict[object, str] = {"": EMPTY_TEXT, (): EMPTY_LIST, None: NOT_ANSWERED}
    if isinstance(value, dict):
        return {"linkId": path, "text": EMPTY_PART}
    if value is None or (isinstance(value, str | tuple) and not value):
        return {"linkId": path, "text": empty[value]}
    if isinstance(value, str) and _UNUSUAL_SPACE.search(value):
        return {"linkId": path, "text": ESCAPED, "answer": [{"valueString": json.dumps(value)}]}
    return {"linkId": path, "answer": [_answer(value)]}


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


def _value(item: Mapping[str, Any]) -> object:
    answers = item.get("answer") or []
    if len(answers) == 1 and item.get("text") == ESCAPED:
        return _unescaped(answers[0].get("valueString"))
    if len(answers) == 1:
        for key in _ANSWERS:
            if key in answers[0]:
                return answers[0][key]
    empty: dict[str, object] = {EMPTY_TEXT: "", EMPTY_LIST: [], EMPTY_PART: {}, NOT_ANSWERED: None}
    text = item.get("text")
    if not answers and text in empty:
        return empty[text]
    raise ValueError("an item of the case form without an answer that can be read")


def _unescaped(value: object) -> str:
    try:
        text = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        text = None
    if not isinstance(text, str):
        raise ValueError("an item of the case form whose answer is not JSON text")
    return text


def _put(document: dict[str, Any], path: str, value: object) -> None:
    steps = _steps(path)
    held: Any = document
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        fresh: Any = value if following is None else [] if isinstance(following, int) else {}
        held = _step_into(held, step, fresh, last=following is None)


def _step_into(held: Any, step: str | int, fresh: Any, *, last: bool) -> Any:  # noqa: ANN401
    if isinstance(step, int):
        if not isinstance(held, list) or step > len(held) or (last and step < len(held)):
            raise ValueError("items of the case form out of order, or one given twice")
        if step == len(held):
            held.append(fresh)
        return held[step]
    if not isinstance(held, dict) or (last and step in held):
        raise ValueError("items of the case form that clash, or one given twice")
    return held.setdefault(step, fresh)


def _steps(path: str) -> list[str | int]:
    found: list[str | int] = []
    place = 0
    while place < len(path):
        if found and path[place] == ".":
            place += 1
        match = _STEP.match(path, place)
        if match is None:
            break
        found.append(match[1] if match[1] else int(match[2]))
        place = match.end()
    if not found or place != len(path):
        raise ValueError("an item of the case form whose linkId is no path of a field")
    return found
