"""Jobs that other processes can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from speciosa.distribution import Job
from speciosa.errors import InputError, InputProblem


def squares(first: int, count: int) -> dict[str, bytes]:
    lines = [f"{n} {n * n}\n".encode() for n in range(first, first + count)]
    return {"squares": b"".join(lines), "first": str(first).encode(), "nothing": b""}


def counted(log: str, n: int) -> dict[str, bytes]:
    with Path(log).open("a", encoding="ascii") as file:
        file.write(f"{n}\n")
    return {"n": str(n).encode()}


def wrong(kind: str) -> dict[str, bytes]:
    if kind == "input":
        raise InputError([InputProblem("file", "'x'", "a file that is there")])
    raise ValueError("Jane Doe was born in 1980")


def dies_once(marker: str, n: int) -> dict[str, bytes]:
    """Kill the worker the first time, as the system does when memory runs out."""
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return squares(n, 3)


def dies() -> dict[str, bytes]:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def squares_job(n: int, *, key: str = "k") -> Job:
    return Job(name=f"squares-{n}", key=key, run=squares, arguments=(n, n % 5), size=n + 1)


def threads() -> dict[str, bytes]:
    """How many threads the engine would take, and what the libraries below numpy are told."""
    from speciosa.engine.simulate import _processors  # noqa: PLC0415 - as late as in a real job

    told = os.environ.get("OPENBLAS_NUM_THREADS", "")
    return {"threads": f"{_processors()} {told}".encode()}


def slow() -> dict[str, bytes]:
    time.sleep(30)
    return {"slow": b""}
