"""``speciosa network FILE``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.report.network.document import NetworkDocument


class Measure(StrEnum):
    """What is compared."""

    OR = "OR"
    RR = "RR"
    RD = "RD"
    MD = "MD"
    SMD = "SMD"
    IRR = "IRR"
    IRD = "IRD"
    HR = "HR"
    GEN = "GEN"


class Method(StrEnum):
    """How effects and the spread between trials are estimated."""

    REML = "REML"
    DL = "DL"
    ML = "ML"
    CE = "CE"
    MH = "MH"


class Interval(StrEnum):
    """How wide intervals are."""

    Z = "z"
    HK = "HK"


class Better(StrEnum):
    """Which direction is good for the patient."""

    LOWER = "lower"
    HIGHER = "higher"


class SplitBy(StrEnum):
    """How indirect evidence is told from direct."""

    BACK_CALCULATION = "back-calculation"
    DESIGN = "design"


class NoEvents(StrEnum):
    """What becomes of a trial without any event, or with one in everybody."""

    KEEP = "keep"
    LEAVE_OUT = "leave-out"


def command(
    file: Annotated[
        Path, typer.Argument(help="CSV with a row for each arm, or for each contrast.")
    ],
    measure: Annotated[
        Measure | None, typer.Option(help="Default: OR, MD, IRR or GEN, by the columns.")
    ] = None,
    method: Annotated[
        Method, typer.Option(help="REML, DL, ML: random effects. CE: common. MH: rare events.")
    ] = Method.REML,
    ci: Annotated[Interval, typer.Option(help="Normal, or Hartung-Knapp.")] = Interval.Z,
    level: Annotated[float, typer.Option(help="Of all intervals.")] = 0.95,
    reference: Annotated[
        str, typer.Option(help="Default: the treatment in most trials.", show_default=False)
    ] = "",
    better: Annotated[
        Better | None, typer.Option(help="Needed to put treatments in an order.")
    ] = None,
    component: Annotated[
        str,
        typer.Option(
            metavar="TREATMENT",
            help="Of a network in parts: the part that holds it.",
            show_default=False,
        ),
    ] = "",
    split: Annotated[
        SplitBy, typer.Option(help="Indirect evidence by calculation, or from other trials alone.")
    ] = SplitBy.BACK_CALCULATION,
    increment: Annotated[
        float, typer.Option(help="Added to every cell of a trial with a cell of 0.")
    ] = 0.5,
    no_events: Annotated[
        NoEvents, typer.Option(help="Trials without events in any arm.")
    ] = NoEvents.KEEP,
    tolerance: Annotated[
        float, typer.Option(help="By how much contrasts of one trial may disagree.")
    ] = 0.001,
    plot: Annotated[Path | None, typer.Option(help="The network as FILE.svg.")] = None,
    forest: Annotated[Path | None, typer.Option(help="All against one as FILE.svg.")] = None,
    league: Annotated[Path | None, typer.Option(help="All against all as FILE.csv.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Every treatment against every other, from trials that compared some of them.

    Example: speciosa network trials.csv --measure SMD --better lower --plot network.svg
    """
    _check(level=level, increment=increment, tolerance=tolerance)
    text, raw = _read(file)
    from speciosa.evidence.effect_sizes.table import Measure as AnalysedMeasure
    from speciosa.evidence.network import Choices, analyse, read
    from speciosa.report.network.build import document

    given = read(
        text,
        AnalysedMeasure(measure.value) if measure else None,
        increment=increment,
        keep_without_events=no_events is NoEvents.KEEP,
        tolerance=tolerance,
    )
    choices = Choices(
        method=method.value,
        ci=ci.value,
        level=level,
        reference=reference,
        component=component,
        lower_is_better=None if better is None else better is Better.LOWER,
        split=split.value,
    )
    result = document(analyse(given, choices), name=file.name, raw=raw)
    _write(result, plot, forest, league)
    if output is Format.JSON:
        from speciosa.report.json import encode

        sys.stdout.buffer.write(encode(result) + b"\n")
        return
    from speciosa.report.network.text import as_text

    typer.echo(as_text(result), nl=False)


def _check(*, level: float, increment: float, tolerance: float) -> None:
    problems = []
    if not 0 < level < 1:
        problems.append(InputProblem("--level", f"{level:g}", "above 0 and below 1, as in 0.95"))
    if not 0 < increment <= 1:
        problems.append(InputProblem("--increment", f"{increment:g}", "above 0, at most 1"))
    if not 0 <= tolerance < 1:
        problems.append(InputProblem("--tolerance", f"{tolerance:g}", "0 or more, below 1"))
    if problems:
        raise InputError(problems)


def _read(file: Path) -> tuple[str, bytes]:
    try:
        raw = file.read_bytes()
    except OSError as error:
        given = f"{str(file)!r} ({error.strerror or type(error).__name__})"
        raise InputError([InputProblem("FILE", given, "a file that can be read")]) from None
    try:
        return raw.decode("utf-8-sig"), raw
    except UnicodeDecodeError:
        given = f"{str(file)!r}, which is not UTF-8 text"
        raise InputError([InputProblem("FILE", given, "CSV saved as UTF-8")]) from None


def _write(
    result: NetworkDocument, plot: Path | None, forest: Path | None, league: Path | None
) -> None:
    from speciosa.report.network import forest as forests
    from speciosa.report.network import graph
    from speciosa.report.network import league as leagues

    made = (
        ("--plot", plot, graph.graph),
        ("--forest", forest, forests.forest),
        ("--league", league, leagues.as_csv),
    )
    for option, path, make in made:
        if path is None:
            continue
        try:
            path.write_text(make(result), encoding="utf-8")
        except OSError as error:
            given = f"{str(path)!r} ({error.strerror or type(error).__name__})"
            accepted = "a file that can be written"
            raise InputError([InputProblem(option, given, accepted)]) from None
