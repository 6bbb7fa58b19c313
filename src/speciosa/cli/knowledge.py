"""``speciosa knowledge check``."""

from __future__ import annotations

import typer

from speciosa.cli.output import Format, FormatOption, print_json

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``check`` a sub-command although it is the only one."""


@app.command("check")
def check(output: FormatOption = Format.TEXT) -> None:
    """Prove the whole knowledge base; exit 1 when anything in it is wrong.

    Example: speciosa knowledge check
    """
    from speciosa.knowledge import load
    from speciosa.knowledge.check import check as prove

    report = prove(load())
    if output is Format.JSON:
        print_json(report)
    else:
        typer.echo(report.text())
    if report.errors:
        raise typer.Exit(1)
