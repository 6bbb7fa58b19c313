"""The whole list at once: shared hazards, pairs, stopped and planned medicines, and honesty."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interactions.cases import KNOWLEDGE, SEVEN_OH, USING, check, ids, row

from speciosa.finding import Severity, Tone

IDS = sorted(m.id for m in KNOWLEDGE.medicines.all())
NAMES = [*IDS, "kratom", "sertralin", "SSRI", "Nuedexta"]


def test_an_unknown_medicine_is_kept_and_named() -> None:
    result = check("sertralin", "wonder drops", kratom=USING)
    assert [(n.name, n.suggestion) for n in result.not_checked] == [
        ("sertralin", "sertraline"),
        ("wonder drops", ""),
    ]
    assert all("not checked" in n.why for n in result.not_checked)
    assert "sertralin" in result.headline
    assert "wonder drops" in result.headline
    assert {f.id for f in result.findings if f.tone is Tone.WARNING} >= {
        "interaction.not_checked.sertralin",
        "interaction.not_checked.wonder_drops",
    }


@pytest.mark.parametrize("kratom", [None, USING, {"status": "never"}])
def test_an_empty_list_is_not_called_safe(kratom) -> None:
    result = check(kratom=kratom)
    assert "does not say that none is taken" in result.headline
    assert {m.field for m in result.missing} >= {"medicines", "substances"}
    assert not any(f.tone is Tone.REASSURING for f in result.findings)


def test_no_rule_met_is_not_called_safe() -> None:
    result = check("metformin", kratom={"status": "never"})
    assert result.rows == ()
    assert "does not show" in result.headline


def test_benzodiazepine_alcohol_and_opioid() -> None:
    result = check("Xanax", "oxycodone", substances=[{"name": "alcohol"}])
    found = row(result, "pd.shared.breathing")
    assert found.members == ("alprazolam", "ethanol", "oxycodone")
    assert found.severity is Severity.URGENT
    assert "naloxone" in found.consider
    pair = check("Xanax", substances=[{"name": "beer"}])
    assert row(pair, "pd.shared.breathing").severity is Severity.MAJOR


def test_kratom_joins_a_shared_hazard() -> None:
    found = row(check("alprazolam", "ethanol", kratom=SEVEN_OH), "pd.shared.breathing")
    assert "kratom" in found.members


@pytest.mark.parametrize("other", ["sertraline", "dextromethorphan", "amphetamine", "moclobemide"])
def test_an_mao_inhibitor_with_a_serotonergic_or_sympathomimetic(other: str) -> None:
    found = row(check("phenelzine", other), "pd.shared.mao_inhibition")
    assert found.severity is Severity.URGENT
    assert "contraindicated" in found.consider


def test_opioid_with_antagonist_is_urgent_and_rescue_naloxone_is_not() -> None:
    found = row(check("methadone", "naltrexone"), "pd.shared.opioid_blockade")
    assert found.severity is Severity.URGENT
    assert "pd.shared.opioid_blockade" not in ids(check("methadone", "naloxone"))


@pytest.mark.parametrize(
    ("pair", "rule", "severity"),
    [
        (("methadone", "haloperidol"), "qt", Severity.MAJOR),
        (("warfarin", "ibuprofen"), "bleeding", Severity.MAJOR),
        (("sertraline", "oxcarbazepine"), "hyponatraemia", Severity.MODERATE),
        (("bupropion", "clozapine"), "seizure", Severity.MAJOR),
        (("sertraline", "tramadol"), "serotonin", Severity.MAJOR),
        (("buprenorphine", "oxycodone"), "opioid_mixed", Severity.MAJOR),
        (("clonidine", "propranolol"), "slow_pulse", Severity.MAJOR),
        (("amitriptyline", "diphenhydramine"), "anticholinergic", Severity.MODERATE),
        (("diazepam", "pregabalin"), "breathing", Severity.MAJOR),
        (("valproate", "kava"), "liver", Severity.MAJOR),
    ],
)
def test_known_pairs(pair, rule: str, severity: Severity) -> None:
    found = row(check(*pair), f"pd.shared.{rule}")
    assert found.severity is severity
    assert set(found.members) == set(pair)


def test_one_medicine_alone_shares_nothing() -> None:
    for medicine_id in IDS:
        assert not any(i.startswith("pd.shared") for i in ids(check(medicine_id))), medicine_id


def test_an_observed_ratio_is_shown_before_the_model() -> None:
    found = row(check("midazolam", "ketoconazole"), "pk.ketoconazole.midazolam")
    assert found.auc_ratio is not None
    assert found.auc_ratio.value == 9.611
    assert "lowest to highest" in found.auc_ratio.interval
    assert "ddi/pair/ddi_001" in found.facts
    assert found.severity is Severity.MAJOR


def test_an_inducer_lowers_and_the_contraceptive_is_named() -> None:
    found = row(check("ethinylestradiol", "rifampicin"), "pk.rifampicin.ethinylestradiol")
    assert found.auc_ratio is not None
    assert found.auc_ratio.value is not None
    assert found.auc_ratio.value < 0.5
    assert "unplanned pregnancy" in found.sentence


def test_inhibited_activation_is_a_warning_without_a_ratio() -> None:
    found = row(check("tamoxifen", "paroxetine"), "pk.paroxetine.tamoxifen")
    assert found.severity is Severity.MAJOR
    assert "endoxifen" in found.sentence
    assert found.auc_ratio is None or any("endoxifen" in flag for flag in found.flags)


def test_several_perpetrators_are_taken_together() -> None:
    result = check("quetiapine", "ketoconazole", "carbamazepine")
    found = row(result, "pk.all.quetiapine")
    assert set(found.members) == {"quetiapine", "ketoconazole", "carbamazepine"}
    assert found.severity is Severity.MAJOR
    assert "opposite directions" in found.sentence


def test_no_pair_without_a_common_pathway() -> None:
    assert not any(i.startswith("pk.") for i in ids(check("lithium", "pregabalin")))


def test_a_stopped_medicine_keeps_its_row_and_says_when_it_was_stopped() -> None:
    line = {"name": "phenelzine", "stopped": "2026-11-15"}
    fresh = row(check(line, "sertraline"), "pd.shared.mao_inhibition")
    assert fresh.severity is Severity.URGENT
    assert "stopped on 2026-11-15" in fresh.sentence
    old = {"name": "phenelzine", "stopped": "2025-01-01"}
    faded = row(check(old, "sertraline"), "pd.shared.mao_inhibition")
    assert faded.severity is Severity.INFO
    assert "no effect is expected" in faded.sentence


def test_fluoxetine_counts_for_weeks_after_it_was_stopped() -> None:
    line = {"name": "fluoxetine", "stopped": "2026-10-25"}
    assert row(check(line, "phenelzine"), "pd.shared.mao_inhibition").severity is Severity.URGENT


def test_a_planned_medicine_counts_and_is_called_planned() -> None:
    found = row(check({"name": "oxycodone", "planned": True}, "alprazolam"), "pd.shared.breathing")
    assert "oxycodone (planned)" in found.sentence.lower()


def test_a_combined_product_is_checked_in_all_its_parts() -> None:
    result = check("Nuedexta", "paxlovid")
    assert result.recognised == {"Nuedexta": "dextromethorphan", "paxlovid": "ritonavir"}
    assert result.components == {"Nuedexta": ("dextromethorphan", "quinidine")}
    assert [n.name for n in result.not_checked] == ["nirmatrelvir (in paxlovid)"]
    assert "pk.quinidine.dextromethorphan" in ids(result)


def test_a_medicine_listed_twice_is_noticed() -> None:
    result = check("Zoloft", "sertraline")
    assert any(f.id == "interaction.listed_twice" for f in result.findings)


def test_a_dose_above_the_studied_one_is_not_ignored_and_a_small_one_does_not_reassure() -> None:
    def ratio(dose_mg: float | None) -> float:
        line = {"name": "voriconazole"} | ({"dose_mg": dose_mg} if dose_mg else {})
        estimate = row(check(line, "buspirone"), "pk.voriconazole.buspirone").auc_ratio
        assert estimate is not None
        assert estimate.value is not None
        return estimate.value

    assert ratio(800.0) > ratio(None) == ratio(50.0)


LISTS = st.lists(
    st.builds(
        dict,
        name=st.sampled_from(NAMES),
        route=st.sampled_from(["oral", "intravenous"]),
        stopped=st.sampled_from(["2026-11-20", "2020-01-01", None]),
    ),
    max_size=5,
)
KRATOM = st.sampled_from([None, USING, SEVEN_OH, {"status": "asking"}, {"status": "stopped"}])


@settings(max_examples=60, deadline=None)
@given(listed=LISTS, added=st.sampled_from(NAMES), kratom=KRATOM)
def test_adding_a_medicine_never_removes_or_softens_a_row(listed, added, kratom) -> None:
    before = {r.id: r.severity.rank for r in check(*listed, kratom=kratom).rows}
    after = {r.id: r.severity.rank for r in check(*listed, {"name": added}, kratom=kratom).rows}
    assert before.keys() <= after.keys()
    assert all(after[i] <= rank for i, rank in before.items())


@settings(max_examples=40, deadline=None)
@given(listed=LISTS, kratom=KRATOM)
def test_the_order_of_the_list_does_not_matter(listed, kratom) -> None:
    one = check(*listed, kratom=kratom)
    other = check(*reversed(listed), kratom=kratom)
    assert {r.id: (r.severity, r.auc_ratio) for r in one.rows} == {
        r.id: (r.severity, r.auc_ratio) for r in other.rows
    }


@settings(max_examples=40, deadline=None)
@given(listed=LISTS, kratom=KRATOM)
def test_nothing_reassures(listed, kratom) -> None:
    result = check(*listed, kratom=kratom)
    assert not any(f.tone is Tone.REASSURING for f in result.findings)
    assert set(result.recognised) | {n.name for n in result.not_checked} >= {
        line["name"] for line in listed
    }


def test_what_can_stop_breathing_comes_first() -> None:
    result = check("oxycodone", "gabapentin", "duloxetine", kratom=SEVEN_OH)
    order = [r.id.removeprefix("interaction.") for r in result.rows]
    assert order[:3] == [
        "pd.shared.breathing",
        "pd.opioid_agonist.oxycodone",
        "pd.cns_depressant.gabapentin",
    ]
    assert "slowed breathing" in result.headline


@settings(max_examples=30, deadline=None)
@given(listed=LISTS, kratom=KRATOM)
def test_the_worst_comes_first_and_breathing_among_the_worst(listed, kratom) -> None:
    rows = check(*listed, kratom=kratom).rows
    assert [r.severity.rank for r in rows] == sorted(r.severity.rank for r in rows)
    for severity in Severity:
        alike = [r.id for r in rows if r.severity is severity]
        breathing = "interaction.pd.shared.breathing"
        if breathing in alike:
            before = alike[: alike.index(breathing)]
            assert all("opioid" in i or "mao_inhibition" in i for i in before)


def test_two_sources_of_caffeine_are_not_one_medicine_taken_twice() -> None:
    result = check(substances=[{"name": "coffee"}, {"name": "energy drink"}, {"name": "Red Bull"}])
    assert not any(f.id == "interaction.listed_twice" for f in result.findings)
    assert set(result.recognised.values()) == {"caffeine"}


def test_alcohol_is_called_alcohol_and_its_withdrawal_counts() -> None:
    result = check("alprazolam", substances=[{"name": "wine"}], kratom=USING)
    assert "alcohol" in row(result, "pd.shared.withdrawal").sentence.lower()
    assert not any("ethanol" in r.sentence for r in result.rows)


def test_ten_medicines_are_quick() -> None:
    names = ["sertraline", "alprazolam", "quetiapine", "clarithromycin", "methadone", "warfarin",
             "carbamazepine", "omeprazole", "ethanol", "tramadol"]  # fmt: skip
    check(*names, kratom=USING)
    times = []
    for _ in range(5):
        start = time.process_time()
        check(*names, kratom=USING)
        times.append(time.process_time() - start)
    assert min(times) < 0.1  # processor time: the machine of the tests may be shared


def test_a_planned_restart_counts_as_taken_however_long_ago_the_last_dose_was() -> None:
    again = check({"name": "phenelzine", "planned": True, "stopped": "2026-01-01"}, "sertraline")
    shared = row(again, "pd.shared.mao_inhibition")
    assert shared.severity is Severity.URGENT
    assert "planned again" in shared.sentence
    assert "no effect is expected" not in shared.sentence


def test_what_was_checked_in_place_of_a_name_is_told() -> None:
    told = {f.id: f for f in check("clonazolam", "the pill").findings}["interaction.stood_in"]
    assert '"clonazolam" as bromazolam' in told.text
    assert '"the pill" as ethinylestradiol' in told.text
    assert not any(f.id == "interaction.stood_in" for f in check("morphine").findings)
