"""Counts under names, with what adds up to what; shown only as far as may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from speciosa.cohort.summary.bands import Bands, Part
from speciosa.cohort.summary.disclosure import Published, Standing, Sum, protected, ranges
from speciosa.cohort.summary.rates import share
from speciosa.cohort.summary.result import Figure, Line

# A range wider than this many times the limit says too little.
_NARROW = 3
_NOT_SHOWN = "not given"
# Of more parts than this there are too many sets to try; laws are audited by themselves.
_MOST_PARTS = 8
_NOT_A_SHARE = "not given: some have no Patient record"


class Cells:
    """Counts that are published together. Name them all, then ``settle``, then ask for them."""

    def __init__(self, smallest: int) -> None:
        self.smallest = smallest
        self._counts: dict[str, int] = {}
        self._sums: list[Sum] = []
        self._always: set[str] = set()
        self._dear: set[str] = set()
        self._unnamed: set[str] = set()
        self._standing: dict[str, Standing] = {}
        self._ranges: dict[str, tuple[int, int]] = {}

    def add(self, name: str, count: int, *, dear: bool = False, of_people: bool = True) -> None:
        """Name a count. A dear one is hidden last, one of no people never."""
        self._counts[name] = count
        if dear:
            self._dear.add(name)
        if not of_people:
            self._always.add(name)

    def add_unnamed(self, name: str, count: int) -> None:
        """Name a count that stands nowhere on the page, and that nobody may work out."""
        self._counts[name] = count
        self._unnamed.add(name)

    def adds_up(self, total: str, parts: Mapping[str, int]) -> None:
        """Name the parts of a count (``total/part``); what they lack is a part without a name."""
        named = {f"{total}/{part}": count for part, count in parts.items()}
        self._counts |= named
        if sum(named.values()) > self._counts[total]:
            raise ValueError(f"the parts of {total} are more than it")
        self.is_sum(total, named)

    def is_sum(self, total: str, parts: Iterable[str]) -> None:
        """Say that a count is the sum of others, and of what nobody named where they are less."""
        names = tuple(parts)
        rest = self._counts[total] - sum(self._counts[name] for name in names)
        if rest < 0:
            return  # People without a Patient record: nothing adds up that could give away a count.
        if rest:
            other = f"{total}/rest of {len(self._sums)}"
            self.add_unnamed(other, rest)
            names = (*names, other)
        self._sums.append(Sum(total, names))

    def settle(self) -> None:
        """Decide what is shown."""
        page = Published(
            counts=self._counts,
            sums=self._sums,
            smallest=self.smallest,
            always=frozenset(self._always),
            dear=frozenset(self._dear),
            unnamed=frozenset(self._unnamed),
        )
        self._standing = protected(page)
        self._ranges = ranges(page, self._standing)

    def figure(self, name: str) -> Figure:
        """A count as it may be shown; a narrow range where it is hidden but can be worked out."""
        shown = figure(self._counts[name], self._standing[name], self.smallest)
        low, high = self._ranges.get(name, (0, 0))
        if low < self.smallest or high - low > _NARROW * self.smallest:
            return shown
        words = f"{low:,} to {high:,}"
        return msgspec.structs.replace(shown, words=words, low=low, high=high)

    def line(self, name: str, label: str, *, of: Figure | None = None, meaning: str = "") -> Line:
        """A count with its label and, where it is part of another, its share."""
        return line(name.rpartition("/")[2], label, self.figure(name), of, meaning)

    def bands(self, total: str) -> Bands:
        """How other counts of the people of a total are shown beside its parts."""
        of = self._counts[total] if self.is_shown(total) else None
        ways = [] if of is None else [one.parts for one in self._sums if one.total == total]
        return Bands(
            self.smallest,
            of,
            [[self._part(name) for name in parts] for parts in ways if len(parts) <= _MOST_PARTS],
        )

    def is_shown(self, name: str) -> bool:
        """Whether a count is shown as it is."""
        return self._standing[name] is Standing.SHOWN

    def is_hidden(self, name: str) -> bool:
        """Whether a count is hidden for another's sake."""
        return self._standing[name] is Standing.HIDDEN

    def has(self, name: str) -> bool:
        """Whether a count was named."""
        return name in self._counts

    def _part(self, name: str) -> Part:
        count = self._counts[name]
        small = 1 <= count < self.smallest
        match self._standing[name]:
            case Standing.SHOWN:
                return Part(count, count, count)
            case Standing.FEW:
                return Part(count, 1, self.smallest - 1, small)
            case _:
                unknown = name in self._unnamed or count < self.smallest
                low = 0 if unknown else self.smallest
                return Part(count, low, max(self._counts.values()), small)

    def is_broken_down(self, total: str) -> bool:
        """Whether the parts of a total are of any use to a reader."""
        return self._standing[total] is not Standing.FEW and self._counts[total] > 0

    def lines(self, total: str, parts: Iterable[tuple[str, str, str]]) -> tuple[Line, ...]:
        """The parts of a total as shares of it: (name, label, meaning); none of too few people."""
        if not self.is_broken_down(total):
            return ()
        of = self.figure(total)
        return tuple(
            self.line(f"{total}/{name}", label, of=of, meaning=meaning)
            for name, label, meaning in parts
        )


def figure(count: int, standing: Standing, smallest: int) -> Figure:
    """A count in words."""
    if standing is Standing.SHOWN:
        return Figure(people=count, words=f"{count:,}", standing=standing)
    words = f"fewer than {smallest}" if standing is Standing.FEW else "hidden"
    return Figure(people=None, words=words, standing=standing)


def alone(count: int, smallest: int) -> Figure:
    """A count that adds up with no other."""
    few = 1 <= count < smallest
    return figure(count, Standing.FEW if few else Standing.SHOWN, smallest)


def line(key: str, label: str, count: Figure, of: Figure | None = None, meaning: str = "") -> Line:
    """A line with its rate, or why it has none."""
    rate, why = None, ""
    if of is not None:
        if count.people is None or of.people is None:
            why = _NOT_SHOWN
        elif of.people:
            rate = share(count.people, of.people)
            why = "" if rate else _NOT_A_SHARE
    return Line(
        key=key, label=label, count=count, of=of, rate=rate, no_rate_because=why, meaning=meaning
    )
