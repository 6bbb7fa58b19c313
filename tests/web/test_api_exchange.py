"""FHIR over HTTP: a case out and back, questionnaires, what is refused."""

from __future__ import annotations

import json

import pytest

from speciosa.fhir import questionnaires
from speciosa.web.api import examples

V1 = "/api/v1"
FHIR = "application/fhir+json"
CASE = examples.CASES["two-scores-and-a-medicine"]


def test_an_assessment_comes_as_a_bundle_that_reads_back_as_its_case(client):
    bundle = client.post(f"{V1}/assessments", json=CASE, headers={"accept": FHIR})
    assert bundle.headers["content-type"] == FHIR
    answer = client.post(f"{V1}/fhir/case", content=bundle.content, headers={"content-type": FHIR})
    assert answer.status_code == 200
    assert answer.json()["case"] == CASE
    assert next(iter(answer.json())) == "urgent"


def test_a_kept_assessment_comes_as_a_bundle_with_the_case_it_was_made_from(client):
    person = client.post(f"{V1}/people", json={"label": "1042"}).json()["id"]
    case = client.post(f"{V1}/people/{person}/cases", json=CASE)
    kept = client.post(
        f"{V1}/people/{person}/assessments", json={"case": case.json()["record"]}
    ).headers["location"]
    later = {**CASE, "person": {"age_years": 43, "sex": "female"}}
    client.put(case.headers["location"], json=later, headers={"if-match": '"1"'})
    bundle = client.get(f"{kept}/fhir")
    assert bundle.headers["content-type"] == FHIR
    back = client.post(f"{V1}/fhir/case", content=bundle.content, headers={"content-type": FHIR})
    assert back.json()["case"] == CASE


@pytest.mark.parametrize("name", questionnaires.NAMES)
def test_questionnaires_are_given_as_resources(client, name):
    answer = client.get(f"{V1}/questionnaires/{name}")
    assert answer.headers["content-type"] == FHIR
    assert answer.json()["resourceType"] == "Questionnaire"
    assert client.get(f"{V1}/questionnaires/none").status_code == 404


@pytest.mark.parametrize(
    "body", [{}, [], {"resourceType": "Condition"}, {"resourceType": "Bundle"}], ids=repr
)
def test_what_is_no_bundle_is_refused(client, body):
    raw = json.dumps(body)
    answer = client.post(f"{V1}/fhir/case", content=raw, headers={"content-type": FHIR})
    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_a_patient_alone_is_read_as_on_the_command_line(client):
    body = json.dumps({"resourceType": "Patient", "id": "p1", "gender": "female"})
    answer = client.post(f"{V1}/fhir/case", content=body, headers={"content-type": FHIR})
    assert answer.status_code == 200
    assert answer.json()["case"]["person"]["sex"] == "female"


@pytest.mark.parametrize("entry", [7, [{"resource": None}], []], ids=repr)
def test_a_bundle_that_says_nothing_gives_a_case_that_knows_nothing(client, entry):
    raw = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entry})
    answer = client.post(f"{V1}/fhir/case", content=raw, headers={"content-type": FHIR}).json()
    assert set(answer["case"]) == {"date"}
    assert answer["urgent"]["status"] == "not_assessed"
    assert answer["ignored"]
