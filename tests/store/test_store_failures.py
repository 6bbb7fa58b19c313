"""What a full disk, a read-only file, a damaged one or a lost server comes to: words, no data."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from benchmarks.store.postgres_server import PostgresMissingError, PostgresServer
from tests.store.conftest import ON_POSTGRESQL
from tests.store.test_store_records import BY, NOW

from speciosa.store import Kind, Store, StoreError
from speciosa.store.database import Database, parse_url


def test_a_new_file_and_those_beside_it_are_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store.open(f"sqlite:///{tmp_path}/new.db")
        store.add_person("p", by=BY, at=NOW)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}
        store.close()
    finally:
        os.umask(before)


def test_every_connection_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.db")
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,  # memory
        "busy_timeout": 30_000,
    }
    for open_transaction in (database.read, database.write, database.alone):
        with open_transaction() as connection:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted
            }
        assert found == wanted
    database.close()


@ON_POSTGRESQL
def test_writes_on_postgresql_wait_for_the_log(store: Store) -> None:
    with store._database.write() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_serves_threads_and_leaves_no_file(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store.open(address)
    person = store.add_person("p", by=BY, at=NOW).id
    store.save(person, Kind.CASE, b"", by=BY, at=NOW, change="")
    assert store.delete_person(person, by=BY, at=NOW).removed["case"] == 1
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_the_store_goes_on_when_there_is_room(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/small.db")
    person = store.add_person("p", by=BY, at=NOW).id
    kept = store.save(person, Kind.ENTRY, b"small", by=BY, at=NOW, change="")
    # The same error as from a full disk, by a limit on the number of pages.
    with store._database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full; nothing was saved") as caught:
        store.save(person, Kind.CASE, os.urandom(1_000_000), by=BY, at=NOW, change="secret")
    assert caught.value.__cause__ is None
    assert store.latest(person) == (kept,)
    with store._database.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages * 1000}")
    assert store.save(person, Kind.CASE, os.urandom(1_000_000), by=BY, at=NOW, change="")
    store.close()


def test_a_file_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/kept.db")
    with store._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")  # root may write any file
    with pytest.raises(StoreError, match="permissions"):
        store.add_person("p", by=BY, at=NOW)
    store.close()


def test_a_folder_that_is_not_there_and_one_in_the_files_place_are_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        Store.open(f"sqlite:///{tmp_path}/nowhere/kept.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_or_a_damaged_one_is_said(tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear colleague, " * 300, encoding="utf-8")
    with pytest.raises(StoreError, match="no SQLite database"):
        Store.open(f"sqlite:///{other}")
    path = tmp_path / "damaged.db"
    store = Store.open(f"sqlite:///{path}")
    person = store.add_person("p", by=BY, at=NOW).id
    store.save(person, Kind.CASE, os.urandom(300_000), by=BY, at=NOW, change="")
    store.close()
    raw = bytearray(path.read_bytes())
    raw[4096:-4096] = b"\xa5" * (len(raw) - 8192)
    path.write_bytes(raw)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(f"sqlite:///{path}")


def test_a_database_that_another_program_holds_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speciosa.store.database.BUSY_SECONDS", 0)
    store = Store.open(f"sqlite:///{tmp_path}/held.db")
    other = sqlite3.connect(tmp_path / "held.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="busy"):
        store.add_person("p", by=BY, at=NOW)
    other.execute("ROLLBACK")
    other.close()
    assert store.add_person("p", by=BY, at=NOW)
    store.close()


@pytest.mark.postgres
def test_a_server_that_dies_is_said_and_the_store_goes_on_when_it_is_back() -> None:
    try:
        server = PostgresServer(sync=True)
    except PostgresMissingError as error:
        if os.environ.get("SPECIOSA_REQUIRE_POSTGRES") == "1":
            raise
        pytest.skip(str(error))
    with server:
        store = Store.open(server.url("postgres"))
        person = store.add_person("p", by=BY, at=NOW)
        server.stop("immediate")
        with pytest.raises(StoreError, match=r"reached|broke|stopping") as caught:
            store.add_person("Secret", by=BY, at=NOW)
        assert "ecret" not in str(caught.value)
        server.start()
        assert store.person(person.id) == person
        assert store.add_person("q", by=BY, at=NOW)
        store.close()


@pytest.mark.parametrize(
    "url", ["", "x", "mysql://h/d", "sqlite+pysqlcipher:///f", "postgresql+psycopg2://u:pw@h/d"]
)
def test_any_other_database_is_refused_without_repeating_its_address(url: str) -> None:
    with pytest.raises(StoreError, match="must be") as caught:
        Store.open(url)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgres://u:p@h/d", "postgresql://u:p@h/d"])
def test_postgresqls_usual_addresses_mean_its_one_driver(url: str) -> None:
    assert parse_url(url).drivername == "postgresql+psycopg"
