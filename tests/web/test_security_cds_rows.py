"""What is kept of CDS cards and feedback goes with the person it was about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from tests.web import cds_kit as kit
from tests.web.service import Clock, TestClient

from speciosa.store import External, Store


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    return make_app(cds={"clients": [kit.client()]})


def test_cards_and_feedback_go_with_the_person(
    app: FastAPI, client_as: Callable[..., TestClient], clock: Clock
) -> None:
    store: Store = app.state.services.store
    known = External(system=kit.FHIR, value="p1")
    person = store.add_person("Anna Marker", by="b", at=clock(), external=[known]).id
    ehr = kit.Ehr(client_as())
    path = kit.PATHS["patient-view"]
    answer = ehr.post(path, kit.call("patient-view", fhirServer=kit.FHIR))
    cards = [card["uuid"] for card in answer.json()["cards"]]
    told = {
        "card": cards[0],
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-22T09:05:00Z",
        "overrideReason": {"userComment": "she says no"},
    }
    assert ehr.post(f"{path}/feedback", {"feedback": [told]}).json()["stored"] == 1
    done = store.delete_person(person, by="b", at=clock())
    assert (done.removed["card"], done.removed["feedback"]) == (len(cards), 1)
    assert b"she says no" not in b"".join(store.export())
    assert any("feedback" in words for words in done.remains)
