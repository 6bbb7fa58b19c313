"""Check that every equation of a model agrees with the units the text declares.

Each equation is worked out in units instead of numbers: like is added to like, the argument of a
function is a plain number, a rate is its state's unit per hour, and scale counts (nmol is not
umol). Names count with their declared unit, so that a mistake is told where it stands; a definition
without one has the unit that its expression gives.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from typing import TYPE_CHECKING, Any

from speciosa.engine.expression import NEGATIVE, ExpressionError, parse
from speciosa.engine.model import TIME, Model
from speciosa.errors import SpeciosaError

if TYPE_CHECKING:
    from pint import UnitRegistry
    from pint.facets.plain import PlainQuantity, PlainUnit

TIME_UNIT = "h"
_SAME_SCALE = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class UnitProblem:
    """Where an equation and the declared units part: what is in which unit, and what is needed."""

    equation: str
    what: str
    found: str
    needed: str

    def __str__(self) -> str:
        return f"`{self.equation}`: {self.what} is in [{self.found}]; needed: {self.needed}"


def check_units(model: Model) -> tuple[UnitProblem, ...]:
    """Every place where an equation of the model does not agree with the declared units.

    Needs the package pint; ``SpeciosaError`` without it.
    """
    check = _Check(model)
    for definition in model.definitions:
        equation = f"{definition.name} := {definition.written}"
        needed = check.declared.get(definition.name)
        check.equation(equation, definition.written, "the right-hand side", needed)
    for state in model.states:
        unit = check.declared[state.name]
        equation = f"{state.name}' = {state.written}"
        check.equation(equation, state.written, "the rate", unit / check.declared[TIME])
        if state.initial_written and parse(state.initial_written).number is None:
            equation = f"{state.name} = {state.initial_written}"
            check.equation(equation, state.initial_written, "the initial value", unit)
    return tuple(check.problems)


@functools.cache
def _registry() -> UnitRegistry[Any]:
    try:
        from pint import UnitRegistry  # noqa: PLC0415 - costs half a second, for this check alone
    except ImportError as error:
        raise SpeciosaError(
            "checking units needs the package pint: pip install 'speciosa[models]'"
        ) from error
    return UnitRegistry()


class _UnreadableError(Exception):
    """A declared unit cannot be read."""


def _read(written: str) -> PlainUnit:
    """A unit such as ``umol/L``, ``1/h`` or ``1``."""
    quantity = _registry().Quantity

    def operate(sign: str, of: tuple[PlainQuantity[Any], ...]) -> PlainQuantity[Any]:
        found: PlainQuantity[Any]
        match sign:
            case "*":
                found = of[0] * of[1]
            case "/":
                found = of[0] / of[1]
            case "^":
                found = of[0] ** of[1].magnitude
            case _:
                raise _UnreadableError
        return found

    try:
        found = parse(written).fold(quantity, lambda name: quantity(1.0, name), operate)
    except (ExpressionError, ArithmeticError, AttributeError, TypeError) as error:
        raise _UnreadableError from error
    if found.magnitude != 1.0:
        raise _UnreadableError
    return found.units


def _shown(unit: PlainUnit) -> str:
    short = format(unit, "~C").replace("µ", "u").replace("**", "^")
    return re.sub(r"\bl\b", "L", short) or "1"


def _same(a: PlainUnit, b: PlainUnit) -> bool:
    ratio = _registry().Quantity(1.0, a / b)
    return bool(ratio.dimensionless) and math.isclose(
        ratio.to("").magnitude, 1.0, rel_tol=_SAME_SCALE
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Term:
    """A part of an equation: its unit, and its value where the text gives a number."""

    unit: PlainUnit
    number: float | None = None


class _Check:
    """Works equations out in units and keeps the problems it meets."""

    def __init__(self, model: Model) -> None:
        self.problems: list[UnitProblem] = []
        self._plain = _registry().Unit("")
        self._equation = ""
        self._undeclared = {d.name: d.written for d in model.definitions if not d.unit}
        self._inferred: dict[str, PlainUnit] = {}
        self.declared = {TIME: _read(TIME_UNIT)}
        for quantity in model.quantities:
            if quantity.unit:
                self.declared[quantity.name] = self._declared(quantity.name, quantity.unit)

    def _declared(self, name: str, unit: str) -> PlainUnit:
        try:
            return _read(unit)
        except _UnreadableError:
            needed = "a unit such as umol/L, L/h, 1/h or 1"
            self.problems.append(UnitProblem(name, "it", unit, needed))
            return self._plain

    def equation(self, equation: str, written: str, what: str, needed: PlainUnit | None) -> None:
        """Check the parts of an equation, and the whole against the unit it needs, if any."""
        self._equation = equation
        found = self._unit(written)
        if needed is not None:
            self._need(found, needed, what)

    def _unit(self, written: str) -> PlainUnit:
        return parse(written).fold(self._number, self._name, self._operate).unit

    def _number(self, value: float) -> _Term:
        return _Term(self._plain, value)

    def _name(self, name: str) -> _Term:
        unit = self.declared.get(name) or self._inferred.get(name)
        if unit is None:
            told = len(self.problems)
            unit = self._inferred[name] = self._unit(self._undeclared[name])
            del self.problems[told:]  # they are told with the definition itself
        return _Term(unit)

    def _operate(self, sign: str, of: tuple[_Term, ...]) -> _Term:
        a, b = of[0], of[-1]
        unit = a.unit
        number = None
        if sign in ("+", "-"):
            self._need(b.unit, unit, "what is added or taken away")
        elif sign == "*":
            unit = unit * b.unit
        elif sign == "/":
            unit = unit / b.unit
        elif sign == "^":
            unit = self._power(a, b)
        elif sign == "sqrt":
            unit = unit**0.5
        elif sign == NEGATIVE:
            number = None if a.number is None else -a.number
        else:
            self._need(unit, self._plain, f"the argument of {sign}")
            unit = self._plain
        return _Term(unit, number)

    def _power(self, base: _Term, exponent: _Term) -> PlainUnit:
        self._need(exponent.unit, self._plain, "an exponent")
        if exponent.number is None:
            self._need(base.unit, self._plain, "the base of an exponent that is not a number")
            return self._plain
        return base.unit**exponent.number

    def _need(self, found: PlainUnit, needed: PlainUnit, what: str) -> None:
        if not _same(found, needed):
            problem = UnitProblem(self._equation, what, _shown(found), f"[{_shown(needed)}]")
            if problem not in self.problems:
                self.problems.append(problem)
