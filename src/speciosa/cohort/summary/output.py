"""The summary as files that their owner alone can open."""

from __future__ import annotations

from pathlib import Path

import msgspec

from speciosa.cohort.summary.page import render
from speciosa.cohort.summary.result import Summary
from speciosa.distribution import write_privately


def json(summary: Summary) -> bytes:
    """The counts as JSON; what is hidden is hidden there as well."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n"


def write(summary: Summary, out: Path) -> None:
    """Leave ``summary.json`` and ``summary.html`` in a folder; same summary, same bytes."""
    write_privately(out / "summary.json", json(summary))
    write_privately(out / "summary.html", render(summary).encode())
