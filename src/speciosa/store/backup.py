"""Backups as one file with its hash beside it, and bringing one back."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, delete, insert, select, update

from speciosa.store import auditing, checking, deletion, postgres, schema
from speciosa.store.database import Database
from speciosa.store.keys import insert_once
from speciosa.store.records import AuditEntry, SchemaError, StoreError
from speciosa.store.tables import (
    answers,
    deletions,
    first_uses,
    links,
    people,
    sessions,
)

_BLOCK = 1 << 20


def make(database: Database, target: Path) -> str:
    """Write a verified backup to ``target`` and its SHA-256 beside it; the hash.

    The service may go on working. Raises ``StoreError`` when the file exists.
    """
    if target.exists() or _hash_file(target).exists():
        raise StoreError(f"{target} exists already; a backup never overwrites another")
    if database.in_memory:
        raise StoreError("a database in memory has no backup")
    with _beside(target) as draft:
        if database.path is not None:
            _copy_sqlite(database.path, draft)
            _verify_sqlite(draft)
        else:
            postgres.dump(database.url, draft)
        digest = _sha256(draft)
        _settle(draft, target)
    hash_draft = _hash_file(target)
    hash_draft.write_text(f"{digest}  {target.name}\n", encoding="utf-8")
    hash_draft.chmod(0o600)
    return digest


def restore(url: str, source: Path, *, replace: bool, by: str, at: dt.datetime) -> tuple[str, ...]:
    """Put a backup in the place of the database; the ids of people deleted again.

    People who were deleted from the present database since the backup was made are deleted from
    what comes back; nobody is signed in, and links that the backup holds open are withdrawn, for
    they may have been used since. An older backup is upgraded. Raises ``StoreError`` before
    anything changes when the backup is not whole, or when there is a database and ``replace`` is
    not set.
    """
    digest = verify(source)
    database = Database(url)
    try:
        path = database.path
        if database.in_memory:
            raise StoreError("a database in memory cannot be restored")
        with database.read() as connection:
            occupied = not schema.is_empty(connection)
        if occupied and not replace:
            raise StoreError("there is a database already; --replace overwrites it for good")
        since = _Since.of(database, at)
        told = AuditEntry(at=at, by=by, action="restore", outcome=f"backup {digest}")
        if path is None:
            _check_same_schema(database, source)
            postgres.load(database.url, source)
            return _finish(database, since, told)
        with _beside(path) as draft:
            shutil.copyfile(source, draft)
            again = _finish_file(draft, since, told)
            _copy_sqlite(draft, path)
        deletion.scrub(database)
        return again
    finally:
        database.close()


def verify(source: Path) -> str:
    """The backup's hash, when the file is the one that was made. Raises ``StoreError``."""
    try:
        told = _hash_file(source).read_text(encoding="utf-8").split()[0]
        digest = _sha256(source)
    except (OSError, IndexError, UnicodeDecodeError):
        raise StoreError(
            f"{source} or its hash {_hash_file(source).name} cannot be read; both are needed"
        ) from None
    if digest != told:
        raise StoreError(f"{source} is not the file that was backed up: its SHA-256 differs")
    return digest


def _check_same_schema(database: Database, source: Path) -> None:
    # PostgreSQL's program replaces what the backup holds and leaves whatever else is there.
    with database.read() as connection:
        occupied, have = not schema.is_empty(connection), schema.revision(connection)
    if occupied and postgres.revision_of(source, database.url) != have:
        raise StoreError(
            "the backup has another schema than the database that is there; restore it into an "
            "empty database, then change the setting"
        )


@dataclass(frozen=True)
class _Since:
    """What holds although the backup does not know it: rows of the present database."""

    deletions: list[dict[str, Any]]
    first_uses: list[dict[str, Any]]

    @classmethod
    def of(cls, database: Database, now: dt.datetime) -> Self:
        """Who was deleted, and which single-use keys are used up."""
        with database.read() as connection:
            if not schema.revision(connection):
                return cls([], [])
            used = select(first_uses).where(first_uses.c.until > now)
            gone, seen = (
                [dict(row._mapping) for row in connection.execute(query)]
                for query in (select(deletions), used)
            )
            return cls(gone, seen)


def _finish_file(draft: Path, since: _Since, told: AuditEntry) -> tuple[str, ...]:
    _verify_sqlite(draft)
    copy = Database(f"sqlite:///{draft}")
    try:
        return _finish(copy, since, told)
    finally:
        copy.close()


def _finish(database: Database, since: _Since, told: AuditEntry) -> tuple[str, ...]:
    with database.read() as connection:
        have = schema.revision(connection)
    if have not in schema.known():
        raise SchemaError("the backup holds no schema that this program knows; upgrade the program")
    schema.upgrade(database)
    if found := next(checking.contents(database), ""):
        raise StoreError(f"the backup is not whole: {found}")
    again = []
    for row in since.deletions:
        with database.write() as connection:
            there = select(people.c.id).where(people.c.id == row["person"])
            if connection.execute(there).one_or_none():
                again.append(str(row["person"]))
                deletion.delete_person(connection, again[-1], row["by"], row["at"])
                continue
            known = select(deletions.c.person).where(deletions.c.person == row["person"])
            if not connection.execute(known).one_or_none():
                connection.execute(insert(deletions).values(row))
    with database.write() as connection:
        _forget_what_may_be_over(connection, since)
        auditing.add(connection, [told])
    deletion.scrub(database)
    return tuple(again)


def _forget_what_may_be_over(connection: Connection, since: _Since) -> None:
    """Sessions, kept answers and open links may have ended, gone or been used since the backup."""
    connection.execute(delete(sessions))
    connection.execute(delete(answers))
    connection.execute(update(links).where(links.c.used_at.is_(None)).values(revoked=True))
    for row in since.first_uses:
        insert_once(connection, first_uses, **row)


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        raise StoreError(f"the database could not be copied ({name})") from None


def _verify_sqlite(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as copy:
            # One file, without a log beside it; the log comes back when the store opens it.
            copy.execute("PRAGMA journal_mode = DELETE")
            answer = copy.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.Error:
        raise StoreError("the file is no SQLite database, or it is damaged") from None
    if answer != [("ok",)]:
        raise StoreError("the copy is damaged: SQLite's integrity check fails")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise StoreError(f"cannot write to {target.parent}: {error.strerror}") from None
    os.close(handle)  # mkstemp makes it readable by its owner alone
    draft = Path(name)
    try:
        yield draft
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror}") from None
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + end).unlink(missing_ok=True)


def _settle(draft: Path, target: Path) -> None:
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _hash_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
