"""A regimen in YAML: strict, said back, and laid out on the axis of hours."""

from __future__ import annotations

from pathlib import Path

import pytest

from speciosa.errors import InputError
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.plan import lay_out, plan_schema, read_plan_bytes, understood
from speciosa.pharmacology.exposure.plan.layout import MOST_LISTED, level_times
from speciosa.pharmacology.exposure.virtual.schedule import times_after_a_dose

KNOWLEDGE = load()
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "regimens").glob("*.yaml"))
PRODUCTS = "products: [{name: leaf, form: leaf_powder, dose: {leaf_g: 2}}]\n"


def plan_of(rest: str, products: str = PRODUCTS):
    return read_plan_bytes((products + rest).encode())


def times_of(rest: str) -> list[float]:
    return [d.time_h for d in lay_out(plan_of(rest), KNOWLEDGE).schedule.doses]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_is_read_and_said_back(path: Path):
    plan = read_plan_bytes(path.read_bytes(), name=path.name)
    assert understood(plan, KNOWLEDGE)
    assert lay_out(plan, KNOWLEDGE).schedule.doses


def test_there_are_examples():
    assert EXAMPLES


def test_missed_doses_are_left_out_by_day_time_and_product():
    use = "use: [{product: leaf, times: ['8:00', '20:00'], to_day: 3}]\n"
    assert times_of(use) == [0, 12, 24, 36, 48, 60]
    assert times_of(f"{use}missed: [{{day: 2}}]") == [0, 12, 48, 60]
    assert times_of(f"{use}missed: [{{day: 2, time: '20:00'}}]") == [0, 12, 24, 48, 60]
    assert times_of(f"{use}missed: [{{day: 1, time: '8:00'}}]") == [0, 12, 24, 36, 48]


def test_extra_doses_and_parts_of_a_dose():
    plan = plan_of(
        "use: [{product: leaf, times: ['8:00'], to_day: 2, fraction: 0.5}]\n"
        "doses: [{product: leaf, day: 1, time: '12:00', fraction: 2.0}]"
    )
    doses = lay_out(plan, KNOWLEDGE).schedule.doses
    assert [(d.time_h, d.fraction) for d in doses] == [(0, 0.5), (4, 2.0), (24, 0.5)]


def test_endless_use_of_two_rhythms_is_shown_over_the_longer_one():
    plan = plan_of(
        "before: steady\n"
        "use:\n- {product: leaf, times_per_day: 2}\n"
        "- {product: shot, times: ['21:00'], days_per_week: 1}",
        products="products:\n- {name: leaf, form: leaf_powder, dose: {leaf_g: 2}}\n"
        "- {name: shot, form: extract_shot, dose: {units: 1, mitragynine_mg_per_unit: 100}}\n",
    )
    layout = lay_out(plan, KNOWLEDGE)
    assert layout.ongoing
    assert layout.period_h == 168
    assert [d.product for d in layout.schedule.doses].count(0) == 14
    assert [d.product for d in layout.schedule.doses].count(1) == 1
    assert {r.period_h for r in layout.schedule.before.repeats} == {24.0, 168.0}


@pytest.mark.parametrize(
    ("how", "until_h", "doses", "end_h"),
    [
        ("every_hours: 6", None, 4, 24.0),
        ("every_hours: 36", None, 1, 36.0),
        ("times_per_day: 2", 100.0, 10, 120.0),
        ("times_per_day: 2", 6.0, 2, 24.0),
    ],
)
def test_endless_use_goes_on_as_long_as_it_is_shown(how, until_h, doses, end_h):
    plan = plan_of(f"before: steady\nuse: [{{product: leaf, {how}}}]")
    layout = lay_out(plan, KNOWLEDGE, until_h=until_h)
    assert len(layout.schedule.doses) == doses
    assert layout.schedule.end_h == end_h


def test_endless_use_cannot_be_shown_for_more_doses_than_are_listed():
    plan = plan_of("before: steady\nuse: [{product: leaf, times_per_day: 24}]")
    with pytest.raises(InputError, match="--until"):
        lay_out(plan, KNOWLEDGE, until_h=8000.0)


def test_long_use_is_summed_up_and_loses_no_dose():
    layout = lay_out(
        plan_of("use: [{product: leaf, times_per_day: 3, days_per_week: 5, to_day: 1001}]"),
        KNOWLEDGE,
    )
    listed = len(layout.schedule.doses)
    older = sum(len(r.times_h) * r.count for r in layout.schedule.before.repeats)
    assert listed <= MOST_LISTED
    assert listed + older == 1001 // 7 * 15
    assert layout.summed_up_h > 0


def test_a_missed_dose_long_ago_keeps_every_dose_listed_from_there():
    rest = "use: [{product: leaf, times_per_day: 3, to_day: 200}]\nmissed: [{day: 5}]"
    layout = lay_out(plan_of(rest), KNOWLEDGE)
    older = sum(len(r.times_h) * r.count for r in layout.schedule.before.repeats)
    assert len(layout.schedule.doses) + older == 3 * 199


@pytest.mark.parametrize(
    ("rest", "field"),
    [
        ("", "regimen"),
        ("use: [{product: tea, times_per_day: 1, to_day: 2}]", "use[0].product"),
        ("use: [{product: leaf, times_per_day: 1}]", "use[0].to_day"),
        ("use: [{product: leaf, to_day: 2}]", "use[0]"),
        ("use: [{product: leaf, times_per_day: 1, times: ['8:00'], to_day: 2}]", "use[0]"),
        ("use: [{product: leaf, times: ['8'], to_day: 2}]", "use[0].times[0]"),
        ("use: [{product: leaf, times: ['8:00', '08:00'], to_day: 2}]", "use[0].times"),
        ("use: [{product: leaf, times_per_day: 1, from_day: 3, to_day: 2}]", "use[0].to_day"),
        ("before: always\ndoses: [{product: leaf}]", "before"),
        ("before: steady\ndoses: [{product: leaf}]", "before"),
        ("doses: [{product: leaf, grams: 2}]", "doses[0].grams"),
        ("doses: [{product: leaf}]\nmissed: [{day: 2}]", "missed[0]"),
        ("doses: [{product: leaf}]\nmissed: [{day: 1}]", "missed"),
        (
            "doses: [{product: leaf}]\nlevels: [{analyte: mitragynine, value: 5, unit: mg/dL}]",
            "levels[0].unit",
        ),
        (
            "doses: [{product: leaf}]\n"
            "levels: [{analyte: mitragynine, value: 5, unit: ng/mL, day: 1}]",
            "levels[0]",
        ),
    ],
)
def test_what_is_wrong_is_named(rest: str, field: str):
    with pytest.raises(InputError) as caught:
        lay_out(plan_of(rest), KNOWLEDGE)
    assert caught.value.problems[0].field == field
    assert caught.value.problems[0].accepted


def test_a_name_given_twice_is_refused():
    tea = "{name: a, form: tea, dose: {leaf_g: 1}}"
    products = f"products: [{tea}, {tea}]\n"
    with pytest.raises(InputError, match="given twice"):
        plan_of("doses: [{product: a}]", products)


def test_when_a_level_was_taken():
    plan = plan_of(
        "doses: [{product: leaf, day: 1, time: '8:00'}, {product: leaf, day: 2, time: '8:00'}]\n"
        "levels:\n"
        "- {analyte: mitragynine, value: 5, unit: ng/mL, hours_after_last_dose: 2}\n"
        "- {analyte: mitragynine, value: 5, unit: ng/mL, day: 1, time: '20:00'}\n"
        "- {analyte: mitragynine, value: 5, unit: ng/mL}\n"
    )
    layout = lay_out(plan, KNOWLEDGE)
    assert [level_times(level, layout) for level in plan.levels] == [(26.0,), (12.0,), ()]


def test_a_level_in_endless_use_can_follow_any_dose_that_fits():
    assert times_after_a_dose((0.0, 5.0, 10.0), 24.0, 2.0) == (2.0, 7.0, 12.0)
    assert times_after_a_dose((0.0, 5.0, 10.0), 24.0, 9.0) == (19.0,)
    assert times_after_a_dose((0.0, 5.0, 10.0), 24.0, 40.0) == (50.0,)


def test_the_schema_names_every_field():
    fields = plan_schema()["properties"]
    assert {"products", "use", "doses", "missed", "before", "levels"} <= fields.keys()
