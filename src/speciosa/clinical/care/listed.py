"""Medicines and substances on the list, by the ids of the medicines table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.medicines import Medicine


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is taken and what is planned: id to the name as typed."""

    taken: Mapping[str, str]
    planned: Mapping[str, str]
    medicines: Mapping[str, Medicine]

    def any_taken(self, ids: frozenset[str]) -> bool:
        """Whether one of the ids is taken now."""
        return not ids.isdisjoint(self.taken)


def listed(case: Case, knowledge: Knowledge) -> Listed:
    """Recognise every name once; what was stopped before the date of the case is left out."""
    taken: dict[str, str] = {}
    planned: dict[str, str] = {}
    medicines: dict[str, Medicine] = {}
    for item in case.medicines:
        if item.stopped is not None and item.stopped <= case.date:
            continue
        target = planned if item.planned else taken
        for medicine in knowledge.medicines.match(item.name).medicines:
            target[medicine.id] = item.name
            medicines[medicine.id] = medicine
    for substance in case.substances:
        for medicine in knowledge.medicines.match(substance.name).medicines:
            taken[medicine.id] = substance.name
            medicines[medicine.id] = medicine
    return Listed(taken=taken, planned=planned, medicines=medicines)
