"""A ratio of exposures with what was seen in people, its mechanisms and references, as JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from speciosa import __version__
from speciosa.assessment import Provenance
from speciosa.case.vocabulary import Phenotype, Route
from speciosa.finding import Certainty, Estimate
from speciosa.knowledge import Citation, Knowledge
from speciosa.knowledge.ddi.record import Pair
from speciosa.knowledge.medicines import Medicine
from speciosa.pharmacology.interactions.grading import certainty_of, severity_of, strength_of
from speciosa.pharmacology.interactions.kinetics.change import NoRatio, Ratio
from speciosa.pharmacology.interactions.kinetics.metabolism import with_phenotypes
from speciosa.pharmacology.interactions.kinetics.route import studied_as
from speciosa.pharmacology.interactions.kinetics.sampling import SIZE, Array
from speciosa.pharmacology.interactions.kinetics.static_model import AucRatio
from speciosa.pharmacology.interactions.kratom import alkaloids
from speciosa.pharmacology.interactions.meaning import Taking, as_studied, meant
from speciosa.pharmacology.interactions.observed import (
    observed_estimate,
    reported_unchanged,
    studied_regimen,
)
from speciosa.pharmacology.interactions.ratio import ratio
from speciosa.pharmacology.interactions.rows import KRATOM
from speciosa.report.ddi.beyond import InList, in_a_list, small_changes


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
    adult's, where phenotypes were given. ``strength`` and
    ``direction`` are those of what was seen, or of the model where that is graver and the person or
    the dose is another than in the study; ``strength_in_interval`` is the strongest class that the
    interval reaches. ``failed_activation`` and ``small_changes`` say
    why the size of the ratio does not tell that of the effect; empty where nothing says so.
    ``in_a_list`` is what an assessment of these medicines alone tells, kratom of unknown amount.
    ``unverified`` of ``inputs`` figures were not read in their source.
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
    direction: str
    strength_in_interval: str
    failed_activation: str
    small_changes: str
    certainty: Certainty
    in_a_list: tuple[InList, ...]
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
    route: Route | None = None
    phenotypes: Mapping[str, Phenotype] = dataclasses.field(default_factory=dict)
    flags: Sequence[str] = ()


def document(question: Question, knowledge: Knowledge) -> DdiDocument:
    """Ask the model, and add what was seen, the references and where it all came from."""
    takings, route, known = question.takings, question.route, question.phenotypes
    metabolism = with_phenotypes(known, knowledge)
    found = ratio(question.victim, takings, knowledge, route=route, metabolism=metabolism)
    victim = meant(question.victim, knowledge, "VICTIM")
    medicine = None if victim.kratom else victim.medicines[0]
    seen = found.observed
    modelled = found if isinstance(found, Ratio) else None
    perpetrators = tuple(p for taking in takings for p in _perpetrators(taking, knowledge))
    studied_so = all(as_studied(taking.medicine, knowledge) for taking in takings)
    alone = _alone(medicine, perpetrators, knowledge, route)
    if not studied_so:
        alone.pop(KRATOM, None)
    unchanged = _unchanged(medicine, perpetrators, knowledge)
    studied = [pair.fact_id for pair in (*([seen] if seen else []), *alone.values())]
    studied += unchanged.values()
    facts = (*studied, *(modelled.facts if modelled else ()))
    references = tuple(knowledge.cite(fact) for fact in dict.fromkeys(facts))
    inputs = [citation for citation in references if citation.id not in studied]
    shown = _judged(seen, modelled, knowledge, as_studied_in=not known and not _dosed(takings))
    fails = found.failed_activation
    narrow = small_changes(medicine, shown, knowledge) if medicine else ""
    return DdiDocument(
        victim=medicine.id if medicine else KRATOM,
        victim_name=medicine.name if medicine else "mitragynine of kratom",
        route=str(route or Route.ORAL),
        perpetrators=perpetrators,
        observed=observed_estimate(seen) if seen else None,
        observed_in=studied_regimen(seen) if seen else "",
        observed_alone={name: observed_estimate(pair) for name, pair in alone.items()},
        auc_ratio=_of(modelled) if modelled else None,
        no_ratio=found.why if isinstance(found, NoRatio) else "",
        strength=strength_of(shown, knowledge) if shown is not None and not fails else "",
        direction=("rise" if shown >= 1.0 else "fall") if shown is not None else "",
        strength_in_interval=_in_interval(modelled, knowledge),
        failed_activation=fails,
        small_changes=narrow,
        certainty=_certainty(
            seen if seen is not None and shown == seen.auc_ratio else None,
            modelled,
            unstudied=_is_alkaloid(medicine) or not studied_so,
        ),
        in_a_list=in_a_list(victim, route, takings, knowledge),
        shares=tuple(
            Share(mechanism=name, share=share)
            for name, share in (modelled.shares if modelled else {}).items()
        ),
        # Where the ratio does not tell the effect, its greatest value would only calm.
        ceiling=None if fails or narrow else _ceiling(modelled, alone, seen),
        others={name: _of(other) for name, other in (modelled.others if modelled else {}).items()},
        phenotypes={enzyme: str(phenotype) for enzyme, phenotype in known.items()},
        beside_typical=_spread(modelled.beside_typical) if modelled and known else None,
        enzymes=modelled.enzymes if modelled else (),
        regimens=modelled.regimens if modelled else (),
        by_class=bool(modelled and modelled.by_class),
        flags=(*question.flags, *unchanged, *found.flags, *_of_studies(seen, known)),
        meaning=_meaning(knowledge),
        inputs=len(inputs),
        unverified=sum(not citation.verified for citation in inputs),
        draws=SIZE,
        facts=tuple(dict.fromkeys(facts)),
        references=references,
        provenance=_provenance(question, knowledge),
    )


def _perpetrators(taking: Taking, knowledge: Knowledge) -> Iterator[Perpetrator]:
    """The parts of what is taken; an amount is that of one medicine."""
    parts = meant(taking.medicine, knowledge, "--with")
    for medicine in parts.medicines:
        yield Perpetrator(
            id=medicine.id,
            name=medicine.name,
            dose_mg=taking.dose_mg,
            interval_h=taking.interval_h,
        )
    if parts.kratom:
        yield Perpetrator(id=KRATOM, name=KRATOM)


def _alone(
    medicine: Medicine | None,
    perpetrators: Sequence[Perpetrator],
    knowledge: Knowledge,
    route: Route | None,
) -> dict[str, Pair]:
    """Studies of each of several perpetrators without the others."""
    if medicine is None or len(perpetrators) == 1:
        return {}
    way = studied_as(route)
    found = {p.name: knowledge.ddi.pair(medicine.id, p.id, way) for p in perpetrators}
    return {name: pair for name, pair in found.items() if pair is not None}


def _unchanged(
    medicine: Medicine | None, perpetrators: Sequence[Perpetrator], knowledge: Knowledge
) -> dict[str, str]:
    """What was reported as unchanged without a figure, in words, each with its fact."""
    if medicine is None:
        return {}
    told: dict[str, str] = {}
    for other in perpetrators:
        reports = knowledge.ddi.reported_unchanged(medicine.id, other.id)
        words = reported_unchanged(medicine.id, other.id, knowledge)
        told |= {w: r.fact_id for w, r in zip(words, reports, strict=True)}
    return told


def _is_alkaloid(medicine: Medicine | None) -> bool:
    return medicine is None or medicine.id == alkaloids.SEVEN_OH


def _dosed(takings: Sequence[Taking]) -> bool:
    return any(taking.dose_mg is not None for taking in takings)


def _judged(
    seen: Pair | None, modelled: Ratio | None, knowledge: Knowledge, *, as_studied_in: bool
) -> float | None:
    """The ratio that the size is told by: what was seen, or the graver of it and the model.

    A study says nothing of another dose or of an unusual person, which the model counts.
    """
    ratios = [seen.auc_ratio] if seen else []
    if modelled is not None and (seen is None or not as_studied_in):
        ratios.append(modelled.median)
    return min(ratios, key=lambda r: severity_of(r, knowledge).rank, default=None)


def _in_interval(modelled: Ratio | None, knowledge: Knowledge) -> str:
    """The strongest class that the interval of the model reaches."""
    if modelled is None:
        return ""
    reached = [strength_of(end, knowledge) for end in (modelled.low, modelled.high)]
    order = list(knowledge.ddi.pk_wording.severity_by_class)
    return min((name for name in reached if name), key=order.index, default="")


def _ceiling(modelled: Ratio | None, alone: Mapping[str, Pair], seen: Pair | None) -> float | None:
    """The model's ceiling, unless people went beyond it: then its fractions are wrong."""
    if modelled is None or modelled.ceiling is None:
        return None
    observed = [pair.auc_ratio for pair in (*alone.values(), *([seen] if seen else []))]
    return modelled.ceiling if max(observed, default=0.0) <= modelled.ceiling else None


def _of_studies(seen: Pair | None, known: Mapping[str, Phenotype]) -> tuple[str, ...]:
    unusual = [enzyme for enzyme, p in known.items() if p is not Phenotype.NORMAL]
    if seen is None or not set(unusual).intersection(seen.enzymes):
        return ()
    return (f"the people of the study were not chosen for an unusual {' or '.join(unusual)}",)


def _certainty(seen: Pair | None, modelled: Ratio | None, *, unstudied: bool) -> Certainty:
    """As sure as the model or the study; no study in people tells how far an alkaloid's holds."""
    if seen is None and modelled is None:
        return Certainty.UNKNOWN
    by_class = unstudied or (modelled is not None and modelled.by_class)
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
        "route": str(question.route or Route.ORAL),
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
