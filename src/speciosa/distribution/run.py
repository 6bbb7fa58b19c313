"""Jobs done one after the other, by processes of this machine, or by the workers of a Dask cluster.

A worker writes what it made into the folder itself; nothing but "done" or "failed" comes back. So
the memory here does not grow with the results, and whoever asks may be killed at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from multiprocessing import get_context
from typing import TYPE_CHECKING, Self

import msgspec

from speciosa.distribution.how import How
from speciosa.distribution.worker import Failure, do, stand_by
from speciosa.errors import InputError, InputProblem, SpeciosaError

if TYPE_CHECKING:
    from speciosa.distribution.folder import Folder
    from speciosa.distribution.job import Job

Progress = Callable[[int, int], None]
Outcomes = Generator["tuple[Job, Failure | None]", None, None]

# A job whose worker died is tried again, alone, so often; then it is the job's own doing.
ATTEMPTS = 3


class JobError(SpeciosaError):
    """A job, by its name, failed. Jobs that were done before stay done."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"{name}: {why}")


def unfinished(jobs: Sequence[Job], folder: Folder) -> tuple[Job, ...]:
    """The jobs whose results are not kept, in the order given."""
    return tuple(job for job in jobs if not folder.done(job))


def run(
    jobs: Sequence[Job],
    folder: Folder,
    how: How | None = None,
    *,
    progress: Progress | None = None,
) -> None:
    """Do the jobs that are not done: :meth:`Workers.run` for a single step."""
    with Workers(how) as workers:
        workers.run(jobs, folder, progress=progress)


class Workers:
    """Whoever does the jobs, kept over several steps: a new process costs a second."""

    def __init__(self, how: How | None = None) -> None:
        self._how = how or How()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._dismiss()

    def run(self, jobs: Sequence[Job], folder: Folder, *, progress: Progress | None = None) -> None:
        """Do the jobs that are not done. What is kept is the same however it is done.

        Raises :class:`JobError` (or the :class:`~speciosa.errors.InputError` that a job raised) as
        soon as one fails. ``progress`` is told the size done and the size of all.
        """
        folder.create()
        left = unfinished(jobs, folder)
        of = sum(job.size for job in jobs)
        done = of - sum(job.size for job in left)
        if progress:
            progress(done, of)
        with closing(self._outcomes(left, folder)) as outcomes:
            for job, failure in outcomes:
                if failure is not None:
                    raise _error(job, failure)
                done += job.size
                if progress:
                    progress(done, of)
        if lost := unfinished(left, folder):
            raise JobError(
                lost[0].name,
                f"it was reported as done but {folder.path} does not hold it (nor {len(lost) - 1} "
                "more); do all workers write to the same folder?",
            )

    def _outcomes(self, jobs: Sequence[Job], folder: Folder) -> Outcomes:
        # The largest first, so that no worker is left alone with it at the end.
        largest = sorted(jobs, key=lambda job: (-job.size, job.name))
        if self._how.dask and jobs:
            from speciosa.distribution.cluster import on_cluster  # noqa: PLC0415  # an extra

            return on_cluster(largest, folder, self._how.dask)
        if self._how.workers == 1 or len(jobs) <= 1:
            return _serial(jobs, folder)
        return self._processes(largest, folder)

    def _processes(self, jobs: Sequence[Job], folder: Folder) -> Outcomes:
        """Worker processes; after a death, whatever was in hand then is tried again one by one."""
        waiting = list(reversed(jobs))
        in_hand: dict[Future[Failure | None], Job] = {}
        try:
            while waiting or in_hand:
                suspects: list[Job] = []
                while waiting and len(in_hand) < self._how.workers and not suspects:
                    job = waiting.pop()
                    try:
                        in_hand[self._at_hand().submit(do, folder, job)] = job
                    except BrokenProcessPool:  # it broke between two submissions
                        suspects.append(job)
                for future in () if suspects else wait(in_hand, None, FIRST_COMPLETED).done:
                    job = in_hand.pop(future)
                    try:
                        outcome = job, future.result()
                    except BrokenProcessPool:
                        suspects.append(job)
                    else:
                        yield outcome
                if suspects:
                    suspects.extend(in_hand.values())
                    in_hand.clear()
                    self._dismiss()
                    for job in suspects:
                        yield job, _alone(job, folder)
        finally:
            if in_hand:  # a job failed, or somebody wants to end it
                self._dismiss()

    def _at_hand(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = _pool(self._how.workers)
        return self._pool

    def _dismiss(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _serial(jobs: Sequence[Job], folder: Folder) -> Outcomes:
    for job in jobs:
        yield job, do(folder, job)


def _alone(job: Job, folder: Folder) -> Failure | None:
    if folder.done(job):
        return None
    for _attempt in range(1, ATTEMPTS):
        with _pool(1) as pool:
            try:
                return pool.submit(do, folder, job).result()
            except BrokenProcessPool:
                continue
    return Failure(died=ATTEMPTS)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=stand_by)


def _error(job: Job, failure: Failure) -> SpeciosaError:
    if failure.problems:
        return InputError([InputProblem(*msgspec.structs.astuple(p)) for p in failure.problems])
    if failure.died:
        why = f"the worker that did it died {failure.died} times (out of memory, perhaps)"
        return JobError(job.name, why)
    return JobError(job.name, failure.what)
