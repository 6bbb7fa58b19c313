"""Names find their medicine, and nothing else does."""

from __future__ import annotations

import pytest

from speciosa.errors import KnowledgeError
from speciosa.knowledge import load
from speciosa.knowledge.medicines import NameKind

MEDICINES = load().medicines


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sertraline", "sertraline"),
        ("ZOLOFT", "sertraline"),
        ("  Xanax ", "alprazolam"),
        ("alcohol", "ethanol"),
        ("weed", "cannabis"),
        ("Marijuana", "cannabis"),
        ("St John's wort", "saint_johns_wort"),
        ("St. John\u2019s-wort", "saint_johns_wort"),
        ("coffee", "caffeine"),
        ("cigarettes", "tobacco_smoke"),
        ("tobacco", "tobacco_smoke"),
        ("grapefruit", "grapefruit_juice"),
        ("venlafaxine XR 150 mg", "venlafaxine"),
        ("sodium oxybate", "sodium_oxybate"),
        ("lithium carbonate", "lithium"),
        ("Suboxone", "buprenorphine"),
        ("Spravato", "esketamine"),
        ("7-OH", "7-hydroxymitragynine"),
        ("acetylsalicylic acid", "aspirin"),
    ],
)
def test_a_known_name_finds_its_medicine(typed: str, expected: str) -> None:
    found = MEDICINES.find(typed)
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    "name", ["kratom", "Kratom tea", "Mitragyna speciosa", "ketum", "Maeng Da"]
)
def test_kratom_is_never_a_medicine(name: str) -> None:
    assert MEDICINES.find(name) is None
    assert MEDICINES.match(name).kind is NameKind.KRATOM


@pytest.mark.parametrize("name", ["SSRI", "benzos", "blood thinner", "opioids"])
def test_a_class_is_not_a_medicine(name: str) -> None:
    assert MEDICINES.find(name) is None
    assert MEDICINES.match(name).kind is NameKind.CLASS


@pytest.mark.parametrize("name", ["kombucha", "", "zzz", "mg", "150 mg", "sertralin"])
def test_an_unknown_name_finds_nothing(name: str) -> None:
    assert MEDICINES.find(name) is None
    assert MEDICINES.match(name).kind is NameKind.UNKNOWN


def test_a_product_of_two_gives_both_and_its_unknown_part() -> None:
    nuedexta = MEDICINES.match("Nuedexta")
    assert [m.id for m in nuedexta.medicines] == ["dextromethorphan", "quinidine"]
    paxlovid = MEDICINES.match("paxlovid")
    assert [m.id for m in paxlovid.medicines] == ["ritonavir"]
    assert paxlovid.unknown_parts == ("nirmatrelvir",)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("sertralin", "sertraline"), ("alprazolan", "alprazolam"), ("kratum", "kratom"), ("zzz", "")],
)
def test_a_misspelling_is_suggested_never_matched(typed: str, expected: str) -> None:
    assert MEDICINES.suggest(typed) == expected
    assert MEDICINES.find(typed) is None


def test_every_name_of_every_record_finds_that_record_or_a_product_with_it() -> None:
    for medicine in MEDICINES.all():
        for name in medicine.names:
            assert medicine.id in {m.id for m in MEDICINES.match(name).medicines}, name


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(KnowledgeError, match="no-such"):
        MEDICINES.get("no-such")
