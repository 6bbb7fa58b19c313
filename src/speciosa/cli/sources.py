"""``speciosa sources [ID]``."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption, print_json
from speciosa.errors import InputError, InputProblem, KnowledgeError

if TYPE_CHECKING:
    from speciosa.knowledge import Citation, Knowledge, Source


def command(
    identifier: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a fact or of a source.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what a fact says and where it was read; without an id, list every source.

    Example: speciosa sources kratom/ddi_mdz_auc
    """
    from speciosa.knowledge import load

    base = load()
    if identifier is None:
        listed = sorted(base.sources.values(), key=lambda source: source.id)
        if output is Format.JSON:
            print_json(listed)
        else:
            for source in listed:
                typer.echo(f"{source.id}: {_source(source)}")
        return
    found = _find(base, identifier)
    if output is Format.JSON:
        print_json(found)
        return
    _print(found, base)


def _find(base: Knowledge, identifier: str) -> Citation | Source:
    if identifier in base.sources:
        return base.sources[identifier]
    try:
        return base.cite(identifier)
    except KnowledgeError:
        known = [*base.sources, *(fact.id for fact in base.facts())]
        close = difflib.get_close_matches(identifier, known, n=1)
        raise InputError(
            [
                InputProblem(
                    "ID", repr(identifier), "the id of a fact or source", close[0] if close else ""
                )
            ]
        ) from None


def _print(found: Citation | Source, base: Knowledge) -> None:
    from speciosa.knowledge import Source

    if isinstance(found, Source):
        typer.echo(_source(found))
        resting = [fact.id for fact in base.facts() if found.id in fact.sources]
        typer.echo(f"{len(resting)} facts rest on it:")
        for fact_id in resting:
            typer.echo(f"  {fact_id}")
        return
    typer.echo(found.statement)
    state = "verified in the source" if found.verified else "not verified"
    typer.echo(f"{state}; basis: {found.basis}")
    if found.note:
        typer.echo(found.note)
    for source in found.sources:
        typer.echo(f"source: {_source(source)}")


def _source(source: Source) -> str:
    parts = [source.cite]
    if source.doi:
        parts.append(f"doi:{source.doi}")
    if source.pmid:
        parts.append(f"PMID {source.pmid}")
    if source.url:
        parts.append(f"<{source.url}>")
    if source.tier != "primary":
        parts.append(f"({source.tier})")
    return " ".join(parts)
