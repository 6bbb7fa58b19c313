"""A result as JSON: keys are a contract, bytes are reproducible."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from speciosa.assessment import Assessment


def encode(result: msgspec.Struct) -> bytes:
    """An assessment, or another result, as JSON: fields in their declared order, other keys sorted.

    Raises ``ValueError`` naming the place of a number that is not finite: JSON has no word for it,
    and writing nothing in its stead would turn a fault into a missing value.
    """
    for path in _not_finite(result, type(result).__name__.lower()):
        raise ValueError(f"{path} is not a finite number")
    raw = msgspec.json.encode(result, order="deterministic")
    return msgspec.json.format(raw, indent=2)


def schema(result: type[msgspec.Struct] = Assessment, title: str = "assessment") -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of what ``encode`` writes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Speciosa {title}",
        **msgspec.json.schema(result),
    }


def _not_finite(value: object, path: str) -> Iterator[str]:
    if isinstance(value, float):
        if not math.isfinite(value):
            yield path
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _not_finite(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _not_finite(inner, f"{path}.{key}")
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _not_finite(inner, f"{path}[{index}]")
