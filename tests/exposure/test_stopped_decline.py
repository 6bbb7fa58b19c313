"""A case that has stopped: its decline is described, never read as safety."""

from __future__ import annotations

from typing import Any

import pytest
from tests.language import forbidden_in

from speciosa.case.read import parse_case
from speciosa.finding import Tone
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.expose import expose
from speciosa.pharmacology.exposure.measurement.measured import Use
from speciosa.pharmacology.exposure.stopped import decline

KNOWLEDGE = load()
LEAF = {"form": "leaf_powder", "dose": {"leaf_g": 4}, "times_per_day": 3}


def found(*labs: dict[str, Any], **kratom: Any):
    use = {"status": "stopped", "since": "2025-01-01", "products": [LEAF], **kratom}
    case = parse_case({"date": "2026-11-22", "kratom": use, "labs": list(labs)})
    return decline(case, KNOWLEDGE, seed=4, subjects=100)


def level(**fields: Any) -> dict[str, Any]:
    return {"name": "mitragynine_plasma", "value": 20, "unit": "ng/mL", **fields}


@pytest.mark.parametrize("status", ["using", "asking"])
def test_only_a_case_that_stopped_has_a_decline(status: str):
    assert found(status=status) is None


def test_without_an_amount_nothing_is_computed():
    assert found(products=[]) is None
    assert found(products=[{"form": "tea", "times_per_day": 4}]) is None


def test_levels_fall_with_time_and_are_not_stated_without_one():
    early, late = found(last_use_hours_ago=10.0), found(last_use_hours_ago=200.0)
    assert early is not None
    assert late is not None
    high, low = (d.now["mitragynine"].value for d in (early, late))
    assert high is not None
    assert low is not None
    assert low < high
    assert early.washout == late.washout
    unknown = found()
    assert unknown is not None
    assert unknown.now == {}


def test_the_day_of_stopping_stands_in_for_the_last_dose():
    by_day, by_hours = found(stopped="2026-11-19"), found(last_use_hours_ago=72.0)
    assert by_day is not None
    assert by_hours is not None
    assert by_day.now.keys() == by_hours.now.keys()


def test_it_warns_and_never_reassures():
    result = found(last_use_hours_ago=400.0)
    assert result is not None
    assert not [f for f in result.findings if f.tone is Tone.REASSURING]
    warning = next(f for f in result.findings if f.id == "stopped.not_withdrawal")
    assert warning.tone is Tone.WARNING
    assert forbidden_in(result.findings) == []


def test_a_level_after_the_last_dose_narrows():
    before = found(last_use_hours_ago=72.0)
    after = found(level(value=12, hours_after_dose=60.0), last_use_hours_ago=72.0)
    assert before is not None
    assert after is not None
    assert after.levels[0].use is Use.USED
    wide, narrow = (d.now["mitragynine"] for d in (before, after))
    assert (narrow.high or 0) / (narrow.low or 1) < (wide.high or 0) / (wide.low or 1)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"hours_after_dose": 60.0, "date": "2026-06-01"},
        {"hours_after_dose": 60.0, "date": "2024-12-01"},
    ],
)
def test_a_level_without_a_time_or_from_long_ago_is_not_used(fields: dict[str, Any]):
    result = found(level(**fields), last_use_hours_ago=72.0)
    assert result is not None
    assert result.levels[0].use is Use.UNTIMED


def test_a_result_of_nought_is_no_level_and_one_below_the_limit_is():
    result = found(level(value=0, hours_after_dose=60.0), last_use_hours_ago=72.0)
    assert result is not None
    assert result.levels == ()
    below = found(
        level(value=1, below_limit=True, hours_after_dose=500.0), last_use_hours_ago=600.0
    )
    assert below is not None
    assert below.levels[0].use is Use.USED


def test_a_product_without_an_amount_is_named():
    result = found(products=[LEAF, {"form": "extract_shot", "label": "Blue", "times_per_day": 1}])
    assert result is not None
    left = next(f for f in result.findings if f.id == "exposure.left_out")
    assert "Blue" in left.text


def test_far_below_every_assay_no_figure_is_given():
    result = found(last_use_hours_ago=2000.0)
    assert result is not None
    for one in result.now.values():
        assert one.value is None
        assert one.low is None
        assert "research assay" in one.no_interval_because
    text = " ".join(f.text for f in result.findings if f.id.startswith("stopped.now"))
    assert "e-" not in text
    assert "says nothing about withdrawal" in text


def test_a_level_without_a_time_is_said_once_not_to_be_compared():
    case = parse_case(
        {
            "date": "2026-11-22",
            "kratom": {"status": "stopped", "stopped": "2026-10-20", "products": [LEAF]},
            "labs": [level(value=0.5, below_limit=True)],
        }
    )
    result, _ = expose(case, KNOWLEDGE, seed=4, subjects=100)
    ids = {f.id for f in result.findings}
    assert "stopped.level_untimed.mitragynine" in ids
    assert not [id_ for id_ in ids if id_.startswith("exposure.level_")]
    assert [one.field for one in result.missing] == ["labs.hours_after_dose"]


def test_a_level_that_does_not_fit_leaves_no_reassuring_figure():
    result = found(level(value=90_000, hours_after_dose=60.0), last_use_hours_ago=72.0)
    assert result is not None
    assert result.levels[0].use is Use.REFUSED
    assert result.washout == ()
    assert result.now == {}


def test_a_product_without_an_amount_leaves_levels_unjudged():
    products = [LEAF, {"form": "extract_shot", "times_per_day": 1}]
    result = found(level(hours_after_dose=60.0), products=products, last_use_hours_ago=72.0)
    assert result is not None
    assert result.levels[0].use is Use.UNKNOWN_CONTENT
