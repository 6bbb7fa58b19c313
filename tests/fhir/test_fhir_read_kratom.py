"""Kratom in a record: found with its grounds, never where the record says no."""

import datetime as dt
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.fhir.kratom import Confidence, Ground, Status, find, find_all, worth_reading
from speciosa.knowledge import load
from speciosa.knowledge.reading import kratom_words

UNII = "http://fdasis.nlm.nih.gov"


def statement(text: str, status: str = "active", **more: object) -> dict[str, object]:
    return {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": status,
        "medicationCodeableConcept": {"text": text},
        "subject": {"reference": "Patient/1"},
        **more,
    }


def note(text: str) -> dict[str, object]:
    return {"resourceType": "ClinicalImpression", "id": "n", "note": [{"text": text}]}


def said(text: str) -> Status | None:
    found = find(note(text))
    return found[0].status if found else None


@pytest.mark.parametrize(
    "name",
    [
        *["MAENG DA", "RED VEIN BORNEO", "MITRAGYNA SPECIOSA KORTHALS", "O.P.M.S. LIQUID"],
        *["KRATUM", "Kratom capsules", "ketum tea", "7-OH 15 mg tablets", "thom", "green malay"],
        *["Ｋratom", "kra\u200btom", "MIT45 gold shot", "7-hydroxymitragynine"],
    ],
)
def test_names_of_products_are_found(name: str) -> None:
    (match, *_) = find(statement(name))
    assert match.status is Status.TAKEN
    assert match.ground is Ground.TEXT
    assert match.resource == "MedicationStatement/m1"
    assert match.field == "medicationCodeableConcept.text"


@pytest.mark.parametrize("name", sorted(load().medicines.names_of_kratom))
def test_every_name_of_the_base_is_found_as_a_medicine(name: str) -> None:
    assert find(statement(name))
    assert worth_reading(name)


@pytest.mark.parametrize(
    "name",
    [
        *["CALCIUM KRATOMOS", "Calcium Kratomos 500 MG Oral Tablet", "7-hydroxy methotrexate"],
        *["Thomapyrin", "Ibuprofen mit 45 mg", "17-OH progesterone", "Vitamin K", "Tomkrat"],
    ],
)
def test_what_only_looks_like_a_name_is_not_found(name: str) -> None:
    assert find(statement(name)) == ()
    assert find(note(f"Takes {name} daily.")) == ()


@pytest.mark.parametrize(
    "text",
    ["red vein on the sclera", "Thom Smith, 54", "mit 45 Jahren", "white horn of the uterus"],
)
def test_ordinary_words_in_a_note_are_no_kratom(text: str) -> None:
    assert find(note(text)) == ()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Denies kratom.", Status.NOT_TAKEN),
        ("Denies alcohol, cannabis or kratom use.", Status.NOT_TAKEN),
        ("No kratom use.", Status.NOT_TAKEN),
        ("Kratom: none", Status.NOT_TAKEN),
        ("Never used kratom", Status.NOT_TAKEN),
        ("kratom not detected in urine", Status.NOT_TAKEN),
        ("Stopped kratom in May", Status.STOPPED),
        ("Off kratom for 3 weeks", Status.STOPPED),
        ("Uses kratom daily for anxiety", Status.TAKEN),
        ("Has not stopped kratom", Status.TAKEN),
        ("Denies opioids but uses kratom", Status.TAKEN),
        ("Taking kratom, denies side effects", Status.TAKEN),
        ("Kratom use disorder", Status.TAKEN),
        ("Kratom", Status.UNCERTAIN),
        ("Asks about kratom", Status.UNCERTAIN),
        ("Mother takes kratom", Status.UNCERTAIN),
        ("Kratom?", Status.UNCERTAIN),
        ("Denies stopping kratom", Status.UNCERTAIN),
        ("History of kratom use", Status.UNCERTAIN),
        ("Quit kratom, restarted in June", Status.UNCERTAIN),
    ],
)
def test_what_the_sentence_says(text: str, status: Status) -> None:
    assert said(text) is status


@pytest.mark.parametrize(
    "text",
    [
        *["No relief from kratom", "Denies pain on kratom", "Not only kratom but also kava"],
        *["No alcohol, kratom daily", "Denies chest pain. Kratom 5 g daily"],
        *["Denies pain, kratom 5 g twice daily", "No kratom-related harm; takes it daily"],
        *["Denies withdrawal from kratom", "Denies side effects of kratom"],
    ],
)
def test_a_no_that_belongs_to_something_else_denies_nothing(text: str) -> None:
    assert said(text) not in {Status.NOT_TAKEN, Status.STOPPED, None}


@pytest.mark.parametrize(
    "text",
    [
        *[
            "Cannot sleep without kratom",
            "Without kratom he has withdrawal",
            "Never without kratom",
        ],
        *["Does not deny kratom use", "No longer denies kratom use", "Denies kratom withdrawal"],
        *["Denies missing kratom doses", "Reports last kratom use 3 years ago"],
        *["Non-kratom herbal tea", "Denies SI, kratom 6 g TID", "toma kratom a diario"],
        *["Husband says she takes kratom", "He was given kratom by his brother"],
    ],
)
def test_what_is_not_plainly_a_denial_of_this_person_stays_open(text: str) -> None:
    (match, *_) = find(note(text))
    assert (match.status, match.of_person) == (Status.UNCERTAIN, True)


@pytest.mark.parametrize(
    "text",
    ["Patient's ex-husband uses kratom daily", "Pt's coworker takes kratom", "Her ex takes kratom"],
)
def test_kratom_of_other_people_is_not_of_this_person(text: str) -> None:
    (match, *_) = find(note(text))
    assert (match.status, match.of_person) == (Status.UNCERTAIN, False)


@pytest.mark.parametrize(
    "text",
    [
        *["Not currently using kratom", "Denies alcohol, kratom, cannabis", "No kratom or alcohol"],
        *["Denies kratom use at this time", "Denies any use of kratom."],
    ],
)
def test_a_plain_denial_is_one(text: str) -> None:
    assert said(text) is Status.NOT_TAKEN


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("MedicationStatement", "active", Status.TAKEN),
        ("MedicationStatement", "completed", Status.STOPPED),
        ("MedicationStatement", "not-taken", Status.NOT_TAKEN),
        ("MedicationStatement", "entered-in-error", Status.NOT_TAKEN),
        ("MedicationStatement", "on-hold", Status.UNCERTAIN),
        ("MedicationStatement", "unknown", Status.UNCERTAIN),
        ("MedicationStatement", "no-such-status", Status.UNCERTAIN),
        ("MedicationRequest", "cancelled", Status.NOT_TAKEN),
        ("MedicationRequest", "draft", Status.UNCERTAIN),
        ("MedicationAdministration", "not-done", Status.NOT_TAKEN),
        ("MedicationDispense", "declined", Status.NOT_TAKEN),
    ],
)
def test_the_status_of_an_entry(kind: str, status: str, expected: Status) -> None:
    resource = statement("kratom", status) | {"resourceType": kind}
    assert {m.status for m in find(resource)} == {expected}


def test_an_entry_that_contradicts_its_own_words_is_uncertain() -> None:
    (match,) = find(statement("no kratom"))
    assert match.status is Status.UNCERTAIN


def test_by_code_contained_and_bundled() -> None:
    concept = {"coding": [{"system": UNII, "code": "EP479K822J"}]}
    contained = {
        **statement(""),
        "medicationCodeableConcept": None,
        "medicationReference": {"reference": "#a"},
        "contained": [{"resourceType": "Medication", "id": "a", "code": concept}],
    }
    (match,) = find(contained)
    assert (match.ground, match.code, match.confidence) == (
        Ground.CODE,
        "EP479K822J",
        Confidence.HIGH,
    )
    bundled = {**contained, "medicationReference": {"reference": "Medication/b"}, "contained": []}
    drug = {
        "resourceType": "Medication",
        "id": "b",
        "ingredient": [{"itemCodeableConcept": concept}],
    }
    assert [m.status for m in find_all([drug, bundled])] == [Status.TAKEN]
    assert find(bundled) == ()
    other = {"coding": [{"system": "http://example.org", "code": "EP479K822J"}]}
    assert find(statement("") | {"medicationCodeableConcept": other}) == ()


def test_a_period_that_has_ended_is_a_stop() -> None:
    ended = statement("kratom", effectivePeriod={"end": "2026-01-31"})
    assert find(ended)[0].status is Status.TAKEN
    assert find(ended, today=dt.date(2026, 11, 22))[0].status is Status.STOPPED
    assert find(ended, today=dt.date(2026, 1, 1))[0].status is Status.TAKEN


@pytest.mark.parametrize("intent", ["proposal", "plan", "option"])
def test_a_request_that_is_only_planned_is_uncertain(intent: str) -> None:
    planned = statement("kratom", intent=intent) | {"resourceType": "MedicationRequest"}
    assert {m.status for m in find(planned)} == {Status.UNCERTAIN}


@pytest.mark.parametrize("system", [UNII, "urn:oid:2.16.840.1.113883.4.9"])
def test_the_code_is_known_under_each_name_of_its_system(system: str) -> None:
    concept = {"coding": [{"system": system, "code": "EP479K822J"}]}
    assert find(statement("") | {"medicationCodeableConcept": concept})


def test_a_long_note_is_read_in_a_moment() -> None:
    many = [note("He takes kratom daily " + "and then " * 1_500) for _ in range(50)]
    started = time.process_time()
    assert len(find_all(many)) == 50
    assert time.process_time() - started < 2.0


def test_not_to_be_given_is_not_taken() -> None:
    request = statement("kratom") | {"resourceType": "MedicationRequest", "doNotPerform": True}
    assert find(request)[0].status is Status.NOT_TAKEN


def observation(code: str = "73995-3", **value: object) -> dict[str, object]:
    coding = [{"system": "http://loinc.org", "code": code}]
    return {"resourceType": "Observation", "status": "final", "code": {"coding": coding}, **value}


@pytest.mark.parametrize(
    ("code", "value", "status"),
    [
        ("73995-3", {"valueString": "Positive"}, Status.TAKEN),
        ("96058-3", {"valueString": "presumptive positive"}, Status.TAKEN),
        ("96058-3", {"valueString": "Negative"}, Status.NOT_TAKEN),
        ("73995-3", {"valueString": "None detected"}, Status.NOT_TAKEN),
        ("73995-3", {"valueCodeableConcept": {"coding": [{"code": "10828004"}]}}, Status.TAKEN),
        ("73995-3", {"valueCodeableConcept": {"coding": [{"code": "LA6577-6"}]}}, Status.NOT_TAKEN),
        ("72732-1", {"valueQuantity": {"value": 12, "unit": "ng/mL"}}, Status.TAKEN),
        ("72732-1", {"valueQuantity": {"value": 5, "comparator": "<"}}, Status.NOT_TAKEN),
        ("72732-1", {"valueQuantity": {"value": 0}}, Status.NOT_TAKEN),
        ("73995-3", {}, Status.UNCERTAIN),
        ("73995-3", {"valueString": "invalid"}, Status.UNCERTAIN),
        ("73995-3", {"dataAbsentReason": {"text": "not performed"}}, Status.UNCERTAIN),
        (
            "73995-3",
            {"valueString": "Positive", "interpretation": [{"coding": [{"code": "NEG"}]}]},
            Status.UNCERTAIN,
        ),
    ],
)
def test_tests_tell_positive_negative_and_neither_apart(
    code: str, value: dict[str, object], status: Status
) -> None:
    (match,) = find(observation(code, **value))
    assert (match.ground, match.status) == (Ground.LABORATORY, status)
    if status is Status.NOT_TAKEN:
        assert match.confidence is Confidence.LOW
        assert "does not prove" in match.because


def test_every_code_has_its_source_in_the_table_of_codes() -> None:
    words, codes = kratom_words(), load().codes
    listed = [("loinc", test.code) for test in words.laboratory]
    listed += [(one.system, one.code) for one in words.substances]
    for system, code in listed:
        (found,) = codes.find(system, code)
        assert found.verified
        assert found.sources
    urine = {f.id for f in codes.facts() if f.id.startswith("codes/urine/")}
    assert {code.rpartition("/")[2] for code in urine} == {t.code for t in words.laboratory}


def test_a_screen_is_trusted_less_than_a_confirmed_test() -> None:
    screen, confirmed = (
        find(observation(code, valueString="Positive"))[0] for code in ("96058-3", "73995-3")
    )
    assert (screen.confidence, confirmed.confidence) == (Confidence.MODERATE, Confidence.HIGH)


def test_a_withdrawn_result_says_nothing() -> None:
    (match,) = find(observation(valueString="Positive") | {"status": "entered-in-error"})
    assert match.status is Status.UNCERTAIN


def test_a_test_named_only_in_words_is_a_test() -> None:
    named = {"resourceType": "Observation", "status": "final", "code": {"text": "Kratom screen"}}
    assert find(named | {"valueString": "Negative"})[0].status is Status.NOT_TAKEN
    assert find(named)[0].status is Status.UNCERTAIN


def test_another_system_with_the_number_of_a_test_is_not_a_test() -> None:
    coding = [{"system": "http://example.org", "code": "73995-3"}]
    assert find({"resourceType": "Observation", "code": {"coding": coding}}) == ()


def test_conditions_allergies_and_relatives() -> None:
    def condition(clinical: str, verification: str = "confirmed") -> dict[str, object]:
        return {
            "resourceType": "Condition",
            "code": {"text": "Kratom dependence"},
            "clinicalStatus": {"coding": [{"code": clinical}]},
            "verificationStatus": {"coding": [{"code": verification}]},
        }

    assert find(condition("active"))[0].status is Status.TAKEN
    assert find(condition("active", "refuted"))[0].status is Status.NOT_TAKEN
    assert find(condition("remission"))[0].status in {Status.STOPPED, Status.UNCERTAIN}
    allergy = {"resourceType": "AllergyIntolerance", "code": {"text": "Kratom"}}
    assert find(allergy)[0].status is Status.UNCERTAIN
    relative = {"resourceType": "FamilyMemberHistory", "note": [{"text": "uses kratom daily"}]}
    assert find(relative)[0].status is Status.UNCERTAIN


_AROUND = st.text(max_size=6) | st.sampled_from(
    ["\n", "\t", " ", "-", ".", "\\n", "\u200b", "x", "_"]
)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        [*sorted(load().medicines.names_of_kratom), "EP479K822J", "O.P.M.S.", "KRATUM"]
    ),
    _AROUND,
    _AROUND,
    st.sampled_from([" ", "", "-", "_", ".", "  "]),
    st.booleans(),
)
def test_a_line_that_is_not_worth_reading_holds_nothing(
    name: str, before: str, after: str, gap: str, ascii_only: bool
) -> None:
    text = before + name.replace(" ", gap) + after
    for resource in (note(text), statement(text), statement("", note=[{"text": text}])):
        if find(resource):
            assert worth_reading(json.dumps(resource, ensure_ascii=ascii_only))


def test_most_lines_of_a_record_need_no_reading() -> None:
    line = json.dumps({"resourceType": "Claim", "type": {"text": "alcohol, ohio, thomas"}})
    assert not worth_reading(line)
    assert worth_reading(json.dumps(note("a\nkratom")))


_KEYS = (
    *("coding", "code", "text", "display", "status", "system", "valueQuantity", "value"),
    *("medicationReference", "reference", "contained", "component", "effectivePeriod"),
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["kratom", "no kratom", "active", "Medication/1", "#1", "Observation"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            _KEYS
        ),
        inner,
        max_size=5,
    ),
    max_leaves=15,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["MedicationRequest", "Observation", "Condition", "Medication", "X"]),
    st.dictionaries(st.text(max_size=12), _json, max_size=5),
    _json,
)
def test_no_shape_of_a_resource_raises(
    kind: str, fields: dict[str, object], concept: object
) -> None:
    resource = {
        **fields,
        "resourceType": kind,
        "code": concept,
        "medicationCodeableConcept": concept,
        "status": concept,
    }
    for match in find(resource):
        assert match.because


def test_a_flood_of_nesting_and_words_is_read_in_bounds() -> None:
    deep: object = "kratom"
    for _ in range(2_000):
        deep = [deep]
    assert find({"resourceType": "Basic", "note": deep}) == ()
    assert len(find(note("kratom " * 100_000))) <= 20


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Encounter", "participant": [{"individual": {"display": "Ketum, Siti"}}]},
        {"resourceType": "Encounter", "location": [{"location": {"display": "Kratom Centre"}}]},
        {"resourceType": "DocumentReference", "author": [{"display": "Ketum, RN"}]},
        {"resourceType": "Coverage", "subscriber": {"display": "Ketum, Ali"}},
        {"resourceType": "Account", "name": "Ketum family"},
        {"resourceType": "Observation", "performer": [{"display": "Kratom Lab"}]},
        {"resourceType": "RelatedPerson", "name": [{"family": "Kratom"}]},
        {"resourceType": "Patient", "address": [{"line": ["1 Kratom Road"]}]},
        {"resourceType": "Basic", "extension": [{"valueReference": {
            "reference": "https://a.example/fhir/Practitioner/1", "display": "Dr Ketum"}}]},
    ],
)  # fmt: skip
def test_names_of_people_and_places_name_no_kratom(resource: dict[str, object]) -> None:
    assert not find(resource)


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Encounter", "reasonReference": [{"display": "Kratom withdrawal"}]},
        {"resourceType": "Encounter", "reasonCode": [{"text": "kratom"}]},
        {"resourceType": "Encounter", "diagnosis": [{"condition": {
            "reference": "Condition/1", "display": "Kratom use"}}]},
        {"resourceType": "List", "source": {"display": "Dr Ketum"},
         "entry": [{"item": {"display": "kratom powder"}}]},
        {"resourceType": "Observation", "code": {"coding": [{"display": "Kratom"}]}},
    ],
)  # fmt: skip
def test_names_of_anything_else_are_words_about_the_person(resource: dict[str, object]) -> None:
    assert len(find(resource)) == 1


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "List", "entry": [{"item": {"display": "kratom powder"}}]},
        {"resourceType": "Claim", "item": [{"productOrService": {"text": "takes kratom daily"}}]},
    ],
)
def test_a_list_or_a_bill_says_nothing_of_taking(resource: dict[str, object]) -> None:
    assert [match.status for match in find(resource)] == [Status.UNCERTAIN]


@pytest.mark.parametrize("verification", ["unconfirmed", "provisional", "differential"])
def test_a_diagnosis_not_yet_made_is_uncertain(verification: str) -> None:
    (found,) = find(
        {
            "resourceType": "Condition",
            "code": {"text": "Kratom dependence"},
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "verificationStatus": {"coding": [{"code": verification}]},
        }
    )
    assert found.status is Status.UNCERTAIN


@pytest.mark.parametrize(
    ("value", "means"),
    [
        ({"valueString": "12.4 ng/mL"}, Status.TAKEN),
        ({"valueString": "<5 ng/mL"}, Status.NOT_TAKEN),
        ({"valueString": "0 ng/mL"}, Status.NOT_TAKEN),
        ({"valueString": "12.4 ng/mL below the cut-off"}, Status.UNCERTAIN),
    ],
)
def test_an_amount_written_as_text_is_one(value: dict[str, object], means: Status) -> None:
    (found,) = find(observation(**value))
    assert found.status is means


def test_loinc_is_known_by_its_object_identifier() -> None:
    told = observation(valueString="12.4 ng/mL")
    told["code"] = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.1", "code": "73995-3"}]}
    (found,) = find(told)
    assert (found.ground, found.status) == (Ground.LABORATORY, Status.TAKEN)
