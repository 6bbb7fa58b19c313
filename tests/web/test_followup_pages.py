"""Pages of a person over time, through the application."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from html import unescape

import msgspec
import pytest

from speciosa.clinical.outcomes.timeline import Entry, Event, Source, Visit
from speciosa.store import Kind

GAD7 = {f"gad7_{i}": "2" for i in range(1, 8)}
PHQ9 = {f"phq9_{i}": "1" for i in range(1, 9)} | {"phq9_9": "0"}


@pytest.fixture
def store(app):
    return app.state.services.store


@pytest.fixture
def person(store, clock) -> str:
    return store.add_person("A-17", by="someone", at=clock()).id


def post(client, path, data=None, **more):
    form = {"csrf_token": client.csrf, **(data or {})}
    return client.post(path, data=form, follow_redirects=False, **more)


def entries(store, person) -> list[Entry]:
    return [msgspec.json.decode(v.body, type=Entry) for v in store.latest(person, Kind.ENTRY)]


def text_of(answer) -> str:
    words = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", words))


# ------------------------------------------------------------------ people


def test_add_search_and_open_a_person(client, store):
    assert "Nobody yet" in client.get("/people").text
    made = post(client, "/people", {"label": "B-2 <x>"})
    assert made.status_code == 303
    page = client.get(made.headers["location"])
    assert "B-2 &lt;x&gt;" in page.text
    assert "No entry yet" in page.text
    assert "B-2" in post(client, "/people/search", {"search": "b-2"}).text
    assert "Nobody found" in post(client, "/people/search", {"search": "zzz"}).text


@pytest.mark.parametrize("label", ["", "   ", "x" * 121, "A-17"])
def test_a_reference_that_cannot_be_used(client, store, person, label):
    answer = post(client, "/people", {"label": label})
    assert answer.status_code == 422
    assert len(store.people()) == 1


def test_many_people_come_in_pages(client, store, clock):
    for i in range(60):
        store.add_person(f"N-{i:03}", by="x", at=clock())
    first = client.get("/people")
    assert "N-049" in first.text
    assert "N-050" not in first.text
    after = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert after
    assert "N-059" in client.get(unescape(after[1])).text


@pytest.mark.parametrize(
    "path", ["", "/entries", "/events", "/visits", "/diary", "/links", "/delete", "/export"]
)
@pytest.mark.parametrize("person", ["x", "0" * 32, "A" * 32, "%00"])
def test_nobody_by_that_id(client, path, person):
    assert client.get(f"/people/{person}{path}").status_code == 404


def test_records_of_others_are_out_of_reach(client, store, person, clock):
    other = store.add_person("Z", by="x", at=clock()).id
    post(client, f"/people/{other}/entries", {"date": "2026-11-01", "gad7_total": "3"})
    (version,) = store.latest(other, Kind.ENTRY)
    assert post(client, f"/people/{person}/entries/{version.record}/remove").status_code == 404
    assert post(client, f"/people/{other}/events/{version.record}/remove").status_code == 404
    assert len(store.latest(other, Kind.ENTRY)) == 1


# ------------------------------------------------------------------ entries and changes


def test_an_entry_is_scored_and_kept(client, store, person):
    form = {
        "date": "2026-11-20",
        **GAD7,
        **PHQ9,
        "isi_total": "11",
        "sleep_hours": "6,5",
        "kratom_used": "yes",
        "kratom_doses": "3",
        "kratom_leaf_g": "2.5",
        "side_effects": ["nausea", "sweating"],
        "lab1_name": "alt",
        "lab1_value": "130",
        "lab1_limit": "40",
        "note": "=bad <b>sleep</b>",
    }
    saved = post(client, f"/people/{person}/entries", form)
    assert saved.status_code == 303
    (entry,) = entries(store, person)
    assert {m.instrument: m.total for m in entry.scores} == {"gad7": 14, "phq9": 8, "isi": 11}
    assert (entry.item9, entry.source, entry.sleep_hours) == (0, Source.VISIT, 6.5)
    page = client.get(saved.headers["location"])
    assert "The entry is saved" in page.text
    assert "3 times the laboratory" in page.text
    assert "<b>sleep" not in page.text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "form"),
        ({"gad7_total": "22"}, "gad7_total"),
        ({"gad7_total": "5", "gad7_1": "1"}, "gad7_total"),
        ({"gad7_1": "4"}, "gad7_1"),
        ({"gad7_total": "5", "date": "20/11/2026"}, "date"),
        ({"gad7_total": "5", "date": "2026-11-23"}, "date"),
        ({"sleep_hours": "25"}, "sleep_hours"),
        ({"kratom_used": "no", "kratom_doses": "2"}, "kratom_used"),
        ({"kratom_used": "yes", "kratom_doses": "0"}, "kratom_doses"),
        ({"kratom_leaf_g": "two teaspoons"}, "kratom_leaf_g"),
        ({"side_effects_none": "yes", "side_effects": "nausea"}, "side_effects"),
        ({"side_effects": "bliss"}, "side_effects"),
        ({"lab1_name": "alt"}, "lab1_value"),
        ({"lab1_name": "bilirubin", "lab1_value": "2"}, "lab1_unit"),
        ({"lab1_value": "2"}, "lab1_name"),
        ({**PHQ9, "item9": "2"}, "item9"),
        ({"difficulty": "hard"}, "difficulty"),
        ({"note": "x" * 4001}, "note"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(client, store, person, form, field):
    answer = post(
        client, f"/people/{person}/entries", {"date": "2026-11-20", **form, "isi_total": ""}
    )
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert store.latest(person, Kind.ENTRY) == ()
    for name, value in form.items():
        if name.endswith(("_total", "_value")) or name == "kratom_leaf_g":
            assert f'name="{name}" type="text" value="{value}"' in answer.text


def test_item_9_is_first_on_the_page_even_where_the_form_is_wrong(client, person):
    form = {"date": "2026-11-20", **PHQ9, "phq9_9": "2", "sleep_hours": "99"}
    wrong = post(client, f"/people/{person}/entries", form)
    assert wrong.status_code == 422
    assert wrong.text.index('id="crisis"') < wrong.text.index('id="problems"')
    saved = post(client, f"/people/{person}/entries", {**form, "sleep_hours": "6"})
    page = client.get(saved.headers["location"]).text
    assert page.index('id="crisis"') < page.index("<h1>")
    assert "Item 9 positive" in page


def test_an_entry_can_be_removed_and_its_history_stays(client, store, person):
    post(client, f"/people/{person}/entries", {"date": "2026-11-20", "gad7_total": "3"})
    (version,) = store.latest(person, Kind.ENTRY)
    removed = post(client, f"/people/{person}/entries/{version.record}/remove")
    assert removed.status_code == 303
    assert entries(store, person) == []
    assert len(store.history(version.record)) == 2
    assert post(client, f"/people/{person}/entries/{version.record}/remove").status_code == 404


def test_changes_stand_on_the_chart_and_in_the_list(client, store, person):
    for day, total in (("2026-09-01", 15), ("2026-10-01", 14), ("2026-11-20", 6)):
        post(client, f"/people/{person}/entries", {"date": day, "gad7_total": str(total)})
    form = {"date": "2026-10-05", "kind": "started", "what": "Sertraline", "note": "50 a day"}
    assert post(client, f"/people/{person}/events", form).status_code == 303
    (version,) = store.latest(person, Kind.EVENT)
    assert msgspec.json.decode(version.body, type=Event).treatment == "sertraline"
    page = client.get(f"/people/{person}")
    chart = page.text[page.text.index("<svg", page.text.index('id="course"')) :]
    assert "Started: Sertraline" in chart
    assert 'id="trend-gad7-title"' in chart
    assert "reliable improvement" in page.text
    assert "Cannot tell whether GAD-7 differs" in text_of(page)
    wrong = post(client, f"/people/{person}/events", {"date": "2026-10-05", "what": ""})
    assert wrong.status_code == 422
    assert post(client, f"/people/{person}/events/{version.record}/remove").status_code == 303
    assert "No change is recorded" in client.get(f"/people/{person}").text


def test_a_fall_after_kratom_was_begun_again_is_read_as_relief_on_the_page(client, person):
    for day, total, used in (("2026-11-01", 16, "no"), ("2026-11-15", 5, "yes")):
        form = {"date": day, "gad7_total": str(total), "kratom_used": used}
        post(client, f"/people/{person}/entries", form)
    assert "is not a benefit of kratom" in client.get(f"/people/{person}").text


def test_a_contact_is_planned_kept_and_overdue(client, client_as, store, person, clock):
    assert post(client, f"/people/{person}/visits", {"planned": "2026-11-01"}).status_code == 422
    form = {"planned": "2026-12-01", "label": "week 2", "measure": "GAD-7\nSleep"}
    assert post(client, f"/people/{person}/visits", form).status_code == 303
    (version,) = store.latest(person, Kind.VISIT)
    assert msgspec.json.decode(version.body, type=Visit).measure == ("GAD-7", "Sleep")
    clock.move(days=20)
    client = client_as("clinician")  # the session before has ended
    assert "days overdue" in client.get(f"/people/{person}").text
    assert "A-17" in client.get("/lists").text
    assert post(client, f"/people/{person}/visits/{version.record}/done").status_code == 303
    assert "days overdue" not in client.get(f"/people/{person}").text


def test_a_case_counts_as_an_entry_of_its_day(client, store, person, clock):
    case = {
        "date": "2026-11-10",
        "place": "US",
        "symptoms": {"gad7": {"total": 15}, "phq9": {"total": 9, "item9": 1}},
        "earlier": [{"date": "2026-09-10", "gad7": 8}],
    }
    store.save(person, Kind.CASE, json.dumps(case).encode(), by="x", at=clock(), change="test")
    page = client.get(f"/people/{person}").text
    assert "reliable worsening" in page
    assert page.index("988") < page.index("<h1>")


# ------------------------------------------------------------------ lists


def test_lists_put_item_9_first(client, store, clock):
    def add(label, *forms):
        person = store.add_person(label, by="x", at=clock()).id
        for form in forms:
            assert post(client, f"/people/{person}/entries", form).status_code == 303

    add("well", {"date": "2026-11-20", "gad7_total": "3"})
    add("late", {"date": "2026-01-20", "gad7_total": "3"})
    add(
        "worse",
        {"date": "2026-10-20", "gad7_total": "3"},
        {"date": "2026-11-20", "gad7_total": "15"},
    )
    add("item", {"date": "2026-11-20", "phq9_total": "4", "item9": "1"})
    page = client.get("/lists").text
    places = [page.index(f">{label}</a>") for label in ("item", "worse", "late")]
    assert places == sorted(places)
    assert ">well</a>" not in page


def test_an_empty_list_does_not_reassure(client):
    page = client.get("/lists").text
    assert "Nobody is listed" in page
    assert "does not mean well" in page


# ------------------------------------------------------------------ diary


CSV = "date,gad7,item9,note\n2026-11-01,12,0,=1+1\n2026-11-02,11,,\n"


def test_a_diary_is_previewed_and_then_imported_once(client, store, person):
    preview = post(client, f"/people/{person}/diary", files={"file": ("d.csv", CSV.encode())})
    assert preview.status_code == 200
    assert "2 days read; nothing is imported yet" in preview.text
    assert entries(store, person) == []
    packed = re.search(r'name="packed" value="([^"]+)"', preview.text)
    assert packed
    form = {"confirm": "yes", "packed": packed[1]}
    assert post(client, f"/people/{person}/diary", form).status_code == 303
    assert [e.scores[0].total for e in entries(store, person)] == [12, 11]
    assert entries(store, person)[0].note == "=1+1"
    again = post(client, f"/people/{person}/diary", form)
    assert again.status_code == 422
    assert "a day not imported before" in again.text
    out = client.get(f"/people/{person}/export/diary.csv").text
    assert "'=1+1" in out


def test_a_diary_with_one_wrong_row_imports_nothing(client, store, person):
    text = CSV + "03/04/2026,5,,\n2026-11-03,99,,\n"
    answer = post(client, f"/people/{person}/diary", {"text": text, "confirm": "yes"})
    assert answer.status_code == 422
    assert "line 4, date" in answer.text
    assert "line 5, gad7" in answer.text
    assert entries(store, person) == []


def test_a_diary_too_large_is_refused(client, person):
    answer = post(client, f"/people/{person}/diary", {"text": "x" * 1_000_002})
    assert answer.status_code == 422
    assert "at most 1000000 bytes" in answer.text


# ------------------------------------------------------------------ links


def link_of(client, person) -> str:
    page = post(client, f"/people/{person}/links")
    assert page.status_code == 200
    found = re.search(r"/q/([A-Za-z0-9_-]{43})", page.text)
    assert found
    return found[1]


def test_a_link_works_once_for_anybody_and_names_nobody(client, client_as, store, person):
    token = link_of(client, person)
    assert token not in client.get(f"/people/{person}/links").text
    assert all(token != x.token_hash for x in store.links(person))
    phone = client_as()
    page = phone.get(f"/q/{token}")
    assert page.status_code == 200
    assert "A-17" not in page.text
    assert person not in page.text
    done = phone.post(f"/q/{token}", data={**GAD7, **PHQ9, "kratom_used": "no"})
    assert done.status_code == 200
    assert "reached your clinic" in done.text
    assert "crisis" not in done.text
    (entry,) = entries(store, person)
    assert entry.source is Source.LINK
    assert entry.date == dt.date(2026, 11, 22)
    assert phone.get(f"/q/{token}").status_code == 404
    assert phone.post(f"/q/{token}", data=GAD7).status_code == 404
    assert len(entries(store, person)) == 1


@pytest.fixture
def american(store, person, clock) -> str:
    case = json.dumps({"date": "2026-11-10", "place": "US-CA"}).encode()
    store.save(person, Kind.CASE, case, by="x", at=clock(), change="test")
    return person


@pytest.mark.parametrize("answer", ["1", "2", "3"])
def test_item_9_on_the_phone_shows_the_route_before_anything_else(
    client, client_as, store, american, answer
):
    person = american
    phone = client_as()
    done = phone.post(f"/q/{link_of(client, person)}", data={**PHQ9, "phq9_9": answer})
    assert done.status_code == 200
    assert done.text.index('id="crisis"') < done.text.index("<h1>")
    assert "988" in done.text
    assert "Thank you" not in done.text
    assert entries(store, person)[0].suicidality == int(answer)
    assert ">A-17</a>" in client.get("/lists").text


def test_item_9_waits_for_no_correction(client, client_as, store, person):
    token = link_of(client, person)
    form = {**PHQ9, "phq9_9": "3", "sleep_hours": "lots", "gad7_1": "9"}
    done = client_as().post(f"/q/{token}", data=form)
    assert done.status_code == 200
    assert done.text.index('id="crisis"') < done.text.index("<h1>")
    (entry,) = entries(store, person)
    assert entry.suicidality == 3
    assert "gad7_1, sleep_hours" in entry.note
    assert ">A-17</a>" in client.get("/lists").text


def test_a_wrong_answer_on_the_phone_is_named_and_nothing_is_used_up(
    client, client_as, store, person
):
    token = link_of(client, person)
    wrong = client_as().post(f"/q/{token}", data={**PHQ9, "sleep_hours": "lots"})
    assert wrong.status_code == 422
    assert 'href="#sleep_hours"' in wrong.text
    assert entries(store, person) == []
    assert client_as().post(f"/q/{token}", data={**PHQ9, "sleep_hours": "6"}).status_code == 200


def test_a_link_expires_and_can_be_withdrawn(client, client_as, store, person, clock):
    withdrawn, late = link_of(client, person), link_of(client, person)
    hashes = {x.token_hash for x in store.links(person)}
    mine = hashlib.sha256(withdrawn.encode()).hexdigest()
    assert mine in hashes
    assert post(client, f"/people/{person}/links/revoke", {"link": mine}).status_code == 303
    assert post(client, f"/people/{person}/links/revoke", {"link": "0" * 64}).status_code == 404
    assert client_as().get(f"/q/{withdrawn}").status_code == 404
    assert client_as().get(f"/q/{late}").status_code == 200
    clock.move(days=8)
    assert client_as().get(f"/q/{late}").status_code == 404
    assert client_as().post(f"/q/{late}", data=GAD7).status_code == 404
    assert entries(store, person) == []


def test_an_empty_questionnaire_is_not_used_up(client, client_as, store, person):
    token = link_of(client, person)
    assert client_as().post(f"/q/{token}", data={}).status_code == 422
    assert client_as().get(f"/q/{token}").status_code == 200


def test_the_audit_log_says_whose_link_was_answered(client, client_as, store, person):
    client_as().post(f"/q/{link_of(client, person)}", data=GAD7)
    found = [e for e in store.audit_log(person=person) if "/q/" in e.action]
    assert found
    assert all("{token}" in e.action for e in found)


# ------------------------------------------------------------------ roles, export, deletion


def test_a_reader_sees_and_changes_nothing(client, client_as, store, person):
    post(client, f"/people/{person}/entries", {"date": "2026-11-20", "gad7_total": "3"})
    reader = client_as("reader")
    page = reader.get(f"/people/{person}")
    assert page.status_code == 200
    assert "Add an entry" not in page.text
    assert "Remove <span" not in page.text
    for path in ("entries", "events", "visits", "diary", "links", "delete"):
        assert reader.get(f"/people/{person}/{path}").status_code == 403
        assert post(reader, f"/people/{person}/{path}").status_code == 403


def test_everything_can_be_taken_out(client, person):
    post(client, f"/people/{person}/entries", {"date": "2026-11-20", "gad7_total": "3"})
    answer = client.get(f"/people/{person}/export")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert any("A-17" in json.dumps(line) for line in lines)
    assert "A-17" not in answer.headers["content-disposition"]


def test_deletion_needs_the_typed_reference_and_is_for_good(client, store, person):
    post(client, f"/people/{person}/entries", {"date": "2026-11-20", "gad7_total": "3"})
    link_of(client, person)
    for wrong in ("", "a-17", "A-1"):
        answer = post(client, f"/people/{person}/delete", {"label": wrong})
        assert answer.status_code == 422
    assert store.people()
    done = post(client, f"/people/{person}/delete", {"label": "A-17"})
    assert done.status_code == 200
    assert "1 entry" in text_of(done)
    assert store.people() == ()
    assert client.get(f"/people/{person}").status_code == 404
