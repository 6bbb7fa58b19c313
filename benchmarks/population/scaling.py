"""The same population by 1, 2 and 8 workers, in shares, on a cluster, and cut off.

    python -m benchmarks.population.scaling [--subjects 60000] [--rounds 3]

Runs alternate within rounds; ratios are medians of ratios within rounds. One process simulates on
as many threads as there are cores, and a worker among several on one: what more workers gain is
what one process leaves idle between simulations. Beside them stands one process that is kept on one
core. Each process takes seconds to start. Every way has to give the bytes of the first, in every
file and in the JSON.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REGIMEN = "2 g leaf tea"
ON_ONE_CORE = "1, on one core"
WORKERS = (ON_ONE_CORE, "1", "2", "8")
_CUT_OFF_AFTER = 2  # blocks done


def command(file: Path, subjects: int, *more: str) -> list[str]:
    """A run of the command line."""
    return [
        *(sys.executable, "-m", "speciosa", "simulate", REGIMEN, "--subjects", str(subjects)),
        *("--population", "us-adults", "--out", str(file), "--format", "json", *more),
    ]


def quiet(words: list[str], *, one_core: bool = False) -> bytes:
    """Run a command that must end well; what it wrote on standard output."""
    words = ["taskset", "-c", str(min(os.sched_getaffinity(0))), *words] if one_core else words
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout


def in_shares(file: Path, subjects: int) -> bytes:
    """Three shares in a strange order, then a merge."""
    for part in (2, 3, 1):
        quiet(command(file, subjects, "--shard", f"{part}/3"))
    return quiet([sys.executable, "-m", "speciosa", "merge", str(file), "--format", "json"])


def cut_off(file: Path, subjects: int) -> bytes:
    """Killed outright after some blocks, then run again."""
    blocks = file.with_name(f"{file.name}.work") / "blocks"
    words = command(file, subjects, "--workers", "2")
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        while process.poll() is None and len(list(blocks.glob("*.pieces"))) < _CUT_OFF_AFTER:
            time.sleep(0.05)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return quiet(words)


def on_dask(file: Path, subjects: int) -> bytes:
    """Two workers of a local Dask cluster, one of which is killed in the middle."""
    from distributed import LocalCluster  # noqa: PLC0415 -- only where it is measured

    blocks = file.with_name(f"{file.name}.work") / "blocks"
    local = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, dashboard_address=None
    )
    with local as cluster:
        words = command(file, subjects, "--dask", cluster.scheduler_address)
        with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
            while process.poll() is None and not list(blocks.glob("*.pieces")):
                time.sleep(0.05)
            victim = next(iter(cluster.workers.values()))
            os.kill(victim.pid, signal.SIGKILL)
            told, _ = process.communicate()
            if process.returncode:
                raise SystemExit("the cluster did not finish")
            return told


WAYS = (("shares", in_shares), ("cut off", cut_off), ("Dask", on_dask))


def main() -> int:
    """Compare bytes, then time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers-alone", action="store_true", help="Only numbers of workers.")
    asked = parser.parse_args()
    seconds: dict[str, list[float]] = {workers: [] for workers in WORKERS}
    with tempfile.TemporaryDirectory() as folder:
        reference = b""

        def same(name: str, make: Callable[[Path], bytes]) -> float:
            nonlocal reference
            file = Path(folder) / "people.parquet"
            began = time.perf_counter()
            told = make(file)
            took = time.perf_counter() - began
            curve = file.with_name("people.curve.parquet")
            found = b"".join((file.read_bytes(), curve.read_bytes(), told))
            reference = reference or found
            if found != reference:
                raise SystemExit(f"{name}: other bytes")
            for left in Path(folder).iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            return took

        for number in range(asked.rounds):
            for workers in random.Random(number).sample(WORKERS, len(WORKERS)):  # noqa: S311

                def many(file: Path, workers: str = workers) -> bytes:
                    words = command(file, asked.subjects, "--workers", workers[0])
                    return quiet(words, one_core=workers == ON_ONE_CORE)

                seconds[workers].append(same(f"{workers} workers", many))
        for name, make in () if asked.workers_alone else WAYS:
            same(name, lambda file, make=make: make(file, asked.subjects))  # type: ignore[misc]
            print(f"{name}: the same bytes")
    print(f"1, 2 and 8 workers: the same bytes ({len(reference):,})\n")
    print("| Workers | Median seconds | Time over that of one |")
    print("|---|---|---|")
    for workers, took in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(took, seconds["1"], strict=True))
        print(f"| {workers} | {statistics.median(took):.1f} | {ratio:.2f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
