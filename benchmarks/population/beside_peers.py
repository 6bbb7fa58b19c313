"""The engine with its own reduction beside the peers of its benchmark, to the same summary.

    python -m benchmarks.population.beside_peers [--subjects 2000] [--rounds 3] [--once 10000]

The model, doses, output times and tolerances of ``benchmarks/engine`` for a population. Wanted of
each: Cmax and AUC of every person and five percentiles at 200 times of three outputs. Speciosa
counts while it simulates (``engine``'s reduction, on one model). The peers return curves, which are
then reduced with numpy, as their users would; of deSolve only the solving is timed, and what it
solves is not read here. Calls alternate in random order, on one thread; ratios are medians of the
ratios within rounds. Before anything is timed the summaries are compared with those of pydiffsol,
number by number.

This is not what ``speciosa simulate --out`` does: no peer makes that. A block of it (two models,
who people are, figures of two analytes, 60 days after the last dose, rows and counts) is timed
beside, for one dose of leaf tea in adults of the USA, on as many threads as there are cores.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ENGINE = Path(__file__).parents[1] / "engine"
sys.path.insert(0, str(ENGINE))

import problem  # noqa: E402 -- the engine's benchmark is a folder of programs
import sources  # noqa: E402
import worker  # noqa: E402

from speciosa.engine import Bolus, Reduction, simulate  # noqa: E402
from speciosa.knowledge import load  # noqa: E402
from speciosa.pharmacology.exposure.plan import read_plan_text  # noqa: E402
from speciosa.population.run.block import simulate_block  # noqa: E402
from speciosa.population.run.request import Request  # noqa: E402
from speciosa.population.who import read  # noqa: E402

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
CHECKED = 300
LARGEST_ERROR = 5e-3  # the bound of counted percentiles is 2e-3
_NOUGHT = 1e-6  # of the largest: below it a number is compared with this
Summary = tuple[Any, Any, Any]


def ours() -> Callable[[int], Summary]:
    """Speciosa: reduced while it is simulated."""
    model = problem.model()
    regimen = [Bolus(dose.time_h, dose.into, dose.amount) for dose in problem.DOSES]

    def solve(subjects: int) -> Summary:
        found = simulate(
            model,
            problem.population(model, subjects),
            regimen,
            problem.TIMES_H,
            problem.OUTPUTS,
            rtol=problem.RTOL,
            atol=problem.ATOL,
            threads=1,
            reduce=Reduction(quantiles=SHARES, tmax=False),
        ).summary
        if found is None:
            raise RuntimeError("nothing was reduced")
        return found.quantiles, found.cmax, found.auc

    return solve


def block() -> Callable[[int], object]:
    """Speciosa: a block of a population as ``simulate --out`` makes it."""
    population = read("us-adults", load())
    request = Request(
        regimen=read_plan_text("2 g leaf tea").model_dump(mode="json"),
        seed=1,
        population_key=population.key,
    ).encoded()
    return lambda subjects: simulate_block(request, population, 0, subjects)


def pydiffsol() -> Callable[[int], Summary]:
    """pydiffsol: whole curves, then numpy."""
    curves, _ = worker.pydiffsol()

    def solve(subjects: int) -> Summary:
        values = curves(subjects, 1)
        area = np.trapezoid(values, problem.TIMES_H, axis=1)
        return np.quantile(values, SHARES, axis=0), values.max(axis=1), area

    return solve


def desolve(folder: Path, most: int) -> Callable[[int], None] | None:
    """DeSolve with a compiled right-hand side; ``None`` without an R that has it."""
    test = "quit(status = !requireNamespace('deSolve', quietly = TRUE))"
    try:
        absent = subprocess.run(["Rscript", "-e", test], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    if absent.returncode:
        return None
    sources.write_for_r(folder, most)
    peers = ENGINE / "peers"
    words = ["Rscript", str(peers / "desolve.R"), str(folder), str(peers)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    if not process.stdout.readline().startswith("READY"):
        return None

    def solve(subjects: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"run {subjects} 1\n")
        process.stdin.flush()
        process.stdout.readline()

    return solve


def main() -> int:
    """Compare, then time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", type=int, default=10_000, help="Also so many people, one round.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engines: dict[str, Callable[[int], object]] = {
            "Speciosa, lanes": ours(),
            "pydiffsol, tsit45, and numpy": pydiffsol(),
        }
        r = desolve(Path(folder), max(asked.subjects, asked.once))
        if r is not None:
            engines["deSolve, solving alone"] = r
        first, second = (engine(CHECKED) for engine in list(engines.values())[:2])
        off = max(_off(a, b) for a, b in zip(first, second, strict=True))  # type: ignore[call-overload]
        if not off < LARGEST_ERROR:
            raise SystemExit(f"the summaries differ by {off:.1e}; nothing was timed")
        print(f"Summaries of {CHECKED} people agree within {off:.1e}, number by number.\n")
        engines["a block of simulate --out (another problem)"] = block()
        for subjects, rounds in ((asked.subjects, asked.rounds), (asked.once, 1)):
            if subjects:
                _time(engines, subjects, rounds)
    return 0


def _off(one: Any, other: Any) -> float:  # noqa: ANN401 -- arrays of any shape
    other = np.abs(np.asarray(other))
    return float(np.max(np.abs(np.asarray(one) - other) / np.maximum(other, _NOUGHT * other.max())))


def _time(engines: dict[str, Callable[[int], object]], subjects: int, rounds: int) -> None:
    took: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(rounds):
        for name in random.Random(number).sample(list(engines), len(engines)):  # noqa: S311
            began = time.perf_counter()
            engines[name](subjects)
            took[name].append(time.perf_counter() - began)
    ours_took = next(iter(took.values()))
    print(f"{subjects:,} people, one thread, {rounds} rounds\n")
    print("| Engine | Median seconds | Time over that of Speciosa |")
    print("|---|---|---|")
    for name, seconds in took.items():
        ratio = statistics.median(a / b for a, b in zip(seconds, ours_took, strict=True))
        print(f"| {name} | {statistics.median(seconds):.2f} | {ratio:.1f} |")
    print(flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
