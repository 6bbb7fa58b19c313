"""A population as arrays: every parameter and every initial state of every subject, checked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from speciosa.engine.dosing import name_problems, number_problems
from speciosa.engine.graph import evaluate
from speciosa.engine.model import Model
from speciosa.errors import InputError, InputProblem

Array = NDArray[np.float64]
Numbers = Mapping[str, float | Array]

_NUMBER = "a finite number, or one for each subject"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class People:
    """All subjects: (subjects, parameters) and (subjects, states) in the order of the model."""

    parameters: Array
    initial: Array

    @property
    def count(self) -> int:
        """How many subjects there are."""
        return len(self.parameters)


def people(
    model: Model,
    population: Numbers,
    *,
    subjects: int | None = None,
    initial: Numbers | None = None,
) -> People:
    """The people of a population; ``InputError`` names all that is wrong with it."""
    values = _parameters(model, population, _count(population, subjects))
    return People(values, _initial_states(model, values, initial or {}))


def _count(population: Numbers, subjects: int | None) -> int:
    """How many subjects there are: as said, or as the arrays of the population have it."""
    if subjects is None:
        lengths = {np.shape(value)[0] for value in population.values() if np.ndim(value) == 1}
        if len(lengths) != 1:
            got = f"arrays of lengths {sorted(lengths)}" if lengths else "no array and no subjects="
            accepted = "arrays of one length, one number for each subject, or subjects="
            raise InputError([InputProblem("population", got, accepted)])
        return int(lengths.pop())
    if isinstance(subjects, bool) or subjects < 1:
        raise InputError([InputProblem("subjects", repr(subjects), "a whole number, 1 or more")])
    return subjects


def _parameters(model: Model, population: Numbers, subjects: int) -> Array:
    """(subjects, parameters) in the order of the model; the text's value where none is given."""
    problems = _problems("population", population, model.parameter_names, "parameter", subjects)
    for parameter in model.parameters:
        if parameter.value is None and parameter.name not in population:
            accepted = f"a value for {parameter.name}, which the model declares without one"
            problems.append(InputProblem("population", f"no {parameter.name}", accepted))
    if problems:
        raise InputError(problems)
    found = np.empty((subjects, len(model.parameters)))
    for i, parameter in enumerate(model.parameters):
        found[:, i] = population.get(parameter.name, parameter.value or 0.0)
    return found


def _initial_states(model: Model, values: Array, given: Numbers) -> Array:
    """(subjects, states) at the start: as given, else as the text has it for these parameters."""
    subjects = len(values)
    problems = _problems("initial", given, model.state_names, "state", subjects)
    if problems:
        raise InputError(problems)
    person = dict(zip(model.parameter_names, values.T, strict=True))
    nodes = [state.initial for state in model.states]
    found = np.empty((subjects, len(nodes)))
    with np.errstate(all="ignore"):
        written = evaluate(model.graph, nodes, person)
    for i, (state, value) in enumerate(zip(model.states, written, strict=True)):
        found[:, i] = given.get(state.name, value)
        problems += number_problems(
            f"initial value of {state.name}", found[:, i], subjects, _NUMBER, -math.inf
        )
    if problems:
        raise InputError(problems)
    return found


def _problems(
    field: str, numbers: Numbers, known: Sequence[str], what: str, subjects: int
) -> list[InputProblem]:
    problems: list[InputProblem] = []
    for name, value in numbers.items():
        wrong = name_problems(field, name, known, what)
        problems += wrong or number_problems(
            f"{field}[{name!r}]", value, subjects, _NUMBER, -math.inf
        )
    return problems
