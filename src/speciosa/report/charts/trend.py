"""One questionnaire over time: totals, the band of measurement error, what changed and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from speciosa.clinical.outcomes.result import Course, Mark
from speciosa.report.charts.scale import Linear
from speciosa.report.charts.svg import WIDTH, Canvas, Point, shortened
from speciosa.report.numbers import plain

_LEFT, _RIGHT, _TOP, _PLOT, _ROW, _AXIS = 34.0, 16.0, 24.0, 150.0, 16.0, 22.0
_MANY = 12
MOST_MARKS = 8


def trend(course: Course, marks: Sequence[Mark], *, name: str) -> str:
    """A chart for a page; the table beside it holds the same numbers. Empty without two totals.

    Totals that can still show a change of kratom are open circles. Changes stand as numbered
    lines, and are named under the axis.
    """
    points = course.points
    if len({p.date for p in points}) < 2 or course.maximum <= 0:
        return ""
    first, last = points[0].date.toordinal(), points[-1].date.toordinal()
    shown = [m for m in marks if first <= m.date.toordinal() <= last][-MOST_MARKS:]
    bottom = _TOP + _PLOT
    x = Linear(first, last, _LEFT + 12, WIDTH - _RIGHT)
    y = Linear(0, course.maximum, bottom, _TOP)
    canvas = Canvas(
        bottom + _AXIS + _ROW * len(shown) + 6,
        name=name,
        title=f"{course.name} over time",
        description=_described(course, shown),
    )
    canvas.text((_LEFT, 13), f"{shortened(course.name, 30)} (0 to {course.maximum})", "axis-name")
    if course.band is not None:
        low, high = (y(v) for v in course.band)
        canvas.rect(_LEFT, high, WIDTH - _RIGHT + 8 - _LEFT, low - high, "no-effect")
    for tick in (0, course.maximum):
        canvas.line((_LEFT, y(tick)), (WIDTH - _RIGHT + 8, y(tick)), "grid" if tick else "axis")
        canvas.text((_LEFT - 6, y(tick) + 4), plain(tick), "tick", "end")
    if course.remission_at_most is not None:
        level = y(course.remission_at_most)
        canvas.line((_LEFT, level), (WIDTH - _RIGHT + 8, level), "reference")
        canvas.text((_LEFT - 6, level + 4), plain(course.remission_at_most), "tick", "end")
    for i, mark in enumerate(shown, start=1):
        at = x(mark.date.toordinal())
        canvas.line((at, _TOP), (at, bottom), "reference")
        canvas.text((at, _TOP - 2 + 10 * (i % 2)), str(i), "tick halo", "middle")
        words = f"{i}  {mark.date.isoformat()}  {mark.text}"
        canvas.text((_LEFT, bottom + _AXIS + _ROW * i), shortened(words, 56), "tick")
    _totals(canvas, course, x, y)
    for day, anchor in ((first, "start"), (last, "end")):
        words = dt.date.fromordinal(day).isoformat()
        canvas.text((_LEFT if day == first else WIDTH - _RIGHT + 8, bottom + 15), words, "tick",
                    anchor)  # fmt: skip
    return canvas.markup()


def _totals(canvas: Canvas, course: Course, x: Linear, y: Linear) -> None:
    at: list[Point] = [(x(p.date.toordinal()), y(p.total)) for p in course.points]
    canvas.path(at, "median")
    few = len(at) <= _MANY
    for point, pixel in zip(course.points, at, strict=True):
        if point.low != point.high:
            canvas.line((pixel[0], y(point.low)), (pixel[0], y(point.high)), "interval")
        canvas.dot(pixel, "open" if point.unsettled else "point", 4.0 if few else 2.5)
        if few or point in (course.points[0], course.points[-1]):
            canvas.text((pixel[0], pixel[1] - 8), plain(point.total), "value halo", "middle")


def _described(course: Course, shown: Sequence[Mark]) -> str:
    points = course.points
    said = [
        f"{len(points)} totals of 0 to {course.maximum}: first {plain(points[0].total)} on "
        f"{points[0].date.isoformat()}, newest {plain(points[-1].total)} on "
        f"{points[-1].date.isoformat()}, lowest {plain(min(p.total for p in points))}, highest "
        f"{plain(max(p.total for p in points))}."
    ]
    if course.band is not None:
        low, high = course.band
        said.append(
            f"The band from {plain(low)} to {plain(high)} holds what measurement error alone can "
            f"do to the first total."
        )
    if course.remission_at_most is not None:
        said.append(f"Remission is a total of {plain(course.remission_at_most)} or less.")
    if any(p.unsettled for p in points):
        said.append("Open circles can still show a change of kratom.")
    said += [f"{m.date.isoformat()}: {m.text}." for m in shown]
    return " ".join(said)
