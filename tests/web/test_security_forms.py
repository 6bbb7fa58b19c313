"""Forms of every page, signed in, with what no form would send: never a failure of ours."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from tests.web.service import Clock, TestClient, client_of
from tests.web.world_records import KINDS, fill

from speciosa.store import Kind

# Pages of a form hold its fields; these come from scripts or hide until something is chosen.
MORE = {"base", "fields", "do", "expect", "draft", "record", "search", "q", "label", "text", "next"}
BAD = ["a\0b", "\ud800", "9" * 500, "-1e999", "2026-02-30", "\u202e\r\nx: y"]
DOCUMENTS = [
    "[" * 100_000,
    '{"a":' * 5_000,
    '{"symptoms":{"gad7":5}}',
    '{"fields": [1], "base": 3}',
    '"\\u0000"',
]
ACTIONS = ("save", "report")


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    return make_app()


@pytest.fixture
def signed_in(app: FastAPI) -> TestClient:
    return client_of(app, "clinician", "admin", raises=False)


def _pages(app: FastAPI, method: str) -> list[APIRoute]:
    return [
        route
        for route in app.routes
        if isinstance(route, APIRoute)
        and method in route.methods
        and not route.path.startswith(("/api/", "/cds-services", "/sign-", "/smart"))
    ]


def _names(signed_in: TestClient, app: FastAPI, url: Callable[[APIRoute], str]) -> set[str]:
    """The names of all fields of all pages."""
    found = set(MORE)
    for route in _pages(app, "GET"):
        text = signed_in.get(url(route)).text
        found |= set(re.findall(r'<(?:input|select|textarea)[^>]*? name="([^"]+)"', text))
    return found - {"csrf_token"}


def _holds_a_case(route: APIRoute) -> bool:
    """Forms of a case carry the document that they were made from."""
    return "cases" in route.path or "drafts" in route.path


def test_no_value_in_any_field_of_any_page_is_a_failure_of_ours(
    app: FastAPI, signed_in: TestClient, clock: Clock
) -> None:
    store = app.state.services.store

    def url(route: APIRoute) -> str:
        named = [kind for part, kind in KINDS.items() if f"/{part}/" in route.path]
        values = {"person": person, "record": records[named[0] if named else Kind.CASE]}
        return re.sub(r"\{(\w+)(:path)?\}", lambda m: values.get(m[1], "gad7"), route.path)

    person = store.add_person("p", by="x", at=clock()).id
    records = fill(store, person, "", clock())
    names = sorted(_names(signed_in, app, url))
    assert len(names) > 60
    wrong = []
    for number, action in enumerate(ACTIONS):
        person = store.add_person(f"p {number}", by="x", at=clock()).id
        records = fill(store, person, "", clock())
        for place, route in enumerate(_pages(app, "POST")):
            # Each field has another of the bad values, and another one in each round.
            fields = {
                name: BAD[(index + place + number) % len(BAD)].encode("utf-8", "surrogatepass")
                for index, name in enumerate(names)
            }
            for document in DOCUMENTS if _holds_a_case(route) else DOCUMENTS[:1]:
                fields |= {"base": document.encode(), "do": action.encode()}
                answer = signed_in.post(url(route), data=fields, follow_redirects=False)
                if answer.status_code >= 500:
                    wrong.append((route.path, action, document[:9], answer.status_code))
    for route in _pages(app, "GET"):
        for bad in ("%00", "%ED%A0%80", "-1"):
            query = "&".join(f"{name}={bad}" for name in ("search", "q", "after", "before", "from"))
            answer = signed_in.get(f"{url(route)}?{query}", follow_redirects=False)
            if answer.status_code >= 500:
                wrong.append((route.path, bad[:5], 0, answer.status_code))
    assert wrong == []
