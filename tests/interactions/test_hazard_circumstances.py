"""What makes a hazard weigh more in one person: age, illness, measurements, signs, the list."""

from __future__ import annotations

from typing import Any

import pytest
from tests.interactions.cases import AS_STUDIED, KNOWLEDGE, USING, check, row

from speciosa.case import vocabulary as v
from speciosa.finding import Severity

MODIFIERS = {modifier.id: modifier for modifier in KNOWLEDGE.ddi.modifiers.modifiers}


def condition(name: str, status: str = "current") -> dict[str, Any]:
    return {"conditions": [{"name": name, "status": status}]}


def lab(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"labs": [{"name": name, "value": value, "unit": unit}]}


@pytest.mark.parametrize(
    ("listed", "rule", "case", "words", "severity"),
    [
        (
            ("oxycodone", "alprazolam"),
            "breathing",
            condition("sleep_apnoea"),
            "sleep apnoea",
            "urgent",
        ),
        (("oxycodone", "alprazolam"), "breathing", condition("copd"), "COPD", "urgent"),
        (
            ("oxycodone", "alprazolam"),
            "breathing",
            {"person": {"age_years": 80}},
            "age 65",
            "major",
        ),
        (("zolpidem", "zopiclone"), "breathing", {"person": {"age_years": 80}}, "age 65", "major"),
        (
            ("zolpidem", "zopiclone"),
            "breathing",
            {"person": {"pregnancy": "pregnant"}},
            "pregnancy",
            "major",
        ),
        (("oxycodone", "alprazolam"), "breathing", {"person": {"drives": True}}, "drives", "major"),
        (("quetiapine", "trazodone"), "sedation", condition("falls", "past"), "falls", "major"),
        (
            ("sertraline", "hydrochlorothiazide"),
            "hyponatraemia",
            {"person": {"age_years": 72}},
            "age 65",
            "major",
        ),
        (
            ("sertraline", "oxcarbazepine"),
            "hyponatraemia",
            lab("sodium", 131, "mmol/L"),
            "low sodium",
            "major",
        ),
        (
            ("venlafaxine", "mirtazapine"),
            "qt",
            lab("potassium", 3.1, "mmol/L"),
            "low potassium",
            "major",
        ),
        (
            ("venlafaxine", "mirtazapine"),
            "qt",
            lab("magnesium", 1.5, "mg/dL"),
            "low magnesium",
            "major",
        ),
        (("venlafaxine", "mirtazapine"), "qt", lab("qtc", 480, "ms"), "QTc above 470", "major"),
        (("venlafaxine", "mirtazapine"), "qt", lab("qtc", 500, "ms"), "QTc of 500", "urgent"),
        (("venlafaxine", "mirtazapine"), "qt", condition("long_qt", "family"), "long QT", "major"),
        (
            ("venlafaxine", "mirtazapine"),
            "qt",
            {"person": {"sex": "female"}},
            "female sex",
            "moderate",
        ),
        (
            ("sertraline", "ibuprofen"),
            "bleeding",
            condition("bleeding", "past"),
            "bleeding",
            "major",
        ),
        (
            ("venlafaxine", "amitriptyline"),
            "seizure",
            condition("seizures", "past"),
            "seizures",
            "major",
        ),
        (
            ("venlafaxine", "amitriptyline"),
            "seizure",
            {"signs": {"present": ["alcohol_withdrawal"]}},
            "alcohol withdrawal",
            "major",
        ),
        (
            ("sertraline", "buspirone"),
            "serotonin",
            {"signs": {"present": ["clonus"]}},
            "clonus",
            "urgent",
        ),
        (
            ("duloxetine", "ethanol"),
            "liver",
            {"signs": {"present": ["jaundice"]}},
            "jaundice",
            "major",
        ),
        (
            ("amitriptyline", "hydroxyzine"),
            "anticholinergic",
            condition("dementia"),
            "dementia",
            "major",
        ),
    ],
)
def test_what_is_known_of_the_person_counts(
    listed: tuple[str, ...], rule: str, case: dict[str, Any], words: str, severity: str
) -> None:
    before = row(check(*listed), f"pd.shared.{rule}")
    after = row(check(*listed, **case), f"pd.shared.{rule}")
    assert after.severity is Severity(severity)
    assert after.severity.rank <= before.severity.rank
    assert words in after.sentence
    assert "Weighs more here" not in before.sentence
    assert {f for f in after.facts if f.startswith("ddi/modifier/")}


@pytest.mark.parametrize(
    "case", [condition("sleep_apnoea", "absent"), lab("potassium", 4.2, "mmol/L")]
)
def test_what_is_absent_or_normal_neither_adds_nor_takes_away(case: dict[str, Any]) -> None:
    listed = ("oxycodone", "alprazolam", "methadone")
    assert check(*listed, **case).rows == check(*listed).rows


def test_a_stopped_benzodiazepine_counts_for_the_seizure_threshold() -> None:
    stopped = {"name": "diazepam", "stopped": "2026-11-19"}
    found = row(check("venlafaxine", "amitriptyline", stopped), "pd.shared.seizure")
    assert "withdrawal after diazepam (stopped on 2026-11-19)" in found.sentence
    assert found.severity is Severity.MAJOR


def test_a_diuretic_counts_for_the_qt_interval() -> None:
    found = row(check("citalopram", "hydrochlorothiazide"), "pd.shared.qt")
    assert "hydrochlorothiazide" in found.sentence.split("Weighs more here")[1]


def test_a_raised_concentration_counts_for_the_qt_interval() -> None:
    found = row(check("quetiapine", "clarithromycin"), "pd.shared.qt")
    assert found.severity is Severity.MAJOR
    assert "quetiapine with clarithromycin" in found.mechanism


def test_the_person_is_named_in_the_rows_with_kratom_too() -> None:
    result = check("oxycodone", kratom=USING, **condition("sleep_apnoea"))
    assert "sleep apnoea" in row(result, "pd.opioid_agonist.oxycodone").mechanism


def test_points_of_the_anticholinergic_scale_are_counted_over_the_list() -> None:
    found = row(check("amitriptyline", "hydroxyzine", "venlafaxine"), "pd.shared.anticholinergic")
    assert "amitriptyline 3, hydroxyzine 3, venlafaxine 1; 7 together" in found.sentence
    assert found.severity is Severity.MODERATE
    assert "ddi/anticholinergic_burden/hydroxyzine" in found.facts


def test_every_modifier_speaks_the_words_of_a_case() -> None:
    hazards = {rule.id for rule in KNOWLEDGE.ddi.wording.shared}
    classes = {klass.value for klass in KNOWLEDGE.ddi.wording.kratom}
    for modifier in MODIFIERS.values():
        when = modifier.when
        assert not when.condition or v.KnownCondition(when.condition)
        assert all(v.ConditionStatus(status) for status in when.statuses)
        assert all(v.Pregnancy(word) for word in when.pregnancy)
        assert all(v.ChildPugh(word) for word in when.child_pugh)
        assert not when.sign or v.Sign(when.sign)
        assert not when.sex or v.Sex(when.sex)
        if when.lab:
            units = {*when.below, *when.above}
            assert units == set(v.LAB_UNITS[v.LabName(when.lab)]), modifier.id
        assert set(modifier.concerns) <= hazards | classes, modifier.id
        assert set(modifier.lifts) <= set(modifier.concerns) & hazards, modifier.id
        for lifts in modifier.lifts.values():
            assert all(to.rank < of.rank for of, to in lifts.items()), modifier.id
    for rule in KNOWLEDGE.ddi.wording.shared:
        for level in rule.levels:
            assert set(level.given) <= set(MODIFIERS)
        assert set(rule.covered_by) <= hazards


def test_lifts_keep_the_order_of_severities() -> None:
    """What was worse before a lift is not milder after it."""
    every = [m.lifts for m in MODIFIERS.values()] + [KNOWLEDGE.ddi.modifiers.kinetic_rise.lifts]
    for lifts in every:
        for by in lifts.values():
            after = [by.get(severity, severity).rank for severity in Severity]
            assert after == sorted(after)


@pytest.mark.parametrize(
    ("medicines", "question", "words"),
    [
        (("phenelzine",), "tyramine", "Phenelzine with food rich in tyramine"),
        (("quetiapine", "simvastatin"), "grapefruit", "quetiapine"),
        (("alprazolam",), "alcohol", "Alcohol is not recorded"),
        (("dexamethasone", "caffeine"), "anxiogenic", "caffeine and dexamethasone"),
    ],
)
def test_food_alcohol_and_anxiety_are_asked_about(medicines, question, words) -> None:
    found = {f.id: f for f in check(*medicines).findings}[f"interaction.ask.{question}"]
    assert words in found.text
    assert found.action


def test_what_is_listed_or_answered_is_not_asked_again() -> None:
    def asked(*medicines: str, **more: Any) -> set[str]:
        return {f.id for f in check(*medicines, **more).findings}

    alcohol = "interaction.ask.alcohol"
    assert alcohol not in asked("alprazolam", substances=[{"name": "beer"}])
    assert alcohol not in asked("alprazolam", symptoms={"audit_c": {"total": 0}})
    assert "interaction.ask.grapefruit" not in asked("simvastatin", "grapefruit juice")


def test_leaf_with_a_mild_sedative_is_minor_and_an_unknown_product_is_worse() -> None:
    leaf = row(check("melatonin", kratom=AS_STUDIED), "pd.cns_depressant.melatonin")
    unknown = row(check("melatonin", kratom=USING), "pd.cns_depressant.melatonin")
    assert leaf.severity is Severity.MINOR
    assert unknown.severity is Severity.MODERATE


@pytest.mark.parametrize(
    ("listed", "words", "severity"),
    [
        (("benzos", "oxycodone"), "sedation and slowed breathing with oxycodone", Severity.MAJOR),
        (("MAOI", "sertraline"), "sympathomimetic medicine with sertraline", Severity.URGENT),
        (("blood thinner", "ibuprofen"), "bleeding with ibuprofen", Severity.MAJOR),
        (("benzos", "opioids"), 'slowed breathing with "opioids"', Severity.MAJOR),
    ],
)
def test_a_name_of_a_class_is_told_what_holds_whichever_is_meant(listed, words, severity) -> None:
    result = check(*listed)
    assert listed[0] in {n.name for n in result.not_checked}
    found = [f for f in result.findings if f.id.startswith("interaction.unclear.")]
    assert any(words in f.text and f.severity is severity for f in found)


def test_an_ambiguous_brand_is_told_what_all_it_can_mean_have_in_common() -> None:
    names = [n for n in ("Unisom", "Robitussin") if len(KNOWLEDGE.medicines.match(n).medicines) > 1]
    for name in names:
        found = [f for f in check(name, "oxycodone").findings if "unclear" in f.id]
        assert not found or "whichever medicine is meant" in found[0].text
    spoken = KNOWLEDGE.ddi.spoken_groups
    assert all(KNOWLEDGE.medicines.match(name).kind == "class" for name in spoken)
