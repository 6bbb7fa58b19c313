"""Keys of writes that fail or are slow, and removals beside somebody else's change."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from tests.web.service import Clock, TestClient

from speciosa.store import Kind, Store
from speciosa.web.access import Principal, Role
from speciosa.web.api import idempotency
from speciosa.web.api.idempotency import Made, Write
from speciosa.web.services import Services

V1 = "/api/v1"
WHO = Principal(id="someone", name="", roles=frozenset({Role.CLINICIAN}))


@pytest.fixture
def use(app: FastAPI) -> Services:
    found: Services = app.state.services
    return found


def _write(key: str) -> Write:
    return Write(who=WHO, route="POST x", key=key, raw=b"{}")


def _saves(use: Services, label: str) -> Any:
    def save(_: bytes) -> Made:
        return Made(person=use.store.add_person(label, by="someone", at=use.now()).id)

    return save


def test_a_refused_write_gives_its_key_back(client: TestClient) -> None:
    taken = [{"system": "s", "value": "1"}]
    first = {"label": "a", "external": taken}
    assert client.post(f"{V1}/people", json=first).status_code == 201
    key = {"idempotency-key": "refused"}
    wrong = {"label": "b", "external": taken}
    assert client.post(f"{V1}/people", json=wrong, headers=key).status_code == 422
    corrected = client.post(f"{V1}/people", json={"label": "b"}, headers=key)
    assert corrected.status_code == 201, corrected.text


def test_of_two_slow_twins_one_saves_and_both_tell_the_same(use: Services, clock: Clock) -> None:
    told: list[Made] = []

    def slow() -> bytes:
        clock.move(minutes=2)
        told.append(idempotency.once(use, _write("k"), _saves(use, "fast")))
        return b""

    told.append(idempotency.once(use, _write("k"), _saves(use, "slow"), slow))
    assert told[0].person == told[1].person
    assert [person.label for person in use.store.people()] == ["fast"]


def test_a_version_that_nobody_saw_is_not_removed(
    client: TestClient, app: FastAPI, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Store = app.state.services.store
    person = store.add_person("p", by="b", at=clock()).id
    path = f"{V1}/people/{person}/visits"
    made = client.post(path, json={"planned": "2026-12-01"})
    assert made.status_code == 201, made.text
    record = made.headers["location"].rpartition("/")[2]
    remove = store.remove

    def overtaken(of: str, **how: Any) -> Any:
        given = {"by": "colleague", "at": clock(), "change": "", "record": of, "expect": 1}
        store.save(person, Kind.VISIT, b'{"planned":"2026-12-02"}', **given)
        return remove(of, **how)

    monkeypatch.setattr(store, "remove", overtaken)
    answer = client.delete(f"{path}/{record}", headers={"if-match": made.headers["etag"]})
    assert answer.status_code == 412
    assert store.version(record).version == 2
    assert not store.version(record).removed
