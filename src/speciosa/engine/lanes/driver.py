"""Move subjects through the lanes: compiled once for all models, without Python's lock.

Every lane has its own subject, time and step. A lane whose subject ends takes the next one from a
counter shared by all threads, so no lane waits and no thread is left with more. What happens to a
subject depends on that subject alone.

Importing this module imports numba and, the first time on a machine, compiles for some seconds.
"""

from __future__ import annotations

import logging
import math
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from speciosa.engine.dosing import Kind
from speciosa.engine.problem import ENDED, NEXT, STOP, Array, Indices, Status

_log = logging.getLogger(__name__)

_SET, _ADD, _SET_RATE = int(Kind.SET), int(Kind.ADD), int(Kind.SET_RATE)
_DONE = int(Status.DONE)
_STEP_TOO_SMALL = int(Status.STEP_TOO_SMALL)
_TOO_MANY_STEPS = int(Status.TOO_MANY_STEPS)
_NOT_FINITE = int(Status.NOT_FINITE)

_SMALLEST_STEP = 1e-14  # of the time; a smaller one is lost in rounding

_VOID = ir.VoidType()
_INT = ir.IntType(64)
_DOUBLE = ir.DoubleType()


def _call(builder: Any, address: Any, result: Any, args: list[Any]) -> Any:
    kind = ir.FunctionType(result, [arg.type for arg in args])
    return builder.call(builder.inttoptr(address, kind.as_pointer()), args)


@intrinsic
def _run(typing, address, workspace):
    """Call a function of a workspace."""

    def generate(context, builder, signature, args):
        _call(builder, args[0], _VOID, [builder.inttoptr(args[1], _DOUBLE.as_pointer())])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def _run_with_tolerances(typing, address, workspace, rtol, atol):
    """Call a function of a workspace and tolerances that returns bits."""

    def generate(context, builder, signature, args):
        workspace = builder.inttoptr(args[1], _DOUBLE.as_pointer())
        return _call(builder, args[0], _INT, [workspace, args[2], args[3]])

    return types.int64(types.int64, types.int64, types.float64, types.float64), generate


@intrinsic
def _fetch_add(typing, array, index):
    """Add one to a shared counter at once; returns what it was."""

    def generate(context, builder, signature, args):
        view = context.make_array(signature.args[0])(context, builder, args[0])
        place = cgutils.get_item_pointer(context, builder, signature.args[0], view, [args[1]])
        return builder.atomic_rmw("add", place, ir.Constant(_INT, 1), "monotonic")

    return types.int64(array, types.intp), generate


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


_jit = numba.njit(error_model="numpy")


@_jit
def _load(ws: Array, at: Slots, lane: int, people: Subjects, subject: int) -> None:
    """Put a subject's parameters and initial states into a lane."""
    for i in range(people.parameters.shape[1]):
        ws[(at.parameters + i) * at.width + lane] = people.parameters[subject, i]
    for i in range(people.initial.shape[1]):
        ws[(at.y + i) * at.width + lane] = people.initial[subject, i]
    for slot in range(at.infused, at.t):
        ws[slot * at.width + lane] = 0.0


@_jit
def _act(ws: Array, at: Slots, lane: int, line: Line, subject: int, stop: int) -> None:
    """Carry out the events of one stop."""
    for action in range(line.first_action[stop], line.first_action[stop + 1]):
        amount = line.value[action]
        if line.column[action] >= 0:
            amount = line.columns[subject, line.column[action]]
        kind = line.kind[action]
        first = at.y if kind in (_SET, _ADD) else at.infused
        place = (first + line.target[action]) * at.width + lane
        ws[place] = amount if kind in (_SET, _SET_RATE) else ws[place] + amount


@_jit
def _arrive(ws: Array, at: Slots, lane: int, lanes: Lanes, line: Line) -> None:
    """A lane meets a stop: its clock stands there exactly, and the events take place."""
    now = line.stops[lanes.stop[lane]]
    ws[at.t * at.width + lane] = now
    ws[at.t_new * at.width + lane] = now + 1.0  # any other time: nothing lies between yet
    ws[at.t_out * at.width + lane] = line.times[lanes.row[lane]]
    _act(ws, at, lane, line, lanes.subject[lane], lanes.stop[lane])


@_jit
def _record(
    ws: Array, at: Slots, lane: int, lanes: Lanes, line: Line, people: Subjects
) -> bool:
    """Keep the outputs of a lane and turn to its next output time; false if one is not finite."""
    subject, row = lanes.subject[lane], lanes.row[lane]
    finite = True
    for i in range(people.values.shape[2]):
        value = ws[(at.out + i) * at.width + lane]
        people.values[subject, row, i] = value
        finite = finite and math.isfinite(value)
    if not finite:
        people.status[subject] = _NOT_FINITE
        people.reached[subject] = line.times[row]
    lanes.row[lane] = row + 1
    ws[at.t_out * at.width + lane] = line.times[row + 1]
    return finite


@_jit
def _finish(ws: Array, at: Slots, lane: int, lanes: Lanes, people: Subjects) -> None:
    """The subject of a lane has come to the end."""
    subject = lanes.subject[lane]
    finite = True
    for i in range(people.final.shape[1]):
        value = ws[(at.y + i) * at.width + lane]
        people.final[subject, i] = value
        finite = finite and math.isfinite(value)
    people.status[subject] = _DONE if finite else _NOT_FINITE
    if not finite:
        people.reached[subject] = ws[at.t * at.width + lane]


def _drive(
    code: Functions,
    at: Slots,
    address: int,
    ws: Array,
    line: Line,
    people: Subjects,
    control: Indices,
    rtol: float,
    atol: float,
    most_steps: int,
) -> int:
    """Integrate subjects until none is left; returns how many steps the vector made.

    ``address`` is that of the workspace ``ws``, which no other thread may use. Sets of lanes are
    bits of a number.
    """
    width = at.width
    lanes = Lanes(
        np.zeros(width, np.int64),
        np.zeros(width, np.int64),
        np.zeros(width, np.int64),
        np.zeros(width, np.int64),
    )
    count = people.parameters.shape[0]
    last_stop = line.stops.size - 1
    alive = 0  # lanes that have a subject
    met = 0  # lanes that have just met a stop
    free = (1 << width) - 1  # lanes whose subject has ended
    steps = 0
    next_limit = 0

    while True:
        begun = 0  # lanes that begin a segment
        while met | free:
            loaded = 0
            for lane in range(width):
                bit = 1 << lane
                if free & bit:
                    subject = _fetch_add(control, NEXT)
                    if subject < count:
                        loaded |= bit
                        lanes.subject[lane] = subject
                        lanes.stop[lane] = 0
                        lanes.row[lane] = 0
                        lanes.limit[lane] = steps + most_steps
                        _load(ws, at, lane, people, subject)
            alive = (alive & ~free) | loaded
            met |= loaded
            free = 0
            if loaded:
                _run(code.prep, address)
            due = 0  # lanes with an output at the stop itself
            for lane in range(width):
                if met & (1 << lane):
                    _arrive(ws, at, lane, lanes, line)
                    if line.times[lanes.row[lane]] == line.stops[lanes.stop[lane]]:
                        due |= 1 << lane
            if due:
                _run(code.output, address)
            for lane in range(width):
                bit = 1 << lane
                if not met & bit:
                    continue
                if due & bit and not _record(ws, at, lane, lanes, line, people):
                    free |= bit
                elif lanes.stop[lane] == last_stop:
                    _finish(ws, at, lane, lanes, people)
                    free |= bit
                else:
                    ws[at.end * width + lane] = line.stops[lanes.stop[lane] + 1]
                    begun |= bit
                if free & bit:
                    _fetch_add(control, ENDED)
            met = 0
        if alive == 0 or control[STOP] != 0:
            return steps
        if begun:
            _run_with_tolerances(code.begin, address, rtol, atol)
            for lane in range(width):
                if begun & (1 << lane):
                    ws[at.h * width + lane] = ws[at.proposal * width + lane]
            next_limit = steps + most_steps
            for lane in range(width):
                if alive & (1 << lane):
                    next_limit = min(next_limit, lanes.limit[lane])

        bits = _run_with_tolerances(code.step, address, rtol, atol)
        steps += 1
        passed = (bits >> 32) & alive  # lanes with an output inside the step
        while passed:
            _run(code.output, address)
            for lane in range(width):
                bit = 1 << lane
                if passed & bit:
                    finite = _record(ws, at, lane, lanes, line, people)
                    following = line.times[lanes.row[lane]]
                    within = following <= ws[at.t_new * width + lane]
                    if not finite:
                        free |= bit
                    if not (finite and within and following < ws[at.end * width + lane]):
                        passed &= ~bit
        _run(code.advance, address)
        met = (bits >> 16) & alive & ~free & ((1 << width) - 1)
        rejected = ~bits & alive
        if met | rejected | free or steps >= next_limit:
            for lane in range(width):
                bit = 1 << lane
                if met & bit:
                    lanes.stop[lane] += 1
                elif alive & bit and not free & bit:
                    now = ws[at.t * width + lane]
                    size = max(abs(now), abs(ws[at.end * width + lane]))
                    status = 0
                    if rejected & bit and ws[at.h * width + lane] < _SMALLEST_STEP * size:
                        status = _STEP_TOO_SMALL
                    elif steps >= lanes.limit[lane]:
                        status = _TOO_MANY_STEPS
                    if status:
                        people.status[lanes.subject[lane]] = status
                        people.reached[lanes.subject[lane]] = now
                        free |= bit
                if free & bit:
                    _fetch_add(control, ENDED)


def _signature() -> Any:
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
        integers,
        types.float64,
        types.float64,
        types.int64,
    )


def _compiled() -> Any:
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return numba.njit(_signature(), cache=True, **options)(_drive)
    except RuntimeError as problem:  # numba found no folder that it may write to
        _log.info("The lane driver is compiled anew in each process: %s", problem)
        return numba.njit(_signature(), **options)(_drive)


drive = _compiled()
