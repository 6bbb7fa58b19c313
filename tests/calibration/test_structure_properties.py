"""What the shipped structures must do whatever the parameters: properties over posterior people."""

from __future__ import annotations

import numpy as np
import pytest
from calibration.people import groups

from speciosa.engine import Bolus, read_model, simulate
from speciosa.knowledge import load

MODELS = load().models
TIMES = np.concatenate((np.arange(0.25, 12.0, 0.25), np.arange(12.0, 340.0, 4.0)))
DOSE_UMOL = 100.0


def people(structure: str, count: int = 48) -> dict[str, np.ndarray]:
    held = groups(MODELS.parameters(structure), MODELS.posterior(structure), 1, seed=11)
    return {name: values[:count] for name, values in held.items()}


def curves(
    structure, population, *, amount=DOSE_UMOL, days=10, output="Cc", fragments=(), extra=()
):
    model = read_model(MODELS.text(structure), *fragments)
    regimen = [Bolus(24.0 * i, "D", amount) for i in range(days)] + list(extra)
    result = simulate(model, population, regimen, TIMES, [output], rtol=1e-8, atol=1e-11)
    return result.values[:, :, 0]


@pytest.mark.parametrize("output", ["Cc", "Cm"])
def test_the_linear_structure_is_proportional_to_dose(output):
    one, three = (
        curves("linear", people("linear"), amount=DOSE_UMOL * k, output=output) for k in (1, 3)
    )
    assert np.allclose(three, 3 * one, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("structure", ["linear", "turnover"])
@pytest.mark.parametrize("output", ["Cc", "Cm"])
def test_no_concentration_is_negative(structure, output):
    assert curves(structure, people(structure), output=output).min() > -1e-9


@pytest.mark.parametrize("potency", ["fug", "ful"])
def test_more_inhibition_never_lowers_mitragynine(potency):
    population = people("turnover")
    less = curves("turnover", population)
    more = curves("turnover", population | {potency: 3.0 * population[potency]})
    assert (more >= less * (1 - 1e-6) - 1e-10).all()
    assert (more > less * 1.0001).any()


def test_the_turnover_structure_without_inhibition_is_proportional_to_dose():
    population = people("turnover") | {"fug": np.full(48, 1e-12), "ful": np.full(48, 1e-12)}
    one, three = (curves("turnover", population, amount=DOSE_UMOL * k) for k in (1, 3))
    assert np.allclose(three, 3 * one, rtol=1e-6, atol=1e-10)


def test_a_gut_that_is_all_inhibited_raises_midazolam_by_its_extraction_and_no_further():
    victim = {p.name: p.prior.median for p in MODELS.victims["midazolam"].parameters}
    population = people("turnover") | victim
    population |= {"fug": np.full(48, 50.0), "ful": np.full(48, 1e-12)}
    areas = [
        np.trapezoid(
            curves(
                "turnover", population, amount=amount, days=1, output="Cz",
                fragments=[MODELS.text("victim")], extra=[Bolus(0.0, "ZD", 10.0)],
            ),
            TIMES,
            axis=1,
        )
        for amount in (0.0, 20 * DOSE_UMOL)
    ]  # fmt: skip
    most = 1.0 + victim["CLzg"] / population["Qg"][0]  # one over the gut availability
    ratio = areas[1] / areas[0]
    assert (ratio < most * 1.001).all()
    assert np.median(ratio) > 0.8 * most


def test_mitragynine_in_the_gut_wall_solves_its_own_balance():
    """What flows in flows on or is taken, also where the enzyme is all but saturated."""
    population = people("turnover") | {"fug": np.full(48, 5.0)}
    model = read_model(MODELS.text("turnover"))
    names = ["a", "vg", "Cg"]
    found = simulate(model, population, [Bolus(0.0, "D", 3000.0)], TIMES[:60], names).values
    entered, taken, inside = (found[:, :, i] for i in range(3))
    assert np.allclose(entered, taken + population["Qg"][:, None] * inside, rtol=1e-9, atol=1e-12)
