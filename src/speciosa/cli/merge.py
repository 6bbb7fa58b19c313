"""``speciosa merge OUT``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from speciosa.cli.output import Format, FormatOption
from speciosa.errors import InputError, InputProblem


def command(
    out: Annotated[Path, typer.Argument(help="The --out of the command whose work was shared.")],
    smallest_cell: Annotated[
        int | None,
        typer.Option(min=1, help="Smallest count of people shown in the summary of a screening."),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the results of work that was shared with --shard, once all of it is done.

    Example: speciosa merge screened
    """
    from speciosa.cohort.plan import WORK, kind_of

    kind = kind_of(out / WORK) or kind_of(out.with_name(f"{out.name}.work"))
    if kind == "screen":
        from speciosa.cli.screen import merge

        merge(out, smallest_cell, output)
    elif kind == "population":
        from speciosa.cli import simulate

        simulate.merge(out, output)
    else:
        accepted = "the --out of speciosa screen, or of speciosa simulate with --shard"
        raise InputError([InputProblem("OUT", repr(str(out)), accepted)])
