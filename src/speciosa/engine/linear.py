"""Models whose rates are linear in their states, solved exactly by matrix exponentials.

Between two events such a model is ``x' = A x + b`` with constant inputs, so one exponential takes
the state over any length of time, and one exponential serves all equal steps of a grid. A whole
period of a regimen is an affine map of the state: its fixed point is the steady state, and its
powers give the state after any number of periods without walking through them.
"""

from __future__ import annotations

import collections
import dataclasses
import threading
from collections.abc import Mapping

import numpy as np

from speciosa.engine.dosing import Kind, Timeline
from speciosa.engine.exponential import exponential
from speciosa.engine.graph import evaluate
from speciosa.engine.model import TIME, Model
from speciosa.engine.problem import (
    ENDED,
    NEXT,
    STOP,
    Array,
    Indices,
    Outcome,
    Problem,
    Status,
    Worker,
)
from speciosa.errors import InputError, InputProblem

# Subjects are taken in blocks that fit a core's cache; the size of a block changes no bit.
_BLOCK = 256


def require_linear(model: Model) -> dict[tuple[int, int], int]:
    """The entries of ``A`` that are not 0; ``InputError`` names the rates that are not linear."""
    graph = model.graph
    symbols = {name: graph.symbol(name) for name in (*model.state_names, TIME)}
    problems, matrix = [], {}
    for row, state in enumerate(model.states):
        slopes = {name: graph.derivative(state.rate, node) for name, node in symbols.items()}
        curved = sorted(graph.symbols_of(slopes.values()) & symbols.keys())
        if curved or graph.value(slopes[TIME]) != 0.0:
            why = f"not linear in {', '.join(curved)}" if curved else "changes with time itself"
            accepted = 'for method "linear", rates linear in the states and free of time'
            problems.append(InputProblem(f"{state.name}'", f"{state.written} ({why})", accepted))
        for column, name in enumerate(model.state_names):
            if graph.value(slopes[name]) != 0.0:
                matrix[row, column] = slopes[name]
    if problems:
        raise InputError(problems)
    return matrix


@dataclasses.dataclass(frozen=True, eq=False)
class Flow:
    """What takes the state of each subject of a block over a length of time.

    ``generator`` is (subjects, n, n) on the state extended by its inputs: the constant 1, and the
    rate of an infusion into each of the states ``infused``.
    """

    generator: Array
    states: int
    infused: tuple[int, ...]

    @property
    def size(self) -> int:
        """States and inputs."""
        return len(self.generator[0])


def flow(
    model: Model,
    matrix: Mapping[tuple[int, int], int],
    parameters: Array,
    infused: tuple[int, ...],
) -> Flow:
    """The flow of subjects with these parameters (subjects, parameters)."""
    states = len(model.states)
    size = states + 1 + len(infused)
    generator = np.zeros((len(parameters), size, size))
    person = dict(zip(model.parameter_names, parameters.T, strict=True))
    entries = evaluate(model.graph, matrix.values(), person)
    for (row, column), value in zip(matrix, entries, strict=True):
        generator[:, row, column] = value
    without = {**person, **dict.fromkeys((*model.state_names, TIME), np.zeros(()))}
    constants = evaluate(model.graph, [state.rate for state in model.states], without)
    for row, value in enumerate(constants):
        generator[:, row, states] = value
    for place, state in enumerate(infused):
        generator[:, state, states + 1 + place] = 1.0
    return Flow(generator, states, infused)


class Walk:
    """Extended states (subjects, size, columns) along a timeline, stopped at the wanted times.

    Column 0 takes part in every dose and input. Any further columns are differences of states: a
    dose or an input leaves them alone and a reset makes them nought.
    """

    def __init__(self, flow: Flow, timeline: Timeline, subjects: slice, times: Array) -> None:
        self._flow = flow
        self._line = timeline
        self._columns = timeline.columns[subjects]
        self._moments = np.union1d(timeline.stops, times)
        self._wanted = np.isin(self._moments, times)
        self._lengths, self._uses = _shared_lengths(self._moments)
        self._known: dict[float, Array] = {}

    def run(self, x: Array, keep: Array | None = None) -> Array:
        """The extended state after the last moment; ``keep[k]`` becomes column 0 at time ``k``."""
        kept = 0
        event = 0
        for k, moment in enumerate(self._moments):
            if k:
                x = self._over(self._lengths[k - 1]) @ x
            if event < self._line.stops.size and self._line.stops[event] == moment:
                self._act(event, x)
                event += 1
            if keep is not None and self._wanted[k]:
                keep[kept] = x[:, : self._flow.states, 0]
                kept += 1
        return x

    def _act(self, event: int, x: Array) -> None:
        line = self._line
        for action in range(line.first_action[event], line.first_action[event + 1]):
            column = line.column[action]
            value = line.value[action] if column < 0 else self._columns[:, column]
            target = line.target[action]
            match Kind(line.kind[action]):
                case Kind.SET:
                    x[:, target, 0] = value
                    x[:, target, 1:] = 0.0
                case Kind.ADD:
                    x[:, target, 0] += value
                case Kind.SET_RATE:
                    x[:, self._flow.states + 1 + target, 0] = value
                case Kind.ADD_RATE:
                    x[:, self._flow.states + 1 + target, 0] += value

    def _over(self, length: float) -> Array:
        """The exponential over a length of time, kept for as long as it is needed again."""
        found = self._known.pop(length, None)
        if found is None:
            found = exponential(self._flow.generator * length)
        self._uses[length] -= 1
        if self._uses[length]:
            self._known[length] = found
        return found


def _shared_lengths(moments: Array) -> tuple[list[float], collections.Counter[float]]:
    """Lengths of the steps, those that differ by rounding alone made equal; and their counts.

    Each group takes its mean, so that a long run of such steps ends where it should.
    """
    lengths = np.diff(moments)
    order = np.argsort(lengths, kind="stable")
    rounding = 4.0 * np.spacing(np.abs(moments).max(initial=0.0))
    breaks = np.flatnonzero(np.diff(lengths[order]) > rounding) + 1
    shared = np.empty_like(lengths)
    for group in np.split(order, breaks):
        if group.size:
            shared[group] = lengths[group].mean()
    found = [float(length) for length in shared]
    return found, collections.Counter(found)


def worker(problem: Problem) -> Worker:
    """What each thread calls to solve a problem; ``InputError`` when a rate is not linear."""
    matrix = require_linear(problem.system.model)
    lock = threading.Lock()

    def work(outcome: Outcome, control: Indices) -> None:
        ended = 0
        while True:
            with lock:
                control[ENDED] += ended
                first = int(control[NEXT])
                last = min(first + _BLOCK, problem.people.count)
                control[NEXT] = last
                if first == last or control[STOP]:
                    return
            _solve(problem, matrix, slice(first, last), outcome)
            ended = last - first

    return work


def _solve(
    problem: Problem, matrix: Mapping[tuple[int, int], int], block: slice, outcome: Outcome
) -> None:
    """Fill the outcome of a block of subjects."""
    model, times = problem.system.model, problem.times
    parameters = problem.people.parameters[block]
    states = len(model.states)
    curves = np.empty((times.size, len(parameters), states))
    with np.errstate(all="ignore"):  # what is not finite is found below
        block_flow = flow(model, matrix, parameters, problem.timeline.infused)
        start = extended(problem.people.initial[block], block_flow)
        end = Walk(block_flow, problem.timeline, block, times).run(start, curves)
        at: dict[str, Array | float] = {TIME: times[:, None]}
        at.update(zip(model.parameter_names, parameters.T, strict=True))
        at.update(zip(model.state_names, np.moveaxis(curves, 2, 0), strict=True))
        nodes = [model.node(name) for name in problem.outputs]
        for i, output in enumerate(evaluate(model.graph, nodes, at)):
            outcome.values[block, :, i] = np.broadcast_to(output, curves.shape[:2]).T
    outcome.final[block] = end[:, :states, 0]
    sound = np.all(np.isfinite(outcome.values[block]), axis=2)
    whole = np.all(sound, axis=1) & np.all(np.isfinite(outcome.final[block]), axis=1)
    outcome.status[block] = np.where(whole, Status.DONE, Status.NOT_FINITE)
    outcome.reached[block] = np.where(whole, np.nan, times[np.argmin(sound, axis=1)])


def extended(states: Array, flow: Flow) -> Array:
    """States with their inputs, (subjects, size, 1); no infusion runs yet."""
    x = np.zeros((len(states), flow.size, 1))
    x[:, : flow.states, 0] = states
    x[:, flow.states, 0] = 1.0
    return x
