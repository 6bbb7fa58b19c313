"""What holds for every subject whatever the numbers: balance, sign, proportion, independence."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from tests.engine.oracle import Event, spread
from tests.engine.texts import MODELS

from speciosa.engine import Bolus, Infusion, Reduction, read_model, simulate

# Everything swallowed is somewhere: saturable, inhibited and shared ways lead to U in the end.
CLOSED = read_model("""
model closed
  ka = 1.5;      # [1/h] absorption
  VM = 9;        # [umol/h] saturable elimination
  KM = 2;        # [umol] half saturation
  CL = 0.3;      # [1/h] other elimination
  kio = 2;       # [1/h] there
  koi = 0.4;     # [1/h] and back
  KI = 3;        # [umol] inactivation
  kd = 0.05;     # [1/h] turnover
  v := VM*E*C/(KM + C);             # [umol/h] saturable flow
  D' = -ka*D;                       # [umol] depot
  C' = ka*D - v - CL*C - kio*C + koi*P;  # [umol] central
  P' = kio*C - koi*P;               # [umol] peripheral
  U' = v + CL*C;                    # [umol] eliminated
  E' = kd*(1 - E) - 2*E*C/(KI + C); # [1] enzyme
  E = 1;
end
""")
TIMES = np.linspace(0.0, 96.0, 193)
REGIMEN: list[Event] = [
    *(Bolus(12.0 * i, "D", 40.0) for i in range(6)),
    Infusion(5.0, 9.0, "C", 3.0),
]


def given() -> np.ndarray:
    doses = sum(40.0 * (12.0 * i <= TIMES) for i in range(6))
    return doses + 3.0 * (np.clip(TIMES, 5.0, 9.0) - 5.0)


def run(population: dict[str, np.ndarray], **options: object) -> np.ndarray:
    found = simulate(CLOSED, population, REGIMEN, TIMES, ("D", "C", "P", "U", "E"), **options)
    assert found.values is not None
    return found.values


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-9])
def test_what_is_given_is_there_or_eliminated(rtol: float) -> None:
    """A linear invariant: it holds to rounding, at any tolerance."""
    values = run(spread(CLOSED, 200, 3, 1.0), rtol=rtol, atol=rtol / 1000)
    total = values[:, :, :4].sum(axis=2)
    np.testing.assert_allclose(total, np.broadcast_to(given(), total.shape), rtol=1e-8)


def test_no_amount_is_negative_beyond_the_absolute_tolerance() -> None:
    assert run(spread(CLOSED, 400, 4, 1.5)).min() >= -1e-9


def test_more_inactivation_never_lowers_what_the_enzyme_would_remove() -> None:
    people = spread(CLOSED, 100, 5, 0.8)
    less, more = (run({**people, "KI": people["KI"] * factor}) for factor in (1.0, 0.5))
    assert (more[:, :, 4] <= less[:, :, 4] + 1e-7).all()
    assert (more[:, :, 1] >= less[:, :, 1] - 1e-5).all()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_reducing_on_the_fly_is_reducing_the_curves(threads: int) -> None:
    people = spread(CLOSED, 300, 6, 0.8)
    values = run(people)
    reduced = simulate(
        CLOSED,
        people,
        REGIMEN,
        TIMES,
        ("D", "C", "P", "U", "E"),
        threads=threads,
        reduce=Reduction((0.05, 0.5, 0.95)),
    )
    assert reduced.values is None
    summary = reduced.summary
    assert summary is not None
    np.testing.assert_array_equal(summary.cmax, values.max(axis=1))
    np.testing.assert_array_equal(summary.tmax, TIMES[values.argmax(axis=1)])
    np.testing.assert_allclose(summary.auc, np.trapezoid(values, TIMES, axis=1), rtol=1e-12)
    expected = np.quantile(values, (0.05, 0.5, 0.95), axis=0)
    np.testing.assert_allclose(summary.quantiles, expected, rtol=1e-12, atol=1e-300)


def test_a_population_in_parts_is_the_population_bit_for_bit() -> None:
    model = MODELS["benchmark"]
    people = spread(model, 101, 7, 0.4)
    regimen = [Bolus(0.0, "T1", 50.0), Bolus(8.0, "T1", 50.0)]
    times = np.linspace(0.0, 24.0, 40)

    def curves(part: slice) -> bytes:
        chosen = {name: values[part] for name, values in people.items()}
        found = simulate(model, chosen, regimen, times, ("Cc", "Cm"))
        assert found.values is not None
        return found.values.tobytes()

    whole = curves(slice(None))
    cuts = (0, 1, 9, 60, 101)
    assert whole == b"".join(curves(slice(a, b)) for a, b in itertools.pairwise(cuts))


def test_the_linear_path_agrees_with_the_lanes_and_keeps_proportion() -> None:
    model = MODELS["linear"]
    people = spread(model, 80, 8, 0.3)
    people["F"] = np.clip(people["F"] * 0.5, 0.05, 0.95)
    regimen = [Bolus(8.0 * i, "D", 50.0) for i in range(6)] + [Bolus(20.0, "S", 5.0)]
    times = np.linspace(0.0, 72.0, 145)
    lanes, exact = (
        simulate(
            model, people, regimen, times, ("Cc", "Cm"), method=method, rtol=1e-9, atol=1e-13
        ).values
        for method in ("lanes", "linear")
    )
    assert lanes is not None
    assert exact is not None
    scale = exact.max(axis=1, keepdims=True)
    assert (np.abs(lanes - exact) / scale).max() < 1e-8
    twice = simulate(
        model,
        people,
        [Bolus(dose.time_h, dose.into, 2.0 * dose.amount) for dose in regimen],
        times,
        ("Cc", "Cm"),
        method="linear",
    ).values
    assert twice is not None
    assert (2.0 * exact).tobytes() == twice.tobytes()
