"""What every request passes: host, size, rate, session, the meaning of a change; error answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import anyio
import pytest
from fastapi import Depends, FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import JSONResponse
from tests.web.service import MANY, START_TOKEN, Clock, TestClient, client_of

from speciosa.errors import InputError, InputProblem
from speciosa.store import ConflictError, UnknownError
from speciosa.web.access import Access, allow

MARKER = "Zebedee Marker"
Write = Annotated[object, Depends(allow(Access.WRITE))]


def add_routes(app: FastAPI) -> None:
    """Routes of a room that does everything wrong."""

    @app.get("/failing/{person}")
    def failing(person: str, _: Write) -> None:
        raise RuntimeError(f"{MARKER} {person}")

    @app.get("/api/v1/failing")
    async def failing_api(_: Write) -> None:
        raise ValueError(MARKER)

    @app.get("/raising/{what}")
    def raising(what: str, _: Write) -> None:
        raise {
            "http": HTTPException(418, MARKER),
            "input": InputError([InputProblem("gad7", "a number", "0 to 21")]),
            "unknown": UnknownError(MARKER),
            "conflict": ConflictError(MARKER),
        }[what]

    @app.get("/number")
    def number(n: int, _: Write) -> JSONResponse:
        return JSONResponse(n)

    @app.post("/form")
    def form(word: Annotated[str, Form()], _: Write) -> JSONResponse:
        return JSONResponse(word)

    @app.post("/file")
    async def file(given: Annotated[UploadFile, File()], _: Write) -> JSONResponse:
        return JSONResponse(len(await given.read()))

    @app.post("/raw")
    async def raw(request: Request, _: Write) -> JSONResponse:
        return JSONResponse(len(await request.body()))


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    made = make_app(max_body_bytes=100_000)
    add_routes(made)
    return made


# Host


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "localhost.evil"]
)
def test_a_name_that_only_points_here_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/sign-in", headers={"host": host})
    assert answer.status_code == 421
    assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:99", "[::1]:8765"])
def test_loopback_by_any_of_its_names_is_served(client: TestClient, host: str) -> None:
    assert client.get("/sign-in", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/sign-in", b"q=\xc3"),
        ("GET", "/api/v1/people", b"q=\xff\x00"),
        ("G\x00T", "/api/v1/people", b""),
        ("GÉT", "/people", b""),
        ("get", "/sign-in", b""),
    ],
)
def test_bytes_that_http_does_not_allow_are_refused(
    app: FastAPI, method: str, path: str, query: bytes
) -> None:
    said: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8765),
        "scheme": "http",
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    anyio.run(app, scope, receive, send)
    assert said[0]["status"] == 400


# Size


def test_a_body_over_the_limit_is_refused_before_the_route(client: TestClient) -> None:
    assert client.post("/raw", content=b"x" * 100_000).json() == 100_000
    assert client.post("/raw", content=b"x" * 100_001).status_code == 413

    def pieces() -> Any:
        for _ in range(11):
            yield b"x" * 10_000

    assert client.post("/raw", content=pieces()).status_code == 413  # no length said
    assert client.post("/raw", content=b"", headers={"content-length": "9" * 30}).status_code == 413


# A change that was meant


def test_a_form_carries_the_token_in_its_field(client: TestClient) -> None:
    del client.headers["x-csrf-token"]
    fields = {"word": "yes", "csrf_token": client.csrf}
    assert client.post("/form", data=fields).json() == "yes"
    sent = {"data": {"csrf_token": client.csrf}, "files": {"given": ("a.csv", b"12345")}}
    assert client.post("/file", **sent).json() == 5  # read once to check, once by the route
    assert client.post("/form", data=fields | {"csrf_token": "x"}).status_code == 403
    sent["data"] = {"csrf_token": "x"}
    assert client.post("/file", **sent).status_code == 403


def test_a_large_form_carries_it_too(make_app: Callable[..., FastAPI]) -> None:
    app = make_app()
    add_routes(app)
    client = client_of(app, "clinician")
    del client.headers["x-csrf-token"]
    fields = {"word": "x" * 200_000, "csrf_token": client.csrf}
    assert len(client.post("/form", data=fields).json()) == 200_000
    assert client.post("/form", data=fields | {"csrf_token": "x"}).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/json", ""])
def test_a_body_of_another_kind_holds_no_token(client: TestClient, kind: str) -> None:
    del client.headers["x-csrf-token"]
    body = f"csrf_token={client.csrf}".encode()
    answer = client.post("/raw", content=body, headers={"content-type": kind})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "nonsense"}, False),
        ({"origin": "http://localhost:8765"}, False),  # not the host it was sent to
        ({"origin": "http://127.0.0.1:9"}, False),  # another service of this machine
        ({"origin": "null"}, False),
        ({"origin": "https://evil.example"}, False),
    ],
)
def test_a_browser_that_names_another_site_is_refused(
    client: TestClient, headers: dict[str, str], passes: bool
) -> None:
    answer = client.post("/raw", content=b"x", headers=headers)
    assert answer.status_code == (200 if passes else 403)


def test_a_program_with_the_token_of_the_start_needs_no_other(
    client_as: Callable[..., TestClient],
) -> None:
    nobody = client_as()
    bearer = {"authorization": f"Bearer {START_TOKEN}"}
    body = {"label": "A 1"}
    assert nobody.post("/api/v1/people", json=body, headers=bearer).status_code == 201
    assert nobody.post("/raw", headers=bearer).status_code == 401  # the API only
    for wrong in (f"Basic {START_TOKEN}", f"Bearer {START_TOKEN}x", "Bearer", ""):
        answer = nobody.post("/api/v1/people", json=body, headers={"authorization": wrong})
        assert answer.status_code == 401


# Sessions


def test_a_session_ends_when_nobody_uses_it(client: TestClient, clock: Clock) -> None:
    for _ in range(5):
        clock.move(minutes=29)
        assert client.post("/raw").status_code == 200
    clock.move(minutes=31)
    assert client.post("/raw").status_code == 401


def test_a_session_ends_however_much_it_is_used(client: TestClient, clock: Clock) -> None:
    for _ in range(12 * 3):
        assert client.post("/raw").status_code == 200
        clock.move(minutes=20)
    assert client.post("/raw").status_code == 401


def test_signing_out_ends_the_session_on_the_server(client: TestClient) -> None:
    key = next(iter(client.cookies.jar)).value
    name = next(iter(client.cookies.jar)).name
    answer = client.post("/sign-out", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"]
    client.cookies.set(name, key)
    assert client.post("/raw").status_code == 401


def test_the_store_holds_no_key_of_a_session(app: FastAPI, client: TestClient) -> None:
    key = next(iter(client.cookies.jar)).value
    client.get("/audit")
    use = app.state.services
    use.store.close()
    path = use.settings.database_url.removeprefix("sqlite:///")
    with open(path, "rb") as database:  # noqa: PTH123
        assert key.encode() not in database.read()


# Rates


def test_too_many_calls_are_told_to_wait(make_app: Callable[..., FastAPI]) -> None:
    app = make_app(rates=MANY | {"sign_in": "3/minute", "anybody": "5/minute"})
    client = client_of(app)
    entered = [client.get("/enter?token=x").status_code for _ in range(5)]
    assert entered == [403, 403, 403, 429, 429]
    answers = [client.get("/medicines", follow_redirects=False) for _ in range(7)]
    assert [a.status_code for a in answers][-2:] == [429, 429]
    assert int(answers[-1].headers["retry-after"]) == 60
    assert client.get("/health").status_code == 200
    signed_in = client_of(app, "clinician")
    assert signed_in.get("/api/v1/people").status_code == 200
    signed_in.close()
    client.close()


# Errors


def test_a_failure_says_a_reference_and_nothing_else(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    page = client.get("/failing/0123")
    assert page.status_code == 500
    assert page.headers["content-type"].startswith("text/html")
    assert "reference number" in page.text
    problem = client.get("/api/v1/failing")
    assert problem.status_code == 500
    assert problem.headers["content-type"] == "application/problem+json"
    assert set(problem.json()) == {"type", "title", "status", "detail", "reference"}
    printed = capfd.readouterr()
    for text in (page.text, problem.text, printed.out, printed.err):
        assert MARKER not in text
        assert "Traceback" not in text
    assert "RuntimeError" in printed.out + printed.err


def test_a_failure_of_the_error_page_is_still_an_answer(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise KeyError(MARKER)

    monkeypatch.setattr("speciosa.web.security.answers.environment", broken)
    answer = client.get("/failing/0123")
    assert answer.status_code == 500
    assert "our side" in answer.text
    assert MARKER not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/raising/http", 418),
        ("/raising/input", 422),
        ("/raising/unknown", 404),
        ("/raising/conflict", 409),
        (f"/number?n={MARKER}", 422),
        ("/there-is-no-such-page", 404),
        ("/form", 405),
    ],
)
def test_errors_are_pages_that_repeat_nothing(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert MARKER not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/there-is-none", 404), ("PUT", "/api/v1/people", 405)],
)
def test_errors_of_the_api_are_problems(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_pages_lead_to_the_sign_in_and_keep_no_query(client_as: Callable[..., TestClient]) -> None:
    answer = client_as().get("/number?n=1", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/number"


def test_nothing_leaves_if_it_cannot_be_audited(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(app.state.services.store, "audit", broken)
    answer = client.get("/api/v1/people")
    assert answer.status_code == 500
    assert "people" not in answer.json()


@pytest.mark.browser
def test_the_audit_log_can_be_read_by_everyone(
    open_page: Callable[..., Any], axe: Callable[..., None]
) -> None:
    for path, width, scheme in (
        ("/audit", 320, "dark"),
        ("/audit?by=nobody-at-all", 1280, "light"),
        ("/there-is-no-such-page", 320, "light"),
    ):
        page = open_page(path, color_scheme=scheme, viewport={"width": width, "height": 800})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
