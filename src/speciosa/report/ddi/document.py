"""A ratio of exposures with what was seen in people, its mechanisms and references, as JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from speciosa import __version__
from speciosa.assessment import Provenance
from speciosa.case.vocabulary import Phenotype
from speciosa.finding import Certainty, Estimate
from speciosa.knowledge import Citation, Knowledge
from speciosa.knowledge.ddi.record import Pair
from speciosa.knowledge.medicines import Medicine
from speciosa.pharmacology.interactions.grading import certainty_of, strength_of
from speciosa.pharmacology.interactions.kinetics.change import NoRatio, Ratio
from speciosa.pharmacology.interactions.kinetics.metabolism import with_phenotypes
from speciosa.pharmacology.interactions.kinetics.sampling import SIZE, Array
from speciosa.pharmacology.interactions.kinetics.static_model import AucRatio
from speciosa.pharmacology.interactions.observed import observed_estimate, studied_regimen
from speciosa.pharmacology.interactions.ratio import (
    Taking,
    is_kratom,
    ratio,
    resolve,
)
from speciosa.pharmacology.interactions.rows import KRATOM


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution: median and central 90 %."""

    median: float
    p05: float
    p95: float


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the change by one mechanism; negative where it pulls against the whole."""

    mechanism: str
    share: float


class Perpetrator(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine taken beside the victim; without a dose its usual regimen was assumed."""

    id: str
    name: str
    dose_mg: float | None = None
    interval_h: float | None = None


class DdiDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One victim with its perpetrators.

    ``auc_ratio`` is the model's, and ``None`` where nothing can be computed, with ``no_ratio``
    saying why. ``observed`` is what was measured in people with this very pair; of several
    perpetrators ``observed_alone`` is what each did alone. ``others`` are ratios of further
    species. ``beside_typical`` is exposure in this person without any perpetrator, over a typical
    adult's, where phenotypes were given. ``unverified`` of ``inputs`` figures were not read in
    their source.
    """

    victim: str
    victim_name: str
    route: str
    perpetrators: tuple[Perpetrator, ...]
    observed: Estimate | None
    observed_in: str
    observed_alone: dict[str, Estimate]
    auc_ratio: Spread | None
    no_ratio: str
    strength: str
    certainty: Certainty
    shares: tuple[Share, ...]
    ceiling: float | None
    others: dict[str, Spread]
    phenotypes: dict[str, str]
    beside_typical: Spread | None
    enzymes: tuple[str, ...]
    regimens: tuple[str, ...]
    by_class: bool
    flags: tuple[str, ...]
    meaning: str
    inputs: int
    unverified: int
    draws: int
    facts: tuple[str, ...]
    references: tuple[Citation, ...]
    provenance: Provenance


@dataclasses.dataclass(frozen=True)
class Question:
    """What is asked: the victim and its route, what is taken beside it, and phenotypes if known.

    ``flags`` are caveats known before, such as parts of a product that the base does not hold.
    """

    victim: str
    takings: Sequence[Taking]
    oral: bool = True
    phenotypes: Mapping[str, Phenotype] = dataclasses.field(default_factory=dict)
    flags: Sequence[str] = ()


def document(question: Question, knowledge: Knowledge) -> DdiDocument:
    """Ask the model, and add what was seen, the references and where it all came from."""
    victim, takings, oral = question.victim, question.takings, question.oral
    known = question.phenotypes
    metabolism = with_phenotypes(known, knowledge)
    found = ratio(victim, takings, knowledge, oral=oral, metabolism=metabolism)
    medicine = None if is_kratom(victim, knowledge) else resolve(victim, knowledge, "VICTIM")
    seen = found.observed
    modelled = found if isinstance(found, Ratio) else None
    perpetrators = tuple(_perpetrator(t, knowledge) for t in takings)
    alone = _alone(medicine, perpetrators, knowledge, oral=oral)
    studied = [pair.fact_id for pair in (*([seen] if seen else []), *alone.values())]
    facts = (*studied, *(modelled.facts if modelled else ()))
    references = tuple(knowledge.cite(fact) for fact in dict.fromkeys(facts))
    inputs = [citation for citation in references if citation.id not in studied]
    shown = seen.auc_ratio if seen else modelled.median if modelled else None
    return DdiDocument(
        victim=medicine.id if medicine else KRATOM,
        victim_name=medicine.name if medicine else "mitragynine of kratom",
        route="oral" if oral else "iv",
        perpetrators=perpetrators,
        observed=observed_estimate(seen) if seen else None,
        observed_in=studied_regimen(seen) if seen else "",
        observed_alone={name: observed_estimate(pair) for name, pair in alone.items()},
        auc_ratio=_of(modelled) if modelled else None,
        no_ratio=found.why if isinstance(found, NoRatio) else "",
        strength=strength_of(shown, knowledge) if shown is not None else "",
        certainty=_certainty(seen, modelled),
        shares=tuple(
            Share(mechanism=name, share=share)
            for name, share in (modelled.shares if modelled else {}).items()
        ),
        ceiling=modelled.ceiling if modelled else None,
        others={name: _of(other) for name, other in (modelled.others if modelled else {}).items()},
        phenotypes={enzyme: str(phenotype) for enzyme, phenotype in known.items()},
        beside_typical=_spread(modelled.beside_typical) if modelled and known else None,
        enzymes=modelled.enzymes if modelled else (),
        regimens=modelled.regimens if modelled else (),
        by_class=bool(modelled and modelled.by_class),
        flags=(*question.flags, *found.flags, *_of_studies(seen, known)),
        meaning=_meaning(knowledge),
        inputs=len(inputs),
        unverified=sum(not citation.verified for citation in inputs),
        draws=SIZE,
        facts=tuple(dict.fromkeys(facts)),
        references=references,
        provenance=_provenance(question, knowledge),
    )


def _perpetrator(taking: Taking, knowledge: Knowledge) -> Perpetrator:
    if is_kratom(taking.medicine, knowledge):
        return Perpetrator(id=KRATOM, name=KRATOM)
    medicine = resolve(taking.medicine, knowledge, "--with")
    return Perpetrator(
        id=medicine.id,
        name=medicine.name,
        dose_mg=taking.dose_mg,
        interval_h=taking.interval_h,
    )


def _alone(
    medicine: Medicine | None,
    perpetrators: Sequence[Perpetrator],
    knowledge: Knowledge,
    *,
    oral: bool,
) -> dict[str, Pair]:
    """Studies of each of several perpetrators without the others."""
    if medicine is None or len(perpetrators) == 1:
        return {}
    route = "oral" if oral else "iv"
    found = {p.name: knowledge.ddi.pair(medicine.id, p.id, route) for p in perpetrators}
    return {name: pair for name, pair in found.items() if pair is not None}


def _of_studies(seen: Pair | None, known: Mapping[str, Phenotype]) -> tuple[str, ...]:
    unusual = [enzyme for enzyme, p in known.items() if p is not Phenotype.NORMAL]
    if seen is None or not set(unusual).intersection(seen.enzymes):
        return ()
    return (f"the people of the study were not chosen for an unusual {' or '.join(unusual)}",)


def _certainty(seen: Pair | None, modelled: Ratio | None) -> Certainty:
    if seen is None and modelled is None:
        return Certainty.UNKNOWN
    by_class = modelled is not None and modelled.by_class
    return certainty_of(seen, modelled=modelled is not None, by_class=by_class)


def _of(found: Ratio | AucRatio) -> Spread:
    return Spread(median=found.median, p05=found.low, p95=found.high)


def _spread(values: Array | float) -> Spread:
    if isinstance(values, float):
        return Spread(median=values, p05=values, p95=values)
    low, middle, high = (float(q) for q in np.quantile(values, (0.05, 0.5, 0.95)))
    return Spread(median=middle, p05=low, p95=high)


def _meaning(knowledge: Knowledge) -> str:
    low, high = (knowledge.ddi.constant(f"cut_off/msm_aucr_{end}") for end in ("low", "high"))
    return (
        "A ratio of 2 means twice the usual exposure (area under the concentration curve). From "
        f"{low.number:g} to {high.number:g} counts as no change. The interval is about the average "
        "person; one person can differ more. Exposure is not effect: it says nothing of effects "
        "that add up."
    )


def _provenance(question: Question, knowledge: Knowledge) -> Provenance:
    asked = {
        "victim": question.victim,
        "with": [
            [t.medicine if isinstance(t.medicine, str) else t.medicine.id, t.dose_mg, t.interval_h]
            for t in question.takings
        ],
        "oral": question.oral,
        "phenotypes": {enzyme: str(p) for enzyme, p in question.phenotypes.items()},
    }
    return Provenance(
        speciosa_version=__version__,
        knowledge_release=knowledge.release.number,
        knowledge_date=knowledge.release.date,
        seed=0,
        input_sha256=hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest(),
        intended_use=knowledge.release.intended_use,
    )
