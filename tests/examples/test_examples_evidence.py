"""What the ranked options of each bundled example must say, and must never say."""

from __future__ import annotations

import pytest
from tests.examples.test_examples_golden import NAMES, of

from speciosa.evidence.result import RankedOption, Standing
from speciosa.finding import Certainty


def option(name: str, option_id: str) -> RankedOption:
    return next(one for one in of(name).evidence.ranked if one.id == option_id)


def avoided(name: str) -> set[str]:
    return {one.id for one in of(name).evidence.ranked if one.standing is Standing.AVOID}


@pytest.mark.parametrize("name", NAMES)
def test_psychological_treatment_leads_and_kratom_is_no_option(name: str) -> None:
    result = of(name).evidence
    assert result.ranked[0].group == "psychological"
    # Adults were studied: for somebody under 18 that is one step less sure.
    young = name == "adolescent_extract"
    assert result.ranked[0].certainty is (Certainty.LOW if young else Certainty.MODERATE)
    assert not any("kratom" in one.id for one in result.ranked)
    assert result.kratom_row is not None
    assert result.kratom_row.certainty is Certainty.VERY_LOW


@pytest.mark.parametrize("name", NAMES)
def test_kava_never_stands_among_what_can_be_used(name: str) -> None:
    assert option(name, "kava").standing is Standing.AVOID


def test_in_pregnancy_medicines_need_care_and_herbs_are_barred() -> None:
    name = "pregnancy_tea"
    assert {"paroxetine", "silexan", "chamomile", "ashwagandha", "cannabidiol"} <= avoided(name)
    taken = option(name, "sertraline")
    assert taken.standing is Standing.CAUTION
    assert "What is already taken is reviewed and never stopped abruptly." in taken.history
    assert option(name, "cbt").standing is Standing.USABLE


def test_with_a_liver_signal_what_harms_the_liver_is_barred() -> None:
    name = "liver_signal"
    assert {"duloxetine", "agomelatine", "ashwagandha", "cannabidiol"} <= avoided(name)
    assert "escitalopram" not in avoided(name)
    assert any("liver" in text.lower() for text in option(name, "kava").why)
    assert not any("never stopped" in text for text in option(name, "kava").history)


def test_for_an_adolescent_no_medicine_is_simply_usable() -> None:
    name = "adolescent_extract"
    medicines = [one for one in of(name).evidence.ranked if one.group == "medicine"]
    assert medicines
    assert all(one.standing is not Standing.USABLE for one in medicines)
    assert option(name, "duloxetine").comparisons[0].young
    specialist = "child and adolescent specialist"
    assert any(specialist in text for text in option(name, "sertraline").why)


def test_for_an_older_adult_sedatives_beside_an_opioid_are_barred() -> None:
    name = "older_adult_ten_medicines"
    assert {"pregabalin", "benzodiazepines", "quetiapine_xr"} <= avoided(name)
    assert any("65" in text for text in option(name, "sertraline").why)


def test_what_was_tried_is_told() -> None:
    told = option("daily_leaf_two_years", "buspirone").history
    assert "buspirone was tried before: no effect." in told
