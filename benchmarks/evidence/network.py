"""A network of 50 treatments and 500 trials beside R's netmeta, in one run on the same file.

    python benchmarks/evidence/network.py [--runs 3] [--treatments 50] [--trials 500] [--peer all]

Needs R with netmeta (``R_LIBS`` may say where). Both read the file, fit random effects by the same
method, decompose Q, split direct from indirect evidence and score ranks; with ``--peer fit``
netmeta makes the fit alone, because the rest takes it very long on a large network, and ours still
does all. Runs are interleaved; medians and their ratio are printed, after the effects have been
compared.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.network import Choices, NetworkResult, Reading, analyse, read

PEER = Path(__file__).with_suffix(".R")
TOLERANCE = 5e-4
SEED = 5


def network(treatments: int, trials: int) -> str:
    """Made trials of two to four arms with a binary outcome, joined by a chain."""
    rng = np.random.default_rng(SEED)
    effects = rng.normal(0, 0.3, treatments)
    lines = ["study,treatment,events,total"]
    for trial in range(trials):
        size = int(rng.choice([2, 2, 2, 2, 3, 4]))
        first = [trial, trial + 1] if trial < treatments - 1 else []
        others = [int(t) for t in rng.permutation(treatments) if t not in first]
        base = rng.normal(-1, 0.3)
        for treatment in (first + others)[:size]:
            people = int(rng.integers(30, 300))
            logit = base + effects[treatment] + rng.normal(0, 0.15)
            events = rng.binomial(people, 1 / (1 + np.exp(-logit)))
            lines.append(f"Trial {trial:03d},T{treatment:02d},{events},{people}")
    return "\n".join(lines) + "\n"


def ours(text: str, method: str) -> tuple[float, NetworkResult]:
    began = time.perf_counter()
    given = read(text, Measure.OR, reading=Reading(keep_without_events=False))
    result = analyse(given, Choices(method=method, reference="T00", lower_is_better=True))
    return time.perf_counter() - began, result


def process(command: list[str]) -> tuple[float, str]:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - began, done.stdout


def compare(result: NetworkResult, peer: dict[str, Any]) -> float:
    """The largest difference of effects, standard errors and tau2."""
    assert list(result.treatments) == peer["treatments"]
    at = result.index("T00")
    apart = [
        np.abs(result.random.estimate[:, at] - peer["estimate"]).max(),
        np.abs(result.random.se[:, at] - peer["se"]).max(),
        abs(result.tau2 - peer["tau2"]),
    ]
    return float(max(apart))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--treatments", type=int, default=50)
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--method", choices=("DL", "REML", "ML"), default="DL")
    parser.add_argument("--peer", choices=("all", "fit"), default="all", help="work of netmeta")
    chosen = parser.parse_args()
    text = network(chosen.treatments, chosen.trials)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.csv"
        file.write_text(text, encoding="utf-8")
        us = [sys.executable, "-m", "speciosa", "network", str(file), "--method", chosen.method]
        us += ["--format", "json", "--no-events", "leave-out"]
        them = ["Rscript", str(PEER), str(file), chosen.method, chosen.peer]
        ours(text, chosen.method)
        times: dict[str, list[float]] = {"us": [], "them": [], "us whole": [], "them whole": []}
        for _ in range(chosen.runs):
            took, result = ours(text, chosen.method)
            times["us"].append(took)
            times["us whole"].append(process(us)[0])
            took, printed = process(them)
            peer = json.loads(printed)
            times["them"].append(peer["seconds"])
            times["them whole"].append(took)
    apart = compare(result, peer)
    print(
        f"{chosen.treatments} treatments, {chosen.trials} trials, {chosen.method}, "
        f"netmeta {peer['version']} ({chosen.peer}), {os.cpu_count()} cores, {chosen.runs} runs"
    )
    print(f"largest difference of effects, standard errors and tau2: {apart:.1e}")
    assert apart < TOLERANCE
    middle = {name: statistics.median(values) for name, values in times.items()}
    for kind in ("", " whole"):
        us_s, them_s = middle[f"us{kind}"], middle[f"them{kind}"]
        name = "whole process" if kind else "in process"
        print(f"{name}: {us_s:.3f} s, netmeta {them_s:.3f} s, ratio {them_s / us_s:.0f}")


if __name__ == "__main__":
    main()
