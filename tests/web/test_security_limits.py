"""What strangers and the impatient can do: fill the log, the memory, the queue, a person's link."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Annotated, Any

import anyio
import httpx
import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from tests.web.service import MANY, Clock, Live, TestClient, client_of

from speciosa.store import AuditEntry, Kind, NotStorableError, Store, StoreError
from speciosa.web.access import Access, allow
from speciosa.web.followup.links import hash_of
from speciosa.web.security import sessions
from speciosa.web.security.refusals import ACTION, OTHERS, Refusals
from speciosa.web.security.turns import AT_ONCE, Turns

LINK = "a-link-of-the-tests"


def add_routes(app: FastAPI) -> None:
    """Routes that fail as the store, or as a text nested too deep, makes them fail."""

    @app.get("/failing/{how}")
    def failing(how: str, _: Annotated[object, Depends(allow(Access.READ))]) -> None:
        raise {
            "busy": StoreError("the database is busy: Zebedee"),
            "odd": NotStorableError("Zebedee"),
            "deep": RecursionError("Zebedee"),
        }[how]

    @app.get("/slow/{record}")
    def slow(record: str, _: Annotated[object, Depends(allow(Access.READ))]) -> JSONResponse:
        app.state.begun.release()
        app.state.go.wait(20)
        return JSONResponse(record)


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    made = make_app()
    add_routes(made)
    return made


@pytest.fixture
def store(app: FastAPI) -> Store:
    found: Store = app.state.services.store
    return found


def _link(store: Store, clock: Clock, token: str, place: str = "US-TN") -> str:
    person = store.add_person(f"of {token}", by="b", at=clock()).id
    what = f'{{"place": "{place}"}}'.encode()
    end = clock().replace(year=2027)
    store.make_link(hash_of(token), person, what, by="b", at=clock(), expires=end)
    return person


# A sign-out that overtakes a request


def test_a_session_that_is_signed_out_does_not_come_back(
    app: FastAPI, client: TestClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, settings = app.state.services.store, app.state.services.settings
    key = next(iter(client.cookies.jar)).value or ""
    clock.move(minutes=10)  # long enough for the next request to put the idle end further off
    read = store.session

    def overtaken(key_hash: str, now: Any) -> bytes | None:
        body: bytes | None = read(key_hash, now)
        store.drop_session(key_hash)
        return body

    monkeypatch.setattr(store, "session", overtaken)
    assert sessions.find(store, key, now=clock(), settings=settings) is None
    monkeypatch.undo()
    assert sessions.find(store, key, now=clock(), settings=settings) is None


# The audit log


def test_strangers_cannot_fill_the_audit_log(
    client_as: Callable[..., TestClient], store: Store, clock: Clock
) -> None:
    nobody = client_as()
    for _ in range(30):
        nobody.get("/people", follow_redirects=False)
        nobody.get("/people", headers={"host": "evil.example"})
        nobody.post("/people", content=b"x")
        nobody.get("/q/unknown")
    assert store.audit_log() == ()
    clock.move(minutes=1)
    nobody.get("/people", follow_redirects=False)
    entries = store.audit_log()
    assert [(one.by, one.action, one.outcome, one.address) for one in entries] == [
        ("nobody", ACTION, "303: 30, 401: 30, 421: 30", "testclient"),
        ("nobody", ACTION, "404: 30", ""),  # who fills in a questionnaire is not pursued
    ]


def test_what_users_are_refused_is_told_one_by_one(
    client_as: Callable[..., TestClient], store: Store
) -> None:
    admin = client_as("admin")
    for _ in range(3):
        assert admin.get("/people").status_code == 403
    assert [one.outcome for one in store.audit_log()] == ["403"] * 3


def test_the_last_counts_are_written_when_the_service_stops(
    make_app: Callable[..., FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    store = app.state.services.store
    written: list[AuditEntry] = []
    keep = store.audit_all
    monkeypatch.setattr(store, "audit_all", lambda some: (written.extend(some), keep(some)))
    client = client_of(app)
    with client:
        client.get("/people", follow_redirects=False)
    assert [one.outcome for one in written] == ["303: 1"]


def test_many_addresses_do_not_make_many_entries(clock: Clock) -> None:
    refusals = Refusals()
    for number in range(500):
        one = AuditEntry(at=clock(), by="x", action="", outcome="421", address=str(number))
        assert refusals.count(one) == ()
    entries = refusals.take()
    assert len(entries) == 51
    assert [one.outcome for one in entries if one.address == OTHERS] == ["421: 450"]
    assert refusals.take() == ()


def test_the_audit_log_finds_whose_record_was_opened(
    client: TestClient, store: Store, clock: Clock
) -> None:
    person = store.add_person("p", by="b", at=clock()).id
    record = store.save(person, Kind.DRAFT, b"{}", by="b", at=clock(), change="").record
    for path in (f"/drafts/{record}", f"/assessments/{record}/download/report.json"):
        client.get(path)
    found = store.audit_log(person=person)
    assert [(one.record, one.action) for one in found] == [
        (record, "GET /assessments/{record}/download/{form}"),
        (record, "GET /drafts/{record}"),
    ]


# Errors that are no failures of ours


@pytest.mark.parametrize(("how", "status"), [("busy", 503), ("odd", 422), ("deep", 422)])
def test_what_the_store_or_the_depth_of_a_text_refuses(
    client: TestClient, how: str, status: int
) -> None:
    answer = client.get(f"/failing/{how}")
    assert answer.status_code == status
    assert "Zebedee" not in answer.text
    assert ("retry-after" in answer.headers) is (status == 503)


def test_odd_characters_in_a_form_are_no_failure(client: TestClient) -> None:
    fields = {"label": "a\0b", "csrf_token": client.csrf}
    assert client.post("/people", data=fields).status_code == 422
    assert client.get("/people?search=%00").status_code in {200, 422}


def test_bytes_of_a_body_do_not_reach_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    kind = {"content-type": "multipart/form-data; boundary=abc"}
    client.post("/people", content=b"--abX Zebedee", headers=kind)
    assert [one for one in caplog.records if one.name.startswith("python_multipart")] == []


# Memory


def test_strangers_are_refused_before_their_bodies_are_read(
    client_as: Callable[..., TestClient],
) -> None:
    nobody, read = client_as(), []

    def pieces() -> Any:
        for number in range(100):
            read.append(number)
            yield b"x" * 10_000

    for path, status in (("/people", 401), ("/api/v1/people", 401), ("/q/x", 413)):
        assert nobody.post(path, content=pieces()).status_code == status
    huge = nobody.post("/q/x", headers={"content-length": "100001"}, content=b"")
    assert huge.status_code == 413


def test_strangers_together_hold_only_so_much(
    make_app: Callable[..., FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speciosa.web.security.gate._STRANGERS_BYTES", 5_000)
    client = client_of(make_app())
    for _ in range(3):  # what was held is given back
        assert client.post("/q/x", content=b"x" * 5_000).status_code == 404
        assert client.post("/q/x", content=b"x" * 5_001).status_code == 503


# Turns


def test_one_user_does_not_keep_others_waiting(live: Live) -> None:
    add_routes(live.app)
    state = live.app.state
    state.begun, state.go = threading.Semaphore(0), threading.Event()
    greedy = live.client()
    threads = [threading.Thread(target=greedy.get, args=["/slow/1"]) for _ in range(12)]
    for thread in threads:
        thread.start()
    for _ in range(AT_ONCE):
        assert state.begun.acquire(timeout=20)
    assert not state.begun.acquire(timeout=0.2), "more than its share was begun"
    with httpx.Client(base_url=live.url, timeout=5) as other:
        for path in ("/health", "/ready", "/q/unknown"):
            assert other.get(path).status_code in {200, 404}
    state.go.set()
    for thread in threads:
        thread.join(20)
    assert sum(state.begun.acquire(timeout=1) for _ in threads[AT_ONCE:]) == 8


def test_turns_are_by_user_and_forgotten() -> None:
    busiest = running = 0

    async def main() -> None:
        turns = Turns()

        async def one(user: str) -> None:
            nonlocal busiest, running
            async with turns.of(user):
                running += 1
                busiest = max(busiest, running)
                await anyio.sleep(0.001)
                running -= 1

        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(one, f"user {number % 2}")
        assert turns._users == {}

    anyio.run(main)
    assert busiest == 2 * AT_ONCE


def test_a_probe_asks_the_store_nothing(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise StoreError("the database is busy")

    monkeypatch.setattr(app.state.services.store, "session", gone)
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 503


# Links


def test_a_waiting_room_behind_one_address_is_served(
    make_app: Callable[..., FastAPI], clock: Clock
) -> None:
    app = make_app(rates=MANY | {"links": "3/minute"})
    client = client_of(app)
    for number in range(20):
        _link(app.state.services.store, clock, f"link-{number}")
        assert client.get(f"/q/link-{number}").status_code == 200
    assert [client.get("/q/link-0").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(("place", "number"), [("US-TN", "988"), ("GB", "116 123")])
def test_every_refusal_under_a_link_says_whom_to_call(
    make_app: Callable[..., FastAPI], clock: Clock, place: str, number: str
) -> None:
    app = make_app(rates=MANY | {"links": "2/minute"})
    _link(app.state.services.store, clock, LINK, place)
    client = client_of(app)
    large = client.post(f"/q/{LINK}", content=b"x" * 100_001)
    assert large.status_code == 413
    client.get(f"/q/{LINK}")
    often = client.post(f"/q/{LINK}", data={"phq9_9": "3"})
    assert often.status_code == 429
    for answer in (large, often):
        assert "not read" in answer.text
        assert number in answer.text
        assert "Start page" not in answer.text


def test_a_failure_under_a_link_says_whom_to_call_too(
    app: FastAPI, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = app.state.services.store
    _link(store, clock, LINK)

    def full(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(store, "use_link", full)
    answer = client_of(app).post(f"/q/{LINK}", data={"phq9_9": "3"})
    assert answer.status_code == 503
    assert "988" in answer.text


def test_a_refused_form_says_that_nothing_was_read(client_as: Callable[..., TestClient]) -> None:
    answer = client_as().post("/people/1/entries", data={"phq9_9": "3"})
    assert answer.status_code == 401
    assert "act on it now" in answer.text


# Sweeping


def test_what_expired_goes_although_nobody_signs_in(
    client_as: Callable[..., TestClient], store: Store, clock: Clock
) -> None:
    store.first_use("cds x", "1", clock.now)
    store.put_card("old", b"1", at=clock.now.replace(year=2020))
    store.put_card("new", b"1", at=clock.now)
    client_as().get("/health")  # the first call after the start
    assert store.first_use("cds x", "1", clock.now)
    assert (store.card("old"), store.card("new")) == (None, b"1")
    client_as().get("/health")
    assert not store.first_use("cds x", "1", clock.now)
    clock.move(hours=1)
    client_as().get("/health")
    assert store.first_use("cds x", "1", clock.now)
