"""No small count can be worked out from what is shown."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.cohort.summary.disclosure import (
    Published,
    Standing,
    Sum,
    protected,
    ranges,
)

SMALLEST = 4


def possible(page: Published, standing: dict[str, Standing]) -> dict[str, set[int]]:
    """Every value of each count that fits what is shown, by trying all: no linear program here."""
    leaves = sorted(
        {part for one in page.sums for part in one.parts} - {one.total for one in page.sums}
    )
    most = max(page.counts[leaf] for leaf in leaves) + SMALLEST
    ranges = []
    for leaf in leaves:
        if standing[leaf] is Standing.SHOWN:
            ranges.append(np.array([page.counts[leaf]]))
        elif standing[leaf] is Standing.FEW:
            ranges.append(np.arange(1, SMALLEST))
        else:
            ranges.append(np.arange(most + 1))
    held = dict(zip(leaves, (g.ravel() for g in np.meshgrid(*ranges)), strict=True))
    fits = np.ones(len(held[leaves[0]]), dtype=bool)
    waiting = list(page.sums)
    while waiting:
        one = next(s for s in waiting if all(part in held for part in s.parts))
        waiting.remove(one)
        total = np.sum([held[part] for part in one.parts], axis=0)
        fits &= held.setdefault(one.total, total) == total
    for name, values in held.items():
        if standing[name] is Standing.SHOWN:
            fits &= values == page.counts[name]
        elif standing[name] is Standing.FEW:
            fits &= (values >= 1) & (values < SMALLEST)
    return {name: set(values[fits].tolist()) for name, values in held.items()}


few = st.integers(0, 9)


@st.composite
def tables(draw: st.DrawFn) -> Published:
    """Two by two with margins: the smallest table in which a chain of sums gives a count away."""
    cells = {f"{row}{column}": draw(few) for row in "ab" for column in "xy"}
    sums = [
        Sum("a", ("ax", "ay")),
        Sum("b", ("bx", "by")),
        Sum("x", ("ax", "bx")),
        Sum("y", ("ay", "by")),
    ]
    counts = dict(cells)
    for one in sums:
        counts[one.total] = sum(counts[part] for part in one.parts)
    counts["n"] = counts["a"] + counts["b"]
    return Published(counts, (*sums, Sum("n", ("a", "b"))), SMALLEST)


@settings(max_examples=25, deadline=None)
@given(tables())
def test_every_small_count_could_be_any_small_number(page: Published) -> None:
    standing = protected(page)
    small = [name for name in page.counts if page.is_small(name)]
    shown = [name for name in page.counts if standing[name] is Standing.SHOWN]
    assert not set(small) & set(shown)
    # Where everything is hidden, the marks alone can still say that 3 of 3 people are here.
    if shown and small:
        found = possible(page, standing)
        for name in small:
            assert len(found[name] & set(range(1, SMALLEST))) > 1, name


@settings(max_examples=25, deadline=None)
@given(st.lists(few, min_size=1, max_size=4))
def test_a_sum_never_gives_its_small_part_away(parts: list[int]) -> None:
    counts = {f"p{i}": n for i, n in enumerate(parts)} | {"n": sum(parts)}
    page = Published(counts, (Sum("n", tuple(f"p{i}" for i in range(len(parts)))),), SMALLEST)
    standing = protected(page)
    if standing["n"] is Standing.SHOWN:
        found = possible(page, standing)
        for name in counts:
            if page.is_small(name):
                assert found[name] >= set(range(1, SMALLEST))


@settings(max_examples=5, deadline=None)
@given(tables(), st.randoms())
def test_the_order_of_counts_changes_nothing(page: Published, draw: random.Random) -> None:
    names, sums = list(page.counts), list(page.sums)
    draw.shuffle(names)
    draw.shuffle(sums)
    other = page._replace(counts={name: page.counts[name] for name in names})
    assert protected(other) == protected(page)
    assert protected(other._replace(sums=sums)) == protected(page)


@settings(max_examples=15, deadline=None)
@given(st.lists(few, min_size=2, max_size=4))
def test_a_range_is_what_anybody_can_work_out(parts: list[int]) -> None:
    counts = {f"p{i}": n for i, n in enumerate(parts)} | {"n": sum(parts)}
    sums = (Sum("n", tuple(f"p{i}" for i in range(len(parts)))),)
    page = Published(counts, sums, SMALLEST, dear=frozenset({"n"}))
    standing = protected(page)
    found, tried = ranges(page, standing), possible(page, standing)
    large = {n for n in counts if counts[n] >= SMALLEST}
    assert set(found) == {n for n in large if standing[n] is Standing.HIDDEN}
    for name, (low, high) in found.items():
        assert low <= counts[name] <= high
        assert low == min(tried[name])
        if standing["n"] is Standing.SHOWN:
            assert high >= max(tried[name])


def test_a_reader_keeps_what_may_be_shown() -> None:
    page = Published({"n": 60, "a": 3, "b": 25, "c": 32, "d": 0}, (Sum("n", tuple("abcd")),), 11)
    assert protected(page) == {
        "n": Standing.SHOWN,
        "a": Standing.FEW,
        "b": Standing.HIDDEN,
        "c": Standing.SHOWN,
        "d": Standing.SHOWN,
    }


def test_a_group_of_few_is_not_broken_down_even_into_zeros() -> None:
    sums = (Sum("n", ("a", "b")), Sum("a", ("a1", "a2")))
    page = Published({"n": 7, "a": 7, "b": 0, "a1": 7, "a2": 0}, sums, 11)
    found = protected(page)
    assert found["n"] is Standing.FEW
    assert {found[name] for name in ("b", "a1", "a2")} == {Standing.HIDDEN}


def test_those_who_are_left_over_are_protected_though_they_stand_nowhere() -> None:
    page = Published(
        {"all": 100, "with": 97, "rest": 3},
        (Sum("all", ("with", "rest")),),
        11,
        unnamed=frozenset({"rest"}),
        dear=frozenset({"all"}),
    )
    assert protected(page)["with"] is Standing.HIDDEN
    assert protected(page)["all"] is Standing.SHOWN


def test_a_limit_of_one_shows_everything() -> None:
    page = Published({"n": 3, "a": 1, "b": 2}, (Sum("n", ("a", "b")),), 1)
    assert set(protected(page).values()) == {Standing.SHOWN}


def test_parts_that_do_not_add_up_are_an_error() -> None:
    with pytest.raises(ValueError, match="parts of n do not add up"):
        protected(Published({"n": 5, "a": 4}, (Sum("n", ("a",)),), 11))
