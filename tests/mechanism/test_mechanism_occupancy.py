"""Occupancy: from unbound concentrations, over the whole set of affinities, never reassuring."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exposure.kratom_cases import kratom_cases
from tests.language import forbidden_in

from speciosa.case.read import parse_case
from speciosa.finding import Certainty, Severity, Tone
from speciosa.knowledge import load
from speciosa.pharmacology.exposure import expose
from speciosa.pharmacology.mechanism import assess
from speciosa.pharmacology.mechanism.occupancy import occupied, published_range

KNOWLEDGE = load()
LEAF = {"form": "leaf_powder", "dose": {"leaf_g": 2.0}, "times_per_day": 1.0,
        "analysis": {"mitragynine_mg_per_g": 19.48}}  # fmt: skip
TABLET = {"form": "7_oh_product", "dose": {"units": 1.0}, "times_per_day": 2.0}


def run(*products, subjects=500, seed=5, status="using"):
    case = parse_case(
        {"date": "2026-11-22", "kratom": {"status": status, "products": list(products)}}
    )
    _, samples = expose(case, KNOWLEDGE, seed=seed, subjects=subjects)
    return assess(case, KNOWLEDGE, samples)


def target(result, name):
    return next(t for t in result.targets if name in t.target)


def test_occupancy_follows_the_law_of_mass_action():
    one = np.array([1.0])
    assert occupied({"a": 100.0 * one}, {"a": 100.0 * one}) == pytest.approx(50.0)
    assert occupied({"a": 900.0 * one}, {"a": 100.0 * one}) == pytest.approx(90.0)


@given(st.floats(0.01, 1e4), st.floats(0.01, 1e4), st.floats(0.1, 1e4), st.floats(0.1, 1e4))
def test_competing_ligands_share_one_site(a, b, ka, kb):
    def share(**free):
        k = {"a": np.array([ka]), "b": np.array([kb])}
        return float(occupied({n: np.array([c]) for n, c in free.items()}, k)[0])

    both, alone = share(a=a, b=b), share(a=a, b=0.0)
    assert alone <= both + 1e-9
    assert both <= alone + share(a=0.0, b=b) + 1e-9
    assert both <= 100.0


def test_the_published_set_is_carried_in_one_unit():
    facts = tuple(KNOWLEDGE.fact(f"kratom/pd_herg_{n}") for n in ("1a1b", "ck"))
    assert published_range(facts) == (pytest.approx(332.7), pytest.approx(1620.0))
    mu = KNOWLEDGE.kratom.mechanism_wording.targets[0]
    ranges = {
        a.ligand: published_range(tuple(KNOWLEDGE.fact(f) for f in a.facts)) for a in mu.affinities
    }
    assert ranges == {"mitragynine": (160.0, 710.0), "7-hydroxymitragynine": (13.0, 78.0)}


def test_seven_oh_binds_tighter_than_mitragynine():
    """The trap: one abstract prints the two affinities in the wrong order."""
    mu = KNOWLEDGE.kratom.mechanism_wording.targets[0]
    ranges = {
        a.ligand: published_range(tuple(KNOWLEDGE.fact(f) for f in a.facts)) for a in mu.affinities
    }
    assert ranges["7-hydroxymitragynine"][1] < ranges["mitragynine"][0]


def test_unbound_not_total_concentration_is_used():
    """Total plasma would put mitragynine alone at 10 to 34 % after the tea."""
    peak = target(run(LEAF), "alpha-2A").peak
    total = 100 * 82 / (82 + 1260)
    assert peak.value < total / 5


def test_the_opioid_interval_is_wide_and_says_why():
    result = run(LEAF)
    peak = target(result, "mu opioid").peak
    assert peak.high / peak.low > 10
    assert "brain" in peak.interval
    assert "not settled" in result.headline


def test_a_low_figure_does_not_reassure():
    result = run(LEAF)
    assert "mechanism.opioid_not_reassuring" in {f.id for f in result.findings}
    assert all(f.tone is not Tone.REASSURING for f in result.findings)
    assert "does not rule out" in target(result, "mu opioid").could_not_explain


def test_swallowed_seven_oh_is_a_major_warning():
    found = {f.id: f for f in run(TABLET).findings}
    assert found["mechanism.seven_oh_high"].severity is Severity.MAJOR
    assert "mechanism.seven_oh_high" not in {f.id for f in run(LEAF).findings}


def test_more_exposure_never_means_less_occupancy():
    double = {**LEAF, "dose": {"leaf_g": 4.0}}
    for name in ("mu opioid", "hERG", "alpha-2A"):
        assert target(run(double), name).peak.value > target(run(LEAF), name).peak.value
        assert target(run(LEAF), name).peak.value > target(run(LEAF), name).trough.value


def test_targets_without_affinity_are_unknown_not_zero():
    dopamine = target(run(LEAF), "dopamine")
    assert dopamine.peak is None
    assert "not the same as no effect" in dopamine.why_none
    assert dopamine.certainty is Certainty.UNKNOWN


def test_an_unpredicted_ligand_is_unknown_not_zero():
    assert target(run(TABLET), "hERG").peak is None
    assert "not the same as no effect" in target(run(TABLET), "hERG").why_none


def test_without_exposure_every_target_is_named_without_figures():
    for result in (run({"form": "leaf_powder"}), run(LEAF, status="stopped")):
        assert len(result.targets) >= 8
        assert all(t.peak is None and t.trough is None and t.why_none for t in result.targets)
    assert run({"form": "leaf_powder"}).missing
    assert {t.system for t in run(LEAF).targets} == {
        "opioid",
        "adrenergic",
        "serotonergic",
        "dopaminergic",
        "cardiac",
    }


def test_the_free_fraction_is_cited_and_unverified():
    facts = target(run(LEAF), "mu opioid").facts
    assert "kratom/pk_mg_fu" in facts
    assert not KNOWLEDGE.fact("kratom/pk_mg_fu").verified


def test_the_range_of_free_fractions_reaches_what_a_review_reports():
    bound = KNOWLEDGE.fact("kratom/pk_mg_ppb_review")
    tried = KNOWLEDGE.fact("kratom/assumption_mitragynine_fu")
    assert bound.low is not None
    assert tried.high is not None
    assert tried.high >= 1 - bound.low / 100 - 1e-9


@given(kratom_cases())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_case_breaks_recommends_or_reassures(case):
    _, samples = expose(case, KNOWLEDGE, seed=3, subjects=40)
    result = assess(case, KNOWLEDGE, samples)
    assert forbidden_in(result) == []
    assert all(f.tone is not Tone.REASSURING for f in result.findings)
    for shown in result.targets:
        assert (shown.peak is None) == bool(shown.why_none)
        assert all(KNOWLEDGE.cite(f) for f in shown.facts)
        if shown.peak is not None:
            assert 0 <= shown.trough.value <= shown.peak.value <= 100


def test_nothing_is_said_of_leaf_where_there_is_none():
    tablet = run(TABLET | {"dose": {"units": 1.0, "seven_oh_mg_per_unit": 15.0}})
    found = {f.id for f in tablet.findings}
    assert "mechanism.seven_oh_high" in found
    assert not {"mechanism.opioid_not_reassuring", "mechanism.other_alkaloids"} & found
    leaf = {f.id for f in run(LEAF).findings}
    assert {"mechanism.opioid_not_reassuring", "mechanism.other_alkaloids"} <= leaf
