"""PostgreSQL's own programs for backups, where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from speciosa.store.records import StoreError

_DEBIAN = Path("/usr/lib/postgresql")


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


def revision_of(source: Path, url: URL) -> str:
    """The revision of the schema in a copy, "" when it has none."""
    wanted = ["--data-only", "--table=alembic_version", "--file=-"]
    told = _run([program("pg_restore"), *wanted, str(source)], url, connects=False)
    lines = [line.strip() for line in told.splitlines()]
    start = next((n for n, line in enumerate(lines) if line.startswith("COPY ")), None)
    return "" if start is None else lines[start + 1]


def load(url: URL, source: Path) -> None:
    """Put a copy in the place of what is there, all or nothing."""
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
    _run([program("pg_restore"), *options, str(source)], url)


def _run(command: list[str], url: URL, *, connects: bool = True) -> str:
    """Run it on the database that the service uses, by the same parameters; what it writes."""
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415  # the extra "postgres"

    settings = _settings(url)
    # The password goes by the environment, where other users of the machine cannot read it; all
    # else goes as the service itself says it, above all what it asks of TLS.
    password = settings.pop("password", None)
    secret = {} if password is None else {"PGPASSWORD": str(password)}
    where = ["--dbname", make_conninfo("", **settings)] if connects else []
    # Its errors are not shown: they can quote a row.
    done = subprocess.run(  # noqa: S603  # a program of PostgreSQL with arguments of ours
        [command[0], *where, *command[1:]],
        env={**os.environ, **secret},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise StoreError(
            f"{Path(command[0]).name} failed (exit status {done.returncode}): is it at least as "
            "new as the server, and may the user read and write the whole database?"
        )
    return done.stdout.decode(errors="replace")


def _settings(url: URL) -> dict[str, Any]:
    _, settings = url.get_dialect()().create_connect_args(url)
    return dict(settings)
