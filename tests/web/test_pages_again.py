"""The case form when things go wrong: sent twice, sent broken, left unfinished, not saved."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from tests.web.service import TestClient, client_of

from speciosa.store import Kind
from speciosa.web import at_once

TYPED = {"date": "2026-11-22", "symptoms.gad7.total": "9"}


@pytest.fixture
def person(app: Any) -> str:
    use = app.state.services
    return str(use.store.add_person("B-2", by="someone", at=use.now()).id)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def kinds(app: Any, person: str) -> list[Kind]:
    return [version.kind for version in app.state.services.store.latest(person)]


# ------------------------------------------------------------------ sent twice


def test_assess_sent_twice_makes_one_assessment_and_shows_it(
    client: TestClient, app: Any, person: str
) -> None:
    path = f"/people/{person}/cases/new"
    typed = {**TYPED, "form_key": hidden(client.get(path).text, "form_key"), "do": "assess"}
    first, second = client.post(path, data=typed), client.post(path, data=typed)
    assert first.url.path.startswith("/assessments/")
    assert second.url.path == first.url.path
    assert kinds(app, person) == [Kind.CASE, Kind.ASSESSMENT]


def test_a_draft_that_is_assessed_twice_leads_to_its_assessment(
    client: TestClient, app: Any, person: str
) -> None:
    draft = client.post(f"/people/{person}/cases/new", data={**TYPED, "do": "save"})
    typed = {**TYPED, "expect": hidden(draft.text, "expect"), "do": "assess"}
    first = client.post(draft.url.path, data=typed)
    assert client.post(draft.url.path, data=typed).url.path == first.url.path
    assert client.get(draft.url.path).url.path == first.url.path
    assert kinds(app, person) == [Kind.CASE, Kind.ASSESSMENT]


def test_a_new_person_is_added_once(client: TestClient, app: Any) -> None:
    key = hidden(client.get("/cases/new").text, "form_key")
    typed = {**TYPED, "form_key": key, "person_label": "A-17", "do": "assess"}
    first, second = (client.post("/cases", data=typed) for _ in range(2))
    assert second.url.path == first.url.path
    (who,) = app.state.services.store.people()
    assert kinds(app, who.id) == [Kind.CASE, Kind.ASSESSMENT]


def test_going_back_and_on_again_leaves_one_draft(
    client: TestClient, app: Any, person: str
) -> None:
    path = f"/people/{person}/cases/new"
    typed = {**TYPED, "form_key": hidden(client.get(path).text, "form_key")}
    first = client.post(path, data={**typed, "do": "add:medicines"})
    second = client.post(path, data={**typed, "do": "add:medicines"})
    assert second.url.path == first.url.path
    assert kinds(app, person) == [Kind.DRAFT]
    # What was typed on the first page after that is not written over what the draft holds now.
    third = client.post(first.url.path, data={**typed, "kratom.note": "new", "expect": "1"})
    assert third.status_code == 200
    again = client.post(path, data={**typed, "do": "save"})
    assert again.status_code == 409
    assert "Saved elsewhere" in again.text


def test_the_key_of_one_person_saves_nothing_to_another(
    client: TestClient, app: Any, person: str
) -> None:
    use = app.state.services
    other = use.store.add_person("C-3", by="someone", at=use.now()).id
    typed = {**TYPED, "form_key": "one-key", "do": "save"}
    first = client.post(f"/people/{person}/cases/new", data=typed)
    second = client.post(f"/people/{other}/cases/new", data=typed)
    assert second.url.path in {first.url.path, f"/people/{other}/cases/new"}
    assert kinds(app, person) == [Kind.DRAFT]


def test_what_another_tab_typed_while_it_was_assessed_is_not_put_away(
    client: TestClient, app: Any, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speciosa.web.pages import cases  # noqa: PLC0415  # the routes as they are

    draft = client.post(f"/people/{person}/cases/new", data={**TYPED, "do": "save"})
    store, real = app.state.services.store, cases.assessed
    record = draft.url.path.rpartition("/")[2]

    def slow(*given: Any) -> Any:
        version = store.version(record)
        store.save(
            person, Kind.DRAFT, b'{"base": {}}', by="other", at=version.at, change="meanwhile",
            record=record, expect=version.version,
        )  # fmt: skip
        return real(*given)

    monkeypatch.setattr(cases, "assessed", slow)
    typed = {**TYPED, "expect": hidden(draft.text, "expect"), "do": "assess"}
    answer = client.post(draft.url.path, data=typed)
    assert answer.status_code == 409
    assert kinds(app, person) == [Kind.DRAFT]


# ------------------------------------------------------------------ sent broken


@pytest.mark.parametrize(
    "base",
    [
        "[" * 100_000,
        '{"a":' * 5000 + "1" + "}" * 5000,
        '{"symptoms": {"gad7": 5}}',
        '{"medicines": 5}',
        '{"kratom": {"products": 5}}',
        "[]",
        "nonsense",
    ],
)
def test_a_broken_document_is_told_and_what_was_typed_is_kept(
    client: TestClient, base: str
) -> None:
    typed = {**TYPED, "kratom.note": "kept", "base": base}
    for path, do in (("/cases/new", "report"), ("/cases/new", "score"), ("/cases/download", "x")):
        answer = client.post(path, data={**typed, "do": do})
        assert answer.status_code == 422, (path, do)
        assert "damaged" in answer.text
        assert ">\nkept</textarea>" in answer.text
    answer = client.post("/cases", data={**typed, "do": "assess", "person_label": "X-1"})
    assert answer.status_code == 422
    assert "damaged" in answer.text


@pytest.mark.parametrize("label", ["a\0b", "x" * 121, "\u202ereversed", " ", "a\nb"])
def test_a_reference_that_cannot_be_used_is_refused_beside_its_field(
    client: TestClient, app: Any, label: str
) -> None:
    typed = {**TYPED, "kratom.note": "kept", "person_label": label, "do": "save"}
    answer = client.post("/cases", data=typed)
    assert answer.status_code == 422
    assert 'id="person_label-error"' in answer.text
    assert ">\nkept</textarea>" in answer.text
    assert app.state.services.store.people() == ()


def test_a_reference_that_somebody_has_is_refused(client: TestClient, person: str) -> None:
    answer = client.post("/cases", data={**TYPED, "person_label": "b-2", "do": "save"})
    assert answer.status_code == 422
    assert "somebody has already" in answer.text
    assert 'value="b-2"' in answer.text


@pytest.mark.parametrize(("date", "status"), [("2026-11-23", 200), ("2027-11-22", 422)])
def test_a_case_of_a_day_to_come_is_refused(client: TestClient, date: str, status: int) -> None:
    typed = {"date": date, "symptoms.phq9.item9": "3", "do": "report"}
    answer = client.post("/cases/new", data=typed)
    assert answer.status_code == status
    assert ('id="date-error"' in answer.text) == (status == 422)
    assert "crisis-title" in answer.text or "Suicide risk" in answer.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"person.drives": "maybe"}, "yes or no"),
        ({"place": "Nowhere"}, "a name of the list such as Texas"),
        ({"kratom.products.0.dose.capsule_leaf_mg": "500"}, "without an amount"),
        ({"symptoms.phq9.item9": "7"}, "PHQ-9, item 9"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_form(
    client: TestClient, typed: dict[str, str], told: str
) -> None:
    kratom = {"kratom.status": "using", "kratom.products.0.form": "capsule"}
    answer = client.post(
        "/cases/new", data={"date": "2026-11-22", **kratom, **typed, "do": "report"}
    )
    problems = html.unescape(re.sub("<[^>]+>", "", answer.text.partition('id="problems"')[2]))[:900]
    assert told in problems
    assert not re.search(r"\b[a-z]+_[a-z]+", problems.partition("Visit")[0])


# ------------------------------------------------------------------ left unfinished


@pytest.mark.parametrize(
    "typed",
    [
        {"symptoms.phq9.answers.8": "3"},
        {"symptoms.phq9.item9": "1"},
        {"symptoms.phq9.total": "27"},
        {"signs.suicidal_plan": "present"},
        {"signs.jaundice": "present"},
    ],
)
def test_a_draft_with_a_danger_shows_its_route_on_the_first_page(
    client: TestClient, app: Any, person: str, typed: dict[str, str]
) -> None:
    page = client.post(
        f"/people/{person}/cases/new",
        data={"date": "2026-11-22", "place": "united kingdom", "do": "save", **typed},
    )
    assert "crisis-title" in page.text
    home = client.get("/").text
    assert "Unfinished form of <bdi>B-2</bdi>" in home
    assert "999" in home
    (draft,) = app.state.services.store.latest(person, Kind.DRAFT)
    use = app.state.services
    assert at_once.of_draft(draft.body, use.knowledge, use.today()) is not None


def test_a_draft_without_a_danger_stays_a_line(client: TestClient, person: str) -> None:
    typed = {"date": "2026-11-22", "symptoms.phq9.answers.8": "0", "symptoms.phq9.total": "24"}
    client.post(f"/people/{person}/cases/new", data={**typed, "do": "save"})
    home = client.get("/").text
    assert "crisis" not in home
    assert "B-2" in home


def test_no_number_of_newer_drafts_hides_one_with_a_danger(client: TestClient, app: Any) -> None:
    use = app.state.services
    for index in range(12):
        who = use.store.add_person(f"P-{index:02}", by="x", at=use.now()).id
        typed = {**TYPED, "do": "save"}
        if not index:
            typed["symptoms.phq9.answers.8"] = "2"
        client.post(f"/people/{who}/cases/new", data=typed)
    assert "Unfinished form of <bdi>P-00</bdi>" in client.get("/").text


def test_a_draft_of_a_document_is_read_like_a_typed_one(app: Any) -> None:
    use = app.state.services
    for base, found in (
        ({"symptoms": {"phq9": {"answers": [0, 0, 0, 0, 0, 0, 0, 0, 2]}}}, True),
        ({"symptoms": {"phq9": {"item9": 0}}, "signs": {"absent": ["jaundice"]}}, False),
        ({"signs": {"present": ["cannot_be_woken"]}, "place": "Nowhere"}, True),
        ({"symptoms": 5, "signs": {"present": 7}, "place": 3}, False),
    ):
        body = json.dumps({"base": base}).encode()
        assert (at_once.of_draft(body, use.knowledge, use.today()) is not None) is found, base


# ------------------------------------------------------------------ not saved


@pytest.mark.parametrize(
    ("file", "start"),
    [("report.html", b"<!doctype html>"), ("report.json", b"{"), ("bundle.fhir.json", b"{")],
)
def test_a_report_that_is_not_saved_can_be_downloaded(
    client: TestClient, app: Any, file: str, start: bytes
) -> None:
    typed = {**TYPED, "place": "Texas", "medicines.0.name": "sertraline"}
    page = client.post("/cases/new", data={**typed, "do": "report"}).text
    assert f'value="{file}" formaction="/cases/download"' in page
    answer = client.post("/cases/download", data={**typed, "do": file})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="speciosa-2026')
    assert answer.content.startswith(start)
    assert app.state.services.store.people() == ()
    assert client.post("/cases/download", data={**typed, "do": "passwords"}).status_code == 404
    wrong = client.post("/cases/download", data={**typed, "person.age_years": "old", "do": file})
    assert wrong.status_code == 422
    assert 'id="person.age_years-error"' in wrong.text


# ------------------------------------------------------------------ the navigation


def test_records_of_other_systems_are_offered_where_some_are_registered(
    client: TestClient, make_app: Any
) -> None:
    link = '<a href="/smart">'
    assert link not in client.get("/").text
    issuer = {"iss": "https://fhir.example/r4", "name": "Hospital", "client_id": "speciosa"}
    with client_of(make_app(smart={"issuers": [issuer]}), "clinician") as other:
        assert link in other.get("/").text
        assert link in other.get("/nowhere").text
