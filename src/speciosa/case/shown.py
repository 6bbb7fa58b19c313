"""How a wrong value is shown: enough to find it, never a person's words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_LONGEST = 40
_MOST_WORDS = 3


def field_name(step: object) -> str:
    """A field name that can stand in a message; anything else might be someone's words."""
    text = str(step) if isinstance(step, str | int) else type(step).__name__
    if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text):
        return text
    return f"<a name of {len(text)} characters>"


def field_path(location: tuple[str | int, ...]) -> str:
    """A location as it is written in a case: ``medicines[0].dose_mg``."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f"{'.' if path else ''}{field_name(step)}"
    return path


def shown(value: object, *, quote: bool) -> str:
    """A value short enough for a message. Text is quoted only where ``quote`` allows it."""
    if isinstance(value, str):
        return _text(value, quote)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping):
        return f"a mapping of {len(value)} fields"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "nothing (null)" if value is None else f"a value of type {type(value).__name__}"


def _number(value: float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a whole number of more than 20 digits"
    return str(value)


def _text(value: str, quote: bool) -> str:
    short = len(value) <= _LONGEST and len(value.split()) <= _MOST_WORDS
    if not (quote and short):
        return f"text of {len(value)} characters"
    # Escapes what a terminal could take for a command, and halves of characters.
    return json.dumps(value, ensure_ascii=not value.isprintable())
