"""Changes in exposure (AUC ratios) on a logarithmic axis, with the line of no effect."""

from __future__ import annotations

import math
from collections.abc import Sequence

from speciosa.finding import Estimate
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.report.charts.scale import Logarithmic
from speciosa.report.charts.svg import Canvas, shortened
from speciosa.report.numbers import plain, sentence, shown

_ROW, _TOP, _AXIS = 40.0, 8.0, 34.0
_LEFT, _RIGHT = 8.0, 392.0
_LEAST = 1e-3


def forest(
    rows: Sequence[Interaction], *, name: str, no_effect: tuple[float, float] | None = None
) -> str:
    """One line a ratio. ``no_effect`` are the limits within which a ratio counts as no change."""
    plotted = [(r, e) for r in rows if (e := r.auc_ratio) is not None and _positive(e)]
    if not plotted:
        return ""
    values = [v for _, e in plotted for v in _positive(e)]
    if no_effect is not None and not 0 < no_effect[0] < no_effect[1] < math.inf:
        no_effect = None
    values += [*(no_effect or ()), 1.0]
    # A little room at both ends; never so short that noise looks like an effect, nor too long to
    # be read. What lies beyond ends at the edge; the number beside it is true.
    low, high = max(min(*values, 0.5), _LEAST), min(max(*values, 2.0), 1 / _LEAST)
    x = Logarithmic(low / 1.1, high * 1.1, _LEFT, _RIGHT)
    bottom = _TOP + _ROW * len(plotted)
    listed = "; ".join(f"{_label(row)} {sentence(e)}" for row, e in plotted)
    canvas = Canvas(
        bottom + _AXIS,
        name=name,
        title="Changes in exposure (AUC ratio)",
        description=f"1 means no change. {listed}.",
    )
    if no_effect is not None:
        left, right = x(no_effect[0]), x(no_effect[1])
        canvas.rect(left, _TOP, right - left, bottom - _TOP, "no-effect")
    for index, (row, ratio) in enumerate(plotted):
        _draw(canvas, x, _TOP + _ROW * index, row, ratio)
    canvas.line((_LEFT, bottom), (_RIGHT, bottom), "axis")
    for tick in x.ticks():
        canvas.line((x(tick), bottom), (x(tick), bottom + 4), "axis")
        canvas.text((x(tick), bottom + 17), plain(tick), "tick", "middle")
    canvas.text((_RIGHT, bottom + 31), "times the usual exposure", "axis-name", "end")
    return canvas.markup()


def _draw(canvas: Canvas, x: Logarithmic, top: float, row: Interaction, ratio: Estimate) -> None:
    middle = top + 28
    canvas.line((x(1.0), middle - 9), (x(1.0), middle + 9), "reference")
    parts = shown(ratio)
    value = shortened(f"{parts.value} ({parts.range})" if parts.range else parts.value, 30)
    canvas.text((_LEFT, top + 14), shortened(_label(row), 48 - len(value)), "label halo")
    canvas.text((_RIGHT, top + 14), value, "value halo", "end")
    if ratio.low is not None and ratio.high is not None:
        low, high = (x(v) if v > 0 else x.start for v in (ratio.low, ratio.high))
        canvas.line((low, middle), (high, middle), "interval")
        for end in (low, high):
            canvas.line((end, middle - 4), (end, middle + 4), "interval")
    if ratio.value is not None and ratio.value > 0:
        canvas.diamond((x(ratio.value), middle), "point")


def _label(row: Interaction) -> str:
    victim = row.victim or (row.members[-1] if row.members else row.id)
    causes = [member for member in row.members if member != row.victim]
    return f"{victim} with {', '.join(causes)}" if row.victim and causes else victim


def _positive(ratio: Estimate) -> list[float]:
    values = (ratio.value, ratio.low, ratio.high)
    return [v for v in values if v is not None and math.isfinite(v) and v > 0]
