"""Who works in a folder: any number at once, or one alone.

A lock of the operating system, which ends with its process however that ended. Where there is none
(some network file systems, Windows) nobody waits, and nobody is ever known to be alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

_PRIVATE = 0o600


class Hold(Enum):
    """How a lock is held."""

    SHARED = "with others"
    ALONE = "when all others have gone"
    ALONE_NOW = "only if nobody else is there"


@contextmanager
def locked(file: Path, hold: Hold) -> Iterator[bool]:
    """Hold the lock of a file; whether it is held indeed. The file's folder exists."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ModuleNotFoundError:
        yield False
        return
    how = {
        Hold.SHARED: fcntl.LOCK_SH,
        Hold.ALONE: fcntl.LOCK_EX,
        Hold.ALONE_NOW: fcntl.LOCK_EX | fcntl.LOCK_NB,
    }[hold]
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, _PRIVATE)
    try:
        try:
            fcntl.flock(descriptor, how)
            held = True
        except OSError:  # somebody is there, or the file system knows no locks
            held = False
        yield held
    finally:
        os.close(descriptor)
