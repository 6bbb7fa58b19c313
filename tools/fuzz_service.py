"""What the programs that look for faults of the service share: an application, and what exists."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

warnings.simplefilter("ignore")

import structlog  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402  # warns on import

from speciosa.web.api import examples  # noqa: E402
from speciosa.web.app import create_app  # noqa: E402
from speciosa.web.settings import Settings  # noqa: E402

if TYPE_CHECKING:
    from fastapi import FastAPI

TOKEN = "start-up-token-of-the-fuzz-only-0000"  # noqa: S105  # opens a database that is thrown away
V1 = "/api/v1"


def application() -> FastAPI:
    """The service in single-user mode, without limits on the rate."""
    free = dict.fromkeys(("signed_in", "anybody", "sign_in", "links", "cds"), "100000000/second")
    settings: dict[str, Any] = {
        "database_url": "sqlite://",
        "start_token": TOKEN,
        "subjects": 20,
        "rates": free,
        "cds": {"open_demo": True},
    }
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet, cache_logger_on_first_use=False)
    return create_app(Settings(**settings))


def client_of(app: FastAPI) -> TestClient:
    """A client that may do everything."""
    base = app.state.services.settings.base_url
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return TestClient(app, base_url=base, headers=headers, raise_server_exceptions=False)


class Kept:
    """People and records that exist, so that requests reach further than "not found"."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self.person, self.records = "", dict[str, str]()
        self.renew()

    def renew(self) -> None:
        """Make a person with one record of every kind, where the last one may be gone."""
        client = self._client
        if self.person and client.get(f"{V1}/people/{self.person}").status_code == 200:
            for name, record in self.records.items():
                where = f"{V1}/people/{self.person}/{name}/{record}"
                if client.get(where).status_code != 200:
                    self._add(name)
            return
        self.person = client.post(f"{V1}/people", json={"label": "fuzz"}).json()["id"]
        for name in ("cases", "entries", "events", "visits", "assessments"):
            self._add(name)

    def _add(self, name: str) -> None:
        bodies: dict[str, Any] = {
            "cases": examples.CASES["two-scores-and-a-medicine"],
            "entries": examples.ENTRIES["scores"],
            "events": examples.EVENTS["started"],
            "visits": examples.VISITS["planned"],
            "assessments": {"case": self.records.get("cases", "")},
        }
        made = self._client.post(f"{V1}/people/{self.person}/{name}", json=bodies[name])
        self.records[name] = made.headers["location"].rpartition("/")[2]

    def tag_of(self, path: str) -> str:
        """The ETag of the record that ``parameters`` names."""
        filled = path
        for name, value in self.parameters(path).items():
            filled = filled.replace(f"{{{name}}}", value)
        return str(self._client.get(filled).headers.get("etag", '"1"'))

    def parameters(self, path: str) -> dict[str, str]:
        """Path parameters that name something which exists."""
        steps = path.split("/")
        found = {
            "person": self.person,
            "instrument": "gad7",
            "place": "US-TN",
            "id": {
                "medicines": "sertraline",
                "evidence": "cbt-vs-waiting-list",
                "sources": "ddi-dikb",
                "facts": "law/US-TN/leaf/2026-07-01",
                "questionnaires": "gad7",
            }.get(steps[3] if len(steps) > 3 else "", "x"),
        }
        if "{record}" in steps:
            found["record"] = self.records[steps[steps.index("{record}") - 1]]
        return {name: value for name, value in found.items() if f"{{{name}}}" in path}


def counts(seen: Counter[int]) -> str:
    """Status codes with how often each was seen."""
    return ", ".join(f"{status}: {count:,}" for status, count in sorted(seen.items()))
