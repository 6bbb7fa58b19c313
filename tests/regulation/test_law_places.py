"""Codes that are not places are refused with a hint; localities not on file get the nearest."""

from __future__ import annotations

import datetime as dt

import pytest

from speciosa.errors import InputError
from speciosa.knowledge import load
from speciosa.regulation import law_at

KNOWLEDGE = load()
TODAY = dt.date(2026, 11, 22)


def refused(place: str, **options):
    with pytest.raises(InputError) as caught:
        law_at(KNOWLEDGE, place, TODAY, **options)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tennessee", "US-TN"),
        ("tennesee", "US-TN"),
        ("us-tn", "US-TN"),
        ("US_TN", "US-TN"),
        ("UK", "GB"),
        ("USA", "US"),
        ("Thailand", "TH"),
        ("England", "GB-ENG"),
        ("oceanside", "US-CA/oceanside"),
        ("US-CA/Oceanside", "US-CA/oceanside"),
        ("us-ca/san diego", "US-CA/san-diego-city"),
    ],
)
def test_what_is_not_a_code_gets_the_code_that_was_meant(written: str, meant: str):
    problem = refused(written)
    assert problem.field == "place"
    assert repr(written) == problem.value
    assert "ISO 3166" in problem.accepted
    assert problem.suggestion == meant


def test_a_name_of_two_places_suggests_both():
    assert refused("Georgia").suggestion == "GE or US-GA"


def test_a_code_that_does_not_exist_gets_one_of_the_same_country():
    problem = refused("US-XX")
    assert problem.value == "'US-XX'"
    assert problem.suggestion.startswith("US-")
    assert refused("US-XX/springfield").field == "place"
    assert refused("XX").field == "place"


@pytest.mark.parametrize(
    "place", ["", " ", "../US", "US/../US", "US-TN/", "US-TN/a/b", "ÖÄ", "x" * 999]
)
def test_malformed_places_are_refused(place: str):
    problem = refused(place)
    assert problem.field == "place"
    assert len(problem.value) < 80


def test_an_unknown_substance_is_refused():
    assert refused("US-TN", substances=("kratom",)).field == "substance"


def test_a_locality_not_on_file_shows_what_is_above_and_points_to_the_nearest():
    result = law_at(KNOWLEDGE, "US-CA/san-diego", TODAY)
    local = [la for la in result.layers if la.level == "locality"]
    assert {la.status for la in local} == {"not_known"}
    assert {la.note for la in local} == {"Local law not known to Speciosa."}
    assert {la.level for la in result.layers} == {"international", "country", "state", "locality"}
    near = next(f for f in result.findings if f.id == "law.near-locality")
    assert "US-CA/san-diego-city" in near.text
    assert "prohibited" in near.text
    assert near.facts


def test_a_locality_far_from_any_on_file_points_nowhere():
    result = law_at(KNOWLEDGE, "US-CA/zyzzyx", TODAY)
    assert not any(f.id == "law.near-locality" for f in result.findings)
    assert "locality" in result.leading_words["leaf"]


def test_an_unknown_locality_turns_no_specific_law_into_not_known():
    assert law_at(KNOWLEDGE, "US-AK", TODAY).leading["leaf"] == "no_specific_law"
    assert law_at(KNOWLEDGE, "US-AK/nome", TODAY).leading["leaf"] == "not_known"
