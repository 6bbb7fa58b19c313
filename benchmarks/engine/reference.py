"""Makes ``reference.npz``: the first 100 subjects by scipy's DOP853 at rtol 1e-11.

    python benchmarks/engine/reference.py

Radau, an unrelated method, confirms ten of them at rtol 1e-10. The right-hand side is the written
equations of the model text as Python, not the engine's graph.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import problem
import scipy
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from speciosa.engine import Model

Array = NDArray[np.float64]
SUBJECTS, CONFIRMED = 100, 10
FILE = problem.HERE / "reference.npz"


def right_hand_side(model: Model) -> Callable[[float, Array, Array], Array]:
    """The equations as written, compiled."""
    fixed = {k: v for k, v in problem.typical(model).items() if k not in problem.VARIATION}
    lines = ["def slope(t, y, p):"]
    lines += [f"    {name} = p[{i}]" for i, name in enumerate(problem.VARIATION)]
    lines += [f"    {name} = {value!r}" for name, value in fixed.items()]
    lines += [f"    {name} = y[{i}]" for i, name in enumerate(model.state_names)]
    lines += [f"    {d.name} = {d.written}" for d in model.definitions]
    lines += [f"    return np.array([{', '.join(s.written for s in model.states)}])"]
    names: dict[str, Any] = {"np": np}
    exec("\n".join(lines), names)  # noqa: S102
    compiled: Any = numba.njit(names["slope"])
    found: Callable[[float, Array, Array], Array] = compiled
    return found


def solve(model: Model, slope: Callable[..., Array], individual: Array, **options: object) -> Array:
    """(times, outputs) of one subject, restarted at every dose."""
    names = model.state_names
    values = problem.typical(model) | dict(zip(problem.VARIATION, individual, strict=True))
    state = np.array([1.0 if name in ("EG", "EL") else 0.0 for name in names])
    out = []
    ends = [*(dose.time_h for dose in problem.DOSES[1:]), problem.END_H]
    for dose, end in zip(problem.DOSES, ends, strict=True):
        state[names.index(dose.into)] += dose.amount
        wanted = problem.TIMES_H[(dose.time_h < problem.TIMES_H) & (end >= problem.TIMES_H)]
        at = np.unique(np.append(wanted, end))
        solved = solve_ivp(
            slope, (dose.time_h, end), state, t_eval=at, args=(individual,), **options
        )
        if not solved.success:
            raise RuntimeError(solved.message)
        out.append(solved.y[:, : wanted.size])
        state = solved.y[:, -1].copy()
    curves = np.concatenate(out, axis=1)
    return np.stack(
        [curves[names.index(state)] / values[volume] for state, volume in problem.OUTPUT_STATES],
        axis=1,
    )


def main() -> int:
    """Compute, confirm and store."""
    model = problem.model()
    slope = right_hand_side(model)
    people = problem.individuals(model, SUBJECTS)
    tight = {"method": "DOP853", "rtol": 1e-11, "atol": 1e-14}
    values = np.stack([solve(model, slope, person, **tight) for person in people])
    other = {"method": "Radau", "rtol": 1e-10, "atol": 1e-13}
    confirming = np.stack([solve(model, slope, person, **other) for person in people[:CONFIRMED]])
    scale = confirming.max(axis=1, keepdims=True)
    difference = float((np.abs(values[:CONFIRMED] - confirming) / scale).max())
    print(f"DOP853 and Radau differ by {difference:.1e} of Cmax (scipy {scipy.__version__})")
    if difference > 1e-9:
        return 1
    np.savez_compressed(FILE, values=values, confirmed_to=difference)
    print(f"{FILE.name}: {values.shape}, {FILE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
