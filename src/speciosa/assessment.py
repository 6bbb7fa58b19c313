"""The whole flow, and the only place where it is seen: one case in, one assessment out."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin

import msgspec

from speciosa import __version__, evidence, regulation
from speciosa.case import Case, CaseMedicine
from speciosa.clinical import care, dependence, safety, severity
from speciosa.clinical.care.result import ConsultationResult, FollowUpResult, PlanResult
from speciosa.clinical.dependence.result import DependenceResult
from speciosa.clinical.safety.result import FiredRule, SideEffectsResult, UrgentResult
from speciosa.clinical.severity.result import SeverityResult
from speciosa.evidence.result import EvidenceResult
from speciosa.finding import Missing
from speciosa.knowledge import Citation, Knowledge, load
from speciosa.pharmacology import exposure, interactions, mechanism
from speciosa.pharmacology.exposure.result import ExposureResult, IntakeResult
from speciosa.pharmacology.interactions.result import InteractionsResult
from speciosa.pharmacology.mechanism.result import MechanismResult
from speciosa.reconciliation import reconcile
from speciosa.regulation.result import LawResult


class KratomSection(msgspec.Struct, frozen=True, kw_only=True):
    """Kratom use: what is taken, how that compares, and signs of dependence."""

    status: str
    intake: IntakeResult
    dependence: DependenceResult


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where the result came from, so that it can be reproduced byte for byte.

    ``evidence_overlay`` is the hash of the studies that a person added, if any were.
    """

    speciosa_version: str
    knowledge_release: str
    knowledge_date: str
    seed: int
    input_sha256: str
    intended_use: str
    evidence_overlay: str = ""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """One person's assessment, in the order in which it is read. JSON keys are a contract."""

    place: str
    date: str
    urgent: UrgentResult
    severity: SeverityResult
    kratom: KratomSection
    exposure: ExposureResult
    mechanism: MechanismResult
    interactions: InteractionsResult
    side_effects: SideEffectsResult
    regulation: LawResult
    evidence: EvidenceResult
    plan: PlanResult
    consultation: ConsultationResult
    follow_up: FollowUpResult
    safety_rules: tuple[FiredRule, ...]
    missing: tuple[Missing, ...]
    references: tuple[Citation, ...]
    provenance: Provenance


DEFAULT_SEED = 20261122
DEFAULT_SUBJECTS = 1000


def assess(
    case: Case,
    knowledge: Knowledge | None = None,
    *,
    seed: int = DEFAULT_SEED,
    subjects: int = DEFAULT_SUBJECTS,
) -> Assessment:
    """Assess one person.

    ``subjects`` is the number of virtual persons behind the exposure fan. The result depends on
    the case, the release of code and knowledge, ``seed`` and ``subjects`` alone. Raises
    ``InputError`` when the place is not a place.
    """
    knowledge = knowledge or load()
    typed = case
    case, contradicted = reconcile(case, knowledge)

    law = _law(case, knowledge)
    severity_result = severity.assess(case, knowledge)
    dependence_result = dependence.assess(case, knowledge)
    safety_result = safety.assess(case, knowledge)
    intake = exposure.intake(case, knowledge)
    exposed, samples = exposure.expose(case, knowledge, seed=seed, subjects=subjects)
    mechanisms = mechanism.assess(case, knowledge, samples)
    lingering = exposed.present_on_date is True
    pairs = interactions.assess(case, knowledge, samples, lingering=lingering)
    effects = evidence.assess(case, knowledge)

    results = care.Results(
        severity=severity_result,
        safety=safety_result,
        dependence=dependence_result,
        interactions=pairs,
        evidence=effects,
        law=law,
    )
    here = care.situation(case, knowledge, results)
    plan = care.plan(here)
    effects = evidence.ranked(effects, case, knowledge, care.judged(here))
    assessment = Assessment(
        place=case.place or "",
        date=case.date.isoformat(),
        urgent=safety_result.urgent,
        severity=severity_result,
        kratom=KratomSection(
            status=case.kratom.status if case.kratom else "not given",
            intake=intake,
            dependence=dependence_result,
        ),
        exposure=exposed,
        mechanism=mechanisms,
        interactions=pairs,
        side_effects=safety_result.side_effects,
        regulation=law,
        evidence=effects,
        plan=plan,
        consultation=care.consultation(here),
        follow_up=care.follow_up(here),
        safety_rules=(*safety_result.rules, *safety_result.conditional_rules),
        missing=_missing(
            contradicted,
            safety_result.missing,
            severity_result.missing,
            intake.missing,
            dependence_result.missing,
            exposed.missing,
            mechanisms.missing,
            pairs.missing,
            law.missing,
            effects.missing,
            plan.missing,
        ),
        references=(),
        provenance=Provenance(
            speciosa_version=__version__,
            knowledge_release=knowledge.release.number,
            knowledge_date=knowledge.release.date,
            seed=seed,
            input_sha256=input_hash(typed),
            intended_use=knowledge.release.intended_use,
            evidence_overlay=knowledge.overlay.hash if knowledge.overlay else "",
        ),
    )
    return msgspec.structs.replace(assessment, references=_references(assessment, knowledge))


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of a person within the time of a request: no figures, no plan, no report.

    ``kratom_status`` is that after reconciling what is on record. ``subjects`` is the size of the
    sample behind the ratios of interactions, 0 when nothing was simulated.
    """

    kratom_status: str
    urgent: UrgentResult
    severity: SeverityResult
    dependence: DependenceResult
    interactions: InteractionsResult
    regulation: LawResult
    safety_rules: tuple[FiredRule, ...]
    subjects: int


BRIEF_SUBJECTS = 100


def sample(
    case: Case,
    knowledge: Knowledge,
    *,
    seed: int = DEFAULT_SEED,
    subjects: int = BRIEF_SUBJECTS,
) -> exposure.Sampled:
    """The bounded simulation behind ``brief``; it can be kept for one person and used again."""
    return exposure.sampled(reconcile(case, knowledge)[0], knowledge, seed=seed, subjects=subjects)


def brief(
    case: Case,
    knowledge: Knowledge,
    sampled: exposure.Sampled,
    *,
    ordered: Sequence[CaseMedicine] = (),
) -> Brief:
    """The findings that a warning in passing needs, with ``ordered`` medicines not yet begun.

    ``sampled`` is ``sample(case, ...)`` of the same case: what is merely ordered changes no level
    of today. Raises ``InputError`` when the place is not a place.
    """
    whole = case.model_copy(update={"medicines": (*case.medicines, *ordered)})
    whole, _ = reconcile(whole, knowledge)
    safety_result = safety.assess(whole, knowledge)
    return Brief(
        kratom_status=whole.kratom.status if whole.kratom else "not given",
        urgent=safety_result.urgent,
        severity=severity.assess(whole, knowledge),
        dependence=dependence.assess(whole, knowledge),
        interactions=interactions.assess(
            whole, knowledge, sampled.samples, lingering=sampled.lingering
        ),
        regulation=_law(whole, knowledge),
        safety_rules=(*safety_result.rules, *safety_result.conditional_rules),
        subjects=sampled.samples.subjects if sampled.samples is not None else 0,
    )


def input_hash(case: Case) -> str:
    """SHA-256 of the case in canonical JSON: equal cases have equal hashes, however written."""
    canonical = json.dumps(case.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _law(case: Case, knowledge: Knowledge) -> LawResult:
    if case.place is None:
        return regulation.law_without_place(knowledge, case.date)
    return regulation.law_at(knowledge, case.place, case.date, age_years=case.person.age_years)


def _missing(*batches: tuple[Missing, ...]) -> tuple[Missing, ...]:
    """All that was missing, worst first: each field once, with every cost the rooms named.

    How to get it is said once, in the words of the room to which it matters most.
    """
    by_field: dict[str, list[Missing]] = {}
    for item in (item for batch in batches for item in batch):
        by_field.setdefault(item.field, []).append(item)
    merged = (_merged(items) for items in by_field.values())
    return tuple(sorted(merged, key=lambda item: (item.severity.rank, item.field)))


def _merged(items: list[Missing]) -> Missing:
    ranked = sorted(items, key=lambda item: item.severity.rank)
    return msgspec.structs.replace(
        ranked[0],
        cost=" ".join(dict.fromkeys(item.cost for item in ranked)),
        how=next((item.how for item in ranked if item.how), ""),
    )


def _references(assessment: Assessment, knowledge: Knowledge) -> tuple[Citation, ...]:
    """Every fact that any part rests on, in the order in which a reader meets it."""
    return tuple(knowledge.cite(fact_id) for fact_id in dict.fromkeys(_fact_ids(assessment)))


def _fact_ids(value: object) -> list[str]:
    found: list[str] = []
    _gather(value, found)
    return found


def _gather(value: object, found: list[str]) -> None:
    """Add the ids in a value to ``found``. It walks all of an assessment, so it is kept quick."""
    kind = type(value)
    if isinstance(value, msgspec.Struct):
        for name in _can_hold(kind):  # type: ignore[arg-type]  # types have hashes
            held = getattr(value, name)
            if name == "facts":
                found += held
            elif name == "fact":
                if held:
                    found.append(held)
            elif held:
                _gather(held, found)
    elif kind is tuple:
        for held in value:  # type: ignore[attr-defined]  # a tuple
            _gather(held, found)
    elif isinstance(value, Mapping) and not isinstance(value, str):
        for held in value.values():
            _gather(held, found)


@cache
def _can_hold(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a record that can hold ids of facts, themselves or further in."""
    return tuple(
        field.name
        for field in msgspec.structs.fields(kind)
        if field.name in {"facts", "fact"} or not _is_plain(field.type)
    )


def _is_plain(kind: Any) -> bool:  # noqa: ANN401  # any annotation
    """Whether an annotation stands for words, numbers and the like alone."""
    parts = get_args(kind)
    if parts and get_origin(kind) is not Literal:
        return all(part is Ellipsis or _is_plain(part) for part in parts)
    return get_origin(kind) is Literal or (
        isinstance(kind, type) and issubclass(kind, (str, int, float, type(None), dt.date, Enum))
    )
