"""Bayes' rule against the published and the stored values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.case import parse_case
from speciosa.clinical.severity import assess
from speciosa.clinical.severity.predictive import missed_share, positive_predictive_value
from speciosa.knowledge import load

KNOWLEDGE = load()
share = st.floats(0.01, 0.99)


@pytest.mark.parametrize(("prevalence", "ppv"), [(0.05, 0.21), (0.10, 0.37), (0.25, 0.63)])
def test_published_values_at_three_prevalences(prevalence, ppv):
    assert round(positive_predictive_value(0.83, 0.84, prevalence), 2) == ppv
    fact = KNOWLEDGE.fact(f"instrument/gad7/ppv/prevalence-{100 * prevalence:.0f}")
    assert fact.number == ppv


@given(share, share, share, share)
def test_a_positive_screen_means_more_where_the_disorder_is_commoner(se, sp, one, other):
    low, high = sorted((one, other))
    assert positive_predictive_value(se, sp, low) <= positive_predictive_value(se, sp, high) + 1e-12
    assert missed_share(se, sp, low) <= missed_share(se, sp, high) + 1e-12


@given(share, share, share)
def test_both_sides_of_the_cut_off_add_up_to_the_prevalence(se, sp, prevalence):
    above = se * prevalence + (1 - sp) * (1 - prevalence)
    ppv, missed = positive_predictive_value(se, sp, prevalence), missed_share(se, sp, prevalence)
    assert ppv * above + missed * (1 - above) == pytest.approx(prevalence)


def test_a_useless_screen_tells_nothing():
    assert positive_predictive_value(0.5, 0.5, 0.1) == pytest.approx(0.1)
    assert missed_share(0.5, 0.5, 0.1) == pytest.approx(0.1)
    assert positive_predictive_value(0.0, 1.0, 0.1) == 0.0


def _predictive(total):
    case = parse_case({"date": "2026-11-22", "symptoms": {"gad7": {"total": total}}})
    return assess(case, KNOWLEDGE).predictive


@pytest.mark.parametrize(("total", "side"), [(7, False), (8, True), (0, False), (21, True)])
def test_the_side_of_the_cut_off(total, side):
    values = _predictive(total)
    assert [v.prevalence for v in values] == [0.05, 0.10, 0.25]
    assert {v.at_or_above for v in values} == {side}
    for value in values:
        assert value.share.low < value.share.value < value.share.high
        assert value.facts


def test_the_interval_uses_both_ends():
    at_ten = next(v for v in _predictive(12) if v.prevalence == 0.10)
    assert at_ten.share.low == pytest.approx(positive_predictive_value(0.71, 0.70, 0.10))
    assert at_ten.share.high == pytest.approx(positive_predictive_value(0.91, 0.92, 0.10))


def test_missing_items_that_leave_the_side_open_give_no_value():
    answers = [1, 1, 1, 1, 1, 1, None]
    case = parse_case({"date": "2026-11-22", "symptoms": {"gad7": {"answers": answers}}})
    assert not any(v.instrument == "gad7" for v in assess(case, KNOWLEDGE).predictive)


def test_the_short_form_stands_in_when_the_long_form_has_no_total():
    answers = [2, 2, None, None, None, 1, 1]
    case = parse_case({"date": "2026-11-22", "symptoms": {"gad7": {"answers": answers}}})
    result = assess(case, KNOWLEDGE)
    assert {v.instrument for v in result.predictive} == {"gad2"}
    assert {v.cutoff for v in result.predictive} == {3}
