"""Health, readiness and figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from tests.web.service import TestClient, client_of

TOKEN = "metrics-token-of-the-tests"  # noqa: S105


def test_health_and_readiness(app: FastAPI, client_as: Callable[..., TestClient]) -> None:
    nobody = client_as()
    assert nobody.get("/health").json() == {"status": "ok"}
    assert nobody.get("/ready").json()["status"] == "ready"


def test_a_service_without_its_store_lives_but_is_not_ready(
    app: FastAPI, client_as: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OSError("no such host db.internal")

    monkeypatch.setattr(app.state.services.store, "session", away)
    nobody = client_as()
    assert nobody.get("/health").status_code == 200
    answer = nobody.get("/ready")
    assert answer.status_code == 503
    assert "db.internal" not in answer.text


def test_figures_are_for_admins_and_the_token(
    make_app: Callable[..., FastAPI], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    app = make_app(metrics_token_file=tmp_path / "token")
    seen = {}
    for who in ("", "reader", "clinician", "admin"):
        client = client_of(app, *([who] if who else []))
        seen[who] = client.get("/metrics", follow_redirects=False).status_code
        client.close()
    assert seen == {"": 303, "reader": 403, "clinician": 403, "admin": 200}
    client = client_of(app)
    good = {"authorization": f"Bearer {TOKEN}"}
    assert client.get("/metrics", headers=good).status_code == 200
    for wrong in (f"Bearer {TOKEN}x", "Bearer ", TOKEN, f"Basic {TOKEN}"):
        answer = client.get("/metrics", headers={"authorization": wrong})
        assert answer.status_code == 401
    assert client.get("/api/v1/people", headers=good).status_code == 401  # opens nothing else
    client.close()


def test_without_a_token_file_no_token_opens_the_figures(
    client_as: Callable[..., TestClient],
) -> None:
    for given in ("Bearer ", "Bearer", "Bearer x"):
        answer = client_as().get("/metrics", headers={"authorization": given})
        assert answer.status_code == 401


def test_figures_count_by_template(app: FastAPI, client_as: Callable[..., TestClient]) -> None:
    clinician, admin = client_as("clinician"), client_as("admin")
    person = clinician.post("/api/v1/people", json={"label": "Zebedee"}).json()["id"]
    for _ in range(3):
        clinician.get(f"/api/v1/people/{person}?search=Zebedee")
    clinician.get("/zebedee")
    text = admin.get("/metrics").text
    wanted = 'requests_total{method="GET",route="/api/v1/people/{person}",status="200"} 3.0'
    assert f"speciosa_http_{wanted}" in text
    assert 'route="none",status="404"} 1.0' in text
    assert "process_resident_memory_bytes" in text
    assert person not in text
    assert "zebedee" not in text.lower()
