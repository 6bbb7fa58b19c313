"""Kill a screening at random moments until it is through, and compare every byte.

    python -m benchmarks.cohort.kills [EXPORT] [--people 3000] [--rounds 3] [--workers 2] [--seed 1]

Each round screens the same export into a new folder. The whole process group is killed (SIGKILL)
after a random time and begun again, until one attempt ends by itself; in the last third of rounds
job arrays do the work, in shares of 3, each killed as well. Without EXPORT one is generated.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

STEPS = ("look", "again", "gather", "medicines", "assess")
SHARES = 3


def screen(source: Path, out: Path, *more: str) -> list[str]:
    program = [sys.executable, "-m", "speciosa", "screen", str(source), "--out", str(out)]
    return [*program, "--date", "2026-11-01", "--bundles", *more]


def survive(command: list[str], chance: random.Random, longest_s: float) -> int:
    """Run a command, killing it after a random time, until it ends by itself: the deaths."""
    deaths = 0
    while True:
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                # Longer each time, so that even one long job is through in the end.
                _, told = process.communicate(timeout=chance.uniform(0.3, longest_s + deaths / 4))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                deaths += 1
                continue
        if process.returncode:
            sys.exit(f"a run failed by itself:\n{told.decode()}")
        return deaths


def hashes(out: Path) -> dict[str, str]:
    """Every file of the results; the kept work as well but the plan, which names the folders."""
    return {
        str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(out.rglob("*"))
        if file.is_file() and file.name != "plan.json"
    }


def generated(folder: Path, people: int, seed: int, planted: float = 0.01) -> Path:
    """An export of so many people, in files small enough to be many jobs."""
    out = folder / "export"
    program = [sys.executable, "-m", "benchmarks.cohort.generate", str(out)]
    size = ["--people", str(people), "--file-mb", "1"]
    more = [*size, "--seed", str(seed), "--planted", str(planted)]
    quiet = subprocess.DEVNULL
    subprocess.run([*program, *more], check=True, stdout=quiet, stderr=quiet)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export", type=Path, nargs="?")
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=6.0, help="seconds until a kill, at most")
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311  # moments to kill at
    with tempfile.TemporaryDirectory() as folder:
        source = asked.export or generated(Path(folder), asked.people, asked.seed)
        whole = Path(folder) / "whole"
        subprocess.run(screen(source, whole), check=True, stdout=subprocess.DEVNULL)
        expected = hashes(whole)
        print(f"{len(expected)} files without a kill")
        for number in range(asked.rounds):
            out = Path(folder) / f"round-{number}"
            if number >= asked.rounds * 2 // 3 and asked.rounds > 1:
                how = f"job arrays of {SHARES}"
                deaths = arrays(source, out, chance, asked.longest)
            else:
                how = f"{asked.workers} workers"
                command = screen(source, out, "--workers", str(asked.workers))
                deaths = survive(command, chance, asked.longest)
            found = hashes(out)
            different = sorted(set(expected.items()) ^ set(found.items()))
            print(f"round {number + 1}: {how}, {deaths} kills, {len(different)} differences")
            if different:
                sys.exit("\n".join(sorted({name for name, _ in different})))


def arrays(source: Path, out: Path, chance: random.Random, longest_s: float) -> int:
    """The same by shares of each step, as a job array would, and a merge."""
    deaths = 0
    for step in STEPS:
        for part in range(SHARES, 0, -1):
            share = ["--step", step, "--shard", f"{part}/{SHARES}"]
            deaths += survive(screen(source, out, *share), chance, longest_s)
    merge = [sys.executable, "-m", "speciosa", "merge", str(out)]
    return deaths + survive(merge, chance, longest_s)


if __name__ == "__main__":
    main()
