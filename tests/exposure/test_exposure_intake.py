"""Intake: what is taken, what the content rests on, and how it compares with what was studied."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.exposure.kratom_cases import kratom_cases
from tests.language import forbidden_in

from speciosa.case.read import parse_case
from speciosa.finding import Severity, Tone
from speciosa.knowledge import load
from speciosa.pharmacology.exposure import intake

KNOWLEDGE = load()


def case_of(*products, status="using", **kratom):
    return parse_case(
        {
            "date": "2026-11-22",
            "kratom": {"status": status, "products": list(products), **kratom},
        }
    )


def product(form="leaf_powder", **fields):
    return {"form": form, **fields}


def first(*products, **kratom):
    return intake(case_of(*products, **kratom), KNOWLEDGE).products[0]


def texts(findings):
    return " ".join(f"{f.text} {f.detail}" for f in findings)


# ------------------------------------------------------------------ content


def test_a_laboratory_result_is_preferred_to_everything_else():
    taken = first(
        product(dose={"leaf_g": 2.0}, analysis={"mitragynine_mg_per_g": 19.48}, times_per_day=1.0)
    )
    amount = taken.mitragynine_mg_per_dose
    assert amount.value == pytest.approx(38.96)
    assert amount.low < 38.96 < amount.high
    assert taken.content.id == "intake.content.laboratory"


def test_a_label_is_shown_with_the_plausible_true_range():
    taken = first(product("extract_shot", dose={"units": 1.0, "mitragynine_mg_per_unit": 100.0}))
    amount = taken.mitragynine_mg_per_dose
    assert amount.value == 100.0
    assert amount.low == pytest.approx(100 / 3.7)
    assert amount.high > 100.0
    assert taken.content.tone is Tone.WARNING
    assert "over-state" in taken.content.text


def test_without_analysis_or_label_the_range_over_such_products_is_used():
    taken = first(product(dose={"leaf_g": 1.0}))
    amount = taken.mitragynine_mg_per_dose
    assert amount.value is None
    assert (amount.low, amount.high) == (pytest.approx(3.9), pytest.approx(62.1))


def test_the_laboratory_narrows_and_the_label_less_so():
    def width(amount):
        return amount.high / amount.low

    by_form = first(product("extract", dose={"leaf_g": 1.0})).mitragynine_mg_per_dose
    by_label = first(product("extract", dose={"mitragynine_mg": 50.0})).mitragynine_mg_per_dose
    by_lab = first(
        product("extract", dose={"leaf_g": 1.0}, analysis={"mitragynine_mg_per_g": 50.0})
    ).mitragynine_mg_per_dose
    assert width(by_lab) < width(by_label) < width(by_form)


def test_a_seven_oh_tablet_without_a_label_has_the_range_of_tested_products():
    taken = first(product("7_oh_product", dose={"units": 2.0}, times_per_day=3.0))
    assert (taken.seven_oh_mg_per_dose.low, taken.seven_oh_mg_per_dose.high) == (28, 50)
    assert (taken.seven_oh_mg_per_day.low, taken.seven_oh_mg_per_day.high) == (84, 150)
    assert taken.mitragynine_mg_per_dose is None


def test_seven_oh_in_leaf_is_bounded_by_content_not_by_the_metabolite_ratio():
    taken = first(product(dose={"leaf_g": 4.0}))
    assert taken.seven_oh_mg_per_dose.low == 0
    assert taken.seven_oh_mg_per_dose.high == pytest.approx(4 * 0.124)
    assert taken.seven_oh_mg_per_dose.value is None


def test_capsules_without_a_weight_give_no_amount_and_say_so():
    result = intake(
        case_of(product("capsule", dose={"capsules": 5.0}, times_per_day=2.0)), KNOWLEDGE
    )
    assert result.products[0].mitragynine_mg_per_dose is None
    assert "kratom.products.dose.capsule_leaf_mg" in {m.field for m in result.missing}
    assert result.products[0].content.tone is Tone.WARNING


def test_capsules_with_a_weight_are_grams():
    taken = first(product("capsule", dose={"capsules": 6.0, "capsule_leaf_mg": 500.0}))
    assert taken.mitragynine_mg_per_dose.high == pytest.approx(3 * 62.1)


def test_an_analysis_in_another_unit_than_the_dose_is_not_forced_to_fit():
    taken = first(
        product("extract_shot", dose={"units": 1.0}, analysis={"mitragynine_mg_per_g": 200.0})
    )
    assert taken.mitragynine_mg_per_dose is None


def test_amounts_of_several_products_add_up():
    both = intake(
        case_of(
            product(dose={"leaf_g": 2.0}, times_per_day=1.0),
            product("extract", dose={"mitragynine_mg": 37.0}, times_per_day=2.0),
        ),
        KNOWLEDGE,
    )
    assert both.mitragynine_mg_per_day.low == pytest.approx(2 * 3.9 + 2 * 10.0)
    assert both.mitragynine_mg_per_day.value is None
    assert "add up" in texts(both.findings)


def test_a_sum_with_an_unknown_part_is_only_a_lower_bound():
    result = intake(
        case_of(
            product(dose={"leaf_g": 2.0}, times_per_day=1.0),
            product("extract_shot", dose={"units": 1.0}, times_per_day=1.0),
        ),
        KNOWLEDGE,
    )
    assert result.mitragynine_mg_per_day.high is None
    assert result.mitragynine_mg_per_day.low == pytest.approx(7.8)
    assert "at least" in result.headline


# ------------------------------------------------------------------ words


def test_the_use_is_described_as_reported():
    taken = first(product(dose={"leaf_g": 4.0}, times_per_day=3.0, days_per_week=5.0))
    assert taken.as_used == "leaf powder, 4 g, 3 times a day, 5 days a week (as reported)"


def test_once_is_said_once_and_a_label_is_quoted():
    taken = first(product(label="label says 15 mg per g", dose={"leaf_g": 4.0}, times_per_day=1.0))
    assert "once a day" in taken.as_used
    assert taken.content.text.startswith('"label says 15 mg per g":')
    # The label is there to read, so it is not said that nothing is known.
    assert "nothing is known" not in taken.content.text


def test_a_range_in_words_is_no_finer_than_it_is_known():
    result = intake(case_of(product(dose={"leaf_g": 4.0}, times_per_day=4.0)), KNOWLEDGE)
    assert "62 to 990 mg" in result.headline


def test_nothing_is_said_to_have_been_assumed_where_nothing_was_computed():
    result = intake(case_of(), KNOWLEDGE)
    since = next(m for m in result.missing if m.field == "kratom.since")
    assert "was assumed" not in since.cost


def test_a_strain_name_is_not_believed():
    taken = first(product(strain="Red Bali", dose={"leaf_g": 1.0}))
    assert "nothing reliable" in taken.strain.text
    assert taken.strain.facts == ("kratom/prod_vein",)
    assert first(product()).strain is None


def test_the_colour_changes_no_number():
    colours = [
        first(product(strain=s, dose={"leaf_g": 2.0})) for s in ("Red Maeng Da", "White Borneo")
    ]
    assert colours[0].mitragynine_mg_per_dose == colours[1].mitragynine_mg_per_dose


# ------------------------------------------------------------------ comparison


def test_more_than_ever_studied_is_a_warning():
    taken = first(product("extract", dose={"mitragynine_mg": 400.0}, times_per_day=2.0))
    ids = {f.id: f for f in taken.comparison}
    assert ids["intake.above_studied_dose"].tone is Tone.WARNING
    assert ids["intake.above_studied_day"].severity is Severity.MODERATE


def test_less_than_studied_never_reassures():
    taken = first(product(dose={"leaf_g": 0.3}, times_per_day=1.0))
    assert "intake.within_studied_dose" in {f.id for f in taken.comparison}
    assert all(f.tone is not Tone.REASSURING for f in taken.comparison)
    assert "does not mean safe" in texts(taken.comparison)


def test_a_very_large_amount_of_leaf_is_above_every_trial():
    assert "intake.above_leaf" in {f.id for f in first(product(dose={"leaf_g": 15.0})).comparison}
    assert "intake.above_leaf" not in {
        f.id for f in first(product(dose={"leaf_g": 12.0})).comparison
    }


@pytest.mark.parametrize(
    "taken",
    [
        product("7_oh_product"),
        product("7_oh_product", dose={"units": 1.0}),
        product("extract", dose={"seven_oh_mg": 15.0}),
        product("leaf_powder", dose={"leaf_g": 2.0}, analysis={"seven_oh_mg_per_g": 20.0}),
    ],
)
def test_swallowed_seven_oh_is_outside_everything_studied(taken):
    found = {f.id: f for f in first(taken).comparison}
    assert found["intake.seven_oh_product"].severity is Severity.MAJOR


def test_traces_measured_in_leaf_do_not_make_it_a_seven_oh_product():
    taken = first(product(dose={"leaf_g": 2.0}, analysis={"seven_oh_mg_per_g": 0.05}))
    assert "intake.seven_oh_product" not in {f.id for f in taken.comparison}


def test_an_extract_of_unknown_seven_oh_is_flagged():
    taken = first(product("extract", dose={"leaf_g": 1.0}))
    assert "intake.maybe_seven_oh" in {f.id for f in taken.comparison}


# ------------------------------------------------------------------ status


def test_unrecorded_use_is_not_no_use():
    result = intake(parse_case({"date": "2026-11-22"}), KNOWLEDGE)
    assert "not clear" in result.headline
    assert [m.field for m in result.missing] == ["kratom"]


def test_never_is_short():
    result = intake(parse_case({"date": "2026-11-22", "kratom": {"status": "never"}}), KNOWLEDGE)
    assert result.products == ()
    assert result.findings == ()


def test_who_only_asks_gets_no_amount_whatever_was_typed():
    result = intake(
        case_of(product(dose={"leaf_g": 3.0}, times_per_day=2.0), status="asking"), KNOWLEDGE
    )
    shown = result.products[0]
    assert shown.mitragynine_mg_per_dose is None
    assert shown.mitragynine_mg_per_day is None
    assert shown.as_used == ""
    assert result.mitragynine_mg_per_day is None


def test_stopped_describes_the_earlier_use():
    result = intake(case_of(product(dose={"leaf_g": 3.0}), status="stopped"), KNOWLEDGE)
    assert "Stopped" in result.headline


def test_each_missing_piece_says_what_it_costs():
    result = intake(case_of(product()), KNOWLEDGE)
    assert {m.field for m in result.missing} == {
        "kratom.products.dose",
        "kratom.products.times_per_day",
        "kratom.since",
        "kratom.last_use_hours_ago",
    }
    assert all(m.cost for m in result.missing)


# ------------------------------------------------------------------ over all cases


@given(kratom_cases())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_case_makes_the_intake_recommend_reassure_or_break(case):
    result = intake(case, KNOWLEDGE)
    assert forbidden_in(result) == []
    findings = [*result.findings]
    for shown in result.products:
        findings += [shown.content, *shown.comparison]
        findings += [shown.strain] if shown.strain else []
    assert all(f.tone is not Tone.REASSURING for f in findings)
    for found in findings:
        assert found.facts or found.id == "intake.not_known"
        for fact in found.facts:
            assert KNOWLEDGE.cite(fact)
            assert fact not in KNOWLEDGE.kratom.not_for_use
