"""``speciosa law PLACE``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption, print_json
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.regulation.result import LawLayer, LawResult

SUBSTANCES = ("leaf", "mitragynine", "7-oh")


def command(
    place: Annotated[str, typer.Argument(help="ISO 3166 code: US, US-TN, US-CA/san-diego-city.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="YYYY-MM-DD; today if left out.")
    ] = None,
    substance: Annotated[
        list[str] | None, typer.Option(help="leaf, mitragynine or 7-oh; all if left out.")
    ] = None,
    age: Annotated[float | None, typer.Option(min=0, max=120, help="Age in years.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Legal status of kratom at a place on a date, layer by layer.

    Example: speciosa law US-TN --on 2026-07-01
    """
    from speciosa.knowledge import load
    from speciosa.regulation import law_at

    wanted = tuple(dict.fromkeys(substance)) if substance else SUBSTANCES
    unknown = [s for s in wanted if s not in SUBSTANCES]
    if unknown:
        raise InputError(
            [InputProblem("--substance", repr(s), ", ".join(SUBSTANCES)) for s in unknown]
        )
    result = law_at(load(), place, _date(on), substances=wanted, age_years=age)
    if output is Format.JSON:
        print_json(result)
    else:
        _print(result)


def _date(text: str | None) -> dt.date:
    if text is None:
        return dt.date.today()  # noqa: DTZ011  # the law of a place goes by the local calendar
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError([InputProblem("--on", repr(text), "a date as YYYY-MM-DD")]) from None


def _print(result: LawResult) -> None:
    typer.echo(f"{result.place_name or result.place} ({result.place}) on {result.date}")
    typer.echo(result.headline)
    for substance, words in result.leading_words.items():
        typer.echo(f"\n{substance}: {words}")
        for layer in result.layers:
            if layer.substance == substance:
                typer.echo(_line(layer))
    for finding in (*result.upcoming, *result.findings):
        typer.echo(f"\n{finding.text} {finding.action}".rstrip())
    typer.echo(f"\n{result.disclaimer}")


def _line(layer: LawLayer) -> str:
    parts = [f"  {layer.level}, {layer.place_name}: {layer.status.replace('_', ' ')}"]
    if layer.effective_from or layer.effective_to:
        parts.append(f"from {layer.effective_from or 'a start not known'}" + _until(layer))
    if layer.min_age is not None:
        parts.append(f"minimum age {layer.min_age}")
    if layer.source:
        parts.append(f"as of {layer.as_of or 'an undated page'}, confidence {layer.confidence}")
    if not layer.verified:
        parts.append("not verified")
    lines = ["; ".join(parts)]
    told = (
        ("", layer.limits),
        ("possession: ", layer.possession.replace("_", " ")),
        ("open: ", layer.pending),
        ("", layer.stale),
        ("", layer.note),
    )
    lines += [f"    {label}{text}" for label, text in told if text]
    if layer.source:
        lines.append(f"    source: {layer.source.title} <{layer.source.url}>")
    return "\n".join(lines)


def _until(layer: LawLayer) -> str:
    return f" to {layer.effective_to}" if layer.effective_to else ""
