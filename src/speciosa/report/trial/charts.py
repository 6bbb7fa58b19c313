"""The sample-size curve and the course of scores, as SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from speciosa.evidence.trials.result import Course, SampleSize
from speciosa.report.charts.picture import STYLE
from speciosa.report.charts.scale import Linear
from speciosa.report.charts.svg import WIDTH, Canvas, shortened
from speciosa.report.numbers import plain

_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 230.0, 52.0, 10.0, 24.0, 40.0
_LINE, _LETTERS = 16.0, 62
_Z95 = 1.959963984540054
_LINES = ("median", "line-1", "line-2", "line-3", "line-4", "line-5", "line-6")


def size_curve(size: SampleSize, *, name: str = "sizes") -> str:
    """Power against the number of people, with Monte Carlo intervals and the target."""
    if len(size.curve) < 2:
        return ""
    most = size.curve[-1].subjects
    x = Linear(0.0, float(most), _LEFT, WIDTH - _RIGHT)
    y = Linear(0.0, 1.0, _HEIGHT - _BOTTOM, _TOP)
    told = ", ".join(f"{p.subjects} people {p.power.value:.0%}" for p in size.curve)
    canvas = Canvas(
        _HEIGHT,
        name=name,
        title="Power against the number of people",
        description=f"Simulated power: {told}. Target {size.target:.0%}.",
    )
    _frame(canvas, x, y, "power", "people randomised", percent=True)
    canvas.line((x.start, y(size.target)), (x.end, y(size.target)), "dose")
    points = [(x(p.subjects), y(p.smoothed)) for p in size.curve]
    canvas.path(points, "median")
    for point in size.curve:
        half = _Z95 * point.power.mc_se
        across = x(point.subjects)
        low, high = y(point.power.value - half), y(point.power.value + half)
        canvas.line((across, low), (across, high), "interval")
        canvas.dot((across, y(point.power.value)), "open", 3.0)
    if size.needed is not None:
        across = x(size.needed)
        canvas.line((across, y(0.0)), (across, y(size.target)), "dose")
    return canvas.markup()


def trajectories(course: Course, scale: str, *, name: str = "course") -> str:
    """Mean scores over the visits, a line an arm, named at its end."""
    highest = max(max(arm.mean) for arm in course.arms)
    x = Linear(0.0, course.weeks[-1], _LEFT, WIDTH - 148.0)
    y = Linear(0.0, 5.0 * (int(highest / 5.0) + 1), _HEIGHT - _BOTTOM, _TOP)
    ends = ", ".join(f"{arm.name} {arm.mean[-1]:.1f}" for arm in course.arms)
    canvas = Canvas(
        _HEIGHT,
        name=name,
        title=f"Assumed mean {scale} over the trial",
        description=f"From {course.baseline_mean:.1f} at entry to: {ends}. Assumed, not observed.",
    )
    _frame(canvas, x, y, f"{scale} points", "week")
    places = _apart([y(arm.mean[-1]) for arm in course.arms])
    for i, arm in enumerate(course.arms):
        points = [(x(w), y(m)) for w, m in zip(course.weeks, arm.mean, strict=True)]
        canvas.path(points, _LINES[min(i, len(_LINES) - 1)])
        for point in points:
            if i:
                canvas.diamond(point, "open", 3.5)
            else:
                canvas.dot(point, "open", 3.0)
        canvas.text((x.end + 8, places[i] + 4), shortened(arm.name, 23), "tick")
    return canvas.markup()


def _apart(places: Sequence[float], least: float = 13.0) -> list[float]:
    """Names at least a line apart, in the order of their places."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for before, now in pairwise(order):
        moved[now] = max(moved[now], moved[before] + least)
    return moved


def _frame(  # noqa: PLR0913  # two axes and what they are called
    canvas: Canvas, x: Linear, y: Linear, up: str, across: str, *, percent: bool = False
) -> None:
    canvas.text((_LEFT, 12), up, "axis-name")
    for tick in y.ticks(5):
        canvas.line((x.start, y(tick)), (x.end, y(tick)), "grid" if tick else "axis")
        words = f"{tick:.0%}" if percent else plain(tick)
        canvas.text((_LEFT - 6, y(tick) + 4), words, "tick", "end")
    for tick in x.ticks(6):
        canvas.line((x(tick), y.start), (x(tick), y.start + 4), "axis")
        canvas.text((x(tick), y.start + 18), plain(tick), "tick", "middle")
    canvas.text(((x.start + x.end) / 2, _HEIGHT - 5), across, "axis-name", "middle")


def size_curve_file(size: SampleSize, *, title: str, label: str) -> str:
    """The curve as a file of its own: with colours, the trial it belongs to and its label."""
    svg = size_curve(size)
    inner = svg.index(">") + 1
    told = [shortened(title, _LETTERS), *textwrap.wrap(label, _LETTERS)]
    high = _HEIGHT + _LINE * (len(told) + 0.5)
    lines = "".join(
        f'<text class="tick" x="4" y="{_HEIGHT + _LINE * (i + 1):g}">{escape(line)}</text>'
        for i, line in enumerate(told)
    )
    head = svg[:inner].replace(f"{WIDTH:g} {_HEIGHT:g}", f"{WIDTH:g} {high:g}")
    paper = f'<rect class="paper" width="{WIDTH:g}" height="{high:g}" />'
    end = svg.rindex("</svg>")
    return f"{head}<style>{STYLE}</style>{paper}{svg[inner:end]}{lines}</svg>\n"
