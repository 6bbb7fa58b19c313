"""From text to a case, with every problem found at once and said in words."""

from __future__ import annotations

import difflib
import json
import types
import typing
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from speciosa.case.model import Case
from speciosa.errors import InputError, InputProblem

MAX_CHARACTERS = 1_000_000
_SHOWN = 60


def read_case_text(text: str, *, name: str = "case") -> Case:
    """Parse YAML or JSON text into a case.

    Raises ``InputError`` that names every wrong field, what it held and what is accepted.
    ``name`` stands for the document in messages; the text itself is never quoted at length.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            [InputProblem(name, f"{len(text):,} characters", f"at most {MAX_CHARACTERS:,}")]
        )
    try:
        data = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  # subclass of SafeLoader
    except yaml.YAMLError as error:
        raise InputError([InputProblem(name, _where(error), "YAML or JSON")]) from None
    except (ValueError, RecursionError, OverflowError):
        raise InputError([InputProblem(name, "text that cannot be read", "YAML or JSON")]) from None
    return parse_case(data)


def parse_case(data: object) -> Case:
    """Validate parsed data. Raises ``InputError`` listing every problem."""
    if not isinstance(data, Mapping):
        kind = "nothing" if data is None else type(data).__name__
        raise InputError([InputProblem("case", kind, "a mapping of fields such as date, person")])
    if not all(isinstance(key, str) for key in data):
        raise InputError([InputProblem("case", "a field name that is not text", "text names")])
    try:
        return Case.model_validate(dict(data))
    except ValidationError as error:
        raise InputError([_problem(e) for e in error.errors(include_url=False)]) from None
    except RecursionError:
        raise InputError([InputProblem("case", "too deeply nested", "a plain case")]) from None


def case_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a case."""
    schema = Case.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice: one of the two values would be lost unseen."""


def _mapping_without_duplicates(
    loader: _StrictLoader, node: yaml.MappingNode, deep: bool = False
) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        try:
            again = key in seen
        except TypeError:
            raise yaml.constructor.ConstructorError(
                None, None, "a field name must be text", key_node.start_mark
            ) from None
        if again:
            raise yaml.constructor.ConstructorError(
                None, None, "a field is given twice", key_node.start_mark
            )
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates
)


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "text that is not YAML"
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"{problem}{place}"


# ------------------------------------------------------------------ saying what is wrong


def _problem(error: Any) -> InputProblem:  # noqa: ANN401  # pydantic's ErrorDetails
    location = tuple(error["loc"])
    field = _path(location) or "case"
    kind: str = error["type"]
    context: Mapping[str, Any] = error.get("ctx") or {}
    value = _shown(error.get("input"))
    if kind == "extra_forbidden":
        known = sorted(_fields_at(location[:-1]))
        close = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.6)
        accepted = "one of " + ", ".join(known) if known else "no further field"
        return InputProblem(field, "an unknown field", accepted, close[0] if close else "")
    if kind == "missing":
        return InputProblem(field, "nothing", "this field is needed")
    if kind == "enum":
        expected = str(context.get("expected", ""))
        options = [o.strip(" '") for o in expected.replace(" or ", ", ").split(",")]
        close = difflib.get_close_matches(str(error.get("input")), options, n=1, cutoff=0.6)
        return InputProblem(field, value, expected, close[0] if close else "")
    if kind == "string_pattern_mismatch" and location[-1:] == ("place",):
        return InputProblem(
            field, value, "an ISO 3166 code such as US, US-TN or US-CA/san-diego-city"
        )
    if kind == "value_error":
        message = error["msg"].removeprefix("Value error, ")
        return InputProblem(field, "values that do not fit together", message)
    return InputProblem(field, value, _sentence(error["msg"]))


def _path(location: tuple[str | int, ...]) -> str:
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _shown(value: object) -> str:
    """A value short enough for a message; long text is a person's words and is not repeated."""
    if isinstance(value, str) and len(value) > _SHOWN:
        return f"text of {len(value)} characters"
    if isinstance(value, Mapping | list | tuple):
        return "a list" if isinstance(value, list | tuple) else "a mapping"
    try:
        return json.dumps(value, ensure_ascii=False, default=str)[:_SHOWN]
    except (TypeError, ValueError):
        return type(value).__name__


def _sentence(message: str) -> str:
    return message.removeprefix("Input should be ").removeprefix("a valid ")


def _fields_at(location: tuple[str | int, ...]) -> set[str]:
    """Names accepted at a location of the case, found by walking the model's annotations."""
    model: type[BaseModel] | None = Case
    for step in location:
        if isinstance(step, int) or model is None:
            continue
        info = model.model_fields.get(step)
        model = _model_in(info.annotation) if info else None
    return set(model.model_fields) if model else set()


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if isinstance(annotation, types.GenericAlias | types.UnionType) or typing.get_origin(
        annotation
    ):
        for inner in typing.get_args(annotation):
            found = _model_in(inner)
            if found:
                return found
    return None
