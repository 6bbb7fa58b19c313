"""The picture of a simulated regimen as an SVG or PNG file."""

from __future__ import annotations

from speciosa.errors import InputError, InputProblem
from speciosa.report.charts.fan import Measured
from speciosa.report.charts.picture import Panel, picture
from speciosa.report.numbers import plain
from speciosa.report.simulation.document import SimulationDocument
from speciosa.report.simulation.table import not_installed

ENDINGS = (".svg", ".png")
_ZOOM = 2.0
_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    '<text x="2" y="15" font-family="sans-serif" font-size="12">{words}</text></svg>'
)


def as_svg(document: SimulationDocument) -> bytes:
    """The picture as SVG in UTF-8. Raises ``ValueError`` when there is no curve."""
    panels = [
        Panel(name, fan, tuple(_marks(document, name))) for name, fan in document.curve.items()
    ]
    drawn = picture(
        panels,
        title=document.title or "Simulated kratom regimen",
        lines=_lines(document),
        doses_h=document.doses_h,
        foot=_foot(document),
    )
    return drawn.encode()


def as_png(document: SimulationDocument) -> bytes:
    """The same drawing as PNG, twice its size in pixels. Raises as ``png_of``."""
    return png_of(as_svg(document))


def png_of(svg: bytes) -> bytes:
    """A drawing as PNG, twice its size in pixels.

    Needs the extra ``pictures`` and a typeface on the machine; raises ``InputError`` that says so
    where one is not there. Without a typeface the cautions would be missing from the picture.
    """
    try:
        import resvg_py  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise not_installed("--chart", "PNG", "pictures", "a file that ends in .svg") from None

    def drawn(text: str) -> bytes:
        image: bytes = resvg_py.svg_to_bytes(svg_string=text, zoom=_ZOOM, background="#ffffff")
        return image

    if drawn(_PROBE.format(words="Aa")) == drawn(_PROBE.format(words="")):
        given = "PNG, but no typeface is installed on this machine"
        accepted = "a file that ends in .svg, or PNG where a sans-serif typeface is installed"
        raise InputError([InputProblem("--chart", given, accepted)])
    return drawn(svg.decode())


def _lines(document: SimulationDocument) -> list[str]:
    said = "; ".join(document.understood)
    return [f"Understood as: {said}."]


def _foot(document: SimulationDocument) -> list[str]:
    models = " and ".join(document.structures)
    provenance = document.provenance
    marks = ["Line: median. Bands: 50 % and 90 % of virtual people. Strokes under the axis: doses."]
    if any(use.median is not None for use in document.levels):
        marks.append("Circles: measured levels; triangles: below what could be measured.")
    by_id = {finding.id: finding.text for finding in document.findings}
    return [
        *(by_id[id_] for id_ in _STANDING if id_ in by_id),
        " ".join(marks),
        f"{plain(document.subjects)} virtual people, seed {document.seed}, models {models}; "
        f"Speciosa {provenance.speciosa_version}, knowledge {provenance.knowledge_release}.",
    ]


_STANDING = (
    "simulate.describes",
    "simulate.no_safe_level",
    "simulate.bodies_assumed",
    "exposure.swallowed_seven_oh",
)


def _marks(document: SimulationDocument, analyte: str) -> list[Measured]:
    """Levels whose time is known for certain; where it is open there is no one place for them."""
    return [
        Measured(use.level.times_h[0], use.value_ng_ml, use.level.below_limit)
        for use in document.levels
        if use.level.analyte == analyte and len(use.level.times_h) == 1
    ]
