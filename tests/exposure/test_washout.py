"""When a declining level passes a limit: known curves give known times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.pharmacology.exposure.regimen.washout import LONGEST_H, passing, washout_times

AFTER = washout_times(0.0)


@given(st.floats(0.5, 200.0), st.floats(0.01, 1e4), st.floats(0.01, 1e3))
@settings(max_examples=100, deadline=None)
def test_an_exponential_passes_where_algebra_says(half_life, start, limit):
    nm = start * np.exp(-np.log(2.0) * AFTER / half_life)[None, :]
    expected = half_life * np.log2(start / limit) if start >= limit else 0.0
    found = passing(nm, AFTER, limit).hours[0]
    if expected > LONGEST_H:
        assert np.isinf(found)
    else:
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_the_last_passing_counts():
    nm = np.array([[5.0, 0.5, 5.0, 0.5]])
    hours = passing(nm, np.array([0.0, 1.0, 2.0, 3.0]), 1.0).hours[0]
    assert 2.0 < hours < 3.0


def test_people_below_from_the_start_and_people_still_above_are_counted():
    hours = np.array([0.0, 10.0, 20.0])
    nm = np.array([[0.1, 0.1, 0.0], [9.0, 9.0, 9.0], [4.0, 1.0, 0.25], [4.0, 2.0, 0.5]])
    found = passing(nm, hours, 1.0)
    assert found.never == 0.25
    assert found.beyond == 0.25
    assert np.isinf(found.quantile(1.0))
    assert found.quantile(0.25) == 0.0
    assert 10.0 <= found.quantile(0.5) <= found.quantile(0.75) <= 20.0


@given(st.floats(0.1, 100.0))
@settings(max_examples=50, deadline=None)
def test_a_lower_limit_never_takes_less_time(factor):
    rng = np.random.default_rng(4)
    nm = np.exp(rng.normal(3.0, 1.0, 50))[:, None] * np.exp(
        -AFTER / rng.uniform(5, 90, 50)[:, None]
    )
    higher, lower = passing(nm, AFTER, 5.0).hours, passing(nm, AFTER, 5.0 / (1 + factor)).hours
    assert np.all(lower >= higher)


def test_times_begin_at_the_last_dose():
    times = washout_times(30.0)
    assert times[0] == 30.0
    assert np.all(np.diff(times) > 0)
    assert times[-1] == 30.0 + LONGEST_H
