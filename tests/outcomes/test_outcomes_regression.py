"""The estimators against formulas and against statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from calibration.outcomes.simulate import World, verdicts
from scipy import stats

from speciosa.clinical.outcomes.regression import fit, paired, united

DAYS = np.array([0.0, 5, 14, 21, 30, 44, 60, 61, 80, 99, 110, 131])
Y = np.array([15.0, 13, 16, 14, 15, 12, 9, 10, 8, 7, 9, 6])
STEP = np.r_[np.zeros(6), np.ones(6)]
X = np.column_stack([np.ones(12), STEP, (DAYS - DAYS.mean()) / 7])


@pytest.mark.parametrize("rho", [0.0, 0.25, 0.6, 0.9])
@pytest.mark.parametrize("columns", [2, 3])
def test_one_autocorrelation_agrees_with_statsmodels(rho: float, columns: int) -> None:
    x = X[:, :columns]
    sigma = np.eye(12) if rho == 0 else rho ** (np.abs(DAYS[:, None] - DAYS) / 7)
    theirs = sm.GLS(Y, x, sigma=sigma).fit()
    ours = fit(DAYS, Y, x, 1, rho=rho)
    assert ours.value == pytest.approx(theirs.params[1], rel=1e-9)
    assert ours.se == pytest.approx(theirs.bse[1], rel=1e-9)
    assert ours.df == theirs.df_resid


def test_restricted_likelihood_differs_by_a_constant_from_its_definition() -> None:
    def reml(rho: float) -> float:
        sigma = rho ** (np.abs(DAYS[:, None] - DAYS) / 7)
        inverse = np.linalg.inv(sigma)
        normal = X.T @ inverse @ X
        residual = Y - X @ np.linalg.solve(normal, X.T @ inverse @ Y)
        rss = residual @ inverse @ residual
        return -0.5 * (
            9 * math.log(rss) + np.linalg.slogdet(sigma)[1] + np.linalg.slogdet(normal)[1]
        )

    gaps = [fit(DAYS, Y, X, 1, rho=r).log_reml - reml(r) for r in (0.1, 0.4, 0.7)]
    assert gaps == pytest.approx([gaps[0]] * 3, abs=1e-9)


def test_the_union_holds_every_single_interval() -> None:
    found = united(list(DAYS), list(Y), X, 1, rho_highest=0.7)
    t = stats.t.ppf(0.975, 9)
    for rho in np.linspace(0, 0.7, 15):
        one = fit(DAYS, Y, X, 1, rho=float(rho))
        assert found.low <= one.value - t * one.se + 1e-12
        assert found.high >= one.value + t * one.se - 1e-12
    assert (found.rho_low, found.rho_high) == (0.0, 0.7)
    learnt = united(list(DAYS), list(Y), X, 1, rho_highest=0.7, learn=True)
    assert learnt.low >= found.low
    assert learnt.high <= found.high


def test_without_autocorrelation_and_trend_it_is_the_t_test_of_two_groups() -> None:
    found = united(list(DAYS), list(Y), X[:, :2], 1, rho_highest=0.0)
    theirs = stats.ttest_ind(Y[6:], Y[:6]).confidence_interval(0.95)
    assert found.value == pytest.approx(Y[6:].mean() - Y[:6].mean())
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


def test_the_spread_never_falls_below_measurement_error() -> None:
    flat = fit(DAYS, np.full(12, 9.0), X[:, :2], 1, rho=0.0, floor=2.0)
    assert flat.value == pytest.approx(0.0)
    assert flat.se == pytest.approx(2.0 * math.sqrt(2 / 6))


def test_pairs_are_the_paired_t_test() -> None:
    d = [-4.0, -6.5, -2.0, -5.0]
    theirs = stats.ttest_1samp(d, 0).confidence_interval(0.95)
    assert paired(d) == pytest.approx((np.mean(d), theirs.low, theirs.high))
    half = stats.t.ppf(0.975, 3) * 5.0 / 2
    assert paired(d, floor=5.0)[2] == pytest.approx(np.mean(d) + half)


@pytest.mark.parametrize(
    "world",
    [
        World("weekly", 7, 6, 6, 0.6),
        World("monthly and restless", 28, 4, 4, 0.6, 4.0),
        World("falling all the time", 14, 5, 5, 0.3, trend_a_week=-0.5),
    ],
    ids=lambda w: w.name,
)
def test_what_never_happened_is_seldom_called_a_change(world: World) -> None:
    found = verdicts(world, 120, seed=11)
    # 2.5 % is the bound for a fall; 8 or more of 120 would be most unlikely under it.
    assert found["lower"] <= 7
    assert found["higher"] <= 7


def test_a_large_lasting_fall_can_be_found() -> None:
    found = verdicts(World("large", 28, 6, 6, 0.3, effect=-9.0), 60, seed=12)
    assert found["lower"] >= 20
    assert found["higher"] == 0
    assert found["no clear difference"] == 0
