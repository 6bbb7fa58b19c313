"""Codes: confirmed ones can be written, recalled or wider ones are understood and never written."""

from __future__ import annotations

import pytest

from speciosa.case import vocabulary as v
from speciosa.errors import KnowledgeError
from speciosa.knowledge import load

CODES = load().codes


@pytest.mark.parametrize(
    ("key", "unit", "code"),
    [
        ("instrument/gad7/panel", "", "69737-5"),
        ("instrument/gad7/total", "", "70274-6"),
        ("instrument/phq9/item/9", "", "44260-8"),
        ("instrument/phq9/total", "", "44261-6"),
        ("instrument/gad7/answer/3", "", "LA6571-9"),
        ("instrument/audit_c/total", "", "75626-2"),
        ("difficulty/question", "", "69722-7"),
        ("lab/bilirubin", "mg/dL", "1975-2"),
        ("lab/bilirubin", "umol/L", "14631-6"),
        ("kratom/mitragynine", "", "EP479K822J"),
        ("issue/natural_product", "", "NHP"),
        ("condition/gad", "", "F41.1"),
    ],
)
def test_confirmed_codes(key: str, unit: str, code: str):
    assert CODES.needed(key).verified
    found = CODES.confirmed(key, unit=unit)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("lab/magnesium", "mmol/L"),
        ("lab/egfr", ""),
        ("condition/hypertension", ""),
        ("nothing", ""),
    ],
)
def test_what_is_not_confirmed_or_says_more_is_not_written(key: str, unit: str):
    assert CODES.confirmed(key, unit=unit) is None


def test_a_code_that_must_be_there_and_is_not_is_our_fault():
    with pytest.raises(KnowledgeError, match="lab/egfr"):
        CODES.needed("lab/egfr")


def test_a_code_is_found_by_any_name_of_its_system():
    for system in ("loinc", "LOINC", "http://loinc.org", "http://loinc.org/"):
        assert [c.key for c in CODES.find(system, "72732-1")] == ["urine/mitragynine"]
    assert CODES.find("http://hl7.org/fhir/sid/icd-10", "F41.1")[0].key == "condition/gad"
    assert CODES.find("http://example.org", "72732-1") == ()
    assert CODES.find("loinc", "0-0") == ()


def test_an_answer_belongs_to_every_instrument_that_has_it():
    keys = {c.key for c in CODES.find("loinc", "LA6568-5")}
    assert {"instrument/gad7/answer/0", "instrument/phq9/answer/0"} <= keys


def test_every_unit_of_the_case_has_a_code():
    for units in v.LAB_UNITS.values():
        for unit in units:
            assert CODES.unit(unit) is not None, unit


def test_keys_of_measurements_and_conditions_are_words_of_the_case():
    labs, conditions = set(v.LabName), set(v.KnownCondition) | {"gad"}
    for fact in CODES.facts():
        _, kind, name, *_ = fact.id.split("/")
        assert kind != "lab" or name in labs
        assert kind != "condition" or name in conditions


def test_every_fact_resolves_and_recalled_codes_are_marked():
    knowledge = load()
    for fact in CODES.facts():
        cited = knowledge.cite(fact.id)
        assert cited.verified is bool(cited.sources) or fact.basis == "derived"
    assert list(CODES.problems()) == []
