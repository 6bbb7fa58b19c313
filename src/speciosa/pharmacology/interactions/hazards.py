"""Pharmacodynamic hazards: kratom with each item, and hazards that items of the list share."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Severity
from speciosa.pharmacology.interactions.kratom_use import KratomContext, Mode
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.wording import listed

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import KratomRule, SharedRule, Wording
    from speciosa.knowledge.medicines.record import Hazard, HazardClass, Strength
    from speciosa.pharmacology.interactions.recognise import Item

KRATOM = "kratom"


def worst(severities: Sequence[Severity]) -> Severity:
    """The worst of some severities."""
    return min(severities, key=lambda severity: severity.rank)


def capital(text: str) -> str:
    """A text with its first letter made a capital."""
    return text[:1].upper() + text[1:]


# ------------------------------------------------------------------ kratom with one item


def kratom_hazards(
    items: Sequence[Item], kratom: KratomContext, knowledge: Knowledge
) -> Iterator[Interaction]:
    """Rows of kratom with every item whose hazard class has a rule."""
    if not kratom.counts:
        return
    for item in items:
        rows = tuple(_with_item(item, kratom, knowledge))
        yield from rows
        if not rows and item.medicine.kratom_reports and not _studied(item, knowledge):
            yield _reported(item, kratom)


def _with_item(item: Item, kratom: KratomContext, knowledge: Knowledge) -> Iterator[Interaction]:
    met: dict[HazardClass, tuple[Hazard, KratomRule]] = {}
    for hazard in item.medicine.hazards:
        rule = _rule(hazard, kratom, knowledge)
        if rule is not None:
            met[hazard.klass] = (hazard, rule)
    wording = knowledge.ddi.wording
    covers = {klass: [c for c in wording.kratom[klass].covers if c in met] for klass in met}
    covered = {c for many in covers.values() for c in many}
    for klass, own in met.items():
        if klass not in covered:
            folded = [own, *(met[c] for c in covers[klass])]
            yield _kratom_row(item, klass, folded, kratom, knowledge)


def _rule(hazard: Hazard, kratom: KratomContext, knowledge: Knowledge) -> KratomRule | None:
    """The worst rule that the hazard meets."""
    any_strength = kratom.seven_oh and hazard.klass in knowledge.ddi.products.any_strength_counts
    met = [
        rule
        for rule in knowledge.ddi.kratom_rules
        if rule.with_class is hazard.klass
        and (any_strength or hazard.strength.rank >= rule.min_strength.rank)
    ]
    severity = knowledge.ddi.wording.severity
    return min(met, key=lambda rule: severity(rule.severity).rank, default=None)


def _kratom_row(
    item: Item,
    klass: HazardClass,
    folded: Sequence[tuple[Hazard, KratomRule]],
    kratom: KratomContext,
    knowledge: Knowledge,
) -> Interaction:
    wording = knowledge.ddi.wording
    says: Wording = wording.kratom[klass]
    severity = worst([wording.severity(rule.severity) for _, rule in folded])
    facts = [f for hazard, rule in folded for f in (hazard.fact_id, rule.fact_id)]
    facts += [
        hazard.fact_id
        for own in wording.kratom[klass].kratom_hazards
        for hazard in kratom.hazards.get(own, ())
    ]
    reports: tuple[str, ...] = ()
    if not _studied(item, knowledge):
        reports = case_reports(item)
        facts += [report.fact_id for report in item.medicine.kratom_reports]
    exception = wording.exceptions.get(item.id, {}).get(klass)
    if exception is not None:
        says, severity = exception, exception.severity
        facts.append(f"ddi/exception/{item.id}/{klass.value}")
    return Interaction(
        id=f"interaction.pd.{klass.value}.{item.id}",
        members=(KRATOM, item.id),
        direction=Direction.ADDED_EFFECTS,
        kind=Kind.PHARMACODYNAMIC,
        hazard=klass.value,
        severity=_tempered(severity, item, kratom),
        certainty=says.certainty,
        sentence=f"{kratom.with_(item.label)}: {says.effect}{faded_remark(item)}",
        mechanism=f"{says.mechanism}{_product_remark(kratom, knowledge)}",
        case_reports=reports,
        ask=says.ask,
        watch=says.watch,
        consider=says.consider,
        facts=tuple(dict.fromkeys(facts)),
    )


def _studied(item: Item, knowledge: Knowledge) -> bool:
    """Whether the reports are of a kinetic study, which the row of the concentration tells."""
    return knowledge.ddi.pair(item.id, KRATOM) is not None


def _tempered(severity: Severity, item: Item, kratom: KratomContext) -> Severity:
    """What is only asked about is at most major; what has left the body is information."""
    if item.faded:
        return Severity.INFO
    if kratom.mode is Mode.IF_USED and severity.rank < Severity.MAJOR.rank:
        return Severity.MAJOR
    return severity


def faded_remark(*items: Item) -> str:
    """What is said where a stopped item is past its effect."""
    names = [item.medicine.name for item in items if item.faded]
    if not names:
        return ""
    return f" {' and '.join(names)} was stopped long enough ago that no effect is expected now."


def _product_remark(kratom: KratomContext, knowledge: Knowledge) -> str:
    wording = knowledge.ddi.wording
    if kratom.unknown_product:
        return f" {wording.unknown_product_note}"
    return f" {wording.seven_oh_note}" if kratom.seven_oh else ""


def _reported(item: Item, kratom: KratomContext) -> Interaction:
    """Reports of a medicine with kratom that no rule covers."""
    reports = item.medicine.kratom_reports
    return Interaction(
        id=f"interaction.reported.{item.id}",
        members=(KRATOM, item.id),
        direction=Direction.ADDED_EFFECTS,
        kind=Kind.PHARMACODYNAMIC,
        severity=Severity.INFO,
        certainty=Certainty.VERY_LOW,
        sentence=f"{kratom.with_(item.label)}: there are published reports or studies of the "
        "combination.",
        mechanism="A single report does not show cause; a study shows only what it measured.",
        case_reports=case_reports(item),
        facts=tuple(report.fact_id for report in reports),
    )


def case_reports(item: Item) -> tuple[str, ...]:
    """Reports of a medicine with kratom, each marked where it was not read at its source."""
    return tuple(
        report.finding if report.verified else f"{report.finding} (unverified, recalled)"
        for report in item.medicine.kratom_reports
    )


# ------------------------------------------------------------------ hazards shared by the list


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
