"""How fast interactions are: a long list with kratom, and every pair of the base.

    .venv/bin/python benchmarks/interactions/speed.py [--rounds 15]

Prints a Markdown table. Warm: the base is read, and the draws of its figures are made, before the
first round. On one core, where the system lets a program choose.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from speciosa.case import Case, parse_case
from speciosa.knowledge import Knowledge, load
from speciosa.pharmacology.interactions import Ratio, assess
from speciosa.pharmacology.interactions.kinetics.sampling import SIZE
from speciosa.pharmacology.interactions.matrix import matrix

MEDICINES = (
    "alprazolam",
    "amitriptyline",
    "atorvastatin",
    "bupropion",
    "buspirone",
    "carbamazepine",
    "clarithromycin",
    "dextromethorphan",
    "diphenhydramine",
    "ethinylestradiol",
    "fluoxetine",
    "metoprolol",
    "omeprazole",
    "quetiapine",
    "tramadol",
)


def case() -> Case:
    """Kratom every day beside fifteen medicines."""
    return parse_case(
        {
            "date": "2026-11-22",
            "person": {"weight_kg": 70.0},
            "medicines": [{"name": name} for name in MEDICINES],
            "kratom": {
                "status": "using",
                "products": [
                    {"form": "leaf_powder", "dose": {"leaf_g": 3.0}, "times_per_day": 3.0}
                ],
            },
        }
    )


def of_a_list(knowledge: Knowledge, rounds: int) -> tuple[float, float, float, int]:
    """Median, fastest and slowest milliseconds of the interactions of the case, and its rows."""
    listed = case()
    result = assess(listed, knowledge)
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        result = assess(listed, knowledge)
        took.append(1e3 * (time.perf_counter() - began))
    return statistics.median(took), min(took), max(took), len(result.rows)


def of_the_base(knowledge: Knowledge) -> tuple[float, int, int]:
    """Seconds for all pairs, how many pairs, and how many of them have a ratio."""
    began = time.perf_counter()
    cells = list(matrix(knowledge))
    took = time.perf_counter() - began
    return took, len(cells), sum(isinstance(cell.found, Ratio) for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    knowledge = load()
    middle, fastest, slowest, rows = of_a_list(knowledge, rounds)
    seconds, pairs, with_ratio = of_the_base(knowledge)
    print("| Work | Time | Of that |")
    print("|---|---|---|")
    print(
        f"| kratom and {len(MEDICINES)} medicines, all pairs both ways, {SIZE:,} draws | "
        f"{middle:.0f} ms (median of {rounds}; {fastest:.0f} to {slowest:.0f}) | {rows} rows |"
    )
    print(
        f"| every pair of the base, {SIZE:,} draws | {seconds:.1f} s | {pairs:,} pairs, "
        f"{with_ratio:,} with a ratio |"
    )


if __name__ == "__main__":
    main()
