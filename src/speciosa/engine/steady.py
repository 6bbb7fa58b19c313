"""A regimen that repeats, for linear models: its steady state, and the state after many periods.

One period is an affine map of the state, ``x -> F x + g``, found by walking through the period once
with every unit state beside the regimen. No period after the first is walked through.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from speciosa.engine.dosing import Event, Infusion, Reset, timeline
from speciosa.engine.linear import Walk, extended, flow, require_linear
from speciosa.engine.model import Model
from speciosa.engine.population import Numbers, people
from speciosa.errors import InputError, InputProblem

Array = NDArray[np.float64]

# A map whose 2**40th power has not died away has no fixed point that its states would reach.
_SQUARINGS = 40


def period_map(
    model: Model, parameters: Array, regimen: Sequence[Event], period_h: float
) -> tuple[Array, Array]:
    """``F`` (subjects, states, states) and ``g`` (subjects, states) of one period from 0 h on."""
    _within_one_period(regimen, period_h)
    matrix = require_linear(model)
    subjects, n = len(parameters), len(model.states)
    line = timeline(regimen, model.state_names, subjects, start=0.0, end=period_h)
    subject_flow = flow(model, matrix, parameters, line.infused)
    units = np.zeros((subjects, subject_flow.size, n))
    units[:, :n] = np.eye(n)
    start = np.concatenate((extended(np.zeros((subjects, n)), subject_flow), units), axis=2)
    end = Walk(subject_flow, line, slice(None), np.empty(0)).run(start)
    return end[:, :n, 1:], end[:, :n, 0]


def _within_one_period(regimen: Sequence[Event], period_h: float) -> None:
    problems = []
    if not (np.isfinite(period_h) and period_h > 0.0):
        problems.append(InputProblem("period_h", repr(period_h), "hours, more than 0"))
    for place, event in enumerate(regimen):
        # What happens at the very end of a period belongs to the start of the next one.
        if isinstance(event, Infusion):
            field, time, fits = "end_h", event.end_h, event.end_h <= period_h
        else:
            field, time, fits = "time_h", event.time_h, event.time_h < period_h
        if not fits:
            accepted = f"a time within one period, from 0 to {period_h!r} h"
            problems.append(InputProblem(f"regimen[{place}].{field}", repr(time), accepted))
    if problems:
        raise InputError(problems)


def steady_state(
    model: Model,
    population: Numbers,
    regimen: Sequence[Event],
    period_h: float,
    *,
    subjects: int | None = None,
) -> dict[str, Array]:
    """The states at the start of a period of a regimen that has always repeated.

    It is what ``initial=`` takes. The regimen is of one period, from 0 h on. A state that no rate
    depends on (a total that is only collected) has no steady state and keeps its initial value.
    ``InputError`` names subjects whose states do not settle, as when something never leaves.
    """
    everyone = people(model, population, subjects=subjects)
    taken, given = period_map(model, everyone.parameters, regimen, period_h)
    start = everyone.initial
    used = {column for _, column in require_linear(model)}
    set_ = {event.state for event in regimen if isinstance(event, Reset)}
    settles = [i for i, name in enumerate(model.state_names) if i in used or name in set_]
    inner = taken[:, settles][:, :, settles]
    restless = np.flatnonzero(~_dies_away(inner))
    if restless.size:
        shown = ", ".join(str(number) for number in restless[:5])
        got = f"states of {restless.size} subjects do not settle, the first: {shown}"
        accepted = "parameters with which every amount leaves in the end"
        raise InputError([InputProblem("population", got, accepted)])
    fixed = np.linalg.solve(np.eye(len(settles)) - inner, given[:, settles, None])
    start[:, settles] = fixed[:, :, 0]
    return dict(zip(model.state_names, start.T, strict=True))


def after_periods(  # noqa: PLR0913 -- a regimen and how often it repeats, beside model and people
    model: Model,
    population: Numbers,
    regimen: Sequence[Event],
    period_h: float,
    *,
    periods: int,
    subjects: int | None = None,
) -> dict[str, Array]:
    """The states at the end of a number of periods of a regimen, begun from the initial values."""
    if periods < 0:
        raise InputError([InputProblem("periods", repr(periods), "a whole number, 0 or more")])
    everyone = people(model, population, subjects=subjects)
    taken, given = period_map(model, everyone.parameters, regimen, period_h)
    n = len(model.states)
    affine = np.zeros((everyone.count, n + 1, n + 1))
    affine[:, :n, :n] = taken
    affine[:, :n, n] = given
    affine[:, n, n] = 1.0
    power = np.linalg.matrix_power(affine, periods)
    start = np.concatenate((everyone.initial, np.ones((everyone.count, 1))), axis=1)
    end = (power @ start[:, :, None])[:, :n, 0]
    return dict(zip(model.state_names, end.T, strict=True))


def _dies_away(maps: Array) -> NDArray[np.bool_]:
    """Whether the powers of each map go to nought, that is, none of it stays or grows for ever."""
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_SQUARINGS):
            maps = maps @ maps
    dead: NDArray[np.bool_] = np.all(np.abs(maps) < 0.5, axis=(1, 2))
    return dead
