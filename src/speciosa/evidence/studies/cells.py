"""One cell of a file: missing, a number with the places it was written with, or text."""

from __future__ import annotations

import json
import math
import re
from typing import NamedTuple

from speciosa.errors import InputProblem

_MISSING = frozenset({"", "na", "n/a", ".", "null"})
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_MINUS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-"})
_DECIMAL_COMMA = re.compile(r"\s*[-+\u2212]?\d*,\d+\s*")
_LONGEST = 40


class Number(NamedTuple):
    """A value and half a unit of the last place that it was written with."""

    value: float
    half_unit: float


def is_missing(cell: str) -> bool:
    """Whether a cell says nothing: empty, ``NA``, ``n/a``, ``.`` or ``null``."""
    return cell.strip().lower() in _MISSING


def has_decimal_comma(cell: str) -> bool:
    """Whether a cell holds a number written as ``1,5``."""
    return _DECIMAL_COMMA.fullmatch(cell) is not None


def number(cell: str) -> Number | None:
    """The number that a cell holds, or None where it holds none that is finite."""
    text = cell.strip().translate(_MINUS)
    if _NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    if not math.isfinite(value):
        return None
    mantissa, _, power = text.lower().partition("e")
    places = len(mantissa.partition(".")[2]) - (int(power) if power else 0)
    return Number(value, 0.5 * 10.0**-places if places < 300 else 0.0)


def shown(cell: str) -> str:
    """A cell as it may be printed in a message: quoted, escaped, not too long."""
    text = cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}..."
    return json.dumps(text, ensure_ascii=not text.isprintable())


def not_a_number(
    where: str, cell: str, accepted: str = "a finite number", *, may_lack: bool = True
) -> InputProblem:
    """The problem with a cell that should hold a number, with the usual causes named."""
    text = cell.strip()
    hint = f"{accepted}, or an empty cell where it is not known" if may_lack else accepted
    if text[:1] in {"<", ">"}:
        hint = f"{accepted}: the exact value, not a bound"
    elif has_decimal_comma(text):
        hint = f"{accepted} with a decimal point"
    elif text.endswith("%"):
        hint = f"{accepted} without a percent sign"
    elif text[:1] == "=":
        hint = f"{accepted}: the value itself, not a spreadsheet formula"
    return InputProblem(where, shown(cell), hint)
