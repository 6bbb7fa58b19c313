"""Every pair of the base: each victim with each perpetrator at its usual regimen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from speciosa.pharmacology.interactions.kinetics.change import (
    Acting,
    NoRatio,
    Ratio,
    of_clearance,
    why_not,
)
from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL, Metabolism
from speciosa.pharmacology.interactions.kinetics.route import studied_as
from speciosa.pharmacology.interactions.kinetics.victim import by_route
from speciosa.pharmacology.interactions.ratio import as_usual
from speciosa.pharmacology.interactions.rows import KRATOM

if TYPE_CHECKING:
    from speciosa.case.vocabulary import Route
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.knowledge.medicines.record import Medicine


@dataclasses.dataclass(frozen=True, eq=False)
class Cell:
    """One ordered pair, and what was found or why nothing was."""

    victim: Medicine
    perpetrator: str
    found: Ratio | NoRatio
    observed: Pair | None


def perpetrators(knowledge: Knowledge) -> tuple[Acting, ...]:
    """Everything of the base that is known to change an enzyme, kratom included, by id."""
    found = [as_usual(medicine, knowledge) for medicine in knowledge.medicines.all()]
    kept = [a for a in found if a.activity.liver or a.activity.gut_cyp3a is not None]
    return tuple(sorted((*kept, as_usual(KRATOM, knowledge)), key=lambda a: a.id))


def matrix(
    knowledge: Knowledge,
    *,
    route: Route | None = None,
    metabolism: Metabolism = TYPICAL,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Cell]:
    """All pairs, by victim and then by perpetrator; ``progress`` is told how many of how many.

    A pair without a ratio is there too, so that what cannot be said is never mistaken for no
    change.
    """
    acting = perpetrators(knowledge)
    victims = knowledge.medicines.all()
    whole, done = len(victims) * len(acting), 0
    for victim in victims:
        cleared = by_route(victim, knowledge, route, metabolism=metabolism)
        for perpetrator in acting:
            done += 1
            if perpetrator.id == victim.id:
                continue
            seen = knowledge.ddi.pair(victim.id, perpetrator.id, studied_as(route))
            found = (
                of_clearance(victim, cleared, [perpetrator], knowledge)
                if cleared is not None
                else NoRatio(why_not(victim, knowledge))
            )
            yield Cell(victim, perpetrator.id, found, seen)
        if progress is not None:
            progress(done, whole)
