"""The engine beside its peers: the same model, subjects, doses, outputs, tolerances and threads.

    python benchmarks/engine/beside_peers.py [--rounds N] [--no-cold] [--write]

Every engine is a waiting process. Before anything is timed, each one's whole output for 100
subjects is compared with the stored reference. Then calls alternate in random order, round by
round; ratios are medians of the ratios within rounds. What is timed is the call that returns the
arrays to its user; compiling and starting are not in it, and are measured apart (``cold.py``).

Always run: Speciosa (lanes, plain), pydiffsol, scipy, and deSolve where R has it. mrgsolve and
rxode2 run where an R with them is found; nothing is installed.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import cold
import llvmlite
import llvmlite.binding as llvm
import numba
import numpy as np
import problem
import sources

REFERENCE = problem.HERE / "reference.npz"
PEERS = problem.HERE / "peers"
CHECKED = 100
LARGEST_ERROR = 1e-4  # of Cmax; an engine beyond it solves another problem
POPULATION = 10_000  # subjects the R peers are given
OURS = ("lanes", "plain")
R_PACKAGES = {"desolve": "deSolve", "mrgsolve": "mrgsolve", "rxode2": "rxode2"}
LABELS = {
    "lanes": "**Speciosa, lanes**",
    "plain": "Speciosa, plain",
    "pydiffsol": "pydiffsol, tsit45",
    "scipy": "scipy LSODA, numba right-hand side",
    "desolve": "deSolve lsoda, compiled C",
    "mrgsolve": "mrgsolve",
    "rxode2": "rxode2, liblsoda",
}


class Call(NamedTuple):
    """An engine, and what it is asked for."""

    engine: str
    subjects: int
    threads: int


class Engine:
    """A waiting process."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        ready = self._read().split()
        if not ready or ready[0] != "READY":
            raise RuntimeError(f"{name} did not start")
        self.version = ready[1] if len(ready) > 1 else ""

    def _read(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError(f"{self.name} says nothing")
        return self._process.stdout.readline()

    def ask(self, *words: object) -> tuple[float, float]:
        """Seconds, and peak memory in MiB."""
        if self._process.stdin is None:
            raise RuntimeError(f"{self.name} hears nothing")
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        took, memory = self._read().split()
        return float(took), float(memory)

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def has_r_package(name: str) -> bool:
    """Whether an R with this package is there."""
    if shutil.which("Rscript") is None:
        return False
    test = f"quit(status = !requireNamespace('{name}', quietly = TRUE))"
    return subprocess.run(["Rscript", "-e", test], capture_output=True, check=False).returncode == 0


def start(folder: Path) -> dict[str, Engine]:
    """Every engine that can run here."""
    found = {}
    for name in (*OURS, "pydiffsol", "scipy"):
        try:
            found[name] = Engine(name, [sys.executable, str(problem.HERE / "worker.py"), name])
        except (RuntimeError, ValueError) as why:
            print(f"{name}: left out ({why})")
    sources.write_for_r(folder, POPULATION)
    for name, package in R_PACKAGES.items():
        if has_r_package(package):
            script = str(PEERS / f"{name}.R")
            found[name] = Engine(name, ["Rscript", script, str(folder), str(PEERS)])
        else:
            print(f"{name}: left out (no R with {package})")
    return found


def errors(engines: dict[str, Engine], folder: Path) -> dict[str, float]:
    """Largest difference from the reference over Cmax, of each engine; refuses a wrong one."""
    expected = np.load(REFERENCE)["values"]
    scale = expected.max(axis=1, keepdims=True)
    found = {}
    for name, engine in engines.items():
        file = folder / (f"{name}.bin" if name in R_PACKAGES else f"{name}.npy")
        engine.ask("check", CHECKED, 2, file)
        values = np.fromfile(file) if name in R_PACKAGES else np.load(file)
        found[name] = float((np.abs(values.reshape(expected.shape) - expected) / scale).max())
        if not found[name] < LARGEST_ERROR:
            raise SystemExit(f"{name} is wrong by {found[name]:.1e} of Cmax; nothing was timed")
    return found


def plan(engines: dict[str, Engine], rounds: int) -> list[list[Call]]:
    """Calls by round. Slow peers do large populations once, scipy 10 subjects."""
    peers = [name for name in engines if name not in (*OURS, "scipy")]
    everyone = [name for name in engines if name != "scipy"]
    each = [Call(name, 1, 1) for name in engines]
    each += [Call(name, 100, 1) for name in everyone]
    each += [Call(name, 1000, threads) for name in everyone for threads in (1, 2)]
    large = [Call("lanes", 10_000, 1), Call("lanes", 10_000, 2), Call("plain", 10_000, 2)]
    large.append(Call("lanes", 100_000, 2))
    rounds_of = [list(each) for _ in range(rounds)]
    for k in range(min(3, rounds)):
        rounds_of[k] += large
    rounds_of[0] += [Call(name, 10_000, 2) for name in peers]
    if "scipy" in engines:
        for k in range(min(3, rounds)):
            rounds_of[k].append(Call("scipy", 10, 1))
    return rounds_of


Times = dict[Call, list[float]]


def measure(engines: dict[str, Engine], rounds: int) -> tuple[Times, dict[Call, float]]:
    """Seconds of every call, and the peak memory after it."""
    times: Times = {}
    memory: dict[Call, float] = {}
    for name, engine in engines.items():
        if name != "scipy":  # peaks grow, so those of 1,000 subjects are taken before anything else
            memory[Call(name, 1000, 2)] = engine.ask("run", 1000, 2)[1]
    order = random.Random(1)  # noqa: S311 -- no secret
    for calls in plan(engines, rounds):
        order.shuffle(calls)
        for call in calls:
            took, peak = engines[call.engine].ask("run", call.subjects, call.threads)
            times.setdefault(call, []).append(took)
            memory.setdefault(call, peak)
        print(".", end="", flush=True)
    print()
    return times, memory


def median(times: Times, call: Call) -> str:
    """Median seconds, and how many calls when there was one alone."""
    if call not in times:
        return "–"
    took = times[call]
    return f"{statistics.median(took):.4g}" + (" (n = 1)" if len(took) == 1 else "")


def ratio(times: Times, call: Call, base: Call) -> str:
    """Median of the ratios within rounds."""
    pairs = zip(times.get(call, []), times.get(base, []), strict=False)
    ratios = [a / b for a, b in pairs]
    return f"{statistics.median(ratios):.1f} x" if ratios else "–"


def _label(name: str, engine: Engine) -> str:
    return f"{LABELS[name]} (version {engine.version})" if engine.version else LABELS[name]


def report(
    engines: dict[str, Engine],
    wrong: dict[str, float],
    measured: tuple[Times, dict[Call, float]],
    start_times: cold.Cold | None,
    load: tuple[float, float],
) -> str:
    """The tables, in Markdown."""
    times, memory = measured
    rounds = max(len(took) for took in times.values())
    lines = [
        f"{llvm.get_host_cpu_name()}, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, numba {numba.__version__}, llvmlite "
        f"{llvmlite.__version__}, numpy {np.__version__}. {rounds} rounds, interleaved. "
        f"Load average before: {load[0]:.1f}; after, with the benchmark's own two threads: "
        f"{load[1]:.1f}.",
        "",
        "1,000 subjects (17 states, 23 doses, 200 times of 3 outputs, rtol 1e-6):",
        "",
        "| Engine | s, 1 thread | s, 2 threads | times as long, 2 threads | error / Cmax | "
        "MiB, main process |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, engine in engines.items():
        if name == "scipy":
            continue
        one, two = Call(name, 1000, 1), Call(name, 1000, 2)
        base = Call("lanes", 1000, 2)
        label = _label(name, engine)
        lines.append(
            f"| {label} | {median(times, one)} | {median(times, two)} | "
            f"{ratio(times, two, base)} | {wrong[name]:.1e} | {memory[two]:.0f} |"
        )
    if "scipy" in engines:
        ten = statistics.median(times[Call("scipy", 10, 1)])
        label = _label("scipy", engines["scipy"])
        lines.append(
            f"| {label} | {100 * ten:.3g} (100 x 10 subjects) | – | – | {wrong['scipy']:.1e} | – |"
        )
    lines += [
        "",
        "Other populations, seconds (median):",
        "",
        "| Engine | 1 | 100, 1 thread | 10,000, 1 thread | 10,000, 2 threads | "
        "100,000, 2 threads |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    shapes = ((1, 1), (100, 1), (10_000, 1), (10_000, 2), (100_000, 2))
    for name in engines:
        cells = " | ".join(median(times, Call(name, *shape)) for shape in shapes)
        lines.append(f"| {LABELS[name]} | {cells} |")
    more = ratio(times, Call("lanes", 100_000, 2), Call("lanes", 1000, 2))
    lines += [
        "",
        f"100,000 subjects took {more} as long as 1,000 (lanes, 2 threads), and "
        f"{memory[Call('lanes', 100_000, 2)]:.0f} MiB at the peak, 458 of them the result.",
    ]
    if start_times:
        lines += [
            "",
            "Cold start of a fresh process from an installed package that cannot be written to, "
            f"whole process, import and first subject: {start_times.never_cached:.2f} s with "
            f"nothing cached, {start_times.cached:.2f} s with a warm cache (the interpreter alone: "
            f"{start_times.interpreter:.2f} s).",
        ]
    return "\n".join(lines) + "\n"


PAGE = problem.HERE.parents[1] / "docs/benchmarks.md"
BEGIN, END = "<!-- engine:begin -->", "<!-- engine:end -->"
HEAD = """# Engine benchmark

Written by `python benchmarks/engine/beside_peers.py --write`, whose text says what is compared.
Read a column, not a number: ratios within one run carry the message.

"""


def main() -> int:
    """Run, print and, if asked, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--write", action="store_true", help="keep the tables in results.md and docs"
    )
    parser.add_argument("--no-cold", action="store_true", help="leave the cold start out")
    chosen = parser.parse_args()
    before = os.getloadavg()[0]
    start_times = None if chosen.no_cold else cold.measure()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engines = start(folder)
        try:
            wrong = errors(engines, folder)
            measured = measure(engines, chosen.rounds)
        finally:
            for engine in engines.values():
                engine.close()
    text = report(engines, wrong, measured, start_times, (before, os.getloadavg()[0]))
    print(text)
    if chosen.write:
        (problem.HERE / "results.md").write_text(HEAD + text, encoding="utf-8")
        before_table, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after_table = rest.partition(END)[2]
        page = f"{before_table}{BEGIN}\n{text}{END}{after_table}"
        PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
