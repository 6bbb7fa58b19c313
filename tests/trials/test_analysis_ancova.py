"""ANCOVA of a block of trials against ordinary least squares, one trial at a time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.evidence.trials.analysis import ancova, interval, one_sided
from speciosa.evidence.trials.data import TrialData


def block(*, seed=1, trials=4, subjects=40, visits=3, arms=3, missing=0.2):
    rng = np.random.default_rng(seed)
    baseline = rng.normal(24, 4, (trials, subjects))
    arm = np.stack([rng.permutation(np.arange(subjects) % arms) for _ in range(trials)])
    y = (
        8
        + 0.6 * baseline[:, :, None]
        - arm[:, :, None]
        + rng.normal(0, 5, (trials, subjects, visits))
    )
    y[rng.random(y.shape) < missing] = np.nan
    return TrialData(
        baseline=baseline,
        y=y,
        arm=arm.astype(np.int8),
        visits_weeks=np.arange(1.0, visits + 1),
        cause=np.zeros((trials, subjects), np.int8),
        stopped=np.full((trials, subjects), visits, np.int8),
    )


@pytest.mark.parametrize("variance", ["equal", "HC3"])
@pytest.mark.parametrize("population", ["available", "completers"])
def test_every_trial_agrees_with_least_squares(population, variance):
    data = block()
    got = ancova(data, population=population, variance=variance)
    for trial in range(data.trials):
        seen = ~np.isnan(data.y[trial])
        taken = seen.all(axis=1) if population == "completers" else seen[:, -1]
        arm = data.arm[trial, taken]
        x = np.column_stack([np.ones(arm.size), arm == 1, arm == 2, data.baseline[trial, taken]])
        model = sm.OLS(data.y[trial, taken, -1], x.astype(float))
        peer = model.fit(cov_type="nonrobust" if variance == "equal" else "HC3", use_t=True)
        np.testing.assert_allclose(got.estimate[trial], peer.params[1:3], rtol=1e-10)
        np.testing.assert_allclose(got.se[trial], peer.bse[1:3], rtol=1e-10)
        np.testing.assert_allclose(got.p[trial], peer.pvalues[1:3], rtol=1e-8)
        np.testing.assert_allclose(got.df[trial], peer.df_resid)
        low, high = interval(got)
        np.testing.assert_allclose(
            np.stack([low, high], -1)[trial], peer.conf_int()[1:3], rtol=1e-9
        )
    assert got.converged.all()


def test_one_sided_p_is_half_of_two_sided_where_the_arm_is_better():
    got = ancova(block(seed=3))
    better = got.estimate < 0
    np.testing.assert_allclose(one_sided(got)[better], got.p[better] / 2)
    np.testing.assert_allclose(one_sided(got)[~better], 1 - got.p[~better] / 2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1000, 1000), st.floats(0.01, 100))
def test_shift_scale_and_order(seed, shift, scale):
    data = block(seed=seed, trials=2, subjects=24)
    first = ancova(data)
    moved = ancova(dataclasses.replace(data, y=data.y + shift))
    np.testing.assert_allclose(moved.estimate, first.estimate, atol=1e-9)
    np.testing.assert_allclose(moved.se, first.se, rtol=1e-8)
    scaled = ancova(dataclasses.replace(data, y=data.y * scale, baseline=data.baseline * scale))
    np.testing.assert_allclose(scaled.estimate, first.estimate * scale, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(scaled.p, first.p, rtol=1e-6)
    order = np.random.default_rng(seed).permutation(24)
    shuffled = dataclasses.replace(
        data, y=data.y[::-1, order], baseline=data.baseline[::-1, order], arm=data.arm[::-1, order]
    )
    np.testing.assert_allclose(ancova(shuffled).estimate[::-1], first.estimate, atol=1e-9)


def test_an_arm_without_anybody_is_named_and_touches_no_other_trial():
    data = block(missing=0.0)
    y = data.y.copy()
    y[1][data.arm[1] == 2] = np.nan
    got = ancova(dataclasses.replace(data, y=y))
    assert got.converged.tolist() == [[True, True], [False, False], [True, True], [True, True]]
    assert np.isnan(got.p[1]).all()
    np.testing.assert_array_equal(got.estimate[[0, 2, 3]], ancova(data).estimate[[0, 2, 3]])


def test_a_baseline_that_only_tells_the_arm_is_no_covariate():
    data = block(missing=0.0)
    same = dataclasses.replace(data, baseline=20.0 + data.arm)
    assert not ancova(same).converged.any()


def test_adding_trials_changes_no_bit():
    data = block(trials=6)
    few = TrialData(
        baseline=data.baseline[:2],
        y=data.y[:2],
        arm=data.arm[:2],
        visits_weeks=data.visits_weeks,
        cause=data.cause[:2],
        stopped=data.stopped[:2],
    )
    np.testing.assert_array_equal(ancova(few).estimate, ancova(data).estimate[:2])
    np.testing.assert_array_equal(ancova(few).p, ancova(data).p[:2])
