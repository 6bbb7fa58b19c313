"""The tables of medicines and of the interaction model are complete, sound and citable."""

from __future__ import annotations

import msgspec
import pytest

from speciosa.errors import KnowledgeError
from speciosa.knowledge import load
from speciosa.knowledge.figure import Figure
from speciosa.knowledge.medicines.checks import (
    figure_problems,
    medicine_problems,
    name_problems,
)
from speciosa.knowledge.medicines.record import Hazard, HazardClass, Strength

KNOWLEDGE = load()
MEDICINES, DDI = KNOWLEDGE.medicines, KNOWLEDGE.ddi


def test_everything_of_the_notes_is_there() -> None:
    assert len(MEDICINES.all()) >= 212
    assert sum(len(m.hazards) for m in MEDICINES.all()) >= 513  # those of the notes
    assert sum(len(m.perpetrator.parameters) for m in MEDICINES.all()) == 126
    assert sum(len(m.kratom_reports) for m in MEDICINES.all()) >= 15
    assert len(DDI.pairs) == 150
    assert sum(len(p.studies) for p in DDI.pairs) == 216
    assert len(DDI.unchanged) == 52  # three of the notes' pairs among them
    assert len(DDI.potencies) == 45
    assert len(DDI.kratom_rules) >= 16


def test_both_tables_are_sound() -> None:
    assert list(MEDICINES.problems()) == []
    assert list(DDI.problems()) == []


def test_every_fact_resolves_with_its_sources() -> None:
    for table in (MEDICINES, DDI):
        for fact in table.facts():
            assert table.fact(fact.id) == fact
            assert set(fact.sources) <= set(KNOWLEDGE.sources), fact.id
    for medicine in MEDICINES.all():
        for observed in medicine.victim.observed:
            assert KNOWLEDGE.cite(observed.fact_id).sources, observed.fact_id


def test_an_unknown_fact_is_an_error() -> None:
    for fact_id in ("medicine/midazolam/nothing", "medicine/nobody/fm", "ddi/nothing"):
        with pytest.raises(KnowledgeError):
            KNOWLEDGE.fact(fact_id)


def test_a_hazard_is_found_by_class() -> None:
    methadone = MEDICINES.get("methadone")
    found = methadone.hazard("opioid_agonist")
    assert found is not None
    assert found.strength is Strength.HIGH
    assert found.fact_id == "medicine/methadone/hazard/opioid_agonist"
    assert methadone.hazard(HazardClass.MAO_INHIBITOR) is None


def test_the_checks_find_what_is_wrong() -> None:
    good = MEDICINES.get("midazolam")
    crowded = msgspec.structs.replace(
        good.victim, fm={"CYP3A4": Figure(value=0.8), "UGT": Figure(value=0.5)}
    )
    assert any(
        "add up" in p for p in medicine_problems(msgspec.structs.replace(good, victim=crowded))
    )
    odd = Hazard(
        klass=HazardClass.BLEEDING, strength=Strength.KNOWN, fact_id="medicine/midazolam/hazard/x"
    )
    found = list(medicine_problems(msgspec.structs.replace(good, hazards=(odd, odd))))
    assert len(found) == 5  # twice the wrong strength and the wrong id, once the repetition
    outside = Figure(value=0.9, low=0.1, high=0.5, interval="range", verified=True)
    assert len(list(figure_problems("fm", outside, fraction=True))) == 2
    assert list(figure_problems("fm", Figure(value=1.2), fraction=True))


def test_a_name_of_two_medicines_is_found() -> None:
    twin = msgspec.structs.replace(MEDICINES.get("midazolam"), id="twin", name="twin")
    problems = list(name_problems((*MEDICINES.all(), twin), MEDICINES._names, MEDICINES.products))
    assert any("versed" in p and "midazolam" in p and "twin" in p for p in problems)
