"""An independent answer: scipy on the equations as written, restarted at every event.

Nothing of the engine but the text's own words takes part: no graph, no Jacobian, no timeline.
"""

from __future__ import annotations

import graphlib
import math
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.integrate import solve_ivp

from speciosa.engine import Bolus, Infusion, Model, Reset

Event = Bolus | Infusion | Reset
_NAME = re.compile(r"[A-Za-z_]\w*")


def _python(written: str) -> str:
    return re.sub(r"\bln\(", "log(", written).replace("^", "**")


def written_rates(model: Model) -> Callable[..., list[float]]:
    """``f(t, y, p)`` from the text's expressions; ``p`` is a list in the order of the model."""
    bodies = {d.name: _python(d.written) for d in model.definitions}
    needs = {name: set(_NAME.findall(body)) & bodies.keys() for name, body in bodies.items()}
    lines = ["def f(t, y, p):", "    time = t"]
    lines += [f"    {', '.join(model.state_names)}, = y"]
    lines += [f"    {', '.join(model.parameter_names)}, = p"]
    lines += [
        f"    {name} = {bodies[name]}" for name in graphlib.TopologicalSorter(needs).static_order()
    ]
    rates = ", ".join(_python(state.written) for state in model.states)
    lines += [f"    return [{rates}]"]
    names: dict[str, object] = {n: getattr(math, n) for n in ("exp", "log", "log10", "sqrt")}
    exec("\n".join(lines), names)  # noqa: S102 -- a model of these tests
    return names["f"]  # type: ignore[return-value]


def _of(value: float | np.ndarray, subject: int) -> float:
    return float(value) if np.ndim(value) == 0 else float(value[subject])


def reference(
    model: Model,
    parameters: np.ndarray,
    initial: np.ndarray,
    regimen: Sequence[Event],
    times: np.ndarray,
    *,
    subject: int = 0,
    method: str = "LSODA",
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> np.ndarray:
    """All states (times, states) of one subject; a value at an event is the value after it."""
    f = written_rates(model)
    number = {name: i for i, name in enumerate(model.state_names)}
    person = [float(value) for value in parameters]
    stops = {0.0, float(times[-1])}
    for event in regimen:
        stops |= {event.start_h, event.end_h} if isinstance(event, Infusion) else {event.time_h}
    ordered = sorted(stop for stop in stops if stop <= times[-1])
    y = np.array(initial, dtype=float)
    out = np.full((times.size, y.size), np.nan)
    for k, stop in enumerate(ordered):
        for event in regimen:
            if isinstance(event, Reset) and event.time_h == stop:
                y[number[event.state]] = _of(event.value, subject)
        for event in regimen:
            if isinstance(event, Bolus) and event.time_h == stop:
                y[number[event.into]] += _of(event.amount, subject)
        out[times == stop] = y
        if k + 1 == len(ordered):
            break
        inflow = np.zeros(y.size)
        for event in regimen:
            if isinstance(event, Infusion) and event.start_h <= stop < event.end_h:
                inflow[number[event.into]] += _of(event.rate, subject)
        inside = (times > stop) & (times < ordered[k + 1])
        at = np.append(times[inside], ordered[k + 1])
        solved = solve_ivp(
            lambda t, x, i=inflow: np.add(f(t, x.tolist(), person), i),
            (stop, ordered[k + 1]),
            y,
            method=method,
            t_eval=at,
            rtol=rtol,
            atol=atol,
        )
        assert solved.success, solved.message
        out[inside] = solved.y[:, :-1].T
        y = solved.y[:, -1].copy()
    return out


def scaled_error(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest error of each curve over its largest value, worst of all.

    A curve that stays below a thousandth is measured by that: absolute tolerances bound it.
    """
    scale = np.maximum(np.abs(expected).max(axis=-2, keepdims=True), 1e-3)
    return float((np.abs(found - expected) / scale).max())


def random_model_text(seed: int, *, stiff: bool = False) -> str:
    """A compartment model with saturable, inhibited, induced and timed terms at random.

    Every amount that leaves a compartment reaches another or is eliminated, so states stay
    non-negative, as amounts are.
    """
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 8))
    widest = 1e5 if stiff else 30.0
    parameters: dict[str, float] = {}

    def parameter(low: float, high: float) -> str:
        name = f"k{len(parameters)}"
        parameters[name] = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        return name

    def flow(i: int) -> str:
        """An amount per hour that leaves compartment ``i``."""
        rate, x, other = parameter(0.01, widest), f"A{i}", f"A{int(rng.integers(n))}"
        kinds = (
            f"{rate}*{x}",
            f"{rate}*{x}/(1 + {other}/{parameter(0.1, 10.0)})",
            f"{rate}*{x}/({parameter(0.05, 5.0)} + {x})",
            f"{rate}*{x}*E",
            f"{rate}*{x}*({x}/{parameter(1.0, 20.0)} + 0.01)^{parameter(0.6, 1.4)}",
            f"{rate}*{x}*(1 + 0.5*exp(-{parameter(0.05, 1.0)}*time))",
            f"{rate}*{x}/sqrt(1 + {other})",
            f"{rate}*ln(1 + {x})",
        )
        return kinds[0] if rng.random() < 0.4 else kinds[int(rng.integers(len(kinds)))]

    rates = {i: [] for i in range(n)}
    for i in range(n):
        out = flow(i)
        rates[i].append(f"- {out}")
        if i + 1 < n:
            rates[i + 1].append(f"+ {out}")
        if rng.random() < 0.5:
            target = int(rng.integers(n))
            if target != i:
                back = flow(i)
                rates[i].append(f"- {back}")
                rates[target].append(f"+ {back}")
    pool = (
        f"{parameter(0.02, 0.2)}*(1 - E) - {parameter(0.1, 3.0)}*E*A0/({parameter(0.5, 5.0)} + A0)"
    )
    lines = [f"  {name} = {value!r};  # [1] drawn" for name, value in parameters.items()]
    lines += [f"  A{i}' = 0 {' '.join(terms)};  # [1] amount" for i, terms in rates.items()]
    lines += [f"  E' = {pool};  # [1] enzyme", "  E = 1;"]
    lines += [f"  half{i} := A{i}/(A{i} + 1);  # [1] share" for i in range(n)]
    return "\n".join(["model random", *lines, "end"]) + "\n"


def spread(model: Model, subjects: int, seed: int, sd: float) -> dict[str, np.ndarray]:
    """Log-normal individuals about the text's values."""
    rng = np.random.default_rng(seed)
    return {
        p.name: (p.value or 1.0) * np.exp(sd * rng.standard_normal(subjects))
        for p in model.parameters
    }


def rows(model: Model, population: Mapping[str, np.ndarray]) -> np.ndarray:
    """(subjects, parameters) in the order of the model."""
    return np.column_stack([population[name] for name in model.parameter_names])
