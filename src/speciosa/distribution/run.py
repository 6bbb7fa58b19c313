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
from typing import TYPE_CHECKING

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
    """Do the jobs that are not done. What is kept is the same however it is done.

    Raises :class:`JobError` (or the :class:`~speciosa.errors.InputError` that a job raised) as soon
    as one fails. ``progress`` is told the size done and the size of all.
    """
    how = how or How()
    folder.create()
    left = unfinished(jobs, folder)
    of = sum(job.size for job in jobs)
    done = of - sum(job.size for job in left)
    if progress:
        progress(done, of)
    with closing(_outcomes(left, folder, how)) as outcomes:
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


def _outcomes(jobs: Sequence[Job], folder: Folder, how: How) -> Outcomes:
    # The largest first, so that no worker is left alone with it at the end.
    largest = sorted(jobs, key=lambda job: (-job.size, job.name))
    if how.dask:
        from speciosa.distribution.cluster import on_cluster  # noqa: PLC0415  # an extra

        return on_cluster(largest, folder, how.dask)
    if how.workers == 1 or len(jobs) <= 1:
        return _serial(jobs, folder)
    return _processes(largest, folder, how.workers)


def _serial(jobs: Sequence[Job], folder: Folder) -> Outcomes:
    for job in jobs:
        yield job, do(folder, job)


def _processes(jobs: Sequence[Job], folder: Folder, workers: int) -> Outcomes:
    """Worker processes; after a death, whatever was in hand then is tried again one by one."""
    waiting = list(reversed(jobs))
    while waiting:
        in_hand: dict[Future[Failure | None], Job] = {}
        suspects: list[Job] = []
        pool = _pool(min(workers, len(waiting)))
        try:
            while waiting or in_hand:
                while waiting and len(in_hand) < workers:
                    job = waiting.pop()
                    in_hand[pool.submit(do, folder, job)] = job
                for future in wait(in_hand, return_when=FIRST_COMPLETED).done:
                    job = in_hand.pop(future)
                    try:
                        outcome = job, future.result()
                    except BrokenProcessPool:
                        suspects.append(job)
                    else:
                        yield outcome
                if suspects:
                    suspects.extend(in_hand.values())
                    break
        except BrokenProcessPool:  # it broke between two submissions
            suspects.extend([job, *in_hand.values()])
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        for job in suspects:
            yield job, _alone(job, folder)


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
