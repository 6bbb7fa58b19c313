"""What a name beside ``ratio`` stands for, what is refused, and what must be told of it."""

from __future__ import annotations

import math

import pytest
from tests.interactions.cases import KNOWLEDGE

from speciosa.errors import InputError
from speciosa.pharmacology.interactions import NoRatio, Ratio, Taking, ratio


def of(victim: str, *perpetrators: str) -> Ratio:
    found = ratio(victim, [Taking(name) for name in perpetrators], KNOWLEDGE)
    assert isinstance(found, Ratio), found
    return found


def told(found: Ratio | NoRatio) -> str:
    return " | ".join(found.flags)


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize("value", [0, -5, -0.1, math.nan, math.inf, -math.inf, "200", True])
@pytest.mark.parametrize("field", ["dose_mg", "interval_h"])
def test_a_dose_or_interval_that_is_no_number_above_nought_is_refused(field, value) -> None:
    with pytest.raises(InputError, match=field):
        Taking("itraconazole", **{field: value})


def test_an_interval_without_a_dose_is_told() -> None:
    found = ratio("midazolam", [Taking("itraconazole", interval_h=1.0)], KNOWLEDGE)
    assert "an interval without a dose cannot be used" in told(found)
    assert "an interval" not in told(of("midazolam", "itraconazole"))


def test_the_same_medicine_twice_and_the_victim_itself_are_refused() -> None:
    with pytest.raises(InputError, match="each medicine once"):
        of("midazolam", "ketoconazole", "Nizoral")
    with pytest.raises(InputError, match="another medicine than the victim"):
        of("midazolam", "Versed")
    with pytest.raises(InputError, match="another medicine than the victim"):
        of("kratom", "ketum")
    with pytest.raises(InputError, match="each medicine once"):
        of("midazolam", "kratom", "feel free")


# ------------------------------------------------------------------ kratom by its names


@pytest.mark.parametrize(
    "name", ["feel free", "kratom and kava", "kratom + kava", "Feel Free tonic"]
)
def test_a_product_with_kratom_counts_as_kratom_and_both_parts_are_told(name) -> None:
    found = of("midazolam", name)
    assert found.median == of("midazolam", "kratom").median
    assert found.observed is None
    assert f"{name} holds kratom, kava" in told(found)
    assert "this product was never studied" in told(found)
    victim = of(name, "ketoconazole")
    assert victim.median == of("kratom", "ketoconazole").median
    assert f"{name} holds kratom, kava" in told(victim)


def test_a_part_beside_kratom_that_is_not_known_is_told() -> None:
    assert "foobarium is not in the base" in told(of("midazolam", "kratom and foobarium"))


@pytest.mark.parametrize("name", ["kratom extract", "kratom shot", "mitragynine", "MIT45"])
def test_a_product_that_was_never_studied_says_so_and_has_no_study(name) -> None:
    found = of("midazolam", name)
    assert "this product was never studied" in told(found)
    assert found.observed is None


@pytest.mark.parametrize("name", ["kratom", "ketum", "Kratom tea", "kratom leaf"])
def test_leaf_is_told_as_its_one_study(name) -> None:
    found = of("midazolam", name)
    assert "studied in people as one leaf tea, once" in told(found)
    assert "never studied" not in told(found)
    assert found.observed is not None


@pytest.mark.parametrize("perpetrator", ["kratom", "kratom extract", "grapefruit"])
@pytest.mark.parametrize("victim", ["triazolam", "buspirone", "midazolam", "alprazolam"])
def test_the_gut_alone_is_no_ceiling(victim, perpetrator) -> None:
    assert of(victim, perpetrator).ceiling is None
    assert of(victim, "ketoconazole").ceiling is not None
    if perpetrator != "grapefruit":
        assert of(victim, perpetrator, "ketoconazole").ceiling is None


# ------------------------------------------------------------------ 7-hydroxymitragynine


def test_seven_oh_formed_and_swallowed_are_told_apart_and_alike_by_either_question() -> None:
    leaf, product = of("kratom", "ketoconazole"), of("7-OH", "ketoconazole")
    formed = "7-hydroxymitragynine formed in the body from kratom"
    swallowed = "7-hydroxymitragynine swallowed as such (a 7-OH product)"
    assert leaf.others[formed].median == product.others[formed].median
    assert leaf.others[swallowed].median == product.median
    for found in (leaf, product):
        assert "no study in people" in told(found)
        assert "direction of the opioid effect cannot be predicted" in told(found)
    assert swallowed in told(product)
    assert not of("7-OH", "kratom").others  # kratom does not change what is formed from itself


def test_what_seven_oh_does_to_others_was_never_studied() -> None:
    found = ratio("midazolam", [Taking("7-OH")], KNOWLEDGE)
    assert isinstance(found, NoRatio)
    assert "never studied" in found.why
    assert "no enzyme" not in found.why
    both = of("midazolam", "ketoconazole", "7-OH")
    assert "7-hydroxymitragynine has no part in the figure: what" in told(both)


# ------------------------------------------------------------------ what the ratio does not tell


def test_a_failed_activation_is_told_beside_the_ratio() -> None:
    assert "less endoxifen is formed" in of("tamoxifen", "paroxetine").failed_activation
    assert "active metabolite" in of("clopidogrel", "omeprazole").failed_activation
    assert not of("tamoxifen", "rifampicin").failed_activation
    assert not of("metoprolol", "paroxetine").failed_activation
