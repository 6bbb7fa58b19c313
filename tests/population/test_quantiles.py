"""Quantiles from counts: how near they are to the exact ones, and that no split moves a byte."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from speciosa.population.quantiles import HIGHEST, LOWEST, RELATIVE_ERROR, Counts

SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
values = some.arrays(
    np.float64,
    st.tuples(st.integers(1, 60), st.integers(1, 3)),
    elements=st.one_of(st.just(0.0), st.floats(LOWEST, HIGHEST * 0.99)),
)


def counted(held: np.ndarray) -> Counts:
    counts = Counts(held.shape[1])
    counts.add(0, held)
    return counts


def test_the_error_stated_is_a_quarter_of_a_per_cent():
    assert 0.0024 < RELATIVE_ERROR < 0.0026


@settings(max_examples=60, deadline=None)
@given(values)
def test_a_quantile_is_within_the_error_of_the_exact_one(held: np.ndarray):
    found = counted(held).quantiles(slice(0, held.shape[1]), SHARES)
    exact = np.quantile(held, SHARES, axis=0)
    assert np.all(np.abs(found - exact) <= exact * RELATIVE_ERROR * (1 + 1e-9) + LOWEST)


def test_large_skewed_populations_are_as_near():
    held = np.exp(np.random.default_rng(3).normal(0.0, 3.0, size=(50_000, 2)))
    found = counted(held).quantiles(slice(0, 2), SHARES)
    off = np.abs(found / np.quantile(held, SHARES, axis=0) - 1.0)
    assert off.max() <= RELATIVE_ERROR * (1 + 1e-9)
    assert off.max() > RELATIVE_ERROR / 20  # it is an approximation, and the bound is no fiction


@settings(max_examples=30, deadline=None)
@given(values, st.integers(0, 60), st.booleans())
def test_any_split_in_any_order_gives_the_same_bytes(held: np.ndarray, at: int, turned: bool):
    parts = [counted(part).encoded() for part in (held[:at], held[at:])]
    both = Counts(held.shape[1])
    for part in reversed(parts) if turned else parts:
        both.add_encoded(part)
    assert both.encoded() == counted(held).encoded()


def test_what_is_not_known_is_left_out_and_what_is_endless_is_said():
    counts = counted(np.array([[np.nan], [0.0], [2.0], [np.inf]]))
    spread = counts.spread(0)
    assert spread.people == 3
    assert spread.nought == spread.endless == pytest.approx(1 / 3)
    assert spread.reached_by(1.0) == np.inf
    assert spread.reached_by(0.5) == pytest.approx(2.0, rel=RELATIVE_ERROR)
    assert spread.quantiles((0.0,)) == (0.0,)


def test_nobody_counted_has_no_quantile():
    counts = Counts(1)
    assert counts.spread(0).people == 0
    assert np.isnan(counts.quantiles(slice(0, 1), (0.5,))).all()
    assert np.isnan(counts.spread(0).reached_by(0.5))
