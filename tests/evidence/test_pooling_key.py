"""Every figure of the answer key on pooling: within its tolerance, or with a named reason."""

from __future__ import annotations

import pytest
from calibration.validate_evidence import cases, key
from scipy.stats import chi2

from speciosa.evidence import pooling
from speciosa.evidence.effect_sizes.table import Measure

LEAVES = {leaf.name: leaf for leaf in key.leaves()}


def test_the_whole_key_is_walked() -> None:
    assert len(LEAVES) == 1389
    assert {name.split("/")[0] for name in LEAVES} | {
        "nma_glucose_senn2013", "nma_smoking_hasselblad1998", "nma_copd_dong2013",
    } == set(cases.expected())  # fmt: skip


@pytest.mark.parametrize("case", key.ANSWERS)
def test_every_figure_agrees_or_has_a_reason(case: str) -> None:
    mine = [leaf for leaf in LEAVES.values() if leaf.path[0] == case]
    assert mine
    off = [
        (leaf.name, leaf.key, leaf.ours)
        for leaf in mine
        if not leaf.agrees and leaf.name not in key.REASONS
    ]
    assert not off


def test_every_reason_is_needed() -> None:
    assert [name for name in key.REASONS if LEAVES[name].agrees] == []


@pytest.mark.parametrize(
    ("of", "tau2_of_key"),
    [(cases.bcg(Measure.RD), 0.001523722), (cases.smoking(), 0.01289857)],
)
def test_where_paule_mandel_differs_ours_meets_the_equation(of: object, tau2_of_key: float) -> None:
    got = pooling.pool(of, method="PM")
    df = got.k - 1
    assert key.generalised_q(of, got.tau2) == pytest.approx(df, rel=1e-9)
    assert key.generalised_q(of, tau2_of_key) != pytest.approx(df, rel=1e-4)


@pytest.mark.parametrize(
    ("of", "low_of_key"),
    [(cases.bcg(Measure.RD), 0.0006985416), (cases.teachers(), 0.005855045)],
)
def test_where_q_profile_differs_ours_meets_the_equation(of: object, low_of_key: float) -> None:
    got = pooling.pool(of)
    at_low, at_high = key.generalised_q(of, got.tau2_low), key.generalised_q(of, got.tau2_high)
    upper, lower = chi2.ppf([0.975, 0.025], got.k - 1)
    assert (at_low, at_high) == pytest.approx((upper, lower), rel=1e-8)
    assert key.generalised_q(of, low_of_key) != pytest.approx(upper, rel=1e-4)
