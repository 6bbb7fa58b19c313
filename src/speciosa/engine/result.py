"""What a simulation gives back, and how it says that it could not."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from speciosa.engine.problem import Array
from speciosa.engine.reduce import Summary
from speciosa.errors import SpeciosaError

_SHOWN = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """A subject that could not be simulated, how far it came, and why."""

    subject: int
    time_h: float
    reason: str

    def __str__(self) -> str:
        return f"subject {self.subject} at {self.time_h:g} h: {self.reason}"


class SimulationError(SpeciosaError):
    """Some subjects could not be simulated; ``failures`` names each."""

    def __init__(self, failures: Sequence[Failure], subjects: int) -> None:
        self.failures = tuple(failures)
        lines = [f"{len(self.failures)} of {subjects} subjects could not be simulated:"]
        lines += [f"  {failure}" for failure in self.failures[:_SHOWN]]
        if len(self.failures) > _SHOWN:
            lines.append(f"  and {len(self.failures) - _SHOWN} more")
        super().__init__("\n".join(lines))


class SimulationCancelled(SpeciosaError):  # noqa: N818 - it is not an error
    """The simulation was stopped from outside; ``done`` of ``of`` subjects had ended."""

    def __init__(self, done: int, of: int) -> None:
        self.done = done
        self.of = of
        super().__init__(f"The simulation was stopped after {done} of {of} subjects.")


@dataclasses.dataclass(frozen=True, eq=False)
class Result:
    """A simulated population.

    ``values`` are (subjects, times, outputs); a failed subject is NaN there and named in
    ``failures``. ``final`` holds the states (subjects, states) at the last time, events at that
    time included, to go on from. Both are ``None`` when the outputs were reduced to ``summary``.
    ``method`` says which solver ran.
    """

    times: Array
    outputs: tuple[str, ...]
    units: tuple[str, ...]
    states: tuple[str, ...]
    subjects: int
    method: str
    values: Array | None
    final: Array | None
    summary: Summary | None
    failures: tuple[Failure, ...]

    def __getitem__(self, output: str) -> Array:
        """The curves (subjects, times) of one output."""
        if self.values is None:
            raise KeyError("the curves were reduced to a summary")
        if output not in self.outputs:
            raise KeyError(f"{output}: not among the outputs {', '.join(self.outputs)}")
        curves: Array = self.values[:, :, self.outputs.index(output)]
        return curves

    def final_states(self) -> dict[str, Array]:
        """The final states by name, as ``initial=`` of the next simulation takes them."""
        if self.final is None:
            raise KeyError("the final states are not kept with a summary")
        return {name: self.final[:, i] for i, name in enumerate(self.states)}
