"""Pharmacodynamic hazards of kratom with each item of the list."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from speciosa.finding import Certainty, Severity
from speciosa.pharmacology.interactions.hazards.circumstances import Circumstances
from speciosa.pharmacology.interactions.kratom.use import KratomContext, Mode
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.interactions.rows import (
    KRATOM,
    case_reports,
    faded_remark,
    worst,
)

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.hazards import Wording
    from speciosa.knowledge.medicines.record import Hazard, HazardClass
    from speciosa.pharmacology.interactions.recognise import Item


@dataclasses.dataclass(frozen=True)
class _Met:
    """A hazard of an item that counts with kratom, how severe, and the id of the rule."""

    hazard: Hazard
    severity: Severity
    rule: str


def kratom_hazards(
    items: Sequence[Item],
    kratom: KratomContext,
    knowledge: Knowledge,
    known: Circumstances,
) -> Iterator[Interaction]:
    """Rows of kratom with every item whose hazard class has a rule.

    An item that has left the body has one row, of the hazard that would be the worst.
    """
    if not kratom.counts:
        return
    for item in items:
        rows = tuple(_with_item(item, kratom, knowledge, known))
        yield from rows[:1] if item.faded else rows
        if not rows and item.medicine.kratom_reports and not _studied(item, knowledge):
            yield _reported(item, kratom)


def _with_item(
    item: Item, kratom: KratomContext, knowledge: Knowledge, known: Circumstances
) -> Iterator[Interaction]:
    """The rows of one item, the worst first."""
    met: dict[HazardClass, _Met] = {}
    for hazard in item.medicine.hazards:
        found = _meets(hazard, kratom, knowledge)
        if found is not None:
            met[hazard.klass] = found
    wording = knowledge.ddi.wording
    covers = {klass: [c for c in wording.kratom[klass].covers if c in met] for klass in met}
    covered = {c for many in covers.values() for c in many}
    folded = {
        klass: [own, *(met[c] for c in covers[klass])]
        for klass, own in met.items()
        if klass not in covered
    }

    def rank(klass: HazardClass) -> int:
        return worst([one.severity for one in folded[klass]]).rank

    for number, klass in enumerate(sorted(folded, key=rank)):
        row = _kratom_row(item, folded[klass], kratom, knowledge, known)
        # What is the same for every row of the item is said once, in the worst.
        yield row if number else _with_reports(row, item, kratom, knowledge)


def _meets(hazard: Hazard, kratom: KratomContext, knowledge: Knowledge) -> _Met | None:
    """The worst rule that the hazard meets, or what counts at any strength with a 7-OH product."""
    severity = knowledge.ddi.wording.severity
    rules = [rule for rule in knowledge.ddi.kratom_rules if rule.with_class is hazard.klass]
    met = [
        _Met(hazard, severity(rule.severity), rule.fact_id)
        for rule in rules
        if hazard.strength.rank >= rule.min_strength.rank
    ]
    least = knowledge.ddi.products.any_strength_counts.get(hazard.klass)
    if kratom.seven_oh and least is not None:
        weakest = min(rules, key=lambda rule: rule.min_strength.rank)
        met.append(_Met(hazard, least, weakest.fact_id))
    return min(met, key=lambda one: one.severity.rank, default=None)


def _kratom_row(
    item: Item,
    folded: Sequence[_Met],
    kratom: KratomContext,
    knowledge: Knowledge,
    known: Circumstances,
) -> Interaction:
    """A row of the class of the first hazard, with those that it covers."""
    klass = folded[0].hazard.klass
    wording = knowledge.ddi.wording
    says: Wording = wording.kratom[klass]
    severity = worst([one.severity for one in folded])
    facts = [fact for one in folded for fact in (one.hazard.fact_id, one.rule)]
    facts += [
        hazard.fact_id
        for own in wording.kratom[klass].kratom_hazards
        for hazard in kratom.hazards.get(own, ())
    ]
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
        mechanism=f"{says.mechanism}{'' if item.faded else known.clause(klass)}",
        ask=says.ask,
        watch=says.watch,
        consider=says.consider,
        facts=tuple(dict.fromkeys((*facts, *known.facts(klass)))),
    )


def _with_reports(
    row: Interaction, item: Item, kratom: KratomContext, knowledge: Knowledge
) -> Interaction:
    """The row with what is said of the product, and with the published reports."""
    reports = () if _studied(item, knowledge) else item.medicine.kratom_reports
    return msgspec.structs.replace(
        row,
        mechanism=f"{row.mechanism}{_product_remark(kratom, knowledge)}",
        case_reports=case_reports(item) if reports else (),
        facts=tuple(dict.fromkeys((*row.facts, *(report.fact_id for report in reports)))),
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
        severity=_tempered(Severity.MODERATE, item, kratom),
        certainty=Certainty.VERY_LOW,
        sentence=f"{kratom.with_(item.label)}: there are published reports or studies of the "
        "combination.",
        mechanism="A single report does not show cause; a study shows only what it measured.",
        case_reports=case_reports(item),
        facts=tuple(report.fact_id for report in reports),
    )
