"""From a reported genotype to a phenotype: diplotype, activity score or the phenotype itself.

The translation is a table of the base, not code. A diplotype with an allele that the table does not
hold says nothing.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import Phenotype
from speciosa.errors import InputError, InputProblem, KnowledgeError

if TYPE_CHECKING:
    from speciosa.case.model import Genotype
    from speciosa.knowledge import Knowledge

CYP2D6, CYP2C19 = "CYP2D6", "CYP2C19"
_SCORED = (CYP2D6,)
_ALLELE = re.compile(r"\*?(\d+)[A-Z]?(?:X(\d+|N))?")
_SEVERAL = "2"  # copies where a report says only that there are several ("*1xN"): the fewest


@dataclasses.dataclass(frozen=True)
class Gene:
    """A gene as far as known. ``other`` is the phenotype of the diplotype where reports differ."""

    enzyme: str
    phenotype: Phenotype | None = None
    score: float | None = None
    other: Phenotype | None = None


def gene_of(enzyme: str, genotype: Genotype, knowledge: Knowledge) -> Gene:
    """What a reported genotype says of an enzyme.

    A typed score counts before a typed phenotype, and both before the diplotype. Raises
    ``InputError`` where score and phenotype contradict one another.
    """
    score = genotype.activity_score
    if score is not None:
        translated = phenotype_of_score(enzyme, score, knowledge)
        if genotype.phenotype is not None and genotype.phenotype is not translated:
            raise InputError([_contradiction(enzyme, score, genotype.phenotype, knowledge)])
        return Gene(enzyme, translated, score, _other(enzyme, genotype, translated, knowledge))
    if genotype.phenotype is not None:
        other = _other(enzyme, genotype, genotype.phenotype, knowledge)
        return Gene(enzyme, genotype.phenotype, None, other)
    return of_diplotype(enzyme, genotype.diplotype, knowledge)


def of_diplotype(enzyme: str, diplotype: str | None, knowledge: Knowledge) -> Gene:
    """A diplotype such as ``*1/*4`` translated; nothing where it cannot be."""
    alleles = _alleles(diplotype or "")
    if alleles is None:
        return Gene(enzyme)
    values = [_value(enzyme, allele, knowledge) for allele, _ in alleles]
    if any(value is None for value in values):
        return Gene(enzyme)
    if enzyme in _SCORED:
        copies = [number for _, number in alleles]
        total = sum(v * n for v, n in zip(values, copies, strict=True) if isinstance(v, float))
        return Gene(enzyme, phenotype_of_score(enzyme, total, knowledge), total)
    pair = "_".join(sorted(str(value) for value in values))
    return Gene(enzyme, Phenotype(str(knowledge.ddi.constant(f"genotype/{enzyme}/{pair}").value)))


def phenotype_of_score(enzyme: str, score: float, knowledge: Knowledge) -> Phenotype:
    """The phenotype that an activity score (CYP2D6) is translated to.

    A score between two of the table's steps goes with the step below it.
    """
    met = [p for p in Phenotype if score >= _least(enzyme, p, knowledge)]
    return max(met, key=lambda p: _least(enzyme, p, knowledge))


def _least(enzyme: str, phenotype: Phenotype, knowledge: Knowledge) -> float:
    """The lowest score of a phenotype; one that the enzyme's table does not have is never met."""
    try:
        fact = knowledge.ddi.constant(f"genotype/{enzyme}/score/{phenotype.value}")
    except KnowledgeError:
        return float("inf")
    return fact.number if fact.low is None else fact.low


def _other(
    enzyme: str, genotype: Genotype, stated: Phenotype, knowledge: Knowledge
) -> Phenotype | None:
    translated = of_diplotype(enzyme, genotype.diplotype, knowledge).phenotype
    return translated if translated is not stated else None


def _contradiction(
    enzyme: str, score: float, phenotype: Phenotype, knowledge: Knowledge
) -> InputProblem:
    translated = phenotype_of_score(enzyme, score, knowledge)
    given = f"{score:g} beside the phenotype {phenotype}"
    accepted = f"{translated} beside this score, another score, or only one of the two"
    return InputProblem(_field(enzyme), given, accepted)


def _field(enzyme: str) -> str:
    return f"person.{enzyme.lower()}.activity_score"


def _alleles(diplotype: str) -> list[tuple[str, int]] | None:
    """The two alleles with their numbers of copies, or ``None`` for anything else."""
    written = diplotype.replace(" ", "").upper().removeprefix("CYP2D6").removeprefix("CYP2C19")
    found = [_ALLELE.fullmatch(part) for part in written.split("/")]
    if len(found) != 2:
        return None
    alleles = [
        (match[1], int((match[2] or "1").replace("N", _SEVERAL)))
        for match in found
        if match is not None
    ]
    return alleles if len(alleles) == len(found) else None


def _value(enzyme: str, allele: str, knowledge: Knowledge) -> float | str | None:
    try:
        return knowledge.ddi.constant(f"genotype/{enzyme}/allele/{allele}").value
    except KnowledgeError:
        return None
