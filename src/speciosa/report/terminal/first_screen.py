"""The first screen: what a clinician must know within twenty seconds. Danger first, always."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.report import outline, words
from speciosa.report.numbers import shown
from speciosa.report.terminal.page import GUTTER, Page, Piece

_STYLES = {
    UrgentStatus.EMERGENCY: "bold white on red",
    UrgentStatus.SAME_DAY: "bold red",
    UrgentStatus.SOON: "bold yellow",
    UrgentStatus.NOT_ASSESSED: "bold",
    UrgentStatus.NONE_FOUND: "bold",
}
_MISSING_SHOWN = 3


def first_screen(page: Page, assessment: Assessment) -> None:
    """Urgent block, then severity, kratom, interactions, law, first steps and what is missing."""
    place = assessment.regulation.place_name or assessment.place or "place not given"
    code = f" ({assessment.place})" if assessment.place else ""
    page.rule(f"Speciosa  {assessment.date}  {place}{code}", heavy=True)
    _urgent(page, assessment)
    page.rule("At a glance")
    _severity(page, assessment)
    kratom = assessment.kratom
    page.pair("Kratom", f"{words.label(kratom.status)}. ", kratom.intake.headline)
    page.pair("", kratom.dependence.headline)
    _interactions(page, assessment)
    _law(page, assessment)
    _steps(page, assessment)
    _missing(page, assessment)


def _urgent(page: Page, assessment: Assessment) -> None:
    urgent = assessment.urgent
    route = words.URGENT[urgent.status]
    page.line((f"{route.shape} {route.word.upper()}", _STYLES[urgent.status]))
    page.line((urgent.headline, "bold"))
    if route.caveat:
        page.line((route.caveat, "dim"))
    for finding in urgent.findings:
        told: list[Piece] = [finding.text, page.cites(finding.facts)]
        page.severity(words.SEVERITY[finding.severity], *told)
        if finding.action:
            page.line(("Action: ", "bold"), finding.action, indent=GUTTER)
    for contact in urgent.contacts:
        doubt: Piece = "" if contact.verified else (f" {words.DAGGER} not checked", "bold")
        told = [f"{contact.label}: ", (contact.number, "bold"), page.cites(contact.facts), doubt]
        page.line(*told, mark=("Call", "bold"), gutter=GUTTER)
    for question in urgent.ask_now:
        page.line(question, mark=("Ask now", "bold"), gutter=GUTTER)
    if urgent.contacts_note:
        page.line((urgent.contacts_note, "dim"))


def _severity(page: Page, assessment: Assessment) -> None:
    severity = assessment.severity
    scores = []
    for score in severity.scores:
        if score.total is None:
            scores.append(f"{score.name} not scored")
        else:
            total = shown(score.total)
            spread = f" ({total.range})" if total.range else ""
            band = f", {score.band}" if score.band else ""
            prorated = ", prorated" if score.prorated else ""
            scores.append(f"{score.name} {total.number} of {score.maximum}{spread}{band}{prorated}")
    page.pair("Severity", severity.headline or "Not known.")
    page.pair("", ("; ".join(scores), "dim"))


def _interactions(page: Page, assessment: Assessment) -> None:
    interactions = assessment.interactions
    top = outline.top_interactions(assessment)
    rest = len(interactions.rows) - len(top)
    page.pair("Interactions", interactions.headline or "Nothing was checked.")
    for row in top:
        mark = words.SEVERITY[row.severity]
        names: Piece = (" + ".join(row.members), "bold")
        shape = f"{mark.shape} {mark.word}: "
        page.line(shape, names, f". {row.sentence}", page.cites(row.facts), indent=GUTTER)
    if rest:
        page.line((f"{rest} more below.", "dim"), indent=GUTTER)
    if interactions.not_checked:
        names = ", ".join(row.name for row in interactions.not_checked)
        page.line(("Not checked: ", "bold"), names, indent=GUTTER)


def _law(page: Page, assessment: Assessment) -> None:
    law = assessment.regulation
    told = [f"{words.substance(name)}: {text}" for name, text in law.leading_words.items()]
    page.pair("Law here", "; ".join(told) or law.headline or "Not known.")


def _steps(page: Page, assessment: Assessment) -> None:
    steps = outline.first_steps(assessment)
    if not steps:
        page.pair("First steps", assessment.plan.headline or "No plan could be made.")
    for index, item in enumerate(steps):
        term = "First steps" if index == 0 else ""
        standing: Piece = (f"{words.standing(item.standing)}: ", "bold")
        page.pair(term, f"{index + 1}. ", standing, item.title, (f" ({item.decided_by})", "dim"))


def _missing(page: Page, assessment: Assessment) -> None:
    missing = outline.all_missing(assessment)
    if not missing:
        page.pair("Missing", "Nothing was reported as missing.")
    for index, piece in enumerate(missing[:_MISSING_SHOWN]):
        page.pair("Missing" if index == 0 else "", (piece.field, "bold"), f": {piece.cost}")
    if len(missing) > _MISSING_SHOWN:
        page.pair("", (f"{len(missing) - _MISSING_SHOWN} more below.", "dim"))
