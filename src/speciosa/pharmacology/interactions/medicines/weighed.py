"""How much a pair weighs: the worst of what was seen, of a typical adult and of this person."""

from __future__ import annotations

import dataclasses
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import Phenotype
from speciosa.finding import Severity
from speciosa.pharmacology.interactions.grading import (
    matters,
    narrow_reason,
    narrowly_matters,
    raised,
    severity_of,
)
from speciosa.pharmacology.interactions.rows import worst
from speciosa.pharmacology.interactions.taken import use_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.pharmacology.interactions.kinetics.change import Ratio
    from speciosa.pharmacology.interactions.medicines.prepared import Prepared
    from speciosa.pharmacology.interactions.recognise import Item

_MG_PER_G = 1000.0
# Every dose that a regimen names, and not the first alone: one of an extract names its marker too.
_DOSES = re.compile(r"(\d+(?:\.\d+)?)\s*(mg|g)\b")


class Ground(StrEnum):
    """Whose ratio a row weighs as much as."""

    SEEN = "seen"
    HERE = "here"
    USUAL = "usual"


@dataclasses.dataclass(frozen=True, eq=False)
class Weighed:
    """The ratios of one pair, and what the row weighs.

    ``here`` is the model in this person at the dose taken, ``usual`` that in a typical adult at the
    usual regimen; the same where nothing differs. ``differs`` says in words what puts this person
    outside a study. ``applies``: what was seen runs through enzymes that the person has.
    ``severity`` is ``None`` where no ratio matters.
    """

    observed: Pair | None
    here: Ratio | None
    usual: Ratio | None
    differs: tuple[str, ...]
    applies: bool
    ground: Ground | None
    severity: Severity | None

    @property
    def shown(self) -> float | None:
        """The ratio that is told first."""
        if self.observed is not None:
            return self.observed.auc_ratio
        model = self.here or self.usual
        return model.median if model is not None else None

    @property
    def graded(self) -> float | None:
        """The ratio that severity goes by."""
        return {Ground.HERE: _median(self.here), Ground.USUAL: _median(self.usual)}.get(
            self.ground or Ground.SEEN, self.shown
        )

    @property
    def rises(self) -> bool:
        """Whether the row is about too much of the victim."""
        return self.graded is None or self.graded >= 1.0


def weigh(perpetrator: Item, victim: Item, prepared: Prepared) -> Weighed:
    """The ratios of one perpetrator and one victim.

    Inside a study what was seen counts alone. Genotype, organ function or dose beyond it let the
    model count too, in this person and in a typical adult, so that to know one of them never makes
    a row milder.
    """
    knowledge = prepared.knowledge
    acting = [prepared.acting[perpetrator.id]]
    observed = prepared.observed(perpetrator, victim)
    here = prepared.modelled(victim, acting)
    usual = here
    if prepared.differs(victim, acting):
        usual = prepared.typically(victim, prepared.at_usual(acting))
    differs = tuple(_differs(perpetrator, victim, observed, prepared))
    grounds: list[tuple[Ground, float, float, float]] = []
    if observed is not None:
        grounds.append((Ground.SEEN, *(observed.auc_ratio,) * 3))
    if observed is None or differs:
        for ground, model in ((Ground.HERE, here), (Ground.USUAL, usual)):
            if model is not None:
                ends = (model.low, model.high) if observed is None else (model.median,) * 2
                grounds.append((ground, model.median, *ends))
    found = [
        (_severity(middle, victim, knowledge), ground)
        for ground, middle, low, high in grounds
        if matters(middle, low, high, knowledge)
        or narrowly_matters(victim.id, low, high, knowledge)
    ]
    heaviest = min(found, key=lambda one: one[0].rank, default=None)
    return Weighed(
        observed=observed,
        here=here,
        usual=usual,
        differs=differs,
        applies=observed is not None and not any(map(prepared.metabolism.lacks, observed.enzymes)),
        ground=heaviest[1] if heaviest else None,
        severity=heaviest[0] if heaviest else None,
    )


def counted_rises(items: Sequence[Item], prepared: Prepared) -> dict[tuple[str, str], float]:
    """Exposure with a perpetrator over a typical adult's without, by (perpetrator, victim).

    Only where this person or a dose is not what was studied; never less than in a typical adult.
    """
    counted = {}
    for victim in items:
        for perpetrator in items:
            if perpetrator.id == victim.id:
                continue
            seen = prepared.observed(perpetrator, victim)
            if not any(_differs(perpetrator, victim, seen, prepared)):
                continue
            acting = [prepared.acting[perpetrator.id]]
            here = prepared.modelled(victim, acting)
            usual = prepared.typically(victim, prepared.at_usual(acting))
            ratios = [(_median(here) or 1.0) * prepared.beside(victim), _median(usual) or 1.0]
            counted[perpetrator.id, victim.id] = max(*ratios, seen.auc_ratio if seen else 1.0)
    return counted


def _median(ratio: Ratio | None) -> float | None:
    return ratio.median if ratio is not None else None


def _severity(ratio: float, victim: Item, knowledge: Knowledge) -> Severity:
    severity = worst([Severity.MINOR, severity_of(ratio, knowledge)])
    narrow = narrow_reason(victim.id, knowledge, rises=ratio >= 1.0)
    return raised(severity) if narrow else severity


def _differs(
    perpetrator: Item, victim: Item, observed: Pair | None, prepared: Prepared
) -> Iterator[str]:
    """What puts this person, or the dose, outside what was studied, in words."""
    metabolism = prepared.metabolism
    cleared = prepared.typical[victim.id]
    enzymes = {*(cleared.fm if cleared else ()), *(observed.enzymes if observed else ())}
    for enzyme, phenotype in metabolism.genes.items():
        if enzyme in enzymes and phenotype is not Phenotype.NORMAL:
            yield f"{enzyme} {phenotype} metaboliser"
    yield from metabolism.organ_words
    if _larger(perpetrator, observed):
        yield f"{perpetrator.medicine.name} {perpetrator.dose_mg:g} mg, a larger dose"


def _larger(perpetrator: Item, observed: Pair | None) -> bool:
    """Whether the dose is above each that is known: of the studies, or else of the records."""
    if perpetrator.dose_mg is None:
        return False
    regimens = [study.perpetrator_regimen for study in observed.studies] if observed else []
    studied = [
        float(amount) * (_MG_PER_G if unit == "g" else 1.0)
        for regimen in regimens
        for amount, unit in _DOSES.findall(regimen)
    ]
    if studied:
        return perpetrator.dose_mg > max(studied)
    return use_of(perpetrator).dose_mg is not None
