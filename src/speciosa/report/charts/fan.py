"""Concentration against time as a fan: the median inside bands of the virtual population."""

from __future__ import annotations

import math
from collections.abc import Iterable

from speciosa.pharmacology.exposure.result import Curve
from speciosa.report.charts.scale import Linear, round_up
from speciosa.report.charts.svg import WIDTH, Canvas, shortened, thinned
from speciosa.report.numbers import plain
from speciosa.report.words import analyte

_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 230.0, 52.0, 10.0, 24.0, 40.0


def fan(curve: Curve, *, name: str) -> str:
    """One panel for one analyte. Empty when the curve has fewer than two usable points."""
    times, median = curve.time_h, curve.median
    bands = sorted(
        (b for b in curve.bands if _usable(times, b.low) and _usable(times, b.high)),
        key=lambda b: -b.percent,
    )
    if not _usable(times, median) or len(times) < 2:
        return ""
    top = max(max(values) for values in (median, *(b.high for b in bands)))
    x = Linear(min(times), max(times), _LEFT, WIDTH - _RIGHT)
    y = Linear(0.0, round_up(top), _HEIGHT - _BOTTOM, _TOP)
    percents = ", ".join(str(b.percent) for b in reversed(bands))
    canvas = Canvas(
        _HEIGHT,
        name=name,
        title=f"{analyte(curve.analyte)} in plasma over time",
        description=(
            f"Predicted concentration in {curve.unit} from {plain(min(times))} to "
            f"{plain(max(times))} h. The median peaks at {plain(max(median))} {curve.unit}. "
            + (f"Bands hold {percents} % of virtual people like this one." if bands else "")
        ),
    )
    _axes(canvas, x, y, curve.unit)
    for rank, band in enumerate(bands):
        upper = thinned([(x(t), y(v)) for t, v in zip(times, band.high, strict=True)])
        lower = thinned([(x(t), y(v)) for t, v in zip(times, band.low, strict=True)])
        canvas.path([*upper, *reversed(lower)], f"band band-{min(rank, 2)}", closed=True)
    canvas.path(thinned([(x(t), y(v)) for t, v in zip(times, median, strict=True)]), "median")
    return canvas.markup()


def _usable(times: tuple[float, ...], values: Iterable[float]) -> bool:
    values = tuple(values)
    return len(values) == len(times) > 0 and all(map(math.isfinite, (*times, *values)))


def _axes(canvas: Canvas, x: Linear, y: Linear, unit: str) -> None:
    canvas.text((_LEFT, 12), shortened(unit, 30), "axis-name")
    for tick in y.ticks(4):
        canvas.line((_LEFT, y(tick)), (WIDTH - _RIGHT, y(tick)), "grid" if tick else "axis")
        canvas.text((_LEFT - 6, y(tick) + 4), plain(tick), "tick", "end")
    for tick in _hours(x):
        canvas.line((x(tick), y.start), (x(tick), y.start + 4), "axis")
        canvas.text((x(tick), y.start + 18), plain(tick), "tick", "middle")
    canvas.text(((_LEFT + WIDTH - _RIGHT) / 2, _HEIGHT - 5), "time (h)", "axis-name", "middle")


def _hours(x: Linear) -> tuple[float, ...]:
    """Ticks that fit a day: every few hours, or every few days."""
    span = x.high - x.low
    for step in (1, 2, 3, 4, 6, 12, 24, 48, 72, 96, 168):
        if 2 <= span / step <= 8:
            first, last = math.ceil(x.low / step), math.floor(x.high / step)
            return tuple(float(i * step) for i in range(first, last + 1))
    return x.ticks(6)
