"""One piece of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Pieces = Mapping[str, bytes]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A function to be called once, anywhere.

    ``name`` is unique in its work folder and is the name of its file; ``key`` is a hash of
    everything that the result depends on. ``run`` is importable by name and ``arguments`` can be
    pickled, so that the job can be sent to another process or machine; it returns named bytes.
    ``size`` is a weight for the progress shown (bytes, people).
    """

    name: str
    key: str
    run: Callable[..., Pieces]
    arguments: tuple[Any, ...] = ()
    size: int = 1
