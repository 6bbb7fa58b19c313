"""From a document to a case, with every problem found at once and said in words."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from speciosa.case import document
from speciosa.case.explain import explain, schema_json
from speciosa.case.model import Case
from speciosa.case.shown import shown
from speciosa.errors import InputError, InputProblem

_KIND = "a mapping of fields such as date, person, symptoms, kratom"


def read_case_bytes(raw: bytes, *, name: str = "case") -> Case:
    """Read the bytes of a YAML or JSON file (UTF-8) as a case.

    Raises ``InputError`` as ``read_case_text`` does, and for bytes that are not text.
    """
    return read_case_text(document.decode(raw, name=name), name=name)


def read_case_text(text: str, *, name: str = "case") -> Case:
    """Read YAML or JSON text as a case.

    Raises ``InputError`` that names every wrong field, what it held and what is accepted.
    ``name`` stands for the document in messages; a person's own words are never repeated.
    """
    return parse_case(document.parse(text, name=name))


def parse_case(data: object) -> Case:
    """Validate parsed data. Raises ``InputError`` listing every problem."""
    if not isinstance(data, Mapping):
        given = "nothing" if data is None else shown(data, quote=False)
        raise InputError([InputProblem("case", given, _KIND)])
    if not all(isinstance(key, str) for key in data):
        raise InputError([InputProblem("case", "a field name that is not text", _KIND)])
    try:
        return Case.model_validate(dict(data))
    except ValidationError as error:
        raise InputError(explain(error.errors(include_url=False))) from None


def case_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a case."""
    return copy.deepcopy(schema_json(Case))
