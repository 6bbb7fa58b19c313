"""The commands and the exit codes: 0 done, 2 the input is wrong, 1 our fault."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from speciosa import __version__
from speciosa.cli import (
    assess,
    ddi,
    evidence,
    knowledge,
    law,
    merge,
    model,
    network,
    pool,
    schema,
    score,
    screen,
    serve,
    simulate,
    sources,
    store,
    trial,
)
from speciosa.errors import InputError, SpeciosaError

app = typer.Typer(
    name="speciosa",
    help="One person with generalized anxiety and kratom: one cited assessment for the clinician.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("assess")(assess.command)
app.command("law")(law.command)
app.command("score")(score.command)
app.command("simulate")(simulate.command)
app.command("screen")(screen.command)
app.command("merge")(merge.command)
app.command("ddi")(ddi.command)
app.command("model")(model.command)
app.command("network")(network.command)
app.command("pool")(pool.command)
app.command("trial")(trial.command)
app.command("serve")(serve.command)
app.command("schema")(schema.command)
app.command("sources")(sources.command)
app.add_typer(evidence.app, name="evidence", help="The living base of primary studies.")
app.add_typer(knowledge.app, name="knowledge", help="The knowledge base itself.")
app.add_typer(store.app, name="store", help="The database of the service.")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        typer.echo(f"speciosa {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line. A case never reaches a traceback: it could name a person."""
    try:
        app()
    except InputError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except SpeciosaError as error:
        _our_fault(str(error))
    except Exception as error:  # the last line of defence for person-level data
        _our_fault(f"{type(error).__name__} in {_place_of(error)}")


def _our_fault(what: str) -> None:
    if os.environ.get("SPECIOSA_DEBUG"):
        raise  # noqa: PLE0704  # called from an except block only
    typer.echo(f"speciosa failed: {what}. This is our fault; please report it.", err=True)
    typer.echo("SPECIOSA_DEBUG=1 shows the traceback, which may hold data of the case.", err=True)
    sys.exit(1)


def _place_of(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}"
