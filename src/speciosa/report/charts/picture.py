"""A simulated regimen as one picture that stands alone: a panel an analyte, in words and colours.

The panels are the fans of the report. Colours are fixed and print well, because a file of its own
has no page around it that could give them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from speciosa.pharmacology.exposure.regimen.simulation import Fan
from speciosa.pharmacology.exposure.result import Band, Curve
from speciosa.report.charts.fan import Measured, fan
from speciosa.report.charts.svg import number
from speciosa.report.clean import clean
from speciosa.report.words import analyte

_SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", _SVG)
_PANEL_W, _PANEL_H, _MARGIN, _GAP = 400.0, 230.0, 24.0, 24.0
_LINE, _SMALL = 20.0, 15.0
_TITLE_PX, _TEXT_PX = 16.0, 12.0
# Width of a line over its size and number of characters, for the wider of usual typefaces.
_WIDTH_OF_LETTER = 0.52

STYLE = """
.paper { fill: #fff; }
text { font-family: "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", "DejaVu Sans",
  Arial, sans-serif; font-size: 12px; fill: #1c2326; }
.title { font-size: 16px; font-weight: 600; }
.panel { font-size: 13px; font-weight: 600; }
.tick, .axis-name, .foot { fill: #4d585e; }
.axis { stroke: #4d585e; stroke-width: 1; }
.grid { stroke: #ddd8cd; stroke-width: 1; }
.band { fill: #125557; stroke: none; fill-opacity: 0.18; }
.band-1 { fill-opacity: 0.3; }
.median { fill: none; stroke: #125557; stroke-width: 2; stroke-linejoin: round; }
.dose { stroke: #874a00; stroke-width: 1.5; }
.open { fill: #fff; stroke: #1c2326; stroke-width: 2; }
.interval { stroke: #1c2326; stroke-width: 2; }
.alone { fill: #125557; }
.together { fill: #fff; stroke: #125557; stroke-width: 1.5; }
.whisker { stroke: #1c2326; stroke-width: 1.5; }
"""


class Panel(NamedTuple):
    """One analyte: its fan and the levels measured of it, in the fan's unit."""

    analyte: str
    fan: Fan
    measured: tuple[Measured, ...]


class Framed(NamedTuple):
    """A drawing of ``_PANEL_W`` pixels' width with the words above it."""

    words: str
    markup: str
    height: float


def picture(
    panels: Sequence[Panel],
    *,
    title: str,
    lines: Sequence[str],
    doses_h: Sequence[float],
    foot: Sequence[str],
) -> str:
    """The picture as SVG text: title, lines of explanation, a panel an analyte, footnotes.

    Raises ``ValueError`` without a panel to draw.
    """
    drawn = [
        Framed(
            f"{analyte(panel.analyte)} in plasma", _panel(panel, f"panel-{i}", doses_h), _PANEL_H
        )
        for i, panel in enumerate(panels)
    ]
    return framed([drawn], title=title, lines=lines, foot=foot)


def framed(
    rows: Sequence[Sequence[Framed]], *, title: str, lines: Sequence[str], foot: Sequence[str]
) -> str:
    """Rows of drawings as one SVG text: title, lines of explanation, drawings, footnotes.

    The drawings of a row are of one height. Raises ``ValueError`` without a drawing.
    """
    most = max(map(len, rows), default=0)
    if not most:
        raise ValueError("a picture needs a curve")
    width = 2 * _MARGIN + most * _PANEL_W + (most - 1) * _GAP
    room = width - 2 * _MARGIN
    top = wrapped(title, room, _TITLE_PX)
    said = [piece for line in lines for piece in wrapped(line, room, _TEXT_PX)]
    below = [piece for line in foot for piece in wrapped(line, room, _TEXT_PX)]
    root = ET.Element(
        f"{{{_SVG}}}svg", {"role": "img", "aria-labelledby": "picture-title picture-desc"}
    )
    ET.SubElement(root, f"{{{_SVG}}}title", {"id": "picture-title"}).text = clean(title)
    ET.SubElement(root, f"{{{_SVG}}}desc", {"id": "picture-desc"}).text = clean(
        " ".join([*lines, *foot])
    )
    ET.SubElement(root, f"{{{_SVG}}}style").text = STYLE
    paper = ET.SubElement(root, f"{{{_SVG}}}rect", {"class": "paper", "x": "0", "y": "0"})
    y = _MARGIN
    for words in top:
        y += _LINE
        _text(root, words, _MARGIN, y - 4, "title")
    for words in said:
        y += _SMALL
        _text(root, words, _MARGIN, y, "")
    for row in rows:
        y += _GAP
        for i, one in enumerate(row):
            x = _MARGIN + i * (_PANEL_W + _GAP)
            _text(root, one.words, x, y, "panel")
            drawn = ET.fromstring(one.markup)  # noqa: S314  # our own drawing, made just now
            place = {"x": x, "y": y + 8, "width": _PANEL_W, "height": one.height}
            for key, value in place.items():
                drawn.set(key, number(value))
            root.append(drawn)
        y += 8 + max(one.height for one in row)
    for words in below:
        y += _SMALL
        _text(root, words, _MARGIN, y, "foot")
    height = y + _MARGIN
    for element in (root, paper):
        element.set("width", number(width))
        element.set("height", number(height))
    root.set("viewBox", f"0 0 {number(width)} {number(height)}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def wrapped(words: str, room: float, size: float) -> list[str]:
    """Text in lines that fit some pixels."""
    most = max(int(room / (size * _WIDTH_OF_LETTER)), 10)
    lines = [""]
    for word in clean(words).split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


def _panel(panel: Panel, name: str, doses_h: Sequence[float]) -> str:
    shown = panel.fan
    curve = Curve(
        analyte=panel.analyte,
        unit=shown.unit,
        time_h=shown.time_h,
        median=shown.median,
        bands=(
            Band(percent=50, low=shown.p25, high=shown.p75),
            Band(percent=90, low=shown.p05, high=shown.p95),
        ),
    )
    return fan(curve, name=name, doses_h=doses_h, measured=panel.measured)


def _text(root: ET.Element, words: str, x: float, y: float, css: str) -> None:
    place = {"x": number(x), "y": number(y)}
    element = ET.SubElement(root, f"{{{_SVG}}}text", {"class": css, **place} if css else place)
    element.text = clean(words)
