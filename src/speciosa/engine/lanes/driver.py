"""Move subjects through the lanes: compiled once for all models, without Python's lock.

Every lane has its own subject, time and step. A lane whose subject ends takes the next one from a
counter shared by all threads, so no lane waits and no thread is left with more. What happens to a
subject depends on that subject alone.

Importing this module imports numba and, the first time on a machine, compiles for some seconds.
"""

# Intrinsics take one argument less than they are written with, and numba's types are untyped.
# mypy: disable-error-code="call-arg, no-untyped-call, var-annotated"

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numba
from numba import types

from speciosa.engine.control import SMALLEST_STEP
from speciosa.engine.dosing import Kind
from speciosa.engine.lanes.intrinsics import fetch_add, run, run_with_tolerances
from speciosa.engine.problem import ENDED, NEXT, STOP, Array, Indices, Status

_log = logging.getLogger(__name__)

_SET, _ADD, _SET_RATE = int(Kind.SET), int(Kind.ADD), int(Kind.SET_RATE)
_DONE = int(Status.DONE)
_STEP_TOO_SMALL = int(Status.STEP_TOO_SMALL)
_TOO_MANY_STEPS = int(Status.TOO_MANY_STEPS)
_NOT_FINITE = int(Status.NOT_FINITE)


class Functions(NamedTuple):
    """Addresses of compiled functions."""

    prep: int
    begin: int
    step: int
    advance: int
    output: int


class Slots(NamedTuple):
    """The slots of a workspace that the driver has to know, and its lanes."""

    width: int
    y: int
    parameters: int
    infused: int
    t: int
    h: int
    end: int
    t_new: int
    proposal: int
    t_out: int
    out: int


class Line(NamedTuple):
    """The arrays of a timeline, and the output times with infinity after the last."""

    stops: Array
    first_action: Indices
    kind: Indices
    target: Indices
    value: Array
    column: Indices
    columns: Array
    times: Array


class Subjects(NamedTuple):
    """What is read and written for each subject."""

    parameters: Array
    initial: Array
    values: Array
    final: Array
    status: Indices
    reached: Array


class Lanes(NamedTuple):
    """What the driver knows of each lane."""

    subject: Indices
    stop: Indices  # the last one met
    row: Indices  # of the next output
    limit: Indices  # the count of steps at which its subject has made too many


class Work(NamedTuple):
    """Everything that one thread works on. No other thread may use its workspace ``ws``."""

    code: Functions
    at: Slots
    address: int  # of the workspace
    ws: Array
    lanes: Lanes
    line: Line
    people: Subjects
    control: Indices


_P = ParamSpec("_P")
_R = TypeVar("_R")

# Without reference counts: arrays are borrowed, and counting them at each call would take longer
# than the work itself.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}


def _inner(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """A part of the driver, compiled with it: on its own it would take twice as long."""
    compiled: Callable[_P, _R] = numba.njit(inline="always", **_OPTIONS)(function)
    return compiled


@_inner
def _load(work: Work, lane: int, subject: int) -> None:
    """Put a subject's parameters and initial states into a lane."""
    at, people = work.at, work.people
    for i in range(people.parameters.shape[1]):
        work.ws[(at.parameters + i) * at.width + lane] = people.parameters[subject, i]
    for i in range(people.initial.shape[1]):
        work.ws[(at.y + i) * at.width + lane] = people.initial[subject, i]
    for slot in range(at.infused, at.t):
        work.ws[slot * at.width + lane] = 0.0


@_inner
def _fill(work: Work, free: int, steps_allowed: int) -> int:
    """Give the free lanes new subjects; returns the lanes that got one."""
    loaded = 0
    for lane in range(work.at.width):
        if free & (1 << lane):
            subject = fetch_add(work.control, NEXT)
            if subject < work.people.parameters.shape[0]:
                loaded |= 1 << lane
                work.lanes.subject[lane] = subject
                work.lanes.stop[lane] = 0
                work.lanes.row[lane] = 0
                work.lanes.limit[lane] = steps_allowed
                _load(work, lane, subject)
    if loaded:
        run(work.code.prep, work.address)
    return loaded


@_inner
def _act(work: Work, lane: int) -> None:
    """Carry out the events of the stop that a lane has met."""
    at, line = work.at, work.line
    subject, stop = work.lanes.subject[lane], work.lanes.stop[lane]
    for action in range(line.first_action[stop], line.first_action[stop + 1]):
        amount = line.value[action]
        if line.column[action] >= 0:
            amount = line.columns[subject, line.column[action]]
        kind = line.kind[action]
        first = at.y if kind in (_SET, _ADD) else at.infused
        place = (first + line.target[action]) * at.width + lane
        work.ws[place] = amount if kind in (_SET, _SET_RATE) else work.ws[place] + amount


@_inner
def _record(work: Work, lane: int) -> bool:
    """Keep the outputs of a lane and turn to its next output time; false if one is not finite."""
    at, people = work.at, work.people
    subject, row = work.lanes.subject[lane], work.lanes.row[lane]
    finite = True
    for i in range(people.values.shape[2]):
        value = work.ws[(at.out + i) * at.width + lane]
        people.values[subject, row, i] = value
        finite = finite and math.isfinite(value)
    work.lanes.row[lane] = row + 1
    work.ws[at.t_out * at.width + lane] = work.line.times[row + 1]
    if not finite:
        _fail(work, lane, _NOT_FINITE, work.line.times[row])
    return finite


@_inner
def _fail(work: Work, lane: int, status: int, time: float) -> None:
    work.people.status[work.lanes.subject[lane]] = status
    work.people.reached[work.lanes.subject[lane]] = time


@_inner
def _finish(work: Work, lane: int) -> None:
    """Keep the states of a subject that has come to the end."""
    at, final = work.at, work.people.final
    subject = work.lanes.subject[lane]
    work.people.status[subject] = _DONE
    for i in range(final.shape[1]):
        final[subject, i] = work.ws[(at.y + i) * at.width + lane]
        if not math.isfinite(final[subject, i]):
            _fail(work, lane, _NOT_FINITE, work.ws[at.t * at.width + lane])


@_inner
def _meet(work: Work, met: int) -> int:
    """Lanes meet a stop: events, then outputs at that time; returns the lanes that end there."""
    at, ws, lanes, line = work.at, work.ws, work.lanes, work.line
    due = 0
    for lane in range(at.width):
        if met & (1 << lane):
            now = line.stops[lanes.stop[lane]]
            ws[at.t * at.width + lane] = now
            ws[at.t_new * at.width + lane] = now + 1.0  # any other time: no step lies there yet
            ws[at.t_out * at.width + lane] = line.times[lanes.row[lane]]
            _act(work, lane)
            if line.times[lanes.row[lane]] == now:
                due |= 1 << lane
    if due:
        run(work.code.output, work.address)
    ended = 0
    for lane in range(at.width):
        bit = 1 << lane
        if met & bit:
            if due & bit and not _record(work, lane):
                ended |= bit
            elif lanes.stop[lane] == line.stops.size - 1:
                _finish(work, lane)
                ended |= bit
            else:
                ws[at.end * at.width + lane] = line.stops[lanes.stop[lane] + 1]
    return ended


@_inner
def _pass(work: Work, passed: int) -> int:
    """Outputs inside the step just made; returns the lanes whose subject failed by them."""
    at, ws = work.at, work.ws
    failed = 0
    while passed:
        run(work.code.output, work.address)
        for lane in range(at.width):
            bit = 1 << lane
            if passed & bit:
                finite = _record(work, lane)
                following = ws[at.t_out * at.width + lane]
                inside = following <= ws[at.t_new * at.width + lane]
                if not finite:
                    failed |= bit
                if not (finite and inside and following < ws[at.end * at.width + lane]):
                    passed &= ~bit
    return failed


@_inner
def _judge(work: Work, trying: int, rejected: int, steps: int) -> int:
    """Give up on lanes that cannot go on; returns them."""
    at, ws = work.at, work.ws
    failed = 0
    for lane in range(at.width):
        bit = 1 << lane
        if trying & bit:
            now = ws[at.t * at.width + lane]
            size = max(abs(now), abs(ws[at.end * at.width + lane]))
            if rejected & bit and ws[at.h * at.width + lane] < SMALLEST_STEP * size:
                _fail(work, lane, _STEP_TOO_SMALL, now)
                failed |= bit
            elif steps >= work.lanes.limit[lane]:
                _fail(work, lane, _TOO_MANY_STEPS, now)
                failed |= bit
    return failed


@_inner
def _ended(work: Work, lanes: int) -> None:
    """Count the subjects of these lanes as ended."""
    for lane in range(work.at.width):
        if lanes & (1 << lane):
            fetch_add(work.control, ENDED)


def _drive(  # noqa: PLR0913, PLR0917 - numba takes no keywords, and a tuple must have a type
    code: Functions,
    at: Slots,
    address: int,
    ws: Array,
    line: Line,
    people: Subjects,
    lanes: Lanes,
    control: Indices,
    tolerances: tuple[float, float],
    most_steps: int,
) -> int:
    """Integrate subjects until none is left; returns how many steps the vector made.

    Sets of lanes are the bits of a number.
    """
    width = at.width
    every = (1 << width) - 1
    work = Work(code, at, address, ws, lanes, line, people, control)
    alive = 0  # lanes that have a subject
    met = 0  # lanes that have just met a stop
    free = every  # lanes whose subject has ended, or that never had one
    steps = 0
    next_limit = 0
    while True:
        begun = 0
        while met | free:
            loaded = _fill(work, free, steps + most_steps)
            alive = (alive & ~free) | loaded
            met |= loaded
            free = _meet(work, met)
            begun |= met & ~free
            met = 0
            _ended(work, free)
        if alive == 0 or control[STOP] != 0:
            return steps
        if begun:
            run_with_tolerances(code.begin, address, tolerances[0], tolerances[1])
            next_limit = steps + most_steps
            for lane in range(width):
                if begun & (1 << lane):
                    ws[at.h * width + lane] = ws[at.proposal * width + lane]
                if alive & (1 << lane):
                    next_limit = min(next_limit, lanes.limit[lane])

        bits = run_with_tolerances(code.step, address, tolerances[0], tolerances[1])
        steps += 1
        rejected = ~bits & alive
        free = _pass(work, (bits >> 32) & alive)
        run(code.advance, address)
        met = (bits >> 16) & every & alive & ~free
        if met:
            for lane in range(width):
                if met & (1 << lane):
                    lanes.stop[lane] += 1
        if rejected or steps >= next_limit:
            free |= _judge(work, alive & ~(free | met), rejected, steps)
        if free:
            _ended(work, free)


def _signature() -> Any:  # noqa: ANN401 - one of numba's own types
    vector, matrix, cube = (types.Array(types.float64, d, "C") for d in (1, 2, 3))
    integers = types.Array(types.int64, 1, "C")
    line = (vector, integers, integers, integers, vector, integers, matrix, vector)
    people = (matrix, matrix, cube, matrix, integers, vector)
    return types.int64(
        types.NamedUniTuple(types.int64, len(Functions._fields), Functions),
        types.NamedUniTuple(types.int64, len(Slots._fields), Slots),
        types.int64,
        vector,
        types.NamedTuple(line, Line),
        types.NamedTuple(people, Subjects),
        types.NamedUniTuple(integers, len(Lanes._fields), Lanes),
        integers,
        types.UniTuple(types.float64, 2),
        types.int64,
    )


def _compiled() -> Any:  # noqa: ANN401 - a dispatcher of numba
    try:
        return numba.njit(_signature(), cache=True, nogil=True, **_OPTIONS)(_drive)
    except RuntimeError as problem:  # numba found no folder that it may write to
        _log.info("The lane driver is compiled anew in each process: %s", problem)
        return numba.njit(_signature(), nogil=True, **_OPTIONS)(_drive)


drive = _compiled()
