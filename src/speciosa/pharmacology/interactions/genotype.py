"""What this person's metabolism means for the medicines of the list, before any interaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import Phenotype
from speciosa.finding import Certainty, Finding, Severity, Tone
from speciosa.pharmacology.interactions.grading import matters, number, severity_of
from speciosa.pharmacology.interactions.kinetics.genes import CYP2C19, CYP2D6, Gene, gene_of
from speciosa.pharmacology.interactions.kinetics.metabolism import metabolism_of, with_phenotypes
from speciosa.pharmacology.interactions.kinetics.sampling import quantiles
from speciosa.pharmacology.interactions.kinetics.victim import (
    beside_typical,
    clearance_facts,
    share,
)

if TYPE_CHECKING:
    from speciosa.case.model import Case, Genotype, Person
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.medicines.record import HazardClass
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.recognise import Item

_PITFALL = "ddi/pitfall/7"
_WORST = Severity.MODERATE
_MOST_NAMED = 3


def genotype_findings(items: Sequence[Item], case: Case, knowledge: Knowledge) -> Iterator[Finding]:
    """Which medicines of the list genotype and organs concern, by name and by how much."""
    current = [item for item in items if not item.faded]
    for enzyme, genotype in _genotypes(case.person).items():
        gene = gene_of(enzyme, genotype, knowledge)
        if gene.phenotype is Phenotype.POOR:
            yield _poor(enzyme, current, knowledge)
        elif gene.phenotype is Phenotype.ULTRARAPID:
            yield from _ultrarapid(enzyme, current, knowledge)
        yield from _of_the_report(gene, genotype, current, knowledge)
    yield from _in_person(current, metabolism_of(case, knowledge), knowledge)


def _genotypes(person: Person) -> Mapping[str, Genotype]:
    return {CYP2C19: person.cyp2c19, CYP2D6: person.cyp2d6}


# ------------------------------------------------------------------ how much, in this person


def _in_person(
    items: Sequence[Item], metabolism: Metabolism, knowledge: Knowledge
) -> Iterator[Finding]:
    """Exposure beside a typical adult's, for what genotype, liver or kidney change."""
    if metabolism.typical:
        return
    told = _beside(items, metabolism, knowledge)
    if not told:
        return
    severity = min((severity_of(m, knowledge) for _, m, _ in told), key=lambda s: s.rank)
    enzymes = frozenset(metabolism.activity)
    facts = [*metabolism.facts]
    for item, _, _ in told:
        every = frozenset(item.medicine.victim.fm) if metabolism.organs else enzymes
        facts += clearance_facts(item.medicine, every, knowledge)
        if metabolism.organs and item.medicine.victim.fe_renal is not None:
            facts.append(f"medicine/{item.id}/fe_renal")
    yield Finding(
        id="interaction.exposure_in_person",
        severity=severity if severity.rank > _WORST.rank else _WORST,
        certainty=Certainty.LOW,
        tone=Tone.WARNING,
        text=knowledge.ddi.pk_wording.text["in_person"].format(
            who=metabolism.told(enzymes), medicines="; ".join(words for _, _, words in told)
        ),
        action="Review dose and choice with the prescriber.",
        facts=tuple(dict.fromkeys(facts)),
    )


def _beside(
    items: Sequence[Item], metabolism: Metabolism, knowledge: Knowledge
) -> list[tuple[Item, float, str]]:
    """The medicines whose exposure leaves the band of no effect: median, and words, by size.

    Without those that the enzyme turns into what acts: less of the parent is then no lesser effect.
    """
    activation = knowledge.ddi.pk_wording.activation
    told = []
    for item in items:
        if item.id in activation and activation[item.id].enzyme in metabolism.activity:
            continue
        samples = beside_typical(item.medicine, knowledge, metabolism, oral=item.oral)
        if samples is None:
            continue
        low, middle, high = quantiles(samples, 0.05, 0.5, 0.95)
        if matters(middle, low, high, knowledge):
            words = f"{item.medicine.name} {number(middle)} times ({number(low)} to {number(high)})"
            told.append((item, middle, words))
    return sorted(told, key=lambda t: (-max(t[1], 1.0 / t[1]), t[0].id))


def _of_the_report(
    gene: Gene, genotype: Genotype, items: Sequence[Item], knowledge: Knowledge
) -> Iterator[Finding]:
    """Where the report contradicts itself, could not be read, or is not there."""
    text = knowledge.ddi.pk_wording.text
    if gene.phenotype is not None:
        if gene.other is not None:
            yield Finding(
                id=f"interaction.genotype_disagrees.{gene.enzyme}",
                severity=Severity.MINOR,
                certainty=Certainty.MODERATE,
                tone=Tone.WARNING,
                text=text["genotype_disagrees"].format(
                    enzyme=gene.enzyme, translated=gene.other, stated=gene.phenotype
                ),
                action="Ask the laboratory which translation it used.",
            )
        return
    if genotype.diplotype is not None:
        yield Finding(
            id=f"interaction.genotype_not_read.{gene.enzyme}",
            severity=Severity.MINOR,
            certainty=Certainty.UNKNOWN,
            text=text["genotype_not_read"].format(enzyme=gene.enzyme),
            action="Give the phenotype of the report.",
        )
    yield from _not_known(gene.enzyme, items, knowledge)


def _not_known(enzyme: str, items: Sequence[Item], knowledge: Knowledge) -> Iterator[Finding]:
    """What an unknown genotype could change: exposure in a poor metaboliser."""
    major = knowledge.ddi.constant("cut_off/major_pathway_fm").number
    cleared = [item for item in items if share(item.medicine, enzyme) >= major]
    poor = with_phenotypes({enzyme: Phenotype.POOR}, knowledge)
    told = _beside(cleared, poor, knowledge)
    if not told:
        return
    facts = [*poor.facts]
    for item, _, _ in told[:_MOST_NAMED]:
        facts += clearance_facts(item.medicine, frozenset({enzyme}), knowledge)
    yield Finding(
        id=f"interaction.genotype_unknown.{enzyme}",
        severity=Severity.INFO,
        certainty=Certainty.LOW,
        text=knowledge.ddi.pk_wording.text["genotype_unknown"].format(
            enzyme=enzyme, medicines="; ".join(words for _, _, words in told[:_MOST_NAMED])
        ),
        facts=tuple(dict.fromkeys(facts)),
    )


# ------------------------------------------------------------------ poor and ultrarapid


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
