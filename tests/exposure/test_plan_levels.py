"""Measured levels in one line: every way that is accepted, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from speciosa.errors import InputError
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.measurement.measured import UNITS, to_nmol_l
from speciosa.pharmacology.exposure.plan.document import LevelUnit
from speciosa.pharmacology.exposure.plan.level_text import read_level
from speciosa.pharmacology.exposure.plan.words import level_words

KNOWLEDGE = load()


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("mitragynine=55 ng/mL@2h", {"value": 55, "unit": "ng/mL", "hours_after_last_dose": 2}),
        ("MG = 0.055 mg/L @ 2 h", {"value": 0.055, "unit": "mg/L", "hours_after_last_dose": 2}),
        ("mitragynine<1 ng/mL@30h", {"value": 1, "below_limit": True}),
        ("mitragynine=<1 ng/mL@30.5h", {"below_limit": True, "hours_after_last_dose": 30.5}),
        ("7-oh=12 nM (LOQ 0.5)@day 3 8:00",
         {"analyte": "7-hydroxymitragynine", "unit": "nmol/L", "limit_of_quantification": 0.5,
          "day": 3, "time": "8:00"}),
        ("7-hydroxymitragynine=3 µg/L LOQ 1", {"unit": "ug/L", "limit_of_quantification": 1}),
        ("mitragynine=0.1 umol/L", {"unit": "umol/L", "hours_after_last_dose": None}),
    ],
)  # fmt: skip
def test_a_level_in_one_line(text: str, fields: dict[str, Any]):
    level = read_level(text)
    assert {name: getattr(level, name) for name in fields} == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mitragynine",
        "mitragynine=55",
        "mitragynine=55 ng/mL@two hours",
        "mitragynine=-5 ng/mL@2h",
        "mitragynine>5 ng/mL@2h",
        "mitragynine=0 ng/mL@2h",
        "mitragynine=1e9 ng/mL@2h",
        "mitragynine=5 ng/mL@day 3",
        "speciogynine=5 ng/mL@2h",
        "mitragynine=5 ng/mL@2h " * 50,
    ],
)
def test_what_is_not_a_level_is_refused(text: str):
    with pytest.raises(InputError) as caught:
        read_level(text)
    assert caught.value.problems[0].accepted


def test_units_are_turned_into_one_another_by_the_molecular_weight():
    weight = KNOWLEDGE.fact("kratom/pk_mg_mw").number
    assert to_nmol_l(weight, "ng/mL", "mitragynine", KNOWLEDGE) == pytest.approx(1000)
    for value, unit in ((1000.0, "ng/mL"), (1000.0, "ug/L"), (1.0, "mg/L")):
        found = to_nmol_l(value, unit, "mitragynine", KNOWLEDGE)
        assert found == pytest.approx(1e6 / weight)
    assert to_nmol_l(2.0, "umol/L", "mitragynine", KNOWLEDGE) == 2000.0


def test_every_unit_that_is_read_can_be_turned():
    assert set(LevelUnit) == set(UNITS)


def test_a_wrong_value_names_the_option():
    with pytest.raises(InputError, match=r"^--measured value"):
        read_level("mitragynine=0 ng/mL@2h")


def test_a_level_is_said_with_the_digits_it_was_given_with():
    assert "5,000 ng/mL" in level_words(read_level("mitragynine=5000 ng/mL@2h"))
    assert "123.45 ng/mL" in level_words(read_level("mitragynine=123.45 ng/mL"))
