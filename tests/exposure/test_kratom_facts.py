"""The table ``kratom``: whole, traceable, and aware of its own traps."""

from __future__ import annotations

from speciosa.knowledge import Basis, load
from speciosa.knowledge.kratom import KratomFacts

KNOWLEDGE = load()


def test_the_table_finds_nothing_wrong_with_itself():
    assert list(KNOWLEDGE.kratom.problems()) == []


def test_problems_are_found_where_they_are(monkeypatch):
    table = KratomFacts()
    broken = {id_: fact for id_, fact in table._curated.items() if id_ != "kratom/pk_halflife_myth"}
    monkeypatch.setattr(table, "_curated", broken)
    assert any("pk_halflife_myth" in p for p in table.problems())


def test_nothing_of_the_notes_was_lost():
    facts = list(KNOWLEDGE.kratom.facts())
    own = ("kratom/assumption_", "kratom/calibration_")
    assert len([f for f in facts if not f.id.startswith(own)]) >= 325


def test_the_choices_of_the_calibration_are_judgements_that_can_be_looked_up():
    choices = [f for f in KNOWLEDGE.kratom.facts() if f.id.startswith("kratom/calibration_")]
    assert choices
    assert all(f.basis is Basis.JUDGEMENT and f.quantity for f in choices)


def test_the_swapped_affinities_stand_the_right_way_round():
    seven_oh = KNOWLEDGE.fact("kratom/pd_obeng2021_mor_ki_7oh")
    mg = KNOWLEDGE.fact("kratom/pd_obeng2021_mor_ki_mg")
    assert (seven_oh.number, mg.number) == (77.9, 709)
    assert not seven_oh.verified
    assert "kratom/pd_obeng2021_mor_ki_abstract" in KNOWLEDGE.kratom.not_for_use


def test_recalled_and_absent_facts_are_never_verified():
    for fact in KNOWLEDGE.kratom.facts():
        if fact.basis in (Basis.RECALLED, Basis.JUDGEMENT, Basis.ABSENCE):
            assert not fact.verified, fact.id


def test_a_bound_is_stated_as_a_bound():
    assert "below limit" in KNOWLEDGE.cite("kratom/prod_k51_7oh").statement
