"""How many draws an interval needs, and what the Latin hypercube saves.

    .venv/bin/python benchmarks/interactions/draws.py

For every studied pair the median and the central 90 % of the modelled ratio, with more and more
draws, beside 100,000 draws in another order. ``hypercube`` is what the package does: the same
quantiles for every figure, in an order that belongs to the figure. ``plain`` draws independent
normals instead. Each is made with several orders; the table tells the distance from the long run:
the root mean square over pairs and orders, and the largest. Each number of draws is a process of
its own, because the package has one for all. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speciosa.case.vocabulary import Route
from speciosa.knowledge import load
from speciosa.pharmacology.interactions import Ratio, Taking, ratio
from speciosa.pharmacology.interactions.kinetics import sampling

TRIED = (250, 500, 1000, 2000, 4000)
LONG = 100_000
ORDERS = 4
_ROUTES = {"oral": Route.ORAL, "iv": Route.INTRAVENOUS}
QUANTILES = ("median", "0.05", "0.95")

Numbers = NDArray[np.float64]


def figures(draws: int, order: str, way: str) -> list[tuple[float, float, float]]:
    """Median, 5th and 95th percentile of every studied pair with so many draws."""
    _set(draws, order, way)
    knowledge = load()
    found = []
    for pair in knowledge.ddi.pairs:
        if pair.perpetrator == "kratom":
            continue
        result = ratio(
            pair.victim, [Taking(pair.perpetrator)], knowledge, route=_ROUTES[pair.route]
        )
        if isinstance(result, Ratio):
            found.append((result.median, result.low, result.high))
    return found


def _set(draws: int, order: str, way: str) -> None:
    original = sampling.standard_normal.__wrapped__

    @lru_cache(maxsize=8192)
    def changed(key: str) -> Numbers:
        salted = f"{order}{key}"
        if way == "hypercube":
            return np.asarray(original(salted))
        digest = hashlib.blake2b(salted.encode(), digest_size=8).digest()
        generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
        return generator.standard_normal(draws)

    for name, module in list(sys.modules.items()):
        if name.startswith("speciosa.pharmacology.interactions"):
            for attribute, value in (("SIZE", draws), ("standard_normal", changed)):
                if hasattr(module, attribute):
                    setattr(module, attribute, value)


def _run(draws: int, order: str, way: str) -> Numbers:
    command = [sys.executable, str(Path(__file__)), "--one", str(draws), order, way]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return np.array(json.loads(done.stdout))


def _off(found: Numbers, truth: Numbers) -> Numbers:
    return np.abs(np.expm1(np.log(found / truth)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("DRAWS", "ORDER", "WAY"))
    one = parser.parse_args().one
    if one:
        print(json.dumps(figures(int(one[0]), one[1], one[2])))
        return
    truth = _run(LONG, "long/", "hypercube")
    print(f"{len(truth)} pairs beside {LONG:,} draws; root mean square (largest)\n")
    print("| Draws | Way | " + " | ".join(QUANTILES) + " |")
    print("|---|---|---|---|---|")
    for draws in TRIED:
        for way in ("hypercube", "plain"):
            off = np.concatenate(
                [_off(_run(draws, f"{order}/", way), truth) for order in range(ORDERS)]
            )
            told = [
                f"{np.sqrt(np.mean(column**2)):.1%} ({column.max():.1%})"
                for column in off.transpose()
            ]
            print(f"| {draws:,} | {way} | {' | '.join(told)} |")


if __name__ == "__main__":
    main()
