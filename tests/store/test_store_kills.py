"""A few hard kills under load; ``benchmarks/store/kills.py`` does hundreds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from benchmarks.store.kills import Expected, Load, _missing, kill_often, kill_while_opening
from benchmarks.store.postgres_server import PostgresMissingError, PostgresServer
from tests.store.test_store_records import BY, NOW

from speciosa.store import Kind, Store

LOAD = Load(threads=3, seed=11, longest_seconds=0.4)


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    found = kill_often(f"sqlite:///{tmp_path}/kills.db", 5, LOAD)
    assert found.wrong == []
    assert found.kills == 5
    assert found.acknowledged["version"] >= 5


@pytest.mark.postgres
@pytest.mark.parametrize("victim", ["writer", "server"])
def test_nothing_acknowledged_is_lost_on_postgresql(victim: str) -> None:
    try:
        server = PostgresServer(sync=True)
    except PostgresMissingError as error:
        if os.environ.get("SPECIOSA_REQUIRE_POSTGRES") == "1":
            raise
        pytest.skip(str(error))
    with server:
        found = kill_often(
            server.url("postgres"), 2, LOAD, server=server if victim == "server" else None
        )
    assert found.wrong == []
    assert found.acknowledged["version"] >= 2


def test_a_new_database_whose_maker_was_killed_is_made_ready_by_the_next(tmp_path: Path) -> None:
    assert kill_while_opening(tmp_path, 3, seed=5).wrong == []


def test_the_search_for_what_is_lost_finds_it(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/found.db")
    person = store.add_person("p", by=BY, at=NOW).id
    version = store.save(person, Kind.CASE, b"1", by=BY, at=NOW, change="")
    told = {"person": person, "record": version.record, "version": 1, "sha256": version.sha256}
    lost: list[dict[str, object]] = [
        {"act": "version", **told, "sha256": "0" * 64},
        {"act": "version", **told, "version": 2},
        {"act": "version", **told, "record": "0" * 32},
        {"act": "link", **told, "token": "t"},
        {"act": "person", "person": person, "label": "q"},
        {"act": "person", "person": "0" * 32, "label": "p"},
        {"act": "answer", "person": person, "key": "k", "answer": "a"},
        {"act": "deletion", "person": person},
        {"act": "first use", "key": "k", "first": True},
        {"act": "session", "key": "k"},
        {"act": "audit", "key": "k"},
    ]
    for line in lost:
        assert _missing(store, line, Expected()), line
    assert _missing(store, {"act": "version", **told}, Expected()) == ""
    store.close()
