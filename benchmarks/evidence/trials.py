"""10,000 simulated trials of 300 people and 6 visits, analysed by ANCOVA and by MMRM.

    .venv/bin/python benchmarks/evidence/trials.py            # statsmodels is the named peer

The peer is the plain loop of a statistician: statsmodels' ordinary least squares, one trial after
another, on the same simulated data; its estimates must agree. Times are medians of interleaved
rounds, and the peer's is scaled from ``--subset`` trials.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import statsmodels.api as sm

from speciosa.evidence.trials import analysis
from speciosa.evidence.trials.data import TrialData
from speciosa.evidence.trials.design import Design, parse_design
from speciosa.evidence.trials.design.assumptions import assumptions, values
from speciosa.evidence.trials.generate.leaving import offsets
from speciosa.evidence.trials.generate.model import build
from speciosa.evidence.trials.generate.trials import trials_of
from speciosa.evidence.trials.operating.analyse import plan_of
from speciosa.evidence.trials.operating.blocks import Job, workers
from speciosa.knowledge import load

SEED, SUBJECTS, VISITS = 1, 300, (1, 2, 3, 4, 6, 8)
TOLERANCE = 1e-8


def design(method: str) -> Design:
    return parse_design(
        {
            "title": "benchmark",
            "design": "parallel",
            "treatment": {"name": "a medicine", "kind": "medicine"},
            "subjects": SUBJECTS,
            "visits_weeks": VISITS,
            "analysis": {"method": method},
        }
    )


def job(method: str, trials: int) -> Job:
    of = design(method)
    model = build(of, values(assumptions(of, load())))
    found = offsets(model, SEED)
    return Job(
        model=model, offsets=found, plan=plan_of(of), seed=SEED, trials=trials, sizes=(SUBJECTS,)
    )


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(work: Job, cores: int) -> None:
    with workers(cores) as crew:
        crew.run(work)


def peer(data: TrialData) -> list[float]:
    found = []
    for baseline, y, arm in zip(data.baseline, data.y[:, :, -1], data.arm, strict=True):
        seen = ~np.isnan(y)
        x = sm.add_constant(np.column_stack([arm[seen], baseline[seen]]))
        found.append(float(sm.OLS(y[seen], x).fit().params[1]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--subset", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    by_ancova, by_mmrm = job("ancova", asked.trials), job("mmrm", asked.trials)
    small = trials_of(by_ancova.model, by_ancova.offsets, SEED, range(asked.subset), SUBJECTS)
    apart = np.abs(np.array(peer(small)) - analysis.ancova(small).estimate[:, 0]).max()
    print(f"largest difference from statsmodels over {asked.subset} trials: {apart:.1e}")
    assert apart < TOLERANCE
    ours(job("mmrm", 20), 1)  # compiled once, outside of the times
    times: dict[str, list[float]] = {}
    for _ in range(asked.rounds):
        rows: dict[str, Callable[[], float]] = {
            "ANCOVA, 1 worker": lambda: timed(lambda: ours(by_ancova, 1)),
            "ANCOVA, 2 workers": lambda: timed(lambda: ours(by_ancova, 2)),
            "MMRM, 1 worker": lambda: timed(lambda: ours(by_mmrm, 1)),
            "MMRM, 2 workers": lambda: timed(lambda: ours(by_mmrm, 2)),
            "statsmodels OLS loop, analysis alone": lambda: (
                timed(lambda: peer(small)) * asked.trials / asked.subset
            ),
            "our ANCOVA, analysis alone": lambda: (
                timed(lambda: analysis.ancova(small)) * asked.trials / asked.subset
            ),
        }
        for name, measure in rows.items():
            times.setdefault(name, []).append(measure())
    print(f"{asked.trials} trials of {SUBJECTS} people and {len(VISITS)} visits, median seconds:")
    for name, taken in times.items():
        print(f"  {name:<40} {statistics.median(taken):8.2f}")


if __name__ == "__main__":
    main()
