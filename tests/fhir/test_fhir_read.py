"""A Bundle as a case: what is taken, what is left out and why, and what is never guessed."""

import copy
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fhir.records import (
    KNOWLEDGE,
    LOINC,
    SNOMED,
    TODAY,
    case,
    condition,
    observation,
    read,
    record,
    request,
    statement,
)

from speciosa.assessment import assess
from speciosa.case import Case, read_case_bytes
from speciosa.case.vocabulary import ConditionStatus, KratomStatus, LabName
from speciosa.errors import InputError
from speciosa.fhir.read import Ignored, case_from_bundle, is_fhir, medicine
from speciosa.fhir.read.naming import name_medicine
from speciosa.fhir.write import bundle as written

HERE = Path(__file__).parent
ONE = HERE / "data" / "synthea" / "fc712d1f-5a2e-4407-9c55-a2a2bad623c2.json"
EXAMPLES = sorted((HERE.parents[1] / "examples").glob("*.yaml"))


# ------------------------------------------------------------------ whole records


def bundles() -> list[Path]:
    folder = os.environ.get("SPECIOSA_SYNTHEA", "")
    return [ONE, *sorted(Path(folder).glob("*.json"))] if folder else [ONE]


@pytest.mark.parametrize("path", bundles(), ids=lambda p: p.stem[:8])
def test_synthetic_records_import_and_assess(path: Path) -> None:
    data = json.loads(path.read_bytes())
    found = case_from_bundle(data, KNOWLEDGE, today=dt.date(2021, 6, 1))
    assert found.case is not None
    assert found.case.place == "US-MA"
    assert found.case.person.age_years
    assert found.case.person.height_cm
    assert found.case.person.weight_kg is None  # of 2016
    for taken in found.case.medicines:
        assert KNOWLEDGE.medicines.find(taken.name), taken.name
    told = {one.resource for one in (*found.used, *found.ignored)}
    assert told == {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in data["entry"]}
    assert found.case.kratom is None
    assert assess(found.case, KNOWLEDGE, subjects=20).plan.sections


def test_the_record_of_carbamazepine_and_clonazepam() -> None:
    found = case_from_bundle(json.loads(ONE.read_bytes()), KNOWLEDGE, today=dt.date(2021, 6, 1))
    assert found.case is not None
    assert [m.name for m in found.case.medicines] == ["clonazepam", "carbamazepine"]
    assert [c.name for c in found.case.conditions if c.known] == ["seizures"]
    # Orders of 2007 that are still active, and a weight of 2016.
    assert [q.split(" ")[-1] for q in found.questions] == ["active.", "active.", "old."]
    assert found.counts()["a bill"] == 14


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_our_own_bundle_gives_the_case_back(path: Path) -> None:
    given = read_case_bytes(path.read_bytes())
    made = written(
        given,
        assess(given, KNOWLEDGE, subjects=20),
        knowledge=KNOWLEDGE,
        recorded=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
    )
    assert case_from_bundle(made, KNOWLEDGE, today=dt.date(2027, 1, 1)).case == given


def test_in_a_record_our_old_form_does_not_hide_what_is_newer() -> None:
    given = read_case_bytes(EXAMPLES[0].read_bytes())
    made = written(
        given,
        assess(given, KNOWLEDGE, subjects=20),
        knowledge=KNOWLEDGE,
        recorded=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
    )
    made["type"] = "searchset"
    found = case_from_bundle(made, KNOWLEDGE, today=dt.date(2026, 11, 23))
    assert found.case is not None
    assert found.case.date == dt.date(2026, 11, 23)
    assert any("earlier case form" in one.why for one in found.ignored)


# ------------------------------------------------------------------ the person


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1990-11-22", 36.0),
        ("1990-11-23", 35.0),
        ("1990-12", 35.0),
        ("1990-11", 35.0),  # 35 or 36
        ("1990", 35.0),
        ("1990-02-30", None),
        ("2030-01-01", None),
        ("1800", None),
        (1990, None),
    ],
)
def test_age_is_never_more_exact_than_the_birth_date(born: object, age: float | None) -> None:
    found = read(birthDate=born)
    assert found.case.person.age_years == age
    open_ages = age is not None and born in {"1990-11", "1990"}
    assert bool(found.questions) == open_ages


def test_place_sex_and_what_is_not_known() -> None:
    home = {"use": "home", "state": "Tennessee", "country": "USA"}
    assert case(address=[home], gender="female").place == "US-TN"
    assert case(address=[{"state": "TN", "country": "US"}]).place == "US-TN"
    assert case(address=[{"country": "Germany"}]).place == "DE"
    assert case(address=[{**home, "use": "old"}]).place is None
    assert case(address=[home, {**home, "state": "MA"}]).place is None
    assert case(address=[{"country": "Atlantis"}]).place is None
    assert case(gender="unknown").person.sex is None


def test_a_dead_person_is_not_assessed() -> None:
    found = read(deceasedDateTime="2020-01-01")
    assert found.case is None
    assert found.problems


# ------------------------------------------------------------------ medicines


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        ("active", True),
        ("on-hold", True),
        ("unknown", True),
        ("no such status", True),
        ("entered-in-error", False),
        ("not-taken", False),
    ],
)
def test_status_of_a_medicine(status: str, taken: bool) -> None:
    found = read(statement("sertraline", status))
    assert bool(found.case.medicines) is taken
    uncertain = taken and status != "active"
    assert bool(found.questions) is uncertain


def test_cancelled_and_forbidden_requests_are_not_taken() -> None:
    assert not case(request("sertraline", "cancelled")).medicines
    assert not case(request("sertraline", doNotPerform=True)).medicines


def test_a_draft_is_planned() -> None:
    (one,) = case(request("sertraline", "draft")).medicines
    assert one.planned is True


def test_stopped_medicines_need_a_date() -> None:
    recent = {"effectivePeriod": {"start": "2020-01-01", "end": "2026-11-01"}}
    (one,) = case(statement("fluoxetine", "stopped", **recent)).medicines
    assert one.stopped == dt.date(2026, 11, 1)
    assert not case(statement("fluoxetine", "stopped")).medicines
    old = {"effectivePeriod": {"end": "2020-01-01"}}
    assert not case(statement("fluoxetine", "completed", **old)).medicines
    (active,) = case(statement("fluoxetine", **recent)).medicines
    assert active.stopped == dt.date(2026, 11, 1)


DAILY = {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}


def dose(value: float, unit: str, **more: Any) -> dict[str, Any]:
    rate = [{"doseQuantity": {"value": value, "unit": unit}}]
    return {"dosage": [{"doseAndRate": rate, **DAILY, **more}]}


def test_a_dose_is_taken_when_it_is_in_mg_and_otherwise_not() -> None:
    (one,) = case(statement("sertraline", **dose(50, "mg"))).medicines
    assert (one.dose_mg, one.interval_h) == (50.0, 24.0)
    (grams,) = case(statement("metformin", **dose(1, "g"))).medicines
    assert grams.dose_mg == 1000.0
    for unclear in (dose(1, "tablet"), dose(1, ""), dose(-5, "mg")):
        (other,) = case(statement("sertraline", **unclear)).medicines
        assert other.dose_mg is None
    (several,) = case(statement("oxycodone/paracetamol", **dose(5, "mg"))).medicines
    assert several.dose_mg is None
    two = {"dosage": [*dose(50, "mg")["dosage"], *dose(100, "mg")["dosage"]]}
    (unsure,) = case(statement("sertraline", **two)).medicines
    assert (unsure.dose_mg, unsure.interval_h) == (None, None)


def test_entries_of_one_medicine_become_one_and_what_differs_is_left_out() -> None:
    found = read(statement("sertraline", **dose(50, "mg")), statement("Zoloft", **dose(100, "mg")))
    (one,) = found.case.medicines
    assert one.dose_mg is None
    assert one.interval_h == 24.0
    assert any("merged" in used.note for used in found.used)
    assert any("differ in dose_mg" in used.note for used in found.used)


def test_a_stopped_entry_does_not_hide_one_that_is_taken() -> None:
    ended = {"effectivePeriod": {"end": "2026-11-01"}}
    (one,) = case(statement("sertraline", "stopped", **ended), statement("sertraline")).medicines
    assert one.stopped is None


def test_codes_contained_and_bundled_medications_and_words() -> None:
    rx = "http://www.nlm.nih.gov/research/umls/rxnorm"
    coded = {"coding": [{"system": rx, "code": "197591"}]}
    drug = {"resourceType": "Medication", "id": "d", "code": coded}
    inside = {"contained": [drug], "medicationReference": {"reference": "#d"}}
    outside = {"medicationReference": {"reference": "Medication/d"}}
    plain = {"resourceType": "MedicationRequest", "status": "active"}
    assert case(plain | inside).medicines[0].name == "diazepam"
    assert case(plain | outside, drug).medicines[0].name == "diazepam"
    assert not case(plain | outside).medicines
    shown = {"medicationReference": {"reference": "Medication/x", "display": "Prozac"}}
    assert case(plain | shown).medicines[0].name == "fluoxetine"


@pytest.mark.parametrize(
    ("written_", "parts"),
    [
        ("Diazepam [Valium]", {"diazepam"}),
        ("Carbamazepine[Tegretol]", {"carbamazepine"}),
        (
            "Acetaminophen 300 MG / HYDROcodone Bitartrate 5 MG [Vicodin]",
            {"paracetamol", "hydrocodone"},
        ),
        ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", {"metformin"}),
        ("alprazolam 1 MG Disintegrating Oral Tablet", {"alprazolam"}),
        ("Fluoxetine 25MG", {"fluoxetine"}),
    ],
)
def test_names_as_record_systems_write_them(written_: str, parts: set[str]) -> None:
    named = name_medicine({"text": written_}, KNOWLEDGE)
    assert named is not None
    assert set(named.parts) == parts
    assert {m.id for m in KNOWLEDGE.medicines.match(named.name).medicines} == parts


def test_where_code_and_words_differ_both_are_checked() -> None:
    rx = "http://www.nlm.nih.gov/research/umls/rxnorm"
    concept = {"coding": [{"system": rx, "code": "197591"}], "text": "warfarin"}
    named = name_medicine(concept, KNOWLEDGE)
    assert named is not None
    assert set(named.parts) == {"diazepam", "warfarin"}
    assert "differ" in named.note


def test_an_unknown_name_is_kept_and_said() -> None:
    found = read(statement("Wonderpill"))
    assert [m.name for m in found.case.medicines] == ["Wonderpill"]
    assert any("not checked" in used.note for used in found.used)


def test_one_medicine_for_other_callers() -> None:
    made = medicine(request("sertraline", "draft"), (), KNOWLEDGE, today=TODAY)
    assert not isinstance(made, Ignored)
    assert (made.medicine.name, made.medicine.planned) == ("sertraline", True)
    kratom = medicine(statement("kratom powder"), (), KNOWLEDGE, today=TODAY)
    assert isinstance(kratom, Ignored)


# ------------------------------------------------------------------ kratom


def test_kratom_in_a_statement_is_use_and_no_medicine() -> None:
    found = case(statement("Kratom capsules"))
    assert not found.medicines
    assert found.kratom is not None
    assert found.kratom.status is KratomStatus.USING
    assert found.kratom.products[0].form == "capsule"
    assert found.kratom.products[0].dose is None


@pytest.mark.parametrize(
    ("name", "amount", "unit", "taken"),
    [
        ("kratom leaf powder", 4, "g", {"leaf_g": 4.0}),
        ("7-OH tablets", 15, "mg", {"seven_oh_mg": 15.0}),
        ("kratom capsules", 500, "mg", None),  # of leaf, or of alkaloid?
        ("kratom extract", 2, "g", None),
        ("kratom leaf powder", 2, "teaspoon", None),
    ],
)
def test_an_amount_is_taken_where_it_can_mean_one_thing(
    name: str, amount: float, unit: str, taken: dict[str, float] | None
) -> None:
    found = case(statement(name, **dose(amount, unit)))
    assert found.kratom is not None
    (product,) = found.kratom.products
    given = product.dose and product.dose.model_dump(exclude_none=True)
    assert given == taken
    assert product.times_per_day == 1.0


def test_characters_that_nobody_sees_lose_no_record() -> None:
    found = case(statement("kratom \u202e\x00 powder"), statement("sertra\u200bline\x07"))
    assert found.kratom is not None
    assert found.kratom.products[0].label == "kratom powder"


def test_an_alkaloid_of_kratom_is_use_and_the_rest_a_medicine() -> None:
    found = case(statement("7-OH tablets"))
    assert found.kratom is not None
    assert found.kratom.products[0].form == "7_oh_product"
    assert not found.medicines


def test_a_negative_test_or_denial_is_never_read_as_never_used() -> None:
    negative = observation("73995-3", valueString="Negative")
    denied = {"resourceType": "ClinicalImpression", "note": [{"text": "Denies kratom."}]}
    for told in (negative, denied):
        found = read(told)
        assert found.case.kratom is None
        assert found.questions
        assert found.kratom


def test_a_positive_test_is_use_when_recent_and_a_question_later() -> None:
    positive = observation("73995-3", valueString="Positive")
    assert case(positive).kratom is not None
    old = read(positive | {"effectiveDateTime": "2020-01-01"})
    assert old.case.kratom is None
    assert old.questions


def test_stopped_kratom_has_its_date() -> None:
    ended = {"effectivePeriod": {"end": "2026-11-01"}}
    found = case(statement("kratom", "stopped", **ended))
    assert found.kratom is not None
    assert (found.kratom.status, found.kratom.stopped) == (
        KratomStatus.STOPPED,
        dt.date(2026, 11, 1),
    )


def test_a_plan_that_names_kratom_is_no_use() -> None:
    plan = {"resourceType": "CarePlan", "description": "Talks about using kratom daily"}
    assert case(plan).kratom is None


# ------------------------------------------------------------------ conditions


def test_conditions_by_code_class_and_name() -> None:
    icd = "http://hl7.org/fhir/sid/icd-10-cm"
    found = case(
        condition("370143000", "Major depression disorder"),
        condition("F41.1", system=icd),
        condition("G40.909", system=icd),
        condition("1", "Panic disorder"),
        condition("2", "Something else"),
    )
    names = [c.name for c in found.conditions]
    assert names == [
        *("depression", "generalized anxiety disorder", "seizures", "panic_disorder"),
        "Something else",
    ]


def test_refuted_is_absent_and_an_error_is_nothing() -> None:
    def with_verification(code: str) -> Case:
        told = {"verificationStatus": {"coding": [{"code": code}]}}
        return case(condition("370143000", **told))

    (refuted,) = with_verification("refuted").conditions
    assert refuted.status is ConditionStatus.ABSENT
    assert not with_verification("entered-in-error").conditions
    (unsure,) = with_verification("provisional").conditions
    assert unsure.status is ConditionStatus.CURRENT
    resolved = {"clinicalStatus": {"coding": [{"code": "resolved"}]}}
    (past,) = case(condition("370143000", **resolved)).conditions
    assert past.status is ConditionStatus.PAST
    assert not case(condition("3", "Sprain", **resolved)).conditions


# ------------------------------------------------------------------ scores and measurements


@pytest.mark.parametrize(
    ("value", "total"),
    [({"valueQuantity": {"value": 14, "unit": "{score}"}}, 14), ({"valueInteger": 14}, 14)],
)
def test_totals_in_both_forms(value: dict[str, Any], total: int) -> None:
    found = case(observation("70274-6", **value))
    assert found.symptoms.gad7 is not None
    assert found.symptoms.gad7.total == total


@pytest.mark.parametrize("value", [22, -1, 3.5, True, "14", 1e400])
def test_an_impossible_total_is_refused(value: object) -> None:
    found = read(observation("70274-6", valueQuantity={"value": value}))
    assert found.case.symptoms.gad7 is None
    assert found.ignored


def test_the_newest_score_counts_and_older_ones_are_earlier() -> None:
    old = observation("70274-6", 18, effectiveDateTime="2026-09-01")
    new = observation("70274-6", 9)
    ancient = observation("70274-6", 3, effectiveDateTime="2019-09-01")
    found = case(old, new, ancient)
    assert found.symptoms.gad7 is not None
    assert found.symptoms.gad7.total == 9
    assert [e.gad7 for e in found.earlier] == [3, 18]
    assert case(ancient).symptoms.gad7 is None


def test_item_nine_is_never_lost() -> None:
    item9 = observation("44260-8", 2, effectiveDateTime="2026-10-01")
    newer = observation("44261-6", 4)
    found = read(item9, newer)
    assert found.case.symptoms.phq9.suicidality_item == 2
    assert "suicidal thoughts" in found.questions[0]
    clash = read(item9, observation("44261-6", 1))
    assert clash.case.symptoms.phq9.suicidality_item == 2


def answer(code: str, score: int) -> dict[str, Any]:
    codes = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
    coding = {"system": LOINC, "code": codes[score]}
    return {"linkId": f"/{code}", "answer": [{"valueCoding": coding}]}


GAD_ITEMS = ["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"]


def test_answers_of_a_questionnaire() -> None:
    items = [answer(code, i % 4) for i, code in enumerate(GAD_ITEMS)]
    response = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "authored": "2026-11-21",
        "item": [{"linkId": "group", "item": items}],
    }
    found = case(response)
    assert found.symptoms.gad7 is not None
    assert found.symptoms.gad7.answers == (0, 1, 2, 3, 0, 1, 2)
    fewer = case({**response, "item": items[:6]})
    assert fewer.symptoms.gad7 is not None
    assert fewer.symptoms.gad7.total is None
    assert fewer.symptoms.gad7.answers is not None
    assert fewer.symptoms.gad7.answers[6] is None
    assert case({**response, "status": "entered-in-error"}).symptoms.gad7 is None


@pytest.mark.parametrize(
    ("code", "value", "unit", "name", "expected"),
    [
        ("1742-6", 55, "U/L", LabName.ALT, 55.0),
        ("1975-2", 1.2, "mg/dL", LabName.BILIRUBIN, 1.2),
        ("8636-3", 0.45, "s", LabName.QTC, 450.0),
        ("718-7", 14.3, "g/dL", LabName.HAEMOGLOBIN, 14.3),
    ],
)
def test_measurements_with_their_units(
    code: str, value: float, unit: str, name: LabName, expected: float
) -> None:
    lab = case(observation(code, value, unit)).lab(name)
    assert lab is not None
    assert lab.value == pytest.approx(expected)
    refused = read(observation(code, value, "furlong"))
    assert refused.case.lab(name) is None
    assert any("unit" in one.why for one in refused.ignored)


def test_weight_and_height_are_converted() -> None:
    person = case(observation("29463-7", 150, "[lb_av]"), observation("8302-2", 1.8, "m")).person
    assert (person.weight_kg, person.height_cm) == (68.0, 180.0)
    assert case(observation("29463-7", 70, "")).person.weight_kg is None


def test_an_old_no_to_pregnancy_is_no_answer() -> None:
    told = {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "60001007"}]}}
    assert case(observation("82810-3", **told)).person.pregnancy == "not_pregnant"
    old = observation("82810-3", effectiveDateTime="2026-01-01", **told)
    assert case(old).person.pregnancy is None


# ------------------------------------------------------------------ whose record it is


def test_entries_about_somebody_else_are_left_out() -> None:
    other = statement("warfarin", subject={"reference": "Patient/other"})
    nobody = statement("warfarin", subject=None)
    found = read(other, nobody, statement("sertraline"))
    assert [m.name for m in found.case.medicines] == ["sertraline"]
    assert sum("about" in one.why for one in found.ignored) == 2


def test_conditional_and_versioned_references_to_the_patient() -> None:
    identifier = [{"system": "urn:clinic", "value": "7"}]
    by_search = statement("sertraline", subject={"reference": "Patient?identifier=urn:clinic|7"})
    by_version = statement(
        "buspirone", subject={"reference": "https://ehr.example/fhir/Patient/p/_history/2"}
    )
    assert len(case(by_search, by_version, identifier=identifier).medicines) == 2


def test_two_patients_are_refused() -> None:
    data = record()
    data["entry"].append({"resource": {"resourceType": "Patient", "id": "q"}})
    with pytest.raises(InputError):
        case_from_bundle(data, KNOWLEDGE, today=TODAY)
    twin = {"resourceType": "MedicationStatement", "subject": {"reference": "Patient/1"}}
    other = {"resourceType": "MedicationStatement", "subject": {"reference": "Patient/2"}}
    entries = [{"resource": twin}, {"resource": other}]
    with pytest.raises(InputError):
        case_from_bundle(
            {"resourceType": "Bundle", "type": "collection", "entry": entries},
            KNOWLEDGE,
            today=TODAY,
        )


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "Bundle",
        {"resourceType": "Observation"},
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "type": "history"},
        {"resourceType": "Bundle", "type": "collection", "entry": [{}] * 50_001},
    ],
)
def test_what_is_no_record_is_an_input_error(data: object) -> None:
    with pytest.raises(InputError):
        case_from_bundle(data, KNOWLEDGE, today=TODAY)


def test_depth_is_bounded() -> None:
    deep: Any = {}
    for _ in range(5_000):
        deep = {"x": deep}
    with pytest.raises(InputError):
        case_from_bundle(record({"resourceType": "Basic", "y": deep}), KNOWLEDGE, today=TODAY)


def test_a_patient_alone_and_an_empty_bundle_are_almost_nothing() -> None:
    alone = {"resourceType": "Patient", "birthDate": "1980-01-01"}
    assert is_fhir(alone)
    assert not is_fhir({"date": "2026-11-22"})
    found = case_from_bundle(alone, KNOWLEDGE, today=TODAY)
    assert found.case is not None
    assert found.case.person.age_years == 46.0
    empty = {"resourceType": "Bundle", "type": "searchset"}
    nothing = case_from_bundle(empty, KNOWLEDGE, today=TODAY)
    assert nothing.case == Case(date=TODAY)


# ------------------------------------------------------------------ hostile input

SEEDS = [
    record(
        statement("sertraline", **dose(50, "mg")),
        request("Kratom"),
        condition("370143000", "Depression"),
        observation("70274-6", 12, "{score}"),
        observation("29463-7", 80, "kg"),
        observation("73995-3", valueString="Positive"),
        {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "authored": "2026-11-21",
            "item": [answer(code, 1) for code in GAD_ITEMS],
        },
        birthDate="1980",
        gender="male",
        address=[{"state": "TN", "country": "US"}],
    ),
    written(
        read_case_bytes(EXAMPLES[0].read_bytes()),
        assess(read_case_bytes(EXAMPLES[0].read_bytes()), KNOWLEDGE, subjects=20),
        knowledge=KNOWLEDGE,
        recorded=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
    ),
]
_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([[], {}, [[]], [None], [{}], {"coding": 1}, "2026-13-45", "9999", "\x00"]),
    st.sampled_from([10**400, -1, "Patient/p", "kratom", "\u202e", "active", "mg"]),
)


def _places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(p for key, one in inner for p in _places(one, (*path, key)))]


PLACES = [_places(seed)[1:] for seed in SEEDS]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_record_is_a_case_or_an_input_error(data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(SEEDS) - 1))
    damaged = copy.deepcopy(SEEDS[which])
    for _ in range(data.draw(st.integers(1, 6))):
        *path, last = data.draw(st.sampled_from(PLACES[which]))
        held: Any = damaged
        for step in path:
            try:
                held = held[step]
            except (KeyError, IndexError, TypeError):
                held = None
        if isinstance(held, dict) or (
            isinstance(held, list) and isinstance(last, int) and last < len(held)
        ):
            held[last] = data.draw(_JUNK)
    try:
        found = case_from_bundle(damaged, KNOWLEDGE, today=TODAY)
    except InputError:
        return
    assert found.case is not None or found.problems
