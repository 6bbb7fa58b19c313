"""One item of the plan for this person: what changes it, what it rests on, what to watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from speciosa.clinical.care import effects
from speciosa.clinical.care.result import PlanItem
from speciosa.clinical.care.said import Said
from speciosa.clinical.care.standing import AVOID, stricter
from speciosa.clinical.care.taken import already, interacting, title_words
from speciosa.clinical.care.wishes import wish
from speciosa.clinical.care.worded import joined, sentence, unique
from speciosa.finding import Severity, Tone

if TYPE_CHECKING:
    from speciosa.clinical.care.situation import Situation
    from speciosa.knowledge.care import Note, Treatment
    from speciosa.knowledge.care.wording import Change, Item

OPTIONS = "options"
_SHOWING_EFFECTS = (OPTIONS, "lifestyle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An item with what its place in the section depends on, and the rules it carries out.

    ``title`` is the option's own name, without what the item's title adds for this person;
    ``carries`` names the findings and rules of the item itself, ``covers`` those of its notes too.
    """

    item: PlanItem
    title: str
    kind: str
    score: int
    must_not: tuple[tuple[str, str], ...]
    shared: tuple[Said, ...]
    carries: frozenset[str]
    covers: frozenset[str]

    def with_own(self, said: tuple[Said, ...]) -> PlanItem:
        """The item with what it shares with no other, warnings among its cautions."""
        warned = (s for s in said if s.tone is Tone.WARNING)
        told = (s.text for s in said if s.tone is not Tone.WARNING)
        return msgspec.structs.replace(
            self.item,
            cautions=unique((*(s.text for s in warned), *self.item.cautions)),
            for_this_person=unique((*self.item.for_this_person, *told)),
        )


def placed(item: Item, here: Situation) -> Placed:
    """Put one item together for this person."""
    care = here.knowledge.care
    treatment = care.treatment(item.treatment) if item.treatment else None
    changes = tuple(changes_of(item, here))
    wanted = wish(item, treatment, here)
    standing = item.standing
    for at_least in (*(change.standing for change in changes), wanted.standing):
        standing = stricter(standing, at_least)
    rows = effects.rows_for(treatment, here) if treatment else ()
    certainty, certainty_words = effects.certainty_of(item, treatment, rows, here)
    wanted_effect = item.section in _SHOWING_EFFECTS and standing != AVOID
    shown = rows if wanted_effect and "crisis" not in here.flags else ()
    effect, effect_facts = effects.effect_words(shown, here)
    label = effects.label_words(treatment, standing, here) if treatment else effects.NO_LABEL
    told = {fact for change in changes for fact in change.facts if change.caution}
    noted = tuple(_notes(item, treatment, here, told))
    own = tuple(change for change in changes if not change.id)
    shared = (
        *(_said(change, here) for change in changes if change.id),
        *(wanted.shared if item.section == OPTIONS else ()),
        *((Said(id=label.missing, text=label.text, concerns="medicine"),) if label.missing else ()),
    )
    said = item.what.replace("{law}", here.results.law.headline)
    held_back = standing == AVOID and item.standing != AVOID
    what = care.plan.words["avoid_what"] if held_back else said
    return Placed(
        item=PlanItem(
            id=item.id,
            title=title_words(item, treatment, standing, here),
            standing=standing,
            what=joined(what, "" if label.missing else label.text),
            why=joined(item.why if what == said else "", effect),
            certainty=certainty,
            certainty_words=sentence(certainty_words),
            decided_by=item.decided_by,
            cautions=unique(
                (
                    *(c.caution for c in own if c.caution.rstrip(".") not in what),
                    *wanted.cautions,
                    *interacting(treatment, here),
                    *item.cautions,
                    *(text for text, _ in noted),
                )
            ),
            for_this_person=unique(
                (*already(treatment, here), *wanted.reasons, *(c.reason for c in own))
            ),
            facts=unique(
                (
                    *((treatment.fact_id(),) if treatment else ()),
                    *item.facts,
                    *(fact for change in own for fact in change.facts),
                    *effect_facts,
                    *label.facts,
                    *(fact for _, fact in noted),
                )
            ),
        ),
        title=item.title,
        kind=treatment.kind if treatment else item.kind or next(iter(item.styles), ""),
        score=wanted.score,
        must_not=tuple((c.must_not, c.caution) for c in changes if c.must_not),
        shared=shared,
        carries=frozenset((*item.covers, *(rule for c in own for rule in c.covers))),
        covers=frozenset((*item.covers, *(rule for c in changes for rule in c.covers))),
    )


def changes_of(item: Item, here: Situation) -> Iterator[Change]:
    """The item's own changes, then those of all options that concern its classes."""
    everywhere = here.knowledge.care.plan.option_changes if item.section == OPTIONS else ()
    for change in (*item.changes, *everywhere):
        concerns = not change.classes or not set(change.classes).isdisjoint(item.classes)
        if concerns and change.holds(here.flags):
            yield change


def _said(change: Change, here: Situation) -> Said:
    fired = {rule.id for rule in here.results.safety.rules}
    carried = next((rule for rule in change.covers if rule in fired), "")
    severity = Severity(change.severity)
    warns = severity.rank <= Severity.MINOR.rank
    return Said(
        id=change.id,
        text=change.caution,
        severity=severity,
        certainty=change.certainty,
        tone=Tone.WARNING if warns else Tone.NEUTRAL,
        rule=change.must_not or carried,
        concerns=next(iter(change.classes), ""),
        facts=change.facts,
    )


def _notes(
    item: Item, treatment: Treatment | None, here: Situation, told: set[str]
) -> Iterator[tuple[str, str]]:
    """Boxed warning, harms and what to know with kratom, each marked where it is not verified.

    What a caution of the item already says with the same fact is not said again.
    """
    if treatment is None or item.section != OPTIONS:
        return
    words = here.knowledge.care.plan.words
    exposed = "kratom_exposed" in here.flags
    parts: tuple[tuple[str, str, Note | None], ...] = (
        ("boxed_warning", "boxed-warning", treatment.boxed_warning),
        ("worst_harm", "harms", treatment.harms),
        ("with_kratom", "kratom", treatment.kratom if exposed else None),
    )
    for key, fact, note in parts:
        fact_id = treatment.fact_id(fact)
        if note is None or (key == "with_kratom" and fact_id in told):
            continue
        text = words[key].format(text=note.text)
        shown = text if note.verified else words["unverified"].format(text=text.rstrip("."))
        yield shown, fact_id
