"""One person for one patient of an EHR, however its address is written; and a trace of readings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from tests.web.service import Clock, TestClient
from tests.web.smart_kit import ISS, PATIENT, Ehr
from tests.web.test_smart import ISSUER, connected, ehr, taken

from speciosa.store import Store

__all__ = ["ehr"]


@pytest.fixture(params=["", "/"], ids=["without a slash", "with a slash"])
def app(
    make_app: Callable[..., FastAPI],
    ehr: Ehr,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FastAPI]:
    registered = ISS.rstrip("/") + request.param
    monkeypatch.setattr("tests.web.smart_kit.ISS", registered)  # as that server wants to be named
    made = make_app(smart={"issuers": [ISSUER | {"iss": registered}]})
    made.state.smart_transport = ehr.transport
    yield made


def test_the_patient_is_one_person_and_their_record_leaves_a_trace(
    client: TestClient,
    ehr: Ehr,
    app: FastAPI,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store: Store = app.state.services.store
    record = connected(client, ehr)
    monkeypatch.undo()
    client.get(record)
    trace = hashlib.sha256(f"{ISS.rstrip('/')}\n{PATIENT}".encode()).hexdigest()[:32]
    assert store.audit_log(limit=1)[0].record == trace
    store.add_person("in use", by="b", at=clock())
    refused = taken(client, record, "IN USE")
    assert refused.status_code == 422
    assert taken(client, record, "A-17").status_code == 303
    person = store.by_external(ISS.rstrip("/"), PATIENT)
    assert person is not None
    assert store.audit_log(limit=1)[0].person == person.id
