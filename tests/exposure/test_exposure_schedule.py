"""A schedule says what is taken when; it refuses what makes no sense and loses no dose."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.case.model import KratomProduct
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.virtual.schedule import (
    STEADY,
    Before,
    Dose,
    Repeat,
    Schedule,
    days_of_use,
)

KNOWLEDGE = load()


def product(**fields):
    return KratomProduct.model_validate({"form": "leaf_powder", **fields})


def of_use(*products, days=None):
    return Schedule.of_use(products, days, KNOWLEDGE)


def test_doses_are_put_in_order_and_several_products_stand_side_by_side():
    schedule = Schedule.of([Dose(8.0, 0), Dose(2.0, 1, 0.5), Dose(0.0, 0)], end_h=24.0)
    assert [d.time_h for d in schedule.doses] == [0.0, 2.0, 8.0]
    assert schedule.products == (0, 1)
    assert schedule.last_dose_h == 8.0


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"doses": (Dose(0.0, 0),), "end_h": 0.0}, "ends after"),
        ({"doses": (Dose(-1.0, 0),), "end_h": 5.0}, "between its start"),
        ({"doses": (Dose(6.0, 0),), "end_h": 5.0}, "between its start"),
        ({"doses": (Dose(2.0, 0), Dose(1.0, 0)), "end_h": 5.0}, "order of time"),
        ({"doses": (Dose(1.0, 0, 0.0),), "end_h": 5.0}, "above 0"),
        ({"doses": (), "end_h": float("inf")}, "ends after"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(fields, says):
    with pytest.raises(ValueError, match=says):
        Schedule(start_h=0.0, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"times_h": ()},
        {"times_h": (5.0, 1.0)},
        {"times_h": (-1.0,)},
        {"times_h": (24.0,)},
        {"times_h": (0.0,), "count": -1.0},
        {"times_h": (0.0,), "count": 1.5},
        {"times_h": (0.0,), "fraction": 0.0},
    ],
)
def test_a_repeat_that_makes_no_sense_is_refused(fields):
    with pytest.raises(ValueError, match="repeated dose"):
        Repeat(product=0, **fields)


def test_earlier_use_cannot_reach_into_the_schedule():
    before = Before(repeats=(Repeat(product=0, times_h=(0.0,), end_h=3.0),))
    with pytest.raises(ValueError, match="before a schedule"):
        Schedule(doses=(), start_h=0.0, end_h=24.0, before=before)


def test_use_that_stopped_is_a_schedule_without_doses():
    before = Before(repeats=(Repeat(product=0, times_h=(0.0, 8.0), count=30.0),))
    schedule = Schedule.of([], end_h=96.0, before=before)
    assert schedule.last_dose_h == -16.0
    assert schedule.until(200.0).end_h == 200.0
    assert not before.steady


# ------------------------------------------------------------------ from the products of a case


def test_times_a_day_are_spread_over_the_waking_hours():
    waking = KNOWLEDGE.fact("kratom/assumption_waking_day").number
    schedule = of_use(product(times_per_day=3.0))
    assert [d.time_h for d in schedule.doses] == pytest.approx([0.0, waking / 3, 2 * waking / 3])
    assert schedule.before.repeats[0].count == STEADY
    assert schedule.before.repeats[0].period_h == 24.0


def test_a_fractional_frequency_keeps_the_daily_amount():
    schedule = of_use(product(times_per_day=2.5))
    assert sum(d.fraction for d in schedule.doses) == pytest.approx(2.5)


def test_days_of_the_week_lengthen_the_period():
    assert of_use(product(times_per_day=1.0, days_per_week=3.5)).before.repeats[0].period_h == 48.0
    assert of_use(product(times_per_day=0.5)).before.repeats[0].period_h == 48.0


def test_days_of_use_limit_what_came_before():
    assert of_use(product(times_per_day=1.0), days=0.0).before.repeats == ()
    assert of_use(product(times_per_day=1.0), days=9.0).before.repeats[0].count == 9.0
    rare = of_use(product(times_per_day=1.0, days_per_week=3.5), days=9.0)
    assert rare.before.repeats[0].count == 4.0


def test_without_a_frequency_there_is_one_dose():
    schedule = of_use(product())
    assert schedule.doses == (Dose(0.0, 0),)
    assert schedule.before.repeats == ()


def test_days_of_use_are_not_known_without_a_date():
    assert days_of_use(None, dt.date(2026, 11, 22)) is None
    assert days_of_use(dt.date(2026, 11, 23), dt.date(2026, 11, 22)) is None
    assert days_of_use(dt.date(2026, 11, 12), dt.date(2026, 11, 22)) == 10.0


# ------------------------------------------------------------------ the earlier use, dose by dose

repeats = st.builds(
    Repeat,
    product=st.integers(0, 2),
    times_h=st.lists(st.integers(0, 23).map(float), min_size=1, max_size=4, unique=True).map(
        lambda times: tuple(sorted(times))
    ),
    period_h=st.sampled_from([24.0, 42.0, 48.0]),
    count=st.integers(0, 20).map(float),
    fraction=st.sampled_from([0.5, 1.0]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(repeats, max_size=3), st.floats(0, 300))
def test_listing_earlier_doses_loses_none_and_adds_none(earlier, hours):
    def listed(repeats):
        return [d for r in repeats for d in r.last(10_000)]

    schedule = Schedule.of([Dose(0.0, 0)], end_h=24.0, before=Before(repeats=tuple(earlier)))
    doses, older = schedule.dose_by_dose(hours)
    assert list(doses) == sorted(doses)
    assert sorted((*doses, *listed(older))) == sorted((*schedule.doses, *listed(earlier)))
    # Everything still told as a repeat is older than asked for.
    assert all(d.time_h < -hours for d in listed(older))


def test_steady_use_stays_steady():
    before = Before(repeats=(Repeat(product=0, times_h=(0.0,)),))
    schedule = Schedule.of([Dose(0.0, 0)], end_h=24.0, before=before)
    doses, older = schedule.dose_by_dose(72.0)
    assert [d.time_h for d in doses] == [-72.0, -48.0, -24.0, 0.0]
    assert older[0].count == STEADY
    assert older[0].end_h == -72.0
    assert older[0].per_hour == pytest.approx(1 / 24)
