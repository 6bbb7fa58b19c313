"""The evidence section of the terminal report."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.evidence.result import Comparison, EffectRow, EvidenceResult, RankedOption, Report
from speciosa.report import outline, ranking, words
from speciosa.report.numbers import measured, plain, sentence, shown
from speciosa.report.terminal.page import Page, Piece


def evidence(page: Page, assessment: Assessment) -> None:
    """Options for this person first, kratom apart, then reports that show no effect."""
    result = assessment.evidence
    page.line(result.headline)
    _ranking(page, result)
    page.findings(result.kratom, "Kratom for anxiety")
    page.findings(outline.others(result.findings, result.kratom), "Reading these numbers")
    _besides(page, result)
    _reports(page, result.kratom_trials, "Trials of kratom")
    _reports(page, result.harms, "Signals of harm")
    _reports(page, result.user_reports, "Surveys and user reports")
    _reports(page, result.preclinical, "Laboratory and animal studies")


def _ranking(page: Page, result: EvidenceResult) -> None:
    if result.ranked:
        page.heading("Options for this person, surest evidence first")
        page.line(" ".join(result.how_ranked))
    shown_rows: set[str] = set()
    for block in ranking.blocks(result.ranked):
        page.heading(block.title)
        for option in block.options:
            _option(page, option, result, shown_rows)
    row = result.kratom_row
    if row is not None:
        page.heading(f"{row.title}, apart from the options: it is not one of them")
        page.line(f"{row.trials} {row.harms} {row.seven_oh}", page.cites(row.facts),
                  page.sure(row.certainty))  # fmt: skip


def _option(page: Page, option: RankedOption, result: EvidenceResult, shown_rows: set[str]) -> None:
    standing = ranking.STANDING[option.standing]
    page.item((option.option, "bold"), f" ({words.label(option.group)}): {standing}.")
    for text in (*option.history, *option.why):
        page.line((text, "dim"), indent=4)
    for comparison in option.comparisons:
        _comparison(page, comparison)
        rows = ranking.published(result, comparison.rows)
        if rows and not comparison.pooled:
            page.line((ranking.beyond(rows.pop(0), comparison), "dim"), indent=6)
        for row in rows:
            # A row that lumps several options is told with the first of them.
            if row.id not in shown_rows:
                shown_rows.add(row.id)
                _effect(page, row)


def _comparison(page: Page, one: Comparison) -> None:
    """The figure, where it comes from, how sure it is and why, and what it means in people."""
    kind = "" if one.comparator == one.against.value else f" ({one.against.value})"
    told = f"{one.option} against {one.comparator}{kind}, {one.outcome}: "
    origin: Piece = (f"{words.label(ranking.origin(one))}: ", "bold")
    figure = (ranking.effect(one), page.cites(one.facts), page.sure(one.certainty))
    page.line(origin, told, *figure, indent=4)
    details = [one.favours, ranking.size(one), one.design, one.heterogeneity]
    if one.prediction is not None:
        details.append(f"in a new study like these {sentence(one.prediction)}")
    if one.people:
        details.append(f"studied in {one.people}")
    page.line("; ".join(text for text in details if text), indent=6)
    if not one.about_benefit:
        page.line("It shows no benefit and ranks nothing.", indent=6)
    for text in (one.certainty_reason, *ranking.domains(one)):
        page.line((text, "dim"), indent=6)
    for text in ranking.absolute(one):
        page.line(text, indent=6)
    if told := "; ".join(ranking.sensitivity(one)):
        page.line((f"With other choices: {told}.", "dim"), indent=6)
    for text in one.not_said:
        page.line((text, "dim"), indent=6)
    if one.what_changed:
        page.line(f"Changed: {one.what_changed}", indent=6)
    for study in one.studies:
        people = "people not stated" if study.n is None else f"{plain(study.n)} people"
        page.line((f"{study.name}: {shown(study.estimate).sentence}; weight "
                   f"{plain(study.weight)} %; {people}; risk of bias {study.risk_of_bias}", "dim"),
                  indent=6)  # fmt: skip


def _besides(page: Page, result: EvidenceResult) -> None:
    """Published rows and pools that rank no option, by the reason."""
    groups = ranking.not_ranked(result)
    if groups or result.pooled_besides:
        page.heading("Results that rank no option")
    for why, rows in groups:
        page.line(words.full_stop(why))
        for row in rows:
            _effect(page, row)
    for comparison in result.pooled_besides:
        _comparison(page, comparison)


def _effect(page: Page, row: EffectRow) -> None:
    against = row.comparator or "nothing stated"
    told = f" against {against} ({words.label(row.group)}). {row.outcome}"
    page.item((row.option, "bold"), told, page.cites(row.facts), indent=4)
    if row.estimate is None:
        page.line(f"{row.measure}: no pooled number" if row.measure else "No number", indent=6)
    else:
        number = measured(row.measure, row.estimate)
        page.line(number.sentence, page.cites(set(row.estimate.facts) - set(row.facts)), indent=6)
    favours: Piece = ("" if row.favours in row.statement else f" {row.favours}", "dim")
    page.line(row.statement, favours, page.sure(row.certainty), indent=6)
    for text in (row.certainty_reason, row.cautions, f"{row.design}; {ranking.size(row)}"):
        if text:
            page.line((text, "dim"), indent=6)


def _reports(page: Page, reports: tuple[Report, ...], title: str) -> None:
    if reports:
        page.heading(title)
    for report in reports:
        size = "size not stated" if report.n is None else f"n = {plain(report.n)}"
        design: Piece = (report.design or "Design not stated", "bold")
        page.item(design, f" ({size}): {report.finding}", page.cites(report.facts))
        for text in (ranking.studied(report), f"Cannot show: {report.cannot_show}"):
            if text:
                page.line((text, "dim"), indent=4)
