"""Regimens as timelines, and what is said of those that cannot be."""

import math

import numpy as np
import pytest

from speciosa.engine import Bolus, Infusion, Reset
from speciosa.engine.dosing import Kind, timeline
from speciosa.errors import InputError

STATES = ("depot", "central")


def line(*events, subjects=3, start=0.0, end=24.0):
    return timeline(events, STATES, subjects, start=start, end=end)


def actions(found, stop):
    span = range(found.first_action[stop], found.first_action[stop + 1])
    return [(Kind(found.kind[a]), int(found.target[a]), float(found.value[a])) for a in span]


def test_stops_are_the_distinct_times_within_the_run():
    found = line(Bolus(8.0, "depot", 1.0), Bolus(8, "central", 2.0), Bolus(30.0, "depot", 1.0))
    np.testing.assert_array_equal(found.stops, [0.0, 8.0, 24.0])
    assert actions(found, 1) == [(Kind.ADD, 0, 1.0), (Kind.ADD, 1, 2.0)]
    assert actions(found, 0) == actions(found, 2) == []


def test_resets_come_before_boluses_of_the_same_time():
    found = line(Bolus(1.0, "depot", 5.0), Reset(1.0, "depot", 0.0))
    assert actions(found, 1) == [(Kind.SET, 0, 0.0), (Kind.ADD, 0, 5.0)]


def test_overlapping_infusions_add_up_and_end_at_nought():
    found = line(Infusion(0.0, 2.0, "central", 0.1), Infusion(1.0, 3.0, "central", 0.2))
    np.testing.assert_array_equal(found.stops, [0.0, 1.0, 2.0, 3.0, 24.0])
    assert found.infused == (1,)
    assert actions(found, 1) == [
        (Kind.SET_RATE, 0, 0.0),
        (Kind.ADD_RATE, 0, 0.1),
        (Kind.ADD_RATE, 0, 0.2),
    ]
    assert actions(found, 3) == [(Kind.SET_RATE, 0, 0.0)]


def test_an_infusion_that_outlasts_the_run_is_cut():
    found = line(Infusion(20.0, 30.0, "central", 1.0))
    np.testing.assert_array_equal(found.stops, [0.0, 20.0, 24.0])


def test_one_amount_for_each_subject_is_stored_once():
    amounts = np.array([1.0, 2.0, 3.0])
    found = line(*(Bolus(8.0 * i, "depot", amounts) for i in range(3)))
    np.testing.assert_array_equal(found.columns, amounts[:, None])
    np.testing.assert_array_equal(found.column, [0, 0, 0])


@pytest.mark.parametrize(
    ("event", "field", "said"),
    [
        (Bolus(1.0, "depott", 1.0), "regimen[0] (Bolus).into", "Did you mean depot?"),
        (Bolus(-1.0, "depot", 1.0), "regimen[0] (Bolus).time_h", "got -1.0"),
        (Bolus(math.nan, "depot", 1.0), "regimen[0] (Bolus).time_h", "got nan"),
        (Bolus("8", "depot", 1.0), "regimen[0] (Bolus).time_h", "got '8'"),
        (Bolus(1.0, "depot", -1.0), "regimen[0] (Bolus).amount", "0 or more"),
        (Bolus(1.0, "depot", math.inf), "regimen[0] (Bolus).amount", "got inf"),
        (Bolus(1.0, "depot", "much"), "regimen[0] (Bolus).amount", "got 'much'"),
        (Bolus(1.0, "depot", np.ones(2)), "regimen[0] (Bolus).amount", "shape (2,)"),
        (Bolus(1.0, "depot", np.array([1.0, np.nan, 1.0])), "amount", "for subject 1"),
        (Infusion(2.0, 2.0, "depot", 1.0), "regimen[0] (Infusion).end_h", "later than start_h"),
        (Infusion(2.0, 3.0, "depot", -1.0), "regimen[0] (Infusion).rate", "0 or more"),
        (Reset(2.0, "nothing", 1.0), "regimen[0] (Reset).state", "depot, central"),
        (Reset(2.0, "depot", math.nan), "regimen[0] (Reset).value", "got nan"),
        ("8 h", "regimen[0]", "Bolus, Infusion or Reset"),
    ],
)
def test_an_event_that_cannot_be_is_named(event, field, said):
    with pytest.raises(InputError) as raised:
        line(event)
    assert field in str(raised.value)
    assert said in str(raised.value)


def test_all_problems_are_named_at_once():
    with pytest.raises(InputError) as raised:
        line(Bolus(-1.0, "x", -1.0), Reset(0.0, "depot", 1.0), Bolus(1.0, "y", 1.0))
    assert len(raised.value.problems) == 4


def test_a_reset_may_be_negative():
    assert actions(line(Reset(0.0, "depot", -1.0)), 0) == [(Kind.SET, 0, -1.0)]
