"""``speciosa network FILE``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption
from speciosa.cli.study_file import LEAST_LEVEL, pairs, read_file
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


class Scale(StrEnum):
    """How ratios stand in the file."""

    LOG = "log"


class NoEvents(StrEnum):
    """What becomes of a trial without any event, or with one in everybody."""

    KEEP = "keep"
    LEAVE_OUT = "leave-out"


def command(
    file: Annotated[
        str,
        typer.Argument(help="CSV, TSV, YAML or JSON: a row an arm, or a contrast; - for stdin."),
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
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=HEADING", help="What a column means. Can be repeated."),
    ] = None,
    scale: Annotated[
        Scale | None, typer.Option(help="Contrasts of a ratio are logarithms of it.")
    ] = None,
    mixed: Annotated[
        bool, typer.Option("--mixed", help="Take different scales or directions all the same.")
    ] = False,
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
    _endings(plot, forest, league)
    text, name, raw = read_file(file)
    from speciosa.evidence.effect_sizes.table import Measure as AnalysedMeasure
    from speciosa.evidence.network import Choices, Reading, analyse, read
    from speciosa.report.network.build import document

    given = read(
        text,
        AnalysedMeasure(measure.value) if measure else None,
        Reading(
            columns=dict(pairs("--column", column or [])),
            logarithms=scale is not None,
            increment=increment,
            keep_without_events=no_events is NoEvents.KEEP,
            tolerance=tolerance,
            mixed=mixed,
        ),
        name=name,
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
    result = document(analyse(given, choices), name=name, raw=raw)
    _write(result, plot, forest, league)
    if output is Format.JSON:
        from speciosa.report.json import encode

        sys.stdout.buffer.write(encode(result) + b"\n")
        return
    from speciosa.report.network.text import as_text

    typer.echo(as_text(result), nl=False)


def _check(*, level: float, increment: float, tolerance: float) -> None:
    problems = []
    if not LEAST_LEVEL <= level < 1:
        accepted = f"from {LEAST_LEVEL:g} to below 1, as in 0.95"
        problems.append(InputProblem("--level", f"{level:g}", accepted))
    if not 0 < increment <= 1:
        problems.append(InputProblem("--increment", f"{increment:g}", "above 0, at most 1"))
    if not 0 <= tolerance < 1:
        problems.append(InputProblem("--tolerance", f"{tolerance:g}", "0 or more, below 1"))
    if problems:
        raise InputError(problems)


def _endings(plot: Path | None, forest: Path | None, league: Path | None) -> None:
    wanted = (("--plot", plot, ".svg"), ("--forest", forest, ".svg"), ("--league", league, ".csv"))
    problems = [
        InputProblem(option, repr(str(path)), f"a file that ends in {ending}")
        for option, path, ending in wanted
        if path is not None and path.suffix.lower() != ending
    ]
    if problems:
        raise InputError(problems)


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
