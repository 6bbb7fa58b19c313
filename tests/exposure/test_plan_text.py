"""One line of text as a regimen: what is accepted, what is refused, and how it is said back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.errors import InputError
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.plan import lay_out, read_plan_text, understood
from speciosa.pharmacology.exposure.plan.document import PastUse
from speciosa.pharmacology.exposure.plan.level_text import read_level

KNOWLEDGE = load()


def dose_of(text: str) -> dict[str, object]:
    return read_plan_text(text).products[0].dose.model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("text", "form", "dose"),
    [
        ("2 g leaf tea", "tea", {"leaf_g": 2}),
        ("2g kratom tea", "tea", {"leaf_g": 2}),
        ("1500 mg leaf as tea", "tea", {"leaf_g": 1.5}),
        ("0.5 grams of kratom leaf powder", "leaf_powder", {"leaf_g": 0.5}),
        ("three grams kratom powder", "leaf_powder", {"leaf_g": 3}),
        ("5 g fresh leaf", "fresh_leaf", {"leaf_g": 5}),
        ("1 g extract", "extract", {"leaf_g": 1}),
        ("3 capsules of 500 mg leaf", "capsule", {"capsules": 3, "capsule_leaf_mg": 500}),
        ("a capsule of 0.6 g leaf", "capsule", {"capsules": 1, "capsule_leaf_mg": 600}),
        (
            "extract shot 150 mg mitragynine",
            "extract_shot",
            {"units": 1, "mitragynine_mg_per_unit": 150},
        ),
        (
            "2 shots with 100 mg mitragynine each and 5 mg 7-OH each",
            "extract_shot",
            {"units": 2, "mitragynine_mg_per_unit": 100, "seven_oh_mg_per_unit": 5},
        ),
        ("15 mg 7-oh tablet", "7_oh_product", {"units": 1, "seven_oh_mg_per_unit": 15}),
        ("two tablets of 15 mg 7-hydroxymitragynine", "7_oh_product",
         {"units": 2, "seven_oh_mg_per_unit": 15}),
        ("40 mg mitragynine and 2 mg 7-oh", "unknown", {"mitragynine_mg": 40, "seven_oh_mg": 2}),
    ],
)  # fmt: skip
def test_products_and_amounts(text: str, form: str, dose: dict[str, float]):
    product = read_plan_text(text).products[0]
    assert (product.form, dose_of(text)) == (form, dose)


@pytest.mark.parametrize(
    ("text", "times_h", "steady"),
    [
        ("2 g leaf tea", [0], False),
        ("2 g leaf tea once", [0], False),
        ("15 mg 7-oh tablet at 8:00 and 20:00", [0, 12], False),
        ("2 g leaf at 20:30, 7:30 and 12:00", [0, 4.5, 13], False),
        ("2 g leaf twice a day for 2 days", [0, 8, 24, 32], False),
        ("2 g leaf at 8:00 for two days", [0, 24], False),
        ("2 g leaf every 12 hours for 1 day", [0, 12], False),
        ("2 g leaf every other day for 1 week", [0, 48, 96, 144], False),
        ("2 g leaf daily, 2 days a week, for 2 weeks", [0, 24, 168, 192], False),
        ("2 g leaf daily", [0], True),
        ("2 g leaf once a day then stop", [0], True),
        ("2 g leaf twice per day on 1 day per week", [0, 8], True),
        ("2 g leaf for 2 days then 15 mg 7-oh tablet", [0, 24, 48], False),
    ],
)
def test_when_doses_fall(text: str, times_h: list[float], steady: bool):
    plan = read_plan_text(text)
    layout = lay_out(plan, KNOWLEDGE)
    assert [d.time_h for d in layout.schedule.doses] == pytest.approx(times_h)
    assert layout.schedule.before.steady == steady == (plan.before is PastUse.STEADY)


def test_a_change_of_product_keeps_the_first_product_before_it():
    plan = read_plan_text(
        "2 g leaf tea three times a day then 15 mg 7-oh tablet twice a day for 2 days"
    )
    doses = lay_out(plan, KNOWLEDGE).schedule.doses
    assert [d.product for d in doses] == [0, 0, 0, 1, 1, 1, 1]


def test_stopping_is_followed_for_longer():
    ends = lay_out(read_plan_text("2 g leaf daily for 3 days then stop"), KNOWLEDGE).schedule.end_h
    stays = lay_out(read_plan_text("2 g leaf daily for 3 days"), KNOWLEDGE).schedule.end_h
    assert ends > stays + 24


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", '""'),
        ("kratom", '"kratom"'),
        ("2 g kratom", '"2 g kratom"'),
        ("2 g powder", '"2 g powder"'),
        ("2 tablets of 15 mg", '"2 tablets of 15 mg"'),
        ("3 capsules of 500 mg", '"3 capsules of 500 mg"'),
        ("3 capsules", '"3 capsules"'),
        ("1 shot", '"1 shot"'),
        ("2 spoons of leaf", '"2 spoons of leaf"'),
        ("2,5 g leaf", '"2,5 g leaf"'),
        ("-2 g leaf", '"-2 g leaf"'),
        ("2 g leaf in the morning", '"in the morning"'),
        ("2 g leaf tea and 3 g leaf", '"and 3 g leaf"'),
        ("2 g leaf three times a day at 8:00", "said in two ways"),
        ("2 g leaf once a day twice a day", "how often said twice"),
        ("2 g leaf daily for 2.5 days", "no whole number"),
        ("2 g leaf for 3 days then 2 g leaf tea daily", "no duration"),
        ("2 g leaf at 25:00", "25:00"),
        ("2 g leaf for 0 days", "no whole number"),
        ("2 g leaf or more", '"or more"'),
        ("2 g leaf up to 3 times a day", '"up to 3 times a day"'),
        ("2 g leaf tea then taper", '"taper"'),
    ],
)
def test_what_is_not_understood_is_quoted_with_what_is_accepted(text: str, quoted: str):
    with pytest.raises(InputError) as caught:
        read_plan_text(text)
    problem = caught.value.problems[0]
    assert quoted in problem.value
    assert problem.accepted


def test_a_long_or_hostile_text_is_refused_and_never_shown_raw():
    for text in ("2 g leaf " * 100, "2 g leaf \x1b[31m red", "\u202e 2 g leaf"):
        with pytest.raises(InputError) as caught:
            read_plan_text(text)
        assert str(caught.value).isprintable()


def test_it_says_how_it_was_understood_and_what_was_assumed():
    lines = understood(read_plan_text("2 g leaf tea three times a day"), KNOWLEDGE)
    said = " ".join(lines)
    assert "2 g" in said
    assert "3 times a day" in said
    assert "how long was not given" in said
    assert "8:00" in said


WORDS = st.sampled_from(
    re.split(
        " ",
        "2 3 0.5 g mg leaf tea capsules of 500 extract shot mitragynine 15 7-oh tablet once twice "
        "three times a day every 8 hours at 8:00 and 20:00 daily 5 days week other for 14 then "
        "stop , x",
    )
)


@given(st.lists(WORDS, min_size=1, max_size=12).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_any_words_are_either_a_regimen_that_can_be_laid_out_or_refused(text: str):
    try:
        plan = read_plan_text(text)
        layout = lay_out(plan, KNOWLEDGE)
    except InputError:
        return
    assert layout.schedule.doses[0].time_h == 0.0
    assert understood(plan, KNOWLEDGE)


@given(
    grams=st.integers(1, 99),
    often=st.integers(1, 24),
    days=st.integers(1, 60),
    form=st.sampled_from(["leaf tea", "leaf powder", "extract", "fresh leaf"]),
)
@settings(max_examples=60, deadline=None)
def test_no_dose_is_lost_or_added(grams: int, often: int, days: int, form: str):
    layout = lay_out(
        read_plan_text(f"{grams} g {form} {often} times a day for {days} days"), KNOWLEDGE
    )
    older = sum(len(r.times_h) * r.count for r in layout.schedule.before.repeats)
    assert len(layout.schedule.doses) + older == often * days
    assert layout.products[0].dose is not None
    assert layout.products[0].dose.leaf_g == grams


def test_where_the_dose_before_a_level_is_open_it_says_so():
    from_the_day = read_plan_text("2 g leaf tea three times a day")
    level = read_level("mitragynine=55 ng/mL@2h")
    plan = from_the_day.model_copy(update={"levels": (level,)})
    assert "every one that fits is counted" in " ".join(understood(plan, KNOWLEDGE))
    once = read_plan_text("2 g leaf tea").model_copy(update={"levels": (level,)})
    assert "every one that fits" not in " ".join(understood(once, KNOWLEDGE))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("15 mg 7-oh tablet", "1 tablet or dose labelled"),
        ("1 capsule of 500 mg leaf", "1 capsule of"),
        ("3 capsules of 500 mg leaf", "3 capsules of"),
    ],
)
def test_one_and_several_are_told_apart(text: str, said: str):
    plan = read_plan_text(text)
    assert said in understood(plan, KNOWLEDGE)[0]
