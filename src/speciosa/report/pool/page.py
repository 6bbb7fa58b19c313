"""A chart as a file of its own: fixed colours that print well, and the words that belong to it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from speciosa.report.charts.svg import number

_SVG = "http://www.w3.org/2000/svg"

STYLE = """
.paper { fill: #fff; }
text { font-family: "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", "DejaVu Sans",
  Arial, sans-serif; font-size: 12px; fill: #1c2326; }
.part { font-size: 13px; font-weight: 600; }
.tick, .axis-name { fill: #4d585e; font-size: 11px; }
.axis { stroke: #4d585e; stroke-width: 1; }
.reference { stroke: #4d585e; stroke-width: 1; stroke-dasharray: 3 3; }
.interval { stroke: #1c2326; stroke-width: 1.5; }
.study { fill: #4d585e; }
.point { fill: #125557; }
.value { font-variant-numeric: tabular-nums; paint-order: stroke; stroke: #fff; stroke-width: 3; }
.prediction, .predicted { stroke: #125557; stroke-width: 2; }
.arrow { fill: #1c2326; }
.open { fill: #fff; stroke: #1c2326; stroke-width: 1.5; }
.contour { fill: #125557; fill-opacity: 0.12; }
"""


def page(markup: str) -> str:
    """The image of a canvas with its own style, size and white ground, as a file."""
    ET.register_namespace("", _SVG)
    root = ET.fromstring(markup)  # noqa: S314  # our own drawing, made just now
    _, _, width, height = root.attrib["viewBox"].split()
    root.set("width", number(2 * float(width)))
    root.set("height", number(2 * float(height)))
    del root.attrib["class"]
    style = ET.Element(f"{{{_SVG}}}style")
    style.text = STYLE
    paper = ET.Element(
        f"{{{_SVG}}}rect", {"class": "paper", "x": "0", "y": "0", "width": width, "height": height}
    )
    # After title and description, before the first mark.
    root.insert(2, style)
    root.insert(3, paper)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
