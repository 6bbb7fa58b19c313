"""Blocks of trials, simulated and analysed by one worker or by several: the same bytes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speciosa.evidence.trials.generate.trials import trials_of
from speciosa.evidence.trials.operating.analyse import Plan, Rows, analyse, enrolled

if TYPE_CHECKING:
    from speciosa.evidence.trials.generate.leaving import Offsets
    from speciosa.evidence.trials.generate.model import Model

# Small enough to stay in a processor's cache, large enough to drown the cost of a call.
BLOCK = 100
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is simulated: ``sizes`` are numbers of people of nested trials, the largest last."""

    model: Model
    offsets: Offsets
    plan: Plan
    seed: int
    trials: int
    sizes: tuple[int, ...]


class Workers:
    """Runs jobs here, or in other processes. Results come back in the order of the trials."""

    def __init__(self, executor: Executor | None, block: int, progress: Progress | None) -> None:
        self._executor = executor
        self._block = block
        self._progress = progress
        self._done = 0
        self._expected = 0

    def expect(self, trials: int) -> None:
        """Announce work, for the sake of progress."""
        self._expected += trials

    def run(self, job: Job) -> list[Rows]:
        """Rows of every size of a job, one row a trial."""
        starts = range(0, job.trials, self._block)
        ranges = [range(s, min(s + self._block, job.trials)) for s in starts]
        parts: list[list[Rows]] = []
        for part in self._each(job, ranges):
            parts.append(part)
            self._done += len(ranges[len(parts) - 1])
            if self._progress is not None:
                self._progress(self._done, max(self._expected, self._done))
        return [Rows.joined([part[i] for part in parts]) for i in range(len(job.sizes))]

    def _each(self, job: Job, ranges: Sequence[range]) -> Iterator[list[Rows]]:
        if self._executor is None:
            return (one_block(job, which) for which in ranges)
        return self._executor.map(one_block, [job] * len(ranges), ranges)


@contextmanager
def workers(
    count: int, *, block: int = BLOCK, progress: Progress | None = None
) -> Iterator[Workers]:
    """Workers for some jobs. One worker runs in this process."""
    if count <= 1:
        yield Workers(None, block, progress)
        return
    # A fresh process shares no locks with this one, whatever threads it runs.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=fresh) as executor:
        yield Workers(executor, block, progress)


def one_block(job: Job, which: range) -> list[Rows]:
    """Simulate some trials once, and analyse the first n people of each for every size."""
    data = trials_of(job.model, job.offsets, job.seed, which, job.sizes[-1])
    return [analyse(enrolled(data, size / job.sizes[-1]), job.plan, which) for size in job.sizes]
