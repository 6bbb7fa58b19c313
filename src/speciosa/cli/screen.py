"""``speciosa screen EXPORT``."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from speciosa.cli.output import Format, FormatOption
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.cohort.export import Export
    from speciosa.cohort.options import Options
    from speciosa.cohort.plan import Plan
    from speciosa.cohort.screen import Screening, Step
    from speciosa.distribution import How, JobError, Share

_MOST_SHARDS = 9999
_SHARDS = 64
_DAY = len("2026-11-01")
_SHOWN = 40
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([MG])i?B?", re.IGNORECASE)
_LEAST_MEMORY_MB = 256
_UNITS = {"look": "B", "again": "B", "gather": "B", "medicines": "B", "assess": "shards"}


class StepName(StrEnum):
    """The steps whose work can be shared."""

    LOOK = "look"
    AGAIN = "again"
    GATHER = "gather"
    MEDICINES = "medicines"
    ASSESS = "assess"


def command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="EXPORT",
            help="A folder of FHIR R4 NDJSON files (plain or gzip), or a bulk export's manifest.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")],
    date: Annotated[
        str | None,
        typer.Option(
            help="Day on which everybody is assessed [default: the day of the export, or today]."
        ),
    ] = None,
    gad: Annotated[
        bool, typer.Option("--gad", help="Also people with generalized anxiety disorder.")
    ] = False,
    bundles: Annotated[
        bool, typer.Option("--bundles", help="Also a FHIR Bundle for each person.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Processes; the results are the same for any number.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(help="Address of a Dask scheduler whose workers share --out and EXPORT."),
    ] = None,
    memory: Annotated[
        str, typer.Option(help="Most memory for the reader of each worker, such as 1GB.")
    ] = "1GB",
    shards: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=_MOST_SHARDS,
            help="Groups of people that are one job each [default: as before, or 64].",
        ),
    ] = None,
    shard: Annotated[
        str | None, typer.Option(help="Do this part of one step alone, such as 3/16.")
    ] = None,
    step: Annotated[
        StepName | None, typer.Option(help="The step that --shard is a part of.")
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew: remove what is in --out of before.")
    ] = False,
    smallest_cell: Annotated[
        int | None, typer.Option(min=1, help="Smallest count of people shown in the summary.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Screen a health system's records for kratom, and assess who is named with it.

    Work that was cut off goes on where it stopped. A person of whom nothing is found is not one who
    takes no kratom.

    Example: speciosa screen examples/export --out screened
    """
    if (shard is None) != (step is None):
        missing = "--step" if step is None else "--shard"
        accepted = "--shard and --step together, such as --step look --shard 3/16"
        raise InputError([InputProblem(missing, "nothing", accepted)])
    _check_extra()
    from speciosa.distribution import JobError, parse_how, parse_share

    how = parse_how(workers, dask)
    part = parse_share(shard) if shard is not None else None
    asked_memory, asked_date = _memory(memory), _date(date)
    from speciosa.cohort.export import read_export
    from speciosa.cohort.plan import begin, read_plan

    _check_place(source, out)
    out = out.resolve()  # the workers of a cluster stand in other folders
    export = read_export(source)
    kept = None if restart else read_plan(out)
    options, why = _options(asked_date, gad, bundles, shards, export, kept)
    begin(out, _plan(options, export, source), restart=restart)
    typer.echo(f"Assessed as of {options.date} ({why}).", err=True)
    for remark in export.told:
        typer.echo(remark, err=True)
    screening = _screening(export, options, out, asked_memory)
    from speciosa.cli.rate import rates
    from speciosa.cohort.screen import Step

    with rates() as begin_step:

        def told(name: str) -> Callable[[int, int], None]:
            return begin_step(name, _UNITS[name])

        try:
            if step is not None and part is not None:
                _share(screening, Step(step.value), part, how, told)
                return
            screening.run(how, told)
        except JobError as error:  # mostly the machine's: memory, a disk that is full
            _stopped(error)
    _finish(screening, smallest_cell, output)


def merge(out: Path, smallest_cell: int | None, output: Format) -> None:
    """Write the results of a screening whose steps are all done."""
    _check_extra()
    from speciosa.cohort.export import read_export
    from speciosa.cohort.plan import begin, read_plan

    out = out.resolve()
    plan = read_plan(out)
    if plan is None:
        accepted = "the --out of speciosa screen"
        raise InputError([InputProblem("OUT", repr(str(out)), accepted)])
    source = Path(plan.source)
    export = read_export(source)
    begin(out, _plan(plan.options, export, source), restart=False)
    # Merging reads no resource, so no memory is to be set.
    _finish(_screening(export, plan.options, out, "1GB"), smallest_cell, output)


# ------------------------------------------------------------------ what is asked for


def _check_extra() -> None:
    try:
        import duckdb  # noqa: F401
        import hyperscan  # noqa: F401
        import pyarrow  # noqa: F401
        import xxhash  # noqa: F401
    except ModuleNotFoundError as error:
        typer.echo(
            f"speciosa screen needs further packages ({error.name} is missing): "
            "pip install 'speciosa[cohort]'",
            err=True,
        )
        raise typer.Exit(2) from None


def _check_place(source: Path, out: Path) -> None:
    """A later run must not take the results for a part of the export."""
    here, there = out.resolve(), source.resolve()
    if here in (there, there.parent) or there in here.parents:
        accepted = "a folder of its own, not that of the export nor one in it or around it"
        raise InputError([InputProblem("--out", repr(str(out)), accepted)])
    try:
        str(there).encode()
    except UnicodeEncodeError:
        accepted = "a folder whose path is UTF-8"
        raise InputError([InputProblem("EXPORT", ascii(str(source)), accepted)]) from None


def _memory(text: str) -> str:
    found = _MEMORY.fullmatch(text.strip())
    megabytes = float(found[1]) * (1000 if found[2].upper() == "G" else 1) if found else 0.0
    if megabytes < _LEAST_MEMORY_MB:
        accepted = f"an amount of {_LEAST_MEMORY_MB}MB or more, such as 512MB or 1GB"
        raise InputError([InputProblem("--memory", repr(text), accepted)])
    return f"{megabytes:.0f}MB"


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        accepted = "a date such as 2026-11-23"
        raise InputError([InputProblem("--date", repr(text), accepted)]) from None


def _options(
    date: dt.date | None,
    gad: bool,
    bundles: bool,
    shards: int | None,
    export: Export,
    kept: Plan | None,
) -> tuple[Options, str]:
    """The options, and why the date is what it is."""
    from speciosa.assessment import DEFAULT_SEED, DEFAULT_SUBJECTS
    from speciosa.cohort.options import Options

    if shards is None:
        shards = _SHARDS if kept is None else kept.options.shards
    exported = export.transaction_time
    if date is not None:
        chosen, why = date, "--date"
    elif kept is not None:
        chosen, why = kept.options.date, "as when it was begun"
    elif exported:
        chosen, why = _day_of(exported), "the day of the export"
    else:
        chosen = dt.datetime.now(dt.UTC).date()
        why = "today, as the export does not say when it was made"
    options = Options(
        date=chosen,
        gad=gad,
        bundles=bundles,
        shards=shards,
        seed=DEFAULT_SEED,
        subjects=DEFAULT_SUBJECTS,
    )
    return options, why


def _day_of(exported: str) -> dt.date:
    try:
        return dt.date.fromisoformat(exported[:_DAY])
    except ValueError:
        accepted = "a time such as 2026-11-01T06:00:00Z; --date gives the day whatever it holds"
        given = repr(exported[:_SHOWN])
        raise InputError([InputProblem("transactionTime", given, accepted)]) from None


def _plan(options: Options, export: Export, source: Path) -> Plan:
    from speciosa import __version__
    from speciosa.cohort.plan import Plan
    from speciosa.knowledge import load

    return Plan(
        version=__version__,
        knowledge=load().release.number,
        options=options,
        files=tuple(part.name for part in export.parts),
        source=str(source.resolve()),
    )


# ------------------------------------------------------------------ what is done


def _screening(export: Export, options: Options, out: Path, memory: str) -> Screening:
    from speciosa.cohort.screen import Screening

    return Screening(export, options, out, memory=memory)


def _share(
    screening: Screening,
    step: Step,
    part: Share,
    how: How,
    told: Callable[[str], Callable[[int, int], None]],
) -> None:
    done, lacking = screening.share(step, part, how, told(step.value))
    typer.echo(
        f"{step.value} {part.part}/{part.of}: {done} jobs are done; {lacking} of all shares lack.",
        err=True,
    )


def _stopped(error: JobError) -> NoReturn:
    typer.echo(f"{error}. What was done is kept; the same command goes on.", err=True)
    raise typer.Exit(1) from None


def _finish(screening: Screening, smallest_cell: int | None, output: Format) -> None:
    from speciosa.cohort import summary
    from speciosa.distribution import JobError

    try:
        found = screening.merge(smallest_cell=smallest_cell)
    except JobError as error:
        _stopped(error)
    if output is Format.JSON:
        sys.stdout.buffer.write(summary.json(found))
    else:
        encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
        typer.echo(summary.text(found, ascii_only=not encoding.startswith("utf")), nl=False)
    typer.echo(f"Results are in {screening.out}.", err=True)
