"""The engine: one short transaction a call, durable when it returns, errors without any data."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from speciosa.store.failures import explain, refused
from speciosa.store.records import StoreError

BUSY_SECONDS = 30
_POOL = 8
_OVERFLOW_SQLITE = 40  # connections to a file cost little; a service has 40 threads
_OVERFLOW_POSTGRESQL = 8  # a server gives 100 to all workers together


class Database:
    """Connections to one database, SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.path = file_of(url)
        self.in_memory = self.is_sqlite and self.path is None
        # SQLite has one writer at a time and does not queue: threads queue here instead.
        # In memory there is one connection, so readers queue too.
        self._writers = threading.RLock()
        self._readers = self._writers if self.in_memory else None
        self._joined = threading.local()  # the connection of ``together``, by thread
        if self.path is not None:
            _make_private(self.path)
        self.engine = self._engine()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises ``StoreError``."""
        with self._translated():
            if (joined := self._joined_connection()) is not None:
                yield joined
            elif self._readers is None:
                with self.engine.connect() as connection:
                    yield connection
            else:
                with self._readers, self.engine.connect() as connection:
                    yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is on the disk when the block ends. Raises ``StoreError``."""
        with self._translated():
            if (joined := self._joined_connection()) is not None:
                yield joined
            elif self.is_sqlite:
                writing = self.engine.execution_options(speciosa_write=True)
                with self._writers, writing.begin() as connection:
                    yield connection
            else:
                with self.engine.begin() as connection:
                    yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction for every ``read`` and ``write`` of this thread inside the block."""
        if self._joined_connection() is not None:
            raise StoreError("one transaction is open already")
        with self.write() as connection:
            self._joined.connection = connection
            try:
                yield
            finally:
                self._joined.connection = None

    def _joined_connection(self) -> Connection | None:
        joined: Connection | None = getattr(self._joined, "connection", None)
        return joined

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection outside any transaction, for what databases allow only there."""
        if self._joined_connection() is not None:
            raise StoreError("this cannot be part of a larger transaction")
        with self._translated(), self._writers:
            options = {"isolation_level": "AUTOCOMMIT"}
            with self.engine.connect().execution_options(**options) as connection:
                yield connection

    def close(self) -> None:
        """Give the connections back; SQLite folds its write-ahead log into the file."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        # "from None": the database's own words can hold a whole row.
        try:
            yield
        except DBAPIError as error:
            raise explain(error) from None
        except StatementError as error:
            raise refused(error) from None
        except PoolTimeoutError:
            raise StoreError("the database has no free connection; try again") from None
        except SQLAlchemyError as error:
            raise StoreError(f"the database failed ({type(error).__name__})") from None

    def _engine(self) -> Engine:
        common: dict[str, Any] = {"hide_parameters": True}
        try:
            if not self.is_sqlite:
                engine = create_engine(
                    self.url,
                    pool_size=_POOL,
                    max_overflow=_OVERFLOW_POSTGRESQL,
                    pool_pre_ping=True,
                    connect_args={"options": "-c synchronous_commit=on -c timezone=UTC"},
                    **common,
                )
            elif self.in_memory:
                engine = create_engine(
                    self.url,
                    poolclass=StaticPool,
                    connect_args={"check_same_thread": False},
                    **common,
                )
            else:
                engine = create_engine(
                    self.url,
                    pool_size=_POOL,
                    max_overflow=_OVERFLOW_SQLITE,
                    connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
                    **common,
                )
        except ImportError:
            raise StoreError(
                "PostgreSQL needs the extra 'postgres': pip install 'speciosa[web,postgres]'"
            ) from None
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return engine


def parse_url(url: str) -> URL:
    """A database's address. Raises ``StoreError`` for any but SQLite and PostgreSQL."""
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgres", "postgresql"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError):
        parsed = None
    if parsed is None or parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise StoreError(
            "the database's address must be sqlite:///FILE or "
            "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
        )
    return parsed


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; none for one in memory and for PostgreSQL."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(str(parsed.database))


def _make_private(path: Path) -> None:
    """An empty file that only its owner may read; the files beside it take over its mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # or a power cut could take the new file's name away again
        finally:
            os.close(folder)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"cannot create the database {path}: {error.strerror}") from None


def _prepare_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401  # a driver's connection
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in {"wal", "memory"}:
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute("PRAGMA trusted_schema = OFF")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    writes = connection.get_execution_options().get("speciosa_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
