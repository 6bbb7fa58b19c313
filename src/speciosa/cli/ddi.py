"""``speciosa ddi VICTIM --with PERPETRATOR``."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption
from speciosa.cli.patience import progress
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.case.vocabulary import Phenotype, Route
    from speciosa.knowledge import Knowledge
    from speciosa.report.ddi.document import Question

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?|\.\d+) ?(?:mg)?(?: ?/ ?(\d+(?:\.\d+)?|\.\d+) ?h?)?")
_MOST_MG, _MOST_H = 100_000.0, 8_760.0
_HOW = "a dose in mg above 0, and hours between doses if known: itraconazole:200 or :200/24"
_PHENOTYPES = ("poor", "intermediate", "normal", "rapid", "ultrarapid")


class VictimRoute(StrEnum):
    """How the victim is taken."""

    ORAL = "oral"
    IV = "iv"
    SUBLINGUAL = "sublingual"
    NASAL = "nasal"
    RECTAL = "rectal"
    INHALED = "inhaled"
    TRANSDERMAL = "transdermal"
    INTRAMUSCULAR = "intramuscular"
    SUBCUTANEOUS = "subcutaneous"


def command(
    victim: Annotated[
        str | None, typer.Argument(help="The medicine whose exposure may change, or kratom.")
    ] = None,
    perpetrators: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME[:MG[/H]]",
            help="What is taken beside it: a medicine, or kratom. Can be repeated.",
        ),
    ] = None,
    route: Annotated[VictimRoute, typer.Option(help="How the victim is taken.")] = VictimRoute.ORAL,
    cyp2d6: Annotated[
        str | None, typer.Option(metavar="PHENOTYPE", help=" | ".join(_PHENOTYPES))
    ] = None,
    cyp2c19: Annotated[
        str | None, typer.Option(metavar="PHENOTYPE", help=" | ".join(_PHENOTYPES))
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All pairs of the base, written to --out.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="With --all: FILE.csv, FILE.parquet or FILE.json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """How much medicines change the exposure to another one, and how.

    Example: speciosa ddi midazolam --with itraconazole:200/24
    """
    _check(victim, perpetrators or [], out, every=every)
    phenotypes = _phenotypes({"CYP2D6": cyp2d6, "CYP2C19": cyp2c19})
    from speciosa.knowledge import load

    knowledge = load()
    if every and out is not None:
        _write_all(out, knowledge, phenotypes, _route(route))
        return
    from speciosa.report.ddi.document import document

    question = _question(victim or "", perpetrators or [], phenotypes, _route(route), knowledge)
    result = document(question, knowledge)
    if as_json or output is Format.JSON:
        from speciosa.report.json import encode

        sys.stdout.buffer.write(encode(result) + b"\n")
        return
    from speciosa.report.ddi.text import as_text

    typer.echo(as_text(result), nl=False)


# ------------------------------------------------------------------ what goes in


def _check(victim: str | None, perpetrators: list[str], out: Path | None, *, every: bool) -> None:
    problems = list(_problems(victim, perpetrators, out, every=every))
    if problems:
        raise InputError(problems)


def _problems(
    victim: str | None, perpetrators: list[str], out: Path | None, *, every: bool
) -> Iterator[InputProblem]:
    if every:
        if victim is not None or perpetrators:
            yield InputProblem("--all", "beside a victim or --with", "--all alone with --out")
        if out is None:
            yield InputProblem("--out", "nothing", "a file for the pairs of --all")
        elif out.suffix.lower() not in (endings := (".csv", ".parquet", ".json")):
            accepted = f"a file that ends in {' or '.join(endings)}"
            yield InputProblem("--out", repr(str(out)), accepted)
        return
    if victim is None:
        yield InputProblem("VICTIM", "nothing", "the medicine whose exposure may change, or --all")
    if not perpetrators:
        yield InputProblem("--with", "nothing", "at least one medicine, or kratom")
    if out is not None:
        yield InputProblem("--out", "no --all", "--out beside --all only")


def _phenotypes(given: Mapping[str, str | None]) -> dict[str, Phenotype]:
    from speciosa.case.vocabulary import Phenotype

    found = {}
    for enzyme, word in given.items():
        if word is None:
            continue
        if word.strip().lower() not in _PHENOTYPES:
            option = f"--{enzyme.lower()}"
            raise InputError([InputProblem(option, repr(word), ", ".join(_PHENOTYPES))])
        found[enzyme] = Phenotype(word.strip().lower())
    return found


def _route(route: VictimRoute) -> Route:
    from speciosa.case.vocabulary import Route

    return Route.INTRAVENOUS if route is VictimRoute.IV else Route(route.value)


def _question(
    victim: str,
    given: list[str],
    phenotypes: Mapping[str, Phenotype],
    route: Route,
    knowledge: Knowledge,
) -> Question:
    """What is asked, or every problem with it at once; products are taken apart."""
    from speciosa.report.ddi.asked import Typed, question

    besides: list[Typed] = []
    problems: list[InputProblem] = []
    for text in given:
        name, colon, amount = text.partition(":")
        try:
            dose_mg, interval_h = _amount(text, amount) if colon else (None, None)
        except InputError as error:
            problems += error.problems
            continue
        besides.append(Typed("--with", name, dose_mg, interval_h, typed=text))
    asked = question(Typed("VICTIM", victim), besides, knowledge, problems=problems)
    return dataclasses.replace(asked, route=route, phenotypes=phenotypes)


def _amount(text: str, amount: str) -> tuple[float, float | None]:
    found = _AMOUNT.fullmatch(amount.strip().lower())
    dose_mg = float(found[1]) if found else 0.0
    interval_h = float(found[2]) if found and found[2] else None
    fits = 0.0 < dose_mg <= _MOST_MG and (interval_h is None or 0.0 < interval_h <= _MOST_H)
    if not fits:
        raise InputError([InputProblem("--with", repr(text), _HOW)])
    return dose_mg, interval_h


# ------------------------------------------------------------------ all pairs


def _write_all(
    out: Path, knowledge: Knowledge, phenotypes: Mapping[str, Phenotype], route: Route
) -> None:
    from speciosa.pharmacology.interactions.kinetics.metabolism import with_phenotypes
    from speciosa.pharmacology.interactions.matrix import matrix
    from speciosa.report.ddi import table

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(out, error) from None
    metabolism = with_phenotypes(phenotypes, knowledge)
    with progress("pairs") as told:
        cells = matrix(knowledge, route=route, metabolism=metabolism, progress=told)
        rows = list(table.rows(cells, knowledge))
    made = {".csv": table.as_csv, ".parquet": table.as_parquet, ".json": table.as_json}
    raw = made[out.suffix.lower()](rows)
    try:
        out.write_bytes(raw)
    except OSError as error:
        raise _not_writable(out, error) from None
    typer.echo(f"{len(rows)} pairs written to {out}", err=True)


def _not_writable(out: Path, error: OSError) -> InputError:
    reason = error.strerror or type(error).__name__
    given = f"{str(out)!r} ({reason})"
    return InputError([InputProblem("--out", given, "a file that can be written")])
