"""Measured levels narrow the population honestly: checked on people whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from speciosa.pharmacology.exposure.measurement.update import (
    Reading,
    _log_normal_below,
    level_error,
    posterior,
)

TIMES = np.array([1.0, 4.0, 24.0])


def population(subjects: int, seed: int = 1):
    """Curves of a one-compartment body whose clearance and volume vary between people."""
    rng = np.random.default_rng(seed)
    clearance = np.exp(rng.normal(math.log(5.0), 0.6, subjects))
    volume = np.exp(rng.normal(math.log(50.0), 0.5, subjects))
    curves = (1000.0 / volume)[:, None] * np.exp(-(clearance / volume)[:, None] * TIMES)
    return curves, clearance


def reading(curves, column: int, value: float, *, sd: float = 0.3, below: bool = False):
    return Reading(curves[:, [column]], value, below, sd)


def quantiles(values, weights, shares=(0.05, 0.95)):
    order = np.argsort(values)
    return np.interp(shares, np.cumsum(weights[order]), values[order])


def test_the_interval_holds_the_truth_as_often_as_it_says():
    curves, clearance = population(4000)
    truths, own = population(300, seed=2)
    rng = np.random.default_rng(3)
    inside = 0
    for curve, truth in zip(truths, own, strict=True):
        levels = np.exp(np.log(curve) + rng.normal(0.0, 0.3, TIMES.size))
        found = posterior([reading(curves, i, y) for i, y in enumerate(levels)])
        low, high = quantiles(clearance, found.weights)
        inside += low <= truth <= high
    # 90 % of 300 with a standard error of 1.7 percentage points.
    assert 0.84 <= inside / 300 <= 0.96


def test_a_level_that_was_predicted_narrows_and_never_widens():
    curves, clearance = population(4000)
    flat = np.full(4000, 1 / 4000)
    wide = np.diff(np.log(quantiles(clearance, flat)))[0]
    found = posterior([reading(curves, 1, float(np.median(curves[:, 1])))])
    narrow = np.diff(np.log(quantiles(clearance, found.weights)))[0]
    more = posterior([reading(curves, i, float(np.median(curves[:, i]))) for i in range(3)])
    narrower = np.diff(np.log(quantiles(clearance, more.weights)))[0]
    assert narrower < narrow < wide
    assert more.effective < found.effective < 4000


@given(st.permutations(range(3)), st.tuples(*[st.floats(0.2, 5.0)] * 3), st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_order_of_levels_changes_no_bit(order, factors, below):
    curves, _ = population(200)
    readings = [
        reading(curves, i, float(np.median(curves[:, i])) * factors[i], below=below and i == 2)
        for i in range(3)
    ]
    one = posterior(readings)
    other = posterior([readings[i] for i in order])
    assert np.array_equal(one.weights, other.weights)
    assert tuple(one.tails[i] for i in order) == other.tails
    assert tuple(one.tails_given_others[i] for i in order) == other.tails_given_others


def test_below_the_limit_lowers_what_is_believed_and_a_high_limit_says_nothing():
    curves, _ = population(4000)
    middle = float(np.median(curves[:, 2]))
    flat = curves[:, 2].mean()
    low = posterior([reading(curves, 2, middle, below=True)])
    assert low.weights @ curves[:, 2] < flat
    nothing = posterior([reading(curves, 2, 1e6, below=True)])
    assert nothing.effective == pytest.approx(4000)
    assert nothing.tails[0] == pytest.approx(1.0)


def test_a_level_below_a_limit_counts_as_the_sum_of_the_levels_there():
    curves, _ = population(500)
    limit = float(np.median(curves[:, 1]))
    grid = np.exp(np.linspace(math.log(limit) - 8, math.log(limit), 4000))
    width = math.log(grid[1] / grid[0])
    summed = sum(np.exp(reading(curves, 1, y).log_likelihood()) * width for y in grid)
    summed /= math.sqrt(2 * math.pi)
    direct = np.exp(reading(curves, 1, limit, below=True).log_likelihood())
    assert np.allclose(summed, direct, atol=2e-3)


@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_an_impossible_level_is_seen(factor: float):
    curves, _ = population(1000)
    found = posterior([reading(curves, 1, float(np.median(curves[:, 1])) * factor)])
    assert found.impossible(0.001) == (0,)


def test_levels_that_exclude_one_another_are_seen():
    curves, _ = population(2000)
    high, low = (float(np.quantile(curves[:, 1], q)) for q in (0.999, 0.001))
    found = posterior([reading(curves, 1, high, sd=0.1), reading(curves, 1, low, sd=0.1)])
    assert found.impossible(0.0001) == ()
    assert found.contradictory(0.001) == (0, 1)


def test_an_open_time_is_averaged_over():
    curves, _ = population(300)
    both = Reading(curves[:, [0, 1]], 20.0, False, 0.3).log_likelihood()
    one, other = (reading(curves, i, 20.0).log_likelihood() for i in (0, 1))
    assert np.allclose(np.exp(both), (np.exp(one) + np.exp(other)) / 2)


def test_people_are_drawn_by_their_weights_and_alike_for_a_seed():
    curves, clearance = population(4000)
    found = posterior([reading(curves, 1, float(np.quantile(curves[:, 1], 0.9)))])
    drawn = found.draw(1000, seed=7)
    assert np.array_equal(drawn, found.draw(1000, seed=7))
    assert drawn.size == 1000
    counts = np.bincount(drawn, minlength=4000)
    assert np.all(np.abs(counts - 1000 * found.weights) < 1.0 + 1e-9)
    assert np.mean(clearance[drawn]) == pytest.approx(found.weights @ clearance, rel=0.05)


def test_somebody_without_a_level_cannot_have_a_measured_one():
    nothing = np.zeros((10, 1))
    found = posterior([Reading(nothing, 5.0, False, 0.3)])
    assert found.impossible(0.001) == (0,)
    unseen = posterior([Reading(nothing, 5.0, True, 0.3)])
    assert unseen.tails[0] == pytest.approx(1.0)


def test_no_levels_are_no_question():
    with pytest.raises(ValueError, match="needs a reading"):
        posterior([])


def test_the_errors_of_model_and_assay_add_up():
    assert level_error(misfit_sd_log=0.3, assay_cv_percent=0.0) == pytest.approx(0.3)
    assert level_error(misfit_sd_log=0.0, assay_cv_percent=10.0) == pytest.approx(0.0998, abs=1e-3)
    assert level_error(misfit_sd_log=0.3, assay_cv_percent=14.7) > 0.33


def test_the_normal_distribution_far_out():
    z = np.array([-40.0, -20.0, -8.5, -8.0, -7.99, -3.0, 0.0, 5.0])
    assert np.allclose(_log_normal_below(z), norm.logcdf(z), rtol=1e-4)
