"""People and their records over HTTP: versions, conditions, keys, roles."""

from __future__ import annotations

import json
import threading

import pytest

from speciosa.store import Kind
from speciosa.web.api import examples, idempotency
from speciosa.web.api.idempotency import Made, Write

V1 = "/api/v1"
CASE = examples.CASES["two-scores-and-a-medicine"]
FAMILIES = {
    "cases": CASE,
    "entries": examples.ENTRIES["scores"],
    "events": examples.EVENTS["started"],
    "visits": examples.VISITS["planned"],
}


@pytest.fixture
def person(client):
    return client.post(f"{V1}/people", json={"label": "1042"}).json()["id"]


def add(client, person, name="cases", **options):
    made = client.post(f"{V1}/people/{person}/{name}", json=FAMILIES[name], **options)
    assert made.status_code == 201, made.text
    return made


def test_a_person_is_added_found_relabelled_and_deleted(client):
    made = client.post(
        f"{V1}/people",
        json={"label": "1042", "external": [{"system": "urn:x", "value": "7"}]},
    )
    assert made.status_code == 201
    where = made.headers["location"]
    assert client.get(where).json() == made.json()
    assert [one["label"] for one in client.get(f"{V1}/people?search=104").json()["items"]] == [
        "1042"
    ]
    assert client.patch(where, json={"label": "1043"}).json()["label"] == "1043"
    gone = client.delete(where)
    assert gone.status_code == 200
    assert gone.json()["person"] == made.json()["id"]
    assert client.get(where).status_code == 404


def test_an_external_id_belongs_to_one_person(client):
    body = {"label": "1", "external": [{"system": "urn:x", "value": "7"}]}
    assert client.post(f"{V1}/people", json=body).status_code == 201
    assert client.post(f"{V1}/people", json=body).status_code == 422


def test_people_are_paged(client):
    for number in range(5):
        client.post(f"{V1}/people", json={"label": f"p{number}"})
    seen, path = [], f"{V1}/people?limit=2"
    while path:
        page = client.get(path).json()
        seen += [one["label"] for one in page["items"]]
        path = page["next"]
    assert seen == [f"p{number}" for number in range(5)]


@pytest.mark.parametrize("id_", ["x", "0" * 32, "%00", "é" * 32])
def test_an_id_that_is_nobodys_is_not_found(client, id_):
    assert client.get(f"{V1}/people/{id_}").status_code == 404
    assert client.get(f"{V1}/people/{id_}/cases").status_code == 404
    assert client.post(f"{V1}/people/{id_}/cases", json=CASE).status_code == 404


@pytest.mark.parametrize("name", FAMILIES)
def test_a_record_is_kept_in_versions(client, person, name):
    made = add(client, person, name)
    where = made.headers["location"]
    assert made.headers["etag"] == '"1"'
    kept = client.get(where).json()["document"]
    changed = client.put(where, json=FAMILIES[name], headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert client.get(where, params={"version": 1}).json()["document"] == kept
    assert len(client.get(f"{where}/history").json()["items"]) == 2
    rows = client.get(f"{V1}/people/{person}/{name}").json()["items"]
    assert [(row["record"], row["version"]) for row in rows] == [(made.json()["record"], 2)]
    assert client.delete(where, headers={"if-match": '"2"'}).status_code == 204
    assert client.get(where).status_code == 404
    assert client.get(f"{V1}/people/{person}/{name}").json()["items"] == []


def test_a_change_names_the_version_it_was_made_from(client, person):
    where = add(client, person).headers["location"]
    assert client.put(where, json=CASE).status_code == 428
    assert client.put(where, json=CASE, headers={"if-match": '"7"'}).status_code == 412
    assert client.put(where, json=CASE, headers={"if-match": "x"}).status_code == 412
    assert client.delete(where).status_code == 428
    assert client.delete(where, headers={"if-match": '"9"'}).status_code == 412
    assert client.get(where).json()["version"] == 1


def test_who_has_a_version_is_not_sent_it_again(client, person):
    where = add(client, person).headers["location"]
    answer = client.get(where, headers={"if-none-match": '"1"'})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_record_is_only_found_under_its_person_and_kind(client, person):
    made = add(client, person).json()
    other = client.post(f"{V1}/people", json={"label": "other"}).json()["id"]
    assert client.get(f"{V1}/people/{other}/cases/{made['record']}").status_code == 404
    assert client.get(f"{V1}/people/{person}/entries/{made['record']}").status_code == 404


def test_an_assessment_is_made_from_a_case_and_kept_as_made(client, person):
    case = add(client, person).json()["record"]
    made = client.post(f"{V1}/people/{person}/assessments", json={"case": case})
    assert made.status_code == 201
    again = client.get(made.headers["location"])
    assert again.content == made.content
    page = client.get(made.headers["location"], headers={"accept": "text/html"})
    assert "<h1" in page.text
    rows = client.get(f"{V1}/people/{person}/assessments").json()["items"]
    assert rows[0]["change"] == f"assessed from case {case}, version 1"
    gone = client.delete(made.headers["location"], headers={"if-match": '"1"'})
    assert gone.status_code == 204


def test_an_assessment_needs_a_case_of_this_person(client, person):
    other = client.post(f"{V1}/people", json={"label": "other"}).json()["id"]
    case = add(client, other).json()["record"]
    answer = client.post(f"{V1}/people/{person}/assessments", json={"case": case})
    assert answer.status_code == 422


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_key_does_a_write_once(client, person, name):
    key = {"idempotency-key": "once-1"}
    first = add(client, person, name, headers=key)
    second = add(client, person, name, headers=key)
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert len(client.get(f"{V1}/people/{person}/{name}").json()["items"]) == 1


def test_a_key_with_another_body_is_refused(client):
    key = {"idempotency-key": "once-2"}
    assert client.post(f"{V1}/people", json={"label": "a"}, headers=key).status_code == 201
    answer = client.post(f"{V1}/people", json={"label": "b"}, headers=key)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:speciosa:problem:key-reused")


def test_a_key_is_that_of_one_principal(client_as):
    key = {"idempotency-key": "once-3"}
    made = [
        client_as("clinician", id=who).post(f"{V1}/people", json={"label": "a"}, headers=key)
        for who in ("one", "two")
    ]
    # The second is answered for itself: the reference is taken, which the first was not told.
    assert [answer.status_code for answer in made] == [201, 422]


def test_a_second_request_waits_while_the_first_is_worked_on(app, client, clock):
    use = app.state.services
    begun, go_on = threading.Event(), threading.Event()
    who = type("Who", (), {"id": "someone"})
    write = Write(who=who, route=f"POST {V1}/people", key="once-4", raw=b'{"label":"a"}')

    def compute():
        begun.set()
        go_on.wait(10)
        return b""

    def save(_):
        person = use.store.add_person("a", by="someone", at=use.now())
        return Made(person=person.id)

    first = threading.Thread(target=idempotency.once, args=(use, write, save, compute))
    first.start()
    assert begun.wait(10)
    asked = {"content": write.raw, "headers": {"idempotency-key": "once-4",
                                               "content-type": "application/json"}}  # fmt: skip
    busy = client.post(f"{V1}/people", **asked)
    go_on.set()
    first.join()
    assert (busy.status_code, busy.headers["retry-after"]) == (409, "60")
    assert client.post(f"{V1}/people", **asked).json()["label"] == "a"
    assert len(client.get(f"{V1}/people").json()["items"]) == 1


def test_a_claim_of_a_server_that_died_blocks_for_a_minute_only(app, client, clock):
    use = app.state.services
    who = type("Who", (), {"id": "someone"})
    write = Write(who=who, route=f"POST {V1}/people", key="once-5", raw=b'{"label":"a"}')

    def dies(_):
        use.store.add_person("half done", by="someone", at=use.now())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        idempotency.once(use, write, dies)
    asked = {"content": write.raw, "headers": {"idempotency-key": "once-5",
                                               "content-type": "application/json"}}  # fmt: skip
    assert client.post(f"{V1}/people", **asked).status_code == 409
    clock.move(minutes=2)
    assert client.post(f"{V1}/people", **asked).status_code == 201
    assert len(client.get(f"{V1}/people").json()["items"]) == 1


def test_item_9_of_an_entry_is_answered_at_once(client, person):
    add(client, person)
    made = client.post(f"{V1}/people/{person}/entries", json=examples.ENTRIES["item-9"])
    assert next(iter(json.loads(made.text))) == "urgent"
    assert made.json()["urgent"]["status"] == "same_day"
    numbers = [one["number"] for one in made.json()["urgent"]["contacts"]]
    assert "988" in " ".join(numbers)  # the person's case is from Tennessee


def test_an_entry_is_scored_on_the_way_in(client, person):
    entry = {
        "date": "2026-11-22",
        "scores": [{"instrument": "gad7", "answers": [2, 1, 3, 2, 0, 1, 2]}],
    }
    made = client.post(f"{V1}/people/{person}/entries", json=entry).json()
    assert made["document"]["scores"][0]["total"] == 11
    for wrong in (
        {"instrument": "gad7", "answers": [9, 1, 3, 2, 0, 1, 2]},
        {"instrument": "none", "total": 3},
        {"instrument": "gad7"},
        {"instrument": "gad7", "total": 3.5},
        {"instrument": "gad7", "total": 3, "answers": [2, 1, 3, 2, 0, 1, 2]},
    ):
        answer = client.post(
            f"{V1}/people/{person}/entries", json={"date": "2026-11-22", "scores": [wrong]}
        )
        assert answer.status_code == 422, wrong


def test_outcomes_add_up_what_is_kept(client, person):
    for day, total in ((1, 16), (8, 14), (15, 8)):
        entry = {
            "date": f"2026-11-{day:02}",
            "scores": [{"instrument": "gad7", "total": total}],
        }
        client.post(f"{V1}/people/{person}/entries", json=entry)
    answer = client.get(f"{V1}/people/{person}/outcomes").json()
    (course,) = answer["courses"]
    assert [point["total"] for point in course["points"]] == [16, 14, 8]


def test_the_export_holds_everything_and_only_of_that_person(client, person):
    add(client, person)
    other = client.post(f"{V1}/people", json={"label": "other"}).json()["id"]
    answer = client.get(f"{V1}/people/{person}/export")
    rows = [json.loads(row) for row in answer.text.splitlines()]
    assert {"person", "people", "version", "versions"} & {row.get("type") for row in rows}
    assert other not in answer.text


def test_a_reader_reads_and_changes_nothing(client, client_as, person):
    where = add(client, person).headers["location"]
    reader = client_as("reader")
    assert reader.get(where).status_code == 200
    assert reader.put(where, json=CASE, headers={"if-match": '"1"'}).status_code == 403
    assert reader.post(f"{V1}/people", json={"label": "x"}).status_code == 403
    assert reader.delete(f"{V1}/people/{person}").status_code == 403
    admin = client_as("admin")
    assert admin.get(where).status_code == 403


def test_what_a_deleted_persons_write_left_is_gone(app, client, person):
    key = {"idempotency-key": "once-6"}
    add(client, person, headers=key)
    client.delete(f"{V1}/people/{person}")
    answer = client.post(f"{V1}/people/{person}/cases", json=CASE, headers=key)
    assert answer.status_code == 404
    assert not list(app.state.services.store.newest_of_everyone(Kind.CASE))
