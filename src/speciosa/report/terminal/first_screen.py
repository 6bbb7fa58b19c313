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
TOP_MISSING = 3


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
    if assessment.exposure.doubt:
        page.pair("Levels", (assessment.exposure.doubt, "bold"))
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
    page.pair("Ask now", " ".join(urgent.ask_now))
    if urgent.contacts_note:
        page.line((urgent.contacts_note, "dim"))


def _severity(page: Page, assessment: Assessment) -> None:
    severity = assessment.severity
    scores = []
    for score in outline.leading_scores(severity.scores):
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
    if not top:
        page.pair("Interactions", interactions.headline or "Nothing was checked.")
    for index, row in enumerate(top):
        mark = words.SEVERITY[row.severity]
        told: list[Piece] = [(f"{mark.shape} {mark.word}: ", "bold")]
        if not outline.names_its_members(row):
            told.append((f"{' + '.join(row.names)}. ", "bold"))
        told.append(row.sentence)
        page.pair("Interactions" if index == 0 else "", *told)
    if rest:
        page.pair("", (f"{rest} more below.", "dim"))
    if interactions.not_checked:
        names = ", ".join(row.name for row in interactions.not_checked)
        page.pair("", ("Not checked: ", "bold"), names)


def _law(page: Page, assessment: Assessment) -> None:
    law = assessment.regulation
    brief = outline.law_brief(law)
    if not brief.answers:
        page.pair("Law here", law.headline or "Not known.")
    for index, (names, text) in enumerate(brief.answers):
        term = "Law here" if index == 0 else ""
        page.pair(term, (f"{', '.join(names)}: ", "bold"), words.full_stop(text))
    page.pair("", (brief.note, "dim"))


def _steps(page: Page, assessment: Assessment) -> None:
    steps = outline.first_steps(assessment)
    if not steps:
        page.pair("First steps", assessment.plan.headline or "No plan could be made.")
    for index, item in enumerate(steps):
        term = "First steps" if index == 0 else ""
        named = words.standing(item.standing)
        said = item.title.lower().startswith(f"{named.lower()} ")
        standing: Piece = ("" if said else f"{named}: ", "bold")
        page.pair(term, f"{index + 1}. ", standing, item.title, (f" ({item.decided_by})", "dim"))


def _missing(page: Page, assessment: Assessment) -> None:
    missing = outline.all_missing(assessment)
    if not missing:
        page.pair("Missing", "Nothing was reported as missing.")
    for index, piece in enumerate(missing[:TOP_MISSING]):
        text = outline.first_sentence(piece.how or piece.cost)
        page.pair("Missing" if index == 0 else "", text, (f" ({piece.field})", "dim"))
    if rest := missing[TOP_MISSING:]:
        page.pair("", (f"{len(rest)} more below.", "dim"))
