"""What a restore must not bring back, where it goes, and the one door out of the audit log."""

from __future__ import annotations

import datetime as dt
import stat
import subprocess
from pathlib import Path

import pytest
from tests.store.conftest import ON_POSTGRESQL
from tests.store.test_store_operations import _restore, _run
from tests.store.test_store_records import BY, LATER, NOW
from typer.testing import CliRunner

from speciosa.cli.app import app
from speciosa.store import AuditEntry, Kind, Store, StoreError, backup, checking, postgres
from speciosa.store.database import Database, parse_url


def test_a_restore_brings_no_session_link_or_used_token_back(
    url: str, store: Store, tmp_path: Path
) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    store.put_session("signed in then", b"1", LATER)
    store.remember("api", "k", b"made", LATER)
    for token in ("open", "used since", "used before"):
        store.make_link(token, person, b"gad7", by=BY, at=NOW, expires=LATER)
    store.use_link("used before", NOW, Kind.ENTRY, b"{}", by="link", change="")
    store.first_use("jwt", "before", LATER)
    file = tmp_path / "one.backup"
    backup.make(store._database, file)
    store.drop_session("signed in then")
    store.use_link("used since", NOW, Kind.ENTRY, b"{}", by="link", change="")
    store.first_use("jwt", "since", LATER)
    _restore(url, file, replace=True)
    assert store.session("signed in then", NOW) is None
    assert store.remembered("api", "k") is None
    assert [store.open_link(token, NOW) for token in ("open", "used since")] == [None, None]
    assert sum(link.used_at is not None for link in store.links(person)) == 1
    assert not store.first_use("jwt", "before", LATER)
    assert not store.first_use("jwt", "since", LATER), "a token could be replayed"
    entry = store.audit_log(limit=1)[0]
    assert (entry.by, entry.action, entry.at) == (BY, "restore", NOW)


@ON_POSTGRESQL
def test_an_older_backup_does_not_go_over_a_newer_postgresql(
    store: Store, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "one.backup"
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    backup.make(store._database, file)
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    person = store.add_person("still here", by=BY, at=NOW).id
    with pytest.raises(StoreError, match="empty database"):
        _restore(url, file, replace=True)
    assert store.person(person)


def test_what_the_service_asks_of_tls_is_asked_of_a_backup_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg")
    ran: list[list[str]] = []
    seen: dict[str, str] = {}

    def run(command: list[str], *, env: dict[str, str], **_: object) -> object:
        ran.append(command)
        seen.update(env)
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(postgres, "program", str)
    monkeypatch.setattr(subprocess, "run", run)
    url = "postgresql://u:hidden@db.test/d?sslmode=verify-full&sslrootcert=/ca.pem"
    postgres.dump(parse_url(url), tmp_path / "b")
    postgres.load(parse_url(url), tmp_path / "b")
    for command in ran:
        where = command[command.index("--dbname") + 1]
        assert {"sslmode=verify-full", "sslrootcert=/ca.pem", "host=db.test"} <= set(where.split())
        assert "hidden" not in " ".join(command)
    assert seen["PGPASSWORD"] == "hidden"  # of the test


def test_the_audit_log_is_shortened_by_one_door_that_tells(url: str, tmp_path: Path) -> None:
    store = Store.open(url)
    old, today = dt.datetime(2025, 5, 1, tzinfo=dt.UTC), dt.datetime.now(dt.UTC)
    for at in (old, old, today):
        store.audit(AuditEntry(at=at, by="dr.lee", action="GET /people", outcome="200"))
    file = tmp_path / "audit.jsonl"
    asked = ("prune-audit", "--output", str(file), "--by", "keeper", "--yes", "--before")
    refused = _run(url, *asked, today.date().isoformat())
    assert refused.exit_code == 1
    assert "last day" in refused.output
    assert not file.exists()
    done = _run(url, *asked, "2026-01-01")
    assert done.exit_code == 0, done.output
    assert len(file.read_bytes().splitlines()) == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = [(entry.by, entry.action) for entry in store.audit_log()]
    assert told == [("keeper", "prune audit"), ("dr.lee", "GET /people")]
    assert b'"audit_pruning"' in b"".join(store.export())
    with pytest.raises(StoreError):  # another than was written out: nothing goes
        store.prune_audit(today - dt.timedelta(days=2), by="x", at=today, expect=5)
    for statement in (
        "DELETE FROM audit",
        "DELETE FROM audit_pruning",
        "UPDATE audit_pruning SET entries = 0",
    ):
        with pytest.raises(StoreError), store._database.write() as connection:
            connection.exec_driver_sql(statement)
    assert len(store.audit_log()) == 2
    assert _run(url, *asked, "2026-01-01").exit_code == 1  # never over another file
    assert list(checking.problems(store._database)) == []
    store.close()


def test_a_restore_says_where_and_guesses_no_database(
    tmp_path: Path, sqlite_ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{sqlite_ready}")
    backup.make(database, tmp_path / "b")
    database.close()
    monkeypatch.chdir(tmp_path)
    for name in ("SPECIOSA_DATABASE_URL", "SPECIOSA_SETTINGS"):
        monkeypatch.delenv(name, raising=False)
    guessed = CliRunner().invoke(app, ["store", "restore", "b"])
    assert guessed.exit_code == 1
    assert "--database" in guessed.output
    assert not (tmp_path / "speciosa.db").exists()
    done = _run("sqlite:///here.db", "restore", "b")
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "here.db") in done.output
    monkeypatch.setenv("SPECIOSA_PROT", "1")
    wrong = CliRunner().invoke(app, ["store", "status"])
    assert (wrong.exit_code, wrong.output.count("\n")) == (2, 1)
    assert "SPECIOSA_PROT" in wrong.output
