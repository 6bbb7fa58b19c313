"""Every test of the store runs on SQLite and on a real PostgreSQL server of its own."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from benchmarks.store.postgres_server import PostgresMissingError, PostgresServer
from sqlalchemy import create_engine, text

from speciosa.store import Store

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
# For a test that only one of them can have.
ON_SQLITE = pytest.mark.parametrize("new_url", BOTH[:1], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("new_url", BOTH[1:], indirect=True)
_numbers = itertools.count(1)


class PostgresDatabases:
    """New databases on one server, copied from one that is ready."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
        self.empty("ready")
        Store.open(server.url("ready")).close()

    def empty(self, name: str = "") -> str:
        name = name or f"empty{next(_numbers)}"
        with self._engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return self.server.url(name)

    def ready(self) -> str:
        name = f"copy{next(_numbers)}"
        with self._engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE ready"))
        return self.server.url(name)

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabases]:
    """A server in a temporary folder; SPECIOSA_REQUIRE_POSTGRES=1 makes its absence a failure."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(PostgresServer())
        except PostgresMissingError as error:
            if os.environ.get("SPECIOSA_REQUIRE_POSTGRES") == "1":
                pytest.fail(f"PostgreSQL is required: {error}")
            pytest.skip(str(error))
        databases = PostgresDatabases(server)
        yield databases
        databases.close()


@pytest.fixture(scope="session")
def sqlite_ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that is ready, to copy."""
    path = tmp_path_factory.mktemp("ready") / "ready.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=BOTH)
def new_url(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_ready: Path
) -> Callable[[], str]:
    """Addresses of new, ready databases, of SQLite and of PostgreSQL in turn."""
    if request.param == "postgresql":
        databases: PostgresDatabases = request.getfixturevalue("postgres")
        return databases.ready

    def make() -> str:
        path = tmp_path / f"store{next(_numbers)}.db"
        shutil.copyfile(sqlite_ready, path)
        path.chmod(0o600)
        return f"sqlite:///{path}"

    return make


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The address of a new, ready database."""
    return new_url()


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> str:
    """The address of a database with nothing in it, on the same kind of server."""
    if url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/empty.db"
    databases: PostgresDatabases = request.getfixturevalue("postgres")
    return databases.empty()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store."""
    opened = Store.open(url)
    yield opened
    opened.close()
