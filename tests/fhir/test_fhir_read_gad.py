"""Generalized anxiety disorder by every code and word for it, and what only looks like it."""

from __future__ import annotations

import pytest

from speciosa.fhir.read.diagnosis import GAD, diagnosis
from speciosa.knowledge import load


@pytest.mark.parametrize(
    "words",
    [
        "GAD antibody positive diabetes",
        "GAD antibodies positive, LADA",
        "Stiff person syndrome, GAD positive",
        "Glutamic acid decarboxylase (GAD) antibody positivity",
        "GAD-7 score elevated",
        "GAD 65 Ak positiv",
        "Generalized anxiety symptoms",
    ],
)
def test_antibodies_and_scales_are_not_the_disorder(words: str) -> None:
    assert diagnosis({"text": words}, load()).known != GAD


@pytest.mark.parametrize(
    "words",
    [
        "GAD",
        "GAD, severe",
        "Generalized anxiety disorder (GAD-7 15)",
        "Generalized anxiety",
        "Generalisierte Angststörung",
        "generalised anxiety disorder; GAD antibodies negative",
    ],
)
def test_the_disorder_is_known_by_its_words(words: str) -> None:
    assert diagnosis({"text": words}, load()).known == GAD


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("http://hl7.org/fhir/sid/icd-10-cm", "F41.1"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "F411"),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "F41.1"),
        ("urn:oid:2.16.840.1.113883.6.90", "F41.1"),
        ("http://hl7.org/fhir/sid/icd-9-cm", "300.02"),
        ("urn:oid:2.16.840.1.113883.6.103", "30002"),
        ("http://snomed.info/sct", "21897009"),
    ],
)
def test_the_disorder_is_known_by_its_codes(system: str, code: str) -> None:
    concept = {"coding": [{"system": system, "code": code}]}
    assert diagnosis(concept, load()).known == GAD


def test_another_code_is_not_made_one_by_a_dot() -> None:
    for code in ("F4110", "F413", "F41"):
        concept = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]}
        assert (diagnosis(concept, load()).known == GAD) == (code == "F4110")
