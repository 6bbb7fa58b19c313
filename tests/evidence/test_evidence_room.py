"""The evidence room: kratom in lanes of its own, cautions for this person, nothing reassuring."""

from __future__ import annotations

import datetime as dt
import functools

import pytest
from hypothesis import HealthCheck, given, settings
from tests.language import every_text, forbidden_phrases
from tests.strategies import cases

from speciosa.case import (
    Case,
    CaseMedicine,
    Condition,
    KratomUse,
    Person,
    Preferences,
    TriedTreatment,
)
from speciosa.case.vocabulary import KratomStatus, Outcome, Pregnancy, Sex
from speciosa.evidence import assess
from speciosa.finding import Certainty, Tone
from speciosa.knowledge import load

KNOWLEDGE = load()
DATE = dt.date(2026, 11, 22)
ADULT = Person(age_years=40, sex=Sex.MALE)


@functools.cache
def forbidden(text: str) -> tuple[str, ...]:
    """The checker, asked once for each sentence: most repeat from case to case."""
    return tuple(forbidden_phrases(text))


def row(case: Case, row_id: str):
    return next(r for r in assess(case, KNOWLEDGE).options if r.id == row_id)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_for_any_case_kratom_is_never_an_option_and_nothing_is_forbidden(case: Case):
    result = assess(case, KNOWLEDGE)
    assert [phrase for text in every_text(result) for phrase in forbidden(text)] == []
    assert not [r for r in result.options if "kratom" in f"{r.option} {r.comparator}".lower()]
    said = (*result.kratom, *result.findings)
    assert all(f.tone is not Tone.REASSURING for f in said)
    assert {r.group for r in result.options} == {
        *("psychological", "medicine", "exercise", "mindfulness", "yoga"),
        *("sleep", "diet", "caffeine", "herbal"),
    }
    for fact_id in {f for r in result.options for f in r.facts} | {
        f for s in said for f in s.facts
    }:
        assert KNOWLEDGE.cite(fact_id)


def test_no_trial_means_very_low_certainty_and_no_recommendation():
    result = assess(Case(date=DATE, person=ADULT), KNOWLEDGE)
    first = next(f for f in result.kratom if f.id == "evidence.kratom.no-trial")
    assert first.certainty is Certainty.VERY_LOW
    assert first.tone is Tone.WARNING
    assert "No randomised trial" in result.headline
    assert KNOWLEDGE.fact("evidence/kratom/randomised-trials").value == 0


def test_each_report_stands_in_its_lane_and_says_what_it_cannot_show():
    result = assess(Case(date=DATE), KNOWLEDGE)
    lanes = (result.user_reports, result.kratom_trials, result.preclinical, result.harms)
    assert [len(lane) for lane in lanes] == [20, 9, 8, 11]
    assert all(report.cannot_show for lane in lanes for report in lane)
    ids = [report.id for lane in lanes for report in lane]
    assert len(ids) == len(set(ids))
    survey = next(r for r in result.user_reports if r.id == "evidence/kratom/garcia2020")
    for word in ("chose to take part", "recalled", "withdrawal"):
        assert word in survey.cannot_show


def test_psychotherapy_and_drugs_are_said_not_to_be_comparable():
    result = assess(Case(date=DATE), KNOWLEDGE)
    said = next(f for f in result.findings if f.id == "evidence.comparators-differ")
    assert "cannot be compared" in said.text


@pytest.mark.parametrize(
    ("person", "finding_id"),
    [
        (Person(age_years=15, sex=Sex.MALE), "evidence.under-18"),
        (Person(age_years=70, sex=Sex.MALE), "evidence.older"),
        (Person(age_years=30, pregnancy=Pregnancy.PREGNANT), "evidence.pregnancy"),
        (Person(sex=Sex.MALE), "evidence.age-unknown"),
        (Person(age_years=30, sex=Sex.FEMALE), "evidence.pregnancy-unknown"),
    ],
)
def test_what_bears_on_whole_groups_of_results_is_said_once(person: Person, finding_id: str):
    def said(who: Person) -> dict[str, Tone]:
        found = assess(Case(date=DATE, person=who), KNOWLEDGE).findings
        return {f.id: f.tone for f in found}

    assert said(person)[finding_id] is Tone.WARNING
    assert finding_id not in said(ADULT)


def test_what_the_person_takes_comes_first_in_its_group_and_is_named():
    case = Case(date=DATE, person=ADULT, medicines=(CaseMedicine(name="Zoloft"),))
    medicines = [r for r in assess(case, KNOWLEDGE).options if r.group == "medicine"]
    assert "The person takes Zoloft now." in medicines[0].cautions
    own = ["takes Zoloft" in r.cautions for r in medicines]
    assert own == sorted(own, reverse=True)


def test_a_result_without_size_or_direction_is_named_and_is_no_row():
    result = assess(Case(date=DATE, person=ADULT), KNOWLEDGE)
    assert "evidence/kong2020" not in {r.id for r in result.options}
    said = next(f for f in result.findings if f.id == "evidence.not-read")
    assert said.facts == ("evidence/kong2020",)


def test_liver_disease_marks_the_medicines_it_rules_out():
    case = Case(date=DATE, person=ADULT, conditions=(Condition(name="liver_disease"),))
    assert "avoided" in row(case, "evidence/slee_duloxetine").cautions
    assert "avoided" in row(case, "evidence/sarris2020_kava").cautions
    assert "avoided" not in row(case, "evidence/slee_escitalopram").cautions


def test_a_treatment_tried_before_is_named_on_its_rows():
    tried = (
        TriedTreatment(name="Lexapro", outcome=Outcome.NOT_TOLERATED),
        TriedTreatment(name="CBT", outcome=Outcome.HELPED),
    )
    case = Case(date=DATE, person=ADULT, preferences=Preferences(tried=tried))
    assert (
        "Lexapro was tried before: not tolerated."
        in row(case, "evidence/slee_escitalopram").cautions
    )
    assert "CBT was tried before: it helped." in row(case, "evidence/papola_cbt").cautions
    assert "tried before" not in row(case, "evidence/slee_duloxetine").cautions


def test_kratom_use_marks_sedatives_and_other_liver_risks():
    case = Case(date=DATE, person=ADULT, kratom=KratomUse(status=KratomStatus.USING))
    assert "slow breathing" in row(case, "evidence/slee_pregabalin").cautions
    assert "liver" in row(case, "evidence/akhgarjand2022").cautions


def test_unknown_age_and_pregnancy_are_missing_and_not_assumed():
    fields = {m.field for m in assess(Case(date=DATE), KNOWLEDGE).missing}
    assert fields == {"person.age_years", "person.pregnancy"}
    assert assess(Case(date=DATE, person=ADULT), KNOWLEDGE).missing == ()


def test_the_table_finds_nothing_wrong_with_itself():
    assert list(KNOWLEDGE.evidence.problems()) == []
