"""Which two of a list meet a shared rule, and how severe that is."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence, Set
from itertools import product
from typing import TYPE_CHECKING

from speciosa.finding import Severity

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.hazards import SharedLevel, SharedRule, Side
    from speciosa.knowledge.medicines.record import Hazard, HazardClass
    from speciosa.pharmacology.interactions.recognise import Item

Key = frozenset[str]


@dataclasses.dataclass(frozen=True)
class Participant:
    """An item of the list, or kratom, with its hazards."""

    id: str
    label: str
    hazards: Mapping[HazardClass, Sequence[Hazard]]
    item: Item | None = None
    groups: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, item: Item, knowledge: Knowledge) -> Participant:
        """An item of the list as a participant; ``groups`` are ids with the ids of their facts."""
        hazards = {h.klass: (h,) for h in item.medicine.hazards}
        groups = {g.id: g.fact_id for g in knowledge.ddi.groups_of(item.medicine)}
        return cls(item.id, item.label, hazards, item, groups)

    @property
    def faded(self) -> bool:
        """Whether it was stopped long enough ago for no effect to be expected."""
        return self.item is not None and self.item.faded

    def meets(self, side: Side, group: str) -> tuple[str, ...]:
        """Ids of the facts that put this participant on a side of a level; empty for none."""
        if group in self.groups:
            return (self.groups[group],)
        return tuple(
            hazard.fact_id
            for klass, least in side.items()
            for hazard in self.hazards.get(klass, ())
            if hazard.strength.rank >= least.rank
        )


@dataclasses.dataclass(frozen=True)
class HazardPair:
    """Two participants that share a hazard."""

    one: Participant
    other: Participant
    severity: Severity
    facts: tuple[str, ...]

    @property
    def faded(self) -> bool:
        """Whether one of the two is past its effect."""
        return self.one.faded or self.other.faded


def hazard_pairs(
    participants: Sequence[Participant],
    rule: SharedRule,
    given: Set[str],
    *,
    two_alone: bool = False,
) -> dict[Key, HazardPair]:
    """Every pair that meets a level, with the worst level that it meets.

    ``given`` are the circumstances of the person. ``two_alone``: without levels that need a third
    item. A pair with a faded item is information.
    """
    counted = [p for p in participants if p.id not in rule.except_for]
    best: dict[Key, HazardPair] = {}
    for level in sorted(rule.levels, key=lambda level: level.severity.rank):
        if (level.of_three and two_alone) or (level.given and given.isdisjoint(level.given)):
            continue
        _meet(level, counted, best)
    return best


def _meet(level: SharedLevel, counted: Sequence[Participant], best: dict[Key, HazardPair]) -> None:
    """Add the pairs that meet a level and no worse one before it."""
    allowed = [p for p in counted if not any(klass in p.hazards for klass in level.without)]
    left = [(p, facts) for p in counted if (facts := p.meets(level.one, level.one_group))]
    right = [(p, facts) for p in allowed if (facts := p.meets(level.other, level.other_group))]
    third = [p for p in allowed if not p.faded and p.meets(level.third, level.third_group)]
    for (one, one_facts), (other, other_facts) in product(left, right):
        key = frozenset((one.id, other.id))
        if one is other or key in best:
            continue
        if level.of_three and not _another(third, (one, other)):
            continue
        faded = one.faded or other.faded
        severity = Severity.INFO if faded else level.severity
        best[key] = HazardPair(one, other, severity, (*one_facts, *other_facts))


def _another(third: Sequence[Participant], two: Collection[Participant]) -> bool:
    return any(all(p is not one for one in two) for p in third)
