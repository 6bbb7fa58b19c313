"""Jobs on an existing Dask cluster, whose workers share a folder with whoever asks."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from speciosa import __version__
from speciosa.distribution.worker import Failure, do
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.distribution.folder import Folder
    from speciosa.distribution.job import Job

_PATIENCE_S = 30


def on_cluster(
    jobs: Sequence[Job], folder: Folder, address: str
) -> Generator[tuple[Job, Failure | None], None, None]:
    """Submit all jobs and yield each as it ends. A job whose worker died goes to another one."""
    client = _connect(address)
    token = secrets.token_hex(8)
    sign = folder.path / f"{token}.half"
    sign.write_text(token, encoding="ascii")
    import distributed  # noqa: PLC0415  # an extra
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    completed: Any = distributed.as_completed
    futures = {}
    try:
        for job in jobs:
            future = client.submit(_do_shared, folder, job, sign.name, __version__, pure=False)
            futures[future] = job
        for future in completed(list(futures), loop=client.loop):
            job = futures.pop(future)
            try:
                outcome: Failure | None = future.result()
            except KilledWorker as error:
                outcome = Failure(died=error.allowed_failures + 1)
            except Exception as error:
                # It never began there: its code or its arguments could not be read, for example.
                outcome = Failure(what=f"the cluster could not run it ({type(error).__name__})")
            future.release()
            yield job, outcome
    finally:
        client.cancel(list(futures))
        sign.unlink(missing_ok=True)
        client.close()


def _connect(address: str) -> Any:  # noqa: ANN401  # the type belongs to an extra
    try:
        from distributed import Client  # noqa: PLC0415
    except ModuleNotFoundError as error:
        problem = InputProblem(
            "--dask", address, f"{error.name} is missing: pip install 'speciosa[cluster]'"
        )
        raise InputError([problem]) from None
    try:
        connect: Any = Client
        return connect(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError):
        accepted = "the address of a Dask scheduler that answers, such as tcp://10.0.0.5:8786"
        raise InputError([InputProblem("--dask", repr(address), accepted)]) from None


def _do_shared(folder: Folder, job: Job, sign: str, version: str) -> Failure | None:
    if version != __version__:
        return Failure(
            what=f"a worker of the cluster has speciosa {__version__}, not {version} as here"
        )
    if not (folder.path / sign).is_file():
        return Failure(
            what=f"a worker of the cluster does not see {folder.path}; it must be a folder that "
            "all workers share"
        )
    return do(folder, job)
