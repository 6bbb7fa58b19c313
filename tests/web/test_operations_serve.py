"""``speciosa serve`` as an operator runs it: a process of its own, watched from outside."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from tests.store import old_database

from speciosa.cli.serve import command
from speciosa.store import Store

SPECIOSA = [sys.executable, "-c", "from speciosa.cli import main; main()"]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "daily_leaf_two_years.yaml"
MARKERS = ("zebedee1", "Zebedee Marker", "zébédée")


@dataclass
class Served:
    """A running service."""

    process: subprocess.Popen[bytes]
    url: str
    token: str
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")


def environment(folder: Path, **more: str) -> dict[str, str]:
    bare = {k: v for k, v in os.environ.items() if not k.startswith("SPECIOSA_")}
    cache = {k: v for k, v in os.environ.items() if k == "SPECIOSA_CACHE_DIR"}
    return {
        **bare,
        **cache,
        "SPECIOSA_DATABASE_URL": f"sqlite:///{folder / 'speciosa.db'}",
        "SPECIOSA_SUBJECTS": "20",
        **more,
    }


@contextlib.contextmanager
def serve(folder: Path, *options: str, **more: str) -> Iterator[Served]:
    log = (folder / "log").open("wb")
    with log, contextlib.ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                [*SPECIOSA, "serve", "--port", "0", *options],
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(folder, **more),
                cwd=folder,
            )
        )
        stack.callback(process.kill)
        text = ""
        assert process.stdout is not None
        while "Stop with" not in text:
            line = process.stdout.readline().decode()
            assert line, (folder / "log").read_text(encoding="utf-8")
            text += line
        found = re.search(r"(http://127\.0\.0\.1:\d+)/enter\?token=(\S+)", text)
        assert found, text
        yield Served(process, found[1], found[2], folder)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("service")) as running:
        yield running


@contextlib.contextmanager
def entered(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=60) as client:
        answer = client.get("/enter", params={"token": served.token})
        assert answer.status_code == 303
        yield client


def test_the_printed_address_lets_one_in(served: Served) -> None:
    with entered(served) as client:
        assert client.get("/api/v1/people").status_code == 200
        assert client.get("/ready").json()["status"] == "ready"
    assert len(served.token) >= 40
    with httpx.Client(base_url=served.url) as stranger:
        assert stranger.get("/api/v1/people").status_code == 401
        assert "server" not in stranger.get("/health").headers


def story(client: httpx.Client, token: str) -> list[httpx.Response]:
    """Everything a person's data may pass through, with a marker in every field."""
    one, two, three = MARKERS
    bearer = {"authorization": f"Bearer {token}"}
    case: dict[str, Any] = {
        "date": "2026-11-22",
        "symptoms": {"gad7": {"total": 12}, "free_text": f"{two} {three}"},
        "medicines": [{"name": one, "reason": two}, {"name": "sertraline", "reason": three}],
        "kratom": {
            "status": "using",
            "products": [{"form": "leaf_powder", "label": two, "strain": one}],
        },
    }
    person = client.post("/api/v1/people", json={"label": two}, headers=bearer).json()["id"]
    calls = [
        client.get(f"/api/v1/people?search={two}", headers=bearer),
        client.post(f"/api/v1/people/{person}/cases", json=case, headers=bearer),
        client.post("/api/v1/assessments", json=case, headers=bearer),
        client.post("/api/v1/assessments", json=case | {one: two}, headers=bearer),
        client.post("/api/v1/assessments", content=f'{{"{one}": ', headers=bearer),
        client.post("/api/v1/cases/check", json={"date": two}, headers=bearer),
        client.get(f"/api/v1/people/{one}", headers=bearer),
        client.get(f"/people?search={two}"),
        client.get(f"/{one}?q={two}", headers={"user-agent": two.lower(), "referer": f"/{one}"}),
        client.get(f"/q/{one}"),
        client.post(f"/q/{one}", data={"answer": two}),
        client.get(f"/medicines/{one}"),
        client.get(f"/enter?token={one}"),
        client.request(one.upper(), "/"),
        client.post("/cds-services/patient-view", json={"context": {"patientId": one}}),
        client.get("/cds-services", headers={"authorization": f"Bearer {one}"}),
        client.post("/people", data={"label": two, "csrf_token": one}),
        client.get(f"/people/{person}"),
        client.delete(f"/api/v1/people/{person}", headers=bearer),
    ]
    assert calls[2].status_code == 200  # the story went where it should
    return calls


def test_nothing_of_a_person_is_in_logs_figures_or_refusals(served: Served) -> None:
    with entered(served) as client:
        answers = story(client, served.token)
        figures = client.get("/metrics").text
    time.sleep(0.2)
    log = served.log
    lines = [json.loads(line) for line in log.splitlines()]
    assert len([line for line in lines if line["event"] == "request"]) > len(answers)
    for marker in MARKERS:
        for text in (marker, marker.encode("unicode_escape").decode(), marker.replace(" ", "%20")):
            assert text.lower() not in log.lower()
            assert text.lower() not in figures.lower()
    assert served.token not in log
    ids = re.findall(r"\b[0-9a-f]{32}\b", log)
    assert ids == []
    refusals = [answer for answer in answers if answer.status_code >= 400]
    assert len(refusals) > 8
    for answer in refusals:
        if not answer.request.url.path.startswith("/api/"):  # those name the field and the value
            assert not any(m.lower() in answer.text.lower() for m in MARKERS), answer.request.url


def test_a_running_request_is_finished_on_sigterm(tmp_path: Path) -> None:
    with serve(tmp_path) as running:
        port = int(running.url.rpartition(":")[2])
        body = json.dumps({"label": "A 1"}).encode()
        head = (
            f"POST /api/v1/people HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {running.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + body[:5])
            time.sleep(0.3)
            running.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            with pytest.raises(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            connection.sendall(body[5:])
            connection.settimeout(20)
            assert connection.recv(100).startswith(b"HTTP/1.1 201")
        assert running.process.wait(20) in {0, -signal.SIGTERM}
    store = Store.open(f"sqlite:///{tmp_path / 'speciosa.db'}")  # what was confirmed is there
    assert [person.label for person in store.people()] == ["A 1"]
    store.close()


def test_several_workers_share_token_sessions_and_figures(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "2") as running:
        for attempt in range(100):  # the address is printed while the workers warm up
            with contextlib.suppress(httpx.TransportError):
                httpx.get(running.url + "/ready", timeout=20)
                break
            assert attempt < 99
            time.sleep(0.2)
        with entered(running) as client:
            for _ in range(20):
                with httpx.Client(base_url=running.url, cookies=client.cookies) as one:
                    assert one.get("/api/v1/people").status_code == 200
            text = client.get("/metrics").text
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(20)
    counted = re.search(r'requests_total\{[^}]*route="/api/v1/people",status="200"\} (\d+)', text)
    assert counted
    assert int(counted[1]) == 20


@pytest.fixture
def says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """What the command says of a mistake, ending with 2."""

    def run(*, settings: Path | None = None, host: str | None = None, **more: str) -> str:
        port = int(more.pop("port", "0"))
        monkeypatch.setattr(os, "environ", environment(tmp_path, **more))
        with pytest.raises(typer.Exit) as stopped:
            command(host=host, port=port, workers=None, settings=settings)
        assert stopped.value.exit_code == 2
        return capsys.readouterr().err

    return run


def test_mistakes_are_said_in_one_sentence(
    says: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "loopback only" in says(host="0.0.0.0")  # noqa: S104
    assert "SPECIOSA_PROT" in says(SPECIOSA_PROT="1")
    assert "none.toml" in says(settings=tmp_path / "none.toml")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port} of 127.0.0.1 is in use" in says(port=port)
    (tmp_path / "text.db").write_text("not a database " * 100, encoding="utf-8")
    assert says(SPECIOSA_DATABASE_URL=f"sqlite:///{tmp_path / 'text.db'}")
    for name, value, said in (
        ("DATABASE_URL", "sqlite://", "in memory"),
        ("DATABASE_URL", "sqlite:///:memory:", "in memory"),
        ("METRICS_TOKEN_FILE", "/nowhere", "metrics_token_file: the file /nowhere"),
        ("ALLOWED_HOSTS", "a,b", "SPECIOSA_ALLOWED_HOSTS"),
        ("START_TOKEN", "a", "start_token"),
    ):
        sentence = says(**{f"SPECIOSA_{name}": value})
        assert said in sentence
        assert sentence.count("\n") == 1
        assert "our fault" not in sentence
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert "speciosa[web]" in says()


def test_a_database_of_an_older_version_is_refused_by_its_remedy(
    says: Callable[..., str], tmp_path: Path
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript(old_database.SQLITE.read_text(encoding="utf-8"))
    said = says(SPECIOSA_DATABASE_URL=f"sqlite:///{tmp_path / 'old.db'}")
    assert "older Speciosa" in said
    assert "speciosa store upgrade" in said


def test_the_light_commands_import_nothing_of_the_service() -> None:
    code = (
        "import sys; from speciosa.cli.app import app; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "{'fastapi', 'starlette', 'sqlalchemy', 'uvicorn', 'structlog', 'authlib'} "
        "or m.startswith('speciosa.web')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
