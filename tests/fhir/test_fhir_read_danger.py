"""Item 9 and suicidality in a record: never lost for a date, a word, a code or a status."""

from typing import Any

import pytest
from tests.fhir.records import (
    ICD,
    KNOWLEDGE,
    LOINC,
    case,
    condition,
    observation,
    read,
    statement,
)

from speciosa.case.vocabulary import ConditionStatus, Sign
from speciosa.clinical import safety
from speciosa.clinical.safety.result import UrgentStatus

ITEM9 = "44260-8"
DAILY = {"valueCoding": {"system": LOINC, "code": "LA6571-9"}}


def item9(**more: Any) -> dict[str, Any]:
    return {**observation(ITEM9), "valueInteger": 3, **more}


def response(answer: dict[str, Any], link: str = f"/{ITEM9}", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "authored": "2026-11-20",
        "item": [{"linkId": link, "answer": [answer]}],
        **more,
    }


@pytest.mark.parametrize(
    "entry",
    [
        item9(effectiveDateTime=None),
        item9(effectiveDateTime="2026-11"),
        item9(effectiveDateTime="2026-11-23T07:00:00+10:00"),
        item9(effectiveDateTime="2027-03-01"),
        item9(valueInteger=None, valueString="3"),
        item9(valueInteger=None, valueCodeableConcept={"text": "Nearly every day"}),
        item9(subject=None),
        response(DAILY, authored=None),
        response({"valueCoding": {"display": "Nearly every day"}}),
        response({"valueString": "nearly every day (3)"}),
        response(DAILY, subject=None),
        response(DAILY, status="stopped"),
        response({"valueInteger": 3}, link="q9", questionnaire="https://e.example/PHQ-9"),
        {
            **item9(),
            "code": {"text": "PHQ-9: Thoughts that you would be better off dead, or of hurting"},
        },
    ],
)
def test_an_item_nine_above_zero_always_reaches_the_case_and_is_asked_first(
    entry: dict[str, Any],
) -> None:
    found = read(entry)
    assert found.case.symptoms.phq9.suicidality_item == 3
    assert found.questions[0].startswith("Ask about suicidal thoughts now: item 9")
    assert safety.assess(found.case, KNOWLEDGE).urgent.status is not UrgentStatus.NOT_ASSESSED


@pytest.mark.parametrize(
    "entry",
    [
        item9(valueInteger=None, valueString="rather often"),
        item9(valueInteger=9),
        response({"valueString": "rather often"}),
        response(DAILY, subject={"reference": "#contained"}),
        {**response(DAILY), "item": [{"linkId": f"/{ITEM9}"}]},
    ],
)
def test_an_item_nine_that_cannot_be_read_is_asked_first(entry: dict[str, Any]) -> None:
    assert read(entry).questions[0].startswith("Ask about suicidal thoughts")


def test_an_item_nine_entered_in_error_is_nothing() -> None:
    found = read(item9(status="entered-in-error"), response(DAILY, status="entered-in-error"))
    assert found.case.symptoms.phq9 is None
    assert found.questions == ()


def test_an_undated_item_nine_is_not_hidden_by_a_dated_zero() -> None:
    zero = item9(valueInteger=0, effectiveDateTime="2026-11-20")
    total = observation("44261-6", 4, "{score}")
    phq9 = case(zero, total, item9(effectiveDateTime=None)).symptoms.phq9
    assert phq9 is not None
    assert phq9.suicidality_item == 3


def test_a_three_of_yesterday_is_asked_although_today_is_zero() -> None:
    found = read(item9(effectiveDateTime="2026-11-19"), item9(valueInteger=0))
    assert found.case.symptoms.phq9.suicidality_item == 0
    assert "was 3 on 2026-11-19" in found.questions[0]


def test_a_total_that_leaves_points_for_item_nine_says_it() -> None:
    found = read(observation("44261-6", 26, "{score}"))
    assert found.case.symptoms.phq9.suicidality_item == 2
    assert found.questions[0].startswith("Ask about suicidal thoughts now")
    assert read(observation("44261-6", 24, "{score}")).questions == ()


@pytest.mark.parametrize(
    ("entry", "sign"),
    [
        (condition("R45.851", system=ICD), Sign.SUICIDAL_THOUGHTS),
        (condition("6471006", "Suicidal ideation"), Sign.SUICIDAL_THOUGHTS),
        (condition("", "Suicidal thoughts"), Sign.SUICIDAL_THOUGHTS),
        (condition("", "Deliberate self-harm"), Sign.SUICIDAL_THOUGHTS),
        (condition("T14.91XA", system=ICD), Sign.SUICIDE_ATTEMPT_RECENT),
        (condition("X78", system=ICD), Sign.SUICIDE_ATTEMPT_RECENT),
        (condition("T40.2X2A", system=ICD), Sign.SUICIDE_ATTEMPT_RECENT),
        (condition("82313006"), Sign.SUICIDE_ATTEMPT_RECENT),
        (condition("", "Poisoning by kratom, suicide attempt"), Sign.SUICIDE_ATTEMPT_RECENT),
        ({"resourceType": "Flag", "code": {"text": "Suicidal"}}, Sign.SUICIDAL_THOUGHTS),
    ],
)
def test_active_suicidality_sets_the_sign(entry: dict[str, Any], sign: Sign) -> None:
    found = read({"status": "active", **entry})
    assert found.case.signs.present == (sign,)
    assert found.questions[0].startswith("Ask about suicidal thoughts now")
    assert safety.assess(found.case, KNOWLEDGE).urgent.status is not UrgentStatus.NOT_ASSESSED


RESOLVED = {"clinicalStatus": {"coding": [{"code": "resolved"}]}}


@pytest.mark.parametrize(
    "entry",
    [
        condition("Z91.51", system=ICD),
        condition("", "Suicide attempt", **RESOLVED),
        condition("", "History of suicide attempt"),
    ],
)
def test_an_old_attempt_is_a_condition_and_a_question(entry: dict[str, Any]) -> None:
    found = read(entry)
    assert found.case.signs.present == ()
    (held,) = found.case.conditions
    assert (held.name, held.status) == ("suicide_attempt", ConditionStatus.PAST)
    assert found.questions[0].startswith("Ask about suicidal thoughts")


@pytest.mark.parametrize(
    "words", ["No suicidal ideation", "Family history of suicide", "Suicide risk assessment"]
)
def test_what_is_no_finding_of_now_is_asked_and_no_sign(words: str) -> None:
    found = read(condition("", words))
    assert found.case.signs.present == ()
    assert found.questions[0].startswith("Ask about suicidal thoughts")


def test_an_unread_scale_about_suicide_is_asked() -> None:
    scale = {**observation("93267-3"), "valueString": "score 4"}
    scale["code"]["text"] = "Columbia suicide severity rating"
    assert read(scale).questions[0].startswith("Ask about suicidal thoughts")


def test_other_records_bring_no_such_question() -> None:
    found = read(condition("84757009", "Epilepsy"), statement("sertraline"))
    assert not any("suicid" in question for question in found.questions)


def test_a_group_called_phq9_is_not_the_ninth_question() -> None:
    answers = [{"linkId": f"q{i}", "answer": [{"valueInteger": 0}]} for i in range(1, 10)]
    form = {
        **response(DAILY),
        "questionnaire": "https://e.example/phq9",
        "item": [{"linkId": "phq9", "item": answers}],
    }
    assert read(form).questions == ()


def test_an_overdose_is_asked() -> None:
    for entry in (condition("55680006"), condition("", "Accidental drug overdose")):
        found = read(entry)
        assert found.case.signs.present == ()
        assert "on purpose" in found.questions[0]
        assert read(item9(), entry).questions[0].startswith("Ask about suicidal thoughts now")
