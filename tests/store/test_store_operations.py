"""Export and reading it back, backup and restore, the commands."""

from __future__ import annotations

import base64
import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.store.conftest import ON_POSTGRESQL
from tests.store.test_store_deletion import _live, _random
from tests.store.test_store_records import BY, LATER, NOW
from typer.testing import CliRunner, Result

from speciosa.cli.app import app
from speciosa.store import Kind, Store, StoreError, backup, checking, versions
from speciosa.store.database import Database, parse_url
from speciosa.store.tables import UtcTime, metadata
from speciosa.store.tables import versions as versions_table


def _filled(url: str) -> Store:
    store = Store.open(url)
    for number in range(3):
        _live(store, _random(number), f"MARK{number}")
    text = store.add_person('quoted " \\ \n \x07 漢字', by=BY, at=NOW).id
    store.save(text, Kind.CASE, '{"text": "Ä"}'.encode(), by=BY, at=NOW, change="é\n")
    store.delete_person(_live(store, _random(9), "MARK9"), by=BY, at=LATER)
    return store


def _read_back(lines: list[bytes], url: str) -> None:
    """Put an export into an empty store, with nothing but what its lines say."""
    database = Database(url)
    first, *rest = map(json.loads, lines)
    assert first["format"] == "speciosa-export-1"
    with database.write() as connection:
        for line in rest:
            table = metadata.tables[line.pop("type")]
            for name in [name for name in line if name.endswith("_base64")]:
                line[name.removesuffix("_base64")] = base64.b64decode(line.pop(name))
            for column in table.columns:
                value = line[column.name]
                if column.type.python_type is bytes and isinstance(value, str):
                    value = value.encode()
                if table is versions_table and column.name == "body":
                    value = versions.Content.of(value).packed
                if isinstance(column.type, UtcTime) and value is not None:
                    value = NOW.fromisoformat(value)
                line[column.name] = value
            connection.execute(insert(table).values(**line))
    database.close()


def test_an_export_holds_everything_and_can_be_read_back(new_url: Callable[[], str]) -> None:
    source, target = new_url(), new_url()
    store = _filled(source)
    lines = list(store.export())
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    _read_back(lines, target)
    again = Store.open(target)
    assert list(again.export()) == lines
    people = store.people()
    assert again.people() == people
    for person in people:
        assert again.latest(person.id) == store.latest(person.id)
        assert again.links(person.id) == store.links(person.id)
    assert again.audit_log() == store.audit_log()
    assert list(checking.contents(again._database)) == []
    store.close()
    again.close()


def test_one_persons_export_is_theirs_alone(store: Store) -> None:
    one, two = (_live(store, _random(n), f"MARK{n}") for n in (1, 2))
    told = b"".join(store.export(one))
    assert b"MARK1" in told
    assert b"MARK2" not in told
    assert two.encode() not in told
    assert json.loads(told.splitlines()[-1])["type"] == "audit"


def test_an_export_streams(store: Store) -> None:
    for number in range(5):
        _live(store, _random(number), f"MARK{number}")
    lines = store.export()
    next(lines)
    gone = store.people()[-1].id  # a clinic goes on working while an export runs
    store.delete_person(gone, by=BY, at=LATER)
    people = [line for line in map(json.loads, lines) if line["type"] == "person"]
    assert gone not in {line["id"] for line in people}


def _restore(url: str, file: Path, *, replace: bool = False) -> tuple[str, ...]:
    return backup.restore(url, file, replace=replace, by=BY, at=NOW)


def test_a_backup_brings_everything_back(
    new_url: Callable[[], str], empty_url: str, tmp_path: Path
) -> None:
    store = _filled(new_url())
    lines = list(store.export())
    file = tmp_path / "one.backup"
    digest = backup.make(store._database, file)
    assert backup.verify(file) == digest
    for path in (file, Path(f"{file}.sha256")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()
    store.close()
    assert _restore(empty_url, file) == ()
    restored = Store.open(empty_url)
    back = list(restored.export())
    withdrawn = {line for line in back if b'"type":"link"' in line}
    told = [line for line in back if b'"action":"restore"' in line]
    assert len(told) == 1
    assert digest.encode() in told[0]
    assert withdrawn
    assert all(b'"revoked":true' in line or b'"used_at":"' in line for line in withdrawn)
    assert [line for line in back if line not in withdrawn and line not in told] == [
        line for line in lines if b'"type":"link"' not in line
    ]
    restored.close()


def test_a_backup_never_overwrites_and_a_restore_only_when_told(
    url: str, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "one.backup"
    backup.make(store._database, file)
    with pytest.raises(StoreError, match="exists"):
        backup.make(store._database, file)
    person = store.add_person("after the backup", by=BY, at=NOW).id
    with pytest.raises(StoreError, match="--replace"):
        _restore(url, file)
    assert store.person(person)
    _restore(url, file, replace=True)
    assert store.people() == ()


def test_whoever_was_deleted_since_the_backup_stays_deleted(
    url: str, store: Store, tmp_path: Path
) -> None:
    kept, gone = (_live(store, _random(n), mark) for n, mark in enumerate(("KEPT", "MARK-GONE")))
    file = tmp_path / "one.backup"
    backup.make(store._database, file)
    store.delete_person(gone, by=BY, at=LATER)
    assert _restore(url, file, replace=True) == (gone,)
    assert [person.id for person in store.people()] == [kept]
    assert list(checking.problems(store._database)) == []
    if url.startswith("sqlite"):
        path = Path(str(parse_url(url).database))
        for one in tmp_path.glob(f"{path.name}*"):
            assert b"MARK-GONE" not in one.read_bytes()


@pytest.mark.parametrize("damage", ["changed", "cut", "no hash", "no file", "not a database"])
def test_a_backup_that_is_not_whole_changes_nothing(
    url: str, store: Store, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "one.backup"
    hash_file = Path(f"{file}.sha256")
    backup.make(store._database, file)
    person = store.add_person("p", by=BY, at=NOW).id
    raw = file.read_bytes()
    if damage == "changed":
        file.write_bytes(raw[:5000] + b"\xff" + raw[5001:])
    elif damage == "cut":
        file.write_bytes(raw[:-1000])
    elif damage == "no hash":
        hash_file.unlink()
    elif damage == "no file":
        file.unlink()
    else:
        file.write_bytes(b"something else" * 1000)
        hash_file.write_text(f"{backup._sha256(file)}  one.backup\n")
    with pytest.raises(StoreError):
        _restore(url, file, replace=True)
    assert store.person(person)


def test_a_backup_in_a_folder_that_is_not_there_is_said(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot write"):
        backup.make(store._database, tmp_path / "nowhere" / "x.backup")


def test_a_backup_while_others_write_is_whole(
    new_url: Callable[[], str], empty_url: str, tmp_path: Path
) -> None:

    store = Store.open(new_url())
    person = store.add_person("p", by=BY, at=NOW).id
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            store.save(person, Kind.ENTRY, b"x" * 5000, by=BY, at=NOW, change="")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(store.latest(person)) < 20:
            pass
        backup.make(store._database, tmp_path / "busy.backup")
    finally:
        stop.set()
        writer.join()
    store.close()
    _restore(empty_url, tmp_path / "busy.backup")
    restored = Store.open(empty_url)
    assert len(restored.latest(person)) >= 20
    restored.close()


def _run(url: str, *arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["store", *arguments, "--database", url], input=stdin)


def test_the_commands_tell_counts_and_no_person(url: str, tmp_path: Path) -> None:
    _filled(url).close()
    said = ""
    for arguments in (
        ("init",),
        ("status",),
        ("status", "--format", "json"),
        ("check",),
        ("upgrade",),
        ("backup", str(tmp_path / "b")),
        ("scrub",),
        ("restore", str(tmp_path / "b"), "--replace"),
    ):
        done = _run(url, *arguments)
        assert done.exit_code == 0, done.output
        said += done.output
    assert "people: 4; deleted for good: 1" in said
    assert "Everything is whole." in said
    assert "MARK" not in said
    assert "漢字" not in said


def test_the_command_exports_to_a_private_file_and_never_over_one(url: str, tmp_path: Path) -> None:
    _filled(url).close()
    file = tmp_path / "out.jsonl"
    assert _run(url, "export", "--output", str(file)).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store = Store.open(url)
    assert file.read_bytes() == b"".join(store.export())
    person = store.people()[0].id
    assert _run(url, "export", "--person", person).stdout_bytes == b"".join(store.export(person))
    store.close()
    again = _run(url, "export", "--output", str(file))
    assert (again.exit_code, "exists" in again.output) == (1, True)


def test_the_command_deletes_a_person_when_it_is_confirmed(url: str) -> None:
    store = _filled(url)
    person = store.people()[0].id
    refused = _run(url, "delete-person", person, "--by", "admin", stdin="n\n")
    assert refused.exit_code == 1
    assert store.person(person)
    done = _run(url, "delete-person", person, "--by", "admin", stdin="y\n")
    assert done.exit_code == 0
    assert "remains: backups" in done.output
    assert person not in {one.id for one in store.people()}
    assert store.audit_log(person=person)[0].by == "admin"
    gone = _run(url, "delete-person", person, "--by", "admin", "--yes")
    assert (gone.exit_code, gone.output.strip()) == (1, "no such person.")
    store.close()


def test_the_check_command_fails_when_something_is_wrong(url: str) -> None:
    store = _filled(url)
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE record SET newest = 1")
    store.close()
    done = _run(url, "check")
    assert done.exit_code == 1
    assert "its newest version is not the last one there" in done.output
    assert "MARK" not in done.output


@pytest.mark.parametrize(
    "command",
    ["status", "check", "upgrade", "export", "scrub"],
)
def test_a_database_that_is_not_there_is_not_made_by_looking(tmp_path: Path, command: str) -> None:
    file = tmp_path / "none.db"
    done = _run(f"sqlite:///{file}", command)
    assert done.exit_code == 1
    assert "speciosa store init" in done.output
    assert not file.exists()


def test_a_wrong_address_is_said_without_repeating_it() -> None:
    for url in ("mysql://u:secret@h/d", "nonsense-secret", "sqlite+aiosqlite:///secret.db"):
        done = _run(url, "status")
        assert done.exit_code == 1
        assert "secret" not in done.output
        assert "postgresql+psycopg://" in done.output


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    done = _run(f"postgresql+psycopg://u:secret@/d?host={tmp_path}", "status")
    assert done.exit_code == 1
    assert done.output.strip() == "the database server cannot be reached."


@ON_POSTGRESQL
def test_a_missing_program_of_postgresql_is_named(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("speciosa.store.postgres._DEBIAN", tmp_path)
    with pytest.raises(StoreError, match="pg_dump is not installed"):
        backup.make(store._database, tmp_path / "b")
    assert not list(tmp_path.glob("*b*.sha256"))
