"""What an export consists of."""

from __future__ import annotations

from typing import Literal

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of lines.

    ``name`` is shown to readers; ``id`` is made from it and fits the name of any file. ``stamp``
    changes with the file (size, time of change, both ends): it is cheap, so that no step reads an
    export only to know whether it is the same. ``role`` and ``count`` are what the manifest says;
    every line is read for what it is.
    """

    path: str
    name: str
    id: str
    stamp: str
    size: int
    gzip: bool = False
    role: Literal["output", "error", "deleted"] = "output"
    count: int | None = None


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not read, and why."""

    name: str
    why: str


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """An export as it lies on disk; ``parts`` by name.

    ``transaction_time`` is the moment up to which the server exported, as it wrote it; "" where
    neither a manifest nor a log says it. ``server`` is the address of the server that exported
    (``https://ehr.example/fhir``), where one of them says it. ``told`` are sentences about the
    export as a whole.
    """

    parts: tuple[Part, ...]
    skipped: tuple[Skipped, ...] = ()
    told: tuple[str, ...] = ()
    transaction_time: str = ""
    server: str = ""
