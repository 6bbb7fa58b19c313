"""Where something grave is on record, the first line and the route say so."""

from __future__ import annotations

from typing import Any

import pytest
from tests.safety.known_negative import BASE, case_with

from speciosa.clinical.safety import assess
from speciosa.clinical.safety.result import SafetyResult, UrgentResult, UrgentStatus
from speciosa.knowledge import load

KNOWLEDGE = load()


def safety(**changes: Any) -> SafetyResult:
    return assess(case_with(changes), KNOWLEDGE)


def with_labs(*labs: dict[str, Any]) -> UrgentResult:
    named = {lab["name"] for lab in labs}
    kept = [lab for lab in BASE["labs"] if lab["name"] not in named]
    return safety(labs=[*kept, *labs]).urgent


def lab(name: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, **more}


@pytest.mark.parametrize(
    ("measured", "status"),
    [
        (lab("alt", 5000, "U/L"), "same_day"),
        (lab("alt", 450, "U/L", upper_limit=40), "same_day"),
        (lab("alt", 200, "U/L", upper_limit=40), "soon"),
        (lab("ast", 3000, "U/L"), "same_day"),
        (lab("potassium", 8, "mmol/L"), "same_day"),
        (lab("potassium", 2, "mEq/L"), "same_day"),
        (lab("sodium", 170, "mmol/L"), "same_day"),
        (lab("sodium", 118, "mmol/L"), "same_day"),
        (lab("magnesium", 0.6, "mg/dL"), "same_day"),
        (lab("inr", 9, "ratio"), "same_day"),
        (lab("haemoglobin", 4, "g/dL"), "same_day"),
        (lab("haemoglobin", 40, "g/L"), "same_day"),
        (lab("qtc", 520, "ms"), "same_day"),
        (lab("potassium", 4, "mmol/L"), "none_found"),
        (lab("magnesium", 2, "mg/dL"), "none_found"),
        (lab("haemoglobin", 14, "g/dL"), "none_found"),
    ],
)
def test_a_dangerous_result_has_a_route_of_its_own(measured: dict[str, Any], status: str) -> None:
    assert with_labs(measured).status == status


@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_results_of_one_day_the_worse_counts(swapped: bool) -> None:
    both = [lab("alt", v, "U/L", upper_limit=40, date="2026-11-01") for v in (20, 900)]
    assert with_labs(*(reversed(both) if swapped else both)).status is UrgentStatus.SAME_DAY


def test_an_undated_high_result_is_not_outdone_by_an_older_normal_one() -> None:
    old = lab("alt", 20, "U/L", upper_limit=40, date="2019-01-01")
    assert with_labs(lab("alt", 900, "U/L"), old).status is UrgentStatus.SAME_DAY


def test_a_normal_result_of_years_ago_does_not_clear_the_liver_today() -> None:
    recent = safety(labs=[lab("alt", 20, "U/L", upper_limit=40, date="2026-10-20")])
    old = safety(labs=[lab("alt", 20, "U/L", upper_limit=40, date="2001-01-01")])
    assert "SR-LIVER-01" not in {r.id for r in recent.conditional_rules}
    assert "SR-LIVER-01" in {r.id for r in old.conditional_rules}
    assert any(m.field == "labs.alt" for m in old.missing)


@pytest.mark.parametrize("effect", ["seizure", "hallucinations", "confusion"])
def test_a_grave_effect_noticed_on_kratom_counts_beside_signs_that_are_absent(effect: str) -> None:
    use = BASE["kratom"] | {"side_effects": [effect]}
    assert safety(kratom=use).urgent.status is UrgentStatus.SAME_DAY
    mild = BASE["kratom"] | {"side_effects": ["constipation"]}
    assert safety(kratom=mild).urgent.status is UrgentStatus.NONE_FOUND


@pytest.mark.parametrize(
    ("medicine", "title"),
    [("oxycodone", "opioid"), ("phenelzine", "MAO inhibitor"), ("naltrexone", "antagonist")],
)
def test_the_first_line_names_urgent_rules_where_no_sign_was_reported(
    medicine: str, title: str
) -> None:
    result = safety(medicines=[{"name": medicine}])
    assert result.urgent.status is UrgentStatus.NONE_FOUND
    assert title in result.urgent.headline
    assert "Nothing urgent" not in result.urgent.headline


def test_every_urgent_rule_that_holds_is_in_a_first_line_below_the_same_day() -> None:
    everything = [{"name": m} for m in ("oxycodone", "linezolid", "naltrexone", "diazepam")]
    result = safety(medicines=everything)
    for rule in result.rules:
        assert (rule.title in result.urgent.headline) is (rule.severity == "urgent")


@pytest.mark.parametrize(
    "text",
    [
        "Ich will nicht mehr leben",
        "quiero morir",
        "je veux mourir",
        "saya mahu bunuh diri",
        "voglio morire",
        "She wants to end her life",
        "I took the whole bottle last night",
        "我想自杀",
        "хочу умереть",
        "أريد أن أموت",
    ],
)
def test_free_text_in_other_words_and_scripts_is_never_passed_over(text: str) -> None:
    for place in ("symptoms.free_text", "kratom.note"):
        result = safety(**{place: text}).urgent
        assert result.status is UrgentStatus.NOT_ASSESSED
        assert result.findings[0].id == "urgent.free_text"
        assert all(text not in part for part in (result.headline, *result.ask_now))


@pytest.mark.parametrize("text", ["takes 50 µg of thyroxine", "was on a β blocker", "naïve, Ärger"])
def test_a_symbol_or_an_accent_is_not_another_script(text: str) -> None:
    assert safety(**{"symptoms.free_text": text}).urgent.status is UrgentStatus.NONE_FOUND
