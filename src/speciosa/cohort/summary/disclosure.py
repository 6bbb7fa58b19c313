"""Which counts may be shown so that no small one can be worked out from the others.

A count of 1 to ``smallest - 1`` is never shown. Counts that add up to a shown total would give it
away, so more of them are hidden until, by all that is shown, every small count could still be
anything from 1 to ``smallest - 1``. That is asked of a linear program (every sum is an equation,
every shown count is fixed), so it holds through any chain of sums.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog


class Standing(StrEnum):
    """How a count is shown: a band is of a count that no sum holds."""

    SHOWN = "shown"
    FEW = "few"
    HIDDEN = "hidden"
    BAND = "band"


class Sum(NamedTuple):
    """A count that is the sum of others."""

    total: str
    parts: tuple[str, ...]


class Published(NamedTuple):
    """Counts that stand on one page, what adds up to what, and the smallest that may be shown.

    ``always`` are counts of no people, which are shown whatever they are; ``dear`` are hidden only
    when nothing else is left to hide; ``unnamed`` stand nowhere on the page (all the others of a
    total), and must not be worked out either.
    """

    counts: Mapping[str, int]
    sums: Sequence[Sum]
    smallest: int
    always: frozenset[str] = frozenset()
    dear: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()

    def is_small(self, name: str) -> bool:
        """Whether a count must not be known."""
        return 1 <= self.counts[name] < self.smallest and name not in self.always


def protected(page: Published) -> dict[str, Standing]:
    """How each count is shown. Same counts, same answer, in whatever order they come.

    The parts of a total that is too small are hidden with it: a group of so few people is not
    broken down. Raises ``ValueError`` where a sum does not hold.
    """
    for one in page.sums:
        if page.counts[one.total] != sum(page.counts[part] for part in one.parts):
            raise ValueError(f"the parts of {one.total} do not add up")
    names = sorted(page.counts)
    standing = dict.fromkeys(names, Standing.SHOWN)
    small = [name for name in names if page.is_small(name)]
    standing.update(dict.fromkeys(small, Standing.FEW))
    standing.update(dict.fromkeys(page.unnamed, Standing.HIDDEN))
    _break_nothing_down(page, standing)
    audit = _Audit(page, standing)
    audit.ask_together(small)
    for name in small:
        while not audit.is_safe(name):
            hide = _next(name, page, standing)
            if hide is None:
                break  # Nothing is shown any more that says something of it.
            standing[hide] = Standing.HIDDEN
    return standing


def ranges(page: Published, standing: Mapping[str, Standing]) -> dict[str, tuple[int, int]]:
    """What can be worked out of large hidden counts, with nothing supposed: lowest and highest."""
    bare = page._replace(unnamed=page.unnamed | {n for n in standing if _is_hidden(n, standing)})
    audit = _Audit(bare, standing)
    large = [n for n in standing if page.counts[n] >= page.smallest and n not in page.unnamed]
    return {name: audit.range(name) for name in large if _is_hidden(name, standing)}


def _is_hidden(name: str, standing: Mapping[str, Standing]) -> bool:
    return standing[name] is Standing.HIDDEN


def _break_nothing_down(page: Published, standing: dict[str, Standing]) -> None:
    """Hide the parts of what is too small, and their parts."""
    waiting = [one for one in page.sums if standing[one.total] is Standing.FEW]
    while waiting:
        for part in waiting.pop().parts:
            if standing[part] is not Standing.HIDDEN:
                standing[part] = Standing.HIDDEN
                waiting += [one for one in page.sums if one.total == part]


def _next(name: str, page: Published, standing: Mapping[str, Standing]) -> str | None:
    """The count to hide so that ``name`` is less easily worked out; nearest first.

    What is broken down comes after its parts, as it is worth more to a reader. A zero hides least;
    a count is large enough to hide behind where it is twice the limit. Where only dear counts are
    shown, a FEW is told no more to be few before one of those is hidden.
    """
    totals = {one.total for one in page.sums}
    enough = 2 * (page.smallest - 1)

    def worth(found: str) -> tuple[bool, bool, bool, int, str]:
        count = page.counts[found]
        return found in totals, count == 0, count < enough, count, found

    kept = page.always | page.dear
    for standing_now, spared in (
        (Standing.SHOWN, kept),
        (Standing.FEW, kept),
        (Standing.SHOWN, page.always),
    ):
        for near in _outwards(name, page.sums, standing):
            found = {n for n in near if standing[n] is standing_now} - spared
            if found:
                return min(found, key=worth)
    return None


def _outwards(
    name: str, sums: Sequence[Sum], standing: Mapping[str, Standing]
) -> Iterator[set[str]]:
    """The counts of the sums that hold a count, then of those that hold what is hidden there."""
    reached, seen = {name}, set[int]()
    while True:
        found = {i for i, one in enumerate(sums) if reached & {one.total, *one.parts}}
        if not found - seen:
            return
        seen |= found
        near = {n for i in found for n in (sums[i].total, *sums[i].parts)}
        yield near
        reached |= {n for n in near if standing[n] is not Standing.SHOWN}


class _Audit:
    """What a reader could work out.

    They know every shown count, that a FEW is 1 to ``smallest - 1``, and, it is supposed, which of
    the hidden counts are not small. To hide more never makes a count easier to work out, so what
    was once found to be possible stays possible and is not asked again.
    """

    def __init__(self, page: Published, standing: Mapping[str, Standing]) -> None:
        self._page, self._standing = page, standing
        self._place = {name: i for i, name in enumerate(sorted(page.counts))}
        self._equations = np.zeros((len(page.sums), len(self._place)))
        for row, one in enumerate(page.sums):
            self._equations[row, self._place[one.total]] = 1.0
            for part in one.parts:
                self._equations[row, self._place[part]] -= 1.0
        self._most = float(sum(page.counts.values()) + page.smallest)
        self._low = dict(page.counts)
        self._high = dict(page.counts)

    def ask_together(self, names: Sequence[str]) -> None:
        """Make many counts as small and as large as they can be at once: that settles most."""
        for sign in (1.0, -1.0):
            self._learn(self._extreme(names, sign))

    def is_safe(self, name: str) -> bool:
        """Whether a small count could be anything from 1 to ``smallest - 1``."""
        if not self._is_open(name):
            self.ask_together([name])
        return self._is_open(name)

    def range(self, name: str) -> tuple[int, int]:
        """The lowest and the highest that a count could be."""
        self.ask_together([name])
        return self._low[name], self._high[name]

    def _is_open(self, name: str) -> bool:
        return self._low[name] <= 1 and self._high[name] >= self._page.smallest - 1

    def _learn(self, possible: NDArray[np.float64] | None) -> None:
        if possible is None:
            return
        for name, i in self._place.items():
            self._low[name] = min(self._low[name], round(possible[i]))
            self._high[name] = max(self._high[name], round(possible[i]))

    def _extreme(self, names: Sequence[str], sign: float) -> NDArray[np.float64] | None:
        cost = np.zeros(len(self._place))
        cost[[self._place[name] for name in names]] = sign
        found = linprog(
            cost,
            A_eq=self._equations,
            b_eq=np.zeros(len(self._equations)),
            bounds=[self._bounds(n) for n in self._place],
            method="highs",
        )
        return found.x if found.status == 0 else None

    def _bounds(self, name: str) -> tuple[float, float]:
        count, smallest = float(self._page.counts[name]), float(self._page.smallest)
        match self._standing[name]:
            case Standing.SHOWN:
                return count, count
            case Standing.FEW:
                return 1.0, smallest - 1
            case _ if name in self._page.unnamed:
                return 0.0, self._most
            case _:
                return (smallest if count >= smallest else 0.0), self._most
