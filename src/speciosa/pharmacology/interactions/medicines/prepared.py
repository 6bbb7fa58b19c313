"""Effects and clearances of the whole list, computed once, and the ratios they give."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from speciosa.pharmacology.interactions.grading import severity_of
from speciosa.pharmacology.interactions.kinetics.change import (
    Acting,
    Ratio,
    acting_of,
    in_this_person,
    of_clearance,
)
from speciosa.pharmacology.interactions.kinetics.victim import clearance
from speciosa.pharmacology.interactions.taken import use_of

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kinetics.static_model import Clearance
    from speciosa.pharmacology.interactions.recognise import Item

MODEL_INTERVAL = "90 % interval of the static model"


@dataclasses.dataclass(frozen=True)
class Prepared:
    """What is the same for every pair.

    ``spared`` are the clearances with healthy liver and kidney: an interaction counts as much as it
    would then, because a diseased organ makes the ratio smaller and the exposure larger.
    """

    acting: Mapping[str, Acting]
    clearances: Mapping[str, Clearance | None]
    spared: Mapping[str, Clearance | None]
    metabolism: Metabolism
    knowledge: Knowledge

    def modelled(self, victim: Item, acting: Sequence[Acting]) -> Ratio | None:
        """The ratio in this person, or ``None`` where the base gives the two no common enzyme."""
        return self._of(self.clearances[victim.id], victim, acting)

    def graded(self, victim: Item, acting: Sequence[Acting], found: Ratio) -> float:
        """The ratio that severity goes by: this person's, or the graver one of healthy organs."""
        if not self.metabolism.organs:
            return found.median
        spared = self._of(self.spared[victim.id], victim, acting)
        medians = [found.median, *([spared.median] if spared else [])]
        return min(medians, key=lambda median: severity_of(median, self.knowledge).rank)

    def observed(self, perpetrator: Item, victim: Item) -> Pair | None:
        """The studied pair, unless it ran through an enzyme that the person lacks anyway."""
        route = "oral" if victim.oral else "iv"
        pair = self.knowledge.ddi.pair(victim.id, perpetrator.id, route)
        if pair is None or any(self.metabolism.lacks(enzyme) for enzyme in pair.enzymes):
            return None
        return pair

    def _of(
        self, cleared: Clearance | None, victim: Item, acting: Sequence[Acting]
    ) -> Ratio | None:
        if cleared is None:
            return None
        found = of_clearance(victim.medicine, cleared, acting, self.knowledge)
        found = in_this_person(found, self.metabolism)
        return found if isinstance(found, Ratio) else None


def prepare(items: Sequence[Item], metabolism: Metabolism, knowledge: Knowledge) -> Prepared:
    """Effects and clearances of a list."""

    def cleared(of: Metabolism) -> dict[str, Clearance | None]:
        return {
            item.id: clearance(item.medicine, knowledge, oral=item.oral, metabolism=of)
            for item in items
        }

    clearances = cleared(metabolism)
    return Prepared(
        acting={item.id: acting_of(item.medicine, use_of(item), knowledge) for item in items},
        clearances=clearances,
        spared=cleared(metabolism.of_genes_alone()) if metabolism.organs else clearances,
        metabolism=metabolism,
        knowledge=knowledge,
    )
