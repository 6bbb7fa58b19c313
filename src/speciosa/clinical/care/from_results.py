"""Plan items made from what the other rooms found: danger, diagnosis, scores, interactions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.care.result import PlanItem
from speciosa.clinical.care.standing import CAUTION, CONSIDER, DO
from speciosa.clinical.care.worded import sentence
from speciosa.finding import Certainty, Finding, Severity, Tone

if TYPE_CHECKING:
    from speciosa.clinical.care.situation import Situation

_WORTH_AN_ITEM = Severity.MODERATE.rank


def urgent(here: Situation) -> Iterator[PlanItem]:
    """Every urgent finding, what to ask now, and whom to call."""
    words, found = here.knowledge.care.plan.words, here.results.safety.urgent
    for one in found.findings:
        if one.tone is not Tone.REASSURING:
            yield _from_finding(one, here, standing=DO, decided_by=words["by_team"])
    contacts = tuple(
        words["contact_verified" if c.verified else "contact_unverified"].format(
            label=c.label, number=c.number
        )
        for c in found.contacts
    )
    if found.ask_now:
        yield PlanItem(
            id="safety.ask-now",
            title=words["ask_now_title"],
            standing=DO,
            what=" ".join(found.ask_now),
            why=words["ask_now_why"],
            certainty=Certainty.UNKNOWN,
            certainty_words=sentence(words["finding_certainty"]),
            decided_by=words["by_team"],
        )
    if contacts:
        yield PlanItem(
            id="safety.contacts",
            title=words["contacts_title"],
            standing=DO,
            what="; ".join(contacts),
            why=found.contacts_note or words["contacts_why"],
            certainty=Certainty.UNKNOWN,
            certainty_words=sentence(words["contacts_certainty"]),
            decided_by=words["by_team"],
            facts=tuple(dict.fromkeys(f for c in found.contacts for f in c.facts)),
        )


def diagnosis(here: Situation) -> Iterator[PlanItem]:
    """What the severity room asks to do about the diagnosis, then what it only notes."""
    words, found = here.knowledge.care.plan.words, here.results.severity.diagnosis
    for one in found:
        if one.action:
            yield _from_finding(one, here, standing=DO, decided_by=words["by_team"])
    noted = tuple(one for one in found if not one.action)
    if noted:
        yield PlanItem(
            id="diagnosis.noted",
            title=words["noted_title"],
            standing=CONSIDER,
            what=" ".join(sentence(one.text) for one in noted),
            why=words["noted_why"],
            certainty=_least_sure(noted),
            certainty_words=sentence(words["noted_certainty"]),
            decided_by=words["by_team"],
            facts=_facts(noted),
        )


def severity(here: Situation) -> Iterator[PlanItem]:
    """The scores and what daily life allows, together."""
    words, found = here.knowledge.care.plan.words, here.results.severity
    texts = (found.headline, *(one.text for one in found.function))
    yield PlanItem(
        id="severity.scores",
        title=words["severity_title"],
        standing=CONSIDER,
        what=" ".join(sentence(text) for text in texts if text),
        why=words["severity_why"],
        certainty=Certainty.MODERATE if found.scores else Certainty.UNKNOWN,
        certainty_words=sentence(words["finding_certainty"]),
        decided_by=words["by_person_team"],
        facts=tuple(
            dict.fromkeys(
                (*(f for score in found.scores for f in score.facts), *_facts(found.function))
            )
        ),
    )


def goals(here: Situation) -> Iterator[PlanItem]:
    """The person's own goals, in the person's words."""
    words, wanted = here.knowledge.care.plan.words, here.case.preferences.goals
    if wanted:
        yield PlanItem(
            id="goals.named",
            title=words["goals_title"].format(goals="; ".join(wanted)),
            standing=DO,
            what=words["goals_what"],
            why=words["goals_why"],
            certainty=Certainty.MODERATE,
            certainty_words=sentence(words["accepted_practice"]),
            decided_by=words["by_person_team"],
        )


def interactions(here: Situation) -> Iterator[PlanItem]:
    """Interactions of weight, worst first; then what could not be checked."""
    words, found = here.knowledge.care.plan.words, here.results.interactions
    for row in sorted(found.rows, key=lambda r: (r.severity.rank, r.id)):
        if row.severity.rank > _WORTH_AN_ITEM:
            continue
        yield PlanItem(
            id=f"interactions.{row.id}",
            title=" + ".join(row.members),
            standing=CAUTION,
            what=row.consider or words["interaction_what"],
            why=row.sentence,
            certainty=row.certainty,
            certainty_words=sentence(words["interaction_certainty"]),
            decided_by=words["by_prescriber"],
            cautions=tuple(text for text in (row.watch, row.ask) if text),
            facts=row.facts,
        )
    for unknown in found.not_checked:
        asked = unknown.suggestion
        guess = words["not_checked_suggestion"].format(name=asked) if asked else ""
        yield PlanItem(
            id=f"interactions.not-checked.{unknown.name.casefold().replace(' ', '-')}",
            title=words["not_checked_title"].format(name=unknown.name),
            standing=CAUTION,
            what=words["not_checked_what"].format(suggestion=guess).strip(),
            why=unknown.why,
            certainty=Certainty.UNKNOWN,
            certainty_words=sentence(words["unknown_certainty"]),
            decided_by=words["by_prescriber"],
        )


def rules(here: Situation) -> Iterator[PlanItem]:
    """What the fired safety rules ask for; it cannot be switched off."""
    words = here.knowledge.care.plan.words
    for rule in here.results.safety.rules:
        if not rule.must:
            continue
        yield PlanItem(
            id=f"rules.{rule.id}",
            title=rule.title,
            standing=DO,
            what=" ".join(rule.must),
            why=rule.because,
            certainty=Certainty.LOW,
            certainty_words=sentence(words["rule_certainty"]),
            decided_by=words["by_team"],
            facts=rule.facts,
        )


def _from_finding(one: Finding, here: Situation, *, standing: str, decided_by: str) -> PlanItem:
    words = here.knowledge.care.plan.words
    return PlanItem(
        id=f"finding.{one.id}",
        title=one.text,
        standing=standing,
        what=one.action or words["finding_what"],
        why=one.detail or words["finding_why"],
        certainty=one.certainty,
        certainty_words=sentence(words["finding_certainty"]),
        decided_by=decided_by,
        facts=one.facts,
    )


def _least_sure(found: tuple[Finding, ...]) -> Certainty:
    order = tuple(Certainty)
    return max((one.certainty for one in found), key=order.index)


def _facts(found: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact for one in found for fact in one.facts))
