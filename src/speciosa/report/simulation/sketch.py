"""A fan of concentrations as characters, for a terminal."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import pairwise

from speciosa.pharmacology.exposure.regimen.simulation import Fan
from speciosa.report.charts.fan import time_ticks, time_unit
from speciosa.report.charts.scale import Linear, round_up
from speciosa.report.numbers import plain

# Outer band, inner band, median: told apart by shape, not by colour.
MARKS = ("░", "▒", "█")
ASCII_MARKS = (".", ":", "#")
_LABEL = 8


def sketch(fan: Fan, *, width: int = 80, height: int = 12, ascii_only: bool = False) -> list[str]:
    """Lines of text: the concentration upwards, time to the right, ticks on both axes."""
    outer, inner, median = ASCII_MARKS if ascii_only else MARKS
    columns = max(width - _LABEL - 4, 10)
    first, last = fan.time_h[0], fan.time_h[-1]
    top = round_up(max(fan.p95))
    edges = [first + (last - first) * i / columns for i in range(columns + 1)]
    drawn = [[" "] * columns for _ in range(height)]
    for column, (start, end) in enumerate(pairwise(edges)):
        for mark, lower, upper in (
            (outer, fan.p05, fan.p95),
            (inner, fan.p25, fan.p75),
            (median, fan.median, fan.median),
        ):
            low = min(_between(fan.time_h, lower, start, end))
            high = max(_between(fan.time_h, upper, start, end))
            for row in range(_row(low, top, height), _row(high, top, height) + 1):
                drawn[row][column] = mark
    ticks = {_row(tick, top, height): plain(tick) for tick in Linear(0, top, 0, 1).ticks(3)}
    bar, corner, dash = ("|", "+", "-") if ascii_only else ("│", "└", "─")
    lines = [
        f"{ticks.get(row, ''):>{_LABEL}} {bar}{''.join(drawn[row]).rstrip()}"
        for row in range(height - 1, -1, -1)
    ]
    lines.append(f"{'':>{_LABEL}} {corner}{dash * columns}")
    lines.append(_times(first, last, columns))
    return [line.rstrip() for line in lines]


def _between(
    times: Sequence[float], values: Sequence[float], start: float, end: float
) -> list[float]:
    """A line over one column: its ends, and every point between, so that no peak is lost."""
    inside = values[bisect.bisect_left(times, start) : bisect.bisect_right(times, end)]
    return [_at(times, values, start), *inside, _at(times, values, end)]


def _at(times: Sequence[float], values: Sequence[float], time: float) -> float:
    """A line read at a time between its points."""
    after = min(max(bisect.bisect_left(times, time), 1), len(times) - 1)
    start, end = times[after - 1], times[after]
    share = (time - start) / (end - start) if end > start else 0.0
    return values[after - 1] + min(max(share, 0.0), 1.0) * (values[after] - values[after - 1])


def _row(value: float, top: float, height: int) -> int:
    return min(max(round(value / top * (height - 1)), 0), height - 1)


def _times(first: float, last: float, columns: int) -> str:
    """Hours or days under the axis, each centred on its place where it fits; the unit before."""
    line = list(f"{time_unit(first, last):>{_LABEL}}".ljust(_LABEL + 4 + columns))
    free = _LABEL + 1
    for tick in time_ticks(first, last):
        place = round((tick.time_h - first) / (last - first) * (columns - 1)) + _LABEL + 2
        start = max(place - len(tick.words) // 2, 0)
        if start >= free and start + len(tick.words) <= len(line):
            line[start : start + len(tick.words)] = tick.words
            free = start + len(tick.words) + 1
    return "".join(line).rstrip()
