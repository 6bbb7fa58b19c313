"""The closed form: against numerical integration, and the laws it must obey."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from tests.exposure import closed_form as k

from speciosa.pharmacology.exposure.virtual.draws import normals, uniforms

FIELDS = k.Body._fields
RATES = st.floats(0.05, 10.0)
VOLUMES = st.floats(20.0, 20_000.0)


def one_body(**values: float) -> k.Body:
    usual = {
        "clearance_l_h": 220.0,
        "central_l": 630.0,
        "flow_l_h": 330.0,
        "peripheral_l": 8200.0,
        "absorption_per_h": 1.7,
        "seven_oh_clearance_l_h": 700.0,
        "first_pass_share": 0.3,
        "seven_oh_elimination_per_h": 0.5,
        "swallowed_absorption_per_h": 2.0,
        "swallowed_clearance_l_h": 170.0,
    } | values
    return k.Body(**{name: np.array([usual[name]]) for name in FIELDS})


bodies = st.builds(
    one_body,
    clearance_l_h=st.floats(20.0, 1000.0),
    central_l=VOLUMES,
    flow_l_h=st.floats(5.0, 1000.0),
    peripheral_l=VOLUMES,
    absorption_per_h=RATES,
    first_pass_share=st.floats(0.01, 0.99),
    seven_oh_elimination_per_h=RATES,
)


def integrate(body: k.Body, dose: float, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same structure as differential equations, the way a textbook writes it."""
    b = {name: float(value[0]) for name, value in body._asdict().items()}
    formed = dose / b["seven_oh_clearance_l_h"] * b["seven_oh_elimination_per_h"]

    def change(_: float, y: np.ndarray) -> list[float]:
        gut, central, deep, metabolite = y
        c1, c2 = central / b["central_l"], deep / b["peripheral_l"]
        absorbed = b["absorption_per_h"] * gut
        eliminated = b["clearance_l_h"] * c1
        exchanged = b["flow_l_h"] * (c1 - c2)
        made = (
            (b["first_pass_share"] * absorbed + (1 - b["first_pass_share"]) * eliminated)
            / dose
            * formed
        )
        return [
            -absorbed,
            absorbed - eliminated - exchanged,
            exchanged,
            made - b["seven_oh_elimination_per_h"] * metabolite,
        ]

    run = solve_ivp(
        change, (0, time[-1]), [dose, 0, 0, 0], "LSODA", time, rtol=1e-9, atol=1e-9 * dose / 1e3
    )
    return run.y[1] / b["central_l"], run.y[3]


@settings(max_examples=15, deadline=None)
@given(bodies)
def test_the_closed_form_agrees_with_the_differential_equations(body):
    time, dose = np.linspace(0.0, 48.0, 97), 1e5
    parent = k.mitragynine(body)
    c, m = integrate(body, dose, time)
    closed, formed = parent.at(time)[0] * dose, k.formed_seven_oh(body, parent).at(time)[0] * dose
    assert closed == pytest.approx(c, rel=1e-4, abs=1e-5 * c.max())
    assert formed == pytest.approx(m, rel=1e-4, abs=1e-5 * m.max())


@settings(max_examples=40, deadline=None)
@given(bodies)
def test_what_goes_in_comes_out(body):
    parent = k.mitragynine(body)
    assert parent.area == pytest.approx(1 / body.clearance_l_h, rel=1e-6)
    formed = k.formed_seven_oh(body, parent)
    assert formed.area == pytest.approx(1 / body.seven_oh_clearance_l_h, rel=1e-5)
    swallowed = k.swallowed_seven_oh(body)
    assert swallowed.area == pytest.approx(1 / body.swallowed_clearance_l_h, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(bodies, st.floats(0.1, 50.0))
def test_concentration_is_proportional_to_the_dose(body, factor):
    time = np.linspace(0, 24, 49)
    base = k.Doses(np.array([[100.0, 50.0]]), np.array([0.0, 8.0]), 24.0, 5.0)
    more = base._replace(amounts_nmol=base.amounts_nmol * factor)
    response = k.mitragynine(body)
    once, scaled = k.superpose(response, base, time), k.superpose(response, more, time)
    assert scaled == pytest.approx(once * factor, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(bodies, st.integers(1, 12), st.lists(st.floats(0, 23), min_size=1, max_size=4, unique=True))
def test_a_regimen_is_the_sum_of_its_doses(body, days, times):
    time = np.linspace(0, 23.9, 60)
    at = np.array(sorted(times))
    doses = k.Doses(np.full((1, at.size), 100.0), at, 24.0, float(days))
    response = k.formed_seven_oh(body, k.mitragynine(body))
    total = np.zeros(time.size)
    for day in range(days):
        for dose_time in at:
            age = time + 24.0 * (days - 1) - (24.0 * day + dose_time)
            given_already = age >= 0
            total[given_already] += 100.0 * response.at(age[given_already])[0]
    assert k.superpose(response, doses, time)[0] == pytest.approx(
        total, rel=1e-6, abs=1e-6 * total.max()
    )


@settings(max_examples=30, deadline=None)
@given(bodies)
def test_at_the_steady_state_a_day_holds_the_area_of_its_doses(body):
    doses = k.Doses(np.array([[100.0, 60.0]]), np.array([0.0, 6.0]), 24.0, np.inf)
    area = k.area_of_day(k.mitragynine(body), doses, 24.0)
    assert area == pytest.approx(160.0 / body.clearance_l_h, rel=1e-6)


def test_more_days_of_use_never_lower_the_level():
    time, response = np.linspace(0, 24, 25), k.mitragynine(one_body())
    levels = [
        k.superpose(response, k.Doses(np.array([[100.0]]), np.array([0.0]), 24.0, days), time)
        for days in (1.0, 2.0, 9.0, np.inf)
    ]
    assert all((after >= before).all() for before, after in pairwise(levels))


def test_equal_rates_do_not_break_the_partial_fractions():
    fast, slow = k.disposition_rates(one_body())
    for rate in (float(fast[0]), float(slow[0])):
        body = one_body(absorption_per_h=rate, seven_oh_elimination_per_h=rate)
        parent = k.mitragynine(body)
        for response in (parent, k.formed_seven_oh(body, parent)):
            curve = response.at(np.linspace(0, 48, 97))
            assert np.isfinite(curve).all()
            assert curve.min() > -1e-7 * curve.max()


@given(st.integers(0, 2**63), st.integers(1, 40), st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_a_subjects_numbers_depend_on_seed_and_subject_alone(seed, width, first):
    everyone = normals(seed, 3, 100, width)
    assert np.array_equal(normals(seed, 3, 7, width), everyone[:7])
    assert np.array_equal(normals(seed, 3, 5, width, first=first), everyone[first : first + 5])
    assert not np.array_equal(normals(seed + 1, 3, 7, width), everyone[:7])
    assert not np.array_equal(normals(seed, 4, 7, width), everyone[:7])


def test_the_numbers_are_normal():
    z = normals(1, 0, 20_000, 3)
    assert abs(z.mean()) < 0.02
    assert z.std() == pytest.approx(1.0, abs=0.01)
    assert abs(np.corrcoef(z.T)[0, 1]) < 0.03
    u = uniforms(1, 0, 20_000, 1)
    assert u.min() > 0
    assert u.max() < 1
