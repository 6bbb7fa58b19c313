"""What a database's error means, in a sentence that holds nothing of what was stored."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from speciosa.store.records import ConflictError, NotStorableError, StoreError

_SQLITE = {
    "SQLITE_BUSY": "the database is busy: another program holds it; try again",
    "SQLITE_LOCKED": "the database is busy: another program holds it; try again",
    "SQLITE_FULL": "the disk that holds the database is full; nothing was saved",
    "SQLITE_READONLY": "the database cannot be written: check the file's and folder's permissions",
    "SQLITE_CANTOPEN": "the database cannot be opened: check its folder and permissions",
    "SQLITE_PERM": "the database cannot be opened: check its folder and permissions",
    "SQLITE_NOTADB": "the file is no SQLite database",
    "SQLITE_CORRUPT": "the database is damaged: restore a backup (speciosa store restore)",
    "SQLITE_IOERR": "reading or writing the disk that holds the database failed",
}
# The first two characters of PostgreSQL's code name the class of the error.
_POSTGRES = {
    "08": "the connection to the database broke",
    "25": "the database cannot be written: it is read-only",
    "28": "the database refused the user or the password",
    "3D": "no such database on the server",
    "40": "another change was made at the same moment; try again",
    "42": "the database refused a statement: check the user's rights and run speciosa store check",
    "53": "the database server lacks disk space, memory or connections; nothing was saved",
    "55": "the database is busy: another program holds it; try again",
    "57": "the database server is starting or stopping; try again",
    "58": "the database server's disk failed",
}


def explain(error: DBAPIError) -> StoreError:
    """The same error in words; never the database's own, which can quote a row."""
    original = error.orig
    name = str(getattr(original, "sqlite_errorname", "") or "")
    if name.startswith("SQLITE_TOOBIG"):
        return NotStorableError("what was to be saved is too large")
    for prefix, words in _SQLITE.items():
        if name.startswith(prefix):
            return StoreError(words)
    if isinstance(error, IntegrityError):
        return ConflictError("the database refused a change that contradicts what it holds")
    state = str(getattr(original, "sqlstate", "") or "")
    if state[:2] in _POSTGRES:
        return StoreError(f"{_POSTGRES[state[:2]]} (code {state})")
    if not state and not name and isinstance(error, OperationalError):
        return StoreError("the database server cannot be reached")
    return StoreError(f"the database failed ({name or state or type(original).__name__})")


def refused(error: StatementError) -> StoreError:
    """A value that never reached the database, by the words of whoever refused it."""
    if isinstance(error.orig, StoreError):
        return error.orig
    return NotStorableError(f"a value cannot be stored ({type(error.orig).__name__})")
