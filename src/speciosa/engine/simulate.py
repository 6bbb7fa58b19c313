"""Simulate a population: check what is asked, choose a solver, run it on threads, label the result.

A subject's numbers depend on that subject alone: not on the others, their order, the chunks they
are taken in, or the threads, bit for bit.
"""

from __future__ import annotations

import functools
import logging
import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from speciosa.engine import linear
from speciosa.engine.dosing import Event, name_problems, timeline
from speciosa.engine.model import Model
from speciosa.engine.population import people
from speciosa.engine.problem import (
    ENDED,
    STOP,
    Array,
    Indices,
    Outcome,
    Problem,
    Status,
    Worker,
    empty_outcome,
)
from speciosa.engine.reduce import Reducer, Reduction
from speciosa.engine.result import Failure, Result, SimulationCancelled, SimulationError
from speciosa.engine.sparse import System, analyse
from speciosa.errors import InputError, InputProblem

Method = Literal["auto", "lanes", "plain", "linear"]
Progress = Callable[[int, int], None]

_METHODS = ("auto", "lanes", "plain", "linear")
_MOST_STEPS = 1_000_000
_CHUNK_BYTES = 32 << 20  # of curves held at a time when they are reduced
_SMALLEST_CHUNK = 256
_POLL_SECONDS = 0.05
_SUBJECTS_PER_THREAD = 8

_log = logging.getLogger(__name__)
_MODELS_KEPT = 64


class _HasSet(Protocol):
    """A ``threading.Event``, or anything with its question."""

    def is_set(self) -> bool: ...


Cancel = Callable[[], bool] | _HasSet


@functools.lru_cache(maxsize=_MODELS_KEPT)
def system_of(model: Model) -> System:
    """The system of a model, analysed once."""
    return analyse(model)


def simulate(  # noqa: PLR0913 - each is a question of its own; all but five have a default
    model: Model,
    population: Mapping[str, float | Array],
    regimen: Sequence[Event],
    times: ArrayLike,
    outputs: Sequence[str],
    *,
    subjects: int | None = None,
    start: float = 0.0,
    initial: Mapping[str, float | Array] | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    threads: int | None = None,
    method: Method = "auto",
    reduce: Reduction | None = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    failures: Literal["raise", "report"] = "raise",
    most_steps: int = _MOST_STEPS,
) -> Result:
    """Simulate every subject of a population under one regimen.

    ``population`` gives parameters by name, each one number or one for each subject; the text's
    value holds where none is given. ``times`` (h) ascend from ``start`` on. ``outputs`` are states
    or definitions. ``initial`` replaces initial values, for instance by ``Result.final_states()``.
    ``rtol`` and ``atol`` bound the error of each step. ``method`` "auto" takes the lanes, or plain
    code where they cannot run. With ``reduce`` the curves are not kept. ``progress`` is told how
    many subjects are done, of how many; ``cancel`` is asked, or set, to stop.

    Raises ``InputError`` naming everything wrong with the request, ``SimulationError`` naming
    subjects that cannot be integrated (with ``failures="report"`` the result names them), and
    ``SimulationCancelled``.
    """
    moments = _moments(times, start)
    _check(model, outputs, rtol, atol, threads, method, failures, most_steps)
    everyone = people(model, population, subjects=subjects, initial=initial)
    line = timeline(
        regimen, model.state_names, everyone.count, start=float(start), end=float(moments[-1])
    )
    problem = Problem(
        system=system_of(model),
        people=everyone,
        timeline=line,
        times=moments,
        outputs=tuple(outputs),
        rtol=rtol,
        atol=atol,
        most_steps=most_steps,
    )
    crew = _Crew(threads or _processors(), progress, cancel, everyone.count)
    name, solver = _solver(method, problem)
    reducer = None
    outcome = None
    failed: list[Failure] = []
    if reduce is None:
        outcome = crew.run(solver, problem)
        failed += _failures(outcome, 0)
    else:
        reducer = Reducer(reduce, everyone.count, moments, problem.outputs)
        size = _chunk(problem)
        for first in range(0, everyone.count, size):
            part = crew.run(solver, problem.part(slice(first, first + size)))
            failed += _failures(part, first)
            reducer.add(first, part.values)
    if failed and failures == "raise":
        raise SimulationError(failed, everyone.count)
    return Result(
        times=moments,
        outputs=problem.outputs,
        units=tuple(model.unit(output) for output in outputs),
        states=model.state_names,
        subjects=everyone.count,
        method=name,
        values=outcome.values if outcome else None,
        final=outcome.final if outcome else None,
        summary=reducer.summary() if reducer else None,
        failures=tuple(failed),
    )


# What is asked


def _moments(times: ArrayLike, start: float) -> Array:
    accepted = f"one or more finite hours in ascending order, none before the start ({start!r} h)"
    if not math.isfinite(start):
        raise InputError([InputProblem("start", repr(start), "hours, a finite number")])
    try:
        moments = np.array(times, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError([InputProblem("times", repr(times)[:60], accepted)]) from None
    if moments.ndim != 1 or moments.size == 0:
        raise InputError([InputProblem("times", f"shape {moments.shape}", accepted)])
    wrong = ~np.isfinite(moments) | (moments < start)
    wrong[1:] |= ~(np.diff(moments) > 0.0)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise InputError([InputProblem(f"times[{place}]", repr(float(moments[place])), accepted)])
    return moments


def _check(  # noqa: PLR0913, PLR0917
    model: Model,
    outputs: Sequence[str],
    rtol: float,
    atol: float,
    threads: int | None,
    method: str,
    failures: str,
    most_steps: int,
) -> None:
    problems: list[InputProblem] = []
    known = (*model.state_names, *(definition.name for definition in model.definitions))
    if isinstance(outputs, str) or len(outputs) == 0:
        problems.append(InputProblem("outputs", repr(outputs), "a list of one or more names"))
    else:
        for place, name in enumerate(outputs):
            problems += name_problems(f"outputs[{place}]", name, known, "state or definition")
    if not 1e-13 <= rtol <= 0.1:
        problems.append(InputProblem("rtol", repr(rtol), "a number from 1e-13 to 0.1"))
    if not (0.0 < atol < math.inf):
        problems.append(InputProblem("atol", repr(atol), "a finite number above 0"))
    for field, value in (("threads", threads), ("most_steps", most_steps)):
        if value is not None and (isinstance(value, bool) or value < 1):
            problems.append(InputProblem(field, repr(value), "a whole number, 1 or more"))
    if method not in _METHODS:
        problems.append(InputProblem("method", repr(method), ", ".join(_METHODS)))
    if failures not in ("raise", "report"):
        problems.append(InputProblem("failures", repr(failures), "raise or report"))
    if problems:
        raise InputError(problems)


# Who does it


_MOST_PROCESSORS = 4096


def _processors() -> int:
    """Processors that this process may use; no more than ``OMP_NUM_THREADS``, as for BLAS."""
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    most = int(asked) if asked.isdecimal() and int(asked) else _MOST_PROCESSORS
    if hasattr(os, "sched_getaffinity"):
        return min(most, len(os.sched_getaffinity(0)))
    return min(most, os.cpu_count() or 1)


Solver = Callable[[Problem], Worker]


def _solver(method: Method, problem: Problem) -> tuple[str, Solver]:
    """The solver and its name."""
    if method != "auto":
        return method, {"lanes": _lanes, "plain": _plain, "linear": linear.worker}[method]
    try:
        _lanes(problem)
    except (ImportError, OSError, RuntimeError) as why:
        _say_once(str(why))
        return "plain", _plain
    return "lanes", _lanes


@functools.cache
def _say_once(why: str) -> None:
    _log.warning("Vector code cannot be used here, and plain code is slower: %s", why)


def _lanes(problem: Problem) -> Worker:
    from speciosa.engine.lanes import run  # noqa: PLC0415 - brings llvmlite

    return run.worker(problem)


def _plain(problem: Problem) -> Worker:
    from speciosa.engine.plain import solver  # noqa: PLC0415 - brings numba

    return solver.worker(problem)


class _Crew:
    """Threads that work on a problem while the caller's thread reports progress and may stop it."""

    def __init__(
        self, threads: int, progress: Progress | None, cancel: Cancel | None, subjects: int
    ) -> None:
        self._threads = threads
        self._progress = progress
        self._cancel = cancel
        self._subjects = subjects
        self._done = 0  # in parts before this one

    def run(self, solver: Solver, problem: Problem) -> Outcome:
        """Work on a problem to its end."""
        work = solver(problem)
        outcome = empty_outcome(problem)
        control = np.zeros(3, dtype=np.int64)
        raised: list[BaseException] = []

        def one_thread() -> None:
            try:
                work(outcome, control)
            except BaseException as error:  # to be raised in the caller's thread
                raised.append(error)
                control[STOP] = 1

        count = min(self._threads, -(-problem.people.count // _SUBJECTS_PER_THREAD))
        crew = [threading.Thread(target=one_thread, daemon=True) for _ in range(count)]
        try:
            for thread in crew:
                thread.start()
            for thread in crew:
                while thread.is_alive():
                    thread.join(_POLL_SECONDS)
                    self._look(control)
        finally:
            if any(thread.is_alive() for thread in crew):
                control[STOP] = 1
                for thread in crew:
                    thread.join()
        if raised:
            raise raised[0]
        self._look(control)
        self._done += problem.people.count
        return outcome

    def _look(self, control: Indices) -> None:
        """Tell how far it is; stop if that is wanted."""
        done = self._done + int(control[ENDED])
        if self._progress:
            self._progress(done, self._subjects)
        if done == self._subjects or self._cancel is None:
            return
        wanted = self._cancel() if callable(self._cancel) else self._cancel.is_set()
        if wanted:
            control[STOP] = 1
            raise SimulationCancelled(done, self._subjects)


# What comes of it


def _chunk(problem: Problem) -> int:
    """How many subjects' curves to hold at a time."""
    bytes_each = 8 * problem.times.size * len(problem.outputs)
    return max(_SMALLEST_CHUNK, _CHUNK_BYTES // bytes_each)


def _failures(outcome: Outcome, first: int) -> list[Failure]:
    """Failed subjects; every number of theirs becomes NaN."""
    places = np.flatnonzero(outcome.status != Status.DONE)
    outcome.values[places] = np.nan
    outcome.final[places] = np.nan
    return [
        Failure(
            first + int(place),
            float(outcome.reached[place]),
            Status(int(outcome.status[place])).reason,
        )
        for place in places
    ]
