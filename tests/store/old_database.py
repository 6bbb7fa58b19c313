"""A database as the first revision made it, kept as SQL in ``data``; made once by this program.

    python -m tests.store.old_database

writes both files anew. They hold what the upgrade must carry over: versions of several records,
text in other alphabets and with control characters, a deletion, a link, a kept answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from benchmarks.store.postgres_server import PostgresServer
from sqlalchemy import text
from sqlalchemy.engine import Connection

from speciosa.store import schema
from speciosa.store.database import Database, parse_url
from speciosa.store.postgres import _settings, program

DATA = Path(__file__).parent / "data"
SQLITE = DATA / "schema-0001.sqlite.sql"
POSTGRESQL = DATA / "schema-0001.postgresql.sql"
START = dt.datetime(2026, 1, 5, 8, 30, 0, 250, tzinfo=dt.UTC)
CHANGES = ("made", "réponse\tcorrigée", 'line\nbreak \x07 "quoted" \\ 漢字')
PEOPLE = ("Ward 1", "Ärztin's patient", "gone")


def fill(connection: Connection) -> None:
    """Three people, one deleted; two records of three versions each for the others."""
    for number, label in enumerate(PEOPLE):
        person = f"{number:032x}"
        at = START + dt.timedelta(days=number)
        if label == "gone":
            _insert(connection, "deletion", person=person, at=at, by="admin", removed='{"case":1}')
            continue
        _insert(
            connection,
            "person",
            id=person,
            label=label,
            folded=label.casefold(),
            created_at=at,
            created_by="dr.lee",
        )
        _insert(
            connection,
            "external",
            system="https://ehr.test",
            value=f"e{number}",
            person=person,
            at=at,
            by="dr.lee",
        )
        for kind in ("case", "entry"):
            record = hashlib.md5(f"{person}{kind}".encode()).hexdigest()  # noqa: S324  # an id
            removed = kind == "entry" and number == 1
            _insert(
                connection,
                "record",
                id=record,
                person=person,
                kind=kind,
                newest=len(CHANGES),
                removed=removed,
            )
            for version, change in enumerate(CHANGES, start=1):
                last = removed and version == len(CHANGES)
                body = b"" if last else f'{{"version": {version}, "of": "{kind}"}}'.encode()
                _insert(
                    connection,
                    "version",
                    record=record,
                    version=version,
                    person=person,
                    kind=kind,
                    at=at + dt.timedelta(hours=version),
                    by="dr.lee",
                    change=change,
                    body=zlib.compress(body, 6),
                    sha256=hashlib.sha256(body).hexdigest(),
                    removed=last,
                )
        _insert(
            connection,
            "link",
            token_hash=f"t{number}",
            person=person,
            what=b"gad7",
            by="dr.lee",
            at=at,
            expires=at + dt.timedelta(days=7),
            used_at=None,
            revoked=False,
        )
    _insert(
        connection,
        "audit",
        at=START,
        by="dr.lee",
        action="GET /people",
        outcome="200",
        person="",
        record="",
        address="127.0.0.1",
    )
    _insert(
        connection, "answer", scope="api", key="k", answer=b"{}", until=START + dt.timedelta(days=1)
    )


def main() -> None:
    """Make both files with the first revision of the program that is installed."""
    DATA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old.db"
        _make(f"sqlite:///{path}")
        with sqlite3.connect(path) as connection:
            SQLITE.write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")
    with PostgresServer() as server:
        url = server.url("postgres")
        _make(url)
        settings = _settings(parse_url(url))
        done = subprocess.run(
            [
                program("pg_dump"),
                "--inserts",
                "--no-owner",
                "-h",
                str(settings["host"]),
                "-U",
                "postgres",
                "postgres",
            ],
            check=True,
            capture_output=True,
            text=True,
        )
    lines = [line for line in done.stdout.splitlines() if line and line[:1] not in "-\\"]
    POSTGRESQL.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{SQLITE.stat().st_size} and {POSTGRESQL.stat().st_size} bytes\n")


def _make(url: str) -> None:
    database = Database(url)
    schema.upgrade(database, "0001")
    with database.write() as connection:
        fill(connection)
    database.close()


def _insert(connection: Connection, table: str, **values: object) -> None:
    if connection.dialect.name == "sqlite":
        values = {
            name: value.replace(tzinfo=None).isoformat(" ", "microseconds")
            if isinstance(value, dt.datetime)
            else value
            for name, value in values.items()
        }
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(text(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'), values)  # noqa: S608


if __name__ == "__main__":
    main()
