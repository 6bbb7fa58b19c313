"""Reduced outputs against the whole curves and numpy."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.engine import reduce
from speciosa.engine.reduce import Reducer, Reduction, Summary
from speciosa.errors import InputError

TIMES = np.array([0.0, 0.5, 2.0, 3.0])
NAMES = ("a", "b")
SMALL, LARGE = 300, reduce.EXACT_SUBJECTS + 904
PROBABILITIES = (0.0, 0.05, 0.31, 0.5, 0.95, 1.0)


def curves(seed: int, subjects: int, kind: str) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shape = (subjects, TIMES.size, len(NAMES))
    match kind:
        case "log-normal":
            return np.exp(rng.normal(0.0, 2.0, shape))
        case "both signs":
            return rng.standard_cauchy(shape)
        case "zeros":
            return np.where(rng.random(shape) < 0.4, 0.0, rng.normal(size=shape))
        case "wide":
            return 10.0 ** rng.uniform(-300.0, 300.0, shape) * rng.choice([-1.0, 1.0], shape)
    raise ValueError(kind)


def reduced(values: np.ndarray, cuts: list[int], order: list[int] | None = None) -> Summary:
    reducer = Reducer(Reduction(PROBABILITIES), len(values), TIMES, NAMES)
    edges = [0, *sorted(cuts), len(values)]
    pieces = list(itertools.pairwise(edges))
    for i in order or range(len(pieces)):
        begin, end = pieces[i]
        reducer.add(begin, values[begin:end])
    return reducer.summary()


def same_bits(one: Summary, other: Summary) -> bool:
    return all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes()
        for name in ("quantiles", "cmax", "tmax", "auc")
    )


KINDS = ("log-normal", "both signs", "zeros", "wide")


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_population_has_the_quantiles_of_numpy(kind: str) -> None:
    values = curves(1, SMALL, kind)
    got = reduced(values, [100])
    assert got.relative_error == 0.0
    expected = np.quantile(values, PROBABILITIES, axis=0)
    np.testing.assert_allclose(
        got.quantiles, expected, rtol=1e-13, atol=1e-15 * np.abs(expected).max()
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_large_population_keeps_the_stated_relative_error(kind: str, seed: int) -> None:
    values = curves(seed, LARGE, kind)
    got = reduced(values, [1000])
    assert got.relative_error == 2.0**-9
    ordered = np.sort(values, axis=0)
    for row, probability in zip(got.quantiles, PROBABILITIES, strict=True):
        position = probability * (LARGE - 1)
        low, high = ordered[int(position)], ordered[int(np.ceil(position))]
        # The error of a quantile between two subjects is that of the two.
        room = got.relative_error * np.maximum(np.abs(low), np.abs(high)) * (1 + 1e-12)
        assert (np.abs(row - np.quantile(values, probability, axis=0)) <= room).all()


def test_values_that_are_all_nought_stay_nought() -> None:
    values = np.zeros((LARGE, TIMES.size, 2))
    values[::2] = -0.0
    assert not reduced(values, []).quantiles.any()


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from((SMALL, LARGE)),
    st.sampled_from(KINDS),
    st.data(),
)
def test_chunks_and_their_order_change_no_bit(
    subjects: int, kind: str, data: st.DataObject
) -> None:
    values = curves(7, subjects, kind)
    values[3] = np.nan
    cuts = data.draw(st.lists(st.integers(1, subjects - 1), unique=True, max_size=6))
    order = data.draw(st.permutations(range(len(cuts) + 1)))
    assert same_bits(reduced(values, []), reduced(values, cuts, order))


@pytest.mark.parametrize("subjects", [SMALL, LARGE])
def test_permuted_subjects_have_the_same_quantiles_and_permuted_scalars(subjects: int) -> None:
    values = curves(5, subjects, "log-normal")
    order = np.random.default_rng(0).permutation(subjects)
    one, other = reduced(values, []), reduced(values[order], [17])
    assert one.quantiles.tobytes() == other.quantiles.tobytes()
    assert one.auc is not None and other.auc is not None
    assert one.auc[order].tobytes() == other.auc.tobytes()


def test_cmax_tmax_and_area_are_those_of_the_output_times() -> None:
    values = curves(3, SMALL, "log-normal")
    got = reduced(values, [11, 12])
    np.testing.assert_array_equal(got.cmax, values.max(axis=1))
    np.testing.assert_array_equal(got.tmax, TIMES[values.argmax(axis=1)])
    np.testing.assert_allclose(got.auc, np.trapezoid(values, TIMES, axis=1), rtol=1e-13)


def test_the_first_of_two_equal_maxima_gives_tmax() -> None:
    values = np.ones((1, TIMES.size, 2))
    got = reduced(values, [])
    assert got.tmax is not None
    assert (got.tmax == 0.0).all()


@pytest.mark.parametrize("subjects", [SMALL, LARGE])
def test_a_subject_that_is_not_finite_is_in_no_quantile(subjects: int) -> None:
    values = curves(4, subjects, "log-normal")
    spoilt = values.copy()
    spoilt[5, 2, 1] = np.nan
    spoilt[9, 0, 0] = np.inf
    got = reduced(spoilt, [])
    assert (got.subjects, got.used) == (subjects, subjects - 2)
    kept = np.delete(values, [5, 9], axis=0)
    expected = np.quantile(kept, PROBABILITIES, axis=0)
    np.testing.assert_allclose(got.quantiles, expected, rtol=got.relative_error + 1e-12)
    assert got.cmax is not None
    assert np.isnan(got.cmax[[5, 9]]).all()
    assert np.isfinite(np.delete(got.cmax, [5, 9], axis=0)).all()


def test_nobody_left_means_no_quantile_rather_than_a_number() -> None:
    for subjects in (2, LARGE):
        got = reduced(np.full((subjects, TIMES.size, 2), np.nan), [])
        assert got.used == 0
        assert np.isnan(got.quantiles).all()


def test_what_is_not_asked_for_is_not_made() -> None:
    reducer = Reducer(Reduction((), cmax=False, tmax=False, auc=False), 5, TIMES, NAMES)
    reducer.add(0, curves(1, 5, "log-normal"))
    got = reducer.summary()
    assert got.quantiles.shape == (0, TIMES.size, 2)
    assert (got.cmax, got.tmax, got.auc, got.used) == (None, None, None, 5)


def test_memory_does_not_grow_with_the_population() -> None:
    """Only scalars per subject do: ten times the subjects, the same bins."""
    sizes = []
    for subjects in (LARGE, 10 * LARGE):
        reducer = Reducer(Reduction(cmax=False, tmax=False, auc=False), subjects, TIMES, NAMES)
        for first in range(0, subjects, LARGE):
            reducer.add(first, curves(1, LARGE, "log-normal"))
        counted = reducer._distribution
        arrays = [x for x in vars(counted).values() if isinstance(x, np.ndarray)]
        sizes.append(sum(x.nbytes for x in arrays))
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("quantile", [-0.1, 1.5, float("nan")])
def test_a_quantile_outside_0_to_1_is_refused(quantile: float) -> None:
    with pytest.raises(InputError, match="quantiles"):
        Reduction((quantile,))


def test_a_summary_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        reduced(curves(1, 3, "zeros"), []).used = 1  # type: ignore[misc]
