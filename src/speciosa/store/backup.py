"""Backups as one file with its hash beside it, and bringing one back."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from speciosa.store import checking, deletion, postgres, schema
from speciosa.store.database import Database
from speciosa.store.records import SchemaError, StoreError
from speciosa.store.tables import deletions, people

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


def restore(url: str, source: Path, *, replace: bool) -> tuple[str, ...]:
    """Put a backup in the place of the database; the ids of people deleted again.

    People who were deleted from the present database since the backup was made are deleted from
    what comes back. An older backup is upgraded. Raises ``StoreError`` before anything changes
    when the backup is not whole, or when there is a database and ``replace`` is not set.
    """
    verify(source)
    database = Database(url)
    try:
        path = database.path
        if database.in_memory:
            raise StoreError("a database in memory cannot be restored")
        with database.read() as connection:
            occupied = not schema.is_empty(connection)
        if occupied and not replace:
            raise StoreError("there is a database already; --replace overwrites it for good")
        gone = _tombstones(database)
        if path is None:
            postgres.load(database.url, source)
            return _finish(database, gone)
        with _beside(path) as draft:
            shutil.copyfile(source, draft)
            again = _finish_file(draft, gone)
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


def _finish_file(draft: Path, gone: list[dict[str, Any]]) -> tuple[str, ...]:
    _verify_sqlite(draft)
    copy = Database(f"sqlite:///{draft}")
    try:
        return _finish(copy, gone)
    finally:
        copy.close()


def _finish(database: Database, gone: list[dict[str, Any]]) -> tuple[str, ...]:
    with database.read() as connection:
        have = schema.revision(connection)
    if have not in schema.known():
        raise SchemaError("the backup holds no schema that this program knows; upgrade the program")
    schema.upgrade(database)
    if found := next(checking.contents(database), ""):
        raise StoreError(f"the backup is not whole: {found}")
    again = []
    for row in gone:
        with database.write() as connection:
            there = select(people.c.id).where(people.c.id == row["person"])
            if connection.execute(there).one_or_none():
                again.append(str(row["person"]))
                deletion.delete_person(connection, again[-1], row["by"], row["at"])
                continue
            known = select(deletions.c.person).where(deletions.c.person == row["person"])
            if not connection.execute(known).one_or_none():
                connection.execute(insert(deletions).values(row))
    deletion.scrub(database)
    return tuple(again)


def _tombstones(database: Database) -> list[dict[str, Any]]:
    with database.read() as connection:
        if not schema.revision(connection):
            return []
        return [dict(row._mapping) for row in connection.execute(select(deletions))]


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
