"""Concentration against time as a fan: the median inside bands of the virtual population."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from speciosa.pharmacology.exposure.result import Curve
from speciosa.report.charts.scale import Linear, round_up
from speciosa.report.charts.svg import WIDTH, Canvas, Point, shortened, thinned
from speciosa.report.numbers import plain
from speciosa.report.words import analyte

_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 230.0, 52.0, 10.0, 24.0, 40.0
_DOSE = 6.0
_DAY_H, _IN_DAYS_FROM_H = 24.0, 120.0


class Measured(NamedTuple):
    """A measured level in the curve's unit; ``below``: less than that was found."""

    time_h: float
    value: float
    below: bool


def fan(
    curve: Curve, *, name: str, doses_h: Sequence[float] = (), measured: Sequence[Measured] = ()
) -> str:
    """One panel for one analyte. Empty when the curve has fewer than two usable points.

    Doses stand as short strokes under the axis of time; measured levels as open circles, and as
    triangles that point down to it where less than that was found.
    """
    times, median = curve.time_h, curve.median
    bands = sorted(
        (b for b in curve.bands if _usable(times, b.low) and _usable(times, b.high)),
        key=lambda b: -b.percent,
    )
    if not _usable(times, median) or len(times) < 2:
        return ""
    measured = [m for m in measured if min(times) <= m.time_h <= max(times)]
    highest = (median, *(b.high for b in bands), [m.value for m in measured] or [0.0])
    top = max(max(values) for values in highest)
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
            + "".join(_said(level, curve.unit) for level in measured)
        ),
    )
    _axes(canvas, x, y, curve.unit)
    for rank, band in enumerate(bands):
        upper = thinned([(x(t), y(v)) for t, v in zip(times, band.high, strict=True)])
        lower = thinned([(x(t), y(v)) for t, v in zip(times, band.low, strict=True)])
        canvas.path([*upper, *reversed(lower)], f"band band-{min(rank, 2)}", closed=True)
    canvas.path(thinned([(x(t), y(v)) for t, v in zip(times, median, strict=True)]), "median")
    for dose in doses_h:
        if x.low <= dose <= x.high:
            canvas.line((x(dose), y.start + 1), (x(dose), y.start + _DOSE), "dose")
    for level in measured:
        _mark(canvas, (x(level.time_h), y(level.value)), level)
    return canvas.markup()


def _mark(canvas: Canvas, at: Point, level: Measured) -> None:
    if not level.below:
        canvas.dot(at, "open")
        return
    across, up = at
    canvas.path(((across - 5, up - 9), (across + 5, up - 9), at), "open", closed=True)


def _said(level: Measured, unit: str) -> str:
    value = f"{'below ' if level.below else ''}{plain(level.value)} {unit}"
    return f" Measured: {value} at {plain(level.time_h)} h."


def _usable(times: tuple[float, ...], values: Iterable[float]) -> bool:
    values = tuple(values)
    return len(values) == len(times) > 0 and all(map(math.isfinite, (*times, *values)))


def _axes(canvas: Canvas, x: Linear, y: Linear, unit: str) -> None:
    canvas.text((_LEFT, 12), shortened(unit, 30), "axis-name")
    for tick in y.ticks(4):
        canvas.line((_LEFT, y(tick)), (WIDTH - _RIGHT, y(tick)), "grid" if tick else "axis")
        canvas.text((_LEFT - 6, y(tick) + 4), plain(tick), "tick", "end")
    for time in time_ticks(x.low, x.high):
        canvas.line((x(time.time_h), y.start), (x(time.time_h), y.start + 4), "axis")
        canvas.text((x(time.time_h), y.start + 18), time.words, "tick", "middle")
    words = f"time ({time_unit(x.low, x.high)})"
    canvas.text(((_LEFT + WIDTH - _RIGHT) / 2, _HEIGHT - 5), words, "axis-name", "middle")


class Tick(NamedTuple):
    """A place on the axis of time, and what stands there."""

    time_h: float
    words: str


def time_ticks(first_h: float, last_h: float) -> tuple[Tick, ...]:
    """Ticks that fit: every few hours, or every few days, which are then counted in days."""
    scale = _DAY_H if time_unit(first_h, last_h) == "days" else 1.0
    return tuple(Tick(time, plain(time / scale)) for time in _hours(first_h, last_h))


def time_unit(first_h: float, last_h: float) -> str:
    """Hours, or days over a long span."""
    return "days" if last_h - first_h >= _IN_DAYS_FROM_H else "h"


def _hours(first: float, last: float) -> tuple[float, ...]:
    for step in (1, 2, 3, 4, 6, 12, 24, 48, 72, 96, 168, 240, 480, 720, 1440):
        if 2 <= (last - first) / step <= 8:
            low, high = math.ceil(first / step), math.floor(last / step)
            return tuple(float(i * step) for i in range(low, high + 1))
    return Linear(first, last, 0.0, 1.0).ticks(6)
