"""The case form and the result through the server: everything works without a script."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.web.service import TestClient

from speciosa.assessment import assess
from speciosa.case import Case, parse_case, read_case_bytes
from speciosa.store import Kind
from speciosa.web.access import Principal, Role
from speciosa.web.pages import drafts
from speciosa.web.pages.form import to_fields

EXAMPLES = Path(__file__).parents[2] / "examples"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def example(name: str) -> Case:
    return read_case_bytes((EXAMPLES / f"{name}.yaml").read_bytes())


def form_of(case: Case, **more: str) -> dict[str, Any]:
    """What a browser would post for a case."""
    fields = to_fields(drafts.document_of(case)).values
    return {**{name: list(texts) for name, texts in fields.items()}, **more}


def test_the_empty_form_begins_today_and_offers_what_the_usual_case_needs(
    client: TestClient,
) -> None:
    page = client.get("/cases/new").text
    assert 'name="date" type="date" value="2026-11-22"' in page
    assert page.count('name="symptoms.gad7.answers.0"') == 5
    assert page.count('name="symptoms.phq9.answers.8"') == 5
    assert 'name="medicines.2.name"' in page
    assert page.count("not asked") >= 30
    assert "Teaspoons" in page or "teaspoons" in page


def test_scores_are_added_up_by_the_server(client: TestClient) -> None:
    typed = {f"symptoms.gad7.answers.{i}": "2" for i in range(7)}
    page = client.post("/cases/new", data={"date": "2026-11-22", "do": "score", **typed}).text
    assert "GAD-7: 14 of 21, moderate" in page
    assert page.count('value="2" checked') == 7


@pytest.mark.parametrize("part", ["gad7", "phq9", "isi", "audit_c", "signs", "nonsense"])
def test_the_live_fragment_is_a_fragment(client: TestClient, part: str) -> None:
    typed = {"symptoms.phq9.answers.8": "1", "place": "US-TX", "symptoms.gad7.total": "12"}
    text = client.post(f"/cases/live/{part}", data=typed).text
    assert "<html" not in text
    assert ("988" in text) == (part in {"phq9", "signs"})
    assert ("GAD-7: 12 of 21" in text) == (part == "gad7")


@pytest.mark.parametrize("answer", ["1", "2", "3"])
def test_item_9_brings_the_crisis_route_before_everything_else(
    client: TestClient, answer: str
) -> None:
    typed = {"date": "2026-11-22", "place": "GB", "symptoms.phq9.answers.8": answer, "do": "report",
             "person.age_years": "no number"}  # fmt: skip
    page = client.post("/cases/new", data=typed)
    assert page.status_code == 422
    assert "116 123" in page.text
    assert page.text.index("crisis-title") < page.text.index('id="problems"')


def test_a_danger_sign_brings_the_crisis_route(client: TestClient) -> None:
    typed = {"date": "2026-11-22", "signs.cannot_be_woken": "present", "do": "score"}
    assert "Act now" in client.post("/cases/new", data=typed).text


def test_zero_at_item_9_shows_no_route_and_no_reassurance(client: TestClient) -> None:
    text = client.post("/cases/live/phq9", data={"symptoms.phq9.answers.8": "0"}).text
    assert "crisis" not in text
    assert not re.search(r"\b(safe|no risk|low risk)\b", text)


def test_all_signs_as_asked_is_an_act_and_keeps_those_that_are_present(client: TestClient) -> None:
    typed = {"date": "2026-11-22", "signs.fever": "present", "do": "signs_absent"}
    page = client.post("/cases/new", data=typed).text
    assert len(re.findall(r'name="signs\.\w+" value="absent" checked', page)) == 29
    assert 'name="signs.fever" value="present" checked' in page
    untouched = client.post("/cases/new", data={**typed, "do": "score"}).text
    assert 'value="absent" checked' not in untouched


def test_rows_are_added_and_removed_without_a_script(client: TestClient) -> None:
    typed = {"medicines.0.name": "sertraline", "medicines.1.name": "lithium"}
    page = client.post("/cases/new", data={**typed, "do": "add:medicines"}).text
    assert 'name="medicines.2.name"' in page
    page = client.post("/cases/new", data={**typed, "do": "remove:medicines.0"}).text
    assert 'value="sertraline"' not in page
    assert 'value="lithium"' in page
    assert client.post("/cases/new", data={**typed, "do": "remove:csrf"}).status_code == 200


def test_a_name_that_is_not_known_is_kept_and_said_to_be_unchecked(client: TestClient) -> None:
    typed = {"medicines.0.name": "sertralin", "medicines.1.name": "Zoloft", "do": "score"}
    page = html.unescape(client.post("/cases/new", data=typed).text)
    assert (
        "not known here: kept, and shown as not checked" in page or "checked as sertraline" in page
    )
    assert "checked as sertraline" in page
    page = client.post("/cases/new", data={"medicines.0.name": "qqxyz", "do": "score"}).text
    assert "shown as not checked" in page


def test_errors_stand_beside_the_field_in_the_words_of_the_case(client: TestClient) -> None:
    typed = {
        "date": "2026-11-22",
        "person.age_years": "old",
        "symptoms.gad7.total": "30",
        "medicines.1.name": "lithium",
        "medicines.1.dose": "many",
        "kratom.products.0.form": "leaf_powder",
        "kratom.products.0.dose": "2",
        "kratom.products.0.dose_unit": "teaspoons",
        "do": "report",
    }
    answer = client.post("/cases/new", data=typed)
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    for name, words in (
        ("person.age_years", "a number from 0 to 120"),
        ("symptoms.gad7.total", "a whole number from 0 to 21"),
        ("medicines.1.dose", "a number above 0"),
        ("kratom.products.0.dose", "spoonful"),
    ):
        assert f'href="#{name}"' in page
        assert f'aria-describedby="{name}-error"' in page
        assert words in page[page.index(f'id="{name}-error"') :][:400]
    assert 'value="old"' in page
    assert 'value="many"' in page


def test_hostile_text_stays_text(client: TestClient) -> None:
    typed = {
        "date": HOSTILE, "place": HOSTILE, "person.age_years": HOSTILE,
        "symptoms.free_text": HOSTILE, "medicines.0.name": HOSTILE, "conditions.0.name": HOSTILE,
        "base": HOSTILE,
        "carried_from": HOSTILE, "person_label": HOSTILE, "do": HOSTILE,
    }  # fmt: skip
    for path in ("/cases/new", "/cases/live/phq9"):
        page = client.post(path, data=typed).text
        assert "<script>alert" not in page
        assert "<img" not in page


def test_a_report_that_is_not_saved_leaves_nothing_behind(client: TestClient, app: Any) -> None:
    answer = client.post("/cases/new", data=form_of(example("daily_leaf_two_years"), do="report"))
    assert answer.status_code == 200
    assert "Not saved" in answer.text
    assert "In the consultation" in answer.text
    assert app.state.services.store.people() == ()
    again = client.post("/cases/new", data=form_of(example("daily_leaf_two_years"), do="edit")).text
    assert "Red Bali" in again


def test_a_first_visit_without_a_script(client: TestClient, app: Any) -> None:
    store = app.state.services.store
    case = example("daily_leaf_two_years")
    answer = client.post("/cases", data=form_of(case, do="save", person_label="A-17"))
    assert answer.url.path.startswith("/drafts/")
    page = answer.text
    (person,) = store.people()
    assert person.label == "A-17"
    assert "Red Bali" in page
    expect = re.search(r'name="expect" value="(\d+)"', page)
    assert expect is not None
    draft = answer.url.path
    answer = client.post(draft, data=form_of(case, do="assess", expect=expect[1]))
    assert answer.url.path.startswith("/assessments/")
    kept = store.latest(person.id, Kind.CASE, Kind.ASSESSMENT)
    assert [version.kind for version in kept] == [Kind.CASE, Kind.ASSESSMENT]
    assert parse_case(json.loads(kept[0].body)) == case
    assert client.get(draft).url.path == answer.url.path
    home = client.get("/").text
    assert "A-17" in home
    assert f'<a href="{answer.url.path}">assessment</a>' in home


def test_saving_needs_a_reference_and_says_so_beside_it(client: TestClient, app: Any) -> None:
    answer = client.post("/cases", data={"date": "2026-11-22", "do": "assess", "person_label": " "})
    assert answer.status_code == 422
    assert 'id="person_label-error"' in answer.text
    assert app.state.services.store.people() == ()


@pytest.fixture
def person(app: Any) -> str:
    use = app.state.services
    return str(use.store.add_person("B-2", by="someone", at=use.now()).id)


def test_a_case_with_problems_is_still_saved_as_a_draft(
    client: TestClient, app: Any, person: str
) -> None:
    typed = {"date": "2026-11-22", "person.age_years": "old", "do": "assess"}
    answer = client.post(f"/people/{person}/cases/new", data=typed)
    assert answer.status_code == 422
    (draft,) = app.state.services.store.latest(person, Kind.DRAFT)
    assert 'value="old"' in client.get(f"/drafts/{draft.record}").text
    assert f'action="/drafts/{draft.record}"' in answer.text


def test_a_draft_that_was_saved_elsewhere_is_not_written_over(
    client: TestClient, app: Any, person: str
) -> None:
    store = app.state.services.store
    client.post(f"/people/{person}/cases/new", data={"date": "2026-11-22", "do": "save"})
    (draft,) = store.latest(person, Kind.DRAFT)
    path = f"/drafts/{draft.record}"
    one = {"date": "2026-11-22", "kratom.note": "mine", "expect": "1", "do": "save"}
    client.post(path, data={**one, "kratom.note": "theirs"})
    answer = client.post(path, data=one)
    assert answer.status_code == 409
    assert "Saved elsewhere" in answer.text
    assert ">\nmine</textarea>" in answer.text
    told = client.post(path, data={**one, "do": "autosave"})
    assert told.status_code == 200
    assert "Not saved" in told.text
    assert b"theirs" in store.version(draft.record).body
    client.post(path, data={**one, "do": "overwrite"})
    assert b"mine" in store.version(draft.record).body


def test_a_draft_can_be_put_away(client: TestClient, app: Any, person: str) -> None:
    client.post(f"/people/{person}/cases/new", data={"date": "2026-11-22", "do": "save"})
    (draft,) = app.state.services.store.latest(person, Kind.DRAFT)
    client.post(f"/drafts/{draft.record}/discard")
    assert client.get(f"/drafts/{draft.record}").status_code == 404


def test_an_imported_case_opens_in_the_form(client: TestClient, app: Any, person: str) -> None:
    use, case = app.state.services, example("liver_signal")
    body = json.dumps({"base": drafts.document_of(case)}).encode()
    draft = use.store.save(
        person, Kind.DRAFT, body, by="someone", at=use.now(), change="read from a bundle"
    )
    page = client.get(f"/drafts/{draft.record}").text
    assert "escitalopram" in page
    assert "crisis-title" in page


def save(app: Any, person: str, case: Case) -> Any:
    use = app.state.services
    assessment = assess(case, use.knowledge, subjects=20)
    principal = Principal("someone", "Some One", frozenset({Role.CLINICIAN}))
    return drafts.save_assessment(use, principal, person, case, assessment)


@pytest.fixture
def assessed(app: Any, person: str) -> str:
    return str(save(app, person, example("seven_oh_tablets_with_oxycodone")).record)


def test_the_result_is_the_report_with_a_note_and_downloads(
    client: TestClient, app: Any, assessed: str
) -> None:
    page = client.get(f"/assessments/{assessed}").text
    assert "What these concentrations could do" in page
    assert 'id="note-text"' in page
    assert "The curves as a table" in page
    assert "style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?! src)", page)
    raw = client.get(f"/assessments/{assessed}/download/report.json")
    assert raw.content == app.state.services.store.version(assessed).body
    page = client.get(f"/assessments/{assessed}/download/report.html")
    assert page.headers["content-disposition"] == 'attachment; filename="speciosa-2026-11-20.html"'
    assert page.text.startswith("<!doctype html>")
    bundle = client.get(f"/assessments/{assessed}/download/bundle.fhir.json")
    assert bundle.json()["resourceType"] == "Bundle"
    assert bundle.headers["content-type"].startswith("application/fhir+json")


def test_an_old_assessment_is_shown_as_it_was_made(
    client: TestClient, app: Any, person: str, assessed: str
) -> None:
    store = app.state.services.store
    old = json.loads(store.version(assessed).body)
    old["provenance"]["knowledge_release"] = "2025.1"
    use = app.state.services
    kept = store.save(
        person, Kind.ASSESSMENT, json.dumps(old).encode(), by="x", at=use.now(), change="old"
    )
    page = client.get(f"/assessments/{kept.record}").text
    assert "release 2025.1" in page
    assert use.knowledge.release.number in page
    assert "earlier release" not in client.get(f"/assessments/{assessed}").text


def test_an_assessment_of_another_shape_can_still_be_had(
    client: TestClient, app: Any, person: str
) -> None:
    use = app.state.services
    kept = use.store.save(
        person, Kind.ASSESSMENT, b'{"shape": "old"}', by="x", at=use.now(), change="old"
    )
    page = client.get(f"/assessments/{kept.record}")
    assert page.status_code == 200
    assert "another release" in page.text
    raw = client.get(f"/assessments/{kept.record}/download/report.json")
    assert raw.json() == {"shape": "old"}


def test_a_new_case_from_an_old_one_carries_what_lasts(
    client: TestClient, person: str, assessed: str
) -> None:
    page = client.get(f"/people/{person}/cases/new?from={assessed}").text
    assert "Carried over from the case of 2026-11-20" in page
    assert 'value="oxycodone"' in page
    assert not re.search(r'name="signs\.\w+" value="(present|absent)" checked', page)
    assert not re.search(r'name="symptoms\.\w+\.answers\.\d" value="\d" checked', page)


def test_a_record_of_another_person_is_not_carried_over(
    client: TestClient, app: Any, assessed: str
) -> None:
    use = app.state.services
    other = use.store.add_person("C-3", by="someone", at=use.now()).id
    assert client.get(f"/people/{other}/cases/new?from={assessed}").status_code == 404


def test_a_reader_reads_and_is_offered_nothing_to_write(
    client_as: Any, assessed: str, person: str
) -> None:
    reader = client_as("reader")
    page = reader.get(f"/assessments/{assessed}")
    assert page.status_code == 200
    assert "New assessment from this one" not in page.text
    assert reader.get(f"/people/{person}/cases/new").status_code == 403
    assert "Assess and save" not in reader.get("/cases/new").text


def test_type_ahead_offers_names_and_places(client: TestClient) -> None:
    names = html.unescape(client.get("/suggest/medicines").text)
    for name in ("sertraline", "Zoloft", "St John's wort"):
        assert f'value="{name}"' in names or name in names
    assert (
        '<option value="US-TX">Texas, United States</option>' in client.get("/suggest/places").text
    )
    assert client.get("/suggest/people").status_code in {404, 422}


@pytest.mark.parametrize(
    ("typed", "code"), [("Texas", "US-TX"), ("germany", "DE"), ("US-CA", "US-CA")]
)
def test_a_place_can_be_typed_by_its_name(client: TestClient, typed: str, code: str) -> None:
    page = client.post("/cases/new", data={"date": "2026-11-22", "place": typed, "do": "report"})
    assert page.status_code == 200
    assert f"({code})" in page.text or code in page.text


def test_a_place_that_is_none_is_refused_beside_its_field(client: TestClient) -> None:
    page = client.post(
        "/cases/new", data={"date": "2026-11-22", "place": "Nowhere", "do": "report"}
    )
    assert page.status_code == 422
    assert 'id="place-error"' in page.text


def test_nothing_of_a_person_is_in_an_address(client: TestClient, assessed: str) -> None:
    for path in ("/cases/new", f"/assessments/{assessed}", "/"):
        for link in re.findall(
            r'(?:href|action|formaction|hx-\w+)="(/[^"]*)"', client.get(path).text
        ):
            assert re.fullmatch(r"/[a-z0-9/._\-#?=]*", link, re.IGNORECASE), link
