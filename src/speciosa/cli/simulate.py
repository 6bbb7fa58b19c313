"""``speciosa simulate REGIMEN``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli import simulate_sobol
from speciosa.cli.output import Format, FormatOption, print_result
from speciosa.cli.patience import progress
from speciosa.cli.simulate_population import MOST_PEOPLE, Asked, finish, show, simulate_population
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.pharmacology.exposure.plan import Plan
    from speciosa.pharmacology.exposure.regimen.forecast import Settings
    from speciosa.report.simulation.document import SimulationDocument

# Whole curves are kept for everybody; so many still fit into the memory of a small machine.
MOST_SUBJECTS = 20_000
FEWEST = 20
_FILES = (".yaml", ".yml", ".json")
_SHORTEST_H, _LONGEST_H = 1.0, 365 * 24.0
_UNTIL = re.compile(r"(\d+(?:\.\d+)?)\s*(h|hours?|d|days?)")


class BodyEffects(StrEnum):
    """Whether the bodies of a population move levels, as is assumed and no study shows."""

    ASSUMED = "assumed"
    NONE = "none"


class Mode(StrEnum):
    """What is asked for, by the option that asks for it."""

    PERSON = ""
    PEOPLE = "--out"
    SHARES = "--sobol"


class Structure(StrEnum):
    """Which exposure model; ``both`` mixes them."""

    LINEAR = "linear"
    TURNOVER = "turnover"
    BOTH = "both"


_MODES = {
    "--population": (Mode.PEOPLE, Mode.SHARES),
    "--body-effects": (Mode.PEOPLE, Mode.SHARES),
    "--workers": (Mode.PEOPLE, Mode.SHARES),
    "--dask": (Mode.PEOPLE,),
    "--shard": (Mode.PEOPLE,),
    "--restart": (Mode.PEOPLE,),
    "--measured": (Mode.PERSON,),
    "--table": (Mode.PERSON, Mode.PEOPLE),
}
# Without a number: so many people; and at most so many.
_PEOPLE = {
    Mode.PERSON: (1000, MOST_SUBJECTS),
    Mode.PEOPLE: (1000, MOST_PEOPLE),
    Mode.SHARES: (simulate_sobol.DEFAULT_SUBJECTS, simulate_sobol.MOST_SUBJECTS),
}


def command(
    regimen: Annotated[
        str, typer.Argument(help='One line such as "2 g leaf tea", or a YAML or JSON file, or -.')
    ],
    structure: Annotated[
        Structure, typer.Option(help="The exposure model, or both mixed.")
    ] = Structure.BOTH,
    subjects: Annotated[
        str | None, typer.Option(help="Number of virtual persons, such as 1000 or 1e6.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the virtual persons.")] = None,
    measured: Annotated[
        list[str] | None,
        typer.Option(
            help='A plasma level: "mitragynine=55 ng/mL@2h", "7-oh<1 ng/mL@30h". Can be repeated.'
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="How long to follow after the first dose: 72h, 14d.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="Also write the curve as FILE.csv or FILE.parquet.")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Also write a picture as FILE.svg or FILE.png.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Simulate a whole population into FILE.zarr or FILE.parquet."),
    ] = None,
    population: Annotated[
        str | None,
        typer.Option(
            help="With --out or --sobol: who they are, by name (us-adults) or as a table of people."
        ),
    ] = None,
    body_effects: Annotated[
        BodyEffects | None,
        typer.Option(help="With --population: what size, age and liver are assumed to do."),
    ] = None,
    sobol: Annotated[
        bool, typer.Option("--sobol", help="Say instead where the spread of levels comes from.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            help="With --out or --sobol: processes; the result is the same for any number."
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            help="With --out: address of a Dask scheduler whose workers share its folder."
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(help="With --out: do this part of the work alone, such as 3/16; then merge."),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="With --out: begin anew, over what is there.")
    ] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Describe the blood levels a regimen might give. It proposes none.

    Example: speciosa simulate "2 g leaf tea three times a day for 14 days then stop"
    """
    plan = _with_levels(_read(regimen), measured or [])
    until_h = _hours(until)
    _check_endings(table, chart)
    mode = _mode(out, sobol=sobol)
    _check_options(
        mode,
        {
            "--population": population,
            "--body-effects": body_effects,
            "--workers": workers,
            "--dask": dask,
            "--shard": shard,
            "--restart": restart or None,
            "--measured": measured,
            "--table": table,
        },
    )
    default, most = _PEOPLE[mode]
    from speciosa.assessment import DEFAULT_SEED
    from speciosa.pharmacology.exposure.regimen.forecast import Settings
    from speciosa.pharmacology.exposure.virtual.people import STRUCTURES

    settings = Settings(
        seed=DEFAULT_SEED if seed is None else seed,
        subjects=default if subjects is None else _count(subjects, most, mode),
        structures=STRUCTURES if structure is Structure.BOTH else (structure.value,),
        until_h=until_h,
    )
    effects = (body_effects or BodyEffects.ASSUMED).value
    if mode is Mode.SHARES:
        _shares(plan, settings, population, effects, workers, chart, output)
    elif out is not None:
        everybody = subjects is None
        asked = Asked(out, population, effects, workers, dask, shard, restart, everybody)
        _check_alone(plan, asked, table, chart)
        people = simulate_population(plan, settings, asked)
        if people is not None:
            _write_files(people, table, chart)
            show(people, output)
    else:
        _one_person(plan, settings, table, chart, output)


def _one_person(
    plan: Plan, settings: Settings, table: Path | None, chart: Path | None, output: Format
) -> None:
    """The levels that one person might have, from whole curves."""
    from speciosa.knowledge import load
    from speciosa.pharmacology.exposure.regimen.forecast import forecast
    from speciosa.report.simulation.document import document

    with progress("simulating") as told:
        simulated = forecast(plan, load(), settings, progress=told)
    result = document(simulated, plan, load())
    _write_files(result, table, chart)
    from speciosa.report.simulation.terminal import render

    print_result(result, output, render)


def _shares(
    plan: Plan,
    settings: Settings,
    population: str | None,
    effects: str,
    workers: int | None,
    chart: Path | None,
    output: Format,
) -> None:
    """Where the spread of levels comes from."""
    _check_levels(plan, "--sobol")
    _check_paths(None, population, None, chart)
    result = simulate_sobol.sensitivity(
        plan, settings, named=population, body_effects=effects, workers=workers
    )
    if chart is not None:
        _write_file("--chart", chart, simulate_sobol.picture(result, chart))
    simulate_sobol.show(result, output)


def merge(file: Path, output: Format) -> None:
    """Write the file of a population whose shares are all done, and show the result."""
    show(finish(file), output)


# ------------------------------------------------------------------ what goes in


def _mode(out: Path | None, *, sobol: bool) -> Mode:
    if out is None:
        return Mode.SHARES if sobol else Mode.PERSON
    if sobol:
        accepted = "one of the two: a population in a file, or shares of the spread"
        raise InputError([InputProblem("--sobol", "with --out", accepted)])
    return Mode.PEOPLE


def _check_options(mode: Mode, options: Mapping[str, object]) -> None:
    """Refuse options that mean nothing in what is asked for."""
    for option, given in options.items():
        where = _MODES[option]
        if given is not None and mode not in where:
            accepted = f"this option together with {' or '.join(filter(None, where))}"
            if Mode.PERSON in where:
                accepted = f"this option without {mode.value}"
            raise InputError([InputProblem(option, str(given), accepted)])


def _check_alone(plan: Plan, asked: Asked, table: Path | None, chart: Path | None) -> None:
    """Refuse what a whole population cannot do."""
    _check_levels(plan, "--out")
    given = [name for name, path in (("--table", table), ("--chart", chart)) if path is not None]
    if asked.shard is not None and given:
        accepted = "files of the whole, once it is merged: leave it out with --shard"
        raise InputError([InputProblem(given[0], "a file of a share", accepted)])
    _check_paths(asked.out, asked.population, table, chart)


def _check_paths(
    out: Path | None, population: str | None, table: Path | None, chart: Path | None
) -> None:
    """Refuse to write one file over another, or over the table that people are read from."""
    held = {Path(population).resolve(): "--population"} if population else {}
    if out is not None:
        from speciosa.population.output.files import written

        held |= dict.fromkeys((file.resolve() for file in written(out)), "--out")
    for option, path in (("--table", table), ("--chart", chart)):
        if path is not None and path.resolve() in held:
            accepted = f"another file than that of {held[path.resolve()]}"
            raise InputError([InputProblem(option, repr(str(path)), accepted)])


def _check_levels(plan: Plan, option: str) -> None:
    """Refuse measured levels, which narrow one person's simulation alone."""
    if plan.levels:
        accepted = f"measured levels without {option}"
        raise InputError([InputProblem("levels", f"{len(plan.levels)} with {option}", accepted)])


def _count(subjects: str, most: int, mode: Mode) -> int:
    """A number of people, also as 1e6."""
    try:
        number = float(subjects.replace(",", "").replace("_", ""))
    except ValueError:
        number = 0.0
    if not (FEWEST <= number <= most and number == int(number)):
        accepted = f"a whole number from {FEWEST} to {most:,}"
        if mode is Mode.PERSON:
            accepted += ", or more with --out FILE"
        raise InputError([InputProblem("--subjects", repr(subjects), accepted)])
    return int(number)


def _read(regimen: str) -> Plan:
    from speciosa.pharmacology.exposure.plan import read_plan_bytes, read_plan_text

    if regimen == "-":
        return read_plan_bytes(sys.stdin.buffer.read(), name="standard input")
    if not regimen.lower().endswith(_FILES):
        return read_plan_text(regimen)
    path = Path(regimen)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = InputProblem("REGIMEN", f"{regimen!r} ({reason})", "a YAML or JSON file, or -")
        raise InputError([problem]) from None
    return read_plan_bytes(raw, name=path.name)


def _with_levels(plan: Plan, measured: list[str]) -> Plan:
    from speciosa.pharmacology.exposure.plan.level_text import read_level

    if not measured:
        return plan
    levels = (*plan.levels, *(read_level(text) for text in measured))
    return plan.model_copy(update={"levels": levels})


def _hours(until: str | None) -> float | None:
    if until is None:
        return None
    found = _UNTIL.fullmatch(until.strip().lower())
    hours = float(found[1]) * (24.0 if found[2].startswith("d") else 1.0) if found else 0.0
    if not _SHORTEST_H <= hours <= _LONGEST_H:
        accepted = "hours or days after the first dose, such as 72h or 14d, from 1h to 365d"
        raise InputError([InputProblem("--until", repr(until), accepted)])
    return hours


# ------------------------------------------------------------------ what comes out


def _check_endings(table: Path | None, chart: Path | None) -> None:
    """Refuse a file of an unknown kind before anything is computed."""
    from speciosa.report.simulation import chart as charts
    from speciosa.report.simulation import table as tables

    problems = [
        InputProblem(option, repr(str(path)), f"a file that ends in {' or '.join(endings)}")
        for option, path, endings in (
            ("--table", table, tables.ENDINGS),
            ("--chart", chart, charts.ENDINGS),
        )
        if path is not None and path.suffix.lower() not in endings
    ]
    if problems:
        raise InputError(problems)


def _write_files(result: SimulationDocument, table: Path | None, chart: Path | None) -> None:
    from speciosa.report.simulation.chart import as_png, as_svg
    from speciosa.report.simulation.table import as_csv, as_parquet

    makers: dict[str, Callable[[SimulationDocument], bytes]] = {
        ".csv": as_csv,
        ".parquet": as_parquet,
        ".svg": as_svg,
        ".png": as_png,
    }
    for option, path in (("--table", table), ("--chart", chart)):
        if path is not None:
            _write_file(option, path, makers[path.suffix.lower()](result))


def _write_file(option: str, path: Path, raw: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        given = f"{str(path)!r} ({reason})"
        raise InputError([InputProblem(option, given, "a file that can be written")]) from None
    typer.echo(f"written to {path}", err=True)
