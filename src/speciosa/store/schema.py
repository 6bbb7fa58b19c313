"""Which revision a database has, and making or upgrading one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from speciosa.store.database import Database
from speciosa.store.records import SchemaError, StoreError

# Any number will do as long as nothing else in the same database locks it.
_UPGRADE_LOCK = 0x5BEC105A
_OLDER = "the database was made by an older Speciosa (schema {have}, this one needs {want}): "
_NEWER = "the database was made by a newer Speciosa (schema {have}, this one knows {want}): "


def head() -> str:
    """The revision this program works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revision(connection: Connection) -> str:
    """The database's revision, empty when it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def is_empty(connection: Connection) -> bool:
    """Whether there is no table at all."""
    return not inspect(connection).get_table_names()


def prepare(database: Database) -> None:
    """Make an empty database ready. Raises ``SchemaError`` for another revision than ours."""
    with database.read() as connection:
        have, empty = revision(connection), is_empty(connection)
    if empty:
        upgrade(database)
    elif have != head():
        raise _wrong(have)


def require(database: Database) -> None:
    """Raises ``SchemaError`` unless the database has this program's revision."""
    with database.read() as connection:
        have, empty = revision(connection), is_empty(connection)
    if empty:
        raise SchemaError("the database is empty: run speciosa store init")
    if have != head():
        raise _wrong(have)


def upgrade(database: Database, to: str = "head") -> tuple[str, str]:
    """Bring the database to this program's revision, all or nothing: (before, after)."""
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        have = revision(connection)
        if not have and not is_empty(connection):
            raise _wrong(have)
        if have and have not in known():
            raise _wrong(have)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        return have, revision(connection)


def known() -> tuple[str, ...]:
    """Every revision this program knows, the newest first."""
    script = ScriptDirectory.from_config(_config())
    return tuple(one.revision for one in script.walk_revisions())


def _wrong(have: str) -> StoreError:
    if not have:
        return SchemaError("the database holds tables that Speciosa did not make; give it its own")
    if have in known():
        words = _OLDER + "back it up, then run speciosa store upgrade"
    else:
        words = _NEWER + "upgrade the program"
    return SchemaError(words.format(have=have, want=head()))


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", folder)
    return config
