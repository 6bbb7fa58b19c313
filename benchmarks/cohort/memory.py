"""How much memory a screening takes, from ten thousand people to a million.

    python -m benchmarks.cohort.memory
    python -m benchmarks.cohort.memory --people 1e4 1e5 1e6 --workers 2 --memory 512MB --markdown
    python -m benchmarks.cohort.memory --people 5e3 2e4 --planted 0.2 --file-mb 1e5

The last has many people found, and all lines of a type in one file. Each size is generated (thinned
to a few resources a person), screened in a process of its own, and removed. The peak is of the
resident memory of the command and all its workers together, read fifty times a second; what they
share is counted for each, so the figure is on the high side.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.cohort.generate import Wanted, generate

_PAUSE = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One command: the highest memory of all its processes together, the highest of one, time."""

    people: int = 0
    resources: int = 0
    input_bytes: int = 0
    rows: int = 0
    peak_bytes: int
    largest_process_bytes: int
    seconds: float


def watched(command: Sequence[str]) -> Measured:
    """Run a command and watch the memory of it and of everything it starts."""
    start = time.perf_counter()
    peak = largest = 0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        while process.poll() is None:
            each = [_resident(one) for one in _tree(process.pid)]
            peak, largest = max(peak, sum(each)), max(largest, *each, 0)
            time.sleep(_PAUSE)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(said.read()[-2000:].decode("utf-8", "replace"))
    return Measured(
        peak_bytes=peak, largest_process_bytes=largest, seconds=time.perf_counter() - start
    )


def _tree(root: int) -> list[int]:
    """A process and all below it (Linux)."""
    found = [root]
    for process in found:
        try:
            for task in Path(f"/proc/{process}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:  # it ended meanwhile
            continue
    return found


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def measure(people: int, *, work: Path, options: Sequence[str], wanted: Wanted) -> Measured:
    """Generate, screen, remove."""
    folder, out = work / "export", work / "out"
    made = generate(folder, dataclasses.replace(wanted, people=people))
    command = [sys.executable, "-m", "speciosa", "screen", str(folder), "--out", str(out), *options]
    found = watched(command)
    rows = len((out / "patients.ndjson").read_bytes().splitlines())
    size = sum(path.stat().st_size for path in folder.iterdir())
    for each in (folder, out):
        shutil.rmtree(each)
    return msgspec.structs.replace(
        found, people=people, resources=made.resources, input_bytes=size, rows=rows
    )


def in_markdown(measured: Sequence[Measured]) -> Iterator[str]:
    """A table, one size a line."""
    yield "| People | Resources | Input, MB | Rows | Peak, MB | Largest process, MB | Seconds |"
    yield "|---|---|---|---|---|---|---|"
    for one in measured:
        yield (
            f"| {one.people:,} | {one.resources:,} | {one.input_bytes / 1e6:,.0f} | {one.rows:,} "
            f"| {one.peak_bytes / 1e6:,.0f} | {one.largest_process_bytes / 1e6:,.0f} "
            f"| {one.seconds:,.1f} |"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--people", type=lambda x: int(float(x)), nargs="+", default=[10_000, 100_000, 1_000_000]
    )
    parser.add_argument("--resources-per-person", type=int, default=3)
    parser.add_argument("--planted", type=float, default=0.0005)
    parser.add_argument("--workers", default="1")
    parser.add_argument("--memory", default="512MB")
    parser.add_argument("--file-mb", type=float, default=50.0)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--most-growth", type=float, default=1.3, help="fail above this ratio")
    told = parser.parse_args()
    wanted = Wanted(
        people=0,
        planted=told.planted,
        resources_per_person=told.resources_per_person,
        file_bytes=int(told.file_mb * 1e6),
        compress=told.gzip,
    )
    options = ("--workers", told.workers, "--memory", told.memory)
    measured = []
    for people in sorted(told.people):
        with tempfile.TemporaryDirectory() as work:
            measured.append(measure(people, work=Path(work), options=options, wanted=wanted))
        print(f"{people:,} people: {measured[-1].peak_bytes / 1e6:,.0f} MB", file=sys.stderr)
    print("\n".join(in_markdown(measured)))
    # Below a file's size an export grows into the buffers; flat means flat from there on.
    growth = measured[-1].peak_bytes / measured[-2:][0].peak_bytes
    print(f"\nPeak of the largest beside that of the size before it: {growth:.2f}")
    return int(growth > told.most_growth)


if __name__ == "__main__":
    sys.exit(main())
