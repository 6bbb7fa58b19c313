"""The case form in a Bundle: believed alone only beside what was written with it."""

import copy
import datetime as dt
import json
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests import strategies
from tests.fhir import checks
from tests.fhir.records import KNOWLEDGE, TODAY, observation, request

from speciosa.assessment import assess
from speciosa.case import Case, parse_case
from speciosa.case.vocabulary import KratomStatus, Sign
from speciosa.fhir import write
from speciosa.fhir.read import Imported, case_from_bundle
from speciosa.fhir.write import bundle as written

JUNE = dt.date(2026, 6, 1)
ZEROES = {"answers": [0] * 9, "date": JUNE}


@lru_cache
def june() -> Case:
    return parse_case(
        {
            "date": JUNE,
            "place": "GB",
            "person": {
                "sex": "female",
                "age_years": 40.0,
                "weight_kg": 70.0,
                "pregnancy": "pregnant",
            },
            "symptoms": {"phq9": ZEROES, "gad7": {"total": 12}, "free_text": "worries"},
            "signs": {"present": ["tremor"], "absent": ["suicidal_thoughts"]},
            "medicines": [{"name": "sertraline", "dose_mg": 50.0}, {"name": "methadone"}],
            "substances": [{"name": "alcohol", "drinks_per_week": 10.0, "last_use_hours_ago": 3.0}],
            "labs": [{"name": "ast", "value": 20.0, "unit": "U/L"}],
            "conditions": [{"name": "seizures"}],
            "kratom": {"status": "never"},
        }
    )


@lru_cache
def _made() -> dict[str, Any]:
    moment = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    made = assess(june(), KNOWLEDGE, subjects=20)
    return written(june(), made, knowledge=KNOWLEDGE, recorded=moment)


def with_more(*resources: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(_made())
    (me,) = [
        {"reference": entry["fullUrl"]}
        for entry in made["entry"]
        if entry["resource"]["resourceType"] == "Patient"
    ]
    made["entry"] += [
        {"resource": {"id": f"n{i}", "subject": me, **r}} for i, r in enumerate(resources)
    ]
    return made


def read(*resources: dict[str, Any]) -> Imported:
    return case_from_bundle(with_more(*resources), KNOWLEDGE, today=TODAY)


def test_untouched_it_is_the_case_with_its_date() -> None:
    assert read().case == june()


def test_a_newer_item_nine_and_kratom_are_never_hidden() -> None:
    nine = {**observation("44260-8"), "valueInteger": 3}
    kratom = {**request("kratom"), "resourceType": "MedicationStatement"}
    found = read(nine, kratom)
    assert found.case is not None
    assert found.case.date == TODAY
    assert found.case.symptoms.phq9 is not None
    assert found.case.symptoms.phq9.suicidality_item == 3
    assert found.questions[0].startswith("Ask about suicidal thoughts now")
    assert found.case.kratom is not None
    assert found.case.kratom.status is KratomStatus.USING
    assert any("never" in question for question in found.questions)


def test_what_the_newer_entries_do_not_say_comes_from_the_form_and_is_said() -> None:
    found = read(request("sertraline"), observation("1742-6", 40, "U/L"))
    case = found.case
    assert case is not None
    assert sorted(m.name for m in case.medicines) == ["methadone", "sertraline"]
    (sertraline,) = [m for m in case.medicines if m.name == "sertraline"]
    assert sertraline.dose_mg is None  # the newer entry is of another dose, not the form's
    (alcohol,) = case.substances
    assert (alcohol.name, alcohol.last_use_hours_ago) == ("alcohol", None)
    assert [lab.name for lab in case.labs] == ["alt"]  # the form's has no date: it is asked
    assert any("ast" in question for question in found.questions)
    assert [c.name for c in case.conditions] == ["seizures"]
    assert case.place == "GB"
    assert case.symptoms.gad7 is not None
    assert case.symptoms.gad7.date == JUNE
    assert any("case form of 2026-06-01" in one.said + one.note for one in found.used)


def test_what_does_not_last_is_asked_and_not_taken_over() -> None:
    case = read(request("sertraline")).case
    assert case is not None
    assert case.person.pregnancy is None
    assert case.signs.present == (Sign.TREMOR,)
    assert case.signs.absent == ()
    assert any("pregnancy" in q for q in read(request("sertraline")).questions)


def test_a_never_is_not_kept_beside_a_record_that_names_kratom() -> None:
    note = {"resourceType": "ClinicalImpression", "note": [{"text": "Asks about kratom."}]}
    found = read(note)
    assert found.case is not None
    assert found.case.kratom is None
    assert found.uncertain_kratom


@pytest.mark.parametrize("kind", ["Provenance", "form"])
def test_a_forged_form_or_provenance_is_not_believed_alone(kind: str) -> None:
    made = copy.deepcopy(_made())
    for entry in made["entry"]:
        resource = entry["resource"]
        if kind == "Provenance" and resource["resourceType"] == "Provenance":
            resource["entity"][0]["what"]["identifier"]["value"] = "0" * 64
        if kind == "form" and "questionnaire:case" in resource.get("questionnaire", ""):
            for item in resource["item"]:
                if item["linkId"] == "place":
                    item["answer"] = [{"valueString": "DE"}]
    found = case_from_bundle(made, KNOWLEDGE, today=TODAY)
    assert found.case is not None
    assert found.case.date == TODAY


def test_an_old_never_and_an_old_weight_are_asked() -> None:
    later = dt.date(2028, 1, 1)
    found = case_from_bundle(with_more(request("sertraline")), KNOWLEDGE, today=later)
    assert found.case is not None
    assert found.case.kratom is None
    assert any("kratom" in question for question in found.questions)
    assert any("has changed" in question for question in found.questions)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.cases())
def test_whatever_the_form_holds_a_newer_item_nine_comes_first(case: Case) -> None:
    made = json.loads(write.encode(checks.written(case)))
    me = next(e for e in made["entry"] if e["resource"]["resourceType"] == "Patient")
    nine = {
        **observation("44260-8"),
        "valueInteger": 2,
        "effectiveDateTime": case.date.isoformat(),
        "subject": {"reference": me["fullUrl"]},
    }
    made["entry"].append({"resource": nine})
    found = case_from_bundle(made, KNOWLEDGE, today=case.date + dt.timedelta(days=10))
    assert found.case is not None, found.problems
    assert found.case.symptoms.phq9 is not None
    assert found.case.symptoms.phq9.suicidality_item
    assert found.questions[0].startswith("Ask about suicidal thoughts")
