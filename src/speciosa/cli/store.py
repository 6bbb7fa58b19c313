"""``speciosa store ...``: the database of ``speciosa serve``, for whoever operates it."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from speciosa.cli.output import Format, FormatOption, print_json

if TYPE_CHECKING:
    from speciosa.store.database import Database

app = typer.Typer(no_args_is_help=True)

_DEFAULT_URL = "sqlite:///speciosa.db"  # in whatever folder the command runs
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="sqlite:///FILE or postgresql+psycopg://...; the service's setting if left out.",
    ),
]


@app.command("init")
def init(database: DatabaseOption = None) -> None:
    """Make the database; one that is there already is left alone.

    Example: speciosa store init --database sqlite:////var/lib/speciosa/speciosa.db
    """
    with _clear_errors():
        from speciosa.store import Store

        wanted = _url(database)
        Store.open(wanted).close()
        typer.echo(f"The database is ready: {_name(wanted)}.")


@app.command("upgrade")
def upgrade(database: DatabaseOption = None) -> None:
    """Bring an older database to this program's schema, all or nothing. Back it up first.

    Example: speciosa store upgrade
    """
    with _clear_errors(), _database(database) as there:
        from speciosa.store import schema

        before, after = schema.upgrade(there)
        if before == after:
            typer.echo(f"Nothing to do: the schema is {after}.")
        else:
            typer.echo(f"Upgraded from schema {before or 'none'} to {after}.")


@app.command("status")
def status(database: DatabaseOption = None, output: FormatOption = Format.TEXT) -> None:
    """How much is kept, and which schema it has; nothing about any person.

    Example: speciosa store status --format json
    """
    with _clear_errors(), _database(database) as there:
        from speciosa.store.status import status as state_of

        state = state_of(there)
        if output is Format.JSON:
            print_json(state)
            return
        typer.echo(f"database: {state.database}, {state.size_bytes / 1e6:.1f} MB")
        typer.echo(f"schema: {state.schema or 'none'} (this program needs {state.schema_needed})")
        typer.echo(f"people: {state.people}; deleted for good: {state.deletions}")
        for kind, count in state.records.items():
            typer.echo(f"records, {kind}: {count}")
        typer.echo(f"versions: {state.versions}; audit entries: {state.audit_entries}")


@app.command("check")
def check(database: DatabaseOption = None) -> None:
    """Read everything and prove it whole: hashes, seals, guards, permissions. Exit 1 if not.

    Example: speciosa store check
    """
    with _clear_errors(), _database(database) as there:
        from speciosa.store.checking import problems

        count = 0
        for count, problem in enumerate(problems(there), start=1):  # noqa: B007  # used below
            typer.echo(problem)
        if count:
            typer.echo(f"{count} problems.", err=True)
            raise typer.Exit(1)
        typer.echo("Everything is whole.")


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="The backup; its SHA-256 is written beside it.")],
    database: DatabaseOption = None,
) -> None:
    """Write a verified backup while the service goes on working.

    Example: speciosa store backup /backups/speciosa-2026-11-23.db
    """
    with _clear_errors(), _database(database) as there:
        from speciosa.store import backup as backups
        from speciosa.store import schema

        schema.require(there)
        digest = backups.make(there, file)
        typer.echo(f"Wrote {file}, SHA-256 {digest}.")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A backup, with its hash beside it.")],
    database: DatabaseOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite the database that is there.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who restores, for the audit log.")] = "operator",
) -> None:
    """Put a backup in the place of the database. Stop the service first.

    Whoever was deleted from the present database stays deleted. Everybody has to sign in again,
    and questionnaire links that are still open in the backup are withdrawn.

    Example: speciosa store restore /backups/speciosa-2026-11-23.db --replace
    """
    with _clear_errors():
        from speciosa.store import StoreError
        from speciosa.store import backup as backups

        wanted = _url(database)
        if database is None and wanted == _DEFAULT_URL:
            raise StoreError(
                "no setting says which database the service uses; name it with --database, or use "
                "the service's own settings"
            )
        again = backups.restore(wanted, file, replace=replace, by=by, at=dt.datetime.now(dt.UTC))
        typer.echo(f"Restored {file} into {_name(wanted)}.")
        if again:
            typer.echo(f"People deleted since that backup, deleted again: {len(again)}.")


@app.command("export")
def export(
    database: DatabaseOption = None,
    person: Annotated[str, typer.Option(help="One person's id; everybody if left out.")] = "",
    file: Annotated[
        Path | None, typer.Option("--output", help="A new file; standard output if left out.")
    ] = None,
) -> None:
    """Everything that is kept, as JSON lines. This is person-level data.

    Example: speciosa store export --output speciosa.jsonl
    """
    with _clear_errors(), _database(database) as there:
        from speciosa.store import Store, StoreError, schema

        schema.require(there)
        lines = Store(there).export(person)
        if file is None:
            sys.stdout.buffer.writelines(lines)
            sys.stdout.buffer.flush()
            return
        try:
            with _new_file(file) as target:
                target.writelines(lines)
        except OSError as error:
            raise StoreError(f"cannot write {file}: {error.strerror}") from None


@app.command("prune-audit")
def prune_audit(
    before: Annotated[
        dt.datetime,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="Entries before this day (UTC) go."
        ),
    ],
    file: Annotated[
        Path, typer.Option("--output", help="A new file that the entries are written to first.")
    ],
    by: Annotated[str, typer.Option(help="Who does it, for the audit log.")],
    database: DatabaseOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Write the audit log's entries from before a day to a file, then take them out of the log.

    That it was done stays in the log for ever.

    Example: speciosa store prune-audit --before 2025-01-01 --output audit-2024.jsonl --by dr.lee
    """
    with _clear_errors(), _database(database) as there:
        from speciosa.store import Store, StoreError, auditing, schema

        schema.require(there)
        store, until, now = Store(there), before.replace(tzinfo=dt.UTC), dt.datetime.now(dt.UTC)
        auditing.check_until(until, now)
        count = 0
        try:
            with _new_file(file) as target:
                for line in store.export_audit(until):
                    target.write(line)
                    count += 1
                target.flush()
                os.fsync(target.fileno())
        except OSError as error:
            raise StoreError(f"cannot write {file}: {error.strerror}") from None
        typer.echo(f"Wrote {count} entries to {file}.")
        if not count:
            return
        if not yes:
            typer.confirm("Take them out of the log for good?", abort=True)
        store.prune_audit(until, by=by, at=now, expect=count)
        typer.echo("Taken out of the log.")


@app.command("delete-person")
def delete_person(
    person: Annotated[str, typer.Argument(help="The person's id, as their page's address has it.")],
    by: Annotated[str, typer.Option(help="Who deletes, for the audit log.")],
    database: DatabaseOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything about a person for good; it cannot be undone.

    Example: speciosa store delete-person 0f3a... --by dr.lee
    """
    with _clear_errors(), _database(database) as there:
        from speciosa.store import Store, schema

        schema.require(there)
        store = Store(there)
        store.person(person)
        if not yes:
            typer.confirm("Delete everything about this person for good?", abort=True)
        done = store.delete_person(person, by=by, at=dt.datetime.now(dt.UTC))
        for what, count in done.removed.items():
            typer.echo(f"deleted, {what}: {count}")
        for what in done.remains:
            typer.echo(f"remains: {what}")


@app.command("scrub")
def scrub(database: DatabaseOption = None) -> None:
    """Clear the pages of what was deleted, where a deletion said that they remain.

    Example: speciosa store scrub
    """
    with _clear_errors(), _database(database) as there:
        from speciosa.store import Store, schema

        schema.require(there)
        for what in Store(there).scrub():
            typer.echo(f"remains: {what}")
        typer.echo("Done.")


def _name(url: str) -> str:
    """A database's name for the operator, without a password."""
    from speciosa.store.database import file_of, parse_url

    file = file_of(url)
    return str(file.resolve()) if file else parse_url(url).render_as_string(hide_password=True)


def _new_file(path: Path) -> BinaryIO:
    """Of its owner alone, and never over another."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


@contextmanager
def _database(url: str | None) -> Iterator[Database]:
    from speciosa.store import StoreError
    from speciosa.store.database import Database, file_of

    wanted = _url(url)
    file = file_of(wanted)
    if file is not None and not file.is_file():
        raise StoreError(f"there is no database {file}; speciosa store init makes one")
    there = Database(wanted)
    try:
        yield there
    finally:
        there.close()


def _url(url: str | None) -> str:
    if url:
        return url
    from speciosa.web.settings import SettingsError, load_settings

    try:
        return load_settings().database_url
    except SettingsError as error:
        typer.echo(f"{error}.", err=True)
        raise typer.Exit(2) from None


@contextmanager
def _clear_errors() -> Iterator[None]:
    # A store that is missing, busy or damaged is the operator's to mend: say it, exit with 1.
    if find_spec("sqlalchemy") is None or find_spec("alembic") is None:
        typer.echo("The store needs the extra 'web': pip install 'speciosa[web]'.", err=True)
        raise typer.Exit(1)
    from speciosa.store import StoreError

    try:
        yield
    except StoreError as error:
        typer.echo(f"{error}.", err=True)
        raise typer.Exit(1) from None
