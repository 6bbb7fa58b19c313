"""Who does the work, as asked on the command line."""

from __future__ import annotations

import msgspec

from speciosa.errors import InputError, InputProblem

MOST_WORKERS = 256


class How(msgspec.Struct, frozen=True, kw_only=True):
    """``workers`` processes of this machine (1: this one), or the Dask scheduler at ``dask``."""

    workers: int = 1
    dask: str = ""


def parse_how(workers: int | None = None, dask: str | None = None) -> How:
    """Read ``--workers`` and ``--dask``. Raises InputError."""
    if dask and workers is not None:
        raise InputError(
            [InputProblem("--workers", str(workers), "either --workers or --dask, not both")]
        )
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        accepted = f"a whole number from 1 to {MOST_WORKERS}"
        raise InputError([InputProblem("--workers", str(workers), accepted)])
    if dask and "://" not in dask:
        accepted = "the address of a Dask scheduler, such as tcp://10.0.0.5:8786"
        raise InputError([InputProblem("--dask", repr(dask), accepted)])
    return How(workers=workers or 1, dask=dask or "")
