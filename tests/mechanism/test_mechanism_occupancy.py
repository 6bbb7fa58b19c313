"""Occupancy: from unbound concentrations, over the whole set of affinities, never reassuring."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exposure.kratom_cases import kratom_cases
from tests.language import forbidden_in

from speciosa.case.read import parse_case
from speciosa.finding import Certainty, Severity, Tone
from speciosa.knowledge import load
from speciosa.knowledge.kratom.ligands import Evidence
from speciosa.pharmacology.exposure import expose
from speciosa.pharmacology.mechanism import assess
from speciosa.pharmacology.mechanism.drawing import published_range
from speciosa.pharmacology.mechanism.occupancy import MITRAGYNINE, bind, occupied, plasma, quantiles

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
    assert occupied(np.array([0.0, 1.0, 9.0])) == pytest.approx([0.0, 50.0, 90.0])


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=400))
@settings(max_examples=50)
def test_quantiles_are_those_of_numpy(values):
    ours, theirs = quantiles(np.array(values)), np.percentile(values, (5, 50, 95))
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


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


def test_the_curve_is_small_covers_the_day_and_agrees_with_peak_and_trough():
    for shown in run(LEAF).targets:
        if (curve := shown.curve) is None:
            continue
        assert 13 <= len(curve.time_h) <= 25
        assert curve.time_h[0] == 0
        assert curve.time_h[-1] == 24
        assert all(x < y for x, y in itertools.pairwise(curve.time_h))
        bands = zip(curve.low, curve.median, curve.high, strict=True)
        assert all(0 <= low <= median <= high for low, median, high in bands)
        assert max(curve.high) <= shown.peak.high * 1.001
        assert curve.median[-1] == pytest.approx(shown.trough.value, rel=1e-3)
        assert max(curve.median) > 3 * curve.median[-1] > 0


def test_the_thinned_day_keeps_the_peak():
    """Half an hour apart: the highest level lies within 5 % of that on the whole curve."""
    case = parse_case({"date": "2026-11-22", "kratom": {"status": "using", "products": [LEAF]}})
    _, samples = expose(case, KNOWLEDGE, seed=5, subjects=300)
    thinned = plasma(samples).nm[MITRAGYNINE].max(axis=0)
    assert np.median(thinned / samples.mitragynine_peak_nm) > 0.95
    assert np.all(thinned <= samples.mitragynine_peak_nm)


def test_a_subject_is_the_same_in_any_number_of_subjects():
    """Bit for bit: draws depend on (seed, subject), and nothing is summed over subjects."""
    case = parse_case({"date": "2026-11-22", "kratom": {"status": "using", "products": [LEAF]}})
    loads = []
    for subjects in (37, 500):
        _, samples = expose(case, KNOWLEDGE, seed=5, subjects=subjects)
        for one in KNOWLEDGE.kratom.mechanism_wording.targets:
            if one.affinities:
                bound = bind(one, plasma(samples), samples, KNOWLEDGE)
                loads.append(bound.load[:, :37].tobytes())
    half = len(loads) // 2
    assert half >= 5
    assert loads[:half] == loads[half:]


def test_the_channel_is_shown_as_a_ratio_and_the_receptors_as_a_share():
    result = run(LEAF)
    assert target(result, "hERG").peak.unit == "of the IC50"
    assert target(result, "mu opioid").peak.unit == "%"


def test_every_pathway_asked_for_is_named():
    names = " ".join(t.target for t in run(LEAF).targets)
    for asked in ("mu", "kappa", "delta", "alpha-1", "alpha-2A", "5-HT1A", "5-HT2A", "5-HT2B"):
        assert asked in names
    assert "D2" in names
    assert "hERG" in names


def test_the_strength_of_the_evidence_bounds_the_certainty():
    """A rule of the knowledge base: what was seen in cells alone cannot be called moderate."""
    order = list(Certainty)
    words = KNOWLEDGE.kratom.mechanism_wording
    assert set(words.evidence) == set(Evidence)
    for one in run(LEAF).targets:
        ceiling = Certainty(words.evidence[one.evidence].certainty_at_most)
        assert order.index(one.certainty) >= order.index(ceiling)
        assert one.evidence_of.startswith(words.evidence[one.evidence].words)
        if one.evidence is Evidence.NONE:
            assert one.peak is None


@given(st.floats(1, 50), st.floats(1, 50))
@settings(max_examples=15, deadline=None)
def test_more_of_either_alkaloid_never_lowers_any_target(more_mg, more_oh):
    case = parse_case({"date": "2026-11-22", "kratom": {"status": "using", "products": [LEAF]}})
    _, samples = expose(case, KNOWLEDGE, seed=5, subjects=60)
    raised = dataclasses.replace(
        samples,
        mitragynine_nm=more_mg * samples.mitragynine_nm,
        seven_oh_nm=more_oh * samples.seven_oh_nm,
    )
    pairs = zip(
        assess(case, KNOWLEDGE, samples).targets,
        assess(case, KNOWLEDGE, raised).targets,
        strict=True,
    )
    for before, after in pairs:
        for level in ("peak", "trough"):
            old, new = getattr(before, level), getattr(after, level)
            if old is not None:
                assert all(
                    getattr(new, part) >= getattr(old, part) * (1 - 1e-12)
                    for part in ("low", "value", "high")
                )


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
        assert all(t.curve is None for t in result.targets)
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
        assert (shown.curve is None) == (shown.peak is None)
        if shown.peak is not None:
            assert 0 <= shown.trough.value <= shown.peak.value
            assert shown.peak.unit != "%" or shown.peak.high <= 100


def test_nothing_is_said_of_leaf_where_there_is_none():
    tablet = run(TABLET | {"dose": {"units": 1.0, "seven_oh_mg_per_unit": 15.0}})
    found = {f.id for f in tablet.findings}
    assert "mechanism.seven_oh_high" in found
    assert not {"mechanism.opioid_not_reassuring", "mechanism.other_alkaloids"} & found
    leaf = {f.id for f in run(LEAF).findings}
    assert {"mechanism.opioid_not_reassuring", "mechanism.other_alkaloids"} <= leaf
