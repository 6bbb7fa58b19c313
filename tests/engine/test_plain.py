"""The second implementation: it says what the lanes say, and can be read."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import numpy as np
import pytest
from tests.engine.oracle import Event, reference, rows, scaled_error, spread
from tests.engine.texts import MODELS

from speciosa.engine import Bolus, Infusion, Reset, SimulationError, read_model, simulate
from speciosa.engine.plain.solver import print_code

# Every operation, an explicit time, names that the code uses itself, a state that runs away.
TEXT = """
model everything
  ka = 1.2;       # [1/h] absorption
  w = 0.4;        # [1/h] elimination
  K = 3;          # [umol] half saturation
  n = 1.7;        # [1] steepness
  x1 = 0.3;       # [1/h] rhythm
  grow = 0;       # [1] above nought the pool runs away
  y := 2*A/(1 + A);                     # [1] a share
  r := exp(-x1*time)/(1 + sqrt(1 + C)); # [1] fades
  h := C^n/(K^n + C^n);                 # [1] saturation
  s := ln(1 + C)*y;                     # [1] size
  A' = -ka*A;                           # [umol] depot
  C' = ka*A - w*C*(1 + r);         # [umol] central
  B' = x1*(1 - B) - 0.8*h*B + grow*B^3; # [1] pool
  B = 1;
end
"""
MODEL = read_model(TEXT)
REGIMEN: list[Event] = [
    Bolus(0.0, "A", 20.0),
    Infusion(2.0, 6.5, "C", 1.5),
    Bolus(4.0, "A", 8.0),
    Bolus(4.0, "C", 1.0),
    Reset(10.0, "B", 0.7),
]
TIMES = np.array([0.0, 0.25, 1.0, 2.0, 4.0, 6.0, 6.5, 9.0, 10.0, 15.0, 24.0])
OUTPUTS = ("A", "C", "B", "y", "r", "h", "s")
SUBJECTS = 60


@pytest.fixture(scope="module")
def population() -> dict[str, np.ndarray]:
    found = spread(MODEL, SUBJECTS, 5, 0.7)
    found["grow"] = np.zeros(SUBJECTS)
    found["n"] = np.maximum(found["n"], 1.1)  # below 1 its slope at nought is infinite
    return found


def test_both_implementations_and_scipy_agree(population: dict[str, np.ndarray]) -> None:
    tight = {"rtol": 1e-9, "atol": 1e-12}
    lanes = simulate(MODEL, population, REGIMEN, TIMES, OUTPUTS, method="lanes", **tight)
    plain = simulate(MODEL, population, REGIMEN, TIMES, OUTPUTS, method="plain", **tight)
    assert (lanes.method, plain.method) == ("lanes", "plain")
    assert lanes.values is not None
    assert plain.values is not None
    assert scaled_error(plain.values, lanes.values) < 1e-8
    np.testing.assert_allclose(plain.final, lanes.final, rtol=1e-6, atol=1e-10)
    initial = np.array([0.0, 0.0, 1.0])
    for i, person in enumerate(rows(MODEL, population)):
        expected = reference(MODEL, person, initial, REGIMEN, TIMES, rtol=1e-10, atol=1e-13)
        assert scaled_error(plain.values[i, :, :3], expected) < 1e-7


def test_threads_order_and_company_change_no_bit(population: dict[str, np.ndarray]) -> None:
    def run(people: dict[str, np.ndarray], threads: int) -> np.ndarray:
        found = simulate(MODEL, people, REGIMEN, TIMES, OUTPUTS, method="plain", threads=threads)
        assert found.values is not None
        return found.values

    whole = run(population, 1)
    assert run(population, 3).tobytes() == whole.tobytes()
    order = np.random.default_rng(1).permutation(SUBJECTS)
    mixed = {name: values[order] for name, values in population.items()}
    assert run(mixed, 2).tobytes() == whole[order].tobytes()
    alone = {name: values[7:8] for name, values in population.items()}
    assert run(alone, 1).tobytes() == whole[7:8].tobytes()


def test_a_person_who_runs_away_is_named_and_the_others_are_not_touched(
    population: dict[str, np.ndarray],
) -> None:
    wild = {name: values.copy() for name, values in population.items()}
    wild["grow"][[3, 40]] = 5.0
    for method in ("plain", "lanes"):
        found = simulate(
            MODEL, wild, REGIMEN, TIMES, OUTPUTS, method=method, failures="report", most_steps=5000
        )
        assert [failure.subject for failure in found.failures] == [3, 40]
        assert found.values is not None
        assert np.isnan(found.values[[3, 40]]).all()
        tame = simulate(MODEL, population, REGIMEN, TIMES, OUTPUTS, method=method, most_steps=5000)
        assert tame.values is not None
        others = np.delete(np.arange(SUBJECTS), [3, 40])
        assert found.values[others].tobytes() == tame.values[others].tobytes()
    with pytest.raises(SimulationError, match="subject 3 at"):
        simulate(MODEL, wild, REGIMEN, TIMES, OUTPUTS, method="plain")


def test_too_many_steps_are_a_failure_with_its_time(population: dict[str, np.ndarray]) -> None:
    found = simulate(
        MODEL, population, REGIMEN, TIMES, ("C",), method="plain", most_steps=20, failures="report"
    )
    assert len(found.failures) == SUBJECTS
    assert all(0.0 < failure.time_h < 24.0 for failure in found.failures)
    assert "more steps" in found.failures[0].reason


def test_extreme_people_of_the_benchmark_agree_in_both() -> None:
    model = MODELS["benchmark"]
    people = spread(model, 150, 2, 1.2)
    regimen = [Bolus(8.0 * i, "T1", 50.0) for i in range(6)] + [Bolus(2.0, "ZD", 6.0)]
    times = np.linspace(0.5, 60.0, 90)
    names = ("Cc", "Cm", "Cz", "EG", "EL")
    lanes, plain = (
        simulate(model, people, regimen, times, names, method=method, rtol=1e-8, atol=1e-11).values
        for method in ("lanes", "plain")
    )
    assert lanes is not None
    assert plain is not None
    assert scaled_error(plain, lanes) < 1e-7
    assert (plain >= 0.0).all()


@pytest.mark.parametrize("name", MODELS)
def test_printed_code_is_python_that_names_the_quantities_of_the_text(name: str) -> None:
    model = MODELS[name]
    tree = ast.parse(print_code(model))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {"prepare", "rates", "factor", "solve", "quantities", "run"} <= functions
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert set(model.state_names) <= names


def test_names_that_the_code_uses_itself_may_name_a_quantity() -> None:
    code = print_code(MODEL)
    ast.parse(code)
    assert "w_ = p[1]" in code  # w holds the matrix
    assert "x1_ = p[4]" in code  # x1 is what a shared expression may be called
    assert "y_ = " in code  # y holds the states


def test_a_second_process_does_not_compile_again(tmp_path: object) -> None:
    """Compiled code is found by a new process, and nothing is needed but the text."""
    script = (
        "from speciosa.engine import read_model, simulate\n"
        "from speciosa.engine.plain import solver\n"
        "text = 'model one\\n k = 1; # [1/h] rate\\n C\\' = -k*C; # [umol] c\\n C = 1;\\nend'\n"
        "m = read_model(text)\n"
        "r = simulate(m, {}, [], [1.0], ['C'], subjects=1, method='plain')\n"
        "(run,) = solver._solvers.values()\n"
        "print(f'{r.values[0, 0, 0]:.6f}', sum(run.stats.cache_hits.values()))\n"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "SPECIOSA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for _ in range(2)
    ]
    assert answers == [["0.367879", "0"], ["0.367879", "1"]]
