"""The benchmark model in the languages of the peers, written from the model text.

The text holds only ``+ - * /``, names and numbers, which mean the same in all of them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import problem

from speciosa.engine import Model


def _fixed(model: Model) -> dict[str, float]:
    return {k: v for k, v in problem.typical(model).items() if k not in problem.VARIATION}


def _initial(name: str) -> float:
    return 1.0 if name in ("EG", "EL") else 0.0


def c_of_desolve(model: Model) -> str:
    """A compiled right-hand side for deSolve."""
    count = len(problem.VARIATION)
    lines = [
        f"static double p[{count}];",
        f"void initmod(void (*get)(int *, double *)) {{ int n = {count}; get(&n, p); }}",
        "void derivs(int *n, double *t, double *y, double *dy, double *out, int *ip) {",
    ]
    lines += [f"  const double {name} = p[{i}];" for i, name in enumerate(problem.VARIATION)]
    lines += [f"  const double {name} = {value!r};" for name, value in _fixed(model).items()]
    lines += [f"  const double {name} = y[{i}];" for i, name in enumerate(model.state_names)]
    lines += [f"  const double {d.name} = {d.written};" for d in model.definitions]
    lines += [f"  dy[{i}] = {state.written};" for i, state in enumerate(model.states)]
    return "\n".join([*lines, "}", ""])


def mrgsolve(model: Model) -> str:
    """A model file of mrgsolve."""
    values = ", ".join(f"{name} = {value!r}" for name, value in problem.typical(model).items())
    lines = [f"$PARAM {values}", f"$CMT {' '.join(model.state_names)}", "$MAIN"]
    lines += [f"{name}_0 = 1.0;" for name in model.state_names if _initial(name)]
    lines += ["$ODE", *(f"double {d.name} = {d.written};" for d in model.definitions)]
    lines += [f"dxdt_{state.name} = {state.written};" for state in model.states]
    lines += ["$TABLE"]
    pairs = enumerate(problem.OUTPUT_STATES, start=1)
    lines += [f"double O{i} = {state}/{volume};" for i, (state, volume) in pairs]
    return "\n".join([*lines, "$CAPTURE O1 O2 O3", ""])


def rxode2(model: Model) -> str:
    """A model of rxode2; ``~`` keeps a value out of the output."""
    lines = ["rxode2({", *(f"{name} ~ {value!r}" for name, value in _fixed(model).items())]
    lines += [f"{d.name} ~ {d.written}" for d in model.definitions]
    lines += [f"d/dt({state.name}) <- {state.written}" for state in model.states]
    lines += [f"{name}(0) <- 1" for name in model.state_names if _initial(name)]
    pairs = enumerate(problem.OUTPUT_STATES, start=1)
    lines += [f"O{i} <- {state}/{volume}" for i, (state, volume) in pairs]
    return "\n".join([*lines, "})", ""])


def diffsl(model: Model) -> str:
    """DiffSL; initial amounts are inputs, because a dose restarts the solution."""
    typical = problem.typical(model)
    lines = ["in_i {"]
    lines += [f"  {name} = {typical[name]!r}," for name in problem.VARIATION]
    lines += [f"  I{name} = {_initial(name)!r}," for name in model.state_names]
    lines += ["}", *(f"{name} {{ {value!r} }}" for name, value in _fixed(model).items())]
    lines += ["u_i {", *(f"  {name} = I{name}," for name in model.state_names), "}"]
    lines += [f"{d.name} {{ {d.written} }}" for d in model.definitions]
    lines += ["F_i {", *(f"  {state.written}," for state in model.states), "}"]
    lines += ["out_i {", *(f"  {name}," for name in model.state_names), "}"]
    return "\n".join([*lines, ""])


def write_for_r(folder: Path, subjects: int) -> None:
    """Everything the R peers read."""
    model = problem.model()
    names = model.state_names
    (folder / "desolve.c").write_text(c_of_desolve(model), encoding="utf-8")
    (folder / "mrgsolve.cpp").write_text(mrgsolve(model), encoding="utf-8")
    (folder / "rxode2.R").write_text(rxode2(model), encoding="utf-8")
    problem.individuals(model, subjects).astype("<f8").tofile(folder / "people.bin")
    rows = [(d.time_h, names.index(d.into) + 1, d.amount) for d in problem.DOSES]
    for file, table, head in (
        ("doses.csv", rows, "time,cmt,amt"),
        ("times.csv", problem.TIMES_H, "time"),
        ("initial.csv", [_initial(name) for name in names], "amount"),
    ):
        np.savetxt(folder / file, table, "%.17g", delimiter=",", header=head, comments="")
    (folder / "names.txt").write_text(
        "\n".join([" ".join(names), " ".join(problem.VARIATION)]) + "\n", encoding="utf-8"
    )
