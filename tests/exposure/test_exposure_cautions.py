"""What a reader must know beside the numbers: limits of the products, the use and the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.language import forbidden_in

from speciosa.case.read import parse_case
from speciosa.finding import Severity
from speciosa.knowledge import load
from speciosa.pharmacology import mechanism
from speciosa.pharmacology.exposure import expose, intake
from speciosa.pharmacology.exposure.expose import scene_of
from speciosa.pharmacology.exposure.summary import differences
from speciosa.pharmacology.exposure.virtual.people import simulate
from speciosa.pharmacology.exposure.virtual.schedule import Schedule

KNOWLEDGE = load()
LEAF = {"form": "leaf_powder", "dose": {"leaf_g": 2}, "times_per_day": 2}
TABLET = {
    "form": "7_oh_product",
    "dose": {"units": 1, "seven_oh_mg_per_unit": 15},
    "times_per_day": 2,
}
PSEUDOINDOXYL = {
    "form": "pseudoindoxyl_product",
    "dose": {"units": 1, "mitragynine_mg_per_unit": 10},
    "times_per_day": 1,
}


def case_of(*products: dict[str, Any], **kratom: Any):
    use = {"status": "using", "since": "2024-01-01", "products": list(products), **kratom}
    return parse_case({"date": "2026-11-22", "kratom": use})


def exposed(*products: dict[str, Any], **kratom: Any):
    return expose(case_of(*products, **kratom), KNOWLEDGE, seed=5, subjects=200)


def texts(result, id_: str) -> list[str]:
    return [f.text for f in result.findings if f.id == id_ or f.id.startswith(f"{id_}.")]


# ------------------------------------------------------------------ the products


def test_a_pseudoindoxyl_product_is_not_compared_with_trials_of_leaf():
    (product,) = intake(case_of(PSEUDOINDOXYL), KNOWLEDGE).products
    said = {finding.id for finding in product.comparison}
    assert "intake.pseudoindoxyl_product" in said
    assert not [id_ for id_ in said if "studied" in id_ or "scale" in id_]


def test_the_pseudoindoxyl_of_a_product_is_in_no_figure_and_that_comes_first():
    case = case_of(PSEUDOINDOXYL)
    result, samples = expose(case, KNOWLEDGE, seed=5, subjects=200)
    found = next(f for f in result.findings if f.id == "exposure.pseudoindoxyl_left_out")
    assert found.severity is Severity.MAJOR
    assert result.headline.startswith(found.text)
    assert mechanism.assess(case, KNOWLEDGE, samples).targets[0].peak is None
    assert forbidden_in(result) == []
    assert not texts(exposed(LEAF)[0], "exposure.pseudoindoxyl_left_out")


def test_no_amount_is_stated_of_fresh_leaf_unless_it_was_analysed():
    fresh = {"form": "fresh_leaf", "dose": {"leaf_g": 20}, "times_per_day": 1}
    (product,) = intake(case_of(fresh), KNOWLEDGE).products
    assert product.mitragynine_mg_per_dose is None
    assert "intake.above_leaf" not in {f.id for f in product.comparison}
    assert exposed(fresh)[1] is None
    analysed = {**fresh, "analysis": {"mitragynine_mg_per_g": 4}}
    assert exposed(analysed)[1] is not None


# ------------------------------------------------------------------ the use


@pytest.mark.parametrize(
    ("hours", "product", "doubted"),
    [
        (400, LEAF, True),
        (20, LEAF, False),
        (72, LEAF, False),
        (96, {**LEAF, "days_per_week": 1}, False),
        (600, {**LEAF, "days_per_week": 1}, True),
        (120, {**LEAF, "times_per_day": 0.25}, False),
    ],
)
def test_a_last_use_long_ago_does_not_fit_frequent_use(hours, product, doubted):
    result, samples = exposed(product, last_use_hours_ago=hours)
    assert bool(texts(result, "exposure.last_use_unlike")) is doubted
    assert ("not today" in result.headline) is doubted
    assert samples is not None
    assert bool(samples.doubt) is doubted


# ------------------------------------------------------------------ the model


def test_swallowed_seven_oh_is_compared_between_the_structures():
    result, _ = exposed(TABLET)
    assert {d.analyte for d in result.differences} == {"7-hydroxymitragynine"}
    said = texts(result, "exposure.structures_differ") + texts(result, "exposure.structures_agree")
    assert len(said) == 1


def test_the_ratio_of_the_structures_is_that_of_their_own_levels():
    case = case_of(TABLET)
    assert case.kratom is not None
    products = case.kratom.products
    schedule = Schedule.of_use(products, None, KNOWLEDGE)
    people = simulate(schedule, products, KNOWLEDGE, seed=5, subjects=150)
    found = differences(scene_of(people, products, KNOWLEDGE), KNOWLEDGE)
    peak = next(d for d in found if d.measure == "cmax")
    one, other = (
        np.median(held.swallowed_nm.max(axis=1) / people.seven_oh_mg_per_day)
        for held in people.by_structure.values()
    )
    assert peak.ratio == pytest.approx(other / one, rel=0.06)


def test_where_the_upper_ends_part_is_said_beside_a_small_share():
    (said,) = texts(exposed({**LEAF, "times_per_day": 4})[0], "exposure.upper_range")
    assert "does not show this" in said


def test_a_low_end_beyond_what_was_studied_is_called_lack_of_knowledge():
    (said,) = texts(exposed({**LEAF, "dose": {"leaf_g": 9}})[0], "exposure.extrapolation")
    assert "not a sign of low levels" in said


def test_the_other_alkaloids_stand_beside_what_the_study_saw():
    (said,) = texts(exposed(LEAF)[0], "exposure.other_alkaloids")
    assert "in the tea study; here its median area is" in said


def test_areas_of_the_study_are_those_of_one_dose():
    areas = [o for o in exposed(LEAF)[0].observed if o.measure == "auc"]
    assert areas
    assert all("one dose" in o.unit and "per day" not in o.unit for o in areas)


def test_an_amount_beyond_any_prediction_is_questioned_and_gets_no_level():
    absurd = {"form": "leaf_powder", "dose": {"leaf_g": 500}, "times_per_day": 48}
    result, samples = expose(case_of(absurd), KNOWLEDGE, seed=1, subjects=50)
    assert samples is None
    assert not result.analytes
    assert not result.curves
    (told,) = [f for f in result.findings if f.id == "exposure.too_far"]
    assert told.severity is Severity.MAJOR
    assert "slip of number or unit" in told.text
    assert not forbidden_in(told.text)


def test_such_an_amount_of_somebody_who_stopped_gets_no_decline_either():
    absurd = {"form": "leaf_powder", "dose": {"leaf_g": 500}, "times_per_day": 48}
    case = case_of(absurd, status="stopped", last_use_hours_ago=48)
    result, samples = expose(case, KNOWLEDGE, seed=1, subjects=50)
    assert samples is None
    assert not result.now
    assert not result.washout
    assert "exposure.too_far" in {f.id for f in result.findings}


def test_heavy_use_short_of_that_is_still_predicted():
    heavy = {"form": "leaf_powder", "dose": {"leaf_g": 15}, "times_per_day": 6}
    result, samples = expose(case_of(heavy), KNOWLEDGE, seed=1, subjects=50)
    assert samples is not None
    assert "exposure.too_far" not in {f.id for f in result.findings}
