"""Cold start: wall time and memory of a fresh process for each command, beside a named baseline.

The baseline only imports the three libraries that any program of this kind would load, so the
difference is what Speciosa itself costs. Commands are run in turn, round after round, so that a
busy moment of the machine touches all of them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
CASE = "examples/daily_leaf_two_years.yaml"
_SPECIOSA = (sys.executable, "-m", "speciosa")
COMMANDS: dict[str, tuple[str, ...]] = {
    "python, nothing": (sys.executable, "-c", "pass"),
    "baseline: import pydantic, numpy, rich": (
        sys.executable,
        "-c",
        "import pydantic, numpy, rich; pydantic.BaseModel; rich.print",
    ),
    "speciosa --version": (*_SPECIOSA, "--version"),
    "speciosa score gad7": (*_SPECIOSA, "score", "gad7", "2", "1", "3", "2", "0", "1", "2"),
    "speciosa law US-TN": (*_SPECIOSA, "law", "US-TN", "--on", "2026-07-01"),
    "speciosa assess (text)": (*_SPECIOSA, "assess", CASE),
    "speciosa assess (JSON)": (*_SPECIOSA, "assess", CASE, "--format", "json"),
    "speciosa assess (HTML)": (*_SPECIOSA, "assess", CASE, "--html", os.devnull),
    "speciosa knowledge check": (*_SPECIOSA, "knowledge", "check"),
}


class Run(NamedTuple):
    """One process: wall time, processor time and peak memory."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    code: int


def run_once(command: tuple[str, ...]) -> Run:
    """Start a fresh process, wait for it and read what it used."""
    began = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)],
    )
    _, status, used = os.wait4(pid, 0)
    os.close(null)
    wall = time.perf_counter() - began
    peak = used.ru_maxrss / (1024.0 if sys.platform != "darwin" else 1024.0**2)
    return Run(wall, used.ru_utime + used.ru_stime, peak, os.waitstatus_to_exitcode(status))


def main() -> int:
    """Print a table of medians; exit 1 when a command failed or took two seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds: int = parser.parse_args().rounds
    os.chdir(ROOT)
    runs: dict[str, list[Run]] = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        run_once(command)  # compiles .pyc files and warms the disk cache
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            runs[name].append(run_once(command))

    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, median of {rounds}\n")
    print("| Command | Wall, s | Slowest, s | Processor, s | Peak memory, MiB |")
    print("|---|---:|---:|---:|---:|")
    fine = True
    for name, found in runs.items():
        wall = [r.wall_s for r in found]
        median = statistics.median(wall)
        fine &= median < 2.0 and all(r.code == 0 for r in found)
        failed = "" if all(r.code == 0 for r in found) else " (FAILED)"
        cpu, peak = (statistics.median(v) for v in zip(*((r[1], r[2]) for r in found), strict=True))
        print(f"| {name}{failed} | {median:.2f} | {max(wall):.2f} | {cpu:.2f} | {peak:.0f} |")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
