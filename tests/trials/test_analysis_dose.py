"""Dose-ranging trials and multiplicity against R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from speciosa.errors import InputError
from speciosa.evidence.trials.analysis import benjamini_hochberg, dose_response, holm
from speciosa.evidence.trials.data import TrialData

KEY = json.loads((Path(__file__).parent / "keys" / "dose.json").read_text("utf-8"))
DOSES = (0.0, 1.0, 2.0, 4.0)


def as_data(y, baseline, arm):
    y = np.asarray(y, float)[..., None]
    trials, subjects, _ = y.shape
    return TrialData(
        baseline=np.asarray(baseline, float),
        y=y,
        arm=np.asarray(arm, np.int8),
        visits_weeks=np.array([8.0]),
        cause=np.zeros((trials, subjects), np.int8),
        stopped=np.ones((trials, subjects), np.int8),
    )


def drawn(trials, *, effect=(0, 0, 0, 0), people=80):
    rng = np.random.default_rng(6)
    arm = np.broadcast_to(np.arange(people) % 4, (trials, people))
    baseline = rng.normal(24, 4, (trials, people))
    y = 0.5 * baseline + np.array(effect)[arm] + rng.normal(0, 5, (trials, people))
    return as_data(y, baseline, arm)


@pytest.mark.parametrize("case", KEY["trials"])
def test_dunnett_holm_trend_and_shapes_are_those_of_r(case):
    data = as_data([case["y"]], [case["baseline"]], [case["arm"]])
    got = dose_response(data, case["doses"])
    np.testing.assert_allclose(got.pairwise.estimate[0], case["estimate"], rtol=1e-8)
    np.testing.assert_allclose(got.dunnett_p[0], case["dunnett"], atol=1e-3)
    np.testing.assert_allclose(got.holm_p[0], case["holm"], rtol=1e-7)
    np.testing.assert_allclose(got.trend.estimate[0, 0], case["trend"], rtol=1e-8)
    np.testing.assert_allclose(got.trend.se[0, 0], case["trend_se"], rtol=1e-8)
    np.testing.assert_allclose(got.shapes[0], case["shapes"], rtol=1e-7)
    np.testing.assert_allclose(got.shapes_p[0], case["shapes_p"], atol=2e-3)


def test_error_over_all_comparisons_is_kept():
    trials = 1000
    got = dose_response(drawn(trials), DOSES)
    error = 4 * np.sqrt(0.05 * 0.95 / trials)
    assert (got.dunnett_p.min(axis=1) < 0.05).mean() == pytest.approx(0.05, abs=error)
    assert (got.shapes_p.min(axis=1) < 0.05).mean() == pytest.approx(0.05, abs=error)
    assert (got.holm_p.min(axis=1) < 0.05).mean() < 0.05 + error
    assert (got.trend.p < 0.05).mean() == pytest.approx(0.05, abs=error)


def test_shapes_find_a_saturating_response_more_often_than_a_line():
    got = dose_response(drawn(400, effect=(0, -4, -4.5, -5)), DOSES)
    assert (got.shapes_p.min(axis=1) < 0.025).mean() > (got.trend_one_sided_p < 0.025).mean()


def test_allowing_for_others_never_lowers_a_p():
    got = dose_response(drawn(200), DOSES)
    assert (got.dunnett_p >= got.pairwise.p - 2e-3).all()
    assert (got.dunnett_p <= 3 * got.pairwise.p + 2e-3).all()
    assert (got.holm_p >= got.pairwise.p).all()


def test_an_empty_arm_is_named():
    data = drawn(2)
    y = data.y.copy()
    y[1][data.arm[1] == 2] = np.nan
    got = dose_response(as_data(y[..., 0], data.baseline, data.arm), DOSES)
    assert got.trend.converged[:, 0].tolist() == [True, False]
    assert np.isnan(got.shapes_p[1]).all()
    assert np.isnan(got.dunnett_p[1]).all()


def test_step_procedures_are_those_of_statsmodels():
    p = np.random.default_rng(0).random((20, 6)) ** 2
    for row in p:
        np.testing.assert_allclose(holm(row), multipletests(row, method="holm")[1])
        np.testing.assert_allclose(benjamini_hochberg(row), multipletests(row, method="fdr_bh")[1])


@pytest.mark.parametrize(
    ("doses", "candidates", "said"),
    [((0, 1, 2), (), "doses"), ((0, 2, 1, 3), (), "rising"), (DOSES, ((1, 1, 1, 1),), "not all")],
)
def test_bad_doses_are_refused(doses, candidates, said):
    with pytest.raises(InputError, match=said):
        dose_response(drawn(1), doses, candidates=candidates)
