"""What the solvers of the engine take and give, the same for each of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from speciosa.engine.dosing import Timeline
from speciosa.engine.population import People
from speciosa.engine.sparse import System

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


class Status(IntEnum):
    """How a subject ended; solvers write the number."""

    NOT_RUN = 0
    DONE = 1
    STEP_TOO_SMALL = 2
    TOO_MANY_STEPS = 3
    NOT_FINITE = 4

    @property
    def reason(self) -> str:
        """In words."""
        return _REASONS[self]


_REASONS = {
    Status.NOT_RUN: "not run",
    Status.DONE: "done",
    Status.STEP_TOO_SMALL: "no step is small enough: the solution may run away or jump",
    Status.TOO_MANY_STEPS: "more steps needed than allowed",
    Status.NOT_FINITE: "a value is infinite or not a number",
}


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Problem:
    """Subjects to integrate along one timeline. ``times`` ascend and end with the timeline."""

    system: System
    people: People
    timeline: Timeline
    times: Array
    outputs: tuple[str, ...]
    rtol: float
    atol: float
    most_steps: int  # of one subject

    def part(self, subjects: slice) -> Problem:
        """The same for some of the subjects."""
        line, everyone = self.timeline, self.people
        columns = line.columns[subjects] if (line.column >= 0).any() else line.columns
        return dataclasses.replace(
            self,
            people=People(everyone.parameters[subjects], everyone.initial[subjects]),
            timeline=dataclasses.replace(line, columns=columns),
        )


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """What the solvers fill in, subject by subject."""

    values: Array  # (subjects, times, outputs)
    final: Array  # (subjects, states)
    status: Indices
    reached: Array  # the time at which a failed subject failed


# The array that threads share: next subject, whether to stop, how many subjects have ended.
NEXT, STOP, ENDED = range(3)

# Takes subjects from the shared array until there are none; called from every thread.
Worker = Callable[[Outcome, Indices], None]


def empty_outcome(problem: Problem) -> Outcome:
    """An outcome with nothing in it yet."""
    subjects, states = problem.people.initial.shape
    return Outcome(
        values=np.empty((subjects, problem.times.size, len(problem.outputs))),
        final=np.empty((subjects, states)),
        status=np.zeros(subjects, dtype=np.int64),
        reached=np.full(subjects, np.nan),
    )
