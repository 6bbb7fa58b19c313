"""What is wrong with a field, said with what is accepted there.

What is accepted is read from the JSON Schema of the case, so that the message, the schema and the
check can never say different things.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from speciosa.case.model import Case
from speciosa.case.parts import ClashError
from speciosa.case.shown import field_path, shown
from speciosa.errors import InputProblem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_PROBLEMS = 50
Location = tuple[str | int, ...]
Node = Mapping[str, Any]


@lru_cache(maxsize=1)
def case_schema_json() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a case."""
    schema = Case.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def explain(errors: Sequence[ErrorDetails]) -> list[InputProblem]:
    """Every problem once, in the order of the case; a long list is cut and says so."""
    telling = [e for e in errors if not _is_echo(e)]
    problems = [_problem(e) for e in telling[:MAX_PROBLEMS]]
    rest = len(telling) - len(problems)
    if rest:
        problems.append(InputProblem("case", f"{rest} more problems", "a case without them"))
    return problems


def _is_echo(error: ErrorDetails) -> bool:
    """A list counted as too short only because one of its items was wrong."""
    given = error["input"]
    needed = error.get("ctx", {}).get("min_length", 0)
    return error["type"] == "too_short" and isinstance(given, list | tuple) and len(given) >= needed


def _problem(error: ErrorDetails) -> InputProblem:
    location, kind = error["loc"], error["type"]
    field = field_path(location) or "case"
    clash = error.get("ctx", {}).get("error")
    if isinstance(clash, ClashError):
        if clash.field:
            field = f"{field}.{clash.field}" if location else clash.field
        return InputProblem(field, *clash.args)
    if kind == "invalid_key":
        where = field_path(location[:-1]) or "case"
        return InputProblem(where, "a field name that is not text", _fields_of(location[:-1]))
    if kind == "extra_forbidden":
        name = str(location[-1])
        return InputProblem(
            field, "an unknown field", _fields_of(location[:-1]), _other_field(name, location)
        )
    node = _node(location)
    accepted = _accepted(node)
    if kind == "missing":
        return InputProblem(field, "nothing", f"{accepted}; this field is needed")
    given = error["input"]
    if given is None:
        accepted += "; leave the field out where nothing is known"
    return InputProblem(
        field, shown(given, quote=_is_code(node)), accepted, _other_value(given, node)
    )


# ------------------------------------------------------------------ what is accepted


def _node(location: Location) -> Node:
    """The schema of one location, without ``$ref`` and without the ``null`` alternative."""
    node = _resolved(case_schema_json())
    for step in location:
        inner = node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
        if inner is None:
            return {}
        node = _resolved(inner)
    return node


def _resolved(node: Node) -> Node:
    if "$ref" in node:
        found: Node = case_schema_json()["$defs"][node["$ref"].removeprefix("#/$defs/")]
        return _resolved(found)
    for inner in node.get("anyOf", ()):
        if inner.get("type") != "null":
            return _resolved(inner)
    return node


def _is_code(node: Node) -> bool:
    """Whether the place holds a number, a date or a listed word, not someone's own words."""
    if node.get("type") == "array":
        return _is_code(_resolved(node["items"]))
    if node.get("type") == "string":
        return bool(node.keys() & {"enum", "format", "pattern"})
    return node.get("type") in {"integer", "number", "boolean"}


def _accepted(node: Node) -> str:
    if "enum" in node:
        return "one of " + ", ".join(map(str, node["enum"]))
    say = _SAY.get(node.get("type", ""))
    return say(node) if say else "no value in this place"


def _accepted_text(node: Node) -> str:
    if node.get("format") == "date":
        return "a date such as 2026-11-22"
    if "pattern" in node:
        return str(node["description"])
    least, most = node.get("minLength", 0), node["maxLength"]
    return f"text of {least} to {most} characters" if least else f"text of up to {most} characters"


def _accepted_list(node: Node) -> str:
    least, most = node.get("minItems", 0), node["maxItems"]
    count = f"exactly {most}" if least == most else f"up to {most}"
    blank = " or null" if {"type": "null"} in node["items"].get("anyOf", ()) else ""
    return f"a list of {count}, each {_accepted(_resolved(node['items']))}{blank}"


def _range(node: Node) -> str:
    least, above, most = (node.get(k) for k in ("minimum", "exclusiveMinimum", "maximum"))
    low = f"above {above:,.10g}" if above is not None else f"from {least:,.10g}"
    return f" {low} to {most:,.10g}" if above is None else f" {low}, at most {most:,.10g}"


_SAY: Mapping[str, Callable[[Node], str]] = {
    "boolean": lambda node: "true or false",
    "integer": lambda node: "a whole number" + _range(node),
    "number": lambda node: "a number" + _range(node),
    "string": _accepted_text,
    "array": _accepted_list,
    "object": lambda node: "a mapping of fields: " + ", ".join(node.get("properties", {})),
}


def _fields_of(location: Location) -> str:
    known = _node(location).get("properties", {})
    return "one of " + ", ".join(known) if known else "no field in this place"


# ------------------------------------------------------------------ what may have been meant


def _other_field(name: str, location: Location) -> str:
    here = list(_node(location[:-1]).get("properties", {}))
    close = _closest(name, here)
    if close:
        return close
    elsewhere = dict(reversed([(path.split(".")[-1], path) for path in _paths()]))
    return elsewhere.get(name, "")


def _other_value(given: object, node: Node) -> str:
    if not isinstance(given, str):
        return ""
    if "enum" in node:
        return _closest(re.sub(r"[\s-]+", "_", given.strip()), [str(o) for o in node["enum"]])
    if "pattern" in node:
        country, slash, locality = given.strip().replace("_", "-").partition("/")
        code = country.upper() + slash + locality.lower()
        return code if re.fullmatch(node["pattern"], code) else ""
    if node.get("type") in {"integer", "number"} and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", given):
        return f"{given} without quotation marks"
    return ""


def _closest(word: str, options: Sequence[str]) -> str:
    by_case = {option.lower(): option for option in options}
    if word.lower() in by_case:
        return by_case[word.lower()]
    begun = [o for o in options if len(word) > 1 and o.startswith(f"{word.lower()}_")]
    if begun:
        return begun[0]
    close = difflib.get_close_matches(word[:100].lower(), list(by_case), n=1, cutoff=0.6)
    return by_case[close[0]] if close else ""


@lru_cache(maxsize=1)
def _paths() -> tuple[str, ...]:
    return tuple(_walk("", _resolved(case_schema_json())))


def _walk(prefix: str, node: Node) -> Iterator[str]:
    for name, inner in node.get("properties", {}).items():
        path = f"{prefix}{name}"
        found = _resolved(inner)
        yield path
        if found.get("type") == "array":
            yield from _walk(f"{path}[].", _resolved(found["items"]))
        else:
            yield from _walk(f"{path}.", found)
