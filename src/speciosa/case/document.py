"""From bytes or text to plain data: YAML or JSON, read strictly.

YAML is read more strictly than the standard asks, because a surprise in it is a wrong answer about
a person: a field given twice, an alias or a tag is refused; ``NO`` is Norway, not "false"; ``010``
and ``1:30`` are text, not the numbers 8 and 90; dates stay text until the case checks them.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

import yaml

from speciosa.case.shown import field_name
from speciosa.errors import InputError, InputProblem

MAX_CHARACTERS = 200_000
MAX_DEPTH = 20
_FORM = "YAML or JSON text in UTF-8"


def decode(raw: bytes, *, name: str) -> str:
    """Bytes of a file as text. Raises ``InputError`` when they are not UTF-8."""
    if len(raw) > 4 * MAX_CHARACTERS:
        raise _wrong(name, f"{len(raw):,} bytes", f"at most {MAX_CHARACTERS:,} characters")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(name, f"a byte at position {error.start} that is not UTF-8", _FORM) from None


def parse(text: str, *, name: str) -> object:
    """Text as plain data (mappings, lists, text, numbers, true, false, null).

    Raises ``InputError`` with the line and column of the first thing that cannot be read.
    """
    if len(text) > MAX_CHARACTERS:
        raise _wrong(name, f"{len(text):,} characters", f"at most {MAX_CHARACTERS:,} characters")
    json_problem = ""
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text, object_pairs_hook=_without_twins)
        except json.JSONDecodeError as error:
            json_problem = f"{error.msg} (line {error.lineno}, column {error.colno})"
        except ValueError:
            raise _wrong(name, "a number of thousands of digits", "numbers of usual size") from None
        except RecursionError:
            raise _too_deep(name) from None
    try:
        # A subclass of SafeLoader: it builds nothing but plain data.
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506
    except yaml.YAMLError as error:
        looks_like_json = re.match(r'\s*\{\s*"', text) is not None
        problem = json_problem if json_problem and looks_like_json else _where(error)
        raise _wrong(name, problem, _FORM) from None


def _wrong(name: str, value: str, accepted: str) -> InputError:
    return InputError([InputProblem(name, value, accepted)])


def _too_deep(name: str) -> InputError:
    return _wrong(name, "data nested too deeply", f"at most {MAX_DEPTH} levels")


def _twice(field: object, where: str = "") -> InputError:
    return _wrong(field_name(field), f"a field given twice{where}", "each field once")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _twice(key)
        found[key] = value
    return found


# ------------------------------------------------------------------ strict YAML


class _StrictLoader(yaml.SafeLoader):
    """YAML's core types without tags, anchors, aliases and duplicate fields."""

    # The resolvers are set anew below; an inherited one would bring YAML 1.1's surprises back.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _refused("an anchor or alias (& or *), which is not accepted", event)
        if getattr(event, "tag", None) is not None:
            raise _refused("a tag (!), which is not accepted", event)
        if self.depth >= MAX_DEPTH:
            raise _refused(f"data nested more than {MAX_DEPTH} levels deep", event)
        self.depth += 1
        try:
            node: yaml.Node | None = super().compose_node(parent, index)
        finally:
            self.depth -= 1
        return node


def _refused(problem: str, at: yaml.Event | yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=cast("yaml.Mark", at.start_mark))


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _refused("a field name that is not text", key_node)
        key = loader.construct_object(key_node)
        if key in found:
            raise _twice(key, f" (line {key_node.start_mark.line + 1})")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _bool(loader: _StrictLoader, node: yaml.ScalarNode) -> bool:
    return str(node.value).lower() in {"true", "yes"}


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_StrictLoader.add_constructor("tag:yaml.org,2002:bool", _bool)
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE|yes|Yes|no|No", list("tTfFyYnN")),
    ("int", r"[-+]?(0|[1-9][0-9]{0,29})", list("-+0123456789")),
    (
        "float",
        r"[-+]?([0-9]{1,30}\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,4})?"
        r"|[-+]?[0-9]{1,30}[eE][-+]?[0-9]{1,4}|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+0123456789."),
    ),
):
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})\Z"), _first
    )


def _where(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        return f"a character that text may not hold (position {error.position})"
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "text that is not YAML"
    # What the parser quotes may be a person's words; its own tokens stand in angle brackets.
    problem = re.sub(r"'[^'<][^']{2,}'", "something", problem, flags=re.DOTALL)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"{problem}{place}"
