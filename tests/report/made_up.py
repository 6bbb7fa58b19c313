"""Invented assessments for the tests of the report: every state, hostile text, marked text."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any

import msgspec
from tests.report import made_up_parts as parts

from speciosa.assessment import Assessment, KratomSection
from speciosa.clinical.care.result import ConsultationResult, FollowUpResult, PlanResult
from speciosa.clinical.dependence.result import DependenceResult
from speciosa.clinical.safety.result import SideEffectsResult, UrgentResult, UrgentStatus
from speciosa.clinical.severity.result import SeverityResult
from speciosa.evidence.result import EvidenceResult
from speciosa.finding import Severity
from speciosa.pharmacology.exposure.result import ExposureResult, ExposureStatus, IntakeResult
from speciosa.pharmacology.interactions.result import InteractionsResult
from speciosa.pharmacology.mechanism.result import MechanismResult
from speciosa.regulation.result import LawResult

replace = msgspec.structs.replace


def full() -> Assessment:
    """A busy, realistic assessment with something in every field."""
    return Assessment(
        place="US-TN",
        date="2026-11-22",
        urgent=parts.URGENT,
        severity=parts.SEVERITY,
        kratom=parts.KRATOM,
        exposure=parts.EXPOSURE,
        mechanism=parts.MECHANISM,
        interactions=parts.INTERACTIONS,
        side_effects=parts.SIDE_EFFECTS,
        regulation=parts.LAW,
        evidence=parts.EVIDENCE,
        plan=parts.PLAN,
        consultation=parts.CONSULTATION,
        follow_up=parts.FOLLOW_UP,
        safety_rules=parts.RULES,
        missing=parts.MISSING,
        references=parts.CITATIONS,
        provenance=parts.PROVENANCE,
    )


def with_urgent(status: UrgentStatus) -> Assessment:
    """The full assessment with another urgent status."""
    headlines = {
        UrgentStatus.EMERGENCY: "Call emergency services now: slow breathing after alprazolam.",
        UrgentStatus.SAME_DAY: parts.URGENT.headline,
        UrgentStatus.SOON: "See within days.",
        UrgentStatus.NOT_ASSESSED: "Danger signs were not asked about.",
        UrgentStatus.NONE_FOUND: "None of the 29 signs that were asked about is present.",
    }
    quiet = status in (UrgentStatus.NOT_ASSESSED, UrgentStatus.NONE_FOUND)
    findings = () if quiet else parts.URGENT.findings
    if status is UrgentStatus.EMERGENCY:
        findings = (replace(findings[0], severity=Severity.EMERGENCY), *findings[1:])
    urgent = replace(parts.URGENT, status=status, headline=headlines[status], findings=findings)
    return replace(full(), urgent=urgent)


def bare() -> Assessment:
    """An assessment of a case that holds almost nothing: every list empty, nothing computed."""
    nothing: dict[str, Any] = {"findings": (), "missing": ()}
    return Assessment(
        place="",
        date="2026-11-22",
        urgent=UrgentResult(
            status=UrgentStatus.NOT_ASSESSED,
            headline="Danger signs were not asked about.",
            findings=(),
            ask_now=(),
            contacts=(),
            contacts_note="",
        ),
        severity=SeverityResult(
            headline="Severity is not known.", scores=(), function=(), diagnosis=(), changes=(),
            history=(), **nothing,
        ),
        kratom=KratomSection(
            status="Not known",
            intake=IntakeResult(
                headline="Kratom use is not known.", products=(), mitragynine_mg_per_day=None,
                seven_oh_mg_per_day=None, **nothing,
            ),
            dependence=DependenceResult(
                headline="Not assessed.", criteria_met=None, criteria_asked=0, level="", **nothing
            ),
        ),
        exposure=ExposureResult(
            status=ExposureStatus.NOT_POSSIBLE, why="No product and no amount is known.",
            headline="Exposure could not be predicted.", subjects=0, seed=0, analytes={}, curves=(),
            drivers=(), **nothing,
        ),
        mechanism=MechanismResult(headline="Nothing can be said.", targets=(), **nothing),
        interactions=InteractionsResult(
            headline="No medicine was given, so nothing was checked.", rows=(), not_checked=(),
            recognised={}, **nothing,
        ),
        side_effects=SideEffectsResult(headline="", effects=(), monitoring=(), findings=()),
        regulation=LawResult(
            place="", place_name="", date="2026-11-22", layers=(), leading={}, leading_words={},
            headline="No place was given.", upcoming=(), disclaimer="", **nothing,
        ),
        evidence=EvidenceResult(
            headline="", kratom=(), options=(), kratom_trials=(), user_reports=(), preclinical=(),
            harms=(), **nothing,
        ),
        plan=PlanResult(headline="", step="", why_this_step="", sections=(), **nothing),
        consultation=ConsultationResult(headline="", ask=(), tell=(), refer=()),
        follow_up=FollowUpResult(
            headline="", visits=(), what_counts=(), step_up_if=(), annotate=()
        ),
        safety_rules=(),
        missing=(),
        references=(),
        provenance=parts.PROVENANCE,
    )  # fmt: skip


Leaf = str | int


def with_leaves(value: Any, change: Callable[[str, Leaf], Leaf], path: str = "") -> Any:
    """A copy in which ``change(path, leaf)`` replaced every free text and whole number."""
    if isinstance(value, Enum | bool):
        return value
    if isinstance(value, str | int):
        return change(path, value)
    if isinstance(value, msgspec.Struct):
        fields = {
            name: with_leaves(getattr(value, name), change, f"{path}.{name}".lstrip("."))
            for name in value.__struct_fields__
        }
        return type(value)(**fields)
    if isinstance(value, tuple):
        return tuple(with_leaves(v, change, f"{path}[{i}]") for i, v in enumerate(value))
    if isinstance(value, dict):
        return {
            change(f"{path}.<key>", key): with_leaves(v, change, f"{path}.{key}")
            for key, v in value.items()
        }
    return value


HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</title></style></svg>]]><!-- {{ 7*7 }} {% raw %}",
    "[bold red]not markup[/bold red]",
    "\x1b[31mred\x1b[0m\x1b]0;owned\x07\x9b2J\x00\x08\r\n",
    "\u202etxet desrever\u202c \u2066isolate",
    "W" * 400,
    "مرحبا بالعالم القلق",
    "javascript:alert(1)",
    "🫁 naïve Ω ﬁ ½ 漢字漢字漢字",
)


def hostile() -> Assessment:
    """Every free text of the full assessment replaced by something nasty."""
    count = iter(range(10**9))

    def nasty(_path: str, leaf: Leaf) -> Leaf:
        if isinstance(leaf, int):
            return leaf
        number = next(count)
        return f"{HOSTILE[number % len(HOSTILE)]} #{number}"

    return with_leaves(full(), nasty)  # type: ignore[no-any-return]


def marked() -> tuple[Assessment, dict[str, str]]:
    """Every text and whole number replaced by one of its own, and which stands where."""
    placed: dict[str, str] = {}
    known = {citation.id for citation in parts.CITATIONS}
    keys: dict[str, str] = {}
    # What is named in two places must go on being one thing.
    names_a_row = re.compile(r"<key>$|interactions\.rows\[\d+\]\.id$|pairs\[\d+\]\.rows\[\d+\]$")

    def mark(path: str, leaf: Leaf) -> Leaf:
        # Ids must go on resolving, and a source cited twice must stay one source.
        if leaf in known or leaf == "" or ".sources" in path:
            return leaf
        if names_a_row.search(path) and leaf in keys:
            return keys[str(leaf)]
        if isinstance(leaf, int):
            new: Leaf = 500 + len(placed)
        else:
            new = f"tok{len(placed):04d}x"
        placed[path] = str(new)
        if names_a_row.search(path):
            keys[str(leaf)] = str(new)
        return new

    return with_leaves(full(), mark), placed
