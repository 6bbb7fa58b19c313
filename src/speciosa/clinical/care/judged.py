"""What the plan says of each treatment for this person, for whoever ranks treatments by evidence.

The plan shows some treatments only where they are asked for; here every one that it knows is
judged, so that a list of options can never call usable what the plan would rule out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.care.items import OPTIONS, changes_of
from speciosa.clinical.care.standing import AVOID, CAUTION, CONSIDER, stricter
from speciosa.clinical.care.taken import interacting
from speciosa.clinical.care.wishes import wish
from speciosa.clinical.care.worded import unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.clinical.care.situation import Situation
    from speciosa.knowledge.care.wording import Change, Item

_SECTIONS = (OPTIONS, "lifestyle", "stress")
_NOT_KNOWN = ("_unknown", "_open")


class Judged(NamedTuple):
    """The standing of a treatment, why, and what must be asked before it can be judged."""

    standing: str
    why: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


def judged(here: Situation) -> Mapping[str, Judged]:
    """Every treatment that the plan knows, by id; the strictest item of a treatment counts."""
    found: dict[str, Judged] = {}
    for item in here.knowledge.care.plan_items:
        if item.treatment and item.section in _SECTIONS:
            own = _judge(item, here)
            found[item.treatment] = _both(found.get(item.treatment, Judged("do")), own)
    return found


def _judge(item: Item, here: Situation) -> Judged:
    treatment = here.knowledge.care.treatment(item.treatment)
    held = tuple(changes_of(item, here))
    why: list[str] = []
    ask: list[str] = []
    standing = item.standing
    # What bars the treatment is told before what asks for care.
    for change in sorted(held, key=lambda c: c.standing != AVOID):
        if change.caution and _is_open(change):
            ask.append(change.caution)
            continue
        standing = stricter(standing, change.standing)
        # What only has to wait (for safety, for a step, for a second score) does not bar it.
        if change.caution and change.standing != CONSIDER:
            why.append(change.caution)
    wished = wish(item, treatment, here)
    if wished.standing == CAUTION:
        standing = stricter(standing, CAUTION)
        why.extend(wished.cautions)
    why.extend(interacting(treatment, here))
    # What bars it for everybody comes after what bars it for this person.
    why.extend([item.why] if item.standing in (CAUTION, AVOID) else [])
    if why:
        standing = stricter(standing, CAUTION)
    # What holds for everybody is told too, and makes nothing graver for this person.
    why.extend(item.cautions)
    return Judged(standing, unique(tuple(why)), unique(tuple(ask)))


def _is_open(change: Change) -> bool:
    return any(name.endswith(_NOT_KNOWN) for name in change.when)


def _both(one: Judged, other: Judged) -> Judged:
    return Judged(
        stricter(one.standing, other.standing),
        unique((*one.why, *other.why)),
        unique((*one.ask, *other.ask)),
    )
