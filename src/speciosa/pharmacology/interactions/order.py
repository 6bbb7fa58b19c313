"""The order of rows: worst first, and among equals what can stop breathing first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from speciosa.finding import Certainty
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.interactions.rows import KRATOM

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

_CERTAINTY = {certainty: rank for rank, certainty in enumerate(Certainty)}
_FIRST, _BETWEEN, _LAST = range(3)


def in_order(rows: Iterable[Interaction], knowledge: Knowledge) -> tuple[Interaction, ...]:
    """Rows by severity, then by the order of hazards in the wording, certainty and id."""

    def key(row: Interaction) -> tuple[int, int, int, int, str]:
        kind, place = _place(row, knowledge)
        return (row.severity.rank, kind, place, _CERTAINTY[row.certainty], row.id)

    return tuple(sorted(rows, key=key))


def _place(row: Interaction, knowledge: Knowledge) -> tuple[int, int]:
    order = knowledge.ddi.wording.order
    if row.hazard in order.first:
        return _FIRST, order.first.index(row.hazard)
    if row.kind is Kind.PHARMACOKINETIC and _opioid(row.victim, knowledge):
        return _FIRST, len(order.first)
    if row.direction is Direction.ADDED_EFFECTS and row.hazard in order.last_with_kratom:
        return _LAST, 0
    return _BETWEEN, 0


def _opioid(victim: str, knowledge: Knowledge) -> bool:
    """Whether a change of this victim's concentration is one of an opioid; kratom is one."""
    if victim == KRATOM:
        return True
    medicine = knowledge.medicines.get(victim)
    return any(medicine.hazard(k) for k in knowledge.ddi.wording.order.first_when_victim)
