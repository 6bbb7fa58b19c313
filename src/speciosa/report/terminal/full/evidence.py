"""The evidence section of the terminal report."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.evidence.result import EffectRow, Report
from speciosa.report import outline, words
from speciosa.report.numbers import measured, plain
from speciosa.report.terminal.page import Page, Piece


def evidence(page: Page, assessment: Assessment) -> None:
    """Kratom first, then every option beside its comparator, then reports that show no effect."""
    result = assessment.evidence
    page.line(result.headline)
    page.findings(result.kratom, "Kratom for anxiety")
    _reports(page, result.kratom_trials, "Trials of kratom")
    page.findings(outline.others(result.findings, result.kratom), "Reading these numbers")
    for group in dict.fromkeys(row.group for row in result.options):
        page.heading(words.label(group))
        for row in result.options:
            if row.group == group:
                _effect(page, row)
    _reports(page, result.harms, "Signals of harm")
    _reports(page, result.user_reports, "Surveys and user reports")
    _reports(page, result.preclinical, "Laboratory and animal studies")


def _effect(page: Page, row: EffectRow) -> None:
    against = row.comparator or "nothing stated"
    page.item((row.option, "bold"), f" against {against}. {row.outcome}", page.cites(row.facts))
    if row.estimate is None:
        page.line(f"{row.measure}: no pooled number" if row.measure else "No number", indent=4)
    else:
        number = measured(row.measure, row.estimate)
        page.line(number.sentence, page.cites(set(row.estimate.facts) - set(row.facts)), indent=4)
    favours: Piece = ("" if row.favours in row.statement else f" {row.favours}", "dim")
    page.line(row.statement, favours, page.sure(row.certainty), indent=4)
    studies = "number of studies not stated" if row.k is None else f"{row.k} studies"
    people = "number of people not stated" if row.n is None else f"{plain(row.n)} people"
    for text in (row.certainty_reason, row.cautions, f"{row.design}; {studies}; {people}"):
        if text:
            page.line((text, "dim"), indent=4)


def _reports(page: Page, reports: tuple[Report, ...], title: str) -> None:
    if reports:
        page.heading(title)
    for report in reports:
        size = "size not stated" if report.n is None else f"n = {plain(report.n)}"
        design: Piece = (report.design or "Design not stated", "bold")
        page.item(design, f" ({size}): {report.finding}", page.cites(report.facts))
        page.line((f"Cannot show: {report.cannot_show}", "dim"), indent=4)
