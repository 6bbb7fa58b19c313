"""Doses, infusions and resets, and the timeline that a solver walks through.

Each event takes place at once, so a solution is smooth between two events and may jump at one. A
value at the time of an event is the value after it (right-continuous): a concentration at the time
of a bolus contains the bolus. At one time resets come first, then boluses. Events later than the
last output time are not reached; an infusion that lasts longer is simply still running.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from speciosa.errors import InputError, InputProblem

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Bolus:
    """An amount added to a state at once; one for all, or one for each subject."""

    time_h: float
    into: str
    amount: float | Array


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Infusion:
    """A constant rate (amount per hour) into a state; one for all, or one for each subject."""

    start_h: float
    end_h: float
    into: str
    rate: float | Array


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Reset:
    """A state set to a value; one for all, or one for each subject."""

    time_h: float
    state: str
    value: float | Array


Event = Bolus | Infusion | Reset


class Kind(IntEnum):
    """What an action of the timeline does with its state."""

    SET = 0
    ADD = 1
    SET_RATE = 2
    ADD_RATE = 3


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Stops in ascending order, the first at the start, the last at the end of the run.

    The actions of stop ``e`` are ``first_action[e]`` to ``first_action[e + 1]``, in that order. An
    action's value is ``value``, or ``columns[subject, column]`` where ``column`` is not -1. The
    target is a state, for rates a position in ``infused``.
    """

    stops: Array
    first_action: Indices
    kind: Indices
    target: Indices
    value: Array
    column: Indices
    columns: Array  # (subjects, columns)
    infused: tuple[int, ...]  # states that receive an infusion


def timeline(
    regimen: Sequence[Event],
    states: Sequence[str],
    subjects: int,
    *,
    start: float,
    end: float,
) -> Timeline:
    """The timeline of a regimen; ``InputError`` names every event that cannot be."""
    _check(regimen, states, subjects, start)
    number = {name: index for index, name in enumerate(states)}
    infusions = [event for event in regimen if isinstance(event, Infusion) and event.start_h <= end]
    infused = sorted({number[event.into] for event in infusions})
    resets: dict[float, list[Reset]] = {}
    boluses: dict[float, list[Bolus]] = {}
    for event in regimen:
        if isinstance(event, Reset):
            resets.setdefault(event.time_h, []).append(event)
        elif isinstance(event, Bolus):
            boluses.setdefault(event.time_h, []).append(event)
    changes = {event.start_h for event in infusions} | {event.end_h for event in infusions}
    moments = {*resets, *boluses, *changes, start, end}
    stops = sorted(float(moment) for moment in moments if moment <= end)

    actions = _Actions(subjects)
    first = [0]
    for stop in stops:
        for reset in resets.get(stop, ()):
            actions.add(Kind.SET, number[reset.state], reset.value)
        for bolus in boluses.get(stop, ()):
            actions.add(Kind.ADD, number[bolus.into], bolus.amount)
        for place, state in enumerate(infused):
            here = [event for event in infusions if number[event.into] == state]
            if any(stop in (event.start_h, event.end_h) for event in here):
                # The rate is added up anew at each change, so that it ends at exactly nought.
                actions.add(Kind.SET_RATE, place, 0.0)
                for event in here:
                    if event.start_h <= stop < event.end_h:
                        actions.add(Kind.ADD_RATE, place, event.rate)
        first.append(len(actions.kind))
    return Timeline(
        stops=np.array(stops),
        first_action=np.array(first, dtype=np.int64),
        kind=np.array(actions.kind, dtype=np.int64),
        target=np.array(actions.target, dtype=np.int64),
        value=np.array(actions.value, dtype=np.float64),
        column=np.array(actions.column, dtype=np.int64),
        columns=actions.table(),
        infused=tuple(infused),
    )


class _Actions:
    """Actions as they are listed; an array that several events share is stored once."""

    def __init__(self, subjects: int) -> None:
        self.kind: list[int] = []
        self.target: list[int] = []
        self.value: list[float] = []
        self.column: list[int] = []
        self._subjects = subjects
        self._arrays: list[Array] = []
        self._known: dict[int, int] = {}

    def add(self, kind: Kind, target: int, value: float | Array) -> None:
        self.kind.append(int(kind))
        self.target.append(target)
        if np.ndim(value) == 0:
            self.value.append(float(value))
            self.column.append(-1)
            return
        if id(value) not in self._known:
            self._known[id(value)] = len(self._arrays)
            self._arrays.append(np.asarray(value, dtype=np.float64))
        self.value.append(0.0)
        self.column.append(self._known[id(value)])

    def table(self) -> Array:
        if not self._arrays:
            return np.zeros((1, 1))
        return np.ascontiguousarray(np.stack(self._arrays, axis=1))


_POSITIVE = "a finite number, 0 or more, or one for each subject"
_NUMBER = "a finite number, or one for each subject"


def _check(regimen: Sequence[Event], states: Sequence[str], subjects: int, start: float) -> None:
    problems: list[InputProblem] = []
    for place, event in enumerate(regimen):
        match event:
            case Bolus():
                times, name, number, accepted = ["time_h"], "into", "amount", _POSITIVE
            case Infusion():
                times, name, number, accepted = ["start_h", "end_h"], "into", "rate", _POSITIVE
            case Reset():
                times, name, number, accepted = ["time_h"], "state", "value", _NUMBER
            case _:
                kind = type(event).__name__
                accepted = "Bolus, Infusion or Reset"
                problems.append(InputProblem(f"regimen[{place}]", kind, accepted))
                continue
        where = f"regimen[{place}] ({type(event).__name__})"
        before = len(problems)
        for time in times:
            problems += time_problems(f"{where}.{time}", getattr(event, time), start)
        if len(problems) == before and isinstance(event, Infusion) and event.end_h <= event.start_h:
            field = f"{where}.end_h"
            problems.append(
                InputProblem(field, repr(event.end_h), f"later than start_h, {event.start_h!r}")
            )
        problems += name_problems(f"{where}.{name}", getattr(event, name), states, "state")
        value = getattr(event, number)
        lowest = 0.0 if accepted is _POSITIVE else -math.inf
        problems += number_problems(f"{where}.{number}", value, subjects, accepted, lowest)
    if problems:
        raise InputError(problems)


def time_problems(field: str, value: object, start: float) -> list[InputProblem]:
    """A time has to be a finite number of hours, not before the start."""
    accepted = f"hours, a finite number at or after the start ({start!r} h)"
    if not isinstance(value, (int, float, np.integer, np.floating)) or isinstance(value, bool):
        return [InputProblem(field, repr(value), accepted)]
    if not (math.isfinite(value) and value >= start):
        return [InputProblem(field, repr(value), accepted)]
    return []


def name_problems(field: str, name: object, known: Sequence[str], what: str) -> list[InputProblem]:
    """A name has to be known."""
    if isinstance(name, str) and name in known:
        return []
    near = difflib.get_close_matches(str(name), known, n=1)
    accepted = f"a {what} of the model: {', '.join(known)}"
    return [InputProblem(field, repr(name), accepted, near[0] if near else "")]


def number_problems(
    field: str, value: object, subjects: int, accepted: str, lowest: float
) -> list[InputProblem]:
    """A number, or one for each subject; finite and not below ``lowest``."""
    try:
        numbers: Array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return [InputProblem(field, repr(value)[:60], accepted)]
    if numbers.ndim > 0 and numbers.shape != (subjects,):
        return [InputProblem(field, f"shape {numbers.shape}", f"{accepted} ({subjects},)")]
    wrong = ~(np.isfinite(numbers) & (numbers >= lowest))
    if not wrong.any():
        return []
    if numbers.ndim == 0:
        return [InputProblem(field, repr(float(numbers)), accepted)]
    first = int(np.argmax(wrong))
    shown = f"{float(numbers[first])!r} for subject {first}"
    return [InputProblem(field, shown, accepted)]
