"""Reading JSON that may hold anything: the wrong shape reads as nothing, and never raises."""

from __future__ import annotations

import math
import re
from typing import Any

# Control characters other than line breaks and tabs, and those that turn the direction of text.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def text(value: object) -> str:
    """The text without blanks around it and characters nobody sees; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    return (value if value.isprintable() else _UNSEEN.sub("", value)).strip()


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
