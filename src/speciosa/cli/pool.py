"""``speciosa pool FILE``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption
from speciosa.cli.patience import progress
from speciosa.cli.study_file import LEAST_LEVEL, pairs, read_file
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.report.pool.document import PoolDocument
    from speciosa.report.pool.question import Multiple, Question

_ENDINGS = (".svg",)


class MeasureName(StrEnum):
    """What is pooled."""

    OR = "OR"
    RR = "RR"
    RD = "RD"
    HR = "HR"
    MD = "MD"
    SMD = "SMD"
    COR = "COR"
    ZCOR = "ZCOR"
    IRR = "IRR"
    IRD = "IRD"
    GEN = "GEN"


class MethodName(StrEnum):
    """The common effect, or an estimator of the variance between studies."""

    CE = "CE"
    DL = "DL"
    PM = "PM"
    REML = "REML"
    ML = "ML"
    SJ = "SJ"
    HE = "HE"
    HS = "HS"
    EB = "EB"


class Interval(StrEnum):
    """How the interval of the pooled effect is made."""

    HK = "HK"
    HK_ADHOC = "HK-adhoc"
    Z = "z"


class PredictionBy(StrEnum):
    """Which quantile the prediction interval takes."""

    T_K2 = "t-k2"
    T_K1 = "t-k1"
    Z = "z"


class Scale(StrEnum):
    """How ratios stand in the file."""

    LOG = "log"
    NATURAL = "natural"


class Taken(StrEnum):
    """What to compute from where a file holds both."""

    ARMS = "arms"
    EFFECTS = "effects"


class SeveralEffects(StrEnum):
    """What to do where one study gives several effects."""

    AGGREGATE = "aggregate"
    THREE_LEVEL = "three-level"
    ROBUST = "robust"
    INDEPENDENT = "independent"


class EmptyCells(StrEnum):
    """What to do with a study that has an empty cell."""

    ADD = "add-0.5"
    ADD_ALL = "add-0.5-to-all"
    LEAVE_OUT = "drop"
    NONE = "none"


class VarianceOfSmd(StrEnum):
    """The sampling variance of a standardised mean difference."""

    LS = "LS"
    LS2 = "LS2"
    UB = "UB"
    D = "D"


class CorrectionOfSmd(StrEnum):
    """The small-sample correction of a standardised mean difference."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    NONE = "none"


class Incomplete(StrEnum):
    """What to do with a row that lacks some of its figures."""

    ERROR = "error"
    LEAVE_OUT = "leave-out"


def command(
    file: Annotated[str, typer.Argument(help="A CSV, TSV, YAML or JSON file, or -.")],
    measure: Annotated[MeasureName | None, typer.Option(help="What is pooled.")] = None,
    method: Annotated[MethodName | None, typer.Option(help="The model [REML].")] = None,
    ci: Annotated[Interval | None, typer.Option(help="Its interval [HK; z for CE].")] = None,
    level: Annotated[float | None, typer.Option(help="Of all intervals given out [0.95].")] = None,
    pi: Annotated[PredictionBy, typer.Option(help="The prediction interval.")] = PredictionBy.T_K2,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=HEADING", help="What a column means: yi=g. Can be repeated."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="HEADING=VALUE", help="Keep these rows only. Can be repeated."),
    ] = None,
    take: Annotated[
        Taken | None, typer.Option("--from", help="Compute from arms, or take effects as given.")
    ] = None,
    scale: Annotated[
        Scale | None, typer.Option(help="Ratios of the file are logarithms, or as they are.")
    ] = None,
    file_level: Annotated[
        float, typer.Option(help="Level of the intervals in the file, without a column level.")
    ] = 0.95,
    zero_cells: Annotated[EmptyCells, typer.Option(help="Empty cells.")] = EmptyCells.ADD,
    incomplete: Annotated[
        Incomplete, typer.Option(help="Rows that lack some figures.")
    ] = Incomplete.ERROR,
    mixed: Annotated[
        bool, typer.Option("--mixed", help="Pool different scales or directions all the same.")
    ] = False,
    cluster: Annotated[
        str | None, typer.Option(metavar="HEADING", help="What several effects belong to.")
    ] = None,
    rho: Annotated[float, typer.Option(help="Correlation of effects of one study.")] = 0.5,
    multiple: Annotated[
        SeveralEffects | None, typer.Option(help="Several effects of one study.")
    ] = None,
    three_level: Annotated[
        bool, typer.Option("--three-level", help="Short for --multiple three-level.")
    ] = False,
    smd_variance: Annotated[
        VarianceOfSmd, typer.Option(help="Variance of an SMD.")
    ] = VarianceOfSmd.LS,
    smd_correction: Annotated[
        CorrectionOfSmd, typer.Option(help="Small-sample correction of an SMD.")
    ] = CorrectionOfSmd.EXACT,
    pooled_sd: Annotated[
        bool, typer.Option("--pooled-sd", help="One SD for both sides of a mean difference.")
    ] = False,
    moderator: Annotated[
        list[str] | None,
        typer.Option(metavar="HEADING", help="Meta-regression on it. Can be repeated; a:b too."),
    ] = None,
    subgroup: Annotated[
        str | None, typer.Option(metavar="HEADING", help="Pool each of its values apart.")
    ] = None,
    cumulative: Annotated[
        str | None, typer.Option(metavar="year", help="Pool study after study, by year.")
    ] = None,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Pool without each study in turn.")
    ] = False,
    forest: Annotated[Path | None, typer.Option(help="Write a forest plot, FILE.svg.")] = None,
    funnel: Annotated[Path | None, typer.Option(help="Write a funnel plot, FILE.svg.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Pool the studies of a file, beside every other usual way to pool them.

    Example: speciosa pool trials.csv --measure RR --forest forest.svg
    """
    _check(level, file_level, rho, cumulative, forest, funnel)
    text, name, _ = read_file(file)
    from speciosa.evidence.effect_sizes import (
        Choices,
        Correction,
        Measure,
        SmdVariance,
        ZeroCells,
    )
    from speciosa.evidence.studies import Reading
    from speciosa.knowledge import load
    from speciosa.report.pool.build import document
    from speciosa.report.pool.question import Question

    question = Question(
        measure=Measure(measure.value) if measure else None,
        method=method.value if method else None,
        ci=ci.value if ci else None,
        level=level,
        pi=pi.value,
        reading=Reading(
            take=take.value if take else "",
            columns=dict(pairs("--column", column or [])),
            where=pairs("--where", where or []),
            leave_out_incomplete=incomplete is Incomplete.LEAVE_OUT,
        ),
        choices=Choices(
            zero_cells=ZeroCells(zero_cells.value),
            smd_variance=SmdVariance(smd_variance.value),
            smd_correction=Correction(smd_correction.value),
            pooled_sd=pooled_sd,
            level=file_level,
            scale=scale.value if scale else "",
            cluster=cluster or "",
            mixed=mixed,
        ),
        multiple=_multiple(multiple, three_level=three_level),
        rho=rho,
        moderators=tuple(moderator or ()),
        subgroup=subgroup or "",
        cumulative=cumulative or "",
        leave_one_out=leave_one_out,
    )
    with progress("reading and pooling studies") as told:
        result = document(text, question, load(), name=name, progress=told)
    _write(result, forest, funnel)
    _print(result, question, output)


def _print(result: PoolDocument, question: Question, output: Format) -> None:
    if output is Format.JSON:
        from speciosa.report.json import encode

        sys.stdout.buffer.write(encode(result) + b"\n")
        return
    from speciosa.report.pool.text import as_text

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    typer.echo(as_text(result, question, ascii_only=not encoding.startswith("utf")), nl=False)


# ------------------------------------------------------------------ what goes in


def _check(
    level: float | None,
    file_level: float,
    rho: float,
    cumulative: str | None,
    forest: Path | None,
    funnel: Path | None,
) -> None:
    problems = [
        InputProblem(option, f"{value:g}", f"from {LEAST_LEVEL:g} to below 1, such as 0.95")
        for option, value in (("--level", level), ("--file-level", file_level))
        if value is not None and not LEAST_LEVEL <= value < 1
    ]
    if not 0 <= rho < 1:
        problems.append(InputProblem("--rho", f"{rho:g}", "a correlation from 0 to below 1"))
    if cumulative is not None and cumulative.lower() != "year":
        problems.append(InputProblem("--cumulative", repr(cumulative), "year"))
    problems += [
        InputProblem(option, repr(str(path)), "a file that ends in .svg")
        for option, path in (("--forest", forest), ("--funnel", funnel))
        if path is not None and path.suffix.lower() not in _ENDINGS
    ]
    if problems:
        raise InputError(problems)


def _multiple(given: SeveralEffects | None, *, three_level: bool) -> Multiple | None:
    from speciosa.report.pool.question import Multiple

    if three_level and given not in {None, SeveralEffects.THREE_LEVEL}:
        problem = InputProblem("--three-level", f"--multiple {given}", "one of the two")
        raise InputError([problem])
    if three_level:
        return Multiple.THREE_LEVEL
    return Multiple(given.value) if given else None


# ------------------------------------------------------------------ what comes out


def _write(result: PoolDocument, forest: Path | None, funnel: Path | None) -> None:
    if forest is None and funnel is None:
        return
    from speciosa.report.pool.forest import forest as draw_forest
    from speciosa.report.pool.funnel import funnel as draw_funnel

    for option, path, draw in (
        ("--forest", forest, draw_forest),
        ("--funnel", funnel, draw_funnel),
    ):
        if path is None:
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(draw(result).encode())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            given = f"{str(path)!r} ({reason})"
            raise InputError([InputProblem(option, given, "a file that can be written")]) from None
        typer.echo(f"written to {path}", err=True)
