"""What stands in the way of an option for this person: the plan's judgement and the room's own.

The stricter of the two counts. An option that nobody judged is never called usable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Protocol

from speciosa.case.model import Case
from speciosa.case.vocabulary import TreatmentStyle
from speciosa.evidence.for_person.options import Option
from speciosa.evidence.result import Standing
from speciosa.knowledge import Knowledge

_OF_PLAN = {"caution": Standing.CAUTION, "avoid": Standing.AVOID}
_ORDER = tuple(Standing)
_WAYS = {
    TreatmentStyle.INDIVIDUAL,
    TreatmentStyle.GROUP,
    TreatmentStyle.DIGITAL,
    TreatmentStyle.SELF_HELP,
}


class Judged(Protocol):
    """A judgement of the plan: its standing, why, and what must be asked first."""

    @property
    def standing(self) -> str:
        """The plan's own word."""

    @property
    def why(self) -> tuple[str, ...]:
        """What bars it or asks for care, worst first."""

    @property
    def ask(self) -> tuple[str, ...]:
        """What is not on record and must be known."""


def standing(
    option: Option, held: Set[str], judged: Mapping[str, Judged], knowledge: Knowledge
) -> tuple[Standing, tuple[str, ...]]:
    """The standing of an option for this person, and the reasons for it, the gravest first."""
    reasons = sorted(_reasons(option, held, judged, knowledge), key=lambda r: -_ORDER.index(r[0]))
    worst = reasons[0][0] if reasons else Standing.USABLE
    return worst, tuple(dict.fromkeys(text for _, text in reasons if text))


def wish(option: Option, case: Case, knowledge: Knowledge) -> tuple[str, str]:
    """Whether the person wants this kind of help or not, as a mark and in words."""
    ranking = knowledge.evidence.ranking
    own = [item.styles for item in knowledge.care.plan_items if item.treatment == option.id]
    styles = {s for found in own for s in found} or set(ranking.groups.get(option.group, ()))
    preferences = case.preferences
    avoided = [s for s in preferences.avoids if s in styles and s not in _WAYS]
    if avoided:
        words = ", ".join(ranking.styles[s] for s in avoided)
        return "not wanted", ranking.not_wanted.format(styles=words)
    wanted = [s for s in preferences.prefers if s in styles]
    if wanted:
        words = ", ".join(ranking.styles[s] for s in wanted)
        return "wanted", ranking.wanted.format(styles=words)
    return "", ""


def _reasons(
    option: Option, held: Set[str], judged: Mapping[str, Judged], knowledge: Knowledge
) -> Iterator[tuple[Standing, str]]:
    plan = _of_plan(option, judged, knowledge)
    level = Standing.USABLE
    if plan is None:
        yield Standing.UNKNOWN, knowledge.evidence.ranking.not_judged
        yield from _barred_like(option, judged, knowledge)
    else:
        level = _OF_PLAN.get(plan.standing, Standing.USABLE)
        yield level, ""
        yield from ((level, text) for text in plan.why)
        yield from ((Standing.UNKNOWN, text) for text in plan.ask)
        yield from ((Standing.UNKNOWN, text) for text in _general(option, held, knowledge))
    for caution in knowledge.evidence.wording.cautions:
        concerns = option.id in caution.treatments or (
            bool(option.medicines) and option.medicines <= set(caution.medicines)
        )
        own = Standing(caution.level)
        # What the plan says as strictly is not said twice.
        if concerns and caution.when in held and _ORDER.index(own) > _ORDER.index(level):
            yield own, caution.text


def _general(option: Option, held: Set[str], knowledge: Knowledge) -> Iterator[str]:
    """Why to ask first although the plan has an entry: it says nothing of this one's own."""
    own = {
        name
        for item in knowledge.care.plan_items
        if item.treatment == option.id
        for change in item.changes
        for name in change.when
    }
    for one in knowledge.evidence.ranking.only_general:
        if one.when in held and option.group in one.groups and one.when not in own:
            yield one.text


def _barred_like(
    option: Option, judged: Mapping[str, Judged], knowledge: Knowledge
) -> Iterator[tuple[Standing, str]]:
    """What bars the treatments like it that the plan knows bars it too."""
    ranking = knowledge.evidence.ranking
    for like in ranking.judged_like.get(option.id, ()):
        kin = judged.get(like)
        if kin is not None and kin.standing == "avoid":
            yield Standing.AVOID, ranking.barred_like.format(like=like)
            yield from ((Standing.AVOID, text) for text in kin.why)


def _of_plan(option: Option, judged: Mapping[str, Judged], knowledge: Knowledge) -> Judged | None:
    if option.id in judged:
        return judged[option.id]
    for treatment in knowledge.care.treatments:
        known = bool(option.medicines) and option.medicines <= set(treatment.medicines)
        if known and treatment.id in judged:
            return judged[treatment.id]
    return None
