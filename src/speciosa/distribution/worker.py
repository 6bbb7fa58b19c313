"""What a worker does with a job: run it, keep what it made, say how it went."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from typing import TYPE_CHECKING

import msgspec

from speciosa.errors import InputError, SpeciosaError

if TYPE_CHECKING:
    from speciosa.distribution.folder import Folder
    from speciosa.distribution.job import Job


class Problem(msgspec.Struct, frozen=True):
    """An input problem that can travel between processes."""

    field: str
    value: str
    accepted: str
    suggestion: str = ""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a job failed. Text of foreign errors is left out: it could name a person."""

    what: str = ""
    problems: tuple[Problem, ...] = ()
    died: int = 0


def do(folder: Folder, job: Job) -> Failure | None:
    """Run a job and keep what it returns; a failure is returned, not raised."""
    try:
        folder.keep(job, job.run(*job.arguments))
    except InputError as error:
        return Failure(
            problems=tuple(
                Problem(p.field, p.value, p.accepted, p.suggestion) for p in error.problems
            )
        )
    except Exception as error:
        if os.environ.get("SPECIOSA_DEBUG"):
            import traceback  # noqa: PLC0415  # for whoever looks for the fault

            traceback.print_exc()
        return Failure(what=_said(error))
    return None


# What bounds the threads of the engine and of the libraries of linear algebra, read as they load.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def stand_by() -> None:
    """Prepare a worker process: it dies with Ctrl-C, and with whoever started it.

    It computes on one thread, as there are others beside it.
    """
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _said(error: Exception) -> str:
    if isinstance(error, SpeciosaError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({type(error).__name__})"
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = trace.tb_frame.f_globals.get("__name__", "?") if trace else "?"
    return f"{type(error).__name__} in {where}, line {trace.tb_lineno if trace else 0}"
