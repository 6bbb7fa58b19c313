# Compiled functions have no objects to keep their arguments in, and share names by nesting.
# ruff: noqa: PLR0913, PLR0915, PLR0917
"""Rodas5P in plain numba: one subject after another along a timeline.

``integrator`` ties the functions of a model (see ``emit``) into one compiled function. A value at
the time of an event is the value after it. A subject that cannot be integrated says why and how far
it came.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from speciosa.engine import rodas5p
from speciosa.engine.control import (
    LARGEST_CUT,
    LARGEST_GROWTH,
    NEGLIGIBLE,
    SAFETY,
    SMALLEST_PIVOT,
    SMALLEST_STEP,
)
from speciosa.engine.dosing import Kind
from speciosa.engine.problem import Status

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_DONE = int(Status.DONE)
_STEP_TOO_SMALL = int(Status.STEP_TOO_SMALL)
_TOO_MANY_STEPS = int(Status.TOO_MANY_STEPS)
_NOT_FINITE = int(Status.NOT_FINITE)

_STAGES = rodas5p.STAGES
_GAMMA = rodas5p.GAMMA
_ALPHA = np.array(rodas5p.ALPHA)
_DELTA = np.array(rodas5p.DELTA)
_H = np.array(rodas5p.H)

# Fused multiply-add only; nothing that changes what the text says.
_compiled = njit(error_model="numpy", fastmath={"contract"})


def _compiled_for(owner: str) -> Callable[[Any], Any]:
    """Compile under the name of the module of a model.

    Code that numba kept calls by name, whatever the process has loaded under that name: functions
    made anew for each model must not share one, or a model would run the code of another.
    """

    def compiled(function: Any) -> Any:  # noqa: ANN401 -- numba's
        function.__qualname__ = f"{owner}.{function.__name__}"
        return _compiled(function)

    return compiled


class Course(NamedTuple):
    """The timeline, the output times, and the quantities wanted at each."""

    stops: Array
    first_action: Indices
    kind: Indices
    target: Indices
    value: Array
    column: Indices
    columns: Array
    infused: Indices
    times: Array
    chosen: Indices


class Limits(NamedTuple):
    """What a step may be wrong by, and how many there may be for one subject."""

    rtol: float
    atol: float
    most_steps: int


class Sizes(NamedTuple):
    """How many fixed numbers, matrix entries and quantities the model's functions write."""

    fixed: int
    entries: int
    quantities: int


class Work(NamedTuple):
    """Arrays for one subject, used again for the next."""

    y: Array  # states
    new: Array  # argument of a stage, then the states after the step
    f: Array  # rates
    ft: Array  # change of the rates in time
    k: Array  # (stages, states)
    w: Array  # factored matrix
    c: Array  # what is fixed for the subject
    q: Array  # quantities
    infusion: Array  # rate into each state


class Functions(NamedTuple):
    """The compiled functions of a model; see ``emit``."""

    prepare: Any
    rates: Any
    time_rates: Any
    factor: Any
    solve: Any
    combine: Any
    quantities: Any


def integrator(model: Functions, sizes: Sizes) -> Any:  # noqa: ANN401 -- numba's
    """The compiled ``integrate`` of a model."""
    prepare, rates, time_rates, factor, solve, combine, quantities = model
    fixed, entries, everything = sizes
    compiled = _compiled_for(model.prepare.__module__)

    @compiled
    def attempt(
        t: float,
        h: float,
        p: Array,
        c: Array,
        infusion: Array,
        y: Array,
        new: Array,
        f: Array,
        ft: Array,
        k: Array,
        w: Array,
    ) -> float:
        """One step from ``y`` to ``new`` by the stages ``k``; returns the smallest pivot."""
        n = y.size
        g = _GAMMA * h
        smallest: float = factor(t, y, p, c, g, w)
        time_rates(t, y, p, c, ft)
        for i in range(_STAGES):
            combine(i, y, k, new)
            rates(t + _ALPHA[i] * h, new, p, c, f)
            for s in range(n):
                k[i, s] += g * (f[s] + infusion[s] + h * _DELTA[i] * ft[s])
            solve(w, k[i])
        for s in range(n):
            new[s] += k[_STAGES - 1, s]
        return smallest

    @compiled
    def first_step(t: float, longest: float, p: Array, limits: Limits, work: Work) -> float:
        """A step that changes little, by the first two derivatives (Hairer and others, II.4)."""
        y, near, f, f_near = work.y, work.new, work.f, work.ft
        rates(t, y, p, work.c, f)
        for s in range(y.size):
            f[s] += work.infusion[s]
        size, slope = weighted(y, y, limits), weighted(f, y, limits)
        # States far below the tolerance say nothing of the step: it is never less than 1e-6 h.
        step = max(0.01 * size / slope, 1e-6) if slope > 1e-5 else 1e-6
        step = min(step, longest)
        for s in range(y.size):
            near[s] = y[s] + step * f[s]
        rates(t + step, near, p, work.c, f_near)
        for s in range(y.size):
            f_near[s] += work.infusion[s] - f[s]
        sharpest = max(slope, weighted(f_near, y, limits) / step)
        if not sharpest > 1e-15:
            return longest
        by_slope: float = (0.01 / sharpest) ** (1.0 / rodas5p.ORDER)
        return min(100.0 * step, by_slope, longest)

    @compiled
    def record(t: float, y: Array, p: Array, course: Course, work: Work, into: Array) -> None:
        """The wanted quantities."""
        quantities(t, y, p, work.c, work.q)
        for o in range(course.chosen.size):
            into[o] = work.q[course.chosen[o]]

    @compiled
    def cross(
        t: float,
        end: float,
        output: int,
        steps: int,
        p: Array,
        course: Course,
        limits: Limits,
        work: Work,
        values: Array,
    ) -> tuple[int, float, int, int]:
        """Integrate from one event to the next: status, time reached, outputs and steps so far."""
        # Taking an array out of a tuple counts its users, which costs too much inside the loop.
        y, new, f, ft, k, w, c, _, infusion = work
        times = course.times
        h = first_step(t, end - t, p, limits, work)
        while t < end:
            if steps == limits.most_steps:
                return _TOO_MANY_STEPS, t, output, steps
            if not h > SMALLEST_STEP * max(abs(t), abs(end)):
                return _STEP_TOO_SMALL, t, output, steps
            steps += 1
            arrives = end - t <= 1.0001 * h
            h = end - t if arrives else h
            t_new = end if arrives else t + h
            smallest = attempt(t, h, p, c, infusion, y, new, f, ft, k, w)
            error = mean_square(k, y, new, limits)
            if not (smallest > SMALLEST_PIVOT and error < math.inf):
                h *= LARGEST_CUT
                continue
            if error <= 1.0:
                while output < times.size and times[output] <= t_new and times[output] < end:
                    interpolate((times[output] - t) / (t_new - t), work, work.f)
                    record(times[output], work.f, p, course, work, values[output])
                    output += 1
                for s in range(y.size):
                    y[s] = new[s] if abs(new[s]) > NEGLIGIBLE else 0.0
                t = t_new
            growth = SAFETY * error ** (-0.5 / rodas5p.ORDER) if error > 0.0 else LARGEST_GROWTH
            h *= min(LARGEST_GROWTH, max(LARGEST_CUT, growth))
        return _DONE, t, output, steps

    @compiled
    def subject(
        i: int, p: Array, course: Course, limits: Limits, work: Work, values: Array
    ) -> tuple[int, float]:
        """One subject from the first stop to the last: how it ended, and the time reached."""
        prepare(p, work.c)
        work.infusion[:] = 0.0
        t = course.stops[0]
        output, steps = 0, 0
        for stop in range(course.stops.size):
            act(stop, i, course, work)
            if output < course.times.size and course.times[output] == t:
                record(t, work.y, p, course, work, values[output])
                output += 1
            if stop + 1 < course.stops.size:
                status, t, output, steps = cross(
                    t, course.stops[stop + 1], output, steps, p, course, limits, work, values
                )
                if status != _DONE:
                    return status, t
        if np.isfinite(work.y).all() and np.isfinite(values).all():
            return _DONE, t
        return _NOT_FINITE, t

    @compiled
    def integrate(
        parameters: Array,
        initial: Array,
        course: Course,
        limits: Limits,
        first: int,
        last: int,
        values: Array,
        final: Array,
        status: Indices,
        reached: Array,
    ) -> None:
        """Fill the last four for the subjects from ``first`` up to ``last``."""
        n = initial.shape[1]
        work = Work(
            np.empty(n),
            np.empty(n),
            np.empty(n),
            np.empty(n),
            np.empty((_STAGES, n)),
            np.empty(entries),
            np.empty(fixed),
            np.empty(everything),
            np.empty(n),
        )
        for i in range(first, last):
            work.y[:] = initial[i]
            ended, t = subject(i, parameters[i], course, limits, work, values[i])
            final[i] = work.y
            status[i] = ended
            if ended != _DONE:
                reached[i] = t

    return integrate


@_compiled
def act(stop: int, i: int, course: Course, work: Work) -> None:
    """Everything that happens to a subject at a stop of the timeline."""
    for action in range(course.first_action[stop], course.first_action[stop + 1]):
        column, target = course.column[action], course.target[action]
        amount = course.value[action] if column < 0 else course.columns[i, column]
        kind = course.kind[action]
        if kind == Kind.SET:
            work.y[target] = amount
        elif kind == Kind.ADD:
            work.y[target] += amount
        elif kind == Kind.SET_RATE:
            work.infusion[course.infused[target]] = amount
        else:
            work.infusion[course.infused[target]] += amount


@_compiled
def weighted(x: Array, y: Array, limits: Limits) -> float:
    """The size of a vector over the tolerance at ``y``."""
    total = 0.0
    for s in range(x.size):
        total += (x[s] / (limits.atol + limits.rtol * abs(y[s]))) ** 2
    return math.sqrt(total / x.size)


@_compiled
def mean_square(k: Array, y: Array, new: Array, limits: Limits) -> float:
    """The mean square of the error of a step over its tolerance."""
    total = 0.0
    for s in range(y.size):
        size = max(abs(y[s]), abs(new[s]))
        total += (k[_STAGES - 1, s] / (limits.atol + limits.rtol * size)) ** 2
    return total / y.size


@_compiled
def interpolate(place: float, work: Work, into: Array) -> None:
    """The states at a fraction of the step."""
    for s in range(work.y.size):
        first = second = third = 0.0
        for j in range(_STAGES):
            first += _H[0, j] * work.k[j, s]
            second += _H[1, j] * work.k[j, s]
            third += _H[2, j] * work.k[j, s]
        bend = first + place * (second + place * third)
        into[s] = (1.0 - place) * work.y[s] + place * (work.new[s] + (1.0 - place) * bend)
