"""Medicines of one kind more than once on the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from speciosa.pharmacology.interactions.recognise import State
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind, MemberPair
from speciosa.pharmacology.interactions.rows import capital
from speciosa.pharmacology.wording import listed

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.recognise import Item

_TWO = 2
_TAKEN = (State.CURRENT, State.PLANNED)


def duplicates(items: Sequence[Item], knowledge: Knowledge) -> Iterator[Interaction]:
    """One row for each kind of which two or more are taken or planned; a stopped one is none."""
    wording = knowledge.ddi.groups.duplicate
    taken = [item for item in items if item.state in _TAKEN]
    for group in knowledge.ddi.groups.groups:
        if group.severity is None:
            continue
        members = [item for item in taken if group.holds(item.medicine)]
        if len(members) >= _TWO:
            ids = sorted(item.id for item in members)
            both = "both" if len(ids) == _TWO else "all"
            names = capital(listed(sorted((i.label for i in members), key=str.casefold)))
            yield Interaction(
                id=f"interaction.pd.duplicate.{group.id}",
                members=tuple(ids),
                direction=Direction.BETWEEN_MEDICINES,
                kind=Kind.PHARMACODYNAMIC,
                hazard="duplicate",
                severity=group.severity,
                certainty=wording.certainty,
                sentence=f"{names}, {both} {group.title}: {wording.effect}",
                mechanism=" ".join(part for part in (wording.mechanism, group.note) if part),
                ask=wording.ask,
                watch=wording.watch,
                consider=wording.consider,
                facts=(group.fact_id,),
                pairs=tuple(
                    MemberPair(members=two, severity=group.severity) for two in combinations(ids, 2)
                ),
            )
