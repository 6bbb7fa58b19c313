"""Absolute terms: per 100, points, number needed, and an interval through infinity."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.evidence.grading import Controls, Shown, furukawa, number_needed, summary
from speciosa.knowledge import load
from speciosa.knowledge.evidence.pooled import Interval, PooledEffect
from speciosa.knowledge.evidence.question import Assumed, Question
from speciosa.knowledge.evidence.record import Better

KNOWLEDGE = load()
ASKED = {q.id: q for q in KNOWLEDGE.evidence.questions.questions}


def needed(value: float, low: float, high: float, *, good: bool = True):
    difference = Interval(value=value, low=low, high=high)
    return number_needed(difference, good=good, event="response", method="m", assumed="a")


def test_the_number_needed_of_a_clear_benefit() -> None:
    got = needed(20.0, 10.0, 25.0)
    assert got.words == "NNTB 5 (95 % CI NNTB 4 to NNTB 10)"
    assert (got.value, got.low, got.high) == (5.0, 4.0, 10.0)


def test_an_interval_with_no_difference_passes_through_infinity() -> None:
    got = needed(5.0, -4.0, 14.0)
    assert got.words == "NNTB 20 (95 % CI NNTB 8 through infinity to NNTH 25)"


def test_an_unwished_event_that_grows_is_a_number_to_harm() -> None:
    assert needed(10.0, 5.0, 20.0, good=False).words == "NNTH 10 (95 % CI NNTH 5 to NNTH 20)"


def test_no_difference_at_all_is_infinity_and_not_an_error() -> None:
    assert needed(0.0, -10.0, 10.0).words.startswith("infinity")


@given(st.floats(0.01, 0.99), st.floats(-3, 3), st.floats(0, 3))
def test_furukawa_stays_a_share_and_grows_with_the_effect(
    risk: float, gain: float, more: float
) -> None:
    assert 0 <= furukawa(risk=risk, gain=gain) <= furukawa(risk=risk, gain=gain + more) <= 1
    assert furukawa(0.0, risk) == pytest.approx(risk)


def test_a_number_to_harm_is_rounded_towards_harm() -> None:
    """One in 2.08 is nearer to 2 than to 3; rounding up would reassure."""
    assert needed(48.0, 35.0, 60.0, good=False).words == "NNTH 2 (95 % CI NNTH 1 to NNTH 2)"
    assert needed(48.0, 35.0, 60.0).words == "NNTB 3 (95 % CI NNTB 2 to NNTB 3)"


def test_furukawa_by_hand() -> None:
    """A half SD from 20 %: the normal quantile -0.8416 moved to -0.3416 is 36.6 %."""
    assert furukawa(0.5, 0.2) == pytest.approx(0.3663, abs=1e-4)


def shown(question: Question, estimate: float, low: float, high: float) -> Shown:
    return Shown(question.measure, question.better, estimate, low, high)


def test_a_ratio_times_its_assumed_risk() -> None:
    asked = ASKED["escitalopram-response"]
    risk = KNOWLEDGE.fact(asked.assumed.risk).number
    got = summary(shown(asked, 1.5, 1.2, 1.9), asked, KNOWLEDGE.fact)
    assert got.per_100 is not None
    assert got.per_100.without == pytest.approx(100 * risk)
    assert got.per_100.difference.value == pytest.approx(50 * risk)
    assert got.nnt is not None
    assert got.nnt.value == pytest.approx(1 / (0.5 * risk), rel=1e-4)
    assert asked.assumed.risk in got.facts


def test_a_ratio_never_gives_more_than_everybody() -> None:
    asked = ASKED["escitalopram-response"]
    got = summary(shown(asked, 5.0, 2.0, 40.0), asked, KNOWLEDGE.fact)
    assert got.per_100 is not None
    assert got.per_100.with_option.high == 100.0
    assert "cut at 100" in got.per_100.assumed


def test_leaving_early_more_often_is_harm() -> None:
    asked = ASKED["duloxetine-dropout"]
    got = summary(shown(asked, 1.4, 1.1, 1.8), asked, KNOWLEDGE.fact)
    assert got.nnt is not None
    assert got.nnt.words.startswith("NNTH")


def test_a_standardised_difference_becomes_points_of_both_scales() -> None:
    asked = ASKED["cbt-vs-waiting-list"]
    got = summary(shown(asked, -0.5, -0.7, -0.3), asked, KNOWLEDGE.fact)
    by_scale = {points.scale: points for points in got.points}
    sd = KNOWLEDGE.fact(asked.assumed.sd["GAD-7"]).number
    assert by_scale["GAD-7"].difference.value == pytest.approx(-0.5 * sd, abs=0.005)
    assert "lower on the GAD-7" in by_scale["GAD-7"].in_words
    assert by_scale.keys() == {"HAM-A", "GAD-7"}


def test_points_that_include_none_say_so() -> None:
    asked = ASKED["pregabalin-ham-a"]
    got = summary(shown(asked, -1.0, -2.5, 0.5), asked, KNOWLEDGE.fact)
    assert "may be no difference" in got.points[0].in_words


def test_without_an_assumed_risk_nothing_is_made_up() -> None:
    asked = msgspec.structs.replace(ASKED["escitalopram-response"], assumed=Assumed())
    got = summary(shown(asked, 1.5, 1.2, 1.9), asked, KNOWLEDGE.fact)
    assert got.per_100 is None
    assert got.nnt is None
    assert got.not_said


@given(st.floats(0.1, 10), st.floats(0, 2))
def test_a_ratio_under_one_never_reads_as_more_people(ratio: float, spread: float) -> None:
    asked = ASKED["escitalopram-response"]
    low, high = ratio * math.exp(-spread), ratio * math.exp(spread)
    got = summary(shown(asked, ratio, low, high), asked, KNOWLEDGE.fact)
    assert got.per_100 is not None
    value = got.per_100.difference.value
    assert value is not None
    assert (value < 0) == (ratio < 1) or abs(value) < 1e-3
    assert asked.better is Better.ABOVE


# ------------------------------------------------------------------ the pool's own trials


def test_the_risk_comes_from_the_comparator_arms_of_the_very_trials() -> None:
    asked = ASKED["duloxetine-dropout-adverse-events"]
    controls = Controls(events=10, people=438, trials=3, of=3)
    got = summary(shown(asked, 5.72, 1.47, 22.29), asked, KNOWLEDGE.fact, controls)
    assert got.per_100 is not None
    assert got.per_100.without == pytest.approx(100 * 10 / 438, abs=1e-3)
    assert (got.per_100.control_events, got.per_100.control_n) == (10, 438)
    assert "10 of 438 in its own 3 trials" in got.per_100.assumed
    assert asked.assumed.risk not in got.facts


@pytest.mark.parametrize("controls", [Controls(0, 100, 1, 1), Controls(9, 9, 1, 1)])
def test_where_no_risk_can_be_told_it_is_assumed_and_said_so(controls: Controls) -> None:
    asked = ASKED["duloxetine-dropout-adverse-events"]
    got = summary(shown(asked, 2.0, 1.1, 3.6), asked, KNOWLEDGE.fact, controls)
    assert got.per_100 is not None
    assert got.per_100.control_n is None
    assert "assumed" in got.per_100.assumed
    assert "not from these trials" in got.per_100.assumed
    assert asked.assumed.risk in got.facts


HELD = {one.id: one for one in KNOWLEDGE.evidence.studies}
BINARY = [e for e in KNOWLEDGE.evidence.pooled if e.measure in {"RR", "OR"} and e.absolute.per_100]


def raw(effect: PooledEffect) -> tuple[float, float] | None:
    """Events in 100 with the option and without it, straight from the arms of the records."""
    asked = ASKED[effect.id]
    sums = {True: [0, 0], False: [0, 0]}
    for one in effect.studies:
        study = HELD[one.id]
        last = max(
            (o.week for o in study.outcomes if o.scale in asked.scales and o.arms), default=None
        )
        for outcome in study.outcomes:
            if outcome.scale not in asked.scales or outcome.week != last:
                continue
            for value in outcome.arms:
                arm = study.arm(value.arm)
                option = arm.kind == "option" and arm.treatment in asked.arms
                if (
                    (option or arm.kind is asked.comparator)
                    and value.events is not None
                    and value.n
                ):
                    sums[option][0] += value.events
                    sums[option][1] += value.n
    if not all(n for _, n in sums.values()):
        return None
    return 100 * sums[True][0] / sums[True][1], 100 * sums[False][0] / sums[False][1]


@pytest.mark.parametrize("effect", BINARY, ids=lambda effect: effect.id)
def test_absolute_numbers_agree_with_the_raw_arms(effect: PooledEffect) -> None:
    found = raw(effect)
    per_100 = effect.absolute.per_100
    assert per_100 is not None
    if found is None:  # only published contrasts: nothing to count
        assert per_100.control_n is None
        return
    with_option, without = found
    difference = per_100.difference.value
    assert difference is not None
    assert per_100.without == pytest.approx(without, abs=0.1)
    # Doses of one trial become one effect by their precision, which is not adding up people.
    doses = any(one.n_effects > 1 for one in effect.studies)
    assert difference == pytest.approx(with_option - without, abs=6.0 if doses else 4.0)


def test_both_drop_out_figures_that_were_wrong_are_those_of_their_trials() -> None:
    by_id = {effect.id: effect for effect in BINARY}
    for name, wanted in (("duloxetine", 9), ("venlafaxine", 10)):
        nnt = by_id[f"{name}-dropout-adverse-events"].absolute.nnt
        assert nnt is not None
        assert nnt.words.startswith(f"NNTH {wanted} ")


def test_each_risk_of_its_own_trials_can_be_cited() -> None:
    seen = 0
    for effect in BINARY:
        per_100 = effect.absolute.per_100
        if per_100 is not None and per_100.control_n is not None:
            seen += 1
            assert str(per_100.control_n) in KNOWLEDGE.cite(f"{effect.fact_id}/control-risk").note
    assert seen > 20


def test_the_assumed_drop_out_is_that_of_every_placebo_arm_of_the_base() -> None:
    events = people = 0
    for study in HELD.values():
        if "discontinuation" in study.design:
            continue
        for outcome in study.outcomes:
            if outcome.scale != "dropout_adverse_events":
                continue
            for value in outcome.arms:
                if (
                    study.arm(value.arm).kind == "pill_placebo"
                    and value.n
                    and value.events is not None
                ):
                    events, people = events + value.events, people + value.n
    held = KNOWLEDGE.fact("evidence/assumed/placebo-dropout-adverse-events")
    assert held.number == pytest.approx(events / people, abs=5e-5)
    assert held.n == people
