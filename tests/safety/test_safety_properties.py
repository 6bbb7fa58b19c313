"""What holds for every case that can be typed."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.language import forbidden_in
from tests.strategies import KNOWN_MEDICINES, calm, cases, removals

from speciosa.case import Case, CaseMedicine
from speciosa.clinical.safety import assess
from speciosa.clinical.safety.result import SafetyResult, UrgentStatus
from speciosa.finding import Severity, Tone
from speciosa.knowledge import load

KNOWLEDGE = load()
ORDER = tuple(UrgentStatus)
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
# What only the presence of a field can say, and no question can ask for: words in free text and
# laboratory values. A case in which nothing else was urgent was truly asked about and answered.
ALARM_BY_PRESENCE = {
    "urgent.free_text",
    "urgent.liver_laboratory",
    "urgent.bilirubin_laboratory",
    "urgent.alp_laboratory",
    "urgent.transaminase_raised",
    "urgent.transaminase_very_high",
    "urgent.electrolytes",
    "urgent.blood_laboratory",
    "urgent.reported_on_kratom",
    "urgent.sodium_low",
    "urgent.sodium_very_low",
    "urgent.qtc_very_long",
}


def _reassuring(result: SafetyResult) -> set[str]:
    parts = (
        *result.urgent.findings,
        *result.findings,
        *result.side_effects.findings,
        *result.side_effects.monitoring,
    )
    return {f.id for f in parts if f.tone is Tone.REASSURING}


def _about(path: str, field: str) -> bool:
    return path.startswith(field) or field.startswith(path)


@QUICK
@given(cases())
def test_crisis_comes_first_and_every_conclusion_is_cited(case: Case) -> None:
    result = assess(case, KNOWLEDGE)
    assert type(result).__struct_fields__[0] == "urgent"
    ranks = [f.severity.rank for f in result.urgent.findings]
    assert ranks == sorted(ranks)
    assert result.urgent.headline
    assert result.urgent.contacts_note
    if result.urgent.status is UrgentStatus.NONE_FOUND:
        assert not result.urgent.ask_now
        phq9 = case.symptoms.phq9
        assert phq9 is not None
        assert phq9.suicidality_item == 0
    if result.urgent.status is UrgentStatus.EMERGENCY:
        assert result.urgent.findings[0].severity is Severity.EMERGENCY
    for finding in (*result.urgent.findings, *result.findings):
        assert finding.facts or finding.id == "safety.not_recognised"
        for fact_id in finding.facts:
            KNOWLEDGE.cite(fact_id)
    assert forbidden_in(result) == []


@settings(QUICK, max_examples=25)
@given(cases() | cases().map(calm))
def test_taking_away_never_reassures(case: Case) -> None:
    before = assess(case, KNOWLEDGE)
    warned = {f.id for f in before.urgent.findings if f.tone is Tone.WARNING}
    for path, smaller in removals(case):
        after = assess(smaller, KNOWLEDGE)
        if warned & ALARM_BY_PRESENCE and after.urgent.status is UrgentStatus.NONE_FOUND:
            assert warned <= {*ALARM_BY_PRESENCE, "urgent.not_assessed", "urgent.past_attempt"}
            continue
        assert _reassuring(after) <= _reassuring(before), path
        if after.urgent.status is UrgentStatus.NONE_FOUND:
            assert before.urgent.status is UrgentStatus.NONE_FOUND, path
        if ORDER.index(after.urgent.status) > ORDER.index(before.urgent.status):
            asked = set(after.urgent.ask_now) - set(before.urgent.ask_now)
            assert asked or any(_about(path, m.field) for m in after.missing), path


@QUICK
@given(cases(), st.sampled_from(KNOWN_MEDICINES), st.booleans())
def test_another_medicine_never_removes_a_warning(case: Case, name: str, planned: bool) -> None:
    more = case.model_copy(
        update={"medicines": (*case.medicines, CaseMedicine(name=name, planned=planned))}
    )
    before, after = assess(case, KNOWLEDGE), assess(more, KNOWLEDGE)
    assert {r.id for r in before.rules} - {"SR-MISSING-01"} <= {r.id for r in after.rules}
    assert ORDER.index(after.urgent.status) <= ORDER.index(before.urgent.status)


@QUICK
@given(cases())
def test_same_case_same_answer(case: Case) -> None:
    assert assess(case, KNOWLEDGE) == assess(case, KNOWLEDGE)
