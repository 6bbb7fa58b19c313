"""The activity that a medicine meets, against the full simulation of kratom with a victim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.engine import Bolus, read_model, simulate
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.virtual.bodies import bodies
from speciosa.pharmacology.interactions.kratom.course import gut_met, mean_over_day

KNOWLEDGE = load()
DAY_H = np.linspace(0.0, 24.0, 145)
PEOPLE = 60
VICTIM = {p.name: p.prior.median for p in KNOWLEDGE.models.victims["midazolam"].parameters}
GUT_FLOW = KNOWLEDGE.fact("ddi/physiology/Qent_L_per_h").number


@settings(max_examples=30)
@given(left=st.floats(0.001, 1.0), rate=st.floats(0.2, 10.0), repeating=st.booleans())
def test_an_activity_that_never_changes_is_met_at_every_hour(
    left: float, rate: float, *, repeating: bool
) -> None:
    met = gut_met(np.full((145, 3), left), DAY_H, np.full(3, rate), repeating=repeating)
    for values in (met.at_worst, met.over_day, met.with_first):
        np.testing.assert_allclose(values, left)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), shift=st.integers(0, 143), rate=st.floats(0.5, 6.0))
def test_where_every_day_is_alike_the_hour_of_midnight_does_not_matter(
    seed: int, shift: int, rate: float
) -> None:
    course = np.random.default_rng(seed).uniform(0.01, 1.0, 144)
    days = [np.append(c, c[0])[:, None] for c in (course, np.roll(course, shift))]
    one, other = (gut_met(day, DAY_H, np.array([rate]), repeating=True) for day in days)
    np.testing.assert_allclose(one.at_worst, other.at_worst)
    np.testing.assert_allclose(one.over_day, other.over_day)
    assert course.min() <= one.at_worst[0] <= one.with_first[0]
    assert one.at_worst[0] <= one.over_day[0] <= course.max()


def _simulated(mg: float, hours: tuple[float, ...], days: int, f_gut: float) -> tuple[float, ...]:
    """Share of people's ratios, shortcut over full simulation: 5th, 50th, 95th percentile."""
    models = KNOWLEDGE.models
    model = read_model(models.text("turnover"), models.text("victim"))
    made = bodies(
        "turnover",
        models.parameters("turnover"),
        models.posterior("turnover"),
        seed=3,
        subjects=PEOPLE,
    )
    victim = VICTIM | {"CLzg": GUT_FLOW * (1.0 / f_gut - 1.0)}
    parameters = {**made.parameters, **{name: np.array(v) for name, v in victim.items()}}
    last = 24.0 * (days - 1)
    after = np.concatenate((np.linspace(0.0, 6.0, 121), np.linspace(6.0, 96.0, 181)[1:]))
    times = np.unique(np.round(np.concatenate((last + DAY_H, last + after)), 9))
    on_days = range(days + 4) if days > 1 else range(1)
    umol = mg * 1e3 / KNOWLEDGE.fact("kratom/pk_mg_mw").number
    areas = []
    for amount in (0.0, umol):
        doses = [Bolus(24.0 * day + hour, "D", amount) for day in on_days for hour in hours]
        doses.append(Bolus(last, "ZD", 10.0))
        found = simulate(model, parameters, doses, times, ("Cz", "Ef", "EL"), rtol=1e-5, atol=1e-8)
        assert found.values is not None
        areas.append(np.trapezoid(found.values[:, :, 0], times, axis=1))
    on_day = np.isin(times, np.round(last + DAY_H, 9))
    gut, liver = found.values[:, on_day, 1], found.values[:, on_day, 2]
    rate = np.full(PEOPLE, VICTIM["kaz"])
    met = gut_met(gut.T, DAY_H, rate, repeating=days > 1).with_first
    share = VICTIM["fz3"]
    in_liver = share * mean_over_day(liver, DAY_H) + 1.0 - share
    shortcut = 1.0 / (met * (1.0 - f_gut) + f_gut) / in_liver
    return tuple(np.percentile(shortcut / (areas[1] / areas[0]), (5, 50, 95)))


@pytest.mark.parametrize(
    ("mg", "hours", "days"),
    [(39.0, (0.0,), 1), (20.0, (0.0, 8.0), 15), (60.0, (0.0, 4.0, 8.0, 12.0), 15)],
    ids=["the studied tea", "twice a day", "heavy daily use"],
)
@pytest.mark.parametrize("f_gut", [0.57, 0.2])
def test_the_shortcut_follows_the_full_simulation(
    mg: float, hours: tuple[float, ...], days: int, f_gut: float
) -> None:
    low, middle, high = _simulated(mg, hours, days, f_gut)
    assert middle == pytest.approx(1.0, abs=0.05)
    assert low > 0.9
    assert high < 1.1
