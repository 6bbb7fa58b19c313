"""The operational model: its limits are the published ones, and each signal names its assay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.case.read import parse_case
from speciosa.knowledge import load
from speciosa.knowledge.kratom.ligands import Evidence
from speciosa.pharmacology.exposure import expose
from speciosa.pharmacology.mechanism import assess
from speciosa.pharmacology.mechanism.signal import response, tau

KNOWLEDGE = load()


def run(leaf_g, **more):
    product = {"form": "leaf_powder", "times_per_day": 1.0, **more}
    if leaf_g:
        product["dose"] = {"leaf_g": leaf_g}
    kratom = {"status": "using", "products": [product]}
    case = parse_case({"date": "2026-11-22", "kratom": kratom})
    _, samples = expose(case, KNOWLEDGE, seed=5, subjects=300)
    return assess(case, KNOWLEDGE, samples)


def one(value):
    return np.array([value])


@given(st.floats(0, 99), st.floats(1e-3, 1e6))
def test_one_ligand_alone_reaches_its_published_effect_and_half_of_it_at_its_ec50(effect, k):
    efficacy = tau(effect)
    assert response((one(1e12),), (efficacy,))[0] == pytest.approx(effect, rel=1e-6, abs=1e-6)
    half = k / (1 + efficacy)
    assert response((one(half / k),), (efficacy,))[0] == pytest.approx(effect / 2, rel=1e-9)


@given(st.floats(0, 1e3), st.floats(0, 1e3), st.floats(0, 99))
def test_a_silent_ligand_only_blocks(silent, active, effect):
    both = response((one(silent), one(active)), (0.0, tau(effect)))[0]
    assert both <= response((one(0.0), one(active)), (0.0, tau(effect)))[0] + 1e-12


@given(st.floats(0, 1e3), st.floats(0, 1e3), st.floats(0, 99), st.floats(0, 99))
def test_the_signal_never_exceeds_the_stronger_ligand(a, b, first, second):
    signal = response((one(a), one(b)), (tau(first), tau(second)))[0]
    assert 0 <= signal <= max(first, second) + 1e-9


@pytest.mark.parametrize("effect", [-1, 100, 140])
def test_an_effect_without_a_finite_efficacy_is_refused(effect):
    with pytest.raises(ValueError, match="no finite efficacy"):
        tau(effect)


def test_each_signal_names_its_assay_and_says_that_it_is_no_effect_in_people():
    signals = run(2.0).signals
    assert len(signals) == 2
    assert {"GTPgammaS", "BRET"} == {
        name for s in signals for name in ("GTPgammaS", "BRET") if name in s.assay
    }
    for shown in signals:
        assert shown.evidence is Evidence.IN_VITRO
        assert "not an effect in people" in shown.meaning
        assert shown.peak.low < shown.peak.value < shown.peak.high < 47
        assert all(KNOWLEDGE.cite(f) for f in shown.facts)


def test_without_exposure_there_is_no_signal():
    assert all(s.peak is None and s.why_none for s in run(None).signals)


def test_where_both_alkaloids_activate_more_leaf_never_means_less_signal():
    for less, more in ((1.0, 2.0), (2.0, 8.0)):
        low, high = (
            next(s for s in run(g).signals if "BRET" in s.assay).peak for g in (less, more)
        )
        assert high.value > low.value


def test_every_effect_in_the_data_has_a_finite_efficacy():
    for assay in KNOWLEDGE.kratom.mechanism_wording.assays:
        for ligand in assay.ligands:
            assert tau(KNOWLEDGE.fact(ligand.effect).number) >= 0
