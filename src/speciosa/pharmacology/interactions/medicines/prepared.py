"""Effects and clearances of the whole list, computed once, and the ratios they give."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from speciosa.pharmacology.interactions.kinetics.change import (
    Acting,
    Ratio,
    acting_of,
    in_this_person,
    of_clearance,
)
from speciosa.pharmacology.interactions.kinetics.concentration import Use
from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL
from speciosa.pharmacology.interactions.kinetics.route import studied_as
from speciosa.pharmacology.interactions.kinetics.sampling import median
from speciosa.pharmacology.interactions.kinetics.victim import beside_typical, by_route
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

    ``usual`` are the perpetrators at their usual regimen, ``typical`` the clearances of a typical
    adult: an interaction weighs as much as it would there, because a missing enzyme or a diseased
    organ makes the ratio smaller and the exposure larger.
    """

    acting: Mapping[str, Acting]
    usual: Mapping[str, Acting]
    clearances: Mapping[str, Clearance | None]
    typical: Mapping[str, Clearance | None]
    metabolism: Metabolism
    knowledge: Knowledge

    def modelled(self, victim: Item, acting: Sequence[Acting]) -> Ratio | None:
        """The ratio in this person, or ``None`` where the base gives the two no common enzyme."""
        found = self._of(self.clearances[victim.id], victim, acting)
        if found is None:
            return None
        here = in_this_person(found, self.metabolism)
        return here if isinstance(here, Ratio) else None

    def typically(self, victim: Item, acting: Sequence[Acting]) -> Ratio | None:
        """The ratio in a typical adult."""
        return self._of(self.typical[victim.id], victim, acting)

    def at_usual(self, acting: Sequence[Acting]) -> list[Acting]:
        """The same perpetrators at their usual regimen."""
        return [self.usual.get(one.id, one) for one in acting]

    def differs(self, victim: Item, acting: Sequence[Acting]) -> bool:
        """Whether this person, or a dose, is not the typical adult or the usual regimen."""
        larger = any(self.usual.get(one.id, one) is not one for one in acting)
        return larger or self.clearances[victim.id] is not self.typical[victim.id]

    def beside(self, victim: Item) -> float:
        """Exposure without any perpetrator, over a typical adult's; 1 where nothing is known."""
        if self.metabolism.typical:
            return 1.0
        found = beside_typical(victim.medicine, self.knowledge, self.metabolism, oral=victim.oral)
        return 1.0 if found is None else median(found)

    def observed(self, perpetrator: Item, victim: Item) -> Pair | None:
        """The pair that was studied in people by this route."""
        return self.knowledge.ddi.pair(victim.id, perpetrator.id, studied_as(victim.route))

    def _of(
        self, cleared: Clearance | None, victim: Item, acting: Sequence[Acting]
    ) -> Ratio | None:
        if cleared is None:
            return None
        found = of_clearance(victim.medicine, cleared, acting, self.knowledge)
        return found if isinstance(found, Ratio) else None


def prepare(items: Sequence[Item], metabolism: Metabolism, knowledge: Knowledge) -> Prepared:
    """Effects and clearances of a list."""

    def cleared(of: Metabolism) -> dict[str, Clearance | None]:
        return {
            item.id: by_route(item.medicine, knowledge, item.route, metabolism=of) for item in items
        }

    acting, usual = {}, {}
    for item in items:
        use = use_of(item)
        acting[item.id] = acting_of(item.medicine, use, knowledge)
        usual[item.id] = acting[item.id]
        if use.dose_mg is not None:
            usual[item.id] = acting_of(item.medicine, Use(oral=item.oral), knowledge)
    clearances = cleared(metabolism)
    return Prepared(
        acting=acting,
        usual=usual,
        clearances=clearances,
        typical=clearances if metabolism.typical else cleared(TYPICAL),
        metabolism=metabolism,
        knowledge=knowledge,
    )
