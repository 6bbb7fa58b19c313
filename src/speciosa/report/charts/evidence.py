"""Forest plots of the evidence: options against one kind of comparator, and studies in one pool.

Right is always better for the option: a difference is turned where less is better, and the axis of
a ratio runs the other way, so that a mark on the right never stands for harm. Our own pool is a
filled diamond as wide as its interval, a quoted result an open circle, a study a square.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from speciosa.evidence.result import Comparison, RankedOption, Standing
from speciosa.finding import Certainty, Estimate
from speciosa.report.charts.scale import Linear, Logarithmic
from speciosa.report.charts.svg import WIDTH, Canvas, shortened
from speciosa.report.numbers import plain, shown

_LEFT, _RIGHT = 8.0, WIDTH - 8.0
_TOP, _AXIS, _ROW = 44.0, 52.0, 32.0
_STUDY = 27.0
_NAME, _VALUE = 30, 24
_WIDEST = 3.0  # an axis no wider than three times what the middles need; beyond it an arrow
_LEAST_SIDE, _MOST_SIDE = 1.5, 5.0


class Kind(StrEnum):
    """What a mark stands for."""

    POOLED = "pooled here"
    QUOTED = "quoted"
    STUDY = "study"


class _Mark(NamedTuple):
    name: str
    told: str
    kind: Kind
    value: float | None
    low: float | None
    high: float | None
    pi: tuple[float, float] | None = None
    weight: float = 0.0


class _Frame(NamedTuple):
    """How the figures of one chart are turned and named."""

    ratio: bool
    turned: bool
    unit: str
    comparator: str

    @property
    def none(self) -> float:
        """No difference."""
        return 1.0 if self.ratio else 0.0

    @property
    def flips(self) -> bool:
        """Whether figures change their sign, so that more is better."""
        return self.turned and not self.ratio


class Plot(NamedTuple):
    """A chart, its heading, and how many options it sets side by side."""

    svg: str
    title: str
    options: int


class _Drawn(NamedTuple):
    """An option with the comparison and the figure that are drawn."""

    option: RankedOption
    one: Comparison
    estimate: Estimate


def against(ranked: Sequence[RankedOption], *, name: str) -> tuple[Plot, ...]:
    """A chart for each kind of comparator and unit that two options or more share."""
    groups: dict[tuple[str, str, bool], dict[str, _Drawn]] = {}
    for option in ranked:
        lead = option.comparisons[0]
        for one in option.comparisons:
            estimate = _drawable(one.estimate, ratio=one.ratio)
            # Only the figures of the people that the option's own figure is about.
            alike = one.young is lead.young and (not one.people or one.people == lead.people)
            if one.about_benefit and alike and estimate is not None:
                group = groups.setdefault((one.against.value, one.like, one.young), {})
                group.setdefault(option.id, _Drawn(option, one, estimate))
    plots = []
    for index, ((comparator, like, young), found) in enumerate(groups.items()):
        if len(found) > 1:
            title = f"Against {comparator}: {like}{', in the young' if young else ''}"
            svg = _options(list(found.values()), comparator, title, f"{name}-{index}")
            plots.append(Plot(svg, title, len(found)))
    return tuple(plots)


def studies(comparison: Comparison, *, name: str) -> str:
    """The studies of one of our own pools and the pool itself; or nothing to draw."""
    pool = _drawable(comparison.estimate, ratio=comparison.ratio)
    found = [(s, _drawable(s.estimate, ratio=comparison.ratio)) for s in comparison.studies]
    drawable = [(s, estimate) for s, estimate in found if estimate is not None]
    if not drawable or pool is None:
        return ""
    frame = _frame(comparison, comparison.against.value)
    marks = [
        _mark(s.name, estimate, Kind.STUDY, frame)._replace(weight=s.weight)
        for s, estimate in drawable
    ]
    whole = _mark("Pooled", pool, Kind.POOLED, frame)
    whole = whole._replace(pi=_predicted(comparison.prediction, frame))
    title = f"{comparison.option} against {comparison.comparator}: {comparison.outcome}"
    return _draw([*marks, whole], frame, title, name, _STUDY)


def _options(found: Sequence[_Drawn], comparator: str, title: str, name: str) -> str:
    frame = _frame(found[0].one, comparator)
    marks = []
    for option, one, estimate in found:
        kind = Kind.POOLED if one.pooled else Kind.QUOTED
        own = _frame(one, comparator)
        mark = _mark(_name(option, one), estimate, kind, own)
        marks.append(mark._replace(pi=_predicted(one.prediction, own)))
    return _draw(marks, frame, title, name, _ROW)


def _name(option: RankedOption, one: Comparison) -> str:
    """The option in few words, with how sure the figure is, or that it is to be avoided."""
    sure = "not rated" if one.certainty is Certainty.UNKNOWN else one.certainty.value
    told = "avoid" if option.standing is Standing.AVOID else sure
    short, _, _ = option.option.partition(" (")
    return f"{shortened(short, _NAME - len(told) - 2)}, {told}"


def _frame(one: Comparison, comparator: str) -> _Frame:
    turned = not one.better_above
    unit = one.like
    return _Frame(ratio=one.ratio, turned=turned, unit=unit, comparator=comparator)


def _drawable(estimate: Estimate | None, *, ratio: bool) -> Estimate | None:
    """The figure, if it can be drawn."""
    if estimate is None:
        return None
    values = [v for v in (estimate.value, estimate.low, estimate.high) if v is not None]
    sound = values and all(math.isfinite(v) and (v > 0 or not ratio) for v in values)
    return estimate if sound else None


def _mark(name: str, estimate: Estimate, kind: Kind, frame: _Frame) -> _Mark:
    """A figure as drawn: a difference in favour of the option is positive."""
    drawn = _turned(estimate) if frame.flips else estimate
    parts = shown(drawn)
    bare = drawn.value is None and not parts.range
    told = parts.number if bare else f"{parts.number} ({parts.range or 'no interval'})"
    return _Mark(name, told, kind, drawn.value, drawn.low, drawn.high)


def _predicted(pi: Estimate | None, frame: _Frame) -> tuple[float, float] | None:
    drawn = _turned(pi) if pi is not None and frame.flips else pi
    if drawn is None or drawn.low is None or drawn.high is None:
        return None
    return drawn.low, drawn.high


def _turned(estimate: Estimate) -> Estimate:
    value, low, high = (None if v is None else -v + 0.0
                        for v in (estimate.value, estimate.high, estimate.low))  # fmt: skip
    return Estimate(
        value=value,
        unit=estimate.unit,
        low=low,
        high=high,
        interval=estimate.interval,
        no_interval_because=estimate.no_interval_because,
    )


def _draw(marks: Sequence[_Mark], frame: _Frame, title: str, name: str, row: float) -> str:
    x = _axis(marks, frame)
    bottom = _TOP + row * len(marks) + 4
    # Studies stand in a table beside their chart, so their chart names the pool alone.
    told = marks[-1:] if marks[0].kind is Kind.STUDY else marks
    listed = "; ".join(f"{m.name} {m.told}, {m.kind.value}" for m in told)
    canvas = Canvas(
        bottom + _AXIS,
        name=name,
        title=title,
        description=f"No difference is {plain(frame.none)}; {_sense(frame)}. {listed}.",
    )
    canvas.text((_LEFT, 15), shortened(title, 58), "part")
    canvas.text((_LEFT, 34), "\N{LEFTWARDS ARROW} favours " + frame.comparator, "tick")
    canvas.text((_RIGHT, 34), "favours the option \N{RIGHTWARDS ARROW}", "tick", "end")
    canvas.line((_LEFT, _TOP - 4), (_RIGHT, _TOP - 4), "axis")
    canvas.line((x(frame.none), _TOP - 4), (x(frame.none), bottom), "reference")
    for index, mark in enumerate(marks):
        _draw_mark(canvas, x, _TOP + row * index, mark, row)
    canvas.line((_LEFT, bottom), (_RIGHT, bottom), "axis")
    for tick in x.ticks():
        canvas.line((x(tick), bottom), (x(tick), bottom + 4), "axis")
        canvas.text((x(tick), bottom + 17), plain(tick), "tick", "middle")
    canvas.text((_RIGHT, bottom + 36), _axis_name(frame), "axis-name", "end")
    return canvas.markup()


def _sense(frame: _Frame) -> str:
    side = "below" if frame.ratio and frame.turned else "above"
    return f"{side} it the option does better"


def _axis_name(frame: _Frame) -> str:
    if frame.ratio:
        return shortened(frame.unit, 60)
    return f"{frame.unit} in favour of the option"


def _axis(marks: Sequence[_Mark], frame: _Frame) -> Linear | Logarithmic:
    """Wide enough for every middle; bounds that go far beyond end in an arrow."""
    middles = [m.value for m in marks if m.value is not None]
    bounds = [v for m in marks for v in (m.low, m.high, *(m.pi or ())) if v is not None]
    start, end = _LEFT + 8, _RIGHT - 8
    if frame.ratio:
        reach = max((abs(math.log(v)) for v in middles), default=0.7)
        limit = max(reach * _WIDEST, math.log(_LEAST_SIDE))
        logs = [math.log(v) for v in (*middles, *bounds) if v > 0]
        low = math.exp(max(min(*logs, -0.1), -limit)) / 1.05
        high = math.exp(min(max(*logs, 0.1), limit)) * 1.05
        return Logarithmic(low, high, *((end, start) if frame.turned else (start, end)))
    reach = max((abs(v) for v in middles), default=1.0) or 1.0
    limit = reach * _WIDEST
    low = max(min(*middles, *bounds, 0.0), -limit)
    high = min(max(*middles, *bounds, 0.0), limit)
    pad = 0.05 * (high - low) or 1.0
    return Linear(low - pad, high + pad, start, end)


def _draw_mark(
    canvas: Canvas, x: Linear | Logarithmic, top: float, mark: _Mark, row: float
) -> None:
    canvas.text((_LEFT, top + 12), shortened(mark.name, _NAME), "label halo")
    canvas.text((_RIGHT, top + 12), shortened(mark.told, _VALUE), "value halo", "end")
    middle = top + row - 11
    if mark.pi is not None:
        _span(canvas, x, mark.pi, middle, "predicted")
    if mark.low is not None and mark.high is not None and mark.kind is not Kind.POOLED:
        css = "interval" if mark.value is not None else "interval range-only"
        _span(canvas, x, (mark.low, mark.high), middle, css)
    if mark.kind is Kind.POOLED and mark.low is not None and mark.high is not None:
        low, high = sorted((x(mark.low), x(mark.high)))
        centre = x(mark.value) if mark.value is not None else (low + high) / 2
        corners = ((low, middle), (centre, middle - 6), (high, middle), (centre, middle + 6))
        canvas.path(corners, "point", closed=True)
        _arrows(canvas, x, (mark.low, mark.high), middle)
    elif mark.value is not None and x.low <= mark.value <= x.high:
        if mark.kind is Kind.STUDY:
            side = min(max(math.sqrt(max(mark.weight, 0.0)) * 1.1, _LEAST_SIDE), _MOST_SIDE)
            canvas.rect(x(mark.value) - side, middle - side, 2 * side, 2 * side, "point")
        else:
            canvas.dot((x(mark.value), middle), "open")


def _span(
    canvas: Canvas,
    x: Linear | Logarithmic,
    ends: tuple[float, float],
    middle: float,
    css: str,
) -> None:
    low, high = sorted(_clamped(x, end) for end in ends)
    canvas.line((low, middle), (high, middle), css)
    _arrows(canvas, x, ends, middle)


def _arrows(canvas: Canvas, x: Linear | Logarithmic, ends: Iterable[float], middle: float) -> None:
    """An arrow where an interval goes on beyond the axis."""
    for end in ends:
        if not x.low <= end <= x.high:
            at = _clamped(x, end)
            tip = at + (6 if at > WIDTH / 2 else -6)
            canvas.path(((at, middle - 4), (tip, middle), (at, middle + 4)), "arrow", closed=True)


def _clamped(x: Linear | Logarithmic, value: float) -> float:
    return x(min(max(value, x.low), x.high))
