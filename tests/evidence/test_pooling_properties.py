"""What must hold for any effect sizes, and what is said of data that cannot tell."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from calibration.validate_evidence import cases, key
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from speciosa.evidence import pooling
from speciosa.evidence.effect_sizes.table import EffectSizes, Measure, TwoByTwo
from speciosa.evidence.pooling import METHODS

QUICK = settings(max_examples=25, deadline=None, derandomize=True)


@st.composite
def studies(draw: st.DrawFn, least: int = 3, most: int = 12) -> EffectSizes:
    k = draw(st.integers(least, most))
    seed = draw(st.integers(0, 2**32 - 1))
    spread = draw(st.sampled_from([0.0, 0.3, 3.0, 300.0]))
    rng = np.random.default_rng(seed)
    vi = np.exp(rng.uniform(-6, 3, k))
    return table(rng.normal(rng.normal(0, 5), spread, k) + rng.normal(0, np.sqrt(vi)), vi)


def table(yi: object, vi: object, **more: object) -> EffectSizes:
    labels = tuple(f"s{i:03d}" for i in range(len(yi)))
    fields = {"years": tuple(2000 + i for i in range(len(yi))), "cluster": labels} | more
    return EffectSizes(
        measure=Measure.GENERIC, labels=labels, yi=np.array(yi, float), vi=np.array(vi, float),
        **fields,
    )  # fmt: skip


def main_figures(got: pooling.Pooled) -> list[float]:
    return [got.estimate, got.se, got.ci_low, got.ci_high, got.q, got.tau2]


@QUICK
@given(studies(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_the_order_of_studies_changes_nothing(of: EffectSizes, method: str, random: object) -> None:
    order = list(range(len(of.yi)))
    random.shuffle(order)
    other = table(of.yi[order], of.vi[order])
    a, b = pooling.pool(of, method=method), pooling.pool(other, method=method)
    size = float(np.sqrt(of.vi.max()))
    np.testing.assert_allclose(main_figures(a), main_figures(b), rtol=1e-7, atol=1e-9 * size)
    np.testing.assert_allclose(np.array(a.weights)[order], b.weights, rtol=1e-7)


@QUICK
@given(studies(), st.sampled_from(METHODS[1:]), st.sampled_from([1e-12, 1e-3, 7.0, 1e9]))
def test_another_unit_scales_everything(of: EffectSizes, method: str, unit: float) -> None:
    a = pooling.pool(of, method=method)
    b = pooling.pool(replace(of, yi=of.yi * unit, vi=of.vi * unit**2), method=method)
    size = abs(a.estimate) + float(np.sqrt(of.vi.max()))
    np.testing.assert_allclose(
        [b.estimate / unit, b.se / unit, b.pi_low / unit], [a.estimate, a.se, a.pi_low],
        rtol=1e-6, atol=1e-8 * size,
    )  # fmt: skip
    np.testing.assert_allclose(
        [b.tau2 / unit**2, b.tau2_high / unit**2], [a.tau2, a.tau2_high], rtol=1e-6, atol=1e-8
    )
    assert b.i2 == pytest.approx(a.i2, rel=1e-6, abs=1e-5)


@QUICK
@given(studies(), st.sampled_from(METHODS), st.floats(-100, 100))
def test_a_constant_only_shifts(of: EffectSizes, method: str, shift: float) -> None:
    a = pooling.pool(of, method=method)
    b = pooling.pool(replace(of, yi=of.yi + shift), method=method)
    size = float(np.sqrt(of.vi.max())) + 100
    np.testing.assert_allclose(
        [b.estimate - shift, b.ci_low - shift, b.se], [a.estimate, a.ci_low, a.se],
        rtol=1e-6, atol=1e-9 * size,
    )  # fmt: skip
    assert b.tau2 == pytest.approx(a.tau2, rel=1e-5, abs=1e-9)


@QUICK
@given(studies(), st.sampled_from([m for m in METHODS if m not in {"CE", "SJ"}]))
def test_without_heterogeneity_random_is_common(of: EffectSizes, method: str) -> None:
    flat = replace(of, yi=1.0 + 1e-3 * np.sqrt(of.vi) * np.sign(of.yi))
    random, common = pooling.pool(flat, method=method, ci="z"), pooling.pool(flat, method="CE")
    assert random.tau2 == 0
    np.testing.assert_allclose(main_figures(random)[:5], main_figures(common)[:5], rtol=1e-12)
    assert random.i2 == 0 and random.h2 == 1
    assert random.tau2_low == 0


@QUICK
@given(studies(), st.sampled_from(METHODS[1:]))
def test_intervals_are_ordered(of: EffectSizes, method: str) -> None:
    z, hk, adhoc = (pooling.pool(of, method=method, ci=ci) for ci in ("z", "HK", "HK-adhoc"))
    assert adhoc.se >= hk.se and adhoc.se >= z.se
    assert adhoc.ci_low <= hk.ci_low <= hk.estimate <= hk.ci_high <= adhoc.ci_high
    assert adhoc.ci_low <= z.ci_low
    assert z.pi_low <= z.ci_low and z.ci_high <= z.pi_high
    assert of.yi.min() - 1e-9 <= hk.estimate <= of.yi.max() + 1e-9
    assert sum(hk.weights) == pytest.approx(100)
    wide = pooling.pool(of, method=method, ci="z", level=0.99)
    assert wide.ci_low < z.ci_low and wide.tau2_high >= z.tau2_high


@QUICK
@given(studies())
def test_q_profile_falls_and_holds_its_ends(of: EffectSizes) -> None:
    got = pooling.pool(of)
    at = np.append(0.0, np.geomspace(1e-6, 1e6, 40))
    q = [key.generalised_q(of, float(value)) for value in at]
    assert all(b <= a * (1 + 1e-12) for a, b in itertools.pairwise(q))
    assert 0 <= got.tau2_low <= got.tau2_high
    narrow = pooling.pool(of, level=0.8)
    assert got.tau2_low <= narrow.tau2_low and narrow.tau2_high <= got.tau2_high
    pm = pooling.pool(of, method="PM")
    assert pm.tau2 == pytest.approx(pooling.pool(of, method="EB").tau2)
    assert got.tau2_low <= pm.tau2 * (1 + 1e-9) or pm.tau2 == 0


@QUICK
@given(studies(), st.sampled_from(["REML", "ML"]))
def test_no_value_of_tau2_is_likelier(of: EffectSizes, method: str) -> None:
    got = pooling.pool(of, method=method)

    def height(tau2: float) -> float:
        w = 1 / (of.vi + tau2)
        r = of.yi - np.average(of.yi, weights=w)
        out = np.log(w).sum() - w @ r**2
        return float(out - np.log(w.sum()) if method == "REML" else out)

    best = height(got.tau2)
    top = 10 * (float(np.ptp(of.yi)) ** 2 + float(of.vi.max()))
    others = [height(float(value)) for value in np.append(0.0, np.geomspace(1e-9, 1, 300) * top)]
    assert max(others) <= best + 1e-6 * (1 + abs(best))


@QUICK
@given(studies(), st.sampled_from(["DL", "HE", "REML", "PM"]))
def test_leaving_one_out_is_the_pool_of_the_others(of: EffectSizes, method: str) -> None:
    left = pooling.leave_one_out(of, method=method)
    grown = pooling.cumulative(of, method=method)
    k = len(of.yi)
    for i in (0, k - 1):
        rest = np.delete(np.arange(k), i)
        want = pooling.pool(table(of.yi[rest], of.vi[rest]), method=method)
        ours = [left.estimate[i], left.se[i], left.ci_low[i], left.tau2[i], left.i2[i], left.q[i]]
        theirs = [want.estimate, want.se, want.ci_low, want.tau2, want.i2, want.q]
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-8)
    whole = pooling.pool(of, method=method)
    assert grown.estimate[-1] == pytest.approx(whole.estimate, rel=1e-8, abs=1e-10)
    assert grown.estimate[0] == pytest.approx(of.yi[0])
    assert math.isnan(grown.tau2[0])


@QUICK
@given(studies(least=4))
def test_a_regression_on_nothing_is_the_pool(of: EffectSizes) -> None:
    got, want = pooling.meta_regression(of, ()), pooling.pool(of)
    result = got.coefficient("intercept")
    assert result.estimate == pytest.approx(want.estimate, rel=1e-8, abs=1e-10)
    assert (result.se, got.tau2, got.i2) == pytest.approx((want.se, want.tau2, want.i2), rel=1e-6)


@pytest.mark.parametrize("of", [cases.bcg(Measure.OR), cases.teachers(), cases.smoking()])
def test_statsmodels_gives_the_same(of: EffectSizes) -> None:
    for method, other in (("DL", "dl"), ("PM", "iterated")):
        theirs = combine_effects(of.yi, of.vi, method_re=other, use_t=False, atol=1e-12)
        hk = combine_effects(of.yi, of.vi, method_re=other, use_t=True, atol=1e-12)
        ours = pooling.pool(of, method=method, ci="z")
        assert ours.tau2 == pytest.approx(theirs.tau2, rel=1e-6)
        assert ours.estimate == pytest.approx(theirs.mean_effect_re, rel=1e-6)
        assert ours.se == pytest.approx(theirs.sd_eff_w_re, rel=1e-6)
        assert pooling.pool(of, method=method).se == pytest.approx(hk.sd_eff_w_re_hksj, rel=1e-6)
    common = pooling.pool(of, method="CE")
    assert common.estimate == pytest.approx(theirs.mean_effect_fe, rel=1e-9)


# ------------------------------------------------------------------ too little, or too much


def test_one_study_is_its_own_result() -> None:
    got = pooling.pool(table([0.5], [0.04]))
    assert (got.estimate, got.se, got.ci_method) == pytest.approx((0.5, 0.2, "z"))
    assert got.tau2 is got.i2 is got.h2 is got.pi_low is got.tau2_high is None
    assert "One study" in got.notes[0]
    assert "three studies" in got.pi_unavailable


def test_two_studies_have_no_prediction_interval() -> None:
    got = pooling.pool(table([0.1, 0.9], [0.04, 0.05]))
    assert got.df == 1 and got.pi_low is None and "three studies" in got.pi_unavailable
    assert any("Two studies" in note for note in got.notes)


def test_exact_agreement_is_not_called_certainty() -> None:
    got = pooling.pool(table([0.5] * 4, [0.1, 0.2, 0.3, 0.4]))
    assert got.se == pytest.approx(0, abs=1e-12)
    assert any("no width" in note for note in got.notes)
    assert pooling.pool(table([0.5] * 4, [0.1, 0.2, 0.3, 0.4]), ci="HK-adhoc").se > 0.2


def test_a_common_effect_warns_where_effects_differ() -> None:
    got = pooling.pool(cases.bcg(Measure.RR), method="CE")
    assert any("too narrow" in note for note in got.notes)
    assert got.pi_low is None and "one true effect" in got.pi_unavailable
    assert got.i2 == got.i2_q > 90
    assert got.i2_definition != pooling.pool(cases.bcg(Measure.RR)).i2_definition


def test_a_narrower_hartung_knapp_interval_is_named() -> None:
    got = pooling.pool(cases.bcg(Measure.OR), method="DL")
    assert any("smaller standard error" in note for note in got.notes)


def test_two_maxima_of_the_likelihood_are_noted_and_the_higher_is_used() -> None:
    yi, vi = np.array([0.18, -21.56, 0.2]), np.array([0.0008, 2.5, 0.0077])
    got = pooling.random_effects(yi, vi)
    assert got.maxima == 2 and any("2 maxima" in note for note in got.notes)
    assert got.tau2 == pytest.approx(155.18, rel=1e-4)
    assert pooling.random_effects(yi[[0, 2]], vi[[0, 2]]).maxima == 1


@pytest.mark.parametrize(
    ("yi", "vi", "what"),
    [
        ([0.1, 0.2], [0.1, 0.0], "above zero"),
        ([0.1, 0.2], [0.1, -0.1], "above zero"),
        ([0.1, math.nan], [0.1, 0.1], "finite"),
        ([0.1, 0.2], [0.1, math.inf], "finite"),
        ([], [], "not empty"),
        ([0.1], [0.1, 0.2], "one length"),
    ],
)
def test_impossible_numbers_are_refused(yi: list[float], vi: list[float], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        pooling.random_effects(np.array(yi), np.array(vi))


def test_choices_that_do_not_exist_are_refused() -> None:
    of = cases.teachers()
    for wrong in ({"method": "XX"}, {"ci": "XX"}, {"pi": "XX"}, {"level": 95.0}):
        with pytest.raises(ValueError, match=r"known|level"):
            pooling.pool(of, **wrong)
    with pytest.raises(ValueError, match="Hartung-Knapp belongs"):
        pooling.pool(of, method="CE", ci="HK")


def test_extreme_variances_stay_finite_and_are_noticed() -> None:
    yi = np.array([1.0, 1.1, 0.9, 2.0, 0.0])
    got = pooling.random_effects(yi, np.array([1e-12, 1e-9, 1e-3, 1.0, 1e9]), ci="z")
    assert np.isfinite([got.estimate, got.se, got.tau2, got.tau2_high]).all()
    assert any("wrong unit" in note for note in got.notes)
    far = pooling.random_effects(np.full(5, 1e150), np.array([1, 2, 3, 4, 5]) * 1e280)
    assert far.estimate == pytest.approx(1e150)
    with pytest.raises(ValueError, match="too far apart"):
        pooling.random_effects(yi, np.array([1e-300, 1e-100, 1e-3, 1.0, 1e100]))


def test_reml_of_two_studies_is_found_where_rounding_hides_the_slope() -> None:
    yi, vi = np.array([-261.80257, -6.25966694e6]), np.array([1.0, 1e10])
    by_hand = ((yi[0] - yi[1]) ** 2 - vi.sum()) / 2
    assert pooling.random_effects(yi, vi).tau2 == pytest.approx(by_hand, rel=1e-6)


@pytest.mark.parametrize("method", pooling.METHODS)
def test_one_study_beyond_all_others_is_an_error_with_a_name(method: str) -> None:
    yi, vi = np.array([0.1, 0.5, 0.9]), np.array([1e-12, 1e12, 1e12])
    with pytest.raises(ValueError, match=r"too far apart|no solution"):
        pooling.random_effects(yi, vi, method=method)


# ------------------------------------------------------------------ rare events


def counts(a: list[int], n1: list[int], c: list[int], n2: list[int]) -> TwoByTwo:
    return TwoByTwo(
        events_1=np.array(a, float), total_1=np.array(n1, float),
        events_2=np.array(c, float), total_2=np.array(n2, float),
    )  # fmt: skip


def test_studies_without_information_are_named_and_change_nothing() -> None:
    base = counts([1, 0, 4], [50, 60, 80], [3, 2, 7], [52, 58, 85])
    more = counts([1, 0, 4, 0], [50, 60, 80, 40], [3, 2, 7, 0], [52, 58, 85, 41])
    for measure in (Measure.OR, Measure.RR):
        a = pooling.mantel_haenszel(base, measure)
        b = pooling.mantel_haenszel(more, measure)
        assert (a.estimate, a.se, a.k) == pytest.approx((b.estimate, b.se, b.k))
        assert b.uninformative == (3,)
    difference = pooling.mantel_haenszel(more, Measure.RD)
    assert difference.k == 4 and difference.uninformative == ()
    assert pooling.peto(more).uninformative == (3,)
    assert pooling.conditional_logistic(more).uninformative == (3,)


def test_a_ratio_without_events_on_one_side_is_refused() -> None:
    none = counts([0, 0], [50, 60], [3, 2], [52, 58])
    for measure in (Measure.OR, Measure.RR):
        with pytest.raises(ValueError, match="0 or infinite"):
            pooling.mantel_haenszel(none, measure)
    with pytest.raises(ValueError, match="0 or infinite"):
        pooling.conditional_logistic(none)
    assert pooling.mantel_haenszel(none, Measure.RD).estimate < 0
    assert pooling.peto(none).estimate < 0
    with pytest.raises(ValueError, match="no Peto"):
        pooling.peto(counts([0], [5], [0], [5]))
    with pytest.raises(ValueError, match="size of the arm"):
        pooling.peto(counts([6], [5], [0], [5]))


@QUICK
@given(st.integers(0, 2**32 - 1))
def test_exchanging_the_arms_turns_the_sign(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(20, 200, 8), rng.integers(20, 200, 8)
    a, c = rng.binomial(n1, 0.1), rng.binomial(n2, 0.2)
    a[0], c[1] = 1, 1
    here, there = counts(a, n1, c, n2), counts(c, n2, a, n1)
    for measure in (Measure.OR, Measure.RR, Measure.RD):
        x = pooling.mantel_haenszel(here, measure)
        y = pooling.mantel_haenszel(there, measure)
        assert (x.estimate, x.se) == pytest.approx((-y.estimate, y.se))
    assert pooling.peto(here).estimate == pytest.approx(-pooling.peto(there).estimate)


# ------------------------------------------------------------------ moderators and groups


def test_a_study_without_the_moderator_is_named() -> None:
    of = cases.bcg(Measure.RR)
    holes = replace(of, moderators={"ablat": (None, *of.moderators["ablat"][1:])})
    got = pooling.meta_regression(holes, ("ablat",))
    assert got.k == 12 and got.handled[0].study == of.labels[0]
    with pytest.raises(ValueError, match="unknown moderator"):
        pooling.meta_regression(of, ("weeks",))
    with pytest.raises(ValueError, match="more than"):
        few = table([0.1, 0.2], [0.1, 0.1], moderators={"x": (1.0, 2.0)})
        pooling.meta_regression(few, ("x",))
    twice = replace(of, moderators=dict.fromkeys(("a", "b"), of.moderators["ablat"]))
    with pytest.raises(ValueError, match="depend on one another"):
        pooling.meta_regression(twice, ("a", "b"))


def test_subgroups_with_one_tau2_are_a_regression() -> None:
    of = cases.bcg(Measure.RR)
    got = pooling.subgroups(of, "alloc", ci="z")
    regression = pooling.meta_regression(of, ("alloc",), ci="z")
    assert got.names == ("alternate", "random", "systematic")
    assert [c.result for c in got.common.coefficients] == [
        c.result for c in regression.coefficients
    ]
    w = np.array([1 / g.se**2 for g in got.groups])
    mean = w @ [g.estimate for g in got.groups] / w.sum()
    assert got.q_between == pytest.approx(
        sum(w * (np.array([g.estimate for g in got.groups]) - mean) ** 2)
    )
    first = got.differences[0]
    assert (first.first, first.second) == ("alternate", "random")
    assert first.result.estimate == pytest.approx(got.groups[1].estimate - got.groups[0].estimate)
    with pytest.raises(ValueError, match="unknown moderator"):
        pooling.subgroups(of, "nothing")


def test_two_groups_differ_by_the_square_of_their_difference() -> None:
    of = cases.teachers()
    halves = replace(of, moderators={"half": tuple("ab"[i % 2] for i in range(19))})
    got = pooling.subgroups(halves, "half")
    assert got.q_between == pytest.approx(got.differences[0].result.stat ** 2)


# ------------------------------------------------------------------ dependence


def test_copies_of_an_effect_add_little_once_they_are_called_copies() -> None:
    of = cases.teachers()
    twice = table(np.tile(of.yi, 2), np.tile(of.vi, 2), cluster=of.labels * 2)
    alike = pooling.aggregate(twice, rho=1 - 1e-9)
    assert pooling.pool(alike).se == pytest.approx(pooling.pool(of).se, rel=1e-6)
    naive = pooling.pool(twice, method="CE")
    assert naive.se < 0.8 * pooling.pool(of, method="CE").se
    assert len(alike.handled) == 19 and "2 effects made one" in alike.handled[0].what
    with pytest.raises(ValueError, match="under 1"):
        pooling.aggregate(twice, rho=1.0)


def test_moderators_that_differ_within_a_study_are_not_carried_on() -> None:
    of = table([1, 2, 3], [1, 1, 1], cluster=("a", "a", "b"),
               moderators={"same": ("u", "u", "v"), "other": (1.0, 2.0, 3.0)})  # fmt: skip
    got = pooling.aggregate(of)
    assert got.moderators == {"same": ("u", "v"), "other": (None, 3.0)}


def test_three_levels_need_replication() -> None:
    with pytest.raises(ValueError, match="two effects"):
        pooling.three_level(cases.teachers())


def test_few_studies_make_the_robust_interval_warn() -> None:
    of = table([0.1, 0.5, 0.3, 0.2], [0.1, 0.1, 0.1, 0.1], cluster=("a", "a", "b", "b"))
    got = pooling.robust(of)
    assert got.clusters == 2 and "degrees of freedom" in got.warning
    with pytest.raises(ValueError, match="two studies"):
        pooling.robust(replace(of, cluster=("a",) * 4))


# ------------------------------------------------------------------ small studies


def test_under_ten_studies_the_asymmetry_tests_warn() -> None:
    few = table([0.1, 0.5, 0.3, 0.2], [0.1, 0.2, 0.3, 0.4])
    assert "Fewer than ten" in pooling.egger(few).warning
    assert "Fewer than ten" in pooling.begg(few).warning
    assert "Fewer than ten" in pooling.trim_and_fill(few).warning
    assert pooling.egger(cases.bcg(Measure.RR)).warning == ""


def test_equal_sizes_cannot_be_tested() -> None:
    same = table([0.1, 0.5, 0.3, 0.2], [0.1] * 4)
    for test in (pooling.egger, pooling.egger_random_effects, pooling.trim_and_fill):
        with pytest.raises(ValueError, match="one size"):
            test(same)
    assert pooling.begg(same).p == 1
    assert pooling.trim_and_fill(same, side="left").k0 >= 0


@QUICK
@given(studies(least=5), st.sampled_from(["L0", "R0"]))
def test_trim_and_fill_mirrors(of: EffectSizes, estimator: str) -> None:
    mirrored = replace(of, yi=-of.yi)
    a = pooling.trim_and_fill(of, method="DL", side="left", estimator=estimator)
    b = pooling.trim_and_fill(mirrored, method="DL", side="right", estimator=estimator)
    assert a.k0 == b.k0
    assert a.pooled.estimate == pytest.approx(-b.pooled.estimate, rel=1e-7, abs=1e-9)
    assert a.pooled.k == len(of.yi) + a.k0


def test_funnel_contours_are_wald_limits() -> None:
    got = pooling.funnel(cases.bcg(Measure.RR), 0.0)
    assert got.half_widths[0.05][-1] / got.standard_errors[-1] == pytest.approx(1.959964, rel=1e-6)
    assert got.standard_errors[0] == 0
