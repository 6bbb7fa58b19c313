"""One item of the plan for this person: what changes it, what it rests on, what to watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speciosa.clinical.care import effects
from speciosa.clinical.care.result import PlanItem
from speciosa.clinical.care.standing import AVOID, stricter
from speciosa.clinical.care.wishes import wish
from speciosa.clinical.care.worded import sentence
from speciosa.finding import Severity

if TYPE_CHECKING:
    from speciosa.clinical.care.situation import Situation
    from speciosa.knowledge.care import Note, Treatment
    from speciosa.knowledge.care_wording import Change, Item

OPTIONS = "options"
_SHOWING_EFFECTS = (OPTIONS, "lifestyle", "stress")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An item with what its place in the section depends on, and the rules it carries out."""

    item: PlanItem
    kind: str
    score: int
    must_not: tuple[tuple[str, str], ...]


def placed(item: Item, here: Situation) -> Placed:
    """Put one item together for this person."""
    care = here.knowledge.care
    treatment = care.treatment(item.treatment) if item.treatment else None
    changes = tuple(_changes(item, here))
    wanted = wish(item, treatment, here)
    standing = item.standing
    for at_least in (*(change.standing for change in changes), wanted.standing):
        standing = stricter(standing, at_least)
    rows = effects.rows_for(treatment, here) if treatment else ()
    certainty, certainty_words = effects.certainty_of(item, treatment, rows, here)
    waits = "crisis" in here.flags
    shown = rows if item.section in _SHOWING_EFFECTS and not waits else ()
    effect, effect_facts = effects.effect_words(shown, here)
    label, label_facts = effects.label_words(treatment, standing, here) if treatment else ("", ())
    noted = tuple(_notes(item, treatment, here))
    own_facts = (treatment.fact_id(),) if treatment else ()
    return Placed(
        item=PlanItem(
            id=item.id,
            title=item.title,
            standing=standing,
            what=_joined(item.what.replace("{law}", here.results.law.headline), label),
            why=_joined(item.why, effect),
            certainty=certainty,
            certainty_words=sentence(certainty_words),
            decided_by=item.decided_by,
            cautions=_unique(
                (
                    *_wait(item, here),
                    *(change.caution for change in changes),
                    *wanted.cautions,
                    *_interactions(treatment, here),
                    *item.cautions,
                    *(text for text, _ in noted),
                )
            ),
            for_this_person=_unique(
                (*_on_list(treatment, here), *wanted.reasons, *(c.reason for c in changes))
            ),
            facts=_unique(
                (
                    *own_facts,
                    *item.facts,
                    *(fact for change in changes for fact in change.facts),
                    *effect_facts,
                    *label_facts,
                    *(fact for _, fact in noted),
                )
            ),
        ),
        kind=treatment.kind if treatment else (item.styles[0] if item.styles else ""),
        score=wanted.score,
        must_not=tuple(
            (c.must_not, c.caution)
            for c in changes
            if c.must_not and (c.standing == AVOID or standing != AVOID)
        ),
    )


def _changes(item: Item, here: Situation) -> Iterator[Change]:
    """The item's own changes, then those of all options that concern its classes."""
    everywhere = here.knowledge.care.plan.option_changes if item.section == OPTIONS else ()
    for change in (*item.changes, *everywhere):
        concerns = not change.classes or not set(change.classes).isdisjoint(item.classes)
        if concerns and change.holds(here.flags):
            yield change


def _wait(item: Item, here: Situation) -> Iterator[str]:
    if item.section in _SHOWING_EFFECTS and "crisis" in here.flags:
        yield here.knowledge.care.plan.words["wait"]


def _notes(item: Item, treatment: Treatment | None, here: Situation) -> Iterator[tuple[str, str]]:
    """Boxed warning, harms and what to know with kratom, each marked where it is not verified."""
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
        if note is not None:
            text = words[key].format(text=note.text)
            shown = text if note.verified else words["unverified"].format(text=text.rstrip("."))
            yield shown, treatment.fact_id(fact)


def _on_list(treatment: Treatment | None, here: Situation) -> Iterator[str]:
    """Whether the person already takes it, or is about to."""
    if treatment is None:
        return
    words = here.knowledge.care.plan.words
    for medicine_id in treatment.medicines:
        if medicine_id in here.listed.taken:
            yield words["already_takes"].format(name=here.listed.taken[medicine_id])
        elif medicine_id in here.listed.planned:
            yield words["planned"].format(name=here.listed.planned[medicine_id])


def _interactions(treatment: Treatment | None, here: Situation) -> Iterator[str]:
    """Interactions found for a medicine of this item that is on the list."""
    if treatment is None:
        return
    words = here.knowledge.care.plan.words
    names = {_plain(medicine_id) for medicine_id in treatment.medicines}
    for medicine_id in treatment.medicines:
        for listed in (here.listed.taken, here.listed.planned):
            if medicine_id in listed:
                names.add(_plain(listed[medicine_id]))
    if not any(m in here.listed.medicines for m in treatment.medicines):
        return
    for row in here.results.interactions.rows:
        weighs = row.severity.rank <= Severity.MODERATE.rank
        if weighs and names & {_plain(member) for member in row.members}:
            yield words["interaction"].format(sentence=row.sentence)


def _plain(name: str) -> str:
    return name.casefold().replace("_", " ")


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _unique(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
