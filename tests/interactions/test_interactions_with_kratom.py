"""Kratom with one medicine: hazards, concentrations, and how sure the words are."""

from __future__ import annotations

import numpy as np
import pytest
from tests.interactions.cases import AS_STUDIED, KNOWLEDGE, SEVEN_OH, USING, check, ids, row
from tests.language import forbidden_in

from speciosa.finding import Certainty, Severity
from speciosa.pharmacology.interactions.kinetics.victim import clearance
from speciosa.pharmacology.interactions.result import Direction, Interaction

SAFE_STOPS = (
    "do not stop",
    "not withhold or stop",
    "gradually",
    "stop nothing",
    "stop no medicine",
    "before anything is stopped",
)
ALL = KNOWLEDGE.medicines.all()


@pytest.mark.parametrize("medicine", ALL, ids=lambda m: m.id)
def test_every_medicine_can_be_checked_with_kratom(medicine) -> None:
    result = check(medicine.id, kratom=USING)
    assert result.recognised == {medicine.id: medicine.id}
    assert result.not_checked == ()
    assert [r.severity.rank for r in result.rows] == sorted(r.severity.rank for r in result.rows)
    assert len({r.id for r in result.rows}) == len(result.rows)
    assert forbidden_in(result) == []
    for interaction in result.rows:
        assert interaction.facts
        for fact in interaction.facts:
            KNOWLEDGE.cite(fact)


def test_midazolam_shows_the_study_first() -> None:
    studied = row(check("midazolam", kratom=AS_STUDIED), "pk.kratom.midazolam")
    assert studied.auc_ratio is not None
    assert (studied.auc_ratio.value, studied.auc_ratio.low, studied.auc_ratio.high) == (
        1.39,
        1.23,
        1.57,
    )
    assert "observed" in studied.auc_ratio.interval
    assert studied.seen_in_people
    assert studied.direction is Direction.KRATOM_ON_MEDICINE
    assert "far end" not in studied.sentence


def test_beyond_the_study_the_observed_ratio_is_no_estimate_of_this_use() -> None:
    beyond = row(check("midazolam", kratom=USING), "pk.kratom.midazolam")
    assert beyond.auc_ratio is not None
    assert beyond.auc_ratio.value is None
    assert beyond.auc_ratio.high is not None
    assert beyond.auc_ratio.high > 1.57
    assert not beyond.seen_in_people
    assert beyond.sentence.index("1.39") < beyond.sentence.index("far end")
    assert "not a prediction" in beyond.sentence


def test_dextromethorphan_is_unchanged_and_higher_use_untested() -> None:
    found = row(check("dextromethorphan", kratom=USING), "pk.kratom.dextromethorphan")
    assert found.auc_ratio is not None
    assert found.auc_ratio.value is None
    assert "no change was seen" in found.sentence
    assert "untested" in found.sentence
    studied = row(check("dextromethorphan", kratom=AS_STUDIED), "pk.kratom.dextromethorphan")
    assert studied.auc_ratio is not None
    assert studied.auc_ratio.value == 0.99


def test_a_cyp2d6_victim_is_bounded_by_the_study_and_wide_beyond_it() -> None:
    within = row(check("desipramine", kratom=AS_STUDIED), "pk.kratom.desipramine").auc_ratio
    beyond = row(check("desipramine", kratom=USING), "pk.kratom.desipramine").auc_ratio
    assert within is not None
    assert within.value is None
    assert within.high is not None
    assert 1.0 < within.high < 1.25
    assert beyond is not None
    assert beyond.value is None
    assert beyond.high is not None
    assert beyond.high > 2.0 * within.high
    assert "not a prediction" in beyond.interval


def test_beyond_the_study_there_is_a_range_and_no_point() -> None:
    within = row(check("buspirone", kratom=AS_STUDIED), "pk.kratom.buspirone").auc_ratio
    beyond = row(check("buspirone", kratom=USING), "pk.kratom.buspirone").auc_ratio
    assert within is not None
    assert beyond is not None
    assert within.value == pytest.approx(2.06, abs=0.15)
    assert beyond.value is None
    assert beyond.low == within.low
    assert beyond.high > within.high
    assert "not a prediction" in beyond.interval


@pytest.mark.parametrize("name", ["quetiapine", "amlodipine", "buspirone", "tacrolimus"])
def test_nobody_reads_the_far_end_as_a_prediction(name: str) -> None:
    found = row(check(name, kratom=USING), f"pk.kratom.{name}")
    assert "one studied tea (midazolam 1.39)" in found.sentence
    assert "models without a study and is not a prediction" in found.sentence
    assert "where the study saw 1.39" in found.mechanism


def test_the_gut_effect_of_the_study_never_exceeds_what_the_gut_extracts() -> None:
    seen = 0
    for medicine in ALL:
        victim = clearance(medicine, KNOWLEDGE)
        for found in check(medicine.id, kratom=AS_STUDIED).rows:
            if found.id.endswith(f"pk.kratom.{medicine.id}") and "gut CYP3A" in found.shares:
                assert victim is not None
                assert found.auc_ratio is not None
                assert found.auc_ratio.low >= 1.0
                assert found.auc_ratio.high <= 1.0 / np.quantile(victim.f_gut, 0.05) * 1.001
                seen += 1
    assert seen > 10


def test_a_contraceptive_is_not_threatened_by_a_rise() -> None:
    found = row(check("ethinylestradiol", kratom=USING), "pk.kratom.ethinylestradiol")
    assert "unplanned pregnancy" not in found.sentence
    assert found.severity is not Severity.MAJOR


def test_clotting_is_spoken_of_with_anticoagulants_only() -> None:
    result = check("sertraline", "ibuprofen", "apixaban", kratom=USING)
    assert "pd.bleeding.apixaban" in ids(result)
    assert not {"pd.bleeding.sertraline", "pd.bleeding.ibuprofen"} & ids(result)
    found = row(result, "pd.bleeding.apixaban")
    assert "no added effect" not in found.sentence
    ranks = [r.id for r in result.rows if r.severity is found.severity]
    assert ranks[-1] == found.id


def test_nothing_of_leaf_is_said_of_a_seven_oh_product() -> None:
    for name in ("desipramine", "warfarin", "dabigatran", "caffeine"):
        found = row(check(name, kratom=SEVEN_OH), f"pk.kratom.{name}")
        assert "is not known" in found.sentence
        assert "tea" not in found.mechanism
        assert "in vitro" not in found.mechanism


def test_a_glucuronidated_medicine_has_no_concentration_row() -> None:
    assert "pk.kratom.lorazepam" not in ids(check("lorazepam", kratom=USING))


def test_in_vitro_only_is_said_to_be_unstudied() -> None:
    found = row(check("warfarin", kratom=USING), "pk.kratom.warfarin")
    assert found.certainty is Certainty.UNKNOWN
    assert found.auc_ratio is not None
    assert found.auc_ratio.value is None
    assert "not been studied in people" in found.sentence


def test_naltrexone_precipitates_withdrawal() -> None:
    found = row(check("naltrexone", kratom=USING), "pd.opioid_antagonist.naltrexone")
    assert found.severity is Severity.URGENT
    assert "withdrawal" in found.sentence
    assert any("undisclosed" in report for report in found.case_reports)
    result = check("naltrexone", kratom={"status": "asking"})
    asking = row(result, "pd.opioid_antagonist.naltrexone")
    assert asking.severity is Severity.MAJOR
    assert asking.sentence.startswith("If kratom were used with naltrexone")


def test_rescue_naloxone_stays_first_aid() -> None:
    found = row(check("naloxone", kratom=USING), "pd.opioid_antagonist.naloxone")
    assert found.severity is Severity.MINOR
    assert "first aid" in found.sentence


@pytest.mark.parametrize("name", ["methadone", "buprenorphine", "alprazolam", "sertraline"])
def test_no_row_advises_an_abrupt_stop(name: str) -> None:
    for interaction in check(name, kratom=USING).rows:
        advice = interaction.consider.lower()
        assert "stop" not in advice or any(words in advice for words in SAFE_STOPS)


def test_seven_oh_is_an_opioid_and_never_leaf() -> None:
    result = check("oxycodone", "midazolam", "melatonin", kratom=SEVEN_OH)
    opioid = row(result, "pd.opioid_agonist.oxycodone")
    assert opioid.severity is Severity.MAJOR
    assert opioid.sentence.startswith("The 7-OH product with oxycodone")
    assert "ddi/kratom/product/seven_oh/opioid_agonist" not in opioid.facts[:1]
    assert any(f.startswith("ddi/kratom/product/seven_oh") for f in opioid.facts)
    kinetic = row(result, "pk.kratom.midazolam")
    assert kinetic.auc_ratio is not None
    assert kinetic.auc_ratio.value is None
    assert kinetic.auc_ratio.low is None
    # A weak sedative counts for little with leaf and for more with an opioid.
    with_opioid = row(result, "pd.cns_depressant.melatonin")
    with_leaf = row(check("melatonin", kratom=AS_STUDIED), "pd.cns_depressant.melatonin")
    assert with_opioid.severity.rank < with_leaf.severity.rank
    assert any(f.id == "interaction.seven_oh" and f.severity is Severity.MAJOR
               for f in result.findings)  # fmt: skip


def test_an_unknown_product_is_judged_as_both() -> None:
    unknown = ids(check("melatonin", "oxycodone", "midazolam", kratom=USING))
    assert unknown >= ids(check("melatonin", "oxycodone", "midazolam", kratom=SEVEN_OH))
    assert unknown >= ids(check("melatonin", "oxycodone", "midazolam", kratom=AS_STUDIED))


def test_inhibitors_change_kratom_in_an_unpredictable_direction() -> None:
    result = check("ketoconazole", "rifampicin", "grapefruit", kratom=USING)
    inhibitor = row(result, "pk.ketoconazole.kratom")
    assert inhibitor.certainty is Certainty.VERY_LOW
    assert inhibitor.auc_ratio is not None
    assert inhibitor.auc_ratio.low is not None
    assert inhibitor.auc_ratio.low > 1.0
    assert "cannot be predicted" in inhibitor.sentence
    assert "ddi/kratom/victim/animal/1" in inhibitor.facts
    assert "ddi/kratom/victim/animal/2" in inhibitor.facts
    inducer = row(result, "pk.rifampicin.kratom")
    assert inducer.auc_ratio is not None
    assert inducer.auc_ratio.high is not None
    assert inducer.auc_ratio.high < 1.0
    juice = row(result, "pk.grapefruit_juice.kratom")
    assert juice.auc_ratio is not None
    assert juice.auc_ratio.value is not None
    assert juice.auc_ratio.value < inhibitor.auc_ratio.value
    assert "gut wall only" in juice.mechanism


def test_a_poor_metaboliser_has_no_cyp2d6_inhibition_and_is_warned_no_less() -> None:
    person = {"cyp2d6": {"phenotype": "poor"}}
    result = check("desipramine", "paroxetine", kratom=USING, person=person)
    found = row(result, "pk.paroxetine.desipramine")
    usual = row(check("desipramine", "paroxetine", kratom=USING), "pk.paroxetine.desipramine")
    assert found.severity.rank <= usual.severity.rank
    assert not found.seen_in_people
    assert "in people the ratio was" in found.sentence
    assert "outside these (CYP2D6 poor metaboliser), where no further change" in found.sentence
    assert "times a typical adult's" in found.sentence
    assert "poor metaboliser" in row(result, "pk.kratom.desipramine").sentence
    named = {f.id: f for f in result.findings}["interaction.poor_metaboliser.CYP2D6"]
    assert "desipramine" in named.text
    assert named.severity is Severity.MODERATE


def test_a_poor_metaboliser_of_codeine_and_an_ultrarapid_one() -> None:
    def texts(phenotype: str) -> dict[str, str]:
        person = {"cyp2d6": {"phenotype": phenotype}}
        result = check("codeine", "metoprolol", kratom=USING, person=person)
        return {f.id: f.text for f in result.findings}

    poor = texts("poor")["interaction.poor_metaboliser.CYP2D6"]
    assert "metoprolol" in poor
    assert "Less of the active form of codeine" in poor
    fast = texts("ultrarapid")["interaction.ultrarapid_metaboliser.CYP2D6"]
    assert "codeine" in fast
    assert "metoprolol" not in fast
    assert not [i for i in texts("normal") if "metaboliser" in i]


@pytest.mark.parametrize(
    ("kratom", "start"),
    [
        ({"status": "using"}, "Kratom with"),
        ({"status": "asking"}, "If kratom were used with"),
        ({"status": "stopped"}, "Kratom, stopped at an unknown time, with"),
        ({"status": "stopped", "last_use_hours_ago": 30}, "Kratom, stopped lately, with"),
        ({"status": "stopped", "stopped": "2026-01-01"}, "If kratom were used again with"),
    ],
)
def test_the_words_follow_the_status(kratom, start: str) -> None:
    found = row(check("alprazolam", kratom=kratom), "pd.cns_depressant.alprazolam")
    assert found.sentence.startswith(start)


def test_published_reports_stand_in_the_rows() -> None:
    found = row(check("modafinil", kratom=USING), "reported.modafinil")
    assert found.case_reports == ("tonic-clonic seizure after kratom was taken with modafinil",)
    quetiapine = row(check("quetiapine", kratom=USING), "pd.cns_depressant.quetiapine")
    assert any("fatality" in report for report in quetiapine.case_reports)


def with_kratom(interaction: Interaction) -> bool:
    return "kratom" in interaction.members


@pytest.mark.parametrize("kratom", [None, {"status": "never"}])
def test_without_kratom_only_the_list_itself_is_checked(kratom) -> None:
    result = check("alprazolam", "oxycodone", kratom=kratom)
    assert result.rows
    assert not any(with_kratom(r) for r in result.rows)


def test_kratom_named_as_a_substance_counts_as_kratom() -> None:
    result = check("alprazolam", substances=[{"name": "Kratom"}])
    assert "pd.cns_depressant.alprazolam" in ids(result)
    assert [entry.name for entry in result.not_checked] == ["Kratom"]
