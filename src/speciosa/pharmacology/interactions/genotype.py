"""What a metaboliser phenotype means for the medicines of the list, before any interaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import Phenotype
from speciosa.finding import Certainty, Finding, Severity, Tone
from speciosa.pharmacology.interactions.kinetics.victim import share

if TYPE_CHECKING:
    from speciosa.case.model import Person
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.medicines.record import HazardClass
    from speciosa.pharmacology.interactions.recognise import Item

_PITFALL = "ddi/pitfall/7"


def _phenotypes(person: Person) -> Mapping[str, Phenotype | None]:
    return {"CYP2C19": person.cyp2c19.phenotype, "CYP2D6": person.cyp2d6.phenotype}


def genotype_findings(
    items: Sequence[Item], person: Person, knowledge: Knowledge
) -> Iterator[Finding]:
    """Which medicines of the list a known phenotype concerns, by name."""
    current = [item for item in items if not item.faded]
    for enzyme, phenotype in _phenotypes(person).items():
        if phenotype is Phenotype.POOR:
            yield _poor(enzyme, current, knowledge)
        elif phenotype is Phenotype.ULTRARAPID:
            yield from _ultrarapid(enzyme, current, knowledge)


def _poor(enzyme: str, items: Sequence[Item], knowledge: Knowledge) -> Finding:
    text = knowledge.ddi.pk_wording.text
    major = knowledge.ddi.constant("cut_off/major_pathway_fm").number
    inactive = _activated_by(enzyme, items, knowledge)
    cleared = [item for item in items if share(item.medicine, enzyme) >= major]
    parts, facts = [], [_PITFALL]
    if cleared:
        parts.append(text["poor_list"].format(enzyme=enzyme, names=_names(cleared)))
        facts += [f"medicine/{item.id}/fm/{enzyme}" for item in cleared]
    if inactive:
        parts.append(text["poor_activation"].format(names=_names(inactive)))
        facts += [f"ddi/activation/{item.id}" for item in inactive]
    concerned = bool(parts)
    return Finding(
        id=f"interaction.poor_metaboliser.{enzyme}",
        severity=Severity.MODERATE if concerned else Severity.INFO,
        certainty=Certainty.MODERATE,
        tone=Tone.WARNING if concerned else Tone.NEUTRAL,
        text=" ".join(parts) or text["poor_none"].format(enzyme=enzyme),
        action="Review dose and choice with the prescriber." if concerned else "",
        facts=tuple(facts),
    )


def _ultrarapid(enzyme: str, items: Sequence[Item], knowledge: Knowledge) -> Iterator[Finding]:
    opioids = [
        item
        for item in _activated_by(enzyme, items, knowledge)
        if any(item.medicine.hazard(klass) for klass in _opioid_classes(knowledge))
    ]
    if opioids:
        text = knowledge.ddi.pk_wording.text["ultrarapid"]
        yield Finding(
            id=f"interaction.ultrarapid_metaboliser.{enzyme}",
            severity=Severity.MAJOR,
            certainty=Certainty.MODERATE,
            tone=Tone.WARNING,
            text=text.format(enzyme=enzyme, names=_names(opioids)),
            action="Review the choice of pain relief with the prescriber.",
            facts=tuple(f"ddi/activation/{item.id}" for item in opioids),
        )


def _opioid_classes(knowledge: Knowledge) -> tuple[HazardClass, ...]:
    return knowledge.ddi.wording.order.first_when_victim


def _activated_by(enzyme: str, items: Sequence[Item], knowledge: Knowledge) -> list[Item]:
    activation = knowledge.ddi.pk_wording.activation
    return [i for i in items if i.id in activation and activation[i.id].enzyme == enzyme]


def _names(items: Sequence[Item]) -> str:
    return ", ".join(item.medicine.name for item in items)
