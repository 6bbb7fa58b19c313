"""Shares of a variance: for each source what it does alone, and with everything it acts with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from speciosa.report.charts.scale import Linear
from speciosa.report.charts.svg import WIDTH, Canvas, shortened
from speciosa.report.numbers import percent

_ROW, _TOP, _BAR, _FOOT = 48.0, 4.0, 8.0, 22.0
_LONGEST = 44


class Span(NamedTuple):
    """A share and its interval; an estimate may lie a little below nought."""

    value: float
    low: float
    high: float


class Source(NamedTuple):
    """One source: the share it has alone, and its share with all it acts together with."""

    name: str
    alone: Span
    together: Span


def height(sources: int) -> float:
    """How high the drawing of so many sources is."""
    return _TOP + _ROW * sources + _FOOT


def shares(rows: Sequence[Source], *, name: str, title: str) -> str:
    """Two bars with an interval for each source, in the order given."""
    listed = "; ".join(
        f"{row.name}: alone {_percent(row.alone)}, with interplay {_percent(row.together)}"
        for row in rows
    )
    canvas = Canvas(height(len(rows)), name=name, title=title, description=f"{listed}.")
    axis = Linear(0.0, 1.0, 0.0, WIDTH)
    foot = _TOP + _ROW * len(rows)
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        canvas.line((axis(tick), _TOP), (axis(tick), foot), "grid")
        anchor = "start" if not tick else "end" if tick == 1.0 else "middle"
        canvas.text((axis(tick), foot + 15), percent(tick), "tick", anchor)
    for place, row in enumerate(rows):
        y = _TOP + _ROW * place
        canvas.text((0, y + 14), shortened(row.name, _LONGEST), "label")
        said = f"{_percent(row.alone)}; {_percent(row.together)}"
        canvas.text((WIDTH, y + 14), said, "value", "end")
        for span, css, down in ((row.alone, "alone", 20.0), (row.together, "together", 32.0)):
            canvas.rect(0, y + down, axis(span.value), _BAR, css)
            middle = y + down + _BAR / 2
            canvas.line((axis(span.low), middle), (axis(span.high), middle), "whisker")
    return canvas.markup()


def share_words(span: Span) -> str:
    """A share with its interval, or how large it may be where it is not told from nought."""
    low, high = (round(100.0 * max(end, 0.0)) for end in (span.low, span.high))
    if span.low <= 0.0:
        return _up_to(high)
    return f"{percent(max(span.value, 0.0))} ({low} to {high})"


def _percent(span: Span) -> str:
    if span.low <= 0.0:
        return _up_to(round(100.0 * max(span.high, 0.0)))
    return percent(max(span.value, 0.0))


def _up_to(high: int) -> str:
    return f"up to {max(high, 1)} %"
