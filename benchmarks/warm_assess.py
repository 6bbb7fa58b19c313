"""Warm speed: the assessment as a service would call it, and its exposure fan beside a solver.

The fan is two weeks of use under both structures. It is compared with ``scipy.integrate.solve_ivp``
(LSODA) on the equations of the same texts, for the same virtual subjects, doses and output times.
The whole output is compared, every subject at every time, so that speed is never bought with error.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import scipy
from scipy.integrate import solve_ivp

from speciosa.assessment import assess
from speciosa.case import read_case_bytes
from speciosa.engine import read_model
from speciosa.engine.graph import evaluate
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.virtual.bodies import bodies
from speciosa.pharmacology.exposure.virtual.people import STRUCTURES
from speciosa.pharmacology.exposure.virtual.schedule import Dose, Schedule
from speciosa.pharmacology.exposure.virtual.structures import concentrations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.engine import Model
    from speciosa.knowledge import Knowledge

    Array = NDArray[np.float64]

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
SEED = 20261122
DAYS = 14
DOSE_TIMES_H = (0.0, 5.0, 10.0)
TIME_H = np.linspace(24.0 * (DAYS - 1), 24.0 * DAYS, 145)
DOSE_UMOL = 50.0
OUTPUTS = ("Cc", "Cf")
NM_PER_UM = 1e3
RTOL, ATOL_UMOL = 1e-9, 1e-11


def timed(work: Callable[[], T], repeats: int) -> tuple[float, T]:
    """Median time in seconds of several calls, and the last result."""
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - began)
    return statistics.median(took), result


# ------------------------------------------------------------------ the fan and its peer


def ours(structure: str, parameters: dict[str, Array], knowledge: Knowledge) -> Array:
    """Mitragynine and formed 7-OH over the last of two weeks, nmol/L, as the product computes."""
    subjects = next(iter(parameters.values())).size
    doses = [Dose(24.0 * day + at, 0) for day in range(DAYS) for at in DOSE_TIMES_H]
    return concentrations(
        knowledge.models.structure(structure),
        OUTPUTS,
        Schedule.of(doses, end_h=24.0 * DAYS),
        {"mitragynine": np.full((1, subjects), DOSE_UMOL)},
        knowledge,
        parameters,
        TIME_H,
    )


def one_subject(model: Model, parameters: dict[str, float]) -> Array:
    """The same, by numerical integration of the equations of the text for one subject."""
    rates = [state.rate for state in model.states]
    outputs = [model.node(name) for name in OUTPUTS]
    names = model.state_names

    def at(nodes: list[int], amounts: Array) -> Array:
        values = parameters | dict(zip(names, amounts.tolist(), strict=True))
        return np.array([float(value) for value in evaluate(model.graph, nodes, values)])

    state = np.array(
        [float(x) for x in evaluate(model.graph, [s.initial for s in model.states], parameters)]
    )
    starts = [24.0 * day + hour for day in range(DAYS) for hour in DOSE_TIMES_H]
    out = np.empty((TIME_H.size, len(OUTPUTS)))
    for begin, end in zip(starts, [*starts[1:], 24.0 * DAYS], strict=True):
        state[names.index("D")] += DOSE_UMOL
        chosen = (begin <= TIME_H) & ((end > TIME_H) | (end == 24.0 * DAYS))
        asked = np.unique(np.append(TIME_H[chosen], end))
        solved = solve_ivp(
            lambda _, amounts: at(rates, amounts),
            (begin, end), state, "LSODA", asked, rtol=RTOL, atol=ATOL_UMOL,
        )  # fmt: skip
        for place, amounts in zip(np.flatnonzero(chosen), solved.y.T, strict=False):
            out[place] = at(outputs, amounts)
        state = solved.y[:, -1]
    return out * NM_PER_UM


def compare(subjects: int, repeats: int) -> None:
    """Time both structures for 1,000 subjects; compare some of them with scipy."""
    base = load()
    print(
        f"{DAYS} days of {len(DOSE_TIMES_H)} doses, {TIME_H.size} times, {len(OUTPUTS)} analytes\n"
    )
    print(
        "| Structure | 1,000 subjects, s | scipy LSODA, s a subject | Largest difference / Cmax |"
    )
    print("|---|---:|---:|---:|")
    for name in STRUCTURES:
        model = read_model(base.models.text(name))
        table, posterior = base.models.parameters(name), base.models.posterior(name)
        made = bodies(name, table, posterior, seed=SEED, subjects=1000).parameters
        ours(name, dict(made), base)
        took, found = timed(lambda: ours(name, dict(made), base), repeats)  # noqa: B023
        began = time.perf_counter()
        difference = 0.0
        for i in range(subjects):
            theirs = one_subject(model, {key: float(value[i]) for key, value in made.items()})
            off = np.abs(found[i] - theirs).max(axis=0) / theirs.max(axis=0)
            difference = max(difference, float(off.max()))
        each = (time.perf_counter() - began) / subjects
        print(f"| {name} | {took:.3f} | {each:.2f} | {difference:.1e} |")


# ------------------------------------------------------------------ the assessment


def assessments(repeats: int) -> None:
    """Time every example, with the full population and with the smallest."""
    base = load()
    print("\n| Example | 1,000 subjects, ms | 20 subjects, ms |")
    print("|---|---:|---:|")
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        case = read_case_bytes(path.read_bytes(), name=path.name)
        assess(case, base)
        full, _ = timed(lambda: assess(case, base), repeats)  # noqa: B023
        small, _ = timed(lambda: assess(case, base, subjects=20), repeats)  # noqa: B023
        print(f"| {path.stem} | {1000 * full:.0f} | {1000 * small:.0f} |")


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=20, help="of the comparison with scipy")
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    versions = f"Python {sys.version.split()[0]}, numpy {np.__version__}, scipy {scipy.__version__}"
    print(f"{versions}, {os.cpu_count()} cores\n")
    compare(chosen.subjects, chosen.repeats)
    assessments(chosen.repeats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
