"""A file of 1,000 studies pooled by this program and by R's metafor, in one run.

    .venv/bin/python benchmarks/evidence/pooling.py    # needs R with metafor and jsonlite

The work of both: read the file; REML with Hartung-Knapp, Q-profile interval of tau2, prediction
interval; Egger's test; trim and fill; leave-one-out and cumulative refits. Metafor takes seconds
for one fit of 1,000 studies, so it makes ``--refits`` of the 1,000 refits of each kind while this
program makes all of them. Times are medians of interleaved rounds; answers are compared.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from speciosa.evidence import pooling
from speciosa.evidence.effect_sizes.table import EffectSizes, Measure

PEER = Path(__file__).with_suffix(".R")
STUDIES, SEED = 1000, 20261122
TOLERANCE = 1e-4


def write(path: Path) -> None:
    """A made file: true effects spread about 0.3, variances of trials of 20 to 2,000 people."""
    rng = np.random.default_rng(SEED)
    vi = 4 / np.exp(rng.uniform(np.log(20), np.log(2000), STUDIES))
    yi = rng.normal(0.3, np.sqrt(vi + 0.1))
    years = 1950 + np.arange(STUDIES) // 14
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("yi", "vi", "year"))
        out.writerows(zip(yi.tolist(), vi.tolist(), years.tolist(), strict=True))


def read(path: Path) -> EffectSizes:
    """The file as effect sizes."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = tuple(f"{i:04d}" for i in range(len(rows)))
    return EffectSizes(
        measure=Measure.GENERIC,
        labels=labels,
        yi=np.array([float(row["yi"]) for row in rows]),
        vi=np.array([float(row["vi"]) for row in rows]),
        years=tuple(int(row["year"]) for row in rows),
        cluster=labels,
    )


def ours(path: Path, refits: int) -> dict[str, Any]:
    """All of the work, and of the refits those that the peer makes too."""
    of = read(path)
    k = len(of.labels)
    got, egger = pooling.pool(of), pooling.egger(of)
    filled = pooling.trim_and_fill(of)
    left, grown = pooling.leave_one_out(of), pooling.cumulative(of)
    return {
        "pool": [got.estimate, got.se, got.ci_low, got.ci_high, got.tau2, got.i2],
        "q_profile": [got.tau2_low, got.tau2_high],
        "prediction": [got.pi_low, got.pi_high],
        "egger": egger.slope.stat,
        "trim_and_fill": [filled.k0, filled.pooled.estimate],
        "leave_one_out": left.estimate[
            np.round(np.linspace(0, k - 1, refits)).astype(int)
        ].tolist(),
        "cumulative": grown.estimate[
            np.round(np.linspace(k / refits, k, refits)).astype(int) - 1
        ].tolist(),
    }


def steps(path: Path) -> dict[str, float]:
    """Seconds of each step, warm, in process."""
    of = read(path)
    whole: dict[str, Callable[[], object]] = {
        "pool": lambda: pooling.pool(of),
        "egger": lambda: pooling.egger(of),
        "trim_and_fill": lambda: pooling.trim_and_fill(of),
        "leave_one_out": lambda: pooling.leave_one_out(of),
        "cumulative": lambda: pooling.cumulative(of),
    }
    took = {}
    for name, work in whole.items():
        began = time.perf_counter()
        work()
        took[name] = time.perf_counter() - began
    return took


def largest_difference(a: dict[str, Any], b: dict[str, Any]) -> float:
    """Largest relative difference of any figure (absolute under one)."""
    worst = 0.0
    for name, value in a.items():
        x, y = np.atleast_1d(np.array(value, float)), np.atleast_1d(np.array(b[name], float))
        worst = max(worst, float((np.abs(x - y) / np.maximum(1.0, np.abs(y))).max()))
    return worst


def main() -> int:
    """Print two tables; 1 where answers differ, where we are slower, or without R."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--refits", type=int, default=4, help="refits of each kind by metafor")
    parser.add_argument("--once", metavar="FILE", type=Path, help="only our work, once, as JSON")
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(ours(asked.once, asked.refits)))
        return 0
    rscript = shutil.which("Rscript")
    if rscript is None:
        print("Rscript is not here: nothing is compared. Install R with metafor and jsonlite.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studies.csv"
        write(path)
        return compare(path, rscript, asked.rounds, asked.refits)


def compare(path: Path, rscript: str, rounds: int, refits: int) -> int:
    """Interleave both programs, in process and as processes."""
    peer = [rscript, str(PEER), str(path), str(refits)]
    me = [sys.executable, __file__, "--once", str(path), "--refits", str(refits)]
    served = subprocess.Popen(
        [*peer, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def ask(what: str) -> dict[str, Any]:
        if served.stdin is None or served.stdout is None:
            raise RuntimeError("the peer has no pipes")
        served.stdin.write(f"{what}\n")
        served.stdin.flush()
        answer: dict[str, Any] = json.loads(served.stdout.readline())
        return answer

    warm: list[tuple[float, float]] = []
    cold: list[tuple[float, float]] = []
    mine, parts, theirs = ours(path, refits), steps(path), ask("work")["answer"]
    for _ in range(rounds):
        began = time.perf_counter()
        ours(path, refits)
        between = time.perf_counter()
        warm.append((between - began, float(ask("work")["seconds"])))
        took = []
        for command in (me, peer):
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - began)
        cold.append((took[0], took[1]))
    their_parts = ask("steps")
    if served.stdin is not None:
        served.stdin.close()
    served.wait()

    print(f"{STUDIES} studies; {rounds} interleaved rounds; metafor makes {refits} + {refits} of")
    print(f"{STUDIES} + {STUDIES} refits, this program all of them.\n")
    print("| Work | This program, s | metafor, s | Ratio |\n|---|---:|---:|---:|")
    faster = True
    for name, rows in (("warm, in process", warm), ("whole process", cold)):
        a, b = (statistics.median(column) for column in zip(*rows, strict=True))
        faster &= a < b
        print(f"| {name} | {a:.2f} | {b:.2f} | {b / a:.0f} |")
    print("\n| Step, once, warm | This program, s | metafor, s |\n|---|---:|---:|")
    one = float(their_parts["one_refit"])
    for name in ("pool", "egger", "trim_and_fill"):
        print(f"| {name} | {parts[name]:.4f} | {float(their_parts[name]):.3f} |")
    for name in ("leave_one_out", "cumulative"):
        print(f"| {name}, {STUDIES} refits | {parts[name]:.2f} | not run: one refit {one:.2f} |")
    worst = largest_difference(mine, theirs)
    print(f"\nLargest difference between the answers: {worst:.1e} (allowed {TOLERANCE:g}).")
    return int(worst > TOLERANCE or not faster)


if __name__ == "__main__":
    raise SystemExit(main())
