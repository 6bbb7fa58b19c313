"""``speciosa score INSTRUMENT ANSWER...``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption, print_json
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.clinical.severity.result import Score

NOT_ANSWERED = "_"


def command(
    instrument: Annotated[str, typer.Argument(help="gad7, phq9, isi, audit_c, ...")],
    answers: Annotated[
        list[str] | None,
        typer.Argument(help="One number an item, in order; _ for an item not answered."),
    ] = None,
    total: Annotated[int | None, typer.Option(help="The total, if the answers are lost.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Score a questionnaire, with its band and measurement error.

    Example: speciosa score gad7 2 1 3 2 0 1 2
    """
    from speciosa.clinical.severity import score
    from speciosa.knowledge import load

    if (total is None) == (not answers):
        given = "both" if answers else "neither"
        raise InputError([InputProblem("ANSWERS", given, "the answers, or --total")])
    value = total if total is not None else _numbers(answers or [])
    result = score(instrument, value, load())
    if output is Format.JSON:
        print_json(result)
    else:
        _print(result)


def _numbers(answers: list[str]) -> tuple[int | None, ...]:
    numbers: list[int | None] = []
    problems = []
    for index, answer in enumerate(answers, start=1):
        if answer == NOT_ANSWERED:
            numbers.append(None)
        elif answer.isascii() and answer.isdigit():
            numbers.append(int(answer))
        else:
            problems.append(
                InputProblem(f"answer {index}", repr(answer), "a whole number, or _ if unanswered")
            )
    if problems:
        raise InputError(problems)
    return tuple(numbers)


def _print(result: Score) -> None:
    if result.total is None or result.total.value is None:
        typer.echo(f"{result.name}: no total. {result.reason}")
        return
    prorated = " (prorated)" if result.prorated else ""
    total = f"{result.total.value:g}" + (f" of {result.maximum}" if result.maximum else "")
    typer.echo(f"{result.name}: {total}{prorated} {result.band}".rstrip())
    error = result.measurement_error
    if error is not None and error.value is not None:
        typer.echo(f"Change needed to exceed measurement error: {error.value:g} {error.unit}")
    for text in (result.reason, result.meaning):
        if text:
            typer.echo(text)
