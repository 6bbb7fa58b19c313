"""A drawing made for a page as a file of its own: its colours inside it, on white."""

from __future__ import annotations

from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_STYLE = """
.paper { fill: #fff; }
text { font-family: "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", "DejaVu Sans",
  Arial, sans-serif; font-size: 12px; fill: #1c2326; }
.tick, .foot { fill: #4d585e; font-size: 11px; }
.axis { stroke: #4d585e; stroke-width: 1; }
.grid { stroke: #ddd8cd; stroke-width: 1; }
.none { stroke: #1c2326; stroke-width: 1.5; stroke-dasharray: 4 3; }
.interval { stroke: #125557; stroke-width: 2; }
.wider { stroke: #125557; stroke-width: 1; stroke-dasharray: 2 2; }
.mark { fill: #125557; }
.edge { fill: #7b8a8f; }
.several { fill: #874a00; fill-opacity: 0.14; stroke: #874a00; stroke-width: 1; }
.node { fill: #125557; stroke: #fff; stroke-width: 1.5; }
"""


def alone(markup: str) -> str:
    """The drawing as a whole SVG file."""
    ET.register_namespace("", _SVG)
    root = ET.fromstring(markup)  # noqa: S314  # our own drawing, made just now
    _, _, width, height = root.attrib["viewBox"].split()
    root.set("width", width)
    root.set("height", height)
    style = ET.Element(f"{{{_SVG}}}style")
    style.text = _STYLE
    paper = ET.Element(
        f"{{{_SVG}}}rect", {"class": "paper", "x": "0", "y": "0", "width": width, "height": height}
    )
    root.insert(2, style)
    root.insert(3, paper)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
