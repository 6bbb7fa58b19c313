"""How many people the target power needs, found by simulation.

Trials of different sizes are nested: the smaller is the beginning of the larger, so that chance
moves the whole curve and not its points apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from speciosa.evidence.trials.design.document import MAX_SUBJECTS
from speciosa.evidence.trials.result import Figure, Point, SampleSize

_GRID = (0.5, 0.7, 0.85, 1.0, 1.2, 1.5)
_MOST_WIDENINGS = 3
_HALVINGS = 3
_Z95 = 1.959963984540054
_LEAST = 8

Powers = Callable[[tuple[int, ...]], list[Figure]]


def search(powers: Powers, target: float, start: int, trials: int) -> SampleSize:
    """Power over a grid, widened until it holds the target, then halved around it.

    ``powers`` gives the power of nested trials of some sizes, smallest first.
    """
    found: dict[int, Figure] = {}

    def look(sizes: Sequence[int]) -> None:
        fresh = tuple(sorted({_allowed(n) for n in sizes} - found.keys()))
        if fresh:
            found.update(zip(fresh, powers(fresh), strict=True))

    centre = _allowed(start)
    look([round(centre * factor) for factor in _GRID])
    for _ in range(_MOST_WIDENINGS):
        smooth = _smooth(found)
        most, least = max(found), min(found)
        if smooth[most] < target and most < MAX_SUBJECTS:
            look([round(most * factor) for factor in (1.5, 2.2)])
        elif smooth[least] > target and least > _LEAST:
            look([round(least * factor) for factor in (0.4, 0.65)])
        else:
            break
    for _ in range(_HALVINGS):
        around = _around(found, target)
        if around is None or around[1] - around[0] <= max(2, round(0.03 * around[1])):
            break
        look([(around[0] + around[1]) // 2])
    return _answer(found, target, trials)


def _allowed(subjects: int) -> int:
    return int(min(max(2 * round(subjects / 2), _LEAST), MAX_SUBJECTS))


def _smooth(found: dict[int, Figure]) -> dict[int, float]:
    """Power forced to rise with the number of people (pooling of adjacent violators)."""
    sizes = sorted(found)
    blocks: list[list[float]] = []
    for size in sizes:
        blocks.append([found[size].value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, weight = blocks.pop()
            before = blocks[-1]
            total = before[1] + weight
            blocks[-1] = [(before[0] * before[1] + value * weight) / total, total]
    smooth = [value for value, weight in blocks for _ in range(int(weight))]
    return dict(zip(sizes, smooth, strict=True))


def _around(found: dict[int, Figure], target: float) -> tuple[int, int] | None:
    smooth = _smooth(found)
    below = [n for n in smooth if smooth[n] < target]
    enough = [n for n in smooth if smooth[n] >= target]
    return (max(below), min(enough)) if below and enough else None


def _crossing(sizes: Sequence[int], powers: Sequence[float], target: float) -> int | None:
    """Where power reaches the target, straight between the points."""
    if powers[-1] < target or powers[0] >= target:
        return None
    found = float(np.interp(target, _rising(powers), sizes))
    return 2 * int(np.ceil(found / 2.0 - 1e-9))


def _rising(powers: Sequence[float]) -> Sequence[float]:
    """The same with ties parted by nothing that shows, as interpolation needs."""
    return [power + 1e-9 * i for i, power in enumerate(powers)]


def _answer(found: dict[int, Figure], target: float, trials: int) -> SampleSize:
    smooth = _smooth(found)
    sizes = sorted(smooth)
    middle = [smooth[n] for n in sizes]
    wide = [_Z95 * found[n].mc_se for n in sizes]
    high = [min(m + w, 1.0) for m, w in zip(middle, wide, strict=True)]
    low = [max(m - w, 0.0) for m, w in zip(middle, wide, strict=True)]
    needed = _crossing(sizes, middle, target)
    note = ""
    if needed is None:
        note = (
            f"more than {sizes[-1]} people: the highest power seen was {max(middle):.3f}"
            if middle[-1] < target
            else f"fewer than {sizes[0]} people"
        )
    return SampleSize(
        target=target,
        needed=needed,
        low=_crossing(sizes, np.maximum.accumulate(high).tolist(), target),
        high=_crossing(sizes, np.maximum.accumulate(low).tolist(), target),
        curve=tuple(Point(subjects=n, power=found[n], smoothed=smooth[n]) for n in sizes),
        trials_per_point=trials,
        note=note,
    )
