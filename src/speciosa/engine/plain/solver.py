"""Make the functions of a model, keep them on disk compiled, and run blocks of subjects."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import logging
import pathlib
import sys
import tempfile
import threading
import types
import weakref
from typing import Any

import numba
import numpy as np

from speciosa.engine import control, dosing, problem, rodas5p
from speciosa.engine.kept import cache_folder
from speciosa.engine.model import Model
from speciosa.engine.plain import emit, integrator
from speciosa.engine.plain.integrator import Course, Limits
from speciosa.engine.problem import ENDED, NEXT, STOP, Array, Indices, Outcome, Problem, Worker
from speciosa.engine.sparse import System, analyse

_log = logging.getLogger(__name__)

_SUBJECTS_AT_ONCE = 4
_MADE_WITH = (control, dosing, integrator, problem, rodas5p)  # beside the text of a model
_solvers: weakref.WeakKeyDictionary[System, Any] = weakref.WeakKeyDictionary()
_making = threading.Lock()

_TEXT = '''"""The model {name} as plain functions, written by speciosa.engine.plain."""

import math

import numba

from speciosa.engine.plain.integrator import Functions, Sizes, integrator

njit = numba.njit(error_model="numpy", fastmath={{"contract"}})


{functions}

integrate = integrator(
    Functions(prepare, rates, time_rates, factor, solve, combine, quantities),
    Sizes(fixed={fixed}, entries={entries}, quantities={quantities}),
)


@numba.njit(nogil=True, error_model="numpy", cache={cache})
def run(parameters, initial, course, limits, first, last, values, final, status, reached):
    integrate(parameters, initial, course, limits, first, last, values, final, status, reached)
'''


def print_code(model: Model) -> str:
    """The model as the plain path runs it, readable Python."""
    return _text(analyse(model), cache=False)


def _text(system: System, *, cache: bool) -> str:
    return _TEXT.format(
        name=system.model.name,
        functions=emit.source(system),
        cache=cache,
        fixed=len(system.hoisted),
        entries=len(system.factorisation.pattern),
        quantities=len(emit.quantity_names(system)),
    )


def worker(problem: Problem) -> Worker:
    """What each thread calls to solve a problem; compiles a model it has not met."""
    solver = _solver(problem.system)
    line, everyone = problem.timeline, problem.people
    names = emit.quantity_names(problem.system)
    course = Course(
        line.stops,
        line.first_action,
        line.kind,
        line.target,
        line.value,
        line.column,
        line.columns,
        np.array(line.infused, dtype=np.int64),
        _writable(problem.times),
        np.array([names.index(name) for name in problem.outputs], dtype=np.int64),
    )
    limits = Limits(problem.rtol, problem.atol, problem.most_steps)
    parameters, initial = _writable(everyone.parameters), _writable(everyone.initial)
    lock = threading.Lock()

    def work(outcome: Outcome, control: Indices) -> None:
        ended = 0
        while True:
            with lock:
                control[ENDED] += ended
                first = int(control[NEXT])
                last = min(first + _SUBJECTS_AT_ONCE, everyone.count)
                control[NEXT] = last
                if first == last or control[STOP]:
                    return
            solver(
                parameters,
                initial,
                course,
                limits,
                first,
                last,
                outcome.values,
                outcome.final,
                outcome.status,
                outcome.reached,
            )
            ended = last - first

    return work


def _writable(array: Array) -> Array:
    """As it is, or a copy if it is locked or scattered: compiled code knows one kind of array."""
    return np.require(array, np.float64, ["C", "W"])


def _solver(system: System) -> Any:  # noqa: ANN401 -- numba's
    """The compiled function of a system."""
    with _making:
        found = _solvers.get(system)
        if found is None:
            found = _solvers[system] = _compiled(system)
        return found


def _compiled(system: System) -> Any:  # noqa: ANN401 -- numba's
    folder = cache_folder()
    if folder is not None:
        text = _text(system, cache=True)
        try:
            return _imported(_file(folder, text)).run
        except OSError as problem:
            _log.info("Compiled code was not kept: %s", problem)
    module = types.ModuleType("speciosa_plain_model")
    exec(compile(_text(system, cache=False), "<plain model>", "exec"), module.__dict__)  # noqa: S102 -- our own text
    return module.run


def _file(folder: pathlib.Path, text: str) -> pathlib.Path:
    """The text as a file, which numba keeps its compiled code beside.

    The name holds everything the code is made from, so an old file is never taken for a new one.
    """
    sources = (inspect.getsource(module) for module in _MADE_WITH)
    parts = (text, *sources, numba.__version__)
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    file = folder / f"plain_{key}.py"
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as beside:
            beside.write(text)
        pathlib.Path(beside.name).replace(file)
    return file


def _imported(file: pathlib.Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(f"speciosa_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise OSError(f"{file.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # numba finds the functions of compiled code by module
    spec.loader.exec_module(module)
    return module
