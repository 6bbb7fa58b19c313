"""One Python engine of the benchmark as a process that answers commands.

    python benchmarks/engine/worker.py lanes|plain|pydiffsol|scipy

``run SUBJECTS THREADS`` and ``check SUBJECTS THREADS FILE`` answer with seconds of the call that
returns the arrays, and the peak memory of the process in MiB.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import problem
import sources
from numpy.typing import NDArray

from speciosa.engine import Bolus, simulate

Array = NDArray[np.float64]
Solve = Callable[[int, int], Array]


def ours(method: Any) -> tuple[Solve, str]:  # noqa: ANN401 -- a name that simulate checks
    """Our engine: the whole public call."""
    model = problem.model()
    regimen = [Bolus(dose.time_h, dose.into, dose.amount) for dose in problem.DOSES]

    def solve(subjects: int, threads: int) -> Array:
        found = simulate(
            model,
            problem.population(model, subjects),
            regimen,
            problem.TIMES_H,
            problem.OUTPUTS,
            rtol=problem.RTOL,
            atol=problem.ATOL,
            threads=threads,
            method=method,
        )
        if found.values is None:
            raise RuntimeError("no curves")
        return found.values

    solve(1, 1)
    return solve, ""


def segments() -> list[tuple[problem.Dose, float, Array]]:
    """Each dose, when the next one follows, and the output times between."""
    ends = [*(dose.time_h for dose in problem.DOSES[1:]), problem.END_H]
    return [
        (dose, end, problem.TIMES_H[(dose.time_h < problem.TIMES_H) & (end >= problem.TIMES_H)])
        for dose, end in zip(problem.DOSES, ends, strict=True)
    ]


def in_processes(one: Callable[[Array], Array]) -> Solve:
    """Subjects one by one, in forked processes where more than one is wanted."""
    model = problem.model()
    pools: dict[int, Any] = {}

    def solve(subjects: int, threads: int) -> Array:
        people = problem.individuals(model, subjects)
        if threads == 1 or subjects == 1:
            return np.stack([one(person) for person in people])
        if threads not in pools:  # kept, so that starting it is not timed twice
            pools[threads] = multiprocessing.get_context("fork").Pool(threads)
        size = max(1, min(50, subjects // (2 * threads)))
        return np.stack(pools[threads].map(one, people, chunksize=size))

    return solve


def curves(model: Any, person: Array, states: Array) -> Array:  # noqa: ANN401
    """Outputs from the states (times, states)."""
    values = problem.typical(model) | dict(zip(problem.VARIATION, person, strict=True))
    names = model.state_names
    return np.stack(
        [states[:, names.index(state)] / values[volume] for state, volume in problem.OUTPUT_STATES],
        axis=1,
    )


def pydiffsol() -> tuple[Solve, str]:
    """The fastest method of pydiffsol for this problem, tsit45, restarted at each dose."""
    import pydiffsol as ds  # noqa: PLC0415 -- only where it is measured

    model = problem.model()
    names = model.state_names
    ode = ds.Ode(sources.diffsl(model), matrix_type=ds.nalgebra_dense, ode_solver=ds.tsit45)
    ode.rtol, ode.atol = problem.RTOL, problem.ATOL
    plan = [
        (names.index(dose.into), dose.amount, np.unique(np.append(at, end)) - dose.time_h, at.size)
        for dose, end, at in segments()
    ]
    start = np.array([1.0 if name in ("EG", "EL") else 0.0 for name in names])

    def one(person: Array) -> Array:
        y, parts = start.copy(), []
        for into, amount, at, wanted in plan:
            y[into] += amount
            found = np.asarray(ode.solve_dense(np.concatenate((person, y)), at).ys)
            parts.append(found[:, :wanted])
            y = found[:, -1].copy()
        return curves(model, person, np.concatenate(parts, axis=1).T)

    global _one  # noqa: PLW0603 -- forked processes find it by name
    _one = one
    return in_processes(_call), ds.version()


_one: Callable[[Array], Array]


def _call(person: Array) -> Array:
    return _one(person)


def scipy() -> tuple[Solve, str]:
    """LSODA of scipy with a right-hand side compiled by numba, restarted at each dose."""
    import reference  # noqa: PLC0415 -- only where it is measured
    import scipy  # noqa: PLC0415

    model = problem.model()
    slope = reference.right_hand_side(model)
    options = {"method": "LSODA", "rtol": problem.RTOL, "atol": problem.ATOL}

    def one(person: Array) -> Array:
        return reference.solve(model, slope, person, **options)

    global _one  # noqa: PLW0603 -- forked processes find it by name
    _one = one
    return in_processes(_call), scipy.__version__


def peak_mib() -> float:
    """Peak memory of this process."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return float(line.split()[1]) / 1024.0
    return float("nan")


def main(name: str) -> int:
    """Answer commands until there are none."""
    solve, version = {
        "lanes": lambda: ours("lanes"),
        "plain": lambda: ours("plain"),
        "pydiffsol": pydiffsol,
        "scipy": scipy,
    }[name]()
    solve(2, 2)
    print(f"READY {version}", flush=True)
    for line in sys.stdin:
        command, subjects, threads, *file = line.split()
        began = time.perf_counter()
        found = solve(int(subjects), int(threads))
        took = time.perf_counter() - began
        if command == "check":
            np.save(file[0], found)
        print(f"{took:.6f} {peak_mib():.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
