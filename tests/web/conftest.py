"""Fixtures of the service: an application, clients by role, a live server, a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from tests.web.service import Clock, Live, TestClient, client_of, serve, settings_for

from speciosa.web.app import create_app

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def clock() -> Clock:
    """The service's clock: 22 November 2026, 09:00 UTC, until ``clock.move(hours=1)``."""
    return Clock()


@pytest.fixture
def make_app(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., FastAPI]]:
    """Build an application on an empty SQLite file: ``make_app(mode="clinic", subjects=50)``."""
    made: list[FastAPI] = []

    def make(**given: Any) -> FastAPI:
        folder = tmp_path / f"service{len(made)}"
        folder.mkdir()
        made.append(create_app(settings_for(folder, **given), now=clock))
        return made[-1]

    yield make
    for app in made:
        app.state.services.store.close()


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    """An application in single-user mode."""
    return make_app()


@pytest.fixture
def client_as(app: FastAPI) -> Iterator[Callable[..., TestClient]]:
    """Clients of ``app`` by role: ``client_as("reader")``; ``client_as()`` is nobody."""
    made: list[TestClient] = []

    def make(*roles: str, **options: Any) -> TestClient:
        made.append(client_of(app, *roles, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(client_as: Callable[..., TestClient]) -> TestClient:
    """A signed-in clinician."""
    return client_as("clinician")


@pytest.fixture
def live(tmp_path: Path, clock: Clock) -> Iterator[Live]:
    """A real server on loopback: ``live.url``, ``.cookie``, ``.csrf``, ``.client()``."""
    with serve(tmp_path, clock) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; skipped without one unless SPECIOSA_REQUIRE_BROWSER=1."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("SPECIOSA_REQUIRE_BROWSER") == "1":
            pytest.fail("SPECIOSA_REQUIRE_BROWSER is set, but no chromium is on the PATH")
        pytest.skip("no chromium on the PATH; set SPECIOSA_REQUIRE_BROWSER=1 to demand one")
    with playwright.sync_playwright() as session:
        started = session.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any, live: Live) -> Iterator[Callable[..., Any]]:
    """Signed-in pages of ``live``: ``open_page("/people", color_scheme="dark")``.

    Options are those of a browser context; ``signed_in=False`` leaves the cookie out. Requests to
    any other host are refused and fail the test at its end, as do broken scripts and violations
    of the content security policy.
    """
    contexts: list[Any] = []
    wrong: list[str] = []
    ours = urlsplit(live.url).netloc

    def watch(route: Any) -> None:
        url = urlsplit(route.request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.netloc != ours:
            wrong.append(f"asked {url.netloc}")
            route.abort()
        else:
            route.continue_()

    def heard(message: Any) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    def open_(path: str = "", *, signed_in: bool = True, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        context.route("**/*", watch)
        if signed_in:
            name, value = live.cookie
            context.add_cookies([{"name": name, "value": value, "url": live.url}])
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if path:
            page.goto(live.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """One signed-in page, not yet anywhere: ``page.goto(live.url + "/people")``."""
    return open_page()


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """``axe(page)`` fails if anything on the page breaks WCAG 2.2 AA.

    The checker enters through the debugger, so the page's own policy stays in force.
    """
    source = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

    def check(page: Any, part: str = "html") -> None:
        page.wait_for_load_state("load")  # before its styles are there a link is too small to touch
        debugger = page.context.new_cdp_session(page)
        run = f"axe.run({part!r}, {{runOnly: {{type: 'tag', values: {WCAG!r}}}}})"
        debugger.send("Runtime.evaluate", {"expression": source})
        answer = debugger.send(
            "Runtime.evaluate", {"expression": run, "awaitPromise": True, "returnByValue": True}
        )
        debugger.detach()
        result = answer["result"]["value"]
        found = {
            f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        }
        assert found == set()
        assert len(result["passes"]) > 3

    return check
