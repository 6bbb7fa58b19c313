"""Conventional care without the hazard of a row, worded as something to consider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.hazards.pairs import Participant, hazard_pairs
from speciosa.pharmacology.interactions.recognise import Item, State
from speciosa.pharmacology.interactions.rows import KRATOM

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.hazards import Alternative
    from speciosa.pharmacology.interactions.result import Interaction


def with_alternatives(
    rows: Iterable[Interaction], items: Sequence[Item], knowledge: Knowledge
) -> Iterator[Interaction]:
    """The rows, with each fitting alternative at the end of what to consider in the worst row.

    An alternative is said once: in the worst row that it concerns, of the list before of kratom.
    """
    by_id = {item.id: item for item in items}
    rows = tuple(rows)
    told: dict[str, list[Alternative]] = {}
    for one in knowledge.ddi.alternatives:
        concerned = [row for row in rows if _concerned(one, row, by_id, knowledge)]
        if concerned and _fits(one, items, knowledge):
            first = min(concerned, key=lambda row: (row.severity.rank, row.members[0] == KRATOM))
            told.setdefault(first.id, []).append(one)
    for row in rows:
        if row.id in told:
            texts = [
                one.text.format(names=" or ".join(_concerned(one, row, by_id, knowledge)))
                for one in told[row.id]
            ]
            cited = (f for one in told[row.id] for f in (f"ddi/alternative/{one.id}", *one.facts))
            facts = tuple(dict.fromkeys((*row.facts, *cited)))
            yield msgspec.structs.replace(
                row, consider=" ".join((row.consider, *texts)), facts=facts
            )
        else:
            yield row


def _concerned(
    one: Alternative, row: Interaction, by_id: dict[str, Item], knowledge: Knowledge
) -> list[str]:
    """The names of the items of a row that an alternative is about."""
    if row.hazard not in one.hazards or row.severity is Severity.INFO:
        return []
    taking_part = [by_id[member] for member in row.members if member != KRATOM]
    return [
        item.medicine.name
        for item in taking_part
        if not item.faded
        and any(group.id in one.groups for group in knowledge.ddi.groups_of(item.medicine))
    ]


def _fits(one: Alternative, items: Sequence[Item], knowledge: Knowledge) -> bool:
    """Whether none of the medicines it names is on the list or meets a major hazard there."""
    replaced = {
        item.id
        for item in items
        if any(group.id in one.groups for group in knowledge.ddi.groups_of(item.medicine))
    }
    kept = [Participant.of(i, knowledge) for i in items if i.id not in replaced and not i.faded]
    for name in one.medicines:
        if any(item.id == name for item in items):
            return False
        medicine = knowledge.medicines.get(name)
        own = Participant.of(Item(medicine=medicine, state=State.PLANNED), knowledge)
        for rule in knowledge.ddi.wording.shared:
            for key, pair in hazard_pairs([*kept, own], rule, frozenset()).items():
                if name in key and pair.severity.rank <= Severity.MAJOR.rank:
                    return False
    return True
