"""Pooling beside R's metafor and clubSandwich on made data (tests/evidence/keys)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speciosa.evidence import pooling
from speciosa.evidence.effect_sizes.table import EffectSizes, Measure, TwoByTwo

KEY = json.loads((Path(__file__).parent / "keys/pooling.json").read_text(encoding="utf-8"))
EFFECTS: dict[str, Any] = KEY["effects"]
COUNTS: dict[str, Any] = KEY["counts"]
DEPENDENT: dict[str, Any] = KEY["dependent"]
METHODS = ("DL", "PM", "REML", "ML", "SJ", "HE", "HS", "EB")
# What an iteration of the other side leaves open; ours solves to the last digits.
RTOL = 2e-6


def effects(made: dict[str, Any]) -> EffectSizes:
    k = len(made["yi"])
    return EffectSizes(
        measure=Measure.GENERIC,
        labels=tuple(f"s{i:03d}" for i in range(k)),
        yi=np.array(made["yi"]),
        vi=np.array(made["vi"]),
        years=tuple(made.get("year", [None] * k)),
        cluster=tuple(f"c{c}" for c in made.get("cluster", range(k))),
        moderators={n: tuple(made[n]) for n in ("x", "z", "group") if n in made},
    )


def close(ours: object, theirs: object, scale: float = 0.0, rtol: float = RTOL) -> None:
    """Relative agreement, with an absolute floor that goes with the size of the data."""
    a = np.array(ours, dtype=np.float64)
    b = np.array(
        [np.nan if x is None else x for x in np.atleast_1d(np.array(theirs, object))], float
    )
    np.testing.assert_allclose(
        np.atleast_1d(a), b, rtol=rtol, atol=max(rtol * scale, 1e-12 * scale)
    )


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("method", METHODS)
def test_estimators_of_tau2(name: str, method: str) -> None:
    made = EFFECTS[name]
    of, want = effects(made), made["univariate"]["pooled"][method]
    typical = float(np.median(of.vi))
    got = pooling.pool(of, method=method, ci="z")
    close(got.tau2, want["tau2"], typical)
    size = typical**0.5
    for ours, theirs in (("estimate", "estimate"), ("se", "se"), ("ci_low", "ci_low")):
        close(getattr(got, ours), want[theirs], size)
    close(got.i2, want["i2"], 100)
    close(got.h2, want["h2"], 1)
    close(got.q, want["q"], 1)
    close(got.weights, want["weights"], 100)
    close(got.pi_high - got.estimate, want["pi_half"], size)
    for ci, theirs in (("HK", "knha"), ("HK-adhoc", "adhoc")):
        hk, other = pooling.pool(of, method=method, ci=ci), want[theirs]
        for field in ("se", "ci_low", "ci_high"):
            close(getattr(hk, field), other[field], size)
        close(hk.p, other["p"], 1)
        assert hk.df == len(of.yi) - 1


@pytest.mark.parametrize("name", EFFECTS)
def test_common_effect(name: str) -> None:
    of, want = effects(EFFECTS[name]), EFFECTS[name]["univariate"]["pooled"]["CE"]
    got = pooling.pool(of, method="CE")
    for field in ("estimate", "se", "ci_low", "ci_high"):
        close(getattr(got, field), want[field], float(np.median(of.vi)) ** 0.5, 1e-9)
    close([got.q, got.i2, got.i2_q], [want["q"], want["i2"], want["i2"]], 1, 1e-8)


@pytest.mark.parametrize("name", EFFECTS)
def test_q_profile(name: str) -> None:
    of, got = effects(EFFECTS[name]), pooling.pool(effects(EFFECTS[name]))
    close([got.tau2_low, got.tau2_high], EFFECTS[name]["univariate"]["q_profile"], np.median(of.vi))


@pytest.mark.parametrize("name", EFFECTS)
def test_leave_one_out_and_cumulative(name: str) -> None:
    made = EFFECTS[name]["univariate"]
    of = effects(EFFECTS[name])
    typical = float(np.median(of.vi))
    left, want = pooling.leave_one_out(of), made["leave_one_out"]
    for field in ("estimate", "se", "ci_low", "ci_high"):
        close(getattr(left, field), want[field], typical**0.5)
    close(left.tau2, want["tau2"], typical)
    close(left.i2, want["i2"], 100)
    close(left.q, want["q"], 1)
    grown, want = pooling.cumulative(of, ci="z"), made["cumulative"]
    close(grown.estimate, want["estimate"], typical**0.5)
    close(grown.se, want["se"], typical**0.5)
    close(grown.tau2[1:], want["tau2"][1:], typical)
    close(grown.q, want["q"], 1)
    assert list(grown.years) == sorted(EFFECTS[name]["year"])


@pytest.mark.parametrize("name", [n for n in EFFECTS if len(EFFECTS[n]["yi"]) > 3])
def test_influence(name: str) -> None:
    of, want = effects(EFFECTS[name]), EFFECTS[name]["univariate"]["influence"]
    got = pooling.influence(of)
    for field in ("residual", "dffits", "cook", "covariance_ratio", "hat", "q_without"):
        close(getattr(got, field), want[field], 1, 1e-5)
    close(got.tau2_without, want["tau2_without"], float(np.median(of.vi)))


@pytest.mark.parametrize("name", EFFECTS)
def test_asymmetry(name: str) -> None:
    of, want = effects(EFFECTS[name]), EFFECTS[name]["univariate"]
    size = float(np.median(of.vi)) ** 0.5
    classical = pooling.egger(of)
    close(classical.slope.stat, want["egger"]["stat"], 1)
    close(classical.slope.p, want["egger"]["p"], 1)
    close(classical.slope.estimate, want["egger"]["slope"], 1)
    close(classical.limit.estimate, want["egger"]["limit"], size)
    close(classical.limit.ci_low, want["egger"]["limit_low"], size)
    if want["egger_random_effects"]:
        got = pooling.egger_random_effects(of)
        close(got.slope.stat, want["egger_random_effects"]["stat"], 1, 1e-5)
        close(got.slope.estimate, want["egger_random_effects"]["slope"], 1, 1e-5)
        close(got.limit.estimate, want["egger_random_effects"]["limit"], size, 1e-5)
    rank = pooling.begg(of)
    close([rank.tau, rank.p], [want["begg"]["tau"], want["begg"]["p"]], 1, 1e-9)
    assert bool(classical.warning) == (len(of.yi) < 10)


@pytest.mark.parametrize("name", EFFECTS)
def test_trim_and_fill(name: str) -> None:
    of, want = effects(EFFECTS[name]), EFFECTS[name]["univariate"]["trim_and_fill"]
    compared = 0
    for which, answer in want.items():
        if not answer:
            continue
        estimator, side, method = which.split("_")
        got = pooling.trim_and_fill(
            of, method="CE" if method == "FE" else "REML", ci="z", side=side, estimator=estimator
        )
        assert got.k0 == answer["k0"], which
        close(got.pooled.estimate, answer["estimate"], float(np.median(of.vi)) ** 0.5, 1e-5)
        close(got.pooled.se, answer["se"], 0, 1e-5)
        compared += 1
    assert compared >= 6
    if side := EFFECTS[name]["univariate"]["trim_and_fill_side"]:
        assert pooling.trim_and_fill(of).side == side


REGRESSIONS = [n for n in EFFECTS if "regression" in EFFECTS[n]]


@pytest.mark.parametrize("name", REGRESSIONS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ci", ["z", "HK", "HK-adhoc"])
def test_meta_regression(name: str, method: str, ci: str) -> None:
    test = {"z": "z", "HK": "knha", "HK-adhoc": "adhoc"}[ci]
    want = EFFECTS[name]["regression"][f"{method}_{test}"]
    of = effects(EFFECTS[name])
    _regression(pooling.meta_regression(of, ("x", "z", "group"), method=method, ci=ci), want, of)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_interactions_and_models_without_intercept(name: str) -> None:
    of, want = effects(EFFECTS[name]), EFFECTS[name]["regression"]
    got = pooling.meta_regression(of, ("x", "z", "x:z"), ci="z")
    assert [c.name for c in got.coefficients] == ["intercept", "x", "z", "x:z"]
    _regression(got, want["interaction"], of)
    cells = pooling.meta_regression(of, ("group",), ci="z", intercept=False)
    assert [c.name for c in cells.coefficients] == ["group=a", "group=b", "group=c"]
    _regression(cells, want["no_intercept"], of)


def _regression(got: pooling.Regression, want: dict[str, Any], of: EffectSizes) -> None:
    typical = float(np.median(of.vi))
    size = max(float(np.abs(of.yi).max()), typical**0.5)
    results = [c.result for c in got.coefficients]
    close([r.estimate for r in results], want["estimate"], size, 1e-5)
    close([r.se for r in results], want["se"], typical**0.5, 1e-5)
    close([r.p for r in results], want["p"], 1, 1e-5)
    close(
        [got.tau2, got.tau2_low, got.tau2_high], [want["tau2"], *want["q_profile"]], typical, 1e-5
    )
    close([got.qe, got.qe_p, got.qm_p], [want["qe"], want["qe_p"], want["qm_p"]], 1, 1e-5)
    close(got.qm, want["qm"], 1, 2e-5)
    close(got.i2, want["i2"], 100, 1e-5)
    if isinstance(want["r2"], float | int):
        close(got.r2, want["r2"], 100, 1e-5)


def _counts(made: dict[str, Any]) -> TwoByTwo:
    return TwoByTwo(
        **{n: np.array(made[n], float) for n in ("events_1", "total_1", "events_2", "total_2")}
    )


@pytest.mark.parametrize("name", COUNTS)
def test_rare_events(name: str) -> None:
    made = COUNTS[name]
    counts = _counts(made)
    for measure in (Measure.OR, Measure.RR, Measure.RD):
        got, want = pooling.mantel_haenszel(counts, measure), made["answers"][measure.value]
        close([got.estimate, got.se], [want["estimate"], want["se"]], 0, 1e-9)
    got, want = pooling.peto(counts), made["answers"]["Peto"]
    close([got.estimate, got.se, got.q], [want["estimate"], want["se"], want["q"]], 0, 1e-9)


@pytest.mark.parametrize("name", COUNTS)
def test_asymmetry_of_counts(name: str) -> None:
    made = COUNTS[name]
    counts = _counts(made)
    labels = tuple(f"s{i}" for i in range(len(made["yi"])))
    of = EffectSizes(
        measure=Measure.OR, labels=labels, yi=np.array(made["yi"]), vi=np.array(made["vi"]),
        years=(None,) * len(labels), cluster=labels, counts=counts, counts_labels=labels,
    )  # fmt: skip
    tests = {"Harbord": lambda: pooling.harbord(counts), "Peters": lambda: pooling.peters(of)}
    for which in set(tests) & set(made["answers"]):
        got, want = tests[which](), made["answers"][which]
        close([abs(got.slope.stat), got.slope.p], [abs(want["stat"]), want["p"]], 1, 1e-6)


@pytest.mark.parametrize("name", DEPENDENT)
def test_three_levels_and_robust_variance(name: str) -> None:
    made = DEPENDENT[name]
    of, want = effects(made), made["three_level"]
    got = pooling.three_level(of)
    close([got.sigma2_study, got.sigma2_effect], want["sigma2"], 1, 1e-5)
    close([got.result.estimate, got.result.se], [want["estimate"], want["se"]], 0, 1e-5)
    for robust, other in ((got.robust, want["cr2"]), (pooling.robust(of), made["independent_cr2"])):
        result = robust.result
        ours = [result.estimate, result.se, result.df, result.ci_low, result.ci_high]
        theirs = [other[n] for n in ("estimate", "se", "df", "ci_low", "ci_high")]
        close(ours, theirs, 0, 3e-5)


@pytest.mark.parametrize("name", DEPENDENT)
@pytest.mark.parametrize(
    ("which", "rho", "weighted"),
    [("half", 0.5, True), ("strong", 0.9, True), ("none", 0.0, True), ("plain", 0.5, False)],
)
def test_aggregation_within_a_study(name: str, which: str, rho: float, weighted: bool) -> None:
    of, want = effects(DEPENDENT[name]), DEPENDENT[name]["aggregated"][which]
    got = pooling.aggregate(of, rho=rho, weighted=weighted)
    close(got.yi, want["yi"], 0, 1e-9)
    close(got.vi, want["vi"], 0, 1e-9)


@pytest.mark.parametrize("name", ["usual", "rare"])
def test_conditional_logistic(name: str) -> None:
    """The peer takes seven nodes of quadrature and an optimiser of its own: four digits."""
    made = COUNTS[name]
    got = pooling.conditional_logistic(_counts(made))
    want = made["answers"]["CM.AL"]
    close([got.estimate, got.se], [want["estimate"], want["se"]], 0, 5e-4)
    close(got.tau2, want["tau2"], 0.01, 2e-3)
