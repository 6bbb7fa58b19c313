"""Care plan, consultation and follow-up in the terminal report."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.clinical.care.result import PlanItem
from speciosa.report import words
from speciosa.report.terminal.page import GUTTER, Page, Piece


def plan(page: Page, assessment: Assessment) -> None:
    """The plan, section by section."""
    result = assessment.plan
    page.line(result.headline)
    if result.step or result.why_this_step:
        page.line(
            (f"{words.step(result.step)}: " if result.step else "", "bold"), result.why_this_step
        )
    page.findings(result.findings)
    if not result.sections:
        page.line("No plan could be made from what was given.")
    if result.first_steps:
        page.heading("First steps")
    for step in result.first_steps:
        _item(page, step)
    for section in result.sections:
        page.heading(section.title)
        if section.lead:
            page.line(section.lead)
        page.findings(section.notes)
        for item in section.items:
            _item(page, item)


def _item(page: Page, item: PlanItem) -> None:
    mark: Piece = (f"[{words.standing(item.standing)}]", "bold")
    page.line((item.title, "bold"), page.cites(item.facts), mark=mark, gutter=GUTTER)
    page.line(item.what, indent=GUTTER)
    for line in item.for_this_person:
        page.line(("For this person: ", "bold"), line, indent=GUTTER)
    for line in item.cautions:
        page.line(("▲ Caution: ", "bold"), line, indent=GUTTER)
    if item.why:
        page.line(f"Why: {item.why}", indent=GUTTER)
    sure = f"Certainty: {item.certainty.value}. {words.full_stop(item.certainty_words)}"
    decides = words.full_stop(item.decided_by or "not stated", capital=False)
    page.line((f"{sure} Decides: {decides}", "dim"), indent=GUTTER)


def consultation(page: Page, assessment: Assessment) -> None:
    """What to ask, what to tell, whom to involve."""
    result = assessment.consultation
    page.line(result.headline)
    if result.ask:
        page.heading("Ask")
    for question in result.ask:
        page.item(question.text, (f" {question.why}", "dim"))
    if result.tell:
        page.heading("Tell")
    for advice in result.tell:
        page.item((f"{advice.topic}: ", "bold"), advice.text, page.cites(advice.facts))
    if result.refer:
        page.heading("Involve")
    for referral in result.refer:
        told: list[Piece] = [(referral.to, "bold"), f", {referral.when}. {referral.why}"]
        page.item(*told, page.cites(referral.facts))


def follow_up(page: Page, assessment: Assessment) -> None:
    """Visits, what counts as change, when to step up."""
    result = assessment.follow_up
    page.line(result.headline)
    if result.visits:
        page.heading("Planned contacts")
    for visit in result.visits:
        page.item((visit.when, "bold"), f" ({visit.date})", page.cites(visit.facts))
        page.line(f"Measure: {', '.join(visit.measure)}", indent=4)
        page.line(f"Decide: {visit.decide}", indent=4)
    page.findings(result.what_counts, "What change counts")
    page.findings(result.step_up_if, "Step up if")
    if result.annotate:
        page.heading("Write down with each score")
    for line in result.annotate:
        page.item(line)
