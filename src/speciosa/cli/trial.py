"""``speciosa trial DESIGN``."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from speciosa.cli.patience import progress
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.evidence.trials.design import Design
    from speciosa.report.trial.document import TrialDocument

_PROTOCOL_ENDINGS = (".md", ".html", ".htm")
_CHART_ENDINGS = (".svg",)
_MOST_WORKERS = 64
# Starting another process costs more than so many simulated people.
_WORTH_A_PROCESS = 1_000_000


class Shape(StrEnum):
    """How the answer is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


def command(
    design: Annotated[str, typer.Argument(help="A design as a YAML or JSON file, or -.")],
    trials: Annotated[
        int | None,
        typer.Option(min=50, max=200_000, help="Simulated trials, instead of the file's."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**53, help="Seed, instead of the file's.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=_MOST_WORKERS, help="Processes; the result is the same."),
    ] = None,
    protocol: Annotated[
        Path | None, typer.Option(help="Also write figures and protocol as FILE.md or FILE.html.")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Also write the sample-size curve as FILE.svg.")
    ] = None,
    output: Annotated[
        Shape, typer.Option("--format", help="Text to read, JSON, Markdown or HTML.")
    ] = Shape.TEXT,
) -> None:
    """Simulate a trial before anyone is asked to join it. It proposes no treatment and no dose.

    Example: speciosa trial examples/trials/add_on.yaml
    """
    _check(protocol, "--protocol", _PROTOCOL_ENDINGS)
    _check(chart, "--chart", _CHART_ENDINGS)
    asked = _changed(_read(design), trials, seed)
    from speciosa.evidence.trials.simulate import simulate
    from speciosa.knowledge import load
    from speciosa.report.trial.document import document

    with progress("simulating trials") as told:
        result = simulate(asked, load(), cores=workers or _cores(asked), progress=told)
    made = document(result, asked, load())
    _write(made, protocol, chart)
    sys.stdout.buffer.write(_shaped(made, output))


def _read(design: str) -> Design:
    from speciosa.evidence.trials.design import read_design_bytes

    if design == "-":
        return read_design_bytes(sys.stdin.buffer.read(), name="standard input")
    path = Path(design)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = InputProblem("DESIGN", f"{design!r} ({reason})", "a YAML or JSON file, or -")
        raise InputError([problem]) from None
    return read_design_bytes(raw, name=path.name)


def _cores(design: Design) -> int:
    """As many processes as the machine has cores, where the work is worth starting them."""
    people = design.simulation.trials * design.subjects
    return min(os.cpu_count() or 1, _MOST_WORKERS) if people >= _WORTH_A_PROCESS else 1


def _changed(design: Design, trials: int | None, seed: int | None) -> Design:
    given = {"trials": trials, "seed": seed}
    update = {name: value for name, value in given.items() if value is not None}
    if not update:
        return design
    return design.model_copy(update={"simulation": design.simulation.model_copy(update=update)})


def _check(path: Path | None, option: str, endings: tuple[str, ...]) -> None:
    """Refuse a file of an unknown kind before anything is computed."""
    if path is not None and path.suffix.lower() not in endings:
        accepted = f"a file that ends in {' or '.join(endings)}"
        raise InputError([InputProblem(option, repr(str(path)), accepted)])


def _shaped(made: TrialDocument, output: Shape) -> bytes:
    if output is Shape.JSON:
        from speciosa.report.json import encode

        return encode(made) + b"\n"
    if output is Shape.TEXT:
        from speciosa.report.trial.text import as_text

        return as_text(made).encode()
    from speciosa.report.trial.page import as_html, as_markdown

    return (as_html(made) if output is Shape.HTML else as_markdown(made)).encode()


def _write(made: TrialDocument, protocol: Path | None, chart: Path | None) -> None:
    from speciosa.report.trial.charts import size_curve_file
    from speciosa.report.trial.page import as_html, as_markdown

    if protocol is not None:
        shaped = as_markdown if protocol.suffix.lower() == ".md" else as_html
        _save(protocol, "--protocol", shaped(made))
    if chart is not None:
        if made.sample_size is None:
            given = "a design without a sample-size search"
            accepted = "simulation.sample_size: true and a difference on the good side"
            raise InputError([InputProblem("--chart", given, accepted)])
        drawn = size_curve_file(made.sample_size, title=made.title, label=made.label)
        _save(chart, "--chart", drawn)


def _save(path: Path, option: str, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = InputProblem(option, f"{str(path)!r} ({reason})", "a file that can be written")
        raise InputError([problem]) from None
    typer.echo(f"written to {path}", err=True)
