"""The interactions section of the terminal report."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.report import interaction_table, words
from speciosa.report.interaction_table import (
    Line,
    against,
    ceiling,
    ground,
    has_number,
    pairs_in,
    title,
    victim,
)
from speciosa.report.numbers import percent, plain
from speciosa.report.terminal.page import GUTTER, Page, Piece
from speciosa.report.terminal.unchecked import unchecked


def interactions(page: Page, assessment: Assessment) -> None:
    """What was not checked first, then the list together, then pair by pair, worst first."""
    result = assessment.interactions
    table = interaction_table.table(result)
    page.line(result.headline)
    unchecked(page, result, table)
    if not result.rows:
        page.line("No interaction is listed. That is not proof of safety.")
    _lines(page, table.together, "The list together")
    _lines(page, table.at_once, "Several at once on one medicine")
    _lines(page, table.worse, "Pair by pair")
    _lines(page, table.milder, "Minor or informative")
    if table.only_in_groups:
        one = table.only_in_groups == 1
        noun, own = ("pair has", "its") if one else ("pairs have", "their")
        page.line(
            f"{table.only_in_groups} more {noun} no line of {own} own: see the list together."
        )
    if table.nothing_found:
        pairs = "; ".join(table.nothing_found)
        page.line(("Nothing found for: ", "bold"), f"{pairs}. That excludes no interaction.")
    page.line((result.about_ratios, "dim"))
    if result.no_effect is not None:
        page.line("Ratios that count as no change: ", *page.estimate(result.no_effect))
    if result.recognised:
        page.heading("How names were read")
    for typed, name in result.recognised.items():
        page.item(f"{typed}: {', '.join(result.components.get(typed, (name,)))}")
    page.findings(result.findings, "On this check")


def _lines(page: Page, lines: tuple[Line, ...], heading: str) -> None:
    if lines:
        page.heading(heading)
    for line in lines:
        names = (f"{' + '.join(line.names)}. ", "bold")
        told: list[Piece] = [(words.full_stop(line.title), "bold"), " "] if line.title else []
        told += [] if line.says_who else [names]
        told += [line.sentence, page.sure(line.certainty)]
        page.severity(words.SEVERITY[line.severity], *told)
        for row in line.rows:
            _row(page, row, told=row.sentence == line.sentence)
        if line.beside:
            named = ", ".join(title(row) for row in line.beside)
            page.line((f"Also in the list together: {named}.", "dim"), indent=GUTTER)


def _row(page: Page, row: Interaction, *, told: bool) -> None:
    if not told:
        mark = words.SEVERITY[row.severity]
        severity = (f"{mark.shape} {mark.word}: ", "bold")
        page.line(severity, row.sentence, page.sure(row.certainty), indent=GUTTER)
    _ratio(page, row)
    for flag in row.flags:
        page.line((words.full_stop(flag), "dim"), indent=GUTTER)
    for term, text in (("Ask", row.ask), ("Watch", row.watch), ("Consider", row.consider)):
        page.pair(term, text, indent=GUTTER, gutter=10)
    shares = ", ".join(f"{name} {percent(share)}" for name, share in row.shares.items())
    hazard = f" ({words.label(row.hazard).lower()})" if row.hazard else ""
    about = f"{words.KIND[row.kind]}{hazard}: {words.DIRECTION[row.direction]}."
    said = (
        about,
        words.full_stop(row.mechanism),
        f"Shares: {shares}." if shares else "",
        against(row),
    )
    page.line(
        (" ".join(text for text in said if text), "dim"), page.cites(row.facts), indent=GUTTER
    )
    page.line((f"Pair by pair: {pairs_in(row)}." if row.pairs else "", "dim"), indent=GUTTER)
    for report in row.case_reports:
        cited_report = page.bibliography.citation(report)
        case: list[Piece] = [report]
        if cited_report is not None:
            case = [cited_report.statement, page.cites((report,))]
        page.line("Case report: ", *case, indent=GUTTER)


def _ratio(page: Page, row: Interaction) -> None:
    """The change of concentration, where it comes from, its ceiling and its caveats."""
    if not row.victim:
        return
    if row.auc_ratio is None:
        page.line(f"Affected: {victim(row)}. The change is not known.", indent=GUTTER)
        return
    ratio = page.estimate(row.auc_ratio, known=row.facts)
    told = f" ({ground(row)})" if has_number(row) else ""
    page.line(f"Exposure to {victim(row)}, times usual: ", *ratio, told, indent=GUTTER)
    if (most := ceiling(row)) is not None:
        page.line(f"The most by this route: {plain(most)} times.", indent=GUTTER)
