"""The service under test: built in a moment, signed in as anybody, its clock in our hands."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from speciosa.web.access import Principal, Role
from speciosa.web.app import create_app
from speciosa.web.security import sessions
from speciosa.web.security.cookies import session_cookie
from speciosa.web.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # asks for another HTTP library
    from starlette.testclient import TestClient

START_TOKEN = "start-up-token-of-the-tests-only-0000"  # noqa: S105
CLINIC = "https://clinic.example"
MANY = dict.fromkeys(("signed_in", "anybody", "sign_in", "links", "cds"), "1000000/second")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


def settings_for(folder: Path, **given: Any) -> Settings:
    """Settings of a service with its own SQLite file and no limits on the rate."""
    chosen: dict[str, Any] = {
        "database_url": f"sqlite:///{folder / 'speciosa.db'}",
        "start_token": START_TOKEN,
        "subjects": 20,
        "rates": MANY,
    }
    if given.get("mode") == "clinic":
        chosen |= {
            "public_url": CLINIC,
            "oidc": {
                "issuer": "https://id.example",
                "client_id": "speciosa",
                "roles": {"staff": "clinician"},
            },
        }
    return Settings(**(chosen | given))


def client_of(app: FastAPI, *roles: str, id: str = "someone", raises: bool = True) -> TestClient:
    """A client whose session has these roles; none of them: nobody is signed in.

    ``client.csrf`` is the token for forms; it is also sent as a header by itself.
    """
    use = app.state.services
    base = use.settings.base_url
    client = TestClient(
        app, base_url=base, raise_server_exceptions=raises, headers={"origin": base}
    )
    client.csrf = ""
    if roles:
        principal = Principal(id=id, name="Some One", roles=frozenset(map(Role, roles)))
        key, session = sessions.start(use.store, principal, now=use.now(), settings=use.settings)
        client.cookies.set(session_cookie(use.settings), key)
        client.csrf = session.csrf
        client.headers["x-csrf-token"] = session.csrf
    return client


@dataclass
class Live:
    """A server on loopback, with a session of the local user."""

    app: FastAPI
    url: str
    token: str
    cookie: tuple[str, str]
    csrf: str
    _clients: list[httpx.Client] = field(default_factory=list)

    def client(self) -> httpx.Client:
        """A signed-in HTTP client of the server."""
        made = httpx.Client(
            base_url=self.url,
            cookies=dict([self.cookie]),
            headers={"origin": self.url, "x-csrf-token": self.csrf},
            timeout=60,
            follow_redirects=True,
        )
        self._clients.append(made)
        return made


@contextlib.contextmanager
def serve(folder: Path, now: Clock, **given: Any) -> Iterator[Live]:
    """Run the service in a thread on a free port of loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    settings = settings_for(folder, port=port, **given)
    app = create_app(settings, now=now)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.01)
    client = client_of(app, *Role, id="local")
    name = session_cookie(settings)
    live = Live(app, settings.base_url, START_TOKEN, (name, client.cookies[name]), client.csrf)
    try:
        yield live
    finally:
        for made in live._clients:
            made.close()
        server.should_exit = True
        thread.join(20)
        listening.close()
        assert not thread.is_alive(), "the server did not stop"
