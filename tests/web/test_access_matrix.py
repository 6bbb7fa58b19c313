"""Every route of the application, by every method, as everybody: who gets in and who does not.

The routes come from the built application, so a new one is in the matrix from its first day.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount
from tests.web.identity import CLIENT_ID, Identity, provide
from tests.web.service import CLINIC, TestClient, settings_for
from tests.web.world_records import KINDS, fill

from speciosa.store import Kind, Store
from speciosa.web.access import Access, Principal, Role, access_of, check_routes
from speciosa.web.app import create_app
from speciosa.web.security import sessions
from speciosa.web.security.cookies import session_cookie

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
API = "speciosa-api"
SECRET_LABEL = "ZEBRA-LABEL"  # noqa: S105
SECRET_NOTE = "ZEBRA-NOTE"  # noqa: S105
OLD = 31  # minutes: one more than a session may idle
NEEDS = {
    Access.SIGNED_IN: {Role.READER, Role.CLINICIAN, Role.ADMIN},
    Access.READ: {Role.READER, Role.CLINICIAN},
    Access.WRITE: {Role.CLINICIAN},
    Access.ADMIN: {Role.ADMIN},
}


@dataclass
class World:
    """One clinic with one person in it."""

    app: FastAPI
    client: TestClient
    identity: Identity
    person: str = ""
    records: dict[Kind, str] = field(default_factory=dict)
    service: str = "x"
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        found: Store = self.app.state.services.store
        return found

    def cases(self) -> Iterator[tuple[APIRoute, str]]:
        """Every route by each of its own methods."""
        for route in self.app.routes:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods):
                    yield route, method

    def record(self, route: APIRoute) -> str:
        """A record of the kind that belongs to the route."""
        named = [kind for part, kind in KINDS.items() if f"/{part}/" in route.path]
        return self.records[named[0] if named else Kind.CASE]

    def url(self, route: APIRoute) -> str:
        path = route.path
        for name in route.param_convertors:
            known = {
                "person": self.person,
                "record": self.record(route),
                "service": self.service,
                "form": "report.json",
            }
            value = known.get(name, "x")
            path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
        return path

    def call(self, method: str, url: str, who: str = "", **headers: str) -> Any:
        """A call with the session of ``who`` and, unless told otherwise, its CSRF token."""
        self.client.cookies.clear()
        sent = {"origin": CLINIC} | {k.replace("_", "-"): v for k, v in headers.items()}
        if who:
            key, csrf = self.keys[who]
            self.client.cookies.set("__Host-speciosa", key)
            sent.setdefault("x-csrf-token", csrf)
        sent = {name: value for name, value in sent.items() if value}
        return self.client.request(method, url, headers=sent, follow_redirects=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with provide() as identity:
        settings = settings_for(
            tmp_path_factory.mktemp("clinic"),
            mode="clinic",
            database_url="sqlite://",
            oidc={
                "issuer": identity.url,
                "client_id": CLIENT_ID,
                "roles": {"staff": "clinician"},
                "api_audience": API,
            },
        )
        app = create_app(settings)
        with TestClient(app, base_url=CLINIC, raise_server_exceptions=False) as client:
            made = World(app, client, identity)
            now = dt.datetime.now(dt.UTC)
            made.person = made.store.add_person(SECRET_LABEL, by="x", at=now).id
            made.records = fill(made.store, made.person, SECRET_NOTE, now)
            offered = client.get("/cds-services").json()["services"]
            made.service = offered[0]["id"] if offered else "x"
            for role in Role:
                who = Principal(id=f"the {role}", name="Some One", roles=frozenset({role}))
                key, session = sessions.start(made.store, who, now=now, settings=settings)
                made.keys[role] = key, session.csrf
            for name, when in (
                ("idle too long", now - dt.timedelta(minutes=OLD)),
                ("signed out", now),
            ):
                who = Principal(id="gone", name="Gone", roles=frozenset(Role))
                key, session = sessions.start(made.store, who, now=when, settings=settings)
                made.keys[name] = key, session.csrf
            sessions.drop(made.store, made.keys["signed out"][0])
            made.keys["forged"] = "A" * 43, "A" * 43
            made.keys["hash as key"] = sessions.hashed(made.keys["clinician"][0]), "A" * 43
            made.keys["nonsense"] = "%00\"';--", "x"
            yield made


def untouched(world: World) -> list[bytes]:
    """Everything of the person but who asked; what a refused call may not change."""
    lines = world.store.export(world.person)
    return [line for line in lines if json.loads(line)["type"] != "audit"]


def refused(answer: Any, *, page: bool) -> bool:
    """Sent to the sign-in, or told that nobody is signed in; and nothing of the person said."""
    if SECRET_LABEL in answer.text or SECRET_NOTE in answer.text:
        return False
    if page and answer.status_code == 303:
        return str(answer.headers["location"]).startswith("/sign-in")
    return answer.status_code == 401


def test_every_route_declares_who_may_use_it(world: World) -> None:
    check_routes(world.app)
    for route in world.app.routes:
        assert isinstance(route, APIRoute) or (isinstance(route, Mount) and route.path == "/static")
    assert len(list(world.cases())) > 50


NOBODIES = ("", "idle too long", "signed out", "forged", "hash as key", "nonsense")


@pytest.mark.parametrize("who", NOBODIES, ids=lambda who: who or "nobody")
def test_nobody_gets_in(world: World, who: str) -> None:
    before = untouched(world)
    wrong = []
    for route, method in world.cases():
        if access_of(route)[0] in NEEDS:
            answer = world.call(method, world.url(route), who)
            if not refused(answer, page=method == "GET"):
                wrong.append((method, route.path, answer.status_code))
    assert wrong == []
    assert untouched(world) == before


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_is_its_own_and_nothing_else(world: World, role: Role) -> None:
    before = untouched(world)
    wrong = []
    for route, method in world.cases():
        access = access_of(route)[0]
        if access not in NEEDS or route.path == "/sign-out":
            continue
        if role in NEEDS[access]:
            continue
        answer = world.call(method, world.url(route), role)
        if answer.status_code != 403 or SECRET_LABEL in answer.text or SECRET_NOTE in answer.text:
            wrong.append((method, route.path, answer.status_code))
    assert wrong == []
    assert untouched(world) == before


@pytest.mark.parametrize("role", Role)
def test_a_role_is_let_in_where_it_belongs(world: World, role: Role) -> None:
    shut, seen = [], set()
    kept = world.person, world.records
    for route, method in world.cases():
        access = access_of(route)[0]
        if access not in NEEDS or role not in NEEDS[access] or route.path == "/sign-out":
            continue
        now = dt.datetime.now(dt.UTC)
        if method not in SAFE:  # on somebody else, who may be changed or deleted
            world.person = world.store.add_person("Other", by="x", at=now).id
            world.records = fill(world.store, world.person, "", now)
        answer = world.call(method, world.url(route), role)
        world.person, world.records = kept
        if answer.status_code >= 500:
            shut.append((method, route.path, answer.status_code))
        # Somebody's record, by its own address: whoever may read it gets it.
        if method == "GET" and "record" in route.param_convertors and "/smart/" not in route.path:
            seen.add(route.path)
            if answer.status_code != 200:
                shut.append((method, route.path, answer.status_code))
        location = str(answer.headers.get("location", ""))
        # A route may refuse for reasons of its own, such as a server that nobody registered.
        own_reason = route.path.startswith("/smart/") and "not registered" in answer.text
        if location.startswith("/sign-in") or (answer.status_code in {401, 403} and not own_reason):
            shut.append((method, route.path, answer.status_code))
    assert shut == []
    assert role is Role.ADMIN or len(seen) > 10


def test_a_record_is_found_under_its_own_person_and_kind_alone(world: World) -> None:
    now = dt.datetime.now(dt.UTC)
    own, records = world.person, world.records
    other = world.store.add_person("Another", by="x", at=now).id
    shifted = dict(zip(records, [*records.values()][1:] + [*records.values()][:1], strict=True))
    before = untouched(world)
    wrong = []
    for route, method in world.cases():
        if "record" not in route.param_convertors or access_of(route)[0] not in NEEDS:
            continue
        mixes = [(own, shifted)]
        if "person" in route.param_convertors:
            mixes.append((other, records))
        for world.person, world.records in mixes:
            answer = world.call(method, world.url(route), Role.CLINICIAN, if_match='"1"')
            leaked = SECRET_NOTE in answer.text or SECRET_LABEL in answer.text
            if leaked or not 400 <= answer.status_code < 500:
                wrong.append((method, route.path, answer.status_code, leaked))
    world.person, world.records = own, records
    assert wrong == []
    assert untouched(world) == before


def test_a_change_needs_the_token_of_the_session(world: World) -> None:
    before = untouched(world)
    wrong = []
    attacks: dict[str, dict[str, str]] = {
        "no token": {"x_csrf_token": ""},
        "another session's token": {"x_csrf_token": world.keys["idle too long"][1]},
        "an empty form": {
            "x_csrf_token": "",
            "content_type": "application/x-www-form-urlencoded",
        },
        "a broken form": {"x_csrf_token": "", "content_type": "multipart/form-data"},
        "another origin": {"origin": "https://evil.example"},
        "no origin's name": {"origin": "null"},
        "another site": {"sec_fetch_site": "cross-site"},
        "a sister site": {"sec_fetch_site": "same-site"},
    }
    tried: Counter[str] = Counter()
    for route, method in world.cases():
        access = access_of(route)[0]
        if access not in NEEDS or method in SAFE:
            continue
        role = sorted(NEEDS[access])[-1] if access is not Access.WRITE else Role.CLINICIAN
        for name, headers in attacks.items():
            answer = world.call(method, world.url(route), role, **headers)
            tried[name] += 1
            if answer.status_code != 403:
                wrong.append((name, method, route.path, answer.status_code))
    assert wrong == []
    assert min(tried.values()) > 5
    assert untouched(world) == before


def test_methods_that_no_route_takes_do_nothing(world: World) -> None:
    before = untouched(world)
    wrong = []
    taken: dict[str, set[str]] = {}
    for route, method in world.cases():
        taken.setdefault(route.path, set()).add(method)
    for route in [r for r in world.app.routes if isinstance(r, APIRoute)]:
        for method in set(METHODS) - taken[route.path]:
            for who in (Role.CLINICIAN, "") if method == "POST" else (Role.CLINICIAN,):
                answer = world.call(method, world.url(route), who)
                if answer.status_code not in {401, 403, 404, 405}:
                    wrong.append((method, route.path, who, answer.status_code))
    assert wrong == []
    assert untouched(world) == before


def test_a_token_of_the_provider_opens_the_api_and_nothing_else(world: World) -> None:
    before = untouched(world)
    good = world.identity.token(aud=API)
    tokens = {
        "another audience": world.identity.token(aud="another-api"),
        "an id token": world.identity.token(),
        "expired": world.identity.token(aud=API, exp=1_600_000_000),
        "another issuer": world.identity.token(aud=API, iss="https://evil.example"),
        "not a token": "x",
        "empty": "",
    }
    wrong = []
    opened = 0
    for route, method in world.cases():
        access = access_of(route)[0]
        if access not in NEEDS:
            continue
        url = world.url(route)
        # Outside the API no token is looked at, so one of them stands for all.
        tried = tokens if url.startswith("/api/") else {"expired": tokens["expired"]}
        for name, token in tried.items():
            answer = world.call(method, url, authorization=f"Bearer {token}")
            if not refused(answer, page=method == "GET"):
                wrong.append((name, method, route.path, answer.status_code))
        if not url.startswith("/api/"):
            answer = world.call(method, url, authorization=f"Bearer {good}")
            if not refused(answer, page=method == "GET"):
                wrong.append(("good", method, route.path, answer.status_code))
        elif method in SAFE and access is not Access.ADMIN:
            answer = world.call(method, url, authorization=f"Bearer {good}", origin="")
            opened += answer.status_code not in {401, 403}
            if answer.status_code in {401, 403}:
                wrong.append(("good", method, route.path, answer.status_code))
    assert wrong == []
    assert opened > 5
    assert untouched(world) == before


def test_a_wrong_token_is_not_made_good_by_a_session(world: World) -> None:
    answer = world.call("GET", "/api/v1/people", Role.CLINICIAN, authorization="Bearer x")
    assert answer.status_code == 401


def test_systems_and_links_need_their_own_keys(world: World) -> None:
    before = untouched(world)
    wrong = []
    for route, method in world.cases():
        access = access_of(route)[0]
        if access is Access.CDS:
            for who in ("", Role.CLINICIAN, Role.ADMIN):
                for bearer in ("", "Bearer x", f"Bearer {world.identity.token(aud=API)}"):
                    answer = world.call(method, world.url(route), who, authorization=bearer)
                    if answer.status_code != 401:
                        wrong.append((method, route.path, who, answer.status_code))
        if access is Access.LINK:
            for who in ("", Role.CLINICIAN):
                answer = world.call(method, world.url(route), who)
                if answer.status_code not in {403, 404, 405, 410, 422}:
                    wrong.append((method, route.path, who, answer.status_code))
    assert wrong == []
    assert untouched(world) == before


def test_public_places_hold_nobody_and_never_fail(world: World) -> None:
    wrong = []
    for route, method in world.cases():
        if access_of(route)[0] is Access.PUBLIC:
            answer = world.call(method, world.url(route))
            if answer.status_code >= 500 or SECRET_LABEL in answer.text:
                wrong.append((method, route.path, answer.status_code))
    assert wrong == []


def test_every_answer_carries_the_headers(world: World) -> None:
    lacking = []
    for route, method in world.cases():
        for who in ("", Role.CLINICIAN):
            if route.path == "/sign-out" or method not in SAFE:
                continue
            headers = world.call(method, world.url(route), who).headers
            csp = headers.get("content-security-policy", "")
            if (
                not csp.startswith("default-src 'none'")
                or "unsafe" in csp
                or headers.get("x-content-type-options") != "nosniff"
                or "max-age" not in headers.get("strict-transport-security", "")
                or headers.get("referrer-policy") != "same-origin"
                or "server" in headers
            ):
                lacking.append((route.path, who))
            if access_of(route)[0] in {Access.READ, Access.WRITE, Access.ADMIN, Access.LINK}:
                assert headers["cache-control"] == "no-store", route.path
    assert lacking == []


def test_every_call_on_a_person_is_in_the_audit_log(world: World) -> None:
    for route, method in world.cases():
        if access_of(route)[0] not in {Access.READ, Access.ADMIN} or method != "GET":
            continue
        world.call(method, world.url(route), Role.READER)
        entry = world.store.audit_log(limit=1)[0]
        assert entry.by == "the reader"
        assert entry.action == f"{method} {route.path}"
        assert entry.outcome in {"200", "303", "403", "404", "409", "410", "422"}, route.path
        if "person" in route.param_convertors:
            assert entry.person == world.person
        if "record" in route.param_convertors:
            assert entry.record == world.record(route)
            assert entry.person == world.person


def test_the_session_cookie_is_the_only_way_to_be_somebody(
    world: World, make_app: Callable[..., FastAPI]
) -> None:
    name = session_cookie(world.app.state.services.settings)
    key, _ = world.keys[Role.CLINICIAN]
    for cookie in (f"{name}x={key}", f"x{name}={key}", f"speciosa-8765={key}", f"{name}={key}x"):
        world.client.cookies.clear()
        answer = world.client.get(
            "/api/v1/people", headers={"cookie": cookie}, follow_redirects=False
        )
        assert answer.status_code == 401
