"""A laboratory's plasma level: measured, or less than the laboratory can measure."""

from __future__ import annotations

from typing import Any

import pytest

from speciosa.assessment import assess
from speciosa.case.read import parse_case
from speciosa.errors import InputError


def case_with(**lab: Any):
    level = {"name": "mitragynine_plasma", "unit": "ng/mL", **lab}
    return parse_case({"date": "2026-11-22", "labs": [level]})


def test_a_level_below_the_limit_is_kept_as_such():
    lab = case_with(value=0.5, below_limit=True, limit_of_quantification=0.5).labs[0]
    assert (lab.value, lab.below_limit) == (0.5, True)


@pytest.mark.parametrize(
    ("lab", "field"),
    [
        ({"value": 0.2, "limit_of_quantification": 0.5}, "labs[0].value"),
        ({"value": 0.2, "below_limit": True, "limit_of_quantification": 0.5}, "labs[0].value"),
        ({"value": 0, "below_limit": True}, "labs[0].value"),
        ({"value": 1, "below_limit": "yes"}, "labs[0].below_limit"),
        ({"value": 1, "limit_of_quantification": 0}, "labs[0].limit_of_quantification"),
    ],
)
def test_a_limit_that_contradicts_the_value_is_refused(lab: dict[str, Any], field: str):
    with pytest.raises(InputError) as caught:
        case_with(**lab)
    assert caught.value.problems[0].field == field


@pytest.mark.parametrize("limit", [{"below_limit": True}, {"limit_of_quantification": 5.0}])
def test_only_plasma_levels_of_kratom_have_such_a_limit(limit: dict[str, Any]):
    with pytest.raises(InputError, match="beside alt"):
        case_with(name="alt", unit="U/L", value=20, **limit)


def test_a_level_below_the_limit_does_not_show_use():
    used = assess(case_with(value=1.0), subjects=20)
    unseen = assess(case_with(value=1.0, below_limit=True), subjects=20)
    assert used.kratom.status == "stopped"
    assert unseen.kratom.status == "not given"
