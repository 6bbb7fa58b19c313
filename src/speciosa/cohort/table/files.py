"""Files that hold people: private, and there as a whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_FILE, _FOLDER = 0o600, 0o700


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone, which takes its name when it is complete."""
    path.parent.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    half = path.with_name(f".{secrets.token_hex(8)}.half")
    try:
        with open(half, "xb", opener=_private) as file:  # Path has no opener
            yield file
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as error:
        error.filename = str(path)  # which of them it was, whoever raised it
        raise
    finally:
        half.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _FILE)
