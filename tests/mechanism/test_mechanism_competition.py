"""Competition at the mu receptor: shares of one whole, no number without data, no reassurance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.language import forbidden_in

from speciosa.case.read import parse_case
from speciosa.finding import Tone
from speciosa.knowledge import load
from speciosa.knowledge.kratom.ligands import Evidence
from speciosa.knowledge.medicines import HazardClass
from speciosa.pharmacology.exposure import expose
from speciosa.pharmacology.exposure.virtual.draws import uniforms
from speciosa.pharmacology.mechanism import assess
from speciosa.pharmacology.mechanism.competition import shares
from speciosa.pharmacology.mechanism.occupancy import occupied, quantiles
from speciosa.pharmacology.mechanism.opioids import reckoned

KNOWLEDGE = load()
LEAF = {"form": "leaf_powder", "dose": {"leaf_g": 3.0}, "times_per_day": 2.0}
OPIOIDS = [
    medicine.id
    for medicine in KNOWLEDGE.medicines.all()
    if any(
        medicine.hazard(klass)
        for klass in (
            HazardClass.OPIOID_AGONIST,
            HazardClass.OPIOID_PARTIAL_AGONIST,
            HazardClass.OPIOID_ANTAGONIST,
        )
    )
    and medicine.id != "7-hydroxymitragynine"
]
amounts = st.floats(0, 1e4)


def run(*medicines, products=(LEAF,), seed=5, subjects=300):
    listed = [m if isinstance(m, dict) else {"name": m} for m in medicines]
    kratom = {"status": "using", "products": list(products)}
    case = parse_case({"date": "2026-11-22", "kratom": kratom, "medicines": listed})
    _, samples = expose(case, KNOWLEDGE, seed=seed, subjects=subjects)
    return assess(case, KNOWLEDGE, samples)


def row(result, medicine, ligand=""):
    found = [r for r in result.competition.ligands if r.medicine == medicine]
    return next(r for r in found if ligand in r.ligand)


@given(st.lists(amounts, min_size=1, max_size=6))
def test_the_shares_never_exceed_the_whole(loads):
    held = sum(float(share[0]) for share in shares([np.array([x]) for x in loads]))
    assert 0 <= held <= 100 * (1 + 1e-12)


@given(st.lists(amounts, min_size=2, max_size=6), amounts, st.data())
def test_more_of_one_ligand_never_raises_another(loads, more, data):
    which = data.draw(st.integers(0, len(loads) - 1))
    before = [float(s[0]) for s in shares([np.array([x]) for x in loads])]
    loads[which] += more
    after = [float(s[0]) for s in shares([np.array([x]) for x in loads])]
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        assert new >= old - 1e-9 if index == which else new <= old + 1e-9


def test_a_record_that_can_fall_back_to_nothing_says_why():
    for record in KNOWLEDGE.kratom.mu_competition.ligands:
        complete = record.affinities and record.level and record.molar_mass
        if record.measured or not (complete and record.free_fraction):
            assert record.why_none


RECORDED = {ligand.medicine for ligand in KNOWLEDGE.kratom.mu_competition.ligands}


def test_the_records_of_opioids_are_of_medicines_of_the_base():
    assert {"methadone", "buprenorphine", "fentanyl", "oxycodone", "tramadol"} <= RECORDED
    assert {medicine.id for medicine in KNOWLEDGE.medicines.all()} >= RECORDED


@pytest.mark.parametrize("medicine", sorted(set(OPIOIDS) - RECORDED))
def test_an_opioid_without_a_record_is_named_as_one_whose_share_is_not_known(medicine):
    result = run(medicine, subjects=40)
    assert "its share is not known" in row(result, medicine).why_none
    assert KNOWLEDGE.medicines.get(medicine).name in result.competition.left_out


@pytest.mark.parametrize("medicine", OPIOIDS)
def test_a_row_has_a_figure_or_says_what_is_missing(medicine):
    rows = [r for r in run(medicine, subjects=40).competition.ligands if r.medicine == medicine]
    assert rows
    for one in rows:
        assert (one.together is None) == bool(one.why_none)
        assert (one.together is None) == (one.evidence is Evidence.NONE)
        assert all(KNOWLEDGE.cite(f) for f in one.facts)
        if one.together is not None:
            assert 0 <= one.together.low <= one.together.high <= 100
            assert one.together.value <= one.apart.value


def test_pseudoindoxyl_is_named_and_has_no_number():
    result = run()
    assert row(result, "kratom", "pseudoindoxyl").together is None
    assert "mitragynine pseudoindoxyl" in result.competition.left_out
    # A ligand that is not counted holds receptors of its own: the whole is not a ceiling.
    assert any("all together would hold more" in note for note in result.competition.notes)
    assert not any("can only lower" in note for note in result.competition.notes)


def test_a_small_share_is_not_said_to_be_harmless():
    for result in (run(), run("fentanyl"), run("tramadol")):
        assert any("A share is not an effect" in note for note in result.competition.notes)


def test_only_what_rests_on_usual_doses_says_so():
    alone = run()
    for one in alone.competition.ligands:
        if one.together is not None:
            assert "usual doses" not in one.together.interval
    assert "usual doses" not in alone.competition.vacant.interval
    both = run("morphine")
    kratom = row(both, "kratom", "mitragynine")
    assert "usual doses" in kratom.together.interval
    assert "usual doses" not in kratom.apart.interval
    assert "usual doses" in row(both, "morphine").apart.interval
    assert "usual doses" in both.competition.vacant.interval


def test_a_blocker_is_no_protection_and_the_signal_leaves_it_out():
    result = run("naltrexone", "methadone")
    blocked = next(f for f in result.findings if f.id == "mechanism.blocked_receptor")
    shared = next(f for f in result.findings if f.id == "mechanism.shared_receptor")
    assert "naltrexone" in blocked.text
    assert "naltrexone" not in shared.text
    assert "methadone" not in blocked.text
    assert "no protection" in blocked.text
    for signal in result.signals:
        assert "as if naltrexone and methadone were not taken" in signal.meaning
    assert not any("as if" in signal.meaning for signal in run().signals)


def test_what_was_seen_in_people_is_used_at_that_dose():
    """Naltrexone 50 mg by mouth: 94.9 % (SD 4.9) of the mu receptors by carfentanil PET."""
    full = {"name": "naltrexone", "dose_mg": 50.0, "times_per_day": 1.0, "route": "oral"}
    share = row(run(full), "naltrexone").apart
    # The published mean stays in the middle, and one standard deviation is not the whole range.
    assert share.value == pytest.approx(94.9, abs=0.5)
    assert 75 < share.low < 90
    assert share.high < 100
    low = {**full, "dose_mg": 4.5}
    assert row(run(low), "naltrexone").apart.high <= 61
    assert row(run(full), "naltrexone").evidence is Evidence.HUMAN


def test_another_route_or_dose_borrows_no_figure():
    injected = {"name": "naltrexone", "dose_mg": 380.0, "interval_h": 672.0}
    share = row(run({**injected, "route": "intramuscular"}), "naltrexone")
    assert share.together is None
    assert "injection" in share.why_none
    assert row(run("naloxone"), "naloxone").together is None
    patch = {"name": "buprenorphine", "route": "transdermal"}
    assert "under the tongue" in row(run(patch), "buprenorphine").why_none
    tiny = {"name": "buprenorphine", "dose_mg": 0.2, "times_per_day": 3.0, "route": "sublingual"}
    assert row(run(tiny), "buprenorphine").together is None


def test_the_two_ways_of_knowing_methadone_are_both_in_its_interval():
    """PET gave far less (19 to 32 %, recalled) than affinity and unbound level (above 90 %)."""
    share = row(run("methadone", subjects=1000), "methadone").apart
    assert share.low < 32
    assert share.high > 90


def test_reckoning_for_buprenorphine_agrees_with_what_was_seen():
    """PET: 41, 80 and 84 % at 2, 16 and 32 mg (Greenwald 2003); reckoned without using it."""
    records = KNOWLEDGE.kratom.mu_competition.ligands
    record = next(r for r in records if r.medicine == "buprenorphine")
    u = uniforms(5, 17, 2000, 4)
    low, _, high = quantiles(occupied(reckoned(record, u, KNOWLEDGE).load))
    seen = (41, 80, 84)
    assert low < min(seen)
    assert max(seen) < high


def test_what_was_seen_for_buprenorphine_follows_the_dose():
    daily = {"name": "buprenorphine", "times_per_day": 1.0, "route": "sublingual"}
    low = row(run({**daily, "dose_mg": 2.0}), "buprenorphine").apart
    high = row(run({**daily, "dose_mg": 16.0}), "buprenorphine").apart
    assert low.value == pytest.approx(41, abs=2)
    assert high.value == pytest.approx(80, abs=1)
    assert low.low < 27
    assert 47 < low.high < high.low < 79


def test_the_metabolite_that_carries_tramadol_has_no_figure():
    result = run("tramadol")
    assert row(result, "tramadol", "itself").together is not None
    assert row(result, "tramadol", "M1").together is None
    assert any("M1" in name for name in result.competition.left_out)


def test_adding_an_opioid_never_removes_a_warning_nor_moves_another_ligand():
    alone = run("oxycodone")
    for medicine in OPIOIDS:
        both = run("oxycodone", medicine)
        warned = {f.id for f in alone.findings if f.tone is Tone.WARNING}
        assert warned <= {f.id for f in both.findings if f.tone is Tone.WARNING}
        assert all(f.tone is not Tone.REASSURING for f in both.findings)
        for before in alone.competition.ligands:
            after = row(both, before.medicine, before.ligand)
            if before.together is not None:
                assert after.together.value <= before.together.value
        assert [t.peak for t in both.targets] == [t.peak for t in alone.targets]


def test_planned_and_stopped_are_told_apart():
    stopped = {"name": "methadone", "since": "2026-01-01", "stopped": "2026-11-01"}
    result = run(stopped)
    assert not [r for r in result.competition.ligands if r.medicine == "methadone"]
    assert any("2026-11-01" in note for note in result.competition.notes)
    for name in ("methadone", "naltrexone"):
        planned = run({"name": name, "planned": True})
        assert row(planned, name).ligand.endswith("(planned)")
        assert any("as if they were taken" in note for note in planned.competition.notes)


def test_an_opioid_inside_a_combined_product_is_counted():
    assert row(run("Contrave"), "naltrexone").together is not None


def test_without_exposure_there_is_no_number():
    result = run("methadone", products=[{"form": "leaf_powder"}])
    assert result.competition.vacant is None
    for one in result.competition.ligands:
        assert one.together is None
        assert one.apart is None
        assert one.why_none
    assert "mechanism.shared_receptor" in {f.id for f in result.findings}
    case = parse_case({"date": "2026-11-22", "medicines": [{"name": "methadone"}]})
    assert assess(case, KNOWLEDGE, None).competition is None


def test_an_incomplete_list_of_products_is_said():
    result = run("morphine", products=[LEAF, {"form": "extract_shot"}])
    assert any("without an amount" in name for name in result.competition.left_out)


def test_products_of_known_amount_give_no_figure_where_others_have_none():
    """A leaf figure for a person who also takes shots and tablets would be a low one."""
    result = run("morphine", products=[LEAF, {"form": "7_oh_product", "times_per_day": 3}])
    assert "far higher" in result.headline
    for target in result.targets:
        assert target.peak is None
        assert target.trough is None
        assert target.curve is None
        assert target.why_none
        assert "unlikely" not in target.meaning
    assert result.competition.vacant is None
    for one in result.competition.ligands:
        assert one.together is None
        assert one.why_none
    for signal in result.signals:
        assert signal.peak is None
        assert "amount" in signal.why_none


def test_the_clinical_meaning_is_left_to_the_interactions():
    found = next(f for f in run("methadone").findings if f.id == "mechanism.shared_receptor")
    assert "under interactions" in found.action
    assert "methadone" in found.text


@given(st.lists(st.sampled_from(OPIOIDS), max_size=4, unique=True), st.integers(0, 5))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_list_recommends_or_reassures(medicines, seed):
    result = run(*medicines, seed=seed, subjects=30)
    assert forbidden_in(result) == []
    assert all(f.tone is not Tone.REASSURING for f in result.findings)
    known = [r.together.value for r in result.competition.ligands if r.together is not None]
    assert 0 < result.competition.vacant.value <= 100
    assert all(0 <= share <= 100 for share in known)
