"""Plan items made from what the other rooms found: danger, diagnosis, scores, interactions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.care.result import PlanItem
from speciosa.clinical.care.standing import CAUTION, DO
from speciosa.clinical.care.worded import joined, sentence, unique
from speciosa.finding import Certainty, Finding, Severity, Tone

if TYPE_CHECKING:
    from speciosa.clinical.care.situation import Situation
    from speciosa.pharmacology.interactions.result import Interaction

_WORTH_AN_ITEM = Severity.MODERATE.rank
_SHOWN_INTERACTIONS = 4
NOT_ASSESSED = "urgent.not_assessed"


def urgent(here: Situation, covered: frozenset[str]) -> Iterator[PlanItem]:
    """What urgent findings ask to do; the questions and contacts stand in the danger block.

    Only an emergency or a same-day route says them again; else one item points to them.
    """
    words, found = here.knowledge.care.plan.words, here.results.safety.urgent
    pressing = "crisis" in here.flags
    for one in found.findings:
        asks = one.id == NOT_ASSESSED and not pressing
        if one.action and one.tone is not Tone.REASSURING and one.id not in covered and not asks:
            yield _from_finding(one, standing=DO, decided_by=words["by_team"])
    if found.ask_now:
        title = words["ask_now_title" if pressing else "ask_now_pointer_title"]
        yield PlanItem(
            id="safety.ask-now",
            title=title,
            standing=DO,
            what=" ".join(found.ask_now) if pressing else words["ask_now_pointer_what"],
            why=words["ask_now_why"],
            certainty=Certainty.UNKNOWN,
            certainty_words="",
            decided_by=words["by_team"],
        )
    if found.contacts and pressing:
        yield _contacts(here)


def _contacts(here: Situation) -> PlanItem:
    words, found = here.knowledge.care.plan.words, here.results.safety.urgent
    contacts = (
        words["contact_verified" if c.verified else "contact_unverified"].format(
            label=c.label, number=c.number
        )
        for c in found.contacts
    )
    return PlanItem(
        id="safety.contacts",
        title=words["contacts_title"],
        standing=DO,
        what="; ".join(contacts),
        why=found.contacts_note or words["contacts_why"],
        certainty=Certainty.UNKNOWN,
        certainty_words="",
        decided_by=words["by_team"],
        facts=tuple(dict.fromkeys(f for c in found.contacts for f in c.facts)),
    )


def diagnosis(here: Situation, covered: frozenset[str]) -> Iterator[PlanItem]:
    """What the severity room asks to do about the diagnosis; what it only notes stands there."""
    words = here.knowledge.care.plan.words
    for one in here.results.severity.diagnosis:
        if one.action and one.id not in covered:
            yield _from_finding(one, standing=DO, decided_by=words["by_team"])


def for_this_person(here: Situation, covers: frozenset[str]) -> Iterator[Finding]:
    """Findings about the diagnosis that an item of the plan carries out, to be said on it."""
    yield from (one for one in here.results.severity.diagnosis if one.id in covers and one.action)


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
    """Interactions of weight, worst first and once for each pair; then what was not checked."""
    words, found = here.knowledge.care.plan.words, here.results.interactions
    groups = interaction_groups(here)
    grave = [g for g in groups if g[0].severity.rank <= Severity.MAJOR.rank]
    own = groups[: max(len(grave), _SHOWN_INTERACTIONS)]
    for rows in own:
        yield _pair(rows, here)
    rest = groups[len(own) :]
    if rest:
        pairs = dict.fromkeys(" + ".join(row.members) for rows in rest for row in rows)
        yield PlanItem(
            id="interactions.more",
            title=words["interactions_more_title"].format(count=len(pairs)),
            standing=CAUTION,
            what=words["interactions_more_what"].format(pairs="; ".join(pairs)),
            why=words["interactions_more_why"],
            certainty=_least_sure(tuple(row for rows in rest for row in rows)),
            certainty_words="",
            decided_by=words["by_prescriber"],
            facts=_facts(tuple(row for rows in rest for row in rows)),
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


def interaction_groups(here: Situation) -> list[tuple[Interaction, ...]]:
    """Rows of weight, worst first; rows of one pair, or with the same advice, stand together."""
    rows = sorted(here.results.interactions.rows, key=lambda r: r.severity.rank)
    pairs: dict[frozenset[str], list[Interaction]] = {}
    for row in rows:
        if row.severity.rank <= _WORTH_AN_ITEM:
            pairs.setdefault(frozenset(row.members), []).append(row)
    advised: dict[tuple[Severity, tuple[str, ...]], list[Interaction]] = {}
    for group in pairs.values():
        advice = tuple(row.consider for row in group)
        key = (group[0].severity, advice if any(advice) else (group[0].id,))
        advised.setdefault(key, []).extend(group)
    return [tuple(group) for group in advised.values()]


def _pair(rows: tuple[Interaction, ...], here: Situation) -> PlanItem:
    words = here.knowledge.care.plan.words
    return PlanItem(
        id=f"interactions.{rows[0].id}",
        title="; ".join(dict.fromkeys(" + ".join(row.members) for row in rows)),
        standing=CAUTION,
        what=joined(*dict.fromkeys(row.consider or words["interaction_what"] for row in rows)),
        why=joined(*dict.fromkeys(row.sentence for row in rows)),
        certainty=_least_sure(rows),
        certainty_words="",
        decided_by=words["by_prescriber"],
        cautions=unique(tuple(row.watch for row in rows)),
        facts=_facts(rows),
    )


def rules(here: Situation, covered: frozenset[str]) -> Iterator[PlanItem]:
    """What the fired safety rules ask for, where no other item of the plan carries it out."""
    words = here.knowledge.care.plan.words
    for rule in here.results.safety.rules:
        if not rule.must or rule.id in covered:
            continue
        yield PlanItem(
            id=f"rules.{rule.id}",
            title=rule.title,
            standing=DO,
            what=" ".join(rule.must),
            why=words["covers"].format(why=rule.because, rules=rule.id),
            certainty=Certainty.LOW,
            certainty_words=sentence(words["rule_certainty"]),
            decided_by=words["by_team"],
            facts=rule.facts,
        )


def _from_finding(one: Finding, *, standing: str, decided_by: str) -> PlanItem:
    return PlanItem(
        id=f"finding.{one.id}",
        title=one.text,
        standing=standing,
        what=one.action,
        why=one.detail,
        certainty=one.certainty,
        certainty_words="",
        decided_by=decided_by,
        facts=one.facts,
    )


def _least_sure(found: tuple[Finding | Interaction, ...]) -> Certainty:
    order = tuple(Certainty)
    return max((one.certainty for one in found), key=order.index)


def _facts(found: tuple[Finding | Interaction, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact for one in found for fact in one.facts))
