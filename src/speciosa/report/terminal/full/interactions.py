"""The interactions section of the terminal report."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.report import words
from speciosa.report.numbers import percent
from speciosa.report.terminal.page import GUTTER, Page, Piece


def interactions(page: Page, assessment: Assessment) -> None:
    """What was not checked first, then every row, worst first."""
    result = assessment.interactions
    page.line(result.headline)
    if result.not_checked:
        page.heading("Not checked")
    for skipped in result.not_checked:
        guess = f". Did you mean {skipped.suggestion}?" if skipped.suggestion else ""
        page.item((skipped.name, "bold"), f": {skipped.why}{guess}")
    page.blank()
    if not result.rows:
        page.line("No interaction is listed. That is not proof of safety.")
    for row in sorted(result.rows, key=lambda row: row.severity.rank):
        _row(page, row)
    if result.no_effect is not None:
        page.line("Ratios that count as no change: ", *page.estimate(result.no_effect))
    if result.recognised:
        page.heading("How names were read")
    for typed, name in result.recognised.items():
        page.item(f"{typed}: {', '.join(result.components.get(typed, (name,)))}")
    page.findings(result.findings, "On this check")


def _row(page: Page, row: Interaction) -> None:
    names = (" + ".join(row.names), "bold")
    cited, sure = page.cites(row.facts), page.sure(row.certainty)
    page.severity(words.SEVERITY[row.severity], names, f". {row.sentence}", cited, sure)
    if row.auc_ratio is not None:
        victim = row.victim or "the affected substance"
        ratio = page.estimate(row.auc_ratio, known=row.facts)
        page.line(f"Exposure of {victim}, times usual: ", *ratio, indent=GUTTER)
    elif row.victim:
        page.line(f"Affected: {row.victim}. The change is not known.", indent=GUTTER)
    for term, text in (("Ask", row.ask), ("Watch", row.watch), ("Consider", row.consider)):
        page.pair(term, text, indent=GUTTER, gutter=10)
    shares = ", ".join(f"{name} {percent(share)}" for name, share in row.shares.items())
    hazard = f" ({words.label(row.hazard).lower()})" if row.hazard else ""
    about = f"{words.KIND[row.kind]}{hazard}: {words.DIRECTION[row.direction]}."
    told = (about, words.full_stop(row.mechanism), f"Shares: {shares}." if shares else "")
    page.line((" ".join(text for text in told if text), "dim"), indent=GUTTER)
    for report in row.case_reports:
        cited_report = page.bibliography.citation(report)
        case: list[Piece] = [report]
        if cited_report is not None:
            case = [cited_report.statement, page.cites((report,))]
        page.line("Case report: ", *case, indent=GUTTER)
