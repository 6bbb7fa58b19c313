"""Document a model from its own text: what it is, its states, parameters and equations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from speciosa.engine.expression import FUNCTIONS, NEGATIVE, parse
from speciosa.engine.model import Model
from speciosa.errors import InputError, InputProblem

_MINUS = "−"
_SUPERSCRIPT = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def document(model: Model, values: Mapping[str, float] | None = None) -> str:
    """Markdown that documents the model; ``values`` replace those the text gives to parameters.

    ``InputError`` names a value for what is no parameter of the model.
    """
    values = dict(values or {})
    unknown = [name for name in values if name not in model.parameter_names]
    if unknown:
        known = ", ".join(model.parameter_names)
        raise InputError([InputProblem("values", f"`{name}`", known) for name in unknown])
    states = (
        (f"`{s.name}`", s.meaning, s.unit, f"`{readable(s.initial_written or '0')}`")
        for s in model.states
    )
    parameters = (
        (f"`{p.name}`", p.meaning, p.unit, _number(values.get(p.name, p.value)))
        for p in model.parameters
    )
    definitions = (
        (f"`{d.name} = {readable(d.written)}`", d.meaning, d.unit) for d in model.definitions
    )
    rates = (
        (f"`d{s.name}/dt = {readable(s.written)}`", s.meaning, f"{_per_hour(s.unit)}")
        for s in model.states
    )
    parts = [
        f"# Model `{model.name}`",
        *_paragraphs(model.text),
        "Time is in hours. A rate is how fast its state changes.",
        "## States",
        _table(("State", "Meaning", "Unit", "Starts at"), states),
        "## Parameters",
        _table(("Parameter", "Meaning", "Unit", "Value"), parameters),
        *(
            ["## Definitions", _table(("Definition", "Meaning", "Unit"), definitions)]
            if model.definitions
            else []
        ),
        "## Rates",
        _table(("Rate", "Of", "Unit"), rates),
    ]
    return "\n\n".join(parts) + "\n"


def _paragraphs(text: str) -> Iterator[str]:
    """Comment lines of the text, as paragraphs; an empty comment line or a gap ends one."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        comment = line.strip()
        said = comment.lstrip("#").strip() if comment.startswith("#") else ""
        if said:
            lines.append(said)
        elif lines:
            yield " ".join(lines)
            lines = []


def _per_hour(unit: str) -> str:
    return "1/h" if unit == "1" else f"{unit}/h"


def _number(value: float | None) -> str:
    return "given from outside" if value is None else f"{value:g}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '¦') for cell in row)} |" for row in lines)


class _Printed(NamedTuple):
    """An expression in readable form, and how tightly its outermost operator binds."""

    text: str
    binding: int


_SUM, _PRODUCT, _POWER, _WHOLE = range(4)


def readable(written: str) -> str:
    """An expression as on paper: ``-k*x^2`` becomes ``−k·x²``."""
    return parse(written).fold(_printed_number, lambda name: _Printed(name, _WHOLE), _operate).text


def _printed_number(value: float) -> _Printed:
    return _Printed(f"{int(value)}" if value == math.floor(value) else repr(value), _WHOLE)


def _operate(sign: str, of: tuple[_Printed, ...]) -> _Printed:
    if sign in FUNCTIONS:
        return _Printed(f"{sign}({of[0].text})", _WHOLE)
    if sign == NEGATIVE:
        return _Printed(_MINUS + _inside(of[0], _PRODUCT, first=False), _PRODUCT)
    left, right = of
    if sign == "^":
        return _Printed(_inside(left, _WHOLE) + _raised(right), _POWER)
    if sign in ("+", "-"):
        shown = sign.replace("-", _MINUS)
        # What is taken away or added keeps the brackets of a sum of its own.
        return _Printed(f"{left.text} {shown} {_inside(right, _PRODUCT, first=False)}", _SUM)
    shown = sign.replace("*", "·")
    return _Printed(
        f"{_inside(left, _PRODUCT)}{shown}{_inside(right, _POWER, first=False)}", _PRODUCT
    )


def _inside(part: _Printed, needed: int, *, first: bool = True) -> str:
    """A part in brackets where it binds less than needed, or a minus sign would follow a sign."""
    signed = part.text.startswith(_MINUS) and not first
    return f"({part.text})" if part.binding < needed or signed else part.text


def _raised(exponent: _Printed) -> str:
    if exponent.text.lstrip(_MINUS).isdecimal():
        return exponent.text.translate(_SUPERSCRIPT)
    return f"^{_inside(exponent, _WHOLE)}"
