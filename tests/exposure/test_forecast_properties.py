"""Whatever regimen is simulated: figures in order, the same bytes again, more is never less."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.language import forbidden_in

from speciosa.errors import InputError
from speciosa.finding import Tone
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.plan import read_plan_bytes, read_plan_text
from speciosa.pharmacology.exposure.plan.level_text import read_level
from speciosa.pharmacology.exposure.regimen.forecast import Settings, forecast
from speciosa.report.json import encode

KNOWLEDGE = load()
LINEAR = Settings(seed=6, subjects=30, structures=("linear",))

WHAT = st.sampled_from(
    [
        "2 g leaf tea",
        "3 capsules of 500 mg leaf",
        "extract shot 150 mg mitragynine",
        "15 mg 7-oh tablet",
        "40 mg mitragynine and 2 mg 7-oh",
    ]
)
WHEN = st.sampled_from(
    ["", " once", " at 8:00 and 20:00", " twice a day", " every 36 hours", " daily, 5 days a week"]
)
HOW_LONG = st.sampled_from(["", " for 1 day", " for 9 days", " for 300 days"])
THEN = st.sampled_from(["", " then stop", " then 15 mg 7-oh tablet once"])
LEVELS = st.lists(
    st.sampled_from(
        ["mitragynine=20 ng/mL@2h", "7-oh<1 ng/mL@40h", "mg=9000 mg/L@1h", "mitragynine=50 nmol/L"]
    ),
    max_size=2,
    unique=True,
)


@given(WHAT, WHEN, HOW_LONG, THEN, LEVELS)
@settings(max_examples=40, deadline=None)
def test_any_regimen_gives_figures_in_order_and_the_same_bytes(what, when, how_long, then, levels):
    try:
        plan = read_plan_text(f"{what}{when}{how_long}{then}")
    except InputError:
        return
    plan = plan.model_copy(update={"levels": tuple(map(read_level, levels))})
    result = forecast(plan, KNOWLEDGE, LINEAR)
    for figures in result.analytes.values():
        for one in (figures.cmax, figures.tmax, figures.auc, figures.ctrough, figures.half_life):
            known = [x for x in (one.p05, one.median, one.p95) if x is not None]
            assert known == sorted(known)
            assert all(x >= 0 for x in known)
    for fading in result.washout:
        one = fading.after_last_dose
        known = [x for x in (one.p05, one.median, one.p95) if x is not None]
        assert known == sorted(known)
    assert {use.level.said for use in result.levels} == {
        said.removeprefix("measured ") for said in result.understood if said.startswith("measured")
    }
    assert not [finding for finding in result.findings if finding.tone is Tone.REASSURING]
    assert forbidden_in(result) == []
    assert any(finding.id == "simulate.describes" for finding in result.findings)
    assert encode(forecast(plan, KNOWLEDGE, LINEAR)) == encode(result)


@given(st.integers(2, 20))
@settings(max_examples=10, deadline=None)
def test_more_of_a_product_never_gives_less(times: int):
    little = forecast(read_plan_text("1 g leaf tea"), KNOWLEDGE, LINEAR)
    more = forecast(read_plan_text(f"{times} g leaf tea"), KNOWLEDGE, LINEAR)
    for name in little.analytes:
        low, high = little.analytes[name].auc.median, more.analytes[name].auc.median
        assert low is not None
        assert high is not None
        assert high > low


def test_a_missed_dose_never_gives_more():
    use = (
        "products: [{name: a, form: leaf_powder, dose: {leaf_g: 2}}]\n"
        "use: [{product: a, times: ['8:00', '20:00'], to_day: 4}]\n"
    )
    every = forecast(read_plan_bytes(use.encode()), KNOWLEDGE, LINEAR)
    missed = forecast(read_plan_bytes(f"{use}missed: [{{day: 3}}]".encode()), KNOWLEDGE, LINEAR)
    more, less = (r.analytes["mitragynine"].auc.median for r in (every, missed))
    assert more is not None
    assert less is not None
    assert less < more


def test_a_longer_look_changes_no_figure_of_all_of_it():
    plan = read_plan_text("2 g leaf tea for 2 days")
    short = forecast(plan, KNOWLEDGE, LINEAR._replace(until_h=30.0))
    long = forecast(plan, KNOWLEDGE, LINEAR._replace(until_h=400.0))
    assert short.curve["mitragynine"].time_h[-1] == 30.0
    assert long.curve["mitragynine"].time_h[-1] == 400.0
    assert short.washout == long.washout


def test_a_product_of_unknown_content_is_refused_with_what_is_needed():
    raw = b"products: [{name: a, form: extract_shot, dose: {units: 1}}]\ndoses: [{product: a}]\n"
    with pytest.raises(InputError, match="mg on the label"):
        forecast(read_plan_bytes(raw), KNOWLEDGE, LINEAR)


@pytest.mark.parametrize("use", ["daily for 100 days", "every other day for 100 days"])
def test_the_area_of_long_use_is_the_sum_of_its_doses(use: str):
    """In the linear structure; the area may not depend on the points of the curve."""
    one = forecast(read_plan_text("2 g leaf tea"), KNOWLEDGE, LINEAR)
    many = forecast(read_plan_text(f"2 g leaf tea {use}"), KNOWLEDGE, LINEAR)
    for name, figures in many.analytes.items():
        single, all_of_them = one.analytes[name].auc.median, figures.auc.median
        assert single is not None
        assert all_of_them is not None
        assert all_of_them == pytest.approx(single * len(many.doses_h), rel=0.03)


def test_the_area_does_not_depend_on_how_much_is_shown():
    plan = read_plan_text("2 g leaf tea twice a day for 10 days then stop")
    whole = forecast(plan, KNOWLEDGE, LINEAR)
    part = forecast(plan, KNOWLEDGE, LINEAR._replace(until_h=30.0))
    one, other = (x.analytes["mitragynine"].auc.median for x in (whole, part))
    assert one == pytest.approx(other, rel=0.01)


def test_endless_use_does_not_fade_in_the_period_shown():
    plan = read_plan_text("2 g leaf tea daily")
    day = forecast(plan, KNOWLEDGE, LINEAR)
    week = forecast(plan, KNOWLEDGE, LINEAR._replace(until_h=168.0))
    assert len(week.doses_h) == 7
    one, other = (x.analytes["mitragynine"].ctrough.median for x in (day, week))
    assert one == pytest.approx(other, rel=0.02)


def test_days_that_are_not_shown_are_named_and_the_day_on_which_steady_use_ends():
    long = forecast(read_plan_text("2 g leaf tea daily for 730 days"), KNOWLEDGE, LINEAR)
    assert long.period_h[1] < 730 * 24
    assert any(line.startswith("shown from day 4") for line in long.understood)
    short = forecast(read_plan_text("2 g leaf tea daily for 14 days"), KNOWLEDGE, LINEAR)
    assert not any(line.startswith("shown from") for line in short.understood)
    steady = read_plan_bytes(
        b"before: steady\nproducts: [{name: a, form: leaf_powder, dose: {leaf_g: 5}}]\n"
        b"use: [{product: a, times_per_day: 4, to_day: 3}]\n"
    )
    assert "up to day 3" in forecast(steady, KNOWLEDGE, LINEAR).understood[0]


@pytest.mark.parametrize("regimen", ["500 g leaf powder", "9000 mg mitragynine"])
def test_amounts_for_which_no_prediction_can_stand_are_refused(regimen: str):
    with pytest.raises(InputError, match="check the numbers and units"):
        forecast(read_plan_text(regimen), KNOWLEDGE, LINEAR)


def test_few_virtual_people_are_said_to_be_few():
    plan = read_plan_text("2 g leaf tea")
    few = forecast(plan, KNOWLEDGE, LINEAR)
    enough = forecast(plan, KNOWLEDGE, LINEAR._replace(subjects=200))
    assert any(f.id == "simulate.few" for f in few.findings)
    assert not any(f.id == "simulate.few" for f in enough.findings)
