"""Which two of a list meet a shared rule, and how severe that is."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence, Set
from itertools import product
from typing import TYPE_CHECKING

from speciosa.finding import Severity

if TYPE_CHECKING:
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

    @classmethod
    def of(cls, item: Item) -> Participant:
        """An item of the list as a participant."""
        return cls(item.id, item.label, {h.klass: (h,) for h in item.medicine.hazards}, item)

    @property
    def faded(self) -> bool:
        """Whether it was stopped long enough ago for no effect to be expected."""
        return self.item is not None and self.item.faded

    def meets(self, side: Side) -> tuple[str, ...]:
        """Ids of the hazards that put this participant on a side of a level; empty for none."""
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
        if (level.third and two_alone) or (level.given and given.isdisjoint(level.given)):
            continue
        _meet(level, counted, best)
    return best


def _meet(level: SharedLevel, counted: Sequence[Participant], best: dict[Key, HazardPair]) -> None:
    """Add the pairs that meet a level and no worse one before it."""
    allowed = [p for p in counted if not any(klass in p.hazards for klass in level.without)]
    left = [(p, facts) for p in counted if (facts := p.meets(level.one))]
    right = [(p, facts) for p in allowed if (facts := p.meets(level.other))]
    third = [p for p in allowed if not p.faded and p.meets(level.third)]
    for (one, one_facts), (other, other_facts) in product(left, right):
        key = frozenset((one.id, other.id))
        if one is other or key in best:
            continue
        if level.third and not _another(third, (one, other)):
            continue
        faded = one.faded or other.faded
        severity = Severity.INFO if faded else level.severity
        best[key] = HazardPair(one, other, severity, (*one_facts, *other_facts))


def _another(third: Sequence[Participant], two: Collection[Participant]) -> bool:
    return any(all(p is not one for one in two) for p in third)
