"""A level that the use does not explain is seen before any figure, in every room that uses them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.language import forbidden_in

from speciosa.assessment import Assessment, assess
from speciosa.case.read import parse_case
from speciosa.finding import Severity
from speciosa.knowledge import load
from speciosa.report import html

KNOWLEDGE = load()
LEAF = {"form": "leaf_powder", "dose": {"leaf_g": 3}, "times_per_day": 3}
UNKNOWN_TABLET = {"form": "7_oh_product", "times_per_day": 3}


def level(value: float, name: str = "mitragynine", **fields: Any) -> dict[str, Any]:
    told = {"hours_after_dose": 2, "date": "2026-11-19", **fields}
    return {"name": f"{name}_plasma", "value": value, "unit": "ng/mL", **told}


def assessed(
    *labs: dict[str, Any], medicines: tuple[dict[str, Any], ...] = (), **kratom: Any
) -> Assessment:
    use = {"status": "using", "since": "2025-06-01", "products": [LEAF], **kratom}
    case = {
        "date": "2026-11-20",
        "place": "US-OH",
        "kratom": {key: value for key, value in use.items() if value is not None},
        "medicines": list(medicines),
        "labs": list(labs),
    }
    return assess(parse_case(case), KNOWLEDGE, subjects=200)


def major(result: Assessment, id_: str) -> bool:
    found = [f for f in result.exposure.findings if f.id.startswith(id_)]
    return [f.severity for f in found] == [Severity.MAJOR]


def test_nothing_is_doubted_without_a_reason():
    result = assessed(level(80))
    assert result.exposure.doubt == ""
    assert result.exposure.headline.startswith("Predicted peak")


@pytest.mark.parametrize(
    ("labs", "id_"),
    [
        ((level(20_000),), "level.impossible_high"),
        (
            (level(5000), level(5, "7_hydroxymitragynine", below_limit=True)),
            "level.contradictory",
        ),
        ((level(20_000, hours_after_dose=None),), "exposure.level_above"),
    ],
)
def test_a_level_far_above_opens_every_headline_and_the_first_screen(labs, id_: str):
    result = assessed(*labs)
    doubt = result.exposure.doubt
    assert "use described" in doubt
    assert major(result, id_)
    assert result.exposure.headline.startswith(doubt)
    assert result.mechanism.headline.startswith(doubt)
    noted = [f for f in result.interactions.findings if f.id == "interaction.exposure_doubt"]
    assert doubt in noted[0].text
    first = html.render(result).split("<h2", 3)[2]
    assert "Levels: " in first
    assert forbidden_in(result.exposure) == []


def test_seven_oh_above_what_leaf_gives_points_to_another_product():
    result = assessed(level(90, "7_hydroxymitragynine"))
    assert "a 7-OH product not reported" in result.exposure.doubt


@pytest.mark.parametrize("status", ["never", "asking", "stopped"])
def test_a_level_without_any_product_on_record_is_a_major_contradiction(status: str):
    result = assessed(level(400), status=status, since=None, products=[])
    assert major(result, "exposure.level_without_use")
    assert "no product on record explains it" in result.exposure.doubt
    assert "earlier use" not in result.kratom.intake.headline
    assert "decline after stopping was not computed" not in result.exposure.why
    below = assessed(level(1, below_limit=True), status=status, since=None, products=[])
    assert below.exposure.doubt == ""


def test_a_level_above_all_observed_is_major_where_nothing_can_be_predicted():
    leaf = {"form": "leaf_powder", "times_per_day": 3}
    assert major(assessed(level(4000), products=[leaf]), "exposure.level_alone_high")
    low = assessed(level(20), products=[leaf])
    assert low.exposure.doubt == ""
    hidden = assessed(level(4000), products=[LEAF, UNKNOWN_TABLET])
    assert major(hidden, "exposure.level_alone_high")
    stopped = assessed(
        level(400, hours_after_dose=None),
        status="stopped",
        stopped="2026-11-10",
        products=[LEAF],
    )
    assert major(stopped, "exposure.level_alone_high")


def test_a_product_without_an_amount_leaves_lower_ends_alone():
    result = assessed(products=[LEAF, UNKNOWN_TABLET])
    exposure = result.exposure
    assert major(result, "exposure.left_out")
    assert "In no figure" in exposure.headline
    peak = exposure.analytes["mitragynine"].cmax
    assert peak.low
    assert peak.value is None
    assert peak.high is None
    assert exposure.analytes["7-hydroxymitragynine"].cmax.low is None
    assert not exposure.curves
    assert not exposure.observed
    assert not [f for f in exposure.findings if f.id.startswith("exposure.above_observed")]
    assert result.mechanism.targets[0].peak is None
    assert exposure.differences == ()
    assert not [f for f in exposure.findings if f.id.startswith("exposure.structures_")]
    assert "at least 0 mg" not in result.kratom.intake.headline


def test_lower_ends_keep_formed_seven_oh_where_only_leaf_is_left_out():
    result = assessed(products=[LEAF, {"form": "tea", "times_per_day": 1}])
    assert result.exposure.analytes["7-hydroxymitragynine"].cmax.low


NALTREXONE = ({"name": "naltrexone", "dose_mg": 50, "interval_h": 24, "planned": True},)


@pytest.mark.parametrize(
    ("stopped", "labs"),
    [("2026-10-31", ()), ("2026-09-01", (level(30, hours_after_dose=None),))],
)
def test_kratom_is_present_while_a_level_lasts(stopped: str, labs):
    heavy = [{**LEAF, "dose": {"leaf_g": 12}, "times_per_day": 4}]
    result = assessed(
        *labs, status="stopped", stopped=stopped, products=heavy, medicines=NALTREXONE
    )
    assert "interaction.kratom_present" in {f.id for f in result.interactions.findings}
    assert "stopped" in result.interactions.rows[0].sentence


def test_long_after_the_last_dose_kratom_is_named_as_use_again():
    result = assessed(status="stopped", stopped="2025-09-01", products=[LEAF], medicines=NALTREXONE)
    assert result.exposure.present_on_date is False
    assert "interaction.kratom_present" not in {f.id for f in result.interactions.findings}


def test_mechanism_does_not_deny_levels_that_stand_above_it():
    result = assessed(status="stopped", stopped="2026-11-18", products=[LEAF])
    assert result.exposure.now
    assert "No exposure was predicted" not in result.mechanism.headline
    assert "can still act" in result.mechanism.headline


def test_no_decline_is_announced_where_a_level_refutes_it():
    result = assessed(
        level(3000, hours_after_dose=900),
        status="stopped",
        stopped="2026-10-10",
        products=[LEAF],
        medicines=NALTREXONE,
    )
    assert not result.exposure.washout
    assert "levels since the last dose are described" not in result.exposure.headline
    assert "no decline and no present level are given" in result.exposure.headline
    assert "stopped" in result.interactions.rows[0].sentence
