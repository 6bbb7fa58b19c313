"""The whole flow, and the only place where it is seen: one case in, one assessment out."""

from __future__ import annotations

import msgspec

from speciosa.clinical.care.result import ConsultationResult, FollowUpResult, PlanResult
from speciosa.clinical.dependence.result import DependenceResult
from speciosa.clinical.safety.result import FiredRule, SideEffectsResult, UrgentResult
from speciosa.clinical.severity.result import SeverityResult
from speciosa.evidence.result import EvidenceResult
from speciosa.finding import Missing
from speciosa.knowledge import Citation
from speciosa.pharmacology.exposure.result import ExposureResult, IntakeResult
from speciosa.pharmacology.interactions.result import InteractionsResult
from speciosa.pharmacology.mechanism.result import MechanismResult
from speciosa.regulation.result import LawResult


class KratomSection(msgspec.Struct, frozen=True, kw_only=True):
    """Kratom use: what is taken, how that compares, and signs of dependence."""

    status: str
    intake: IntakeResult
    dependence: DependenceResult


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where the result came from, so that it can be reproduced byte for byte."""

    speciosa_version: str
    knowledge_release: str
    knowledge_date: str
    seed: int
    input_sha256: str
    intended_use: str


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
