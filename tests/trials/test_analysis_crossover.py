"""Crossover and aggregated n-of-1 trials against R and closed forms."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from speciosa.errors import InputError
from speciosa.evidence.trials.analysis import crossover, n_of_1, n_of_1_fit
from speciosa.evidence.trials.data import TrialData

KEYS = Path(__file__).parent / "keys"
KEY = json.loads((KEYS / "crossover.json").read_text("utf-8"))
SINGLE = json.loads((KEYS / "n_of_1.json").read_text("utf-8"))["trials"]


def as_data(y, treatment):
    y = np.asarray(y, float)
    trials, subjects, periods = y.shape
    return TrialData(
        baseline=np.zeros((trials, subjects)),
        y=y,
        arm=np.zeros((trials, subjects), np.int8),
        visits_weeks=np.arange(1.0, periods + 1),
        cause=np.zeros((trials, subjects), np.int8),
        stopped=np.full((trials, subjects), periods, np.int8),
        treatment=np.asarray(treatment, np.int8),
    )


def drawn(*, seed, trials=3, people=20, lost=0.0, effect=-1.0):
    rng = np.random.default_rng(seed)
    order = np.broadcast_to((np.arange(people) % 2)[None, :, None], (trials, people, 1))
    treatment = np.concatenate([order, 1 - order], axis=2)
    y = 20 + rng.normal(0, 3, (trials, people, 1)) + effect * treatment
    y = y + rng.normal(0, 2, y.shape) + np.array([0.0, -1.0])
    y[rng.random(y.shape) < lost] = np.nan
    return as_data(y, treatment)


@pytest.mark.parametrize("case", KEY["crossover"])
def test_crossover_is_the_regression_of_r(case):
    data = as_data([case["y"]], [case["treatment"]])
    got = crossover(data, carry_over=case["carry_over"])
    np.testing.assert_allclose(got.estimate[0], case["estimate"], rtol=1e-8)
    np.testing.assert_allclose(got.se[0], case["se"], rtol=1e-8)
    np.testing.assert_allclose(got.df[0], case["df"])
    np.testing.assert_allclose(got.p[0], case["p"], rtol=1e-6)


def test_two_periods_are_the_t_test_of_hills_and_armitage():
    data = drawn(seed=1)
    got = crossover(data)
    for trial in range(3):
        apart = data.y[trial, :, 0] - data.y[trial, :, 1]
        first = data.treatment[trial, :, 0] == 1
        peer = stats.ttest_ind(apart[first], apart[~first])
        half = (apart[first].mean() - apart[~first].mean()) / 2
        assert got.estimate[trial, 0] == pytest.approx(half)
        assert got.p[trial, 0] == pytest.approx(peer.pvalue)


def test_power_is_the_closed_form():
    data = drawn(seed=2, trials=20_000, people=20, effect=-1.5)
    got = crossover(data)
    se = 2.0 * np.sqrt(2 / 20)
    expected = stats.nct.cdf(stats.t.ppf(0.025, 18), 18, -1.5 / se)
    found = ((got.p < 0.05) & (got.estimate < 0)).mean()
    assert found == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 20_000))


def test_carry_over_cannot_be_told_in_two_periods():
    assert not crossover(drawn(seed=3), carry_over=True).converged.any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1000, 1000))
def test_what_is_added_to_a_person_or_a_period_changes_nothing(seed, shift):
    data = drawn(seed=seed, lost=0.1)
    first = crossover(data)
    own = np.random.default_rng(seed).normal(0, 50, (3, 20, 1))
    moved = crossover(dataclasses.replace(data, y=data.y + own + np.array([0.0, shift])))
    np.testing.assert_allclose(moved.estimate, first.estimate, atol=1e-8)
    np.testing.assert_allclose(moved.se, first.se, rtol=1e-7)
    order = np.random.default_rng(seed).permutation(20)
    mixed = dataclasses.replace(data, y=data.y[:, order], treatment=data.treatment[:, order])
    np.testing.assert_allclose(crossover(mixed).estimate, first.estimate, atol=1e-10)


@pytest.mark.parametrize("case", SINGLE)
def test_n_of_1_is_the_mixed_model_of_lme4_with_the_error_of_hartung_and_knapp(case):
    got = n_of_1_fit(as_data([case["y"]], [case["treatment"]]))
    assert got.mean.estimate[0, 0] == pytest.approx(case["mean"], rel=1e-5)
    assert got.mean.se[0, 0] == pytest.approx(case["se"], rel=1e-5)
    assert got.spread[0] == pytest.approx(case["spread"], rel=1e-4)
    assert got.noise[0] == pytest.approx(case["noise"], rel=1e-5)
    np.testing.assert_allclose(got.shrunk[0], case["shrunk"], rtol=1e-4, atol=1e-4)


def test_equal_cycles_are_the_t_test_of_one_effect_per_person():
    case = SINGLE[0]
    data = as_data([case["y"]], [case["treatment"]])
    on = np.where(data.treatment == 1, data.y, 0).sum(axis=2) / 3
    off = np.where(data.treatment == 0, data.y, 0).sum(axis=2) / 3
    peer = stats.ttest_1samp((on - off)[0], 0)
    assert n_of_1(data).p[0, 0] == pytest.approx(peer.pvalue, rel=1e-6)


def test_error_is_nominal_while_scores_fall_and_effects_do_not_differ():
    rng = np.random.default_rng(8)
    first = rng.integers(0, 2, (4_000, 20, 3))
    treatment = np.stack([first, 1 - first], axis=3).reshape(4_000, 20, 6)
    y = 20 - 2.0 * np.arange(6) + rng.normal(0, 2, treatment.shape)
    y[rng.random(y.shape) < 0.05] = np.nan
    rejected = (n_of_1(as_data(y, treatment)).p[:, 0] < 0.05).mean()
    assert rejected == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 4_000))


def test_one_cycle_for_everybody_still_has_a_mean_and_no_spread_of_its_own():
    rng = np.random.default_rng(9)
    treatment = np.tile([0, 1], (2, 12, 1))
    data = as_data(rng.normal(20, 3, treatment.shape), treatment)
    got = n_of_1_fit(data)
    peer = stats.ttest_1samp(data.y[0, :, 1] - data.y[0, :, 0], 0)
    assert got.mean.p[0, 0] == pytest.approx(peer.pvalue)
    assert np.isnan(got.spread).all()


def test_an_odd_number_of_periods_is_refused():
    with pytest.raises(InputError, match="two for each cycle"):
        n_of_1(as_data(np.ones((1, 4, 3)), np.zeros((1, 4, 3))))


def test_shares_of_responders_are_honest_about_noise_and_shrinkage():
    """The model finds the true share; raw effects spread it too far, shrunken ones too little."""
    rng = np.random.default_rng(4)
    trials, people, cycles = 300, 60, 3
    treatment = np.tile([0, 1], (trials, people, cycles))
    effect = rng.normal(-1.0, 1.0, (trials, people, 1))
    y = 20 + effect * treatment + rng.normal(0, 2.5, treatment.shape)
    got = n_of_1_fit(as_data(y, treatment), threshold=3.0)
    true = stats.norm.cdf(-2.0)
    assert np.nanmean(np.where(got.spread > 0, got.share_model, 0)) == pytest.approx(
        true, abs=0.015
    )
    assert got.share_raw.mean() > true + 0.08
    assert got.share_shrunk.mean() < true


def test_nobody_under_both_treatments_and_no_treatment_are_named():
    data = as_data(np.ones((1, 4, 2)), np.zeros((1, 4, 2)))
    assert not n_of_1(data).converged.any()
    for analysis in (crossover, n_of_1):
        with pytest.raises(InputError, match="treatment"):
            analysis(dataclasses.replace(data, treatment=None))
