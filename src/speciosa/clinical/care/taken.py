"""What the person already takes: reviewed before anything new, never stopped by a heading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.care.standing import AVOID
from speciosa.finding import Severity

if TYPE_CHECKING:
    from speciosa.clinical.care.listed import Listed
    from speciosa.clinical.care.situation import Situation
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.care import Treatment
    from speciosa.knowledge.care.wording import Item

_HERBAL = "herbal"
_PAIRS = 2  # the section on interactions has them all
_HAZARDS = frozenset(
    {
        *("cns_depressant", "serotonergic", "opioid_agonist", "opioid_partial_agonist"),
        *("dependence_and_withdrawal", "anxiogenic"),
    }
)


def reviewed(listed: Listed, knowledge: Knowledge) -> tuple[str, ...]:
    """Medicines taken that bear on anxiety, sedation, serotonin or breathing, as typed."""
    treated = {m for t in knowledge.care.treatments if t.kind == "medicine" for m in t.medicines}
    names = (
        name
        for medicine_id, name in listed.taken.items()
        if listed.medicines[medicine_id].kind == "medicine"
        and (
            medicine_id in treated
            or any(str(h.klass) in _HAZARDS for h in listed.medicines[medicine_id].hazards)
        )
    )
    return tuple(dict.fromkeys(names))


def title_words(item: Item, treatment: Treatment | None, standing: str, here: Situation) -> str:
    """The title; one to be avoided says beside it that what is taken is not simply stopped."""
    words = here.knowledge.care.plan.words
    title = item.title.replace("{taken}", ", ".join(reviewed(here.listed, here.knowledge)))
    title = title.replace("{planned}", ", ".join(dict.fromkeys(here.listed.planned.values())))
    names = tuple(dict.fromkeys(_taken(treatment, here)))
    if treatment is None or standing != AVOID or not names:
        return title
    key = "already_title_herbal" if treatment.kind == _HERBAL else "already_title"
    return words[key].format(title=title, names=", ".join(names))


def already(treatment: Treatment | None, here: Situation) -> Iterator[str]:
    """Whether the person already takes it, or is about to."""
    if treatment is None:
        return
    words = here.knowledge.care.plan.words
    key = "already_takes_herbal" if treatment.kind == _HERBAL else "already_takes"
    for name in _taken(treatment, here):
        yield words[key].format(name=name)
    for medicine_id in treatment.medicines:
        if medicine_id in here.listed.planned and medicine_id not in here.listed.taken:
            yield words["planned"].format(name=here.listed.planned[medicine_id])


def interacting(treatment: Treatment | None, here: Situation) -> Iterator[str]:
    """The pairs in which a medicine of this item on the list interacts; the section has them."""
    if treatment is None:
        return
    names: set[str] = set()
    for medicine_id in treatment.medicines:
        if medicine_id in here.listed.medicines:
            names.add(_plain(medicine_id))
            for listed in (here.listed.taken, here.listed.planned):
                names |= {_plain(listed[medicine_id])} if medicine_id in listed else set()
    if not names:
        return
    pairs = [
        " + ".join(row.members)
        for row in here.results.interactions.rows
        if row.severity.rank <= Severity.MODERATE.rank
        and names & {_plain(member) for member in row.members}
    ]
    once = tuple(dict.fromkeys(pairs))
    if once:
        words = here.knowledge.care.plan.words
        shown = "; ".join(once[:_PAIRS])
        more = len(once) - _PAIRS
        yield words["interaction"].format(
            pairs=words["interaction_more"].format(pairs=shown, count=more) if more > 0 else shown
        )


def _taken(treatment: Treatment | None, here: Situation) -> Iterator[str]:
    if treatment is None:
        return
    for medicine_id in treatment.medicines:
        if medicine_id in here.listed.taken:
            yield here.listed.taken[medicine_id]


def _plain(name: str) -> str:
    return name.casefold().replace("_", " ")
