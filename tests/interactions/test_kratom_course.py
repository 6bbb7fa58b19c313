"""The activity that a medicine meets, against the full simulation of kratom with a victim."""

from __future__ import annotations

import numpy as np
import pytest
from calibration.kratom_interactions import (
    HEAVY,
    TEA,
    TWICE,
    Pattern,
    levels_after_tea,
    shortcut,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.knowledge import load
from speciosa.pharmacology.interactions.kratom.course import gut_met

KNOWLEDGE = load()
DAY_H = np.linspace(0.0, 24.0, 145)


@settings(max_examples=30)
@given(left=st.floats(0.001, 1.0), rate=st.floats(0.2, 10.0), repeating=st.booleans())
def test_an_activity_that_never_changes_is_met_at_every_hour(
    left: float, rate: float, *, repeating: bool
) -> None:
    met = gut_met(np.full((3, 145), left), DAY_H, np.full(3, rate), repeating=repeating)
    for values in (met.at_worst, met.over_day, met.with_first):
        np.testing.assert_allclose(values, left)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), shift=st.integers(0, 143), rate=st.floats(0.5, 6.0))
def test_where_every_day_is_alike_the_hour_of_midnight_does_not_matter(
    seed: int, shift: int, rate: float
) -> None:
    course = np.random.default_rng(seed).uniform(0.01, 1.0, 144)
    days = [np.append(c, c[0])[None, :] for c in (course, np.roll(course, shift))]
    one, other = (gut_met(day, DAY_H, np.array([rate]), repeating=True) for day in days)
    np.testing.assert_allclose(one.at_worst, other.at_worst)
    np.testing.assert_allclose(one.over_day, other.over_day)
    assert course.min() <= one.at_worst[0] <= one.with_first[0]
    assert one.at_worst[0] <= one.over_day[0] <= course.max()


@pytest.mark.parametrize("f_gut", [0.57, 0.2])
@pytest.mark.parametrize("pattern", [TEA, TWICE, HEAVY], ids=lambda p: p.name)
def test_the_shortcut_follows_the_full_simulation(pattern: Pattern, f_gut: float) -> None:
    found = shortcut(KNOWLEDGE, pattern, f_gut)
    low, middle, high = np.percentile(found.short / found.full, (5, 50, 95))
    assert middle == pytest.approx(1.0, abs=0.05)
    assert low > 0.95
    assert high < 1.1


def test_levels_after_the_studied_tea_are_those_of_the_base() -> None:
    for name, found in zip(("peak", "mean"), levels_after_tea(KNOWLEDGE), strict=True):
        held = KNOWLEDGE.fact(f"ddi/kratom/studied/mitragynine_{name}_nm").number
        assert found == pytest.approx(held, rel=0.01)
