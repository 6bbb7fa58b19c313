"""Making, upgrading and refusing databases; guards inside the database; what ``check`` finds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from tests.store import old_database
from tests.store.conftest import ON_SQLITE
from tests.store.test_store_records import BY, NOW

from speciosa.store import Kind, SchemaError, Store, StoreError, checking, schema
from speciosa.store.database import Database, parse_url
from speciosa.store.tables import metadata


def _problems(url: str) -> list[str]:
    database = Database(url)
    try:
        return list(checking.problems(database))
    finally:
        database.close()


def _old(url: str) -> str:
    """Fill an empty database with what the first revision made."""
    if url.startswith("sqlite"):
        path = str(parse_url(url).database)
        with sqlite3.connect(path) as connection:
            connection.executescript(old_database.SQLITE.read_text(encoding="utf-8"))
        connection.close()
        Path(path).chmod(0o600)
    else:
        database = Database(url)
        script = old_database.POSTGRESQL.read_text(encoding="utf-8")
        with database.write() as connection, connection.connection.cursor() as cursor:
            cursor.execute(script)  # without parameters, so that its per cent signs are its own
        database.close()
    return url


def test_an_empty_database_is_made_ready_and_opened_again(empty_url: str) -> None:
    for _ in range(2):
        store = Store.open(empty_url)
        store.add_person("p", by=BY, at=NOW)
        store.close()
    assert _problems(empty_url) == []


def test_the_revisions_make_the_tables_that_the_program_uses(url: str) -> None:
    database = Database(url)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_an_older_database_is_refused_and_the_message_names_the_command(empty_url: str) -> None:
    with pytest.raises(SchemaError, match="speciosa store upgrade"):
        Store.open(_old(empty_url))


def test_an_older_database_is_upgraded_with_everything_in_it(empty_url: str) -> None:
    database = Database(_old(empty_url))
    assert schema.upgrade(database) == ("0001", schema.head())
    assert schema.upgrade(database) == (schema.head(), schema.head())
    database.close()
    assert _problems(empty_url) == [], "the upgrade's seals are not those of the program"
    store = Store.open(empty_url)
    people = {person.label: person for person in store.people()}
    assert sorted(people) == sorted(old_database.PEOPLE[:2])
    assert people["Ward 1"].external[0].value == "e0"
    (case, entry) = store.latest(people["Ward 1"].id)
    assert (case.body, entry.version) == (b'{"version": 3, "of": "case"}', 3)
    assert [one.change for one in store.history(case.record)] == list(old_database.CHANGES)
    assert len(store.latest(people["Ärztin's patient"].id)) == 1
    assert b'"type":"label"' in b"".join(store.export(people["Ward 1"].id))
    assert store.remembered("api", "k") == b"{}"
    last = store.save(
        case.person, Kind.CASE, b"4", by=BY, at=NOW, change="", record=case.record, expect=3
    )
    assert last.version == 4
    store.delete_person(people["Ward 1"].id, by=BY, at=NOW)
    store.close()
    assert _problems(empty_url) == []


def test_a_newer_database_is_refused(url: str) -> None:
    database = Database(url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="newer"):
        Store.open(url)
    with pytest.raises(SchemaError, match="newer"):
        schema.upgrade(database)
    database.close()


def test_somebody_elses_database_is_left_alone(empty_url: str) -> None:
    database = Database(empty_url)
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(SchemaError, match="did not make"):
        Store.open(empty_url)
    with pytest.raises(SchemaError, match="did not make"):
        schema.upgrade(database)
    database.close()


def test_a_failed_upgrade_leaves_the_older_database_as_it_was(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(_old(empty_url))
    original = Operations.execute

    def failing(self: Operations, statement: str, *rest: object) -> None:
        if "label_stays" in str(statement):
            raise RuntimeError("the power went")
        original(self, statement, *rest)

    monkeypatch.setattr(Operations, "execute", failing)
    with pytest.raises(RuntimeError):
        schema.upgrade(database)
    monkeypatch.undo()
    with database.read() as connection:
        assert schema.revision(connection) == "0001"
    assert schema.upgrade(database) == ("0001", schema.head())
    database.close()
    assert _problems(empty_url) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE version SET body = ''",
        "UPDATE version SET \"by\" = 'x'",
        "DELETE FROM version",
        "UPDATE label SET label = 'x'",
        "DELETE FROM label",
        "UPDATE audit SET person = ''",
        "DELETE FROM audit",
        "UPDATE deletion SET \"by\" = 'x'",
        "DELETE FROM deletion",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(
    store: Store, url: str, statement: str
) -> None:
    gone = store.add_person("q", by=BY, at=NOW).id
    store.delete_person(gone, by=BY, at=NOW)
    person = store.add_person("p", by=BY, at=NOW).id
    store.save(person, Kind.CASE, b"1", by=BY, at=NOW, change="")
    before = list(store.export())
    with pytest.raises(StoreError):
        _run(url, statement)
    if not url.startswith("sqlite"):
        with pytest.raises(StoreError):
            _run(url, f"TRUNCATE {statement.split()[-1 if 'DELETE' in statement else 1]} CASCADE")
    assert list(store.export()) == before


def _run(url: str, statement: str, **values: object) -> None:
    database = Database(url)
    try:
        with database.write() as connection:
            connection.execute(text(statement), values)
    finally:
        database.close()


def _without_guard(connection: Connection, table: str, guard: str) -> None:
    on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
    connection.execute(text(f"DROP TRIGGER {table}_{guard}{on}"))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE version SET body = :other WHERE version = 1", "another body"),
        ("UPDATE version SET body = :broken WHERE version = 2", "cannot be read"),
        ("UPDATE version SET \"by\" = 'somebody else' WHERE version = 1", "broken seal"),
        ("UPDATE version SET seal = '' WHERE version = 2", "broken seal"),
        ("DELETE FROM version WHERE version = 1", "version 1 is missing"),
        ("DELETE FROM version WHERE version = 3", "not the last"),
        ("UPDATE record SET newest = 2", "not the last"),
        ("UPDATE record SET removed = TRUE", "not the last"),
        ("UPDATE label SET label = 'x'", "a label that its history"),
    ],
)
def test_check_finds_what_was_changed_behind_the_store(
    store: Store, url: str, statement: str, told: str
) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    record = store.save(person, Kind.CASE, b"1", by=BY, at=NOW, change="").record
    for expect in (1, 2):
        store.save(person, Kind.CASE, b"x", by=BY, at=NOW, change="", record=record, expect=expect)
    assert _problems(url) == []
    database = Database(url)
    with database.write() as connection:
        for table in ("version", "label"):
            _without_guard(connection, table, "is_final")
            _without_guard(connection, table, "stays")
        values = {"other": b"x\x9c\x03\x00\x00\x00\x00\x01", "broken": b"no zlib"}
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(text(statement), wanted)
    database.close()
    found = _problems(url)
    assert sum("guard" in one for one in found) == 4
    about = [one for one in found if "guard" not in one]
    assert len(about) == 1
    assert told in about[0]
    assert about[0].split()[1].strip(":") in {record, person}


def test_a_deleted_person_who_is_there_again_is_found(store: Store, url: str) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    _run(
        url,
        'INSERT INTO deletion (person, "at", "by", removed) '
        "VALUES (:person, '2026-01-01 00:00:00.000000', 'x', '')",
        person=person,
    )
    assert _problems(url) == [f"person {person} was deleted and is there again"]


@ON_SQLITE
def test_a_file_that_others_may_read_is_found(store: Store, url: str) -> None:
    path = Path(str(parse_url(url).database))
    store.add_person("p", by=BY, at=NOW)
    path.chmod(0o644)
    assert any("chmod 600" in one for one in _problems(url))


def test_postgresql_errors_hold_no_data(store: Store, url: str) -> None:
    person = store.add_person("Secret label", by=BY, at=NOW).id
    with pytest.raises(StoreError) as caught:
        _run(url, "INSERT INTO person VALUES (:id, 'Secret label', 'x', NULL, 'x')", id=person)
    assert "ecret" not in f"{caught.value!r}{caught.value.__cause__!r}"
    assert caught.value.__cause__ is None
    assert not isinstance(caught.value, DBAPIError)
