"""Every pharmacodynamic hazard of a list: with kratom, between items, and of one kind twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.pharmacology.interactions.hazards.alternatives import with_alternatives
from speciosa.pharmacology.interactions.hazards.circumstances import circumstances
from speciosa.pharmacology.interactions.hazards.duplicates import duplicates
from speciosa.pharmacology.interactions.hazards.named import named_pairs
from speciosa.pharmacology.interactions.hazards.shared import shared_hazards
from speciosa.pharmacology.interactions.hazards.with_kratom import kratom_hazards

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item
    from speciosa.pharmacology.interactions.result import Interaction


def hazards(
    items: Sequence[Item], kratom: KratomContext, case: Case, knowledge: Knowledge
) -> Iterator[Interaction]:
    """Rows of all hazards, with what makes them weigh more here and what to consider instead."""
    known = circumstances(case, items, knowledge)
    rows = (
        *kratom_hazards(items, kratom, knowledge, known),
        *shared_hazards(items, kratom, knowledge, known),
        *duplicates(items, knowledge),
        *named_pairs(items, knowledge),
    )
    yield from with_alternatives(rows, items, knowledge)
