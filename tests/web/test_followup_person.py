"""What a person's page, the list and the API read of everything that is kept of a person."""

from __future__ import annotations

import re
from html import unescape

import msgspec
import pytest

from speciosa.clinical.outcomes.timeline import Entry, Event, EventKind
from speciosa.store import Kind

PHONE_ANSWERS = {"phq9_9": "3", "sleep_hours": "6"}
PRODUCT = "kratom.products.0."


@pytest.fixture
def store(app):
    return app.state.services.store


@pytest.fixture
def person(store, clock) -> str:
    return store.add_person("A-17", by="someone", at=clock()).id


def post(client, path, data=None):
    return client.post(path, data=data or {}, follow_redirects=False)


def case(client, person, date="2026-11-22", do="assess", **fields):
    typed = {name.replace("__", "."): text for name, text in fields.items()}
    made = post(client, f"/people/{person}/cases/new", {"date": date, "do": do, **typed})
    assert made.status_code == 303, made.text
    return made


def entry(client, person, **fields):
    assert post(client, f"/people/{person}/entries", fields).status_code == 303


def words(answer) -> str:
    text = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", text))


def page(client, person) -> str:
    return words(client.get(f"/people/{person}"))


def crisis_on(client, person) -> bool:
    return 'id="crisis"' in client.get(f"/people/{person}").text


def first_concern(client) -> str:
    found = re.search(r'data-label="Concern">(.*?)</td>', client.get("/lists").text, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).strip() if found else ""


def outcomes(client, person):
    return client.get(f"/api/v1/people/{person}/outcomes").json()


# ------------------------------------------------------------------ cases


def test_an_old_phq9_in_a_new_case_clears_no_newer_item_9(client, person):
    entry(client, person, date="2026-11-20", item9="2")
    old = {"symptoms__phq9__date": "2026-09-01", "symptoms__phq9__total": "5"}
    case(client, person, **old, symptoms__phq9__item9="0")
    assert crisis_on(client, person)
    assert "item 9" in first_concern(client)
    assert outcomes(client, person)["crisis"]


def test_danger_signs_of_a_case_are_on_the_page_the_list_and_the_api(client, person):
    case(client, person, signs__suicidal_plan="present", signs__jaundice="present")
    assert crisis_on(client, person)
    assert page(client, person).index("Today:") > 0
    assert "danger" in first_concern(client)
    told = outcomes(client, person)
    assert told["crisis"]
    assert told["findings"][0]["severity"] == "urgent"


def test_page_and_api_say_the_same_of_a_case(client, person):
    case(client, person, symptoms__phq9__total="12", symptoms__phq9__item9="2")
    told = outcomes(client, person)
    assert told["crisis"]
    assert told["headline"] in page(client, person)


def test_kratom_amounts_of_cases_are_kept(client, person):
    def told(date, gad7, dose, times):
        product = {PRODUCT + "form": "leaf_powder", PRODUCT + "dose": dose,
                   PRODUCT + "dose_unit": "leaf_g", PRODUCT + "times_per_day": times}  # fmt: skip
        fields = {name.replace(".", "__"): text for name, text in product.items()}
        total = {"symptoms__gad7__total": gad7}
        case(client, person, date=date, kratom__status="using", **total, **fields)

    told("2026-09-22", "18", "2", "1")
    told("2026-11-22", "6", "6", "8")
    text = page(client, person)
    assert "not read as improvement" in text
    assert "reliable improvement" not in text
    assert "Response: yes" not in text


def test_who_only_asks_about_kratom_has_not_said_no_use(client, person):
    case(client, person, kratom__status="asking", symptoms__gad7__total="9")
    assert "Kratom use is not recorded" in page(client, person)


def test_when_kratom_was_stopped_is_a_change(client, person):
    entry(client, person, date="2026-10-20", gad7_total="5")
    stopped = {"kratom__status": "stopped", "kratom__stopped": "2026-11-10"}
    case(client, person, **stopped, symptoms__gad7__total="15")
    assert "rose after kratom was stopped" in page(client, person)


def test_a_record_that_cannot_be_read_hides_nobody(client, store, person, clock):
    other = store.add_person("Z-1", by="x", at=clock()).id
    entry(client, other, date="2026-11-20", item9="2")
    for kind in (Kind.ENTRY, Kind.EVENT, Kind.CASE, Kind.DRAFT, Kind.VISIT):
        store.save(person, kind, b'{"of": "a later release"}', by="x", at=clock(), change="x")
    listed = client.get("/lists")
    assert listed.status_code == 200
    assert "Z-1" in listed.text
    assert "records cannot be read; what they hold is not known" in words(listed)
    assert "cannot be read by this program" in outcomes(client, person)["headline"]
    assert client.get(f"/people/{person}/export/diary.csv").status_code == 200


# ------------------------------------------------------------------ drafts and looking


def test_item_9_in_an_unfinished_form_is_on_the_list_and_the_page(client, person):
    draft = case(client, person, do="save", symptoms__phq9__answers__8="3")
    assert "item 9" in first_concern(client)
    assert crisis_on(client, person)
    assert "item 9 = 3, in a form of 2026-11-22 not finished" in page(client, person)
    path = draft.headers["location"].split("#")[0]
    assert post(client, f"{path}/discard").status_code == 303
    assert first_concern(client) == "nothing entered"


def test_a_clinician_records_having_looked(client, store, person):
    entry(client, person, date="2026-11-20", item9="2")
    entry(client, person, date="2026-11-21", item9="0")
    assert "not yet looked at" in first_concern(client)
    assert "item 9 = 2 on 2026-11-20; not since; not yet looked at" in page(client, person)
    path = f"/people/{person}/reviews"
    for wrong in ({}, {"date": "2026-11-23", "what": "asked"}, {"date": "2026-11-21", "what": " "}):
        assert post(client, path, wrong).status_code == 422
    assert "not yet looked at" in first_concern(client)
    done = {"date": "2026-11-21", "what": "asked directly; plan reviewed"}
    assert post(client, path, done).status_code == 303
    assert first_concern(client) == ""
    assert "2026-11-21, Some One: asked directly; plan reviewed" in page(client, person)
    (version,) = store.latest(person, Kind.EVENT)
    assert msgspec.json.decode(version.body, type=Event).kind is EventKind.REVIEWED
    assert version.by == "someone"


def test_what_must_be_looked_at_is_not_removed_by_one_tap(client, store, person):
    entry(client, person, date="2026-11-20", item9="2")
    (version,) = store.latest(person, Kind.ENTRY)
    path = f"/people/{person}/entries/{version.record}/remove"
    asked = post(client, path)
    assert asked.status_code == 422
    assert "item 9: 2" in words(asked)
    assert "item 9" in first_concern(client)
    assert post(client, path, {"sure": "yes"}).status_code == 303
    assert store.latest(person, Kind.ENTRY) == ()


def test_a_reader_cannot_record_having_looked(client, client_as, person):
    entry(client, person, date="2026-11-20", item9="2")
    reader = client_as("reader")
    assert "Record as looked at" not in reader.get(f"/people/{person}").text
    assert post(reader, f"/people/{person}/reviews", {"what": "x"}).status_code == 403


# ------------------------------------------------------------------ the phone


def link_of(client, person) -> str:
    made = post(client, f"/people/{person}/links")
    found = re.search(r"/q/([\w-]+)", made.text)
    assert found
    return f"/q/{found[1]}"


@pytest.fixture
def american(client, person) -> str:
    case(client, person, place="US-CA", symptoms__gad7__total="9")
    return person


def test_the_same_answers_sent_again_show_the_route_and_that_they_arrived(
    client, client_as, store, american
):
    phone, path = client_as(), link_of(client, american)
    first, again = phone.post(path, data=PHONE_ANSWERS), phone.post(path, data=PHONE_ANSWERS)
    assert (first.status_code, again.status_code) == (200, 200)
    for answer in (first, again):
        assert "988" in answer.text
        assert "These answers have reached your clinic" in words(answer)
    assert len(store.latest(american, Kind.ENTRY)) == 1
    other = phone.post(path, data={"phq9_9": "2"})
    assert other.status_code == 404
    assert "988" in other.text
    assert "did not reach your clinic" in words(other)
    assert len(store.latest(american, Kind.ENTRY)) == 1
    assert 'id="crisis"' not in phone.post(path, data={"phq9_9": "0"}).text


@pytest.mark.parametrize("how", ["expired", "withdrawn", "unknown"])
def test_item_9_through_a_link_that_does_not_work_shows_the_route(
    client_as, store, american, clock, how
):
    client = client_as("clinician", "reader")
    path = "/q/unknown" if how == "unknown" else link_of(client, american)
    if how == "withdrawn":
        (link,) = store.links(american)
        store.revoke_link(link.token_hash)
    if how == "expired":
        clock.move(days=8)
    answer = client_as().post(path, data=PHONE_ANSWERS)
    assert answer.status_code == 404
    assert answer.text.index('id="crisis"') < answer.text.index("<h1>")
    assert "did not reach your clinic" in words(answer)
    assert ("988" in answer.text) == (how != "unknown")
    assert store.latest(american, Kind.ENTRY) == ()


def test_item_9_beside_a_total_is_kept_and_routed(client, client_as, store, american):
    answer = client_as().post(link_of(client, american), data={"phq9_9": "3", "phq9_total": "12"})
    assert (answer.status_code, "988" in answer.text) == (200, True)
    (version,) = store.latest(american, Kind.ENTRY)
    assert msgspec.json.decode(version.body, type=Entry).suicidality == 3


def test_a_dangerous_effect_on_the_phone_is_not_thanked_for(client, client_as, american):
    path, phone = link_of(client, american), client_as()
    for status in (200, 404):
        answer = phone.post(path, data={"side_effects": ["seizure", "nausea"], "phq9_9": "0",
                                        "sleep_hours": str(status)[0]})  # fmt: skip
        assert answer.status_code == status
        assert answer.text.index('id="danger"') < answer.text.index("<h1>")
        assert "You reported a seizure" in words(answer)
        assert "911" in answer.text
        assert "You can close this page" not in answer.text
        assert 'id="crisis"' not in answer.text


def test_numbers_stand_beside_the_question_and_on_the_page_of_a_used_link(
    client, client_as, american
):
    path, phone = link_of(client, american), client_as()
    assert "988" in phone.get(path).text
    phone.post(path, data=PHONE_ANSWERS)
    gone = phone.get(path)
    assert (gone.status_code, "988" in gone.text) == (404, True)


# ------------------------------------------------------------------ diary


@pytest.mark.parametrize("second", ["", "22/11/2026,0,5\n"])
def test_item_9_in_a_diary_shows_the_route_whatever_else_is_wrong(client, american, second):
    text = f"date,item9,gad7\n2026-11-20,3,20\n{second}"
    answer = post(client, f"/people/{american}/diary", {"text": text})
    assert answer.status_code == (422 if second else 200)
    assert answer.text.index('id="crisis"') < answer.text.index("<h1>")
    assert "988" in answer.text
    bad_row = "date,item9,gad7\n20/11/2026,3,20\n"
    assert 'id="crisis"' in post(client, f"/people/{american}/diary", {"text": bad_row}).text


def test_a_diary_in_utf_16_can_be_confirmed_and_is_imported_once(client, store, person):
    data = "date\tsleep_hours\r\n2026-11-20\t7,5\r\n".encode("utf-16")
    path = f"/people/{person}/diary"
    preview = client.post(path, files={"file": ("d.txt", data)})
    packed = re.search(r'name="packed" value="([^"]+)"', preview.text)
    assert packed
    kept = {"packed": packed[1], "confirm": "yes"}
    confirmed = [post(client, path, kept) for _ in range(2)]
    assert [answer.status_code for answer in confirmed] == [303, 422]
    assert post(client, path, {"packed": "x", "confirm": "yes"}).status_code == 422
    assert len(store.latest(person, Kind.ENTRY)) == 1


@pytest.mark.parametrize(
    ("name", "kind", "fields"),
    [
        ("entries", Kind.ENTRY, {"date": "2026-11-20", "gad7_total": "3"}),
        ("events", Kind.EVENT, {"date": "2026-11-20", "kind": "started", "what": "CBT"}),
        ("visits", Kind.VISIT, {"planned": "2026-11-25"}),
        ("reviews", Kind.EVENT, {"date": "2026-11-20", "what": "asked"}),
    ],
)
def test_a_form_sent_twice_is_kept_once(client, person, name, kind, fields):
    store = client.app.state.services.store
    path = f"/people/{person}/{name}"
    wrong = post(client, path, dict.fromkeys(fields, ""))
    once = re.search(r'name="once" value="([0-9a-f]{32})"', wrong.text)[1]
    sent = [post(client, path, {**fields, "once": once}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert len(store.latest(person, kind)) == 1
    assert post(client, path, fields).status_code == 303
    assert len(store.latest(person, kind)) == 2


# ------------------------------------------------------------------ references


UNSEEN = ("a\u202eb", "a\r\nb", "a\0b", "\u2063", "..", "")


@pytest.mark.parametrize("label", ["a-17", " A-17 ", "x" * 121, *UNSEEN])
def test_a_reference_is_refused_at_every_door(client, store, person, label):
    other = store.add_person("Z-1", by="x", at=store.person(person).created_at).id
    assert post(client, "/people", {"label": label}).status_code == 422
    made = client.post("/api/v1/people", json={"label": label})
    assert made.status_code == 422
    changed = client.patch(f"/api/v1/people/{other}", json={"label": label})
    assert changed.status_code == 422
    fields = {"date": "2026-11-22", "do": "save", "person_label": label}
    assert post(client, "/cases", fields).status_code == 422
    assert len(store.people()) == 2


def test_a_person_may_keep_their_reference_in_another_case(client, person):
    changed = client.patch(f"/api/v1/people/{person}", json={"label": "a-17"})
    assert changed.json()["label"] == "a-17"


def test_a_search_stands_in_no_address(client, store, clock):
    for i in range(60):
        store.add_person(f"N-{i:03}", by="x", at=clock())
    first = client.post("/people/search", data={"search": "n-0"})
    assert "N-049" in first.text
    assert not re.search(r'(href|action)="[^"]*n-0', first.text, re.IGNORECASE)
    after = re.search(r'name="after" value="(\w+)"', first.text)
    assert after
    second = client.post("/people/search", data={"search": "n-0", "after": after[1]})
    assert "N-059" in second.text
    assert "N-049" not in second.text
    assert client.get("/people/search", follow_redirects=False).status_code == 303
    assert 'method="get"' not in first.text
