"""Reference-based imputation against R's conditional means, theory and itself."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from speciosa.errors import InputError
from speciosa.evidence.trials.analysis import ancova, mmrm, reference_based, reference_based_fit
from speciosa.evidence.trials.data import TrialData
from speciosa.evidence.trials.streams import uniforms

KEY = json.loads((Path(__file__).parent / "keys" / "imputation.json").read_text("utf-8"))
METHODS = ("mar", "j2r", "cr", "cir")


def numbers(row, subjects, draws, purpose):
    return uniforms(20, row, subjects, draws, purpose)


def as_data(y, baseline, arm, stopped=None):
    y = np.asarray(y, float)
    trials, subjects, visits = y.shape
    return TrialData(
        baseline=np.asarray(baseline, float),
        y=y,
        arm=np.asarray(arm, np.int8),
        visits_weeks=np.arange(1.0, visits + 1),
        cause=np.zeros((trials, subjects), np.int8),
        stopped=np.full((trials, subjects), visits, np.int8)
        if stopped is None
        else np.asarray(stopped, np.int8),
    )


def drawn(*, seed=1, trials=3, subjects=120, visits=4, lost=0.3, effect=-3.0):
    rng = np.random.default_rng(seed)
    baseline = rng.normal(24, 4, (trials, subjects))
    arm = np.broadcast_to(np.arange(subjects) % 2, (trials, subjects))
    y = 8 + 0.5 * baseline[..., None] + rng.normal(0, 3, (trials, subjects, 1))
    y = y + rng.normal(0, 3, (trials, subjects, visits))
    y += effect * arm[..., None] * np.arange(1, visits + 1) / visits
    left = np.where(
        rng.random((trials, subjects)) < lost, rng.integers(0, visits, (trials, subjects)), visits
    )
    y[np.arange(visits) >= left[..., None]] = np.nan
    return as_data(y, baseline, arm, left)


@pytest.mark.parametrize("case", KEY["trials"])
@pytest.mark.parametrize("method", METHODS)
def test_conditional_means_are_those_of_r(case, method):
    data = as_data([case["y"]], [case["baseline"]], [case["arm"]], [case["stopped"]])
    got = reference_based_fit(data, method=method, imputations=2, streams=numbers)
    key = np.atleast_1d(case["conditional_mean"][method])
    np.testing.assert_allclose(got.conditional_mean[0], key, rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_many_imputations_go_to_the_conditional_mean(method):
    data = drawn(trials=2)
    got = reference_based_fit(data, method=method, imputations=400, streams=numbers)
    noise = 5 * got.pooled[0].se / np.sqrt(400)
    assert (np.abs(got.pooled[0].estimate - got.conditional_mean) < noise).all()


def test_missing_at_random_is_the_mixed_model():
    data = drawn(trials=20, subjects=200)
    got = reference_based(data, method="mar", imputations=200, streams=numbers)
    peer = mmrm(data)
    np.testing.assert_allclose(got.estimate, peer.estimate, atol=0.15)
    np.testing.assert_allclose((got.se / peer.se).mean(), 1.0, atol=0.03)


@pytest.mark.parametrize("method", METHODS)
def test_with_nothing_missing_it_is_covariance_analysis(method):
    data = drawn(lost=0.0)
    got = reference_based(data, method=method, imputations=3, streams=numbers)
    peer = ancova(data)
    np.testing.assert_allclose(got.estimate, peer.estimate, rtol=1e-9)
    np.testing.assert_allclose(got.se, peer.se, rtol=1e-9)


def test_the_assumptions_are_ordered_as_their_meaning_says():
    """Where the arm helps more with time, jumping to control leaves less of it than keeping it."""
    data = drawn(trials=30, effect=-6.0)
    size = {
        m: -reference_based_fit(
            data, method=m, imputations=2, streams=numbers
        ).conditional_mean.mean()
        for m in METHODS
    }
    assert size["mar"] > size["cir"] > size["j2r"]
    assert size["cir"] > size["cr"]


def test_a_delta_moves_the_estimate_by_the_share_that_left():
    data = drawn(trials=2)
    got = reference_based_fit(
        data, method="mar", imputations=20, streams=numbers, deltas=(0.0, 2.0, 4.0)
    )
    first, second, third = (fit.estimate for fit in got.pooled)
    np.testing.assert_allclose(third - first, 2 * (second - first), rtol=1e-8)
    gone = np.array([np.isnan(data.y[t, data.arm[t] == 1, -1]).mean() for t in range(2)])
    np.testing.assert_allclose((second - first)[:, 0], 2.0 * gone, rtol=0.1)


def test_what_was_observed_after_leaving_is_kept_but_teaches_nothing():
    data = drawn(lost=0.0, trials=1)
    stopped = data.stopped.copy()
    stopped[0, :20] = 2
    off = dataclasses.replace(data, stopped=stopped)
    got = reference_based(off, method="j2r", imputations=3, streams=numbers)
    np.testing.assert_allclose(got.estimate, ancova(data).estimate, rtol=1e-9)
    y = off.y.copy()
    y[0, 1, 3] = np.nan  # one of those who stopped lacks the last score
    y[0, 3, 3] = 90.0  # and another one has a wild one: it must not move what is imputed for her
    wild = reference_based_fit(
        dataclasses.replace(off, y=y), method="j2r", imputations=2, streams=numbers
    )
    y[0, 3, 3] = 10.0
    calm = reference_based_fit(
        dataclasses.replace(off, y=y), method="j2r", imputations=2, streams=numbers
    )
    weight = (wild.conditional_mean - calm.conditional_mean)[0, 0] / 80.0
    assert weight == pytest.approx(1 / 60, rel=0.05)  # its own weight in its arm and no more


def test_a_trial_gets_the_same_numbers_alone():
    data = drawn(trials=3)
    alone = as_data(data.y[2:], data.baseline[2:], data.arm[2:], data.stopped[2:])
    together = reference_based(data, method="j2r", imputations=5, streams=numbers)
    got = reference_based(
        alone, method="j2r", imputations=5, streams=lambda row, *rest: numbers(row + 2, *rest)
    )
    np.testing.assert_array_equal(got.estimate, together.estimate[2:])
    np.testing.assert_array_equal(got.p, together.p[2:])


def test_points_added_to_everybody_change_no_contrast():
    data = drawn(trials=2)
    first = reference_based(data, method="cir", imputations=5, streams=numbers)
    moved = dataclasses.replace(data, y=data.y + 100.0)
    again = reference_based(moved, method="cir", imputations=5, streams=numbers)
    np.testing.assert_allclose(again.estimate, first.estimate, atol=1e-6)


def test_failures_are_named_and_bad_input_refused():
    data = drawn(trials=2)
    y = data.y.copy()
    y[1, :, -1] = np.nan
    got = reference_based_fit(
        dataclasses.replace(data, y=y), method="j2r", imputations=3, streams=numbers
    )
    assert got.pooled[0].converged[:, 0].tolist() == [True, False]
    assert np.isnan(got.conditional_mean[1]).all()
    with pytest.raises(InputError, match="imputations"):
        reference_based(data, method="j2r", imputations=1, streams=numbers)
