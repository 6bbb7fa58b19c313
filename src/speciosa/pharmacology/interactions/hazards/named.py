"""Dangerous pairs of the list that are known by name, whatever the equation finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import TYPE_CHECKING

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.recognise import State
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.interactions.rows import NAMED, capital, faded_remark

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.named import NamedPair
    from speciosa.pharmacology.interactions.recognise import Item


def named_pairs(items: Sequence[Item], knowledge: Knowledge) -> Iterator[Interaction]:
    """One row for each named pair of which both are on the list."""
    for one, by in permutations(items, 2):
        for pair in knowledge.ddi.named_between(one.id, by.id):
            yield _row(pair, one, by)


def _row(pair: NamedPair, one: Item, by: Item) -> Interaction:
    faded = one.faded or by.faded
    after = f" Now that {by.medicine.name} was stopped: {pair.after}" if pair.after else ""
    stopped = by.state is State.STOPPED
    return Interaction(
        id=f"interaction.named.{pair.id}.{by.id}.{one.id}",
        members=(by.id, one.id),
        victim=one.id if pair.changed else "",
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACOKINETIC if pair.changed else Kind.PHARMACODYNAMIC,
        hazard=NAMED,
        title=pair.title,
        severity=Severity.INFO if faded else pair.severity,
        certainty=pair.certainty,
        sentence=f"{capital(by.label)} with {one.label}: {pair.effect}"
        f"{after if stopped else ''}{faded_remark(one, by)}",
        mechanism=pair.mechanism,
        ask=pair.ask,
        watch=pair.watch,
        consider=pair.consider,
        facts=(pair.fact_id,),
    )
