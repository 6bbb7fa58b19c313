"""Occupancy of one target over the last dosing day: the median inside its 90 % band."""

from __future__ import annotations

import math

from speciosa.pharmacology.mechanism.result import OccupancyCurve
from speciosa.report.charts.scale import Linear, round_up
from speciosa.report.charts.svg import WIDTH, Canvas, shortened, thinned
from speciosa.report.numbers import plain

_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 150.0, 46.0, 10.0, 24.0, 36.0
_WHOLE = 100.0
_HOURS = 6


def occupancy_day(curve: OccupancyCurve | None, target: str, *, name: str) -> str:
    """One small panel. Empty without a curve of at least two points, or in another unit than %."""
    if curve is None or curve.unit != "%" or not _usable(curve):
        return ""
    x = Linear(min(curve.time_h), max(curve.time_h), _LEFT, WIDTH - _RIGHT)
    y = Linear(0.0, min(round_up(max(curve.high)), _WHOLE), _HEIGHT - _BOTTOM, _TOP)
    canvas = Canvas(
        _HEIGHT,
        name=name,
        title=f"{target} occupied over the day",
        description=(
            f"Per cent of receptors from {plain(min(curve.time_h))} to "
            f"{plain(max(curve.time_h))} h after the first dose. The median lies between "
            f"{plain(min(curve.median))} and {plain(max(curve.median))} %, the band between "
            f"{plain(min(curve.low))} and {plain(max(curve.high))} %."
        ),
    )
    canvas.text((_LEFT, 12), shortened(f"% occupied, {target}", 48), "axis-name")
    for tick in y.ticks(3):
        canvas.line((_LEFT, y(tick)), (WIDTH - _RIGHT, y(tick)), "grid" if tick else "axis")
        canvas.text((_LEFT - 6, y(tick) + 4), plain(tick), "tick", "end")
    for hour in range(math.ceil(x.low), math.floor(x.high) + 1):
        if hour % _HOURS == 0:
            canvas.line((x(hour), y.start), (x(hour), y.start + 4), "axis")
            canvas.text((x(hour), y.start + 16), plain(hour), "tick", "middle")
    canvas.text(((_LEFT + WIDTH - _RIGHT) / 2, _HEIGHT - 4), "time (h)", "axis-name", "middle")
    times = [x(t) for t in curve.time_h]
    upper = thinned([(t, y(v)) for t, v in zip(times, curve.high, strict=True)])
    lower = thinned([(t, y(v)) for t, v in zip(times, curve.low, strict=True)])
    canvas.path([*upper, *reversed(lower)], "band band-0", closed=True)
    median = [(t, y(v)) for t, v in zip(times, curve.median, strict=True)]
    canvas.path(thinned(median), "median")
    return canvas.markup()


def _usable(curve: OccupancyCurve) -> bool:
    rows = (curve.time_h, curve.median, curve.low, curve.high)
    same = len({len(row) for row in rows}) == 1 and len(curve.time_h) > 1
    return same and all(math.isfinite(value) for row in rows for value in row)
