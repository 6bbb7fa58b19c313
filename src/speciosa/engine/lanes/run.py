"""Make the code of a model, and run subjects on it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from speciosa.engine.lanes.cache import Code, Processor, processor
from speciosa.engine.lanes.emit import Emitter
from speciosa.engine.lanes.ir import Target
from speciosa.engine.model import Model
from speciosa.engine.problem import Array, Indices, Outcome, Problem, Worker
from speciosa.engine.sparse import System, analyse

_CORE = ("prep", "begin", "step", "advance")


_MODELS_KEPT = 64


class Lanes:
    """The compiled code of one system for one processor, and for one set of infused states."""

    def __init__(self, system: System, infused: tuple[int, ...], machine: Processor) -> None:
        self.machine = machine
        self.emitter = Emitter(system, infused, machine.target)
        self.core = Code(self.emitter.core(), _CORE, machine)
        self._outputs: dict[tuple[str, ...], Code] = {}

    def outputs(self, names: tuple[str, ...]) -> Code:
        """The code that computes these outputs."""
        found = self._outputs.get(names)
        if found is None:
            text = self.emitter.outputs(names)
            found = self._outputs[names] = Code(text, ("output",), self.machine)
        return found


_host = functools.cache(processor)


@functools.lru_cache(maxsize=_MODELS_KEPT)
def lanes(system: System, infused: tuple[int, ...], machine: Processor) -> Lanes:
    """The lanes of a system, made once."""
    return Lanes(system, infused, machine)


def worker(problem: Problem, machine: Processor | None = None) -> Worker:
    """What each thread does with a problem."""
    from speciosa.engine.lanes import driver  # noqa: PLC0415 - numba takes a third of a second

    line, people = problem.timeline, problem.people
    code = lanes(problem.system, line.infused, machine or _host())
    parts = (code.core, code.outputs(problem.outputs))
    address = {name: place for part in parts for name, place in part.address.items()}
    functions = driver.Functions(**address)
    target = code.machine.target
    layout = dataclasses.asdict(code.emitter.at)
    layout["width"] = target.width
    slots = driver.Slots(**{name: layout[name] for name in driver.Slots._fields})
    times = np.append(problem.times, np.inf)
    lines = driver.Line(
        line.stops,
        line.first_action,
        line.kind,
        line.target,
        line.value,
        line.column,
        line.columns,
        times,
    )

    def work(outcome: Outcome, control: Indices, _alive: tuple[Code, ...] = parts) -> None:
        # The addresses are good for as long as the code they belong to is held here.
        workspace = _aligned((layout["slots"] + len(problem.outputs)) * target.width, target)
        driver.drive(
            functions,
            slots,
            workspace.ctypes.data,
            workspace,
            lines,
            driver.Subjects(
                people.parameters,
                people.initial,
                outcome.values,
                outcome.final,
                outcome.status,
                outcome.reached,
            ),
            driver.Lanes(*np.zeros((len(driver.Lanes._fields), target.width), dtype=np.int64)),
            control,
            (problem.rtol, problem.atol),
            problem.most_steps,
        )

    return work


def _aligned(size: int, target: Target) -> Array:
    """A workspace of noughts that begins on a cache line: half the time of one that does not."""
    bytes_each = 8
    spare = target.alignment // bytes_each
    raw = np.zeros(size + spare)
    first = (-raw.ctypes.data % target.alignment) // bytes_each
    return raw[first : first + size]


def print_code(
    model: Model, outputs: Sequence[str] = (), *, machine: Processor | None = None
) -> str:
    """The generated code of a model as LLVM text, for people to read."""
    emitter = Emitter(analyse(model), (), (machine or _host()).target)
    return emitter.core() + (emitter.outputs(outputs) if outputs else "")
