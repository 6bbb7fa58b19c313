"""How fast a screening is beside the least that reading the same files takes.

    python -m benchmarks.cohort.speed
    python -m benchmarks.cohort.speed --from SYNTHEA_EXPORT --people 300 --rounds 5
    python -m benchmarks.cohort.speed --folder EXPORT --rounds 3 --markdown

The contenders of ``contenders.py`` take turns, each in a process of its own on one thread, round
after round; the medians and their ratios count, by wall clock and by processor time. What they
count and whom they find is compared: a reader that finds something else has not won.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.cohort.contenders import CONTENDERS
from benchmarks.cohort.generate import EXAMPLE, Wanted, generate

READING = ("look", "again", "gather", "medicines")
_MOST_TIMES_THE_SCAN = 2.0
_LEAST_A_SECOND = 100_000
_TOO_SHORT = 0.01
_HEADS = ("Reader", "Seconds", "CPU s", "x scan", "x scan, CPU", "Resources/s", "Resources/CPU s")


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """Medians of one contender, in seconds."""

    name: str
    wall: float
    cpu: float


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """All contenders on one export."""

    people: int
    resources: int
    bytes: int
    rows: int
    timed: tuple[Timed, ...]
    differences: tuple[str, ...]

    def of(self, name: str) -> Timed:
        """The contender of a name."""
        return next(one for one in self.timed if one.name == name)


def told(name: str, folder: Path) -> dict[str, Any]:
    """What one contender says, from a fresh process."""
    command = [sys.executable, "-m", "benchmarks.cohort.contenders", name, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def measure(folder: Path, rounds: int, names: Sequence[str] = tuple(CONTENDERS)) -> Speed:
    """Let the contenders take turns."""
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    last: dict[str, dict[str, Any]] = {}
    for _ in range(rounds):
        for name in names:
            answer = last[name] = told(name, folder)
            wall.setdefault(name, []).append(answer["seconds"])
            cpu.setdefault(name, []).append(answer["cpu_seconds"])
            steps = answer.get("steps", {})
            for step, (seconds, busy) in steps.items():
                wall.setdefault(f"screen: {step}", []).append(seconds)
                cpu.setdefault(f"screen: {step}", []).append(busy)
            if steps:
                reading = [steps[step] for step in READING]
                wall.setdefault("screen: reading", []).append(sum(one for one, _ in reading))
                cpu.setdefault("screen: reading", []).append(sum(one for _, one in reading))
    types = last["scan"]["types"]
    return Speed(
        people=types.get("Patient", 0),
        resources=sum(types.values()),
        bytes=sum(path.stat().st_size for path in folder.iterdir()),
        rows=len(last.get("screen", {}).get("found", ())),
        timed=tuple(
            Timed(name=name, wall=statistics.median(wall[name]), cpu=statistics.median(cpu[name]))
            for name in wall
        ),
        differences=tuple(differences(last)),
    )


def differences(last: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Where a reader counts or finds something else."""
    scanned = last["scan"]["types"]
    for name, answer in last.items():
        types = answer["types"]
        # Cells of a summary that are too small to be shown are not there.
        for kind in sorted(types.keys() & scanned.keys()):
            if types[kind] != scanned[kind]:
                yield f"{kind}: scan {scanned[kind]}, {name} {types[kind]}"
        if name != "screen" and "" not in types and types.keys() != scanned.keys():
            yield f"types: scan and {name} differ"
    if {"screen", "orjson-rules"} <= last.keys():
        by_rules, rows = (set(last[name]["found"]) for name in ("orjson-rules", "screen"))
        yield from (f"found by orjson-rules alone: {one}" for one in sorted(by_rules - rows))
        yield from (f"found by screen alone: {one}" for one in sorted(rows - by_rules))


def in_markdown(speed: Speed) -> Iterator[str]:
    """A table, and whether the aims are met."""
    scan = speed.of("scan")
    yield (
        f"{speed.people:,} people, {speed.resources:,} resources, {speed.bytes / 1e6:,.0f} MB, "
        f"{speed.rows} rows"
    )
    yield ""
    yield f"| {' | '.join(_HEADS)} |"
    yield "|---" * len(_HEADS) + "|"
    for one in speed.timed:
        if one.wall < _TOO_SHORT:
            continue
        yield (
            f"| {one.name} | {one.wall:.2f} | {one.cpu:.2f} | {one.wall / scan.wall:.2f} "
            f"| {one.cpu / scan.cpu:.2f} | {speed.resources / one.wall:,.0f} "
            f"| {speed.resources / one.cpu:,.0f} |"
        )
    yield ""
    yield from speed.differences or ["All count and find the same."]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--from", dest="source", type=Path, default=EXAMPLE)
    parser.add_argument("--folder", type=Path, help="an export that is there already")
    parser.add_argument("--people", type=lambda x: int(float(x)), default=100_000)
    parser.add_argument("--planted", type=float, default=0.0005)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = asked.folder or Path(work) / "export"
        if not asked.folder:
            wanted = Wanted(people=asked.people, planted=asked.planted, file_bytes=50_000_000)
            generate(folder, wanted, asked.source)
        speed = measure(folder, asked.rounds)
    print("\n".join(in_markdown(speed)))
    scan, reading, whole = (speed.of(n) for n in ("scan", "screen: reading", "screen"))
    # By processor time: on a machine with other work the clock says more of that than of this.
    slow = reading.cpu / scan.cpu > _MOST_TIMES_THE_SCAN
    return int(slow or speed.resources / whole.cpu < _LEAST_A_SECOND or bool(speed.differences))


if __name__ == "__main__":
    sys.exit(main())
