"""Write a model with its values, units and doses as Antimony, and through Antimony as SBML.

Solvers read doses as SBML events. Some stumble over many of them: there, export without a regimen
and restart at each dose with the amount added to its state.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from speciosa.engine.dosing import Event, Kind, timeline
from speciosa.engine.expression import ExpressionError, parse
from speciosa.engine.model import TIME, Model
from speciosa.errors import InputError, InputProblem, SpeciosaError

# What SBML calls the units of a model text; a quantity in any other is exported without its unit.
_BASE_UNITS = {
    "h": "3600 second",
    "min": "60 second",
    "L": "litre",
    "mol": "mole",
    "umol": "1e-6 mole",
    "nmol": "1e-9 mole",
    "kg": "kilogram",
    "mg": "1e-6 kilogram",
}
_ANTIMONY = threading.Lock()  # it keeps what it has read in one place for the whole process
_MODEL_UNITS = {"time_unit": "h", "substance": "umol", "extent": "umol", "volume": "L"}


def to_sbml(model: Model, parameters: Mapping[str, float], regimen: Sequence[Event] = ()) -> str:
    """The model as SBML level 3, through the package antimony; ``SpeciosaError`` without it."""
    try:
        import antimony  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise SpeciosaError(
            "SBML needs the package antimony: pip install 'speciosa[models]'"
        ) from error
    text = to_antimony(model, parameters, regimen)
    with _ANTIMONY:
        antimony.clearPreviousLoads()
        if antimony.loadAntimonyString(text) < 0:
            raise SpeciosaError(f"antimony refuses {model.name}: {antimony.getLastError().strip()}")
        sbml: str = antimony.getSBMLString(model.name)
        antimony.clearPreviousLoads()
    return sbml


def to_antimony(
    model: Model, parameters: Mapping[str, float], regimen: Sequence[Event] = ()
) -> str:
    """The model as Antimony, every parameter with its value: as given, or else as in the text.

    The regimen starts at 0 h and holds for one subject. ``InputError`` names a parameter without a
    value or not of the model, and an event that cannot be.
    """
    values = _values(model, parameters)
    events = _Events(model, regimen)
    lines = [f"model {model.name}", *_units(model)]
    lines += [f"{name} = {value!r};" for name, value in values.items()]
    lines += [f"{d.name} := {d.written};" for d in model.definitions]
    for state in model.states:
        lines.append(f"{state.name}' = {state.written}{events.into(state.name)};")
        lines.append(f"{state.name} = {state.initial_written or 0};")
    for quantity in model.quantities:
        if quantity.meaning:
            meaning = quantity.meaning.replace('"', "'")
            lines.append(f'{quantity.name} is "{meaning}";')
    lines += events.statements()
    return "\n  ".join(lines) + "\nend\n"


def _values(model: Model, parameters: Mapping[str, float]) -> dict[str, float]:
    known = f"parameters of the model: {', '.join(model.parameter_names)}"
    problems = [
        InputProblem("parameters", f"`{name}`", known)
        for name in parameters
        if name not in model.parameter_names
    ]
    values = {}
    for parameter in model.parameters:
        value = parameters.get(parameter.name, parameter.value)
        if value is None or not math.isfinite(value):
            shown = f"{'nothing' if value is None else value} for `{parameter.name}`"
            problems.append(InputProblem("parameters", shown, f"a number [{parameter.unit}]"))
        else:
            values[parameter.name] = float(value)
    if problems:
        raise InputError(problems)
    return values


def _units(model: Model) -> Iterator[str]:
    """The units of the model and of each quantity. No name of a model starts with ``_``."""
    yield from (f"unit {name} = {_BASE_UNITS[unit]};" for name, unit in _MODEL_UNITS.items())
    formulas = {quantity.name: _formula(quantity.unit) for quantity in model.quantities}
    distinct = dict.fromkeys(formula for formula in formulas.values() if formula)
    names = {formula: f"_unit{count}" for count, formula in enumerate(distinct, start=1)}
    yield from (f"unit {names[formula]} = {formula};" for formula in distinct)
    yield from (f"{name} has {names[formula]};" for name, formula in formulas.items() if formula)


def _formula(unit: str) -> str:
    """A unit as Antimony writes it, or nothing when it has a part that SBML does not know."""

    def operate(sign: str, of: tuple[Counter[str], ...]) -> Counter[str]:
        if sign not in ("*", "/"):
            raise KeyError(sign)
        found = Counter(of[0])
        found.update(of[1]) if sign == "*" else found.subtract(of[1])
        return found

    try:
        parts = parse(unit).fold(
            lambda _: Counter[str](), lambda name: Counter([_BASE_UNITS[name]]), operate
        )
    except (ExpressionError, KeyError):
        return ""
    above = [part for part, power in parts.items() for _ in range(power)]
    below = [part for part, power in parts.items() for _ in range(-power)]
    if not above:
        above = ["1"] if below else ["dimensionless"]
    return " / ".join([" * ".join(above), *below])


class _Events:
    """A regimen as SBML events: one for each time, with everything that changes then."""

    def __init__(self, model: Model, regimen: Sequence[Event]) -> None:
        self._states = model.state_names
        self._line = timeline(regimen, self._states, 1, start=0.0, end=float("inf"))
        self._infused = [self._states[state] for state in self._line.infused]

    def into(self, state: str) -> str:
        """What an infusion adds to the rate of a state."""
        return f" + {_infusion(state)}" if state in self._infused else ""

    def statements(self) -> Iterator[str]:
        yield from (f"{_infusion(state)} = 0;" for state in self._infused)
        first = self._line.first_action
        for index, stop in enumerate(self._line.stops):
            changes: dict[str, str] = {}
            for action in range(first[index], first[index + 1]):
                name, expression = self._change(action, changes)
                changes[name] = expression
            if changes:
                listed = ", ".join(f"{name} = {changes[name]}" for name in changes)
                yield f"_event{index}: at {TIME} >= {float(stop)!r}, t0=false: {listed};"

    def _change(self, action: int, before: Mapping[str, str]) -> tuple[str, str]:
        line = self._line
        kind, target, column = line.kind[action], line.target[action], line.column[action]
        value = float(line.value[action] if column < 0 else line.columns[0, column])
        is_rate = kind in (Kind.SET_RATE, Kind.ADD_RATE)
        name = _infusion(self._infused[target]) if is_rate else self._states[target]
        if kind in (Kind.SET, Kind.SET_RATE):
            return name, repr(value)
        return name, f"{before.get(name, name)} + {value!r}"


def _infusion(state: str) -> str:
    return f"_infusion_{state}"
