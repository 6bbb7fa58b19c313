"""Properties that must hold for every case, whoever it describes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.language import forbidden_phrases
from tests.strategies import cases

from speciosa.assessment import Assessment, assess, input_hash
from speciosa.case import Case, CaseMedicine, parse_case
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.finding import Certainty, Finding, Severity, Tone
from speciosa.knowledge import load

EVERY_CASE = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
FEW = 50
KNOWLEDGE = load()
# 7-OH on the list is use of kratom: it turns "stopped" into "using", whose warnings are graver.
MEDICINES = sorted(m.name for m in KNOWLEDGE.medicines.all() if m.id != "7-hydroxymitragynine")


def quick(case: Case) -> Assessment:
    return assess(case, KNOWLEDGE, subjects=FEW)


def texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [] if value.startswith("http") else [value]
    if isinstance(value, dict):
        return [t for v in value.values() for t in texts(v)]
    if isinstance(value, list | tuple):
        return [t for v in value for t in texts(v)]
    if isinstance(value, msgspec.Struct):
        return [t for f in value.__struct_fields__ for t in texts(getattr(value, f))]
    return []


def findings(value: object) -> list[Finding]:
    if isinstance(value, Finding):
        return [value]
    if isinstance(value, dict):
        return [f for v in value.values() for f in findings(v)]
    if isinstance(value, list | tuple):
        return [f for v in value for f in findings(v)]
    if isinstance(value, msgspec.Struct):
        return [f for n in value.__struct_fields__ for f in findings(getattr(value, n))]
    return []


def reassuring(assessment: Assessment) -> set[str]:
    return {f.id for f in findings(assessment) if f.tone is Tone.REASSURING}


# Names what was not given; the medicine list may have been all of it.
ASKS_FOR_MORE = "SR-MISSING-01"


def warnings(assessment: Assessment) -> set[str]:
    """Ids of everything that warns: findings, interactions and rules that hold.

    A rule that could not be decided, and a question that was open, are answered by more
    information and so may go; a warning may not.
    """
    rows = {r.id for r in assessment.interactions.rows}
    rules = {r.id for r in assessment.safety_rules if not r.conditional} - {ASKS_FOR_MORE}
    found = {
        f.id
        for f in findings(assessment)
        if f.tone is Tone.WARNING and f.certainty is not Certainty.UNKNOWN
    }
    return rows | rules | found


@EVERY_CASE
@given(cases())
def test_no_output_recommends_kratom_or_states_an_amount(case: Case):
    result = quick(case)
    said = [
        t
        for name in result.__struct_fields__
        if name != "references"
        for t in texts(getattr(result, name))
    ]
    assert [p for text in said for p in forbidden_phrases(text)] == []


@EVERY_CASE
@given(cases())
def test_a_crisis_is_first_and_leads_the_plan(case: Case):
    result = quick(case)
    assert Assessment.__struct_fields__[2] == "urgent"
    item9 = case.symptoms.phq9.suicidality_item if case.symptoms.phq9 else None
    if item9:
        assert result.urgent.status in {UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY}
    if result.urgent.status in {UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY}:
        assert result.plan.sections[0].items
        assert result.urgent.findings[0].severity in {Severity.EMERGENCY, Severity.URGENT}


@EVERY_CASE
@given(cases(), st.sampled_from(MEDICINES))
def test_adding_a_medicine_never_removes_a_warning(case: Case, name: str):
    more = case.model_copy(update={"medicines": (*case.medicines, CaseMedicine(name=name))})
    assert warnings(quick(case)) - warnings(quick(more)) == set()


@EVERY_CASE
@given(cases(), st.data())
def test_removing_information_never_reassures(case: Case, data: st.DataObject):
    given_fields = [
        name
        for name in type(case).model_fields
        if name != "date" and getattr(case, name) != type(case).model_fields[name].get_default()
    ]
    if not given_fields:
        return
    name = data.draw(st.sampled_from(given_fields))
    empty = type(case).model_fields[name].get_default(call_default_factory=True)
    less = case.model_copy(update={name: empty})
    before, after = quick(case), quick(less)
    assert reassuring(after) - reassuring(before) == set()
    if after.urgent.status is UrgentStatus.NONE_FOUND:
        assert before.urgent.status is UrgentStatus.NONE_FOUND


@EVERY_CASE
@given(cases())
def test_every_reference_resolves_and_every_status_is_known(case: Case):
    result = quick(case)
    known = set(KNOWLEDGE.sources)
    for reference in result.references:
        assert {s.id for s in reference.sources} <= known
        assert reference.sources or reference.basis != "source"


@pytest.mark.parametrize("status", ["never", "asking", "stopped"])
def test_seven_oh_on_the_list_counts_as_use_and_as_an_opioid(status: str):
    kratom = {"status": status} | ({"stopped": "2026-11-18"} if status == "stopped" else {})
    medicines = [{"name": "oxycodone"}, {"name": "7-hydroxymitragynine"}]
    result = quick(parse_case({"date": "2026-11-22", "kratom": kratom, "medicines": medicines}))
    assert result.kratom.status == "using"
    assert {"SR-7OH-01", "SR-OPIOID-01"} <= {r.id for r in result.safety_rules if not r.conditional}
    assert any(m.field == "kratom.status" for m in result.missing)


def test_the_same_case_gives_the_same_bytes_and_subjects_do_not_depend_on_their_number():
    case = parse_case(
        {
            "date": "2026-11-22",
            "place": "US-TX",
            "kratom": {
                "status": "using",
                "products": [{"form": "leaf_powder", "dose": {"leaf_g": 3}, "times_per_day": 2}],
            },
        }
    )
    one, two = (msgspec.json.encode(quick(case)) for _ in range(2))
    assert one == two


def test_the_hash_is_of_the_meaning_not_of_the_spelling():
    a = parse_case({"date": "2026-11-22", "person": {"weight_kg": 70}})
    b = parse_case({"person": {"weight_kg": 70.0}, "date": "2026-11-22"})
    assert input_hash(a) == input_hash(b)


@pytest.mark.parametrize("field", ["gad7", "phq9"])
def test_an_almost_empty_case_says_what_is_missing(field: str):
    result = quick(parse_case({"date": "2026-11-22", "kratom": {"status": "using"}}))
    assert any(field in m.field for m in result.missing)
    assert result.urgent.status is UrgentStatus.NOT_ASSESSED
    assert reassuring(result) == set()
