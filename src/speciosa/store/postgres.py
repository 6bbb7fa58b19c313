"""PostgreSQL's own programs for backups, where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL

from speciosa.store.records import StoreError

_DEBIAN = Path("/usr/lib/postgresql")
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}


def program(name: str) -> str:
    """Where a program of PostgreSQL is. Raises ``StoreError`` when it is not installed."""
    found = shutil.which(name)
    if found:
        return found
    versions = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise StoreError(f"{name} is not installed; it comes with PostgreSQL's client programs")
    return str(versions[-1])


def dump(url: URL, target: Path) -> None:
    """A consistent copy of the database in PostgreSQL's own format."""
    _run([program("pg_dump"), "--format=custom", "--no-owner", "--file", str(target)], url)


def load(url: URL, source: Path) -> None:
    """Put a copy in the place of what is there, all or nothing."""
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
    name = str(_settings(url)["dbname"])
    _run([program("pg_restore"), *options, "--dbname", name, str(source)], url)


def _run(command: list[str], url: URL) -> None:
    # The password goes by the environment, where other users of the machine cannot read it.
    told = {
        _VARIABLES[key]: str(value) for key, value in _settings(url).items() if key in _VARIABLES
    }
    # Its errors are not shown: they can quote a row.
    done = subprocess.run(  # noqa: S603  # a program of PostgreSQL with arguments of ours
        command, env={**os.environ, **told}, capture_output=True, check=False
    )
    if done.returncode:
        raise StoreError(
            f"{Path(command[0]).name} failed (exit status {done.returncode}): is it at least as "
            "new as the server, and may the user read and write the whole database?"
        )


def _settings(url: URL) -> dict[str, object]:
    _, settings = url.get_dialect()().create_connect_args(url)
    return dict(settings)
