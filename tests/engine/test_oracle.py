"""Both solvers against scipy, which shares nothing with them but the words of the text."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from tests.engine.oracle import (
    Event,
    random_model_text,
    reference,
    rows,
    scaled_error,
    spread,
)

from speciosa.engine import Bolus, Infusion, Reset, read_model, simulate

FOLDER = Path(__file__).parents[2] / "benchmarks/engine"
TIMES = np.array([0.0, 0.3, 1.0, 2.0, 3.5, 5.0, 6.0, 9.0, 12.0, 20.0, 30.0, 48.0])
REGIMEN: list[Event] = [
    Bolus(0.0, "A0", 20.0),
    Infusion(1.0, 3.0, "A1", 5.0),
    Bolus(5.0, "A0", 12.5),
    Reset(9.0, "E", 0.5),
]


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    """The benchmark's problem."""
    spec = importlib.util.spec_from_file_location("engine_problem", FOLDER / "problem.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("method", ["lanes", "plain"])
def test_the_benchmark_agrees_with_its_stored_reference(problem: ModuleType, method: str) -> None:
    model = problem.model()
    expected = np.load(FOLDER / "reference.npz")["values"]
    regimen = [Bolus(dose.time_h, dose.into, dose.amount) for dose in problem.DOSES]
    people = problem.population(model, len(expected))
    for rtol, allowed in ((1e-6, 1e-6), (1e-9, 5e-9)):
        found = simulate(
            model,
            people,
            regimen,
            problem.TIMES_H,
            problem.OUTPUTS,
            rtol=rtol,
            atol=rtol / 1000,
            method=method,
        )
        assert found.values is not None
        scale = expected.max(axis=1, keepdims=True)
        assert (np.abs(found.values - expected) / scale).max() < allowed
        assert (found.values >= 0.0).all()


# LSODA needs seconds to minutes for these people, and we milliseconds.
TOO_SLOW_FOR_SCIPY = (7, 15, 16)


@pytest.mark.parametrize(
    ("seed", "stiff"),
    [(seed, False) for seed in range(20)]
    + [(seed, True) for seed in range(23) if seed not in TOO_SLOW_FOR_SCIPY],
)
def test_random_models_and_people_agree_with_lsoda(seed: int, stiff: bool) -> None:
    """Six people of each of forty models, rates spread over up to seven decades."""
    model = read_model(random_model_text(seed, stiff=stiff))
    population = spread(model, 6, seed, 0.6)
    found = simulate(model, population, REGIMEN, TIMES, model.state_names, method="lanes")
    assert found.values is not None
    initial = np.array([*[0.0] * (len(model.states) - 1), 1.0])
    for i, person in enumerate(rows(model, population)):
        expected = reference(
            model, person, initial, REGIMEN, TIMES, method="LSODA", rtol=1e-9, atol=1e-12
        )
        assert scaled_error(found.values[i], expected) < 1e-5, f"subject {i}"


@pytest.mark.parametrize(("seed", "other"), [(1, "Radau"), (3, "DOP853"), (11, "Radau")])
def test_unrelated_methods_say_the_same(seed: int, other: str) -> None:
    model = read_model(random_model_text(seed))
    population = spread(model, 3, seed, 0.6)
    found = simulate(
        model, population, REGIMEN, TIMES, model.state_names, rtol=1e-9, atol=1e-12, method="lanes"
    )
    assert found.values is not None
    initial = np.array([*[0.0] * (len(model.states) - 1), 1.0])
    for i, person in enumerate(rows(model, population)):
        expected = reference(
            model, person, initial, REGIMEN, TIMES, method=other, rtol=1e-8, atol=1e-11
        )
        assert scaled_error(found.values[i], expected) < 1e-6
