"""What is wrong with a field, said with what is accepted there.

What is accepted is read from the JSON Schema of the case, so that the message, the schema and the
check can never say different things.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from speciosa.case.model import Case
from speciosa.case.parts import ClashError, Part
from speciosa.case.shown import field_path, shown
from speciosa.errors import InputProblem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_PROBLEMS = 50
Location = tuple[str | int, ...]
Node = Mapping[str, Any]


@lru_cache(maxsize=4)
def schema_json(model: type[Part]) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a document; not to be changed by the caller."""
    schema = model.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def explain(
    errors: Sequence[ErrorDetails], model: type[Part] = Case, *, name: str = "case"
) -> list[InputProblem]:
    """Every problem once, in the order of the document; a long list is cut and says so.

    ``name`` stands for the whole document where a problem belongs to no field of it.
    """
    document = _Document(model, name)
    telling = [e for e in errors if not _is_echo(e)]
    problems = [_problem(e, document) for e in telling[:MAX_PROBLEMS]]
    rest = len(telling) - len(problems)
    if rest:
        problems.append(InputProblem(name, f"{rest} more problems", f"a {name} without them"))
    return problems


class _Document(NamedTuple):
    """What a document may hold, and what it is called."""

    model: type[Part]
    name: str

    def node(self, location: Location) -> Node:
        """The schema of one location, without ``$ref`` and without the ``null`` alternative."""
        node = self.resolved(schema_json(self.model))
        for step in location:
            if isinstance(step, int):
                inner = node.get("items")
            else:
                inner = node.get("properties", {}).get(step)
            if inner is None:
                return {}
            node = self.resolved(inner)
        return node

    def resolved(self, node: Node) -> Node:
        """A schema without ``$ref`` and without the ``null`` alternative."""
        if "$ref" in node:
            name = node["$ref"].removeprefix("#/$defs/")
            found: Node = schema_json(self.model)["$defs"][name]
            return self.resolved(found)
        for inner in node.get("anyOf", ()):
            if inner.get("type") != "null":
                return self.resolved(inner)
        return node

    def fields_of(self, location: Location) -> str:
        """The fields that a location may hold."""
        known = self.node(location).get("properties", {})
        return "one of " + ", ".join(known) if known else "no field in this place"

    def paths(self) -> Iterator[str]:
        """Every field of the document."""
        return self._walk("", self.resolved(schema_json(self.model)))

    def _walk(self, prefix: str, node: Node) -> Iterator[str]:
        for name, inner in node.get("properties", {}).items():
            path = f"{prefix}{name}"
            found = self.resolved(inner)
            yield path
            if found.get("type") == "array":
                yield from self._walk(f"{path}[].", self.resolved(found["items"]))
            else:
                yield from self._walk(f"{path}.", found)


def _is_echo(error: ErrorDetails) -> bool:
    """A list counted as too short only because one of its items was wrong."""
    given = error["input"]
    needed = error.get("ctx", {}).get("min_length", 0)
    return error["type"] == "too_short" and isinstance(given, list | tuple) and len(given) >= needed


def _problem(error: ErrorDetails, document: _Document) -> InputProblem:
    location, kind = error["loc"], error["type"]
    field = field_path(location) or document.name
    clash = error.get("ctx", {}).get("error")
    if isinstance(clash, ClashError):
        if clash.field:
            field = f"{field}.{clash.field}" if location else clash.field
        return InputProblem(field, *clash.args)
    if kind == "invalid_key":
        where = field_path(location[:-1]) or document.name
        fields = document.fields_of(location[:-1])
        return InputProblem(where, "a field name that is not text", fields)
    if kind == "extra_forbidden":
        fields = document.fields_of(location[:-1])
        return InputProblem(field, "an unknown field", fields, _other_field(location, document))
    node = document.node(location)
    accepted = _accepted(node, document)
    if kind == "missing":
        return InputProblem(field, "nothing", f"{accepted}; this field is needed")
    given = error["input"]
    if given is None:
        accepted += "; leave the field out where nothing is known"
    return InputProblem(
        field, shown(given, quote=_is_code(node, document)), accepted, _other_value(given, node)
    )


# ------------------------------------------------------------------ what is accepted


def _is_code(node: Node, document: _Document) -> bool:
    """Whether the place holds a number, a date or a listed word, not someone's own words."""
    if node.get("type") == "array":
        return _is_code(document.resolved(node["items"]), document)
    if node.get("type") == "string":
        return bool(node.keys() & {"enum", "format", "pattern"})
    return node.get("type") in {"integer", "number", "boolean"}


def _accepted(node: Node, document: _Document) -> str:
    if "enum" in node:
        return "one of " + ", ".join(map(str, node["enum"]))
    if node.get("type") == "array":
        return _accepted_list(node, document)
    say = _SAY.get(node.get("type", ""))
    return say(node) if say else "no value in this place"


def _accepted_text(node: Node) -> str:
    if node.get("format") == "date":
        return "a date such as 2026-11-22"
    if "pattern" in node:
        return str(node["description"])
    least, most = node.get("minLength", 0), node["maxLength"]
    return f"text of {least} to {most} characters" if least else f"text of up to {most} characters"


def _accepted_list(node: Node, document: _Document) -> str:
    least, most = node.get("minItems", 0), node["maxItems"]
    count = f"exactly {most}" if least == most else f"up to {most}"
    blank = " or null" if {"type": "null"} in node["items"].get("anyOf", ()) else ""
    return f"a list of {count}, each {_accepted(document.resolved(node['items']), document)}{blank}"


def _range(node: Node) -> str:
    least, above, most = (node.get(k) for k in ("minimum", "exclusiveMinimum", "maximum"))
    low = f"above {above:,.10g}" if above is not None else f"from {least:,.10g}"
    return f" {low} to {most:,.10g}" if above is None else f" {low}, at most {most:,.10g}"


_SAY: Mapping[str, Callable[[Node], str]] = {
    "boolean": lambda node: "true or false",
    "integer": lambda node: "a whole number" + _range(node),
    "number": lambda node: "a number" + _range(node),
    "string": _accepted_text,
    "object": lambda node: "a mapping of fields: " + ", ".join(node.get("properties", {})),
}


# ------------------------------------------------------------------ what may have been meant


def _other_field(location: Location, document: _Document) -> str:
    name, here = str(location[-1]), list(document.node(location[:-1]).get("properties", {}))
    close = _closest(name, here)
    if close:
        return close
    elsewhere = dict(reversed([(path.split(".")[-1], path) for path in document.paths()]))
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
