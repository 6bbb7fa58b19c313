"""From a YAML or JSON document to a design, with every problem found at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from speciosa.case import document as text
from speciosa.case.explain import explain, schema_json
from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.design.document import Design

NAME = "design"
_KIND = "a mapping of fields such as title, design, treatment, subjects"


def read_design_bytes(raw: bytes, *, name: str = NAME) -> Design:
    """Read the bytes of a YAML or JSON file (UTF-8) as a design.

    Raises ``InputError`` that names every wrong field, what it held and what is accepted.
    """
    return parse_design(text.parse(text.decode(raw, name=name), name=name))


def parse_design(data: object) -> Design:
    """Validate parsed data. Raises ``InputError`` listing every problem."""
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        given = "nothing" if data is None else "no mapping of named fields"
        raise InputError([InputProblem(NAME, given, _KIND)])
    try:
        return Design.model_validate(dict(data))
    except ValidationError as error:
        problems = explain(error.errors(include_url=False), Design, name=NAME)
        raise InputError(problems) from None


def design_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a design."""
    return copy.deepcopy(schema_json(Design))
