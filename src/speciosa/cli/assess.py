"""``speciosa assess CASE``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption
from speciosa.cli.patience import patience
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.case import Case


def command(
    case: Annotated[
        str,
        typer.Argument(
            help="A YAML or JSON file, a FHIR R4 Bundle (JSON), or - for standard input."
        ),
    ],
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write a self-contained HTML report.")
    ] = None,
    fhir: Annotated[
        Path | None, typer.Option("--fhir", help="Also write a FHIR R4 Bundle (JSON).")
    ] = None,
    date: Annotated[
        str,
        typer.Option("--date", help="Date of the case of a FHIR Bundle; today (UTC) without it."),
    ] = "",
    seed: Annotated[
        int | None, typer.Option(help="Seed of the virtual persons behind the exposure fan.")
    ] = None,
    subjects: Annotated[
        int | None, typer.Option(min=20, max=100_000, help="Number of virtual persons.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Print every detail, not the compact report.")
    ] = False,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", help="A folder made by evidence update --to: added studies."),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Assess one person's case.

    Example: speciosa assess examples/daily_leaf_two_years.yaml --html report.html
    """
    from speciosa.cli.record_file import read_case_or_record

    parsed = read_case_or_record(case, date)
    from speciosa.assessment import DEFAULT_SEED, DEFAULT_SUBJECTS, assess
    from speciosa.knowledge import load, load_with

    knowledge = load() if evidence is None else load_with(str(evidence))

    with patience():
        result = assess(
            parsed,
            knowledge,
            seed=DEFAULT_SEED if seed is None else seed,
            subjects=DEFAULT_SUBJECTS if subjects is None else subjects,
        )
    if html is not None:
        from speciosa.report.html import render

        _write(html, render(result), option="--html")
    if fhir is not None:
        from speciosa.fhir import write

        recorded = dt.datetime.now(dt.UTC)
        made = write.bundle(parsed, result, knowledge=knowledge, recorded=recorded)
        _write(fhir, write.encode(made).decode(), option="--fhir")
    if output is Format.JSON:
        from speciosa.report.json import encode

        sys.stdout.buffer.write(encode(result) + b"\n")
        return
    from rich.console import Console

    from speciosa.report import terminal

    console = Console(highlight=False)
    if console.width > terminal.WIDTH or not console.is_terminal:
        console = Console(highlight=False, width=terminal.WIDTH)
    terminal.render(result, console, full=full)
    if html is not None:
        typer.echo(f"HTML report written to {html}", err=True)
    if fhir is not None:
        typer.echo(f"FHIR Bundle written to {fhir}", err=True)


def read_case_file(name: str) -> Case:
    """Read a case from a file or standard input. Raises ``InputError`` for whatever is wrong."""
    from speciosa.case import read_case_bytes

    raw, called = read_bytes(name)
    return read_case_bytes(raw, name=called)


def read_bytes(name: str) -> tuple[bytes, str]:
    """The bytes of a file or of standard input, and what to call it. Raises ``InputError``."""
    if name == "-":
        return sys.stdin.buffer.read(), "standard input"
    path = Path(name)
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = InputProblem("CASE", f"{name!r} ({reason})", "a YAML or JSON file, or -")
        raise InputError([problem]) from None


def _write(path: Path, text: str, *, option: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = InputProblem(option, f"{str(path)!r} ({reason})", "a file that can be written")
        raise InputError([problem]) from None
