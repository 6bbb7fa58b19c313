"""The mixed model for repeated measures against R, against least squares, and against itself."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.errors import InputError
from speciosa.evidence.trials.analysis import ancova
from speciosa.evidence.trials.analysis.mmrm import Why, mmrm, mmrm_fit
from speciosa.evidence.trials.data import TrialData

KEY = json.loads((Path(__file__).parent / "keys" / "mmrm.json").read_text("utf-8"))
CASES = pytest.mark.parametrize("case", KEY["trials"], ids=lambda case: case["name"])


def as_data(y, baseline, arm):
    y = np.asarray(y, float)
    trials, subjects, visits = y.shape
    return TrialData(
        baseline=np.asarray(baseline, float),
        y=y,
        arm=np.asarray(arm, np.int8),
        visits_weeks=np.arange(1.0, visits + 1),
        cause=np.zeros((trials, subjects), np.int8),
        stopped=np.full((trials, subjects), visits, np.int8),
    )


def of_key(case):
    return as_data([case["y"]], [case["baseline"]], [case["arm"]])


def drawn(*, seed=0, trials=2, subjects=40, visits=3, arms=2, lost=0.2):
    rng = np.random.default_rng(seed)
    baseline = rng.normal(24, 4, (trials, subjects))
    arm = np.stack([rng.permutation(np.arange(subjects) % arms) for _ in range(trials)])
    person = rng.normal(0, 3, (trials, subjects, 1))
    noise = rng.normal(0, 3, (trials, subjects, visits))
    y = 8 + 0.6 * baseline[:, :, None] - arm[:, :, None] + person + noise
    y[rng.random(y.shape) < lost] = np.nan
    return as_data(y, baseline, arm)


@CASES
def test_estimates_errors_and_likelihood_are_those_of_gls(case):
    got = mmrm_fit(of_key(case), visits=(0, -1), df="residual")
    np.testing.assert_allclose(got.contrasts.estimate[0], case["gls"]["estimate"], rtol=5e-5)
    np.testing.assert_allclose(got.contrasts.se[0], case["gls"]["se"], rtol=2e-5)
    # A likelihood cannot be beaten: ours is at least the peer's, and no further than its slack.
    gain = got.log_likelihood[0] - case["mmrm"]["Residual"]["log_likelihood"]
    assert -1e-9 < gain < 1e-5
    np.testing.assert_allclose(got.covariance[0], case["mmrm"]["covariance"], rtol=5e-3, atol=5e-3)


@CASES
def test_degrees_of_freedom_are_those_of_the_package_mmrm(case):
    key = case["mmrm"]
    got = mmrm_fit(of_key(case), visits=(0, -1)).contrasts
    # The peer stops a little before the top: its log-likelihood is lower by up to 3e-8.
    np.testing.assert_allclose(got.df[0], key["Satterthwaite"]["df"], rtol=5e-4)
    np.testing.assert_allclose(got.se[0], key["Satterthwaite"]["se"], rtol=2e-4)
    np.testing.assert_allclose(got.p[0], key["Satterthwaite"]["p"], rtol=2e-3)
    left = mmrm(of_key(case), df="residual").df[0]
    np.testing.assert_allclose(left, key["Residual"]["df"][-left.size :])


@CASES
@pytest.mark.parametrize(("structure", "name"), [("toeplitz", "toep"), ("compound symmetry", "cs")])
def test_structures_with_fewer_parameters(case, structure, name):
    key = case["mmrm"][name]
    got = mmrm_fit(of_key(case), visits=(0, -1), structure=structure)
    np.testing.assert_allclose(got.contrasts.estimate[0], key["estimate"], rtol=1e-4)
    np.testing.assert_allclose(got.contrasts.se[0], key["se"], rtol=1e-4)
    np.testing.assert_allclose(got.contrasts.df[0], key["df"], rtol=5e-4)
    assert -1e-9 < got.log_likelihood[0] - key["log_likelihood"] < 1e-6


@CASES
def test_kenward_and_roger_are_those_of_pbkrtest(case):
    got = mmrm(of_key(case), structure="compound symmetry", df="kenward-roger")
    np.testing.assert_allclose(got.estimate[0, 0], case["pbkrtest"]["estimate"], rtol=1e-5)
    np.testing.assert_allclose(got.se[0, 0], case["pbkrtest"]["se"], rtol=1e-5)
    np.testing.assert_allclose(got.df[0, 0], case["pbkrtest"]["df"], rtol=1e-5)


def test_a_random_intercept_of_statsmodels_is_compound_symmetry():
    data = drawn(seed=5, trials=1, subjects=60)
    rows = [
        {"y": data.y[0, i, v], "v": v, "arm": data.arm[0, i], "b": data.baseline[0, i], "i": i}
        for i in range(60)
        for v in range(3)
        if not np.isnan(data.y[0, i, v])
    ]
    frame = pd.DataFrame(rows)
    peer = smf.mixedlm("y ~ 0 + C(v) + C(v):arm + C(v):b", frame, groups=frame["i"]).fit(reml=True)
    got = mmrm(data, structure="compound symmetry")
    np.testing.assert_allclose(got.estimate[0, 0], peer.params["C(v)[2]:arm"], rtol=1e-4)
    np.testing.assert_allclose(got.se[0, 0], peer.bse["C(v)[2]:arm"], rtol=1e-3)


def test_complete_scores_give_each_visit_the_estimate_of_covariance_analysis():
    data = drawn(lost=0.0, arms=3, subjects=45, visits=4)
    got = mmrm_fit(data, visits=range(4)).contrasts.estimate.reshape(2, 4, 2)
    for visit in range(4):
        alone = ancova(data, visit=visit)
        np.testing.assert_allclose(got[:, visit], alone.estimate, rtol=1e-8)
    same = mmrm(data)
    np.testing.assert_allclose(same.se, ancova(data).se, rtol=1e-6)
    np.testing.assert_allclose(same.df, ancova(data).df, rtol=1e-6)


def test_satterthwaite_is_the_derivative_of_the_variance():
    """For one visit everything is known: the degrees of freedom are those of the residual."""
    data = drawn(visits=1, lost=0.1, trials=3)
    np.testing.assert_allclose(mmrm(data).df, ancova(data).df, rtol=1e-8)
    np.testing.assert_allclose(mmrm(data, df="kenward-roger").df, ancova(data).df, rtol=1e-8)
    np.testing.assert_allclose(mmrm(data).p, ancova(data).p, rtol=1e-8)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-500, 500), st.floats(0.05, 50))
def test_shift_scale_and_order(seed, shift, scale):
    data = drawn(seed=seed)
    first = mmrm(data)
    moved = mmrm(dataclasses.replace(data, y=data.y + shift))
    np.testing.assert_allclose(moved.estimate, first.estimate, atol=1e-6)
    np.testing.assert_allclose(moved.df, first.df, rtol=1e-5)
    scaled = mmrm(dataclasses.replace(data, y=data.y * scale))
    np.testing.assert_allclose(scaled.estimate, first.estimate * scale, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(scaled.p, first.p, rtol=1e-4, atol=1e-9)
    order = np.random.default_rng(seed).permutation(data.subjects)
    mixed = dataclasses.replace(
        data, y=data.y[::-1, order], baseline=data.baseline[::-1, order], arm=data.arm[::-1, order]
    )
    np.testing.assert_allclose(mmrm(mixed).estimate[::-1], first.estimate, atol=1e-6)


def test_a_trial_is_fitted_to_the_same_bits_alone_and_in_a_block():
    data = drawn(trials=5)
    alone = as_data(data.y[3:4], data.baseline[3:4], data.arm[3:4])
    for field in ("estimate", "se", "df", "p"):
        together = getattr(mmrm(data), field)[3:4]
        np.testing.assert_array_equal(getattr(mmrm(alone), field), together)


def test_failures_are_named_counted_and_touch_no_other_trial():
    data = drawn(trials=5, subjects=30)
    y, arm = data.y.copy(), data.arm.copy()
    y[0, :, -1] = np.nan  # nobody reached the last visit
    y[1][data.arm[1] == 1, -1] = np.nan  # one arm did not
    y[2] = np.nan
    y[3, 6:] = np.nan  # fewer people than the model has coefficients
    arm[4] = 0
    got = mmrm_fit(as_data(y, data.baseline, arm))
    assert not got.contrasts.converged.any()
    assert np.isnan(got.contrasts.p).all()
    assert got.why == (
        Why.CONVERGED,  # the model of the other visits stands; the contrast asked for does not
        Why.SINGULAR_DESIGN,
        Why.TOO_FEW_SCORES,
        Why.TOO_FEW_SCORES,
        Why.SINGULAR_DESIGN,
    )
    assert got.failures() == {Why.SINGULAR_DESIGN: 2, Why.TOO_FEW_SCORES: 2}
    assert mmrm(as_data(y, data.baseline, arm), visit=1).converged.tolist()[0] == [True]


def test_a_fallback_is_used_only_where_named_and_is_reported():
    # 14 people, five visits, half of the scores lost: the likelihood has no top to climb to.
    data = drawn(trials=1, subjects=14, visits=5, lost=0.5, seed=0)
    plain = mmrm_fit(data)
    assert plain.why == (Why.TOO_MANY_ITERATIONS,)
    assert plain.structure == ("unstructured",)
    assert np.isnan(plain.contrasts.estimate).all()
    rescued = mmrm_fit(data, fallback=("toeplitz", "compound symmetry"))
    assert rescued.why == (Why.CONVERGED,)
    assert rescued.structure == ("toeplitz",)
    asked = mmrm(data, structure="toeplitz")
    np.testing.assert_array_equal(rescued.contrasts.estimate, asked.estimate)
    easy = drawn()
    assert mmrm_fit(easy, fallback=("toeplitz",)).structure == ("unstructured",) * 2


def test_a_missing_baseline_and_too_many_visits_are_refused():
    data = drawn()
    with pytest.raises(InputError, match="baseline"):
        mmrm(dataclasses.replace(data, baseline=np.full_like(data.baseline, np.nan)))
    with pytest.raises(InputError, match="visits"):
        mmrm(as_data(np.zeros((1, 30, 21)), np.zeros((1, 30)), np.zeros((1, 30))))
