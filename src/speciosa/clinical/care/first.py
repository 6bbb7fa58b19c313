"""What to do first: three to five steps for this person, danger before everything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.care import from_results
from speciosa.clinical.care.result import PlanItem
from speciosa.clinical.care.standing import CAUTION, DO, OFFER
from speciosa.clinical.care.worded import sentence
from speciosa.finding import Severity, Tone

if TYPE_CHECKING:
    from speciosa.clinical.care.situation import Situation
    from speciosa.knowledge.care.wording import FirstStep

_MOST = 5
_URGENT_STEPS = 3


def first_steps(here: Situation, options: tuple[PlanItem, ...]) -> tuple[PlanItem, ...]:
    """The first steps in order; a step marked ``always`` is kept when the number is cut."""
    made: list[tuple[bool, PlanItem]] = []
    said: set[str] = set()
    for step in here.knowledge.care.plan.first_steps:
        if not step.holds(here.flags) or not said.isdisjoint(step.unless_said):
            continue
        for item in _made(step, here, options):
            made.append((step.always, item))
            said.add(item.id.removeprefix("first."))
    room = _MOST - sum(always for always, _ in made)
    kept: list[PlanItem] = []
    for always, item in made:
        if always or room > 0:
            kept.append(item)
            room -= not always
    return tuple(kept)


def _made(step: FirstStep, here: Situation, options: tuple[PlanItem, ...]) -> Iterator[PlanItem]:
    if step.made_from == "urgent":
        yield from _urgent(here)
    elif step.made_from == "interaction":
        yield from _interaction(here)
    elif step.made_from == "offer":
        yield from _offer(here, options)
    else:
        yield PlanItem(
            id=step.id,
            title=step.title,
            standing=step.standing,
            what=step.what,
            why=step.why,
            certainty=step.certainty,
            certainty_words=sentence(step.certainty_words),
            decided_by=step.decided_by,
            facts=step.facts,
        )


def _urgent(here: Situation) -> Iterator[PlanItem]:
    """What the gravest findings ask for; the action leads, the finding is the reason."""
    words = here.knowledge.care.plan.words
    crisis = "crisis" in here.flags
    worst = Severity.URGENT if crisis else Severity.MAJOR
    pressing = [
        one
        for one in here.results.safety.urgent.findings
        if one.action
        and one.tone is not Tone.REASSURING
        and one.severity.rank <= worst.rank
        and one.id != from_results.NOT_ASSESSED
    ]
    for one in pressing[: _URGENT_STEPS if crisis else 1]:
        lead, _, rest = one.action.partition(". ")
        yield PlanItem(
            id=f"first.{one.id}",
            title=lead.rstrip("."),
            standing=DO,
            what=rest,
            why=one.text,
            certainty=one.certainty,
            certainty_words="",
            decided_by=words["by_team"],
            facts=one.facts,
        )


def _interaction(here: Situation) -> Iterator[PlanItem]:
    """The worst interaction of what is used now, where it is major or worse."""
    words, taken = here.knowledge.care.plan.words, here.listed.taken
    for rows in from_results.interaction_groups(here):
        worst = rows[0]
        if worst.severity.rank > Severity.MAJOR.rank:
            return
        if "kratom" in worst.members and "kratom_exposed" not in here.flags:
            continue  # the person only asks about it, or stopped long ago
        names = (taken.get(member.replace(" ", "_"), member) for member in worst.members)
        yield PlanItem(
            id="first.interaction",
            title=words["first_interaction"].format(members=" + ".join(names)),
            standing=CAUTION,
            what=worst.consider or words["interaction_what"],
            why=worst.sentence,
            certainty=worst.certainty,
            certainty_words="",
            decided_by=words["by_prescriber"],
            facts=worst.facts,
        )
        return


def _offer(here: Situation, options: tuple[PlanItem, ...]) -> Iterator[PlanItem]:
    """The first option that is offered, in the order of the plan, which is not one of effect."""
    words = here.knowledge.care.plan.words
    for item in options:
        if item.standing == OFFER:
            yield PlanItem(
                id="first.offer",
                title=words["first_offer"].format(title=item.title),
                standing=OFFER,
                what=item.what,
                why=item.why.partition(" Published effect")[0],
                certainty=item.certainty,
                certainty_words=item.certainty_words,
                decided_by=item.decided_by,
                cautions=item.cautions,
                facts=item.facts,
            )
            return
