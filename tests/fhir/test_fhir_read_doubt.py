"""Where a record is old, doubtful or of somebody else: nothing is guessed, and it is asked."""

from typing import Any

import pytest
from tests.fhir.records import (
    ICD,
    KNOWLEDGE,
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

from speciosa.case.vocabulary import ConditionStatus
from speciosa.errors import InputError
from speciosa.fhir.read import case_from_bundle

# ------------------------------------------------------------------ whose record


def bundle(*patients: dict[str, Any], urls: tuple[str, ...] = ("", "")) -> dict[str, Any]:
    entries = [
        {"resource": {"resourceType": "Patient", **one}, **({"fullUrl": url} if url else {})}
        for one, url in zip(patients, urls, strict=False)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def identified(system: str, **more: Any) -> dict[str, Any]:
    return {"identifier": [{"system": system, "value": "1"}], **more}


@pytest.mark.parametrize(
    "data",
    [
        bundle(identified("", id="a"), identified("", id="b")),
        bundle(
            identified("urn:clinic", id="a", gender="male"),
            identified("urn:clinic", id="b", gender="female"),
        ),
        bundle(
            identified("urn:insurance", id="a", birthDate="1950-01-01"),
            identified("urn:insurance", id="b", birthDate="1990-01-01"),
        ),
        bundle({"id": "1"}, {"id": "1"}, urls=("https://a/Patient/1", "https://b/Patient/1")),
    ],
)
def test_what_does_not_prove_one_person_is_two(data: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        case_from_bundle(data, KNOWLEDGE, today=TODAY)


@pytest.mark.parametrize(
    "data",
    [
        bundle(identified("urn:clinic", id="a"), identified("urn:clinic", id="b")),
        bundle({"id": "1"}, {"id": "1", "gender": "male"}),
    ],
)
def test_one_person_twice_is_one(data: dict[str, Any]) -> None:
    assert case_from_bundle(data, KNOWLEDGE, today=TODAY).case is not None


def test_one_id_on_two_servers_is_two_people() -> None:
    entries = [
        {"resource": {**statement("methadone"), "subject": {"reference": f"https://{s}/Patient/1"}}}
        for s in ("a", "b")
    ]
    data = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    with pytest.raises(InputError):
        case_from_bundle(data, KNOWLEDGE, today=TODAY)


# ------------------------------------------------------------------ old and undated


@pytest.mark.parametrize("date", ["1990-01-01", None, "2024-01-01"])
def test_an_old_or_undated_weight_is_asked(date: str | None) -> None:
    found = read(observation("29463-7", 14, "kg", effectiveDateTime=date), birthDate="1980-05-05")
    assert found.case.person.weight_kg is None
    assert any("weight" in question for question in found.questions)


def test_a_weight_of_an_adult_holds_longer_than_one_of_a_child() -> None:
    entry = observation("29463-7", 60, "kg", effectiveDateTime="2026-06-01")
    assert case(entry, birthDate="1980-05-05").person.weight_kg == 60
    assert case(entry, birthDate="2012-05-05").person.weight_kg is None


def test_a_dose_given_yesterday_is_not_stopped_yesterday() -> None:
    given = request("methadone", "completed") | {
        "resourceType": "MedicationAdministration",
        "effectiveDateTime": "2026-11-21",
    }
    found = read(given)
    (held,) = found.case.medicines
    assert (held.name, held.stopped) == ("methadone", None)
    assert any("methadone" in question for question in found.questions)
    assert case({**given, "effectiveDateTime": "2025-01-01"}).medicines == ()


def test_an_order_that_has_ended_is_asked_and_a_single_dose_has_no_interval() -> None:
    repeat = {"frequency": 1, "period": 12, "periodUnit": "h"}
    ended = {"timing": {"repeat": {**repeat, "boundsPeriod": {"end": "2026-10-28"}}}}
    found = read(request("ciprofloxacin", intent="order", dosageInstruction=[ended]))
    assert any("ciprofloxacin" in question for question in found.questions)
    once = {"timing": {"repeat": {**repeat, "count": 1}}}
    assert case(request("fluconazole", dosageInstruction=[once])).medicines[0].interval_h is None


# ------------------------------------------------------------------ place


@pytest.mark.parametrize(
    "address", [{"state": "AL", "city": "Mobile"}, {"country": "US", "state": "Alabma"}]
)
def test_a_place_that_is_not_clear_is_asked(address: dict[str, str]) -> None:
    found = read(address=[address])
    assert found.case.place is None
    assert any("live" in question for question in found.questions)


# ------------------------------------------------------------------ kratom


@pytest.mark.parametrize(
    ("name", "unit"),
    [("kratom 50x enhanced powder", "g"), ("kratom UEI powder", "g"), ("kratom tea", "g")],
)
def test_grams_of_an_extract_or_a_cup_are_not_grams_of_leaf(name: str, unit: str) -> None:
    dose = [{"doseAndRate": [{"doseQuantity": {"value": 2, "unit": unit}}]}]
    found = case(statement(name, dosage=dose)).kratom
    assert found is not None
    assert found.products[0].dose is None
    assert found.products[0].form in {"extract", "tea"}


@pytest.mark.parametrize("status", ["on-hold", "unknown"])
def test_kratom_that_is_uncertain_is_visible_to_who_checks(status: str) -> None:
    found = read(statement("kratom", status))
    assert found.case.kratom is None
    assert [m.words for m in found.uncertain_kratom] == ["kratom"]
    assert not any("read as kratom use" in one.why for one in found.ignored)
    assert read(statement("kratom")).uncertain_kratom == ()


def test_kratom_by_code_alone_is_no_unread_medicine() -> None:
    unii = [{"system": "http://fdasis.nlm.nih.gov", "code": "EP479K822J"}]
    found = read(statement("") | {"medicationCodeableConcept": {"coding": unii}})
    assert found.case.kratom is not None
    assert found.unread_medicines == ()


@pytest.mark.parametrize("said", ["Denies kratom.", "Her husband uses kratom."])
def test_denials_and_other_people_are_not_uncertain_kratom(said: str) -> None:
    told = {"resourceType": "ClinicalImpression", "note": [{"text": said}]}
    assert read(told).uncertain_kratom == ()


@pytest.mark.parametrize(
    ("url", "reference"),
    [
        ("https://e/fhir/Medication/9", "https://e/fhir/Medication/9"),
        ("https://e/fhir/Medication/9", "Medication/9"),
        ("https://e/fhir/Medication/9", "Medication/9/_history/3"),
        ("urn:uuid:11111111-1111-4111-8111-111111111111",) * 2,
    ],
)
def test_a_medication_is_found_by_every_kind_of_reference(url: str, reference: str) -> None:
    for name in ("kratom powder", "alprazolam"):
        id_ = {} if url.startswith("urn:") else {"id": "9"}
        drug = {"resourceType": "Medication", **id_, "code": {"text": name}}
        entry = statement("") | {"medicationReference": {"reference": reference}}
        del entry["medicationCodeableConcept"]
        data = record(entry)
        data["entry"].append({"fullUrl": url, "resource": drug})
        found = case_from_bundle(data, KNOWLEDGE, today=TODAY)
        assert found.case is not None
        assert bool(found.case.kratom) == (name == "kratom powder")
        assert [m.name for m in found.case.medicines] == ["alprazolam"] * (name == "alprazolam")


# ------------------------------------------------------------------ medicines and results


def test_a_medicine_that_cannot_be_resolved_is_asked() -> None:
    entry = request("") | {"medicationReference": {"reference": "Medication/zz"}}
    del entry["medicationCodeableConcept"]
    found = read(entry)
    assert len(found.unread_medicines) == 1
    assert any("could not be read" in question for question in found.questions)


def test_no_known_medications_is_no_medicine() -> None:
    code = {"coding": [{"system": SNOMED, "code": "787481004"}]}
    none = statement("No known medications")
    coded = {**none, "medicationCodeableConcept": code}
    assert case(none, coded).medicines == ()


def test_a_result_beyond_a_limit_or_in_words_is_asked() -> None:
    above = observation("1742-6", 300, "U/L")
    above["valueQuantity"]["comparator"] = ">"
    worded = {**observation("1742-6"), "valueString": "300 U/L"}
    for entry in (above, worded):
        assert any("alt" in question for question in read(entry).questions)
    gad7 = case({**observation("70274-6"), "valueString": "15"}).symptoms.gad7
    assert gad7 is not None
    assert gad7.total == 15


def test_alcohol_that_is_not_read_is_asked_and_our_own_words_are_read() -> None:
    assert any("alcohol" in q for q in read(observation("74013-4", 3, "{drinks}/d")).questions)
    own = {
        **observation(""),
        "code": {"text": "Use of alcohol"},
        "valueString": "10 drinks a week",
        "component": [{"code": {"text": "drinks per week"}, "valueQuantity": {"value": 10}}],
    }
    (held,) = case(own).substances
    assert (held.name, held.drinks_per_week) == ("alcohol", 10)


# ------------------------------------------------------------------ conditions


@pytest.mark.parametrize(
    ("words", "code", "name", "status"),
    [
        ("Opioid use disorder, severe", "", "opioid_use_disorder", ConditionStatus.CURRENT),
        ("Bipolar I disorder", "", "bipolar_disorder", ConditionStatus.CURRENT),
        ("Epilepsy", "", "seizures", ConditionStatus.CURRENT),
        ("Hepatitis C", "", "liver_disease", ConditionStatus.CURRENT),
        ("GAD", "", "generalized anxiety disorder", ConditionStatus.CURRENT),
        ("Family history of bipolar disorder", "", "bipolar_disorder", ConditionStatus.FAMILY),
        ("History of seizures", "", "seizures", ConditionStatus.PAST),
        ("", "F11.21", "opioid_use_disorder", ConditionStatus.PAST),
        ("Opioid dependence, uncomplicated", "F11.20", "opioid_use_disorder", "current"),
        ("", "R56.9", "seizures", ConditionStatus.CURRENT),
        ("Not otherwise specified pain", "", "Not otherwise specified pain", "current"),
        ("", "M99.99", "M99.99", ConditionStatus.CURRENT),
    ],
)
def test_diagnoses_in_ordinary_words(words: str, code: str, name: str, status: str) -> None:
    (held,) = case(condition(code, words, ICD)).conditions
    assert (held.name, held.status) == (name, status)


@pytest.mark.parametrize(
    "words", ["No history of seizures", "Rule out epilepsy", "Epilepsy?", "Hepatitis C screening"]
)
def test_a_diagnosis_that_is_denied_or_doubted_is_asked(words: str) -> None:
    found = read(condition("", words))
    assert found.case.conditions == ()
    assert any(words in question for question in found.questions)


def test_a_relatives_code_is_no_condition_of_the_person() -> None:
    entry = condition("Z81.3", "Family history of substance abuse", ICD)
    assert case(entry).conditions == ()


def test_pregnancy_as_a_condition() -> None:
    entry = condition("72892002", "Normal pregnancy", onsetDateTime="2026-06-01")
    assert case(entry).person.pregnancy == "pregnant"
    old = read({**entry, "onsetDateTime": "2024-01-01"})
    assert old.case.person.pregnancy is None
    assert any("pregnant" in question for question in old.questions)
