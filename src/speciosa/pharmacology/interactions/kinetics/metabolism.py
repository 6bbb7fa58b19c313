"""How active each route of clearance is in this person, beside a typical adult.

What is not known of the person stands at the typical value and is never guessed. What is known is
uncertain: a phenotype is a range of activities, a Child-Pugh class more so. All of it is samples.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from speciosa.case.vocabulary import ChildPugh, LabName, Phenotype
from speciosa.pharmacology.interactions.kinetics.genes import CYP2C19, CYP2D6, Gene, gene_of
from speciosa.pharmacology.interactions.kinetics.sampling import (
    Array,
    positive,
    positive_cv,
    uniform,
)

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact

__all__ = ["CYP2C19", "CYP2D6", "TYPICAL", "Metabolism", "metabolism_of", "with_phenotypes"]

_LIVER = "organ/liver"
_KIDNEY = "organ/kidney"
_LEAST = 1e-3  # activity of an organ that a person is alive with, so that nothing is divided by 0


@dataclasses.dataclass(frozen=True, eq=False)
class Metabolism:
    """Activity of enzymes and of the kidney as multiples of the typical one.

    ``activity`` holds what differs, by enzyme, as a number or as samples; another enzyme has that
    of ``liver`` where it is a cytochrome P450, and of ``remaining`` where it is not, which is also
    that of clearance by a route that is not known. ``renal`` is that of the kidney. ``facts`` are
    what the multiples rest on, ``genes`` the phenotypes that are known, and ``organ_words`` what
    is known of liver and kidney.
    """

    activity: Mapping[str, Array | float] = dataclasses.field(default_factory=dict)
    liver: Array | float = 1.0
    remaining: Array | float = 1.0
    renal: Array | float = 1.0
    facts: tuple[str, ...] = ()
    genes: Mapping[str, Phenotype] = dataclasses.field(default_factory=dict)
    organ_words: tuple[str, ...] = ()

    @property
    def typical(self) -> bool:
        """Whether nothing is known that would differ from a typical adult."""
        return not self.activity and not self.organs

    @property
    def organs(self) -> bool:
        """Whether liver or kidney are known to differ."""
        return not (isinstance(self.liver, float) and isinstance(self.renal, float))

    def told(self, enzymes: Collection[str]) -> str:
        """What differs from a typical adult and concerns these enzymes, in words; or empty."""
        genes = (
            f"{enzyme} {phenotype} metaboliser"
            for enzyme, phenotype in self.genes.items()
            if enzyme in enzymes and enzyme in self.activity
        )
        return ", ".join((*genes, *self.organ_words))

    def lacks(self, enzyme: str) -> bool:
        """Whether the person is known to have none of it."""
        left = self.activity.get(enzyme)
        return isinstance(left, float) and left == 0.0

    def of(self, enzyme: str) -> Array | float:
        """Activity of an enzyme of the liver as a multiple of the typical one."""
        organ = self.liver if enzyme.startswith("CYP") else self.remaining
        return self.activity.get(enzyme, 1.0) * organ


TYPICAL = Metabolism()


def metabolism_of(case: Case, knowledge: Knowledge) -> Metabolism:
    """The metabolism of a person, as far as genotypes and organ function are known.

    Raises ``InputError`` where an activity score contradicts the phenotype beside it.
    """
    person = case.person
    found = _of_genes(
        [
            gene_of(CYP2D6, person.cyp2d6, knowledge),
            gene_of(CYP2C19, person.cyp2c19, knowledge),
        ],
        knowledge,
    )
    liver, remaining, liver_facts = _of_liver(person.liver.child_pugh, knowledge)
    renal, kidney_words, kidney_facts = _of_kidney(case, knowledge)
    words = [*([] if isinstance(liver, float) else [f"Child-Pugh {person.liver.child_pugh}"])]
    return dataclasses.replace(
        found,
        liver=liver,
        remaining=remaining,
        renal=renal,
        facts=(*found.facts, *liver_facts, *kidney_facts),
        organ_words=(*words, *kidney_words),
    )


def with_phenotypes(phenotypes: Mapping[str, Phenotype], knowledge: Knowledge) -> Metabolism:
    """A typical adult but for the phenotypes of some enzymes."""
    genes = [Gene(enzyme, phenotype) for enzyme, phenotype in phenotypes.items()]
    return _of_genes(genes, knowledge)


def _of_genes(genes: list[Gene], knowledge: Knowledge) -> Metabolism:
    activity: dict[str, Array | float] = {}
    facts: list[str] = []
    for gene in genes:
        if gene.phenotype is None:
            continue
        activity[gene.enzyme], used = _of_gene(gene, gene.phenotype, knowledge)
        facts += used
    kept = {e: a for e, a in activity.items() if not (isinstance(a, float) and a == 1.0)}
    known = {gene.enzyme: gene.phenotype for gene in genes if gene.phenotype is not None}
    return Metabolism(activity=kept, facts=tuple(facts), genes=known)


def _of_gene(
    gene: Gene, phenotype: Phenotype, knowledge: Knowledge
) -> tuple[Array | float, tuple[str, ...]]:
    """Activity by the score where there is one, otherwise by the phenotype."""
    constant = knowledge.ddi.constant
    if phenotype in (Phenotype.POOR, Phenotype.NORMAL) and gene.score is None:
        fact = constant(f"genotype/{gene.enzyme}/activity/{phenotype.value}")
        return fact.number, (fact.id,)
    if gene.score is not None:
        typical = constant(f"genotype/{gene.enzyme}/typical_score")
        if gene.score in (0.0, typical.number):
            return gene.score / typical.number, (typical.id,)
        spread = constant(f"genotype/{gene.enzyme}/cv_of_activity_at_a_score")
        middle = gene.score / typical.number
        return positive_cv(f"{typical.id}/{gene.score:g}", middle, spread.number), (
            typical.id,
            spread.id,
        )
    fact = constant(f"genotype/{gene.enzyme}/activity/{phenotype.value}")
    return _within(fact), (fact.id,)


def _of_liver(
    child_pugh: ChildPugh | None, knowledge: Knowledge
) -> tuple[Array | float, Array | float, tuple[str, ...]]:
    """Activity of cytochromes P450 and of what else the liver does, with the facts.

    Conjugation is spared longer than oxidation: anything between the two is allowed for.
    """
    if child_pugh in (None, ChildPugh.NONE):
        return 1.0, 1.0, ()
    fact = knowledge.ddi.constant(f"{_LIVER}/{child_pugh}/unbound_auc_ratio")
    cytochromes = np.maximum(1.0 / _within(fact), _LEAST)
    part = uniform(f"{fact.id}/remaining", 0.0, 1.0)
    return cytochromes, cytochromes + part * (1.0 - cytochromes), (fact.id,)


def _of_kidney(
    case: Case, knowledge: Knowledge
) -> tuple[Array | float, tuple[str, ...], tuple[str, ...]]:
    """Activity of the kidney by filtration, with words and facts; above typical is typical."""
    constant = knowledge.ddi.constant
    if case.person.kidney.dialysis:
        fact = constant(f"{_KIDNEY}/dialysis")
        return _within(fact), ("on dialysis",), (fact.id,)
    lab = case.lab(LabName.EGFR)
    egfr = case.person.kidney.egfr_ml_min_1_73m2
    values = [value for value in (egfr, lab.value if lab else None) if value is not None]
    typical = constant(f"{_KIDNEY}/typical_egfr")
    if not values or min(values) >= typical.number:
        return 1.0, (), ()
    left = np.minimum(max(min(values), _LEAST) / _within(typical), 1.0)
    return np.asarray(left), (f"eGFR {min(values):g}",), (typical.id,)


def _within(fact: Fact) -> Array:
    """A positive figure with its range as samples; without one at its value, which no fact has."""
    low, high = fact.low, fact.high
    if low is None or high is None:
        raise ValueError(f"{fact.id} has no range")
    return positive(fact.id, fact.number, low, high)
