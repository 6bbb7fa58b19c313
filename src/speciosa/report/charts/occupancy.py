"""Predicted receptor occupancy at peak and trough, as intervals between 0 and 100 %."""

from __future__ import annotations

import math
from collections.abc import Sequence

from speciosa.finding import Estimate
from speciosa.pharmacology.mechanism.result import TargetOccupancy
from speciosa.report.charts.scale import Linear
from speciosa.report.charts.svg import Canvas, shortened
from speciosa.report.numbers import sentence

_ROW, _TOP, _AXIS = 62.0, 4.0, 34.0
_LEFT, _RIGHT = 54.0, 386.0
_TICKS = (0, 25, 50, 75, 100)


def occupancy(targets: Sequence[TargetOccupancy], *, name: str) -> str:
    """Two lines a target: peak (filled mark) and trough (open mark). Only percentages are drawn."""
    rows = [t for t in targets if _drawable(t.peak) or _drawable(t.trough)]
    if not rows:
        return ""
    bottom = _TOP + _ROW * len(rows)
    canvas = Canvas(
        bottom + _AXIS,
        name=name,
        title="Predicted receptor occupancy",
        description="; ".join(_spoken(row) for row in rows) + ".",
    )
    x = Linear(0, 100, _LEFT, _RIGHT)
    for tick in _TICKS:
        canvas.text((x(tick), bottom + 16), f"{tick}", "tick", "middle")
    canvas.text((_RIGHT, bottom + 31), "% of receptors", "axis-name", "end")
    for index, row in enumerate(rows):
        top = _TOP + _ROW * index
        for tick in _TICKS:
            canvas.line((x(tick), top + 19), (x(tick), top + 51), "grid" if tick else "axis")
        canvas.text((0, top + 12), shortened(row.target, 50), "label")
        _interval(canvas, x, top + 27, "peak", row.peak)
        _interval(canvas, x, top + 43, "trough", row.trough)
    return canvas.markup()


def _interval(canvas: Canvas, x: Linear, y: float, word: str, estimate: Estimate | None) -> None:
    if estimate is None or not _drawable(estimate):
        return
    canvas.text((0, y + 4), word, "tick")
    if estimate.low is not None and estimate.high is not None:
        canvas.line((x(estimate.low), y), (x(estimate.high), y), "interval")
    if estimate.value is not None:
        mark = "point" if word == "peak" else "point open"
        canvas.dot((x(estimate.value), y), mark)


def _drawable(estimate: Estimate | None) -> bool:
    if estimate is None or not estimate.unit.startswith("%"):
        return False
    values = (estimate.value, estimate.low, estimate.high)
    return any(v is not None for v in values) and all(v is None or math.isfinite(v) for v in values)


def _spoken(row: TargetOccupancy) -> str:
    levels = (("peak", row.peak), ("trough", row.trough))
    return f"{row.target}: " + ", ".join(f"{w} {sentence(e)}" for w, e in levels if e is not None)
