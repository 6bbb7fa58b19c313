"""Reading JSON that may hold anything: the wrong shape reads as nothing, and never raises."""

from __future__ import annotations

import math
from typing import Any


def text(value: object) -> str:
    """The text without blanks around it; "" for anything that is no text."""
    return value.strip() if isinstance(value, str) else ""


def a_dict(value: object) -> dict[str, Any]:
    """The object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def a_list(value: object) -> list[Any]:
    """The list; an empty one for anything else."""
    return value if isinstance(value, list) else []


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects of a list, and nothing else that it holds."""
    return [one for one in a_list(value) if isinstance(one, dict)]


def number(value: object) -> float | None:
    """A finite number; ``None`` for anything else, truth values among them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        as_float = float(value)
    except OverflowError:
        return None
    return as_float if math.isfinite(as_float) else None
