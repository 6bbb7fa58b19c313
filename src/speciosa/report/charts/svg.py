"""The few SVG elements that the charts are made of. Coordinates are finite or an error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap
from xml.etree import ElementTree as ET

from speciosa.report.clean import clean

Point = tuple[float, float]

# Narrow on purpose: a chart must stay readable on a screen of 320 px without zooming.
WIDTH = 400.0


class Canvas:
    """An SVG image under construction. ``name`` must be unique on the page."""

    def __init__(self, height: float, *, name: str, title: str, description: str) -> None:
        self._root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {number(WIDTH)} {number(height)}",
                "role": "img",
                "class": "chart",
                "aria-labelledby": f"{name}-title {name}-desc",
            },
        )
        ET.SubElement(self._root, "title", {"id": f"{name}-title"}).text = clean(title)
        ET.SubElement(self._root, "desc", {"id": f"{name}-desc"}).text = clean(description)

    def line(self, start: Point, end: Point, css: str) -> None:
        """A straight line."""
        ends = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
        self._add("line", css, {k: number(v) for k, v in ends.items()})

    def path(self, points: Sequence[Point], css: str, *, closed: bool = False) -> None:
        """A line through points, or the area they enclose."""
        steps = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        self._add("path", css, {"d": f"M{steps}{'Z' if closed else ''}"})

    def rect(self, x: float, y: float, width: float, height: float, css: str) -> None:
        """A rectangle; a negative size counts as nothing."""
        size = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0)}
        self._add("rect", css, {k: number(v) for k, v in size.items()})

    def dot(self, centre: Point, css: str, radius: float = 4.0) -> None:
        """A round mark."""
        place = {"cx": centre[0], "cy": centre[1], "r": radius}
        self._add("circle", css, {k: number(v) for k, v in place.items()})

    def diamond(self, centre: Point, css: str, radius: float = 5.0) -> None:
        """A mark with four corners, so that marks differ by shape and not by colour alone."""
        x, y = centre
        corners = ((x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius))
        self.path(corners, css, closed=True)

    def text(self, at: Point, words: str, css: str = "", anchor: str = "start") -> None:
        """One line of text, anchored at its start, middle or end."""
        place = {"x": number(at[0]), "y": number(at[1]), "text-anchor": anchor}
        self._add("text", css, place).text = clean(words)

    def markup(self) -> str:
        """The image as well-formed text."""
        return ET.tostring(self._root, encoding="unicode")

    def _add(self, tag: str, css: str, attributes: dict[str, str]) -> ET.Element:
        return ET.SubElement(self._root, tag, {"class": css, **attributes} if css else attributes)


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    if not math.isfinite(value):
        raise ValueError("a coordinate must be finite")
    return f"{value + 0.0:.1f}".removesuffix(".0")


def shortened(words: str, most: int) -> str:
    """Text cut to a number of characters; the table beside the chart has it in full."""
    words = clean(words)
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def lines_of(words: str, most: int) -> list[str]:
    """Text in lines of at most so many characters, broken between words where there are any."""
    return wrap(clean(words), most) or [""]


def thinned(points: Sequence[Point], tolerance: float = 0.2) -> list[Point]:
    """Points without those a straight line passes within ``tolerance`` pixels (Douglas-Peucker)."""
    keep = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        (x0, y0), (x1, y1) = points[first], points[last]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        worst, where = tolerance, -1
        for i in range(first + 1, last):
            x, y = points[i]
            distance = abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length
            if distance > worst:
                worst, where = distance, i
        if where >= 0:
            keep.add(where)
            spans += [(first, where), (where, last)]
    return [points[i] for i in sorted(keep)]
