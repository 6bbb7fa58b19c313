"""Warm speed: the assessment as a service would call it, and its exposure fan beside a solver.

The fan is compared with ``scipy.integrate.solve_ivp`` (LSODA) on the same two-compartment model
with its metabolite, for the same virtual subjects, doses and output times. The whole output is
compared, every subject at every time, so that speed is never bought with error.
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
from speciosa.knowledge import load
from speciosa.pharmacology.exposure import kinetics, population

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.pharmacology.exposure.kinetics import Body

    Array = NDArray[np.float64]

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
SEED = 20261122
DAYS = 7
DOSE_TIMES_H = np.array([0.0, 5.0, 10.0])
TIME_H = np.linspace(0.0, 24.0, 145)
DOSE_NMOL = 50_000.0


def timed(work: Callable[[], T], repeats: int) -> tuple[float, T]:
    """Median time in seconds of several calls, and the last result."""
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - began)
    return statistics.median(took), result


# ------------------------------------------------------------------ the fan and its peer


def closed_form(body: Body) -> tuple[Array, Array]:
    """Mitragynine and 7-OH over the last day, in nmol/L, as the product computes them."""
    subjects = body.clearance_l_h.size
    amounts = np.full((subjects, DOSE_TIMES_H.size), DOSE_NMOL)
    doses = kinetics.Doses(amounts, DOSE_TIMES_H, 24.0, float(DAYS))
    parent = kinetics.mitragynine(body)
    formed = kinetics.formed_seven_oh(body, parent)
    return kinetics.superpose(parent, doses, TIME_H), kinetics.superpose(formed, doses, TIME_H)


def one_subject(body: Body, i: int, rtol: float) -> tuple[Array, Array]:
    """The same, by numerical integration of the differential equations of one subject."""
    ka = body.absorption_per_h[i]
    k10 = body.clearance_l_h[i] / body.central_l[i]
    k12 = body.flow_l_h[i] / body.central_l[i]
    k21 = body.flow_l_h[i] / body.peripheral_l[i]
    ke, share = body.seven_oh_elimination_per_h[i], body.first_pass_share[i]

    def slope(_: float, amount: Array) -> list[float]:
        gut, central, deep, metabolite = amount
        return [
            -ka * gut,
            ka * gut - (k10 + k12) * central + k21 * deep,
            k12 * central - k21 * deep,
            share * ka * gut + (1.0 - share) * k10 * central - ke * metabolite,
        ]

    state = np.zeros(4)
    out = np.empty((4, TIME_H.size))
    starts = [24.0 * day + at for day in range(DAYS) for at in DOSE_TIMES_H]
    last = 24.0 * (DAYS - 1)
    for begin, end in zip(starts, [*starts[1:], 24.0 * DAYS], strict=True):
        state[0] += DOSE_NMOL
        chosen = (TIME_H + last >= begin) & ((TIME_H + last < end) | (end == 24.0 * DAYS))
        at = np.append((TIME_H + last)[chosen], end)
        solved = solve_ivp(slope, (begin, end), state, "LSODA", np.unique(at), rtol=rtol, atol=1e-3)
        out[:, chosen] = solved.y[:, : int(chosen.sum())]
        state = solved.y[:, -1]
    volume = body.seven_oh_clearance_l_h[i] / ke
    return out[1] / body.central_l[i], out[3] / volume


def compare(subjects: int) -> None:
    """Time both on the same subjects; print speed and the largest difference of the output."""
    model = load().kratom.exposure_model
    body = population.bodies(model, population.draw(model, SEED, subjects))
    ours, (parent, formed) = timed(lambda: closed_form(body), 9)
    print(f"{DAYS} days of {DOSE_TIMES_H.size} doses, {TIME_H.size} times, 2 analytes, ", end="")
    print(f"{subjects} subjects, one thread\n")
    print("| Method | s | Subjects a second | Largest difference / Cmax |")
    print("|---|---:|---:|---:|")
    print(f"| closed form (Speciosa) | {ours:.4f} | {subjects / ours:,.0f} | reference |")
    for rtol in (1e-6, 1e-9):
        took, solved = timed(lambda: [one_subject(body, i, rtol) for i in range(subjects)], 1)  # noqa: B023
        difference = max(
            float(np.max(np.abs(theirs - ours) / np.max(ours)))
            for i, pair in enumerate(solved)
            for theirs, ours in zip(pair, (parent[i], formed[i]), strict=True)
        )
        name = f"scipy {scipy.__version__} solve_ivp LSODA, rtol {rtol:.0e}"
        print(f"| {name} | {took:.2f} | {subjects / took:,.0f} | {difference:.1e} |")


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
    parser.add_argument("--subjects", type=int, default=100, help="of the comparison with scipy")
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, {os.cpu_count()} cores\n")
    compare(chosen.subjects)
    assessments(chosen.repeats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
