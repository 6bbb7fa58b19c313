"""The knowledge base over HTTP: everything can be found, cited and traced to its source."""

from __future__ import annotations

import pytest

from speciosa.knowledge import load
from speciosa.knowledge.index import index_of

V1 = "/api/v1"


def everything(client, path):
    """Every row behind an address, page after page."""
    rows = []
    while path:
        page = client.get(path).json()
        rows += page["items"]
        path = page["next"]
    return rows


def test_law_is_layered_and_says_what_it_does_not_know(client):
    answer = client.get(f"{V1}/law/US-TN", params={"on": "2001-01-01", "age": 20}).json()
    assert answer["place"] == "US-TN"
    assert {layer["level"] for layer in answer["layers"]} >= {"country", "state"}
    state = [layer for layer in answer["layers"] if layer["level"] == "state"]
    assert {layer["status"] for layer in state} == {"not_known"}
    assert "not known" in answer["headline"]


def test_law_of_one_substance(client):
    answer = client.get(f"{V1}/law/US-TN", params={"substance": "7-oh"}).json()
    assert set(answer["leading"]) == {"7-oh"}


@pytest.mark.parametrize(
    "address",
    ["law/XX", "law/tennessee", "law/US-TN?on=1700000000", "law/US-TN?age=-1",
     "law/US-TN?substance=tea", "medicines?limit=0", "medicines?limit=201", "facts?offset=-1"],
)  # fmt: skip
def test_what_is_asked_wrongly_is_said_so(client, address):
    answer = client.get(f"{V1}/{address}")
    assert answer.status_code == 422
    assert answer.json()["problems"]


@pytest.mark.parametrize(
    "address", ["medicines/none", "evidence/none", "sources/none", "facts/law/none", "facts/none"]
)
def test_what_is_not_there_is_not_found(client, address):
    answer = client.get(f"{V1}/{address}")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_every_medicine_is_listed_once_and_opens(client):
    rows = everything(client, f"{V1}/medicines?limit=200")
    ids = [row["id"] for row in rows]
    assert sorted(ids) == sorted(one.id for one in load().medicines.all())
    one = client.get(next(row["url"] for row in rows if row["id"] == "sertraline")).json()
    assert one["medicine"]["class"] == "SSRI"
    known = {source["id"] for source in one["sources"]}
    assert all(set(fact["sources"]) <= known for fact in one["facts"])


def test_a_medicine_is_found_by_a_brand(client):
    rows = client.get(f"{V1}/medicines", params={"q": "zoloft"}).json()["items"]
    assert [row["id"] for row in rows] == ["sertraline"]


def test_every_question_is_listed_and_every_answer_opens(client):
    rows = everything(client, f"{V1}/evidence?limit=200")
    assert len(rows) == len(load().evidence.questions.questions)
    answered = [row for row in rows if row["answered"]]
    assert len(answered) == len(load().evidence.pooled)
    for row in answered[::20]:
        answer = client.get(row["url"]).json()
        assert answer["effect"]["certainty"] == row["certainty"]


def test_a_source_names_the_facts_that_rest_on_it(client):
    index = index_of(load())
    source = next(one for one in index.sources if index.facts_of_source[one.id])
    answer = client.get(f"{V1}/sources/{source.id}").json()
    assert tuple(answer["facts"]) == index.facts_of_source[source.id]
    fact = client.get(f"{V1}/facts/{answer['facts'][0]}").json()
    assert source.id in {one["id"] for one in fact["sources"]}


def test_a_fact_can_be_cited(client):
    answer = client.get(f"{V1}/facts/law/US-TN/leaf/2026-07-01").json()
    assert answer["release"] == load().release.number
    assert answer["permalink"].endswith("/facts/law/US-TN/leaf/2026-07-01")
    assert answer["fact"]["verified"] in {True, False}


def test_facts_are_paged_without_gap_or_repeat(client):
    rows = everything(client, f"{V1}/facts?table=law&limit=200")
    assert [row["id"] for row in rows] == [f.id for f in index_of(load()).find_facts(table="law")]
