"""Lanes, plain code and the matrix exponential agree on one linear model under any regimen."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.texts import MODELS

from speciosa.engine import Bolus, Infusion, Reset, simulate

MODEL = MODELS["linear"]
OUTPUTS = (*MODEL.state_names, *(definition.name for definition in MODEL.definitions))


def regimen(rng: np.random.Generator, start: float, subjects: int) -> list:
    """Up to six events at whole hours, so that some fall on others and on output times."""
    events = []
    for _ in range(rng.integers(0, 7)):
        time = start + float(rng.integers(0, 60))
        state = str(rng.choice(MODEL.state_names))
        amount = rng.uniform(0.0, 50.0, subjects) if rng.random() < 0.5 else 20.0
        match rng.integers(3):
            case 0:
                events.append(Bolus(time, state, amount))
            case 1:
                events.append(Infusion(time, time + float(rng.integers(1, 20)), state, amount))
            case _:
                events.append(Reset(time, state, amount))
    return events


@pytest.mark.parametrize("method", ["lanes", "plain"])
@pytest.mark.parametrize("seed", range(25))
def test_any_regimen(seed, method):
    rng = np.random.default_rng(seed)
    subjects, start = int(rng.integers(1, 20)), float(rng.choice([0.0, 5.0, -3.0]))
    population = {
        parameter.name: rng.uniform(0.2, 1.0, subjects)
        if parameter.unit == "1"
        else np.exp(rng.uniform(np.log(0.3), np.log(50.0), subjects))
        for parameter in MODEL.parameters
    }
    times = np.unique(start + np.round(rng.uniform(0.0, 48.0, 10), int(rng.integers(0, 4))))
    initial = {name: rng.uniform(0.0, 5.0, subjects) for name in MODEL.state_names[::2]}
    events = regimen(rng, start, subjects)
    asked = {"subjects": subjects, "start": start, "initial": initial}
    exact = simulate(MODEL, population, events, times, OUTPUTS, method="linear", **asked)
    found = simulate(MODEL, population, events, times, OUTPUTS, method=method, rtol=1e-8, **asked)
    size = np.abs(exact.values).max() + 1.0
    np.testing.assert_allclose(found.values, exact.values, rtol=1e-6, atol=1e-7 * size)
    np.testing.assert_allclose(found.final, exact.final, rtol=1e-6, atol=1e-7 * size)


@pytest.mark.parametrize("method", ["lanes", "plain"])
@pytest.mark.parametrize("waited_h", [1.0, 10.0, 36.0, 400.0])
def test_an_event_after_everything_has_decayed(method, waited_h):
    population = {
        parameter.name: 0.5 if parameter.unit == "1" else 20.0 for parameter in MODEL.parameters
    }
    events = [Bolus(0.0, "D", 3.0), Infusion(waited_h, waited_h + 9.0, "D", 20.0)]
    times = waited_h + np.array([0.0, 0.5, 5.0, 20.0])
    exact, found = (
        simulate(MODEL, population, events, times, OUTPUTS, subjects=1, method=name).values
        for name in ("linear", method)
    )
    np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-6)
