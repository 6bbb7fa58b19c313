"""Operations that keep nothing: one question in, one cited answer out."""

from __future__ import annotations

import json

import pytest

from speciosa.assessment import assess
from speciosa.case import parse_case
from speciosa.report import json as report_json
from speciosa.web.api import examples

V1 = "/api/v1"


@pytest.mark.parametrize("case", examples.CASES.values(), ids=examples.CASES)
def test_a_case_gives_the_assessment_of_the_package_byte_for_byte(client, case):
    answer = client.post(f"{V1}/assessments", json=case)
    assert answer.status_code == 200
    assert answer.content == report_json.encode(assess(parse_case(case), subjects=20))


def test_the_report_comes_as_html_where_that_is_asked_for(client):
    case = examples.CASES["almost-nothing-known"]
    answer = client.post(f"{V1}/assessments", json=case, headers={"accept": "text/html"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1" in answer.text


def test_another_kind_is_refused(client):
    case = examples.CASES["almost-nothing-known"]
    answer = client.post(f"{V1}/assessments", json=case, headers={"accept": "image/png"})
    assert (answer.status_code, answer.json()["title"]) == (406, "Not Acceptable")


def test_every_wrong_field_is_listed_with_what_is_accepted(client):
    wrong = {"date": "2026-11-22", "kratom": {"status": "usin"}, "person": {"age_years": -1}}
    answer = client.post(f"{V1}/assessments", json=wrong)
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"]) == (422, 422)
    by_field = {one["field"]: one for one in body["problems"]}
    assert by_field["kratom.status"]["suggestion"] == "using"
    assert set(by_field) == {"kratom.status", "person.age_years"}


def test_an_error_never_repeats_a_persons_words(client):
    words = "Jane Doe of 14 Elm Street was arrested"
    bodies = [
        {"date": "2026-11-22", "medicines": [{"name": "x" * 300 + words}]},
        {"date": words},
        {"date": "2026-11-22", words: 1},
        {"date": "2026-11-22", "kratom": {"status": words}},
    ]
    for body in bodies:
        answer = client.post(f"{V1}/cases/check", json=body)
        assert answer.status_code == 422
        assert "Elm" not in answer.text
    question = {"victim": words, "with": [{"name": words}]}
    answer = client.post(f"{V1}/interactions", json=question)
    assert answer.status_code == 422
    assert "Elm" not in answer.text
    assert "Elm" not in client.get(f"{V1}/law/{words}").text


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b'{"date": "2026-11-22"', "application/json", 400),
        (b'{"date": "2026-11-22", "date": "2026-11-22"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"date": NaN}', "application/json", 400),
        (b'{"date": "\\ud800"}', "application/json", 400),
        (b'{"date": 1e999}', "application/json", 400),
        (b'{"date": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b"", "application/json", 400),
        (b"null", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"{}", "application/json; charset=latin-1", 415),
        (b" " * 1_000_001, "application/json", 413),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_body_that_cannot_be_read_is_refused(client, raw, kind, status):
    answer = client.post(f"{V1}/cases/check", content=raw, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_a_checked_case_comes_back_as_it_was_typed(client):
    case = examples.CASES["two-scores-and-a-medicine"]
    answer = client.post(f"{V1}/cases/check", json=case).json()
    assert answer["case"] == case
    assert len(answer["input_sha256"]) == 64


@pytest.mark.parametrize("given", examples.ANSWERS.values(), ids=examples.ANSWERS)
def test_answers_are_scored(client, given):
    answer = client.post(f"{V1}/scores/gad7", json=given).json()
    assert answer["urgent"] is None
    assert answer["score"]["instrument"] == "gad7"


def test_item_9_gives_the_urgent_route_first(client):
    given = {"answers": [0, 0, 0, 0, 0, 0, 0, 0, 1], "place": "US-TN"}
    text = client.post(f"{V1}/scores/phq9", json=given).text
    answer = json.loads(text)
    assert next(iter(answer)) == "urgent"
    assert answer["urgent"]["status"] == "same_day"
    assert any(contact["number"] for contact in answer["urgent"]["contacts"])


@pytest.mark.parametrize(("total", "urgent"), [(24, False), (25, True), (27, True)])
def test_a_total_that_item_9_must_be_part_of_gives_the_urgent_route(client, total, urgent):
    given = {"total": total, "place": "US-TX"}
    answer = client.post("/api/v1/scores/phq9", json=given).json()
    assert (answer["urgent"] is not None) is urgent
    if urgent:
        assert any(contact["number"] == "988" for contact in answer["urgent"]["contacts"])


def test_a_checked_case_says_what_it_asks_for_at_once(client):
    case = {"date": "2026-11-22", "symptoms": {"phq9": {"item9": 3}}}
    answer = client.post("/api/v1/cases/check", json=case).json()
    assert next(iter(answer)) == "urgent"
    assert answer["urgent"]["status"] in {"emergency", "same_day"}


def test_an_unknown_questionnaire_is_not_found(client):
    assert client.post(f"{V1}/scores/none", json={"total": 1}).status_code == 404


@pytest.mark.parametrize("given", [{}, {"total": 3, "answers": [1]}, {"total": 99}])
def test_what_cannot_be_scored_is_refused(client, given):
    assert client.post(f"{V1}/scores/gad7", json=given).status_code == 422


def test_an_interaction_is_what_the_command_line_says(client):
    given = examples.INTERACTIONS["two-medicines"]
    answer = client.post(f"{V1}/interactions", json=given).json()
    assert answer["victim"] == "midazolam"
    assert answer["auc_ratio"]["p05"] < answer["auc_ratio"]["median"] < answer["auc_ratio"]["p95"]
    assert answer["references"]


def test_kratom_beside_a_medicine_takes_no_amount(client):
    given = {"victim": "quetiapine", "with": [{"name": "kratom", "dose_mg": 5}]}
    answer = client.post(f"{V1}/interactions", json=given)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "with[0].name"


def test_a_regimen_is_described_within_bounds(client):
    given = {"text": "2 g leaf tea once", "subjects": 20, "until_h": 12}
    answer = client.post(f"{V1}/simulations", json=given)
    assert answer.status_code == 200
    assert answer.json()["subjects"] == 20
    too_long = {"text": "2 g leaf tea daily for 60 days", "subjects": 20}
    assert client.post(f"{V1}/simulations", json=too_long).status_code == 422
    too_many = {"text": "2 g leaf tea once", "subjects": 100_000}
    assert client.post(f"{V1}/simulations", json=too_many).status_code == 422


def test_nobody_gets_an_answer_without_signing_in(client_as):
    nobody = client_as()
    answer = nobody.get(f"{V1}/medicines")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    case = examples.CASES["almost-nothing-known"]
    assert nobody.post(f"{V1}/assessments", json=case).status_code in {401, 403}
