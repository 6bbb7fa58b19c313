"""A simulated regimen on the terminal: how it was understood, levels, decline, what to mind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from speciosa.finding import Finding, Severity
from speciosa.pharmacology.exposure.measurement.measured import Use
from speciosa.pharmacology.exposure.regimen.simulation import AnalyteFigures, Figure
from speciosa.report.clean import clean, to_ascii
from speciosa.report.levels import PEOPLE, estimate, time_to_fade, use_of_level
from speciosa.report.numbers import percent, plain, shown
from speciosa.report.references import Bibliography
from speciosa.report.simulation.document import SimulationDocument
from speciosa.report.simulation.sketch import ASCII_MARKS, MARKS, sketch
from speciosa.report.terminal import WIDTH
from speciosa.report.terminal.page import Page
from speciosa.report.words import DAGGER, DAGGER_LEGEND, analyte

_MEASURES = {
    "cmax": "Highest level in the period shown",
    "cmax_nm": "The same, molar",
    "tmax": "Time of the highest",
    "auc": "Area under the curve",
    "ctrough": "",  # its note says when it is meant
    "half_life": "Half-life",
}
_GUTTER = 15
_DAY_H, _IN_DAYS_FROM_H = 24.0, 96.0
# What a reader must see before any figure.
_FIRST = (
    "simulate.describes",
    "level.impossible",
    "level.contradictory",
    "level.no_washout",
    "level.unusual",
    "level.content_unknown",
    "level.few_people",
)


def render(
    document: SimulationDocument,
    console: Console,
    *,
    before: Callable[[Page], None] | None = None,
) -> None:
    """Write the simulation to a console, at most ``WIDTH`` columns wide.

    ``before`` puts its own lines on the page first; what it cites is listed with the rest.
    """
    page = Page(console, Bibliography(document))
    if before is not None:
        before(page)
    _head(page, document)
    page.flush()
    ascii_only = not (console.encoding or "").lower().startswith("utf")
    console.print(_figures(document, ascii_only=ascii_only))
    _notes(page, document)
    _pedigree(page, document)
    _structures(page, document)
    _curves(page, document, ascii_only=ascii_only, width=min(console.width, WIDTH))
    _levels(page, document)
    _washout(page, document)
    _products(page, document)
    page.blank()
    page.rule("What to keep in mind")
    for finding in document.findings:
        if not _is_first(finding):
            page.finding(finding)
    _sources(page)
    page.flush()


def _head(page: Page, document: SimulationDocument) -> None:
    page.rule(document.title or "Simulated regimen", heavy=True)
    for i, line in enumerate(document.understood):
        page.line(line, mark=("Understood as:" if not i else "", "bold"), gutter=_GUTTER)
    page.findings(f for f in document.findings if _is_first(f))
    models = " and ".join(document.structures)
    drawn = ""
    if document.effective_subjects is not None:
        drawn = (
            f", chosen by the measured levels from {plain(document.drawn_from)} "
            f"(effective number {document.effective_subjects:.0f})"
        )
    page.line(
        f"{plain(document.subjects)} virtual people{drawn}; models: {models}; "
        f"seed {document.seed}; {_duration(document.period_h[1])} from the first dose shown"
    )
    page.blank()


def _duration(hours: float) -> str:
    if hours < _IN_DAYS_FROM_H:
        return f"{plain(float(f'{hours:.2g}'))} h"
    return f"{plain(round(hours / _DAY_H, 1))} days"


# ------------------------------------------------------------------ figures


def _figures(document: SimulationDocument, *, ascii_only: bool) -> Table:
    table = Table(box=box.ASCII if ascii_only else box.SIMPLE_HEAD)
    refuted = any(use.use in (Use.REFUSED, Use.CONTRADICTORY) for use in document.levels)
    head = "In plasma, measured levels not used" if refuted else "In plasma"
    table.add_column(head, overflow="fold")
    table.add_column("median", justify="right")
    table.add_column(PEOPLE, justify="right")
    table.add_column("unit")
    for name, figures in document.analytes.items():
        table.add_row(analyte(name), style="bold")
        for row in _rows(figures):
            table.add_row(*(to_ascii(clean(c)) if ascii_only else clean(c) for c in row))
    return table


def _rows(figures: AnalyteFigures) -> Iterator[tuple[str, str, str, str]]:
    if figures.cmax.median is None:
        yield "  not known", "", "", ""
        return
    for field, words in _MEASURES.items():
        one: Figure = getattr(figures, field)
        unit = "ng·h/mL" if one.unit == "ng*h/mL" else one.unit
        name = f"  {words or one.note[0].upper() + one.note[1:]}"
        if one.median is None:
            yield name, "not known", "", ""
        else:
            parts = shown(estimate(one))
            yield name, parts.number, parts.range, unit


def _notes(page: Page, document: SimulationDocument) -> None:
    """What the figures mean, or why there are none, once for both analytes where it is the same."""
    said: dict[str, list[str]] = {}
    for name, figures in document.analytes.items():
        if figures.cmax.median is None:
            page.line((f"{analyte(name)}: {figures.cmax.note}.", "dim"))
            continue
        for field, words in _MEASURES.items():
            note = getattr(figures, field).note
            if words and note:
                said.setdefault(f"{words}: {note}", []).append(analyte(name))
    for note, names in said.items():
        whose = "" if len(names) > 1 else f"{names[0]}, "
        text = f"{whose}{note}." if not whose else f"{whose}{note[0].lower()}{note[1:]}."
        page.line((text, "dim"))


def _pedigree(page: Page, document: SimulationDocument) -> None:
    """What the figures rest on; nothing is claimed of swallowed 7-OH."""
    mitragynine = document.analytes["mitragynine"].facts
    if mitragynine:
        page.line(
            "Mitragynine, and 7-OH formed from it, were fitted to published human levels",
            page.cites(mitragynine),
        )


def _structures(page: Page, document: SimulationDocument) -> None:
    if len(document.by_structure) < 2:
        return
    page.line(("Highest level in ng/mL by model, and its share of virtual people", "bold"))
    for one in document.by_structure:
        said = "; ".join(
            f"{analyte(name)} {shown(estimate(figure)).number} ({shown(estimate(figure)).range})"
            for name, figure in one.cmax.items()
            if figure.median
        )
        page.line(f"{one.title} ({percent(one.share)}): {said or 'nobody'}", indent=2)


def _curves(page: Page, document: SimulationDocument, *, ascii_only: bool, width: int) -> None:
    outer, inner, median = ASCII_MARKS if ascii_only else MARKS
    for name, fan in document.curve.items():
        page.heading(
            f"{analyte(name)}, {fan.unit} (median {median}, 50 % {inner}, 90 % of people {outer})"
        )
        for line in sketch(fan, width=width, ascii_only=ascii_only):
            page.line(line)


# ------------------------------------------------------------------ levels and decline


def _levels(page: Page, document: SimulationDocument) -> None:
    if not document.levels:
        return
    page.heading("Measured levels")
    for use in document.levels:
        page.item(use_of_level(use))


def _washout(page: Page, document: SimulationDocument) -> None:
    """How long until below a limit; nothing where a measured level refutes the prediction."""
    if not document.washout:
        return
    page.blank()
    page.rule("After the last dose, if nothing more is taken")
    for fading in document.washout:
        page.line(time_to_fade(fading), page.cites(fading.facts), indent=2)


def _is_first(finding: Finding) -> bool:
    return finding.id.startswith(_FIRST)


# ------------------------------------------------------------------ products and sources


def _products(page: Page, document: SimulationDocument) -> None:
    page.blank()
    page.rule("Products, and how the amounts compare with what was studied")
    for product in document.products:
        page.line((product.as_used, "bold"))
        page.finding(product.content)
        for finding in _worth_saying(product.comparison):
            page.finding(finding)


def _worth_saying(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Comparisons in order; notes that hold for every product of a form stay in the JSON."""
    for finding in findings:
        if finding.severity is not Severity.INFO or finding.id.startswith("intake.within"):
            yield finding


def _sources(page: Page) -> None:
    entries = [e for e in page.bibliography.entries if e.number in page.numbers_cited]
    if not entries:
        return
    page.blank()
    page.rule("Sources")
    for entry in entries:
        link = next((f" <{link.url}>" for link in entry.links), "")
        page.line(f"{entry.title}{link}", mark=f"[{entry.number}]", gutter=6)
    page.line(f"{DAGGER} {DAGGER_LEGEND}")
