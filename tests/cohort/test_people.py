"""What a person's lines come to: evidence, case, assessment, row; and what never may."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cohort.records import (
    GAD,
    OPTIONS,
    Resource,
    condition,
    counts_of,
    line,
    patient,
    row,
    rows,
    rows_of,
    screened,
    statement,
)

from speciosa.assessment import assess
from speciosa.case import parse_case
from speciosa.cohort.people import person
from speciosa.cohort.people.findings import findings
from speciosa.cohort.people.names import file_name
from speciosa.cohort.result import Evidence
from speciosa.finding import Finding
from speciosa.knowledge import load


def note(words: str, date: str = "2026-11-20", **more: Any) -> Resource:
    return {
        "resourceType": "Condition", "id": "n", "code": {"text": "Back pain"},
        "recordedDate": date, "note": [{"text": words}], "subject": {"reference": "Patient/p"},
    } | more  # fmt: skip


ALLERGY = {
    "resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "Kratom"},
    "patient": {"reference": "Patient/p"},
}  # fmt: skip
RELATIVE = {
    "resourceType": "FamilyMemberHistory", "id": "f", "status": "completed",
    "patient": {"reference": "Patient/p"}, "relationship": {"text": "brother"},
    "condition": [{"code": {"text": "Kratom use disorder"}}],
}  # fmt: skip


# ------------------------------------------------------------------ evidence


@pytest.mark.parametrize(
    ("resource", "level"),
    [
        (statement("Kratom powder"), Evidence.USE),
        (statement("Kratom powder", "completed"), Evidence.PAST_USE),
        (statement("Kratom powder", "unknown"), Evidence.UNCERTAIN),
        (ALLERGY, Evidence.UNCERTAIN),
        (note("Uses kratom daily.", "2015-01-01"), Evidence.USE),
        (statement("7-OH"), Evidence.UNCERTAIN),
        (statement("Kratom powder", "not-taken"), None),
        (RELATIVE, None),
    ],
)
def test_the_strongest_that_the_record_says(resource: Resource, level: Evidence | None):
    found = rows(patient(), resource)
    assert [one.evidence for one in found] == ([] if level is None else [level])


def test_who_has_no_row_is_counted():
    pieces = screened(
        [
            line(patient("a"), "a"), line(statement("Kratom", "not-taken"), "a"),
            line(patient("b"), "b"), line(RELATIVE, "b"),
            line(patient("c"), "c"),
        ]
    )  # fmt: skip
    told = counts_of(pieces)
    assert (told.people, told.denied, told.somebody_else) == (3, 1, 1)
    assert pieces["rows"] == b""


@pytest.mark.parametrize("gad", [False, True])
def test_denials_are_counted_the_same_whoever_else_is_asked_for(gad: bool):
    lines = [
        line(patient("a"), "a"), line(statement("Kratom", "not-taken"), "a"),
        line(condition("Anxiety", GAD), "a"),
        line(patient("b"), "b"), line(RELATIVE, "b"), line(condition("Anxiety", GAD), "b"),
    ]  # fmt: skip
    pieces = screened(lines, gad=gad)
    told = counts_of(pieces)
    assert (told.denied, told.somebody_else) == (1, 1)
    assert len(rows_of(pieces)) == (2 if gad else 0)


def test_an_old_word_of_use_is_on_record_and_still_open_for_the_assessment():
    found = row(patient(), note("Uses kratom daily.", "2015-01-01"))
    assert found.evidence is Evidence.USE
    assert found.matches[0].when == "2015-01-01"
    assert any("kratom" in question for question in found.questions)


def test_a_newer_word_of_stopping_makes_it_past():
    older = note("Uses kratom daily.", "2015-01-01")
    found = row(patient(), older, statement("Kratom", "stopped", dateAsserted="2020-01-01"))
    assert found.evidence is Evidence.PAST_USE


def test_a_denial_beside_use_hides_nothing():
    found = row(patient(), statement("Kratom tea"), statement("Kratom extract", "not-taken"))
    assert found.evidence is Evidence.USE
    assert {one.status for one in found.matches} == {"taken", "not taken"}


# ------------------------------------------------------------------ generalized anxiety disorder


@pytest.mark.parametrize(
    ("more", "known"),
    [
        ([], None),
        ([condition("Generalized anxiety disorder", GAD)], True),
        ([condition("Generalised anxiety disorder")], True),
        ([condition("GAD", GAD, status="resolved")], False),
        ([condition("GAD", GAD, verified="refuted")], False),
        ([condition("Asthma")], None),
    ],
)
@pytest.mark.parametrize("alive", [True, False])
def test_anxiety_is_known_only_where_the_record_says_so(
    more: list[Resource], known: bool | None, alive: bool
):
    found = row(patient(deceasedBoolean=not alive), statement("Kratom powder"), *more)
    assert found.gad is known
    assert found.assessed is alive


def test_people_with_anxiety_alone_have_a_row_only_when_asked_for():
    told = (patient(), condition("Generalized anxiety disorder", GAD))
    assert rows(*told) == []
    found = row(*told, gad=True)
    assert (found.evidence, found.gad, found.assessed) == (Evidence.NONE, True, True)
    assert rows(patient(), condition("GAD", GAD, status="resolved"), gad=True) == []


# ------------------------------------------------------------------ the assessment as rows


def test_a_row_says_what_the_assessment_found():
    found = row(patient(), statement("Kratom powder"), statement("tramadol 50 mg"))
    assert (found.assessed, found.age_years, found.sex) == (True, 46.0, "female")
    pairs = [one for one in found.findings if one.part == "interactions" and "ramadol" in one.text]
    assert any(one.severity == "major" for one in pairs)
    assert any("tramadol" in {name.lower() for name in one.about} and one.title for one in pairs)
    assert any(one.id == "safety.SR-OPIOID-01" for one in found.findings)
    assert found.route == "not_assessed"
    assert not found.urgent


def test_an_urgent_route_is_in_the_row():
    item9 = {
        "resourceType": "Observation", "id": "o", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]},
        "valueInteger": 2, "effectiveDateTime": "2026-11-21", "subject": {"reference": "Patient/p"},
    }  # fmt: skip
    found = row(patient(), statement("Kratom powder"), item9)
    assert found.urgent
    assert found.route in {"emergency", "same_day", "soon"}


@pytest.mark.parametrize(
    "name",
    ["older_adult_ten_medicines", "seven_oh_tablets_with_oxycodone", "crisis_plan_and_leaf"],
)
def test_no_finding_of_an_assessment_is_lost_and_none_stands_twice(name: str, examples: Any):
    assessment = assess(examples(name), load(), subjects=50)
    told = findings(assessment)
    assert {one.id for one in everywhere(assessment)} <= {one.id for one in told}
    assert {row.id for row in assessment.interactions.rows} <= {one.id for one in told}
    assert len({(one.part, one.id, one.text) for one in told}) == len(told)


@pytest.fixture
def examples() -> Any:
    from pathlib import Path  # noqa: PLC0415

    from speciosa.case import read_case_bytes  # noqa: PLC0415

    folder = Path(__file__).resolve().parents[2] / "examples"
    return lambda name: read_case_bytes((folder / f"{name}.yaml").read_bytes(), name=name)


def everywhere(value: object) -> list[Finding]:
    if isinstance(value, Finding):
        return [value]
    if isinstance(value, msgspec.Struct):
        return [f for name in value.__struct_fields__ for f in everywhere(getattr(value, name))]
    if isinstance(value, dict):
        return [f for one in value.values() for f in everywhere(one)]
    return [f for one in value for f in everywhere(one)] if isinstance(value, tuple) else []


def test_a_rule_that_nobody_can_decide_names_no_one():
    assessment = assess(parse_case({"date": "2026-11-20", "kratom": {"status": "using"}}), load())
    undecided = {f"safety.{rule.id}" for rule in assessment.safety_rules if rule.conditional}
    assert undecided
    assert not undecided & {one.id for one in findings(assessment)}


# ------------------------------------------------------------------ records that make no case


def test_the_dead_keep_their_matches_and_have_no_age():
    found = row(patient(deceasedDateTime="2024"), statement("Kratom powder"))
    assert (found.assessed, found.evidence, found.age_years) == (False, Evidence.USE, None)
    assert len(found.matches) == 1
    assert [one.field for one in found.problems] == ["Patient.deceased"]
    assert found.findings == ()
    assert found.route == ""


def test_a_person_without_a_patient_is_assessed_without_age_and_sex():
    found = row(statement("Kratom powder"), statement("tramadol"))
    assert (found.assessed, found.age_years, found.sex) == (True, None, "")


@pytest.mark.parametrize("other", [{"birthDate": "1950-05-05"}, {"gender": "male"}])
def test_two_people_under_one_id_are_not_mixed(other: Resource):
    found = row(patient(), patient(**other), statement("Kratom powder"))
    assert (found.assessed, found.evidence) == (False, Evidence.USE)
    assert (found.age_years, found.sex) == (None, "")
    (problem,) = found.problems
    assert "more than one patient" in problem.value


@pytest.mark.parametrize("born", ["1850-01-01", "2040-01-01", "never"])
def test_an_impossible_birth_date_leaves_the_age_open_and_is_told(born: str):
    found = row(patient(birthDate=born), statement("Kratom powder"))
    assert (found.assessed, found.age_years) == (True, None)
    assert [one.field for one in found.problems] == ["Patient.birthDate"]


@pytest.mark.parametrize("dead", ["true", "yes", 1, {}, "TRUE"])
def test_a_death_written_in_another_form_is_no_life(dead: object):
    found = row(patient(deceasedBoolean=dead), statement("Kratom powder"))
    assert (found.assessed, [one.field for one in found.problems]) == (False, ["Patient.deceased"])


@pytest.mark.parametrize("alive", [False, None, "false"])
def test_who_is_said_to_live_is_assessed(alive: object):
    assert row(patient(deceasedBoolean=alive), statement("Kratom powder")).assessed


def test_kratom_that_is_named_and_not_clear_is_not_said_to_be_unrecorded():
    found = row(patient(), statement("Kratom powder", "unknown"))
    assert found.evidence is Evidence.UNCERTAIN
    said = [one.text for one in found.findings if "kratom" in one.text.casefold()]
    assert any("whether kratom is used now is not clear" in one.casefold() for one in said)
    assert not any("not recorded" in one for one in said)


@pytest.mark.parametrize("broken", ["assess", "case_from_bundle", "findings"])
def test_a_fault_of_ours_ends_nobody_elses_screening(broken: str, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: object, **__: object) -> None:
        raise ValueError("words of the record")

    monkeypatch.setattr(person, broken, fails)
    found = row(patient(), statement("Kratom powder"))
    assert (found.assessed, found.evidence, len(found.matches)) == (False, Evidence.USE, 1)
    (problem,) = found.problems
    assert "ValueError" in problem.value
    assert "words of the record" not in str(msgspec.to_builtins(found))


@pytest.mark.parametrize("error", [MemoryError, OSError])
def test_what_the_machine_lacks_is_not_blamed_on_a_record(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(person, "assess", mock.Mock(side_effect=error))
    with pytest.raises(error):
        rows(patient(), statement("Kratom powder"))


# ------------------------------------------------------------------ lines


DEEP = b'{"resourceType":"Observation","id":"d","x":' + b'{"a":' * 80 + b"1" + b"}" * 81
DEEPEST = b'{"resourceType":"Observation","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    "bad", [b"{", b"[]", b"3", b'{"a": 1}', b'{"a":"\\ud800"}', b"\xff", DEEP, DEEPEST]
)
def test_a_line_that_cannot_be_read_is_told_and_the_rest_is_used(bad: bytes):
    found = row(patient(), statement("Kratom powder"), bad)
    assert found.assessed
    assert len(found.problems) == 1
    pieces = screened(map(line, (patient(), statement("Kratom powder"), bad)))
    assert sum(n for why, n in counts_of(pieces).unread.items() if why.startswith("Obs")) == 1


@pytest.mark.parametrize(
    "whom",
    [
        {"reference": "https://ehr.example/fhir/Patient/p"},
        {"reference": "Patient/p/_history/3"},
        {"reference": "Patient?identifier=urn:clinic|7"},
        {"reference": "urn:uuid:ac4e0a54-5e4c-4b3a-9ab4-0c4d7ad2f6a6"},
        {"identifier": {"system": "urn:clinic", "value": "7"}},
        {"reference": "#me"},
        {},
    ],
)
def test_whose_line_it_is_was_settled_before(whom: Resource):
    found = row(patient(), statement("Kratom powder", subject=whom), statement("tramadol"))
    assert found.evidence is Evidence.USE
    assert any("ramadol" in one.text for one in found.findings if one.part == "interactions")


def test_of_a_resource_only_the_version_updated_last_counts():
    old = statement("Kratom powder", id="m", meta={"lastUpdated": "2026-01-01T10:00:00+05:00"})
    new = statement("Vitamin C", id="m", meta={"lastUpdated": "2026-01-01T06:00:00Z"})
    assert rows(patient(), old, new) == rows(patient(), new, old) == []
    pieces = screened(map(line, (patient(), old, new, new)))
    assert counts_of(pieces).duplicates == 2


@pytest.mark.parametrize(
    ("more", "level"),
    [
        ({}, Evidence.UNCERTAIN),
        ({"meta": {"lastUpdated": "2026-01-01T10:00:00Z"}}, Evidence.UNCERTAIN),
    ],
)
def test_versions_of_which_none_is_the_newest_are_all_kept(more: Resource, level: Evidence):
    active = statement("Kratom powder", id="m")
    withdrawn = statement("Kratom powder", "entered-in-error", id="m", **more)
    found = row(patient(), active, withdrawn)
    assert found == row(patient(), withdrawn, active)
    assert (found.evidence, len(found.matches)) == (level, 2)
    assert "none says that it is the newest" in found.problems[0].value
    other = statement("Kratom tea", id="n")
    assert row(patient(), active, withdrawn, other).evidence is Evidence.USE


def test_the_same_written_in_another_order_is_one_version():
    one = statement("Kratom powder", id="m")
    found = row(patient(), one, dict(reversed(one.items())))
    assert (len(found.matches), found.problems) == (1, ())


def test_resources_without_an_id_do_not_replace_each_other():
    first, second = (statement(name, id="") for name in ("Kratom powder", "tramadol"))
    found = row(patient(), first, second, second)
    assert any("ramadol" in one.text for one in found.findings if one.part == "interactions")


def test_a_medication_of_everybody_is_found_by_who_refers_to_it_alone():
    kratom = {"resourceType": "Medication", "id": "k", "code": {"text": "Kratom capsules"}}
    refers = statement("", id="m", medicationReference={"reference": "Medication/k"})
    del refers["medicationCodeableConcept"]
    lines = [
        line(patient("a"), "a"), line(refers, "a"),
        line(patient("b"), "b"), line(statement("tramadol"), "b"),
        line(kratom, ""),
    ]  # fmt: skip
    (found,) = rows_of(screened(lines))
    assert (found.patient, found.evidence) == ("a", Evidence.USE)
    assert counts_of(screened(lines)).people == 2


def test_a_list_alone_is_no_evidence():
    kratom = {"resourceType": "Medication", "id": "k", "code": {"text": "Kratom capsules"}}
    assert rows(patient(), kratom) == []


PEOPLE = [
    *(line(one, "a") for one in (patient("a"), statement("Kratom tea", "unknown"))),
    *(line(one, "b") for one in (patient("b"), statement("Kratom tea", "not-taken"), ALLERGY)),
    *(line(one, "c/é") for one in (patient("c"), note("Brother uses kratom"), b"{")),
]


@given(st.permutations(PEOPLE), st.sampled_from([1, 500, 1 << 20]))
@settings(max_examples=8, deadline=None)
def test_the_same_bytes_for_any_order_of_lines_and_any_memory(lines: list[bytes], most: int):
    assert screened(lines, most_held_bytes=most, bundles=True) == screened(PEOPLE, bundles=True)


def test_nobody_at_all():
    pieces = screened([])
    assert (pieces["rows"], counts_of(pieces).people) == (b"", 0)


# ------------------------------------------------------------------ Bundles


def test_a_bundle_is_about_the_person_and_on_the_day_of_the_screening():
    lines = [
        line(r, who) for who in "ab" for r in (patient(who), statement("Kratom tea", "unknown"))
    ]
    pieces = screened(lines, bundles=True)
    made = {name: json.loads(raw) for name, raw in pieces.items() if name.startswith("bundles/")}
    named = {f"bundles/{one.bundle}": one.patient for one in rows_of(pieces)}
    assert sorted(made) == sorted(named)
    for name, bundle in made.items():
        whose = {e["resource"].get("subject", {}).get("reference") for e in bundle["entry"]} - {
            None
        }
        assert whose == {f"Patient/{named[name]}"}
        assert bundle["timestamp"] == f"{OPTIONS.date}T00:00:00Z"
    first, second = ({e["fullUrl"] for e in one["entry"]} for one in made.values())
    assert not first & second


@given(st.sets(st.text(max_size=80), max_size=6))
@settings(max_examples=60)
def test_every_id_has_a_file_of_its_own_on_any_file_system(ids: set[str]):
    names = [file_name(one) for one in ids]
    assert len({name.lower() for name in names}) == len(ids)
    for name in names:
        assert set(name.removesuffix(".json")) <= set("0123456789abcdef")


@pytest.mark.parametrize("one", ["mrn-0012345", "identifier:urn:mrn|0012345", "smith"])
def test_no_name_of_a_file_tells_whose_it_is(one: str):
    assert not any(part in file_name(one) for part in ("0012345", "mrn", "smith"))


def test_options_that_change_no_row_change_no_bytes():
    told = list(map(line, (patient(), statement("Kratom tea", "unknown"))))
    assert screened(told, shards=3) == screened(told, shards=64)
    other = screened(told, date=dt.date(2020, 1, 1))
    assert rows_of(other)[0].age_years == 39.0
