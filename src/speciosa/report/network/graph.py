"""The network as a picture: treatments on a circle, lines for what trials compared.

A dot's area grows with the people who had the treatment (with its trials where the file does not
tell), a line's width with the number of trials. Trials with more than two arms are shaded areas.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap

from speciosa.report.charts.svg import WIDTH, Canvas, Point, shortened
from speciosa.report.network.document import NetworkDocument
from speciosa.report.network.picture import alone
from speciosa.report.network.text import counted

_RADIUS, _CENTRE_Y = 104.0, 140.0
_LARGEST, _SMALLEST = 13.0, 3.0
_WIDEST, _NARROWEST = 7.0, 1.0
_LABEL, _FOOT_LINE = 22, 15.0
# Widths in steps, so that each is a class of its own and no drawing needs a style for every line.
_STEPS = 6
_FOOT_CHARACTERS = 66


def graph(document: NetworkDocument) -> str:
    """The network plot as an SVG file."""
    names = document.treatments
    places = _places(len(names))
    by_people = all(node.people is not None for node in document.nodes)
    edges = [(cell.a, cell.b, cell.k_direct) for cell in document.league if cell.k_direct]
    several = [one for one in document.designs if len(one.treatments) > 2]
    sized = "people who had the treatment" if by_people else "trials of the treatment"
    most = max(k for *_, k in edges)
    foot = f"Dots: {sized}. Lines: trials that compared the two "
    foot += f"(1 to {most})." if most > 1 else "(1 each)."
    if several:
        foot += f" Shaded: trials with more than two arms ({sum(d.k for d in several)})."
    lines = wrap(foot, _FOOT_CHARACTERS)
    bottom = _CENTRE_Y + _RADIUS + 48
    canvas = Canvas(
        bottom + _FOOT_LINE * len(lines) + 8,
        name="network",
        title=f"{len(names)} treatments compared in {counted(document.k_studies)}",
        description="; ".join(f"{a} and {b}: {counted(k)}" for a, b, k in edges),
    )
    at = dict(zip(names, places, strict=True))
    for design in several:
        corners = sorted((at[name] for name in design.treatments), key=_turn)
        canvas.path(corners, "several", closed=True)
    most = max(k for *_, k in edges)
    for a, b, k in edges:
        _edge(canvas, at[a], at[b], k / most)
    weights = [
        node.people if by_people and node.people else float(node.k) for node in document.nodes
    ]
    largest = max(weights)
    spoken = len(names) <= 24
    for node, weight in zip(document.nodes, weights, strict=True):
        radius = max(_LARGEST * math.sqrt(weight / largest), _SMALLEST)
        canvas.dot(at[node.name], "node", radius)
        _label(canvas, node.name, at[node.name], radius, long=spoken)
    for i, words in enumerate(lines):
        canvas.text((8.0, bottom + _FOOT_LINE * i + 8), words, "foot")
    return alone(canvas.markup())


def _places(count: int) -> list[Point]:
    """Points on the circle, the first on top, clockwise."""
    turns = [2 * math.pi * i / count - math.pi / 2 for i in range(count)]
    return [
        (WIDTH / 2 + _RADIUS * math.cos(turn), _CENTRE_Y + _RADIUS * math.sin(turn))
        for turn in turns
    ]


def _turn(place: Point) -> float:
    return math.atan2(place[1] - _CENTRE_Y, place[0] - WIDTH / 2)


def _edge(canvas: Canvas, start: Point, end: Point, share: float) -> None:
    """A line as a thin rectangle, because only its outline carries its width."""
    half = max(_NARROWEST, _WIDEST * math.ceil(share * _STEPS) / _STEPS) / 2
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy) or 1.0
    x, y = -dy / length * half, dx / length * half
    corners: Sequence[Point] = (
        (start[0] + x, start[1] + y),
        (end[0] + x, end[1] + y),
        (end[0] - x, end[1] - y),
        (start[0] - x, start[1] - y),
    )
    canvas.path(corners, "edge", closed=True)


def _label(canvas: Canvas, name: str, place: Point, radius: float, *, long: bool) -> None:
    x, y = place[0] - WIDTH / 2, place[1] - _CENTRE_Y
    away = (_RADIUS + radius + 5) / _RADIUS
    anchor = "middle" if abs(x) < 8 else "start" if x > 0 else "end"
    lift = -4.0 if y < -_RADIUS + 8 else 14.0 if y > _RADIUS - 8 else 4.0
    at = (WIDTH / 2 + x * away, _CENTRE_Y + y * away + lift)
    room = WIDTH - at[0] if anchor == "start" else at[0] if anchor == "end" else 2 * _RADIUS
    most = min(_LABEL, int(room / 6.4)) if long else 8
    canvas.text(at, shortened(name, max(most, 3)), "tick", anchor)
