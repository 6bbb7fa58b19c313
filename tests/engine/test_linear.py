"""The linear path against closed forms, scipy and its own symmetries."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure import closed_form as kinetics

from speciosa.engine import Model, linear, read_model, simulate
from speciosa.engine.dosing import Bolus, Event, Infusion, Reset, timeline
from speciosa.engine.exponential import exponential
from speciosa.engine.population import People, people
from speciosa.engine.problem import Problem, Status, empty_outcome
from speciosa.engine.sparse import analyse
from speciosa.engine.steady import after_periods, steady_state
from speciosa.errors import InputError

TWO_COMPARTMENTS = """
model two_compartments
  const ka;               # [1/h] absorption rate
  const CL;               # [L/h] clearance
  const V;                # [L] central volume
  const Q;                # [L/h] flow
  const Vp;               # [L] peripheral volume
  Cc := C/V;              # [umol/L] concentration
  log_c := ln(Cc + 1);    # [1] something that is not linear in the states
  D' = -ka*D;             # [umol] depot
  C' = ka*D - CL*Cc - Q*(Cc - P/Vp);  # [umol] central
  P' = Q*(Cc - P/Vp);     # [umol] peripheral
  U' = CL*Cc;             # [umol] eliminated
end
"""
TYPICAL = {"ka": 1.3, "CL": 20.0, "V": 80.0, "Q": 15.0, "Vp": 300.0}
MODEL = read_model(TWO_COMPARTMENTS)
SUBJECTS = 40


def population(subjects: int = SUBJECTS, spread: float = 0.5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    return {k: v * np.exp(spread * rng.normal(size=subjects)) for k, v in TYPICAL.items()}


def run(
    model: Model,
    everyone: People,
    regimen: list[Event],
    times: np.ndarray,
    outputs: tuple[str, ...],
) -> tuple[np.ndarray, np.ndarray]:
    line = timeline(regimen, model.state_names, everyone.count, start=0.0, end=times[-1])
    problem = Problem(analyse(model), everyone, line, times, outputs, 1e-6, 1e-9, 1)
    outcome = empty_outcome(problem)
    linear.worker(problem)(outcome, np.zeros(3, dtype=np.int64))
    assert (outcome.status == Status.DONE).all()
    return outcome.values, outcome.final


# ------------------------------------------------------------------ the exponential


@pytest.mark.parametrize("size", [1e-6, 0.1, 1.0, 50.0, 3000.0])
def test_compartment_matrices_agree_with_scipy_entry_by_entry(size: float) -> None:
    rng = np.random.default_rng(3)
    matrices = rng.random((60, 7, 7)) * size
    for i in range(7):
        matrices[:, i, i] = 0.0
        matrices[:, i, i] = -matrices[:, :, i].sum(axis=1)
    found = exponential(matrices)
    assert (found >= 0.0).all()
    np.testing.assert_allclose(found, scipy.linalg.expm(matrices), rtol=1e-11 + 1e-14 * size)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-11)


def test_any_matrix_agrees_with_scipy() -> None:
    matrices = np.random.default_rng(4).normal(size=(80, 6, 6)) * 3.0
    expected = scipy.linalg.expm(matrices)
    error = np.abs(exponential(matrices) - expected).max(axis=(1, 2))
    assert (error <= 1e-12 * np.abs(expected).max(axis=(1, 2))).all()


def test_slow_beside_fast_keeps_the_precision_of_the_slow() -> None:
    rates = np.array([1e-6, 1e-2, 5e3])
    decay = exponential((np.diag(-rates) * 100.0)[None])[0]
    np.testing.assert_allclose(np.diag(decay), np.exp(-rates * 100.0), rtol=1e-9)


def test_an_exponential_does_not_depend_on_its_neighbours() -> None:
    matrices = (
        np.random.default_rng(5).normal(size=(50, 5, 5)) * np.geomspace(0.01, 99, 50)[:, None, None]
    )
    together = exponential(matrices)
    alone = np.concatenate([exponential(matrices[i : i + 1]) for i in range(50)])
    assert together.tobytes() == alone.tobytes()


# ------------------------------------------------------------------ curves


def test_doses_agree_with_sums_of_exponentials() -> None:
    values = population()
    nothing = np.full(SUBJECTS, 0.5)
    body = kinetics.Body(
        clearance_l_h=values["CL"],
        central_l=values["V"],
        flow_l_h=values["Q"],
        peripheral_l=values["Vp"],
        absorption_per_h=values["ka"],
        seven_oh_clearance_l_h=nothing,
        first_pass_share=nothing,
        seven_oh_elimination_per_h=nothing,
        swallowed_absorption_per_h=nothing,
        swallowed_clearance_l_h=nothing,
    )
    amounts = np.random.default_rng(1).uniform(10.0, 90.0, (SUBJECTS, 3))
    at = np.array([0.0, 5.0, 11.5])
    time_h = np.linspace(0.0, 24.0, 97)
    expected = kinetics.superpose(
        kinetics.mitragynine(body), kinetics.Doses(amounts, at, 24.0, 4.0), time_h
    )
    regimen: list[Event] = [
        Bolus(24.0 * day + float(hour), "D", amounts[:, i])
        for day in range(4)
        for i, hour in enumerate(at)
    ]
    found, _ = run(MODEL, people(MODEL, values), regimen, 72.0 + time_h, ("Cc",))
    np.testing.assert_allclose(found[:, :, 0], expected, rtol=1e-9)


def test_an_infusion_agrees_with_its_closed_form() -> None:
    model = read_model("model one\n const k; # [1/h] rate\n C' = -k*C; # [umol] central\nend\n")
    k = np.geomspace(0.01, 30.0, 25)
    times = np.array([0.0, 0.5, 1.0, 2.5, 4.0, 9.0])
    regimen: list[Event] = [Infusion(0.5, 2.5, "C", 7.0), Infusion(1.0, 4.0, "C", 2.0)]
    found, final = run(model, people(model, {"k": k}), regimen, times, ("C",))

    def one(start: float, end: float, rate: float) -> np.ndarray:
        ran = np.clip(times, start, end) - start
        since = np.maximum(times - end, 0.0)
        return rate / k[:, None] * -np.expm1(-k[:, None] * ran) * np.exp(-k[:, None] * since)

    expected = one(0.5, 2.5, 7.0) + one(1.0, 4.0, 2.0)
    np.testing.assert_allclose(found[:, :, 0], expected, rtol=1e-11, atol=1e-300)
    np.testing.assert_array_equal(final, found[:, -1])


def test_a_constant_inflow_and_a_reset() -> None:
    model = read_model(
        "model pool\n kin = 3; # [umol/h] inflow\n k = 0.2; # [1/h] outflow\n"
        " E' = kin - k*E; # [umol] pool\n E = kin/k;\nend\n"
    )
    times = np.array([0.0, 4.0, 5.0, 9.0])
    found, _ = run(model, people(model, {}, subjects=2), [Reset(5.0, "E", 1.0)], times, ("E",))
    after = 15.0 + (1.0 - 15.0) * np.exp(-0.2 * 4.0)
    np.testing.assert_allclose(found[0, :, 0], [15.0, 15.0, 1.0, after], rtol=1e-13)


def test_an_output_need_not_be_linear_and_holds_the_dose_at_its_time() -> None:
    times = np.array([0.0, 2.0, 3.0])
    everyone = people(MODEL, population())
    found, _ = run(MODEL, everyone, [Bolus(2.0, "C", 5.0)], times, ("log_c", "Cc", "ka"))
    assert (found[:, 0, :2] == 0.0).all()
    np.testing.assert_array_equal(found[:, 1, 1], 5.0 / everyone.parameters[:, 2])
    np.testing.assert_array_equal(found[:, :, 0], np.log(found[:, :, 1] + 1.0))
    np.testing.assert_array_equal(found[:, :, 2], np.repeat(everyone.parameters[:, :1], 3, axis=1))


# ------------------------------------------------------------------ properties

REGIMEN: list[Event] = [
    Bolus(0.0, "D", 50.0),
    Bolus(7.0, "D", 20.0),
    Infusion(8.0, 11.0, "C", 4.0),
    Bolus(20.5, "C", 1.0),
]
TIMES = np.sort(np.random.default_rng(8).uniform(0.0, 200.0, 60))
STATES = ("D", "C", "P", "U")


def test_nothing_is_lost_or_made() -> None:
    found, _ = run(MODEL, people(MODEL, population(300, 1.5)), REGIMEN, TIMES, STATES)
    infused = 4.0 * (np.clip(TIMES, 8.0, 11.0) - 8.0)
    given = 50.0 + 20.0 * (TIMES >= 7.0) + infused + (TIMES >= 20.5)
    np.testing.assert_allclose(found.sum(axis=2), np.broadcast_to(given, (300, 60)), rtol=1e-11)


def test_no_amount_is_ever_negative() -> None:
    found, _ = run(MODEL, people(MODEL, population(300, 2.5)), REGIMEN, TIMES, STATES)
    assert (found >= 0.0).all()


@settings(deadline=None, max_examples=20)
@given(st.integers(-8, 8))
def test_the_curve_is_exactly_proportional_to_the_dose(power: int) -> None:
    factor = 2.0**power
    scaled: list[Event] = [
        Infusion(e.start_h, e.end_h, e.into, e.rate * factor)
        if isinstance(e, Infusion)
        else Bolus(e.time_h, e.into, e.amount * factor)
        for e in REGIMEN
        if not isinstance(e, Reset)
    ]
    everyone = people(MODEL, population())
    one, _ = run(MODEL, everyone, REGIMEN, TIMES, STATES)
    other, _ = run(MODEL, everyone, scaled, TIMES, STATES)
    assert (one * factor).tobytes() == other.tobytes()


def test_doses_add_up() -> None:
    everyone = people(MODEL, population())
    whole, _ = run(MODEL, everyone, REGIMEN, TIMES, STATES)
    parts = [run(MODEL, everyone, [event], TIMES, STATES)[0] for event in REGIMEN]
    np.testing.assert_allclose(whole, sum(parts), rtol=1e-10, atol=1e-12)


def test_batches_and_order_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = people(MODEL, population(97, 1.0))
    whole, _ = run(MODEL, everyone, REGIMEN, TIMES, STATES)
    monkeypatch.setattr(linear, "_BLOCK", 10)
    blocks, _ = run(MODEL, everyone, REGIMEN, TIMES, STATES)
    assert whole.tobytes() == blocks.tobytes()
    order = np.random.default_rng(0).permutation(97)
    mixed = People(everyone.parameters[order], everyone.initial[order])
    assert run(MODEL, mixed, REGIMEN, TIMES, STATES)[0].tobytes() == whole[order].tobytes()
    alone = People(everyone.parameters[5:6], everyone.initial[5:6])
    assert run(MODEL, alone, REGIMEN, TIMES, STATES)[0].tobytes() == whole[5:6].tobytes()


def test_going_on_from_the_final_states_is_the_same_as_not_stopping() -> None:
    everyone = people(MODEL, population())
    _, whole = run(MODEL, everyone, REGIMEN, np.array([60.0]), ("C",))
    _, half = run(MODEL, everyone, REGIMEN, np.array([30.0]), ("C",))
    _, rest = run(MODEL, People(everyone.parameters, half), [], np.array([30.0]), ("C",))
    np.testing.assert_allclose(rest, whole, rtol=1e-11)


def test_a_person_who_grows_without_bound_is_a_failure_and_no_one_else_is() -> None:
    model = read_model("model grows\n g = 1; # [1/h] growth\n C' = g*C; # [umol] c\n C = 1;\nend\n")
    found = simulate(
        model,
        {"g": np.array([0.1, 900.0, -1.0])},
        [],
        [1.0, 2.0],
        ["C"],
        method="linear",
        failures="report",
    )
    assert [(f.subject, f.time_h) for f in found.failures] == [(1, 1.0)]
    assert "not a number" in found.failures[0].reason
    assert found.values is not None
    assert np.isnan(found.values[1]).all()
    np.testing.assert_allclose(found.values[::2, 1, 0], np.exp([0.2, -2.0]), rtol=1e-13)


def test_threads_change_no_bit() -> None:
    people_of = population(700)
    one, three = (
        simulate(MODEL, people_of, REGIMEN, TIMES, STATES, method="linear", threads=threads).values
        for threads in (1, 3)
    )
    assert one is not None
    assert three is not None
    assert one.tobytes() == three.tobytes()


# ------------------------------------------------------------------ models that are not linear


@pytest.mark.parametrize(
    ("rate", "named"),
    [
        ("-VM*C/(KM + C)", "not linear in C"),
        ("-VM*C*E", "not linear in C, E"),
        ("-VM*exp(-time)*C", "not linear in C, time"),
        ("VM*time - C", "changes with time itself"),
    ],
)
def test_a_rate_that_is_not_linear_is_named(rate: str, named: str) -> None:
    model = read_model(
        "model curved\n VM = 1; # [1] a\n KM = 1; # [1] b\n"
        f" C' = {rate}; # [umol] c\n E' = -E; # [1] e\nend\n"
    )
    with pytest.raises(InputError, match="C'") as refused:
        run(model, people(model, {}, subjects=1), [], np.array([1.0]), ("C",))
    assert named in str(refused.value)
    assert len(refused.value.problems) == 1


# ------------------------------------------------------------------ repeated regimens

DAY: list[Event] = [Bolus(0.0, "D", 30.0), Bolus(9.0, "D", 10.0), Infusion(3.0, 5.0, "C", 2.0)]


def repeated(days: int) -> list[Event]:
    return [
        Infusion(e.start_h + 24.0 * day, e.end_h + 24.0 * day, e.into, e.rate)
        if isinstance(e, Infusion)
        else Bolus(e.time_h + 24.0 * day, e.into, e.amount)
        for day in range(days)
        for e in DAY
        if not isinstance(e, Reset)
    ]


@pytest.mark.parametrize("days", [0, 1, 2, 13])
def test_the_state_after_some_periods_is_that_of_walking_through_them(days: int) -> None:
    values = population()
    everyone = people(MODEL, values)
    found = after_periods(MODEL, values, DAY, 24.0, periods=days)
    _, walked = run(MODEL, everyone, repeated(days), np.array([24.0 * days]), ("C",))
    for i, name in enumerate(STATES):
        np.testing.assert_allclose(found[name], walked[:, i], rtol=1e-10, atol=1e-300)


def test_the_steady_state_returns_to_itself_and_is_where_many_periods_lead() -> None:
    values = population()
    steady = steady_state(MODEL, values, DAY, 24.0)
    assert (steady["U"] == 0.0).all()
    everyone = people(MODEL, values, initial=steady)
    _, later = run(MODEL, everyone, DAY, np.array([24.0]), ("C",))
    long = after_periods(MODEL, values, DAY, 24.0, periods=100_000)
    for i, name in enumerate(STATES[:3]):
        np.testing.assert_allclose(later[:, i], steady[name], rtol=1e-10)
        np.testing.assert_allclose(long[name], steady[name], rtol=1e-9)


def test_what_a_period_of_the_steady_state_eliminates_is_what_it_gives() -> None:
    values = population()
    everyone = people(MODEL, values, initial=steady_state(MODEL, values, DAY, 24.0))
    _, later = run(MODEL, everyone, DAY, np.array([24.0]), ("C",))
    np.testing.assert_allclose(later[:, 3], 44.0, rtol=1e-9)


def test_a_person_who_eliminates_nothing_has_no_steady_state() -> None:
    values = population()
    values["CL"][[4, 9]] = 0.0
    with pytest.raises(InputError, match="2 subjects do not settle, the first: 4, 9"):
        steady_state(MODEL, values, DAY, 24.0)


@pytest.mark.parametrize(
    ("regimen", "period", "named"),
    [
        ([Bolus(24.0, "D", 1.0)], 24.0, r"regimen\[0\].time_h"),
        ([Infusion(20.0, 25.0, "C", 1.0)], 24.0, r"regimen\[0\].end_h"),
        ([Bolus(0.0, "D", 1.0)], 0.0, "period_h"),
        ([Bolus(0.0, "D", 1.0)], float("inf"), "period_h"),
    ],
)
def test_a_period_that_does_not_hold_its_regimen_is_refused(
    regimen: list[Event], period: float, named: str
) -> None:
    with pytest.raises(InputError, match=named):
        steady_state(MODEL, population(), regimen, period)


@pytest.mark.parametrize(
    ("values", "subjects", "named"),
    [
        ({**TYPICAL, "CLL": 3.0}, 2, "Did you mean CL"),
        ({k: v for k, v in TYPICAL.items() if k != "Q"}, 2, "no Q"),
        ({**TYPICAL, "V": float("nan")}, 2, "population\\['V'\\]"),
        ({**TYPICAL, "V": np.ones(3)}, 2, "shape"),
        (TYPICAL, None, "subjects="),
        ({**TYPICAL, "V": np.ones(3), "Q": np.ones(2)}, None, "arrays of lengths"),
        (TYPICAL, 0, "subjects"),
    ],
)
def test_a_population_that_cannot_be_is_refused_by_name(
    values: dict[str, float | np.ndarray], subjects: int | None, named: str
) -> None:
    with pytest.raises(InputError, match=named):
        people(MODEL, values, subjects=subjects)
