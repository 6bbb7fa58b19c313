"""A score over time, with the band within which two scores can differ by chance alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from speciosa.clinical.severity.result import HistoryPoint, Score
from speciosa.report.charts.scale import Linear
from speciosa.report.charts.svg import WIDTH, Canvas, shortened
from speciosa.report.numbers import plain

_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 190.0, 34.0, 34.0, 26.0, 30.0
_EDGE = WIDTH - _RIGHT + 14


def course(score: Score, history: Sequence[HistoryPoint], *, name: str) -> str:
    """One instrument over time. Empty unless there are two dated scores.

    The band is the first score plus and minus the measurement error, where that is published.
    """
    points = _dated(score, history)
    if len(points) < 2 or score.maximum <= 0:
        return ""
    first_day, first_score = points[0]
    x = Linear(first_day, points[-1][0], _LEFT + 14, WIDTH - _RIGHT)
    y = Linear(0, score.maximum, _HEIGHT - _BOTTOM, _TOP)
    listed = "; ".join(f"{_iso(day)}: {plain(value)}" for day, value in points)
    error = score.measurement_error.value if score.measurement_error else None
    band = error if error is not None and 0 < error <= score.maximum else 0.0
    canvas = Canvas(
        _HEIGHT,
        name=name,
        title=f"{score.name} over time",
        description=f"Scores of 0 to {score.maximum}. {listed}."
        + (f" The band shows {plain(band)} points around the first score." if band else ""),
    )
    canvas.text((_LEFT, 13), f"{shortened(score.name, 40)} (0 to {score.maximum})", "axis-name")
    if band:
        low, high = y(first_score - band), y(first_score + band)
        canvas.rect(_LEFT, high, _EDGE - _LEFT, low - high, "no-effect")
    for tick in (0, score.maximum):
        canvas.line((_LEFT, y(tick)), (_EDGE, y(tick)), "axis" if not tick else "grid")
        canvas.text((_LEFT - 6, y(tick) + 4), plain(tick), "tick", "end")
    pixels = [(x(day), y(value)) for day, value in points]
    canvas.path(pixels, "median")
    for (day, value), pixel in zip(points, pixels, strict=True):
        canvas.dot(pixel, "point")
        canvas.text((pixel[0], pixel[1] - 9), plain(value), "value halo", "middle")
        if day in (points[0][0], points[-1][0]):
            anchor = "start" if day == first_day else "end"
            edge = _LEFT if day == first_day else _EDGE
            canvas.text((edge, _HEIGHT - 10), _iso(day), "tick", anchor)
    return canvas.markup()


def _dated(score: Score, history: Sequence[HistoryPoint]) -> list[tuple[int, float]]:
    """(day, score) in order of time, one a day; today's score closes the line."""
    found = {p.date: p.score for p in history if p.instrument == score.instrument}
    if score.total is not None and score.total.value is not None:
        found.setdefault(score.date, score.total.value)
    dated = {day: value for date, value in found.items() if (day := _day(date)) is not None}
    return sorted(dated.items())


def _day(date: str) -> int | None:
    try:
        return dt.date.fromisoformat(date).toordinal()
    except ValueError:
        return None


def _iso(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()
