"""Networks against published data with known answers, and against netmeta on made data."""

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
import yaml

from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.network import Choices, Reading, analyse, read

FOLDER = Path(__file__).parent
CASES = FOLDER / "cases"
KEY = yaml.load((CASES / "expected_results.yaml").read_text(), Loader=yaml.CSafeLoader)["cases"]
MADE = json.loads((FOLDER / "keys" / "network.json").read_text())
CLOSED, ITERATIVE = 1e-4, 5e-4

SENN = KEY["nma_glucose_senn2013"]["expected"]
SMOKING = KEY["nma_smoking_hasselblad1998"]["expected"]
DONG = KEY["nma_copd_dong2013"]["expected"]
NETWORKS = {
    "nma_glucose_senn2013.csv": (SENN, True),
    "nma_smoking_hasselblad1998.csv": (SMOKING, False),
    "nma_copd_dong2013.csv": (DONG["inverse_variance_half_correction_all_studies"], True),
}


def analysed(name, **choices):
    return analyse(read((CASES / name).read_text()), Choices(**choices))


def check_effects(result, contrasts, expected, tolerance):
    at = result.index(result.reference)
    for treatment, wanted in expected.items():
        i = result.index(treatment)
        assert contrasts.estimate[i, at] == pytest.approx(wanted["estimate"], abs=tolerance)
        assert contrasts.se[i, at] == pytest.approx(wanted["se"], abs=tolerance)
        assert contrasts.low[i, at] == pytest.approx(wanted["ci_lb"], abs=tolerance)
        assert contrasts.high[i, at] == pytest.approx(wanted["ci_ub"], abs=tolerance)


def check_whole(result, expected):
    assert (result.k_studies, len(result.treatments)) == (
        expected["n_studies"],
        expected["n_treatments"],
    )
    assert result.k_pairwise == expected["n_pairwise"]
    assert list(result.treatments) == expected["treatments"]
    check_effects(result, result.common, expected["common"], CLOSED)
    check_effects(result, result.random, expected["random"], CLOSED)
    assert result.tau2 == pytest.approx(expected["tau2"], rel=1e-3, abs=1e-8)
    assert result.i2 == pytest.approx(expected["I2_pct"], abs=1e-3)
    parts = result.inconsistency
    for got, name in (
        (parts.total, "Q_total"),
        (parts.within, "Q_within_designs"),
        (parts.between, "Q_between_designs"),
    ):
        assert got.q == pytest.approx(expected[name]["Q"], abs=CLOSED)
        assert got.df == expected[name]["df"]
        assert got.p == pytest.approx(expected[name]["p"], abs=1e-3)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_published_networks_by_the_method_of_moments(name):
    expected, lower = NETWORKS[name]
    dl = expected["DL"]
    result = analysed(name, method="DL", reference=dl["reference"], lower_is_better=lower)
    check_whole(result, dl)
    scores = {rank.treatment: rank for rank in result.ranks}
    for treatment, wanted in expected["p_score_random_DL"].items():
        assert scores[treatment].p_score == pytest.approx(wanted, abs=CLOSED)
    for treatment, wanted in expected["p_score_common"].items():
        assert scores[treatment].p_score_common == pytest.approx(wanted, abs=CLOSED)


@pytest.mark.parametrize("name", NETWORKS)
def test_direct_and_indirect_evidence_of_the_published_networks(name):
    expected, _ = NETWORKS[name]
    result = analysed(name, method="DL")
    both = {
        (result.treatments[s.a], result.treatments[s.b]): s
        for s in result.splits
        if s.indirect is not None
    }
    rows = expected["netsplit_back_calculation_random_DL"]
    for row in rows:
        a, b = row["comparison"].split(":")
        sign = 1 if (a, b) in both else -1
        got = both[(a, b) if sign == 1 else (b, a)]
        assert sign * got.direct == pytest.approx(row["direct"], abs=CLOSED)
        assert got.direct_se == pytest.approx(row["direct_se"], abs=CLOSED)
        assert sign * got.indirect == pytest.approx(row["indirect"], abs=CLOSED)
        assert got.indirect_se == pytest.approx(row["indirect_se"], abs=CLOSED)
        assert sign * got.difference == pytest.approx(row["diff"], abs=CLOSED)
        assert sign * got.z == pytest.approx(row["z"], abs=1e-3)
        assert got.p == pytest.approx(row["p"], abs=1e-3)
    assert len(both) == len(rows)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_published_networks_by_restricted_likelihood(name):
    expected, _ = NETWORKS[name]
    result = analysed(name, method="REML", reference=expected["DL"]["reference"])
    check_effects(result, result.random, expected["REML"]["random"], ITERATIVE)
    assert result.tau2 == pytest.approx(expected["REML"]["tau2"], rel=1e-3)


def test_the_contrasts_of_senn_agree_with_their_key():
    expected = SENN["netmeta_package_contrast_version"]
    result = analysed("nma_glucose_senn2013_contrasts.csv", method="DL", reference="plac")
    assert result.measure is Measure.GENERIC
    check_whole(result, expected)


def test_mantel_haenszel_of_dong_agrees_with_its_key():
    expected = DONG["mantel_haenszel_common"]
    result = analysed("nma_copd_dong2013.csv", method="MH", reference="Placebo")
    assert result.k_studies == expected["k_studies_used"]
    at = result.index("Placebo")
    for treatment, wanted in expected.items():
        if not isinstance(wanted, dict):
            continue
        i = result.index(treatment)
        assert result.random.estimate[i, at] == pytest.approx(wanted["logOR"], abs=CLOSED)
        assert result.random.se[i, at] == pytest.approx(wanted["se"], abs=CLOSED)
        limits = [math.exp(result.random.low[i, at]), math.exp(result.random.high[i, at])]
        assert limits == pytest.approx(wanted["OR_ci"], abs=CLOSED)
    left_out = {one.study for one in result.handled}
    assert left_out == {"5", "25", "37", "34"}


# ---------------------------------------------------------------- made data


def as_text(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def made(name, **choices):
    key = MADE["networks"][name]
    given = read(
        as_text(key["data"]), Measure(key["measure"]), reading=Reading(keep_without_events=False)
    )
    return key, analyse(given, Choices(reference=key["reference"], **choices))


@pytest.mark.parametrize("name", MADE["networks"])
@pytest.mark.parametrize("method", ["DL", "REML", "ML"])
def test_effects_agree_with_netmeta(name, method):
    key, result = made(name, method=method)
    at = result.index(key["reference"])
    assert list(result.treatments) == key["treatments"]
    assert (result.k_studies, result.k_pairwise) == (key["k"], key["pairs"])
    assert result.common.estimate[:, at] == pytest.approx(key["common"]["estimate"], abs=1e-6)
    assert result.common.se[:, at] == pytest.approx(key["common"]["se"], abs=1e-6)
    tolerance = CLOSED if method == "DL" else ITERATIVE
    assert result.random.estimate[:, at] == pytest.approx(key[method]["estimate"], abs=tolerance)
    assert result.random.se[:, at] == pytest.approx(key[method]["se"], abs=tolerance)
    assert result.tau2 == pytest.approx(key[method]["tau2"], rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("name", MADE["networks"])
def test_everything_else_agrees_with_netmeta(name):
    key, result = made(name, method="DL", lower_is_better=True)
    parts = result.inconsistency
    assert result.i2 == pytest.approx(100 * key["i2"], abs=CLOSED)
    assert (parts.total.q, parts.total.df) == pytest.approx((key["q_total"], key["df"]), abs=1e-6)
    assert parts.within.q == pytest.approx(key["q_within"], abs=1e-6)
    assert parts.within.df == key["df_within"]
    assert parts.between.q == pytest.approx(key["q_between"], abs=1e-6)
    assert parts.between.df == key["df_between"]
    assert parts.between_random.q == pytest.approx(key["q_between_random"], abs=1e-5)
    assert math.sqrt(parts.tau2_within) == pytest.approx(key["tau_within"], abs=1e-6)
    at = result.index(key["reference"])
    others = [i for i in range(len(result.treatments)) if i != at]
    for got, wanted in ((result.random.pi_low, "pi_low"), (result.random.pi_high, "pi_high")):
        assert got[others, at] == pytest.approx([key[wanted][i] for i in others], abs=CLOSED)
    scores = {rank.treatment: rank.p_score for rank in result.ranks}
    assert [scores[t] for t in key["treatments"]] == pytest.approx(key["p_scores"], abs=CLOSED)


def check_splits(result, rows):
    got = {(result.treatments[s.a], result.treatments[s.b]): s for s in result.splits}
    compared = 0
    for row in rows:
        a, b = row["comparison"].split(":")
        if row["direct"] is None:
            assert {(a, b), (b, a)}.isdisjoint(got)
            continue
        sign = 1 if (a, b) in got else -1
        split = got[(a, b) if sign == 1 else (b, a)]
        assert sign * split.direct == pytest.approx(row["direct"], abs=1e-6)
        assert split.direct_se == pytest.approx(row["direct_se"], abs=1e-6)
        assert split.share_direct == pytest.approx(row["share"], abs=1e-6)
        if row["indirect"] is None:
            assert split.indirect is None
            continue
        compared += 1
        assert sign * split.indirect == pytest.approx(row["indirect"], abs=1e-5)
        assert split.indirect_se == pytest.approx(row["indirect_se"], abs=1e-5)
        assert split.p == pytest.approx(row["p"], abs=1e-5)
    assert compared > 3


@pytest.mark.parametrize("name", MADE["networks"])
def test_back_calculated_indirect_evidence_agrees_with_netmeta(name):
    key, result = made(name, method="DL")
    check_splits(result, key["split"])


@pytest.mark.parametrize("name", MADE["networks"])
def test_indirect_evidence_of_other_designs_agrees_with_netmeta(name):
    key, result = made(name, method="CE", split="design")
    check_splits(result, key["split_by_design"])


@pytest.mark.parametrize("name", MADE["mantel_haenszel"])
def test_mantel_haenszel_agrees_with_netmeta(name):
    key = MADE["mantel_haenszel"][name]
    given = read(as_text(key["data"]), Measure.OR)
    result = analyse(given, Choices(method="MH", reference=key["reference"]))
    at = result.index(key["reference"])
    assert result.k_studies == key["k"]
    assert result.random.estimate[:, at] == pytest.approx(key["common"]["estimate"], abs=1e-8)
    assert result.random.se[:, at] == pytest.approx(key["common"]["se"], abs=1e-8)


# ---------------------------------------------------------------- by hand


def test_a_network_by_hand():
    """Generalised least squares with the covariance of a three-arm trial written out."""
    text = (
        "study,treatment,mean,sd,n\n"
        "one,A,10,2,50\none,B,9,2,50\none,C,8,2,50\n"
        "two,A,11,3,40\ntwo,B,9.5,3,60\n"
        "three,B,7,2,30\nthree,C,6.5,2,30\n"
    )
    result = analyse(read(text, Measure.MD), Choices(method="CE", reference="A"))
    shared = 4 / 50
    covariance = np.zeros((4, 4))
    covariance[:2, :2] = [[2 * shared, shared], [shared, 2 * shared]]
    covariance[2, 2] = 9 / 40 + 9 / 60
    covariance[3, 3] = 4 / 30 + 4 / 30
    y = np.array([-1, -2, -1.5, -0.5])
    x = np.array([[1, 0], [0, 1], [1, 0], [-1, 1]])
    inverse = np.linalg.inv(covariance)
    spread = np.linalg.inv(x.T @ inverse @ x)
    effects = spread @ x.T @ inverse @ y
    assert result.random.estimate[1:, 0] == pytest.approx(effects)
    assert result.random.se[1:, 0] == pytest.approx(np.sqrt(np.diag(spread)))
    residual = y - x @ effects
    assert result.inconsistency.total.q == pytest.approx(residual @ inverse @ residual)


def test_hedges_g_of_a_trial_with_two_arms_is_the_usual_one():
    text = "study,treatment,mean,sd,n\none,A,10,2,20\none,B,12,3,30\n"
    result = analyse(read(text, Measure.SMD), Choices(reference="A"))
    spread = math.sqrt((19 * 4 + 29 * 9) / 48)
    factor = math.exp(math.lgamma(24) - math.lgamma(23.5)) / math.sqrt(24)
    g = factor * 2 / spread
    assert result.random.estimate[1, 0] == pytest.approx(g)
    assert result.random.se[1, 0] ** 2 == pytest.approx(1 / 20 + 1 / 30 + g**2 / 100)
