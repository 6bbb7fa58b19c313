"""From a YAML or JSON document to a regimen, with every problem found at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from speciosa.case import document
from speciosa.case.explain import explain, schema_json
from speciosa.errors import InputError, InputProblem
from speciosa.pharmacology.exposure.plan.document import Plan

NAME = "regimen"
_KIND = "a mapping of fields such as products, use, doses, before, levels"


def read_plan_bytes(raw: bytes, *, name: str = NAME) -> Plan:
    """Read the bytes of a YAML or JSON file (UTF-8) as a regimen.

    Raises ``InputError`` that names every wrong field, what it held and what is accepted.
    """
    data = document.parse(document.decode(raw, name=name), name=name)
    return parse_plan(data)


def parse_plan(data: object) -> Plan:
    """Validate parsed data. Raises ``InputError`` listing every problem."""
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        given = "nothing" if data is None else "no mapping of named fields"
        raise InputError([InputProblem(NAME, given, _KIND)])
    try:
        return Plan.model_validate(dict(data))
    except ValidationError as error:
        problems = explain(error.errors(include_url=False), Plan, name=NAME)
        raise InputError(problems) from None


def plan_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a regimen."""
    return copy.deepcopy(schema_json(Plan))
