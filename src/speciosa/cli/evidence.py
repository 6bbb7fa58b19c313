"""``speciosa evidence update | list | show``."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.output import Format, FormatOption, print_json
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EvidenceOption = Annotated[
    Path | None,
    typer.Option("--evidence", help="A folder made by evidence update --to: added studies."),
]


@app.command("update")
def update(
    files: Annotated[list[Path], typer.Argument(metavar="STUDY...", help="YAML or JSON files.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Write added studies and new pools to a folder.")
    ] = None,
    evidence: EvidenceOption = None,
    another_trial: Annotated[
        list[str] | None,
        typer.Option(
            "--another-trial",
            metavar="TWIN_ID",
            help="A study there that a new one looks like and is not; recorded in the folder.",
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Add studies: pool and grade anew, and show what changed.

    Example: speciosa evidence update my_trial.yaml --to my_evidence
    """
    from speciosa.case.document import decode, parse
    from speciosa.evidence import living
    from speciosa.report.evidence.document import UpdateDocument, provenance

    knowledge = base(evidence)
    documents = [(path.name, parse(decode(_read(path), name=path.name), name=path.name))
                 for path in files]  # fmt: skip
    made = living.update(
        knowledge.evidence,
        living.read(documents),
        knowledge.fact,
        known=knowledge.may_name(),
        release=knowledge.release.number,
        earlier=knowledge.overlay,
        another_trial=another_trial or (),
    )
    if to is not None:
        for name, content in made.files():
            _write(to / name, content)
    if output is Format.JSON:
        print_json(UpdateDocument(provenance=provenance(knowledge, made), changes=made.changes))
        return
    from speciosa.report.evidence import text

    typer.echo(text.update(made.changes, folder="" if to is None else str(to)))


@app.command("list")
def list_(evidence: EvidenceOption = None, output: FormatOption = Format.TEXT) -> None:
    """List every question with its pooled effect and certainty.

    Example: speciosa evidence list
    """
    from speciosa.report.evidence.document import ListDocument, provenance

    knowledge = base(evidence)
    table = knowledge.evidence
    answered = {effect.id for effect in table.pooled}
    unanswered = tuple(q.id for q in table.questions.questions if q.id not in answered)
    if output is Format.JSON:
        print_json(
            ListDocument(
                provenance=provenance(knowledge), effects=table.pooled, unanswered=unanswered
            )
        )
        return
    from speciosa.report.evidence import text

    typer.echo(text.listing(table.pooled, len(unanswered)))


@app.command("show")
def show(
    question: Annotated[str, typer.Argument(help="Id of a question, from evidence list.")],
    evidence: EvidenceOption = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Also write the forest plot as an SVG file.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show one answer: effect, certainty and why, absolute terms, studies.

    Example: speciosa evidence show cbt-vs-waiting-list --svg forest.svg
    """
    from speciosa.report.evidence.document import QuestionDocument, provenance

    knowledge = base(evidence)
    effects = {effect.id: effect for effect in knowledge.evidence.pooled}
    if question not in effects:
        raise InputError([_unknown(question, knowledge, tuple(effects))])
    effect = effects[question]
    if svg is not None:
        from speciosa.report.evidence.forest import forest

        _write(svg, forest(effect, knowledge.evidence).encode())
    if output is Format.JSON:
        print_json(QuestionDocument(provenance=provenance(knowledge), effect=effect))
        return
    from speciosa.report.evidence import text

    typer.echo(text.question(effect))


def base(folder: Path | None) -> Knowledge:
    """The base, with the studies of an overlay folder if one is given."""
    from speciosa.knowledge import load, load_with

    return load() if folder is None else load_with(str(folder))


def _unknown(name: str, knowledge: Knowledge, answered: tuple[str, ...]) -> InputProblem:
    asked = {q.id for q in knowledge.evidence.questions.questions}
    if name in asked:
        return InputProblem("QUESTION", f"{name}, which no usable study answers yet", "another one")
    close = difflib.get_close_matches(name, answered, n=1)
    accepted = "an id from speciosa evidence list"
    return InputProblem("QUESTION", repr(name), accepted, close[0] if close else "")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = InputProblem("STUDY", f"{str(path)!r} ({reason})", "a YAML or JSON file")
        raise InputError([problem]) from None


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = InputProblem("--to", f"{str(path)!r} ({reason})", "a place that can be written")
        raise InputError([problem]) from None
