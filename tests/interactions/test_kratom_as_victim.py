"""Kratom as victim: mitragynine rises or falls, 7-OH can go either way, and nothing calms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interactions.cases import AS_STUDIED, KNOWLEDGE, SEVEN_OH, USING, check, ids, row
from tests.language import forbidden_in

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
from speciosa.pharmacology.interactions.kinetics.perpetrator import Use, activity, effects
from speciosa.pharmacology.interactions.kinetics.sampling import SIZE
from speciosa.pharmacology.interactions.kinetics.static_model import Activity
from speciosa.pharmacology.interactions.kratom import alkaloids

OF_MITRAGYNINE, OF_SEVEN_OH = alkaloids.MITRAGYNINE, alkaloids.SEVEN_OH


def ratios(*names: str):
    acting = [activity(effects(KNOWLEDGE.medicines.get(name), Use(), KNOWLEDGE)) for name in names]
    return alkaloids.ratios(acting, KNOWLEDGE)


def left(share: float) -> Activity:
    """CYP3A of gut wall and liver left by so much."""
    return Activity({"CYP3A4": np.full(SIZE, share)}, np.full(SIZE, share))


def test_without_a_perpetrator_nothing_changes() -> None:
    for found in alkaloids.ratios([], KNOWLEDGE).values():
        np.testing.assert_array_equal(found.samples, 1.0)
        assert found.median == 1.0


@settings(max_examples=20)
@given(less=st.floats(0.01, 1.0), part=st.floats(0.01, 1.0))
def test_mitragynine_rises_the_more_the_less_enzyme_is_left(less: float, part: float) -> None:
    strong, weak = (
        alkaloids.ratios([left(x)], KNOWLEDGE)[OF_MITRAGYNINE] for x in (less * part, less)
    )
    assert strong.median >= weak.median >= 1.0
    assert np.all(strong.samples >= 1.0)


@pytest.mark.parametrize("name", ["ketoconazole", "itraconazole", "clarithromycin", "fluconazole"])
def test_an_inhibitor_leaves_both_directions_of_seven_oh_open(name: str) -> None:
    found = ratios(name)
    assert found[OF_MITRAGYNINE].median > 1.5
    assert found[OF_MITRAGYNINE].low >= 1.0
    assert found[OF_SEVEN_OH].low < 0.8
    assert found[OF_SEVEN_OH].high > 1.5
    assert 0.2 < alkaloids.probability_of_rise(found[OF_SEVEN_OH]) < 0.8


def test_what_was_seen_in_rats_lies_inside() -> None:
    found = ratios("ketoconazole")
    seen = {
        OF_MITRAGYNINE: KNOWLEDGE.fact("kratom/met_ketoconazole_mg").number,
        OF_SEVEN_OH: KNOWLEDGE.fact("kratom/met_ketoconazole_7oh").number,
    }
    for name, percent in seen.items():
        assert found[name].low < 1.0 + percent / 100.0 < found[name].high


def test_an_inducer_lowers_mitragynine() -> None:
    found = ratios("rifampicin")
    assert found[OF_MITRAGYNINE].high < 1.0


def test_no_row_calms_about_seven_oh() -> None:
    result = check("ketoconazole", "rifampicin", "paroxetine", "diltiazem", kratom=USING)
    assert forbidden_in(result) == []
    for name in ("ketoconazole", "rifampicin", "diltiazem"):
        found = row(result, f"pk.{name}.kratom")
        assert "7-hydroxymitragynine can go either way" in found.sentence
        assert "opioid effect cannot be predicted" in found.sentence
        assert "7-OH product" in found.sentence
        assert "a rise in 0 of" not in found.sentence


def test_a_seven_oh_product_has_no_figure() -> None:
    found = row(check("ketoconazole", kratom=SEVEN_OH), "pk.ketoconazole.kratom")
    assert found.auc_ratio is not None
    assert found.auc_ratio.value is None
    assert found.auc_ratio.low is None
    assert found.severity is Severity.MAJOR


def test_all_perpetrators_of_the_list_together_are_never_milder() -> None:
    names = ("ketoconazole", "fluoxetine", "carbamazepine")
    result = check(*names, kratom=AS_STUDIED)
    together = row(result, "pk.all.kratom")
    alone = [row(result, f"pk.{name}.kratom") for name in names]
    assert set(together.members) == {*names, "kratom"}
    assert together.severity.rank <= min(r.severity.rank for r in alone)
    assert "hide one another" in together.sentence
    # No pair of two medicines is spoken of, only each with kratom.
    assert {frozenset(p.members) for p in together.pairs} == {
        frozenset((name, "kratom")) for name in names
    }
    assert "pk.all.kratom" not in ids(check("ketoconazole", kratom=AS_STUDIED))


def test_taking_a_perpetrator_away_removes_only_its_rows() -> None:
    many = check("ketoconazole", "fluoxetine", kratom=AS_STUDIED)
    one = check("ketoconazole", kratom=AS_STUDIED)
    assert row(many, "pk.ketoconazole.kratom") == row(one, "pk.ketoconazole.kratom")


def test_a_poor_metaboliser_is_told_that_mitragynine_is_higher_already() -> None:
    poor = Metabolism(activity={"CYP2D6": 0.0}, genes=frozenset({"CYP2D6"}))
    own = alkaloids.mitragynine(KNOWLEDGE, poor).beside_typical
    assert np.median(own) > 1.0
    person = {"cyp2d6": {"phenotype": "poor"}}
    found = row(check("ketoconazole", kratom=USING, person=person), "pk.ketoconazole.kratom")
    assert "mitragynine in this person is" in found.mechanism
    usual = row(check("ketoconazole", kratom=USING), "pk.ketoconazole.kratom")
    assert "mitragynine in this person is" not in usual.mechanism


def test_a_diseased_liver_removes_no_row() -> None:
    names = ("ketoconazole", "sertraline", "fluconazole", "rifampicin", "citalopram")
    usual = {r.id: r for r in check(*names, kratom=USING).rows if r.victim == "kratom"}
    ill = {"liver": {"child_pugh": "C"}}
    found = {r.id: r for r in check(*names, kratom=USING, person=ill).rows}
    for id_, interaction in usual.items():
        if id_ != "interaction.pk.all.kratom":
            assert found[id_].severity.rank <= interaction.severity.rank
    assert usual
