"""Flags that the other rooms' results raise: urgency, severity, criteria, fired rules, law."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import UseCriterion

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.clinical.care.situation import Results
    from speciosa.clinical.severity.result import Score
    from speciosa.knowledge import Knowledge

_GAD7_BANDS = {
    "minimal": "gad7_low",
    "mild": "gad7_low",
    "moderate": "gad7_moderate",
    "severe": "gad7_severe",
}

Flags = Iterator[tuple[str, bool]]


def flags(case: Case, knowledge: Knowledge, results: Results) -> frozenset[str]:
    """Every flag of the results; see ``plan.yaml`` for what each one means."""
    pairs = (
        *_urgency(results),
        *_rules(knowledge, results),
        *_scores(knowledge, results),
        *_others(case, knowledge, results),
    )
    return frozenset(name for name, holds in pairs if holds)


def _urgency(results: Results) -> Flags:
    urgent = results.safety.urgent
    yield "emergency", urgent.status == "emergency"
    yield "crisis", urgent.status in ("emergency", "same_day")
    yield "danger_not_asked", urgent.status == "not_assessed" or bool(urgent.ask_now)


def _rules(knowledge: Knowledge, results: Results) -> Flags:
    raised = knowledge.care.plan.rule_flags
    for rule in results.safety.rules:
        if rule.id in raised:
            yield raised[rule.id], True


def _scores(knowledge: Knowledge, results: Results) -> Flags:
    scores = {score.instrument: score for score in results.severity.scores}
    gad7, isi = scores.get("gad7"), scores.get("isi")
    band = _GAD7_BANDS.get(gad7.band.casefold(), "") if gad7 and _total(gad7) is not None else ""
    yield band or "gad7_unknown", True
    isi_total = _total(isi) if isi else None
    from_points = knowledge.care.plan.limits.isi_insomnia_from
    yield "sleep_problem", isi_total is not None and isi_total >= from_points


def _total(score: Score) -> float | None:
    return score.total.value if score.total else None


def _others(case: Case, knowledge: Knowledge, results: Results) -> Flags:
    met = results.dependence.criteria_met
    yield "kratom_criteria", (met is not None and met >= knowledge.care.plan.limits.criteria_from)
    yield "criteria_not_asked", results.dependence.criteria_asked < len(UseCriterion)
    yield "not_checked", bool(results.interactions.not_checked)
    yield "law_unknown", case.place is None or not results.law.layers
