"""Counts that stand beside those that add up, such as findings: shown as bands of ten.

What a finding counts is often the same people as a hidden count (all whose use is not clear), or
all but those. The finding's exact count would give that one away, and no sum says so. So the page
shows a band, and the band is wide enough for this: were the finding the same people as any of the
audited parts of the group together, or within them, or around them, each small part could still be
any number from 1 to ``smallest - 1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from speciosa.cohort.summary.disclosure import Standing
from speciosa.cohort.summary.result import Figure

_TEN = 10


class Part(NamedTuple):
    """A count that with others makes up a group, and between what the page lets it be."""

    people: int
    low: int
    high: int
    small: bool = False


class _Edge(NamedTuple):
    """Some parts together: their count, and how far a bound on them does no harm.

    That they are ``at_least`` this many, or ``at_most`` that many, narrows no small part.
    """

    people: int
    at_least: int
    at_most: int


class Bands:
    """How counts of people of one group are shown; ``total`` is the group's, where it is shown."""

    def __init__(
        self, smallest: int, total: int | None = None, ways: Iterable[Sequence[Part]] = ()
    ) -> None:
        self.smallest = smallest
        # As wide as what must stay unknown.
        self.width = _TEN * -(-max(smallest - 1, 1) // _TEN)
        # The lowest band begins at the limit; where that leaves too little, it takes in the next.
        self._first = smallest // self.width * self.width + self.width - 1
        if self._first - smallest + 1 < smallest - 2:
            self._first += self.width
        self._total = total
        self._edges = [edge for parts in ways for edge in _edges(parts, smallest)]

    @property
    def exact(self) -> bool:
        """Whether every count is shown as it is."""
        return self.smallest <= 1

    def figure(self, count: int) -> Figure:
        """A count of people in words."""
        if self.exact or count in (0, self._total):
            return Figure(people=count, words=f"{count:,}", standing=Standing.SHOWN)
        if count < self.smallest:
            words = f"fewer than {self.smallest}"
            return Figure(people=None, words=words, standing=Standing.FEW)
        if self._total is not None and self._total - count < self.smallest:
            bare = self._total - self.smallest + 1, self._total - 1
            words = f"all but fewer than {self.smallest}"
        else:
            bare, words = (self._start(count), self._end(count)), ""
        low, high = self._widened(count, *bare)
        if (low, high) != bare or not words:
            words = f"{low:,} to {high:,}"
        return Figure(people=None, words=words, standing=Standing.BAND, low=low, high=high)

    def _widened(self, count: int, low: int, high: int) -> tuple[int, int]:
        """The band, with as many of its neighbours as it takes to narrow no small count."""
        least = min((e.at_least for e in self._edges if e.people >= count), default=low)
        most = max((e.at_most for e in self._edges if e.people <= count), default=high)
        if least < low:
            low = self._start(least)
        if most > high:
            high = self._end(most)
        return low, high if self._total is None else min(high, self._total)

    def _start(self, count: int) -> int:
        return self.smallest if count <= self._first else count // self.width * self.width

    def _end(self, count: int) -> int:
        if count <= self._first:
            return self._first
        return count // self.width * self.width + self.width - 1


def _edges(parts: Sequence[Part], smallest: int) -> Iterator[_Edge]:
    total = sum(part.people for part in parts)
    small = [i for i, part in enumerate(parts) if part.small]
    if not small:
        return
    places = range(len(parts))
    for size in range(1, len(parts)):
        for together in combinations(places, size):
            at_least = at_most = sum(parts[i].people for i in together)
            for supposed in _supposed(parts, small, smallest):
                if not sum(p.low for p in supposed) <= total <= sum(p.high for p in supposed):
                    continue  # The other counts say that it is not so.
                inside = [supposed[i] for i in together]
                beside = [supposed[i] for i in places if i not in together]
                most = min(sum(p.high for p in inside), total - sum(p.low for p in beside))
                least = max(sum(p.low for p in inside), total - sum(p.high for p in beside))
                at_least, at_most = min(at_least, most), max(at_most, least)
            yield _Edge(sum(parts[i].people for i in together), at_least, at_most)


def _supposed(parts: Sequence[Part], small: Sequence[int], smallest: int) -> Iterator[list[Part]]:
    """The parts, with one of the small ones as small or as large as it may be."""
    for place in small:
        for value in (1, smallest - 1):
            held = list(parts)
            held[place] = Part(parts[place].people, value, value)
            yield held
