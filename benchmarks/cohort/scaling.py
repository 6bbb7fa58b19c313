"""How a screening scales over worker processes of one machine.

    python -m benchmarks.cohort.scaling [EXPORT] [--people 20000] [--workers 1,2,4] [--rounds 3]

Rounds are interleaved (1, 2, 4, 1, 2, 4, ...); figures are medians and their ratios to one worker.
Results are compared byte by byte. More workers than cores cannot be faster; the cores are told. A
worker needs about two seconds to begin, so that little work gains nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.cohort.kills import generated, hashes, screen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export", type=Path, nargs="?")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--planted", type=float, default=0.02, help="share of people with kratom")
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    numbers = [int(number) for number in asked.workers.split(",")]
    seconds: dict[int, list[float]] = {number: [] for number in numbers}
    expected: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = asked.export or generated(Path(folder), asked.people, 1, asked.planted)
        size = sum(file.stat().st_size for file in source.iterdir() if file.is_file())
        for turn in range(asked.rounds):
            for number in numbers:
                out = Path(folder) / f"out-{turn}-{number}"
                began = time.perf_counter()
                subprocess.run(
                    screen(source, out, "--workers", str(number)),
                    check=True,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                seconds[number].append(time.perf_counter() - began)
                found = hashes(out)
                expected = expected or found
                if found != expected:
                    sys.exit(f"{number} workers gave other bytes")
    one = statistics.median(seconds[numbers[0]])
    print(f"{size / 1e6:.0f} MB, {os.cpu_count()} cores, {asked.rounds} rounds, same bytes")
    print("workers  median s  speed-up  range s")
    for number in numbers:
        median = statistics.median(seconds[number])
        low, high = min(seconds[number]), max(seconds[number])
        print(f"{number:7}  {median:8.2f}  {one / median:8.2f}  {low:.2f} to {high:.2f}")


if __name__ == "__main__":
    main()
