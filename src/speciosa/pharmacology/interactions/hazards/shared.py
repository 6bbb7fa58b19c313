"""Pharmacodynamic hazards that items of the list share, kratom among them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.hazards.words import KRATOM, capital, faded_remark, worst
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.wording import listed

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.hazards import SharedRule
    from speciosa.knowledge.medicines.record import Hazard, HazardClass, Strength
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item


@dataclasses.dataclass(frozen=True)
class _Participant:
    """An item of the list, or kratom, with its hazards."""

    id: str
    label: str
    hazards: dict[HazardClass, tuple[Hazard, ...]]
    item: Item | None = None

    def meets(self, side: dict[HazardClass, Strength]) -> tuple[str, ...]:
        """Ids of the hazards that put this participant on a side of a level; empty for none."""
        return tuple(
            hazard.fact_id
            for klass, least in side.items()
            for hazard in self.hazards.get(klass, ())
            if hazard.strength.rank >= least.rank
        )


def shared_hazards(
    items: Sequence[Item], kratom: KratomContext, knowledge: Knowledge
) -> Iterator[Interaction]:
    """Rows of hazards that two or more items share; kratom joins where it shares them too."""
    listed = [
        _Participant(item.id, item.label, {h.klass: (h,) for h in item.medicine.hazards}, item)
        for item in items
    ]
    for rule in knowledge.ddi.wording.shared:
        pairs = list(_pairs(listed, rule))
        if pairs:
            if kratom.present:
                joining = _Participant(KRATOM, kratom.name, dict(kratom.hazards))
                pairs += [
                    pair
                    for pair in _pairs([*listed, joining], rule)
                    if pair.one is joining or pair.other is joining
                ]
            yield _shared_row(rule, pairs, knowledge)


@dataclasses.dataclass(frozen=True)
class _Pair:
    one: _Participant
    other: _Participant
    severity: Severity
    facts: tuple[str, ...]


def _pairs(participants: Sequence[_Participant], rule: SharedRule) -> Iterator[_Pair]:
    """Every ordered pair that meets a level, with the worst level that it meets."""
    counted = [p for p in participants if p.id not in rule.except_for]
    best: dict[tuple[str, str], _Pair] = {}
    for level in sorted(rule.levels, key=lambda level: level.severity.rank):
        left = [(p, facts) for p in counted if (facts := p.meets(level.one))]
        right = [(p, facts) for p in counted if (facts := p.meets(level.other))]
        for (one, one_facts), (other, other_facts) in product(left, right):
            if one is not other and (one.id, other.id) not in best:
                faded = any(p.item is not None and p.item.faded for p in (one, other))
                severity = Severity.INFO if faded else level.severity
                facts = (*one_facts, *other_facts)
                best[one.id, other.id] = _Pair(one, other, severity, facts)
    yield from best.values()


def _shared_row(rule: SharedRule, pairs: Sequence[_Pair], knowledge: Knowledge) -> Interaction:
    members = {p.id: p for pair in pairs for p in (pair.one, pair.other)}
    joins = members.pop(KRATOM, None)
    ordered = [members[key] for key in sorted(members)]
    remark = faded_remark(*(p.item for p in ordered if p.item is not None))
    severity = worst([pair.severity for pair in pairs])
    main = {p.id for pair in pairs if pair.severity is severity for p in (pair.one, pair.other)}
    first = [p.label for p in ordered if p.id in main]
    rest = [p.label for p in ordered if p.id not in main]
    also = f" To a lesser degree also: {', '.join(rest)}." if rest else ""
    if KRATOM in main and joins is not None:
        first.append(joins.label)
    joined = f" {knowledge.ddi.wording.kratom_joins}" if joins and KRATOM not in main else ""
    return Interaction(
        id=f"interaction.pd.shared.{rule.id}",
        members=(*(p.id for p in ordered), *((KRATOM,) if joins else ())),
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACODYNAMIC,
        hazard=rule.id,
        severity=severity,
        certainty=rule.certainty,
        sentence=f"{capital(listed(first))} together: {rule.effect}{also}{joined}{remark}",
        mechanism=rule.mechanism,
        ask=rule.ask,
        watch=rule.watch,
        consider=rule.consider,
        facts=(rule.fact_id, *sorted({fact for pair in pairs for fact in pair.facts})),
    )
