"""A simulated regimen as text, picture, table and JSON: each tells the same and says it all."""

from __future__ import annotations

import csv
import functools
import io
import sys
from xml.etree import ElementTree as ET

import msgspec
import pytest
from rich.console import Console

from speciosa.errors import InputError
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.plan import read_plan_bytes, read_plan_text
from speciosa.pharmacology.exposure.plan.level_text import read_level
from speciosa.pharmacology.exposure.regimen.forecast import Settings, forecast
from speciosa.pharmacology.exposure.regimen.simulation import Fan
from speciosa.report import json
from speciosa.report.charts.picture import picture, wrapped
from speciosa.report.simulation import chart, table
from speciosa.report.simulation.document import SimulationDocument, document
from speciosa.report.simulation.sketch import sketch
from speciosa.report.simulation.terminal import render

KNOWLEDGE = load()
SVG = "{http://www.w3.org/2000/svg}"


def simulated(text: str, *levels: str, subjects: int = 60) -> SimulationDocument:
    plan = read_plan_text(text)
    plan = plan.model_copy(update={"levels": tuple(read_level(level) for level in levels)})
    settings = Settings(seed=5, subjects=subjects)
    return document(forecast(plan, KNOWLEDGE, settings), plan, KNOWLEDGE)


@pytest.fixture(scope="module")
def tea() -> SimulationDocument:
    return simulated("2 g leaf tea twice a day for 3 days then stop", "7-oh<1 ng/mL@120h")


@pytest.fixture(scope="module")
def tablet() -> SimulationDocument:
    return simulated("15 mg 7-oh tablet once")


def text_of(result: SimulationDocument, encoding: str = "utf-8") -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    render(result, Console(file=out, width=100, highlight=False))
    out.flush()
    return out.buffer.getvalue().decode(encoding)


def parsed(result: SimulationDocument) -> ET.Element:
    return ET.fromstring(chart.as_svg(result))  # noqa: S314  # our own drawing


def test_text_says_everything_and_keeps_to_the_width(tea: SimulationDocument):
    text = text_of(tea)
    flat = " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100
    for line in tea.understood:
        assert line in flat
    for finding in tea.findings:
        assert finding.text in flat
    assert "It is no advice to take kratom" in flat
    assert "below 1 ng/mL" in flat


def test_cautions_come_before_any_figure(tea: SimulationDocument, tablet: SimulationDocument):
    for result in (tea, tablet):
        text = text_of(result)
        assert text.index("It is no advice to take") < text.index("Highest level")


def test_text_in_ascii(tea: SimulationDocument):
    text_of(tea, "ascii").encode("ascii")


def test_swallowed_seven_oh_is_flagged_and_has_no_half_life(tablet: SimulationDocument):
    assert any(f.id == "exposure.swallowed_seven_oh" for f in tablet.findings)
    assert tablet.analytes["7-hydroxymitragynine"].half_life.median is None
    assert tablet.analytes["mitragynine"].cmax.median is None
    assert "mitragynine" not in tablet.curve
    assert not [f for f in tablet.washout if f.analyte == "mitragynine"]


def test_json_keeps_the_contract(tea: SimulationDocument):
    raw = msgspec.json.decode(json.encode(tea))
    for analyte in ("mitragynine", "7-hydroxymitragynine"):
        for figure in ("cmax", "tmax", "auc", "half_life"):
            held = raw["analytes"][analyte][figure]
            assert held.keys() >= {"median", "p05", "p95", "unit"}
            assert held["p05"] <= held["median"] <= held["p95"]
        curve = raw["curve"][analyte]
        lengths = {len(curve[key]) for key in ("time_h", "median", "p05", "p25", "p75", "p95")}
        assert lengths == {len(curve["time_h"])}
    assert raw["provenance"]["seed"] == 5
    cited = {reference["id"] for reference in raw["references"]}
    assert all(fact in cited for finding in raw["findings"] for fact in finding["facts"])


def test_the_table_holds_the_curve(tea: SimulationDocument):
    found = list(csv.DictReader(io.StringIO(table.as_csv(tea).decode())))
    assert tuple(found[0]) == table.COLUMNS
    first = [row for row in found if row["analyte"] == "mitragynine"]
    fan = tea.curve["mitragynine"]
    assert [float(row["time_h"]) for row in first] == list(fan.time_h)
    assert [float(row["p95"]) for row in first] == list(fan.p95)
    assert {row["unit"] for row in found} == {"ng/mL"}


def test_parquet_holds_the_same_rows_and_where_they_come_from(tea: SimulationDocument):
    pq = pytest.importorskip("pyarrow.parquet")
    held = pq.read_table(io.BytesIO(table.as_parquet(tea)))
    assert tuple(held.column_names) == table.COLUMNS
    assert held.num_rows == len(list(table.rows(tea)))
    assert held.schema.metadata[b"seed"] == b"5"


def test_the_picture_can_be_read_without_seeing_it(tea: SimulationDocument):
    root = parsed(tea)
    assert root.get("role") == "img"
    named = (root.get("aria-labelledby") or "").split()
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert set(named) <= set(ids)
    described = root.find(f"{SVG}desc")
    assert described is not None
    assert "no advice to take kratom" in (described.text or "")
    words = " ".join("".join(t.itertext()) for t in root.iter(f"{SVG}text"))
    assert "Understood as" in words
    assert "no amount or schedule here is a suggestion" in words


def test_every_line_of_the_picture_fits_its_width(tea: SimulationDocument):
    root = parsed(tea)
    width = float(root.get("width") or 0)
    for text in root.findall(f"{SVG}text"):
        at = float(text.get("x") or 0)
        assert at + 0.5 * 12 * len("".join(text.itertext())) <= width


def test_png_is_the_same_drawing(tea: SimulationDocument):
    pytest.importorskip("resvg_py")
    image = chart.as_png(tea)
    assert image.startswith(b"\x89PNG")
    width, height = (int.from_bytes(image[i : i + 4], "big") for i in (16, 20))
    root = parsed(tea)
    assert width == round(2 * float(root.get("width") or 0))
    assert abs(height - 2 * float(root.get("height") or 0)) <= 1


@pytest.mark.parametrize(
    ("package", "make", "extra"),
    [("pyarrow", table.as_parquet, "tables"), ("resvg_py", chart.as_png, "pictures")],
)
def test_without_the_extra_it_says_what_to_install(
    package: str, make, extra: str, tea: SimulationDocument, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"speciosa\[{extra}\]"):
        make(tea)


def test_a_picture_without_words_is_refused(
    tea: SimulationDocument, monkeypatch: pytest.MonkeyPatch
):
    """Where no typeface is installed the cautions would be missing."""
    resvg = pytest.importorskip("resvg_py")
    bare = functools.partial(resvg.svg_to_bytes, skip_system_fonts=True)
    monkeypatch.setattr(resvg, "svg_to_bytes", bare)
    with pytest.raises(InputError, match="no typeface"):
        chart.as_png(tea)


def test_a_hostile_label_stays_text():
    raw = (
        b'title: "<script>alert(1)</script> & \\u00e9"\n'
        b"products: [{name: a, form: tea, label: '</svg><b>', dose: {leaf_g: 2}}]\n"
        b"doses: [{product: a}]\n"
    )
    plan = read_plan_bytes(raw)
    result = document(forecast(plan, KNOWLEDGE, Settings(seed=1, subjects=20)), plan, KNOWLEDGE)
    root = parsed(result)
    assert not list(root.iter(f"{SVG}script"))
    assert "[31m" not in text_of(result)


def test_without_a_curve_there_is_no_picture():
    with pytest.raises(ValueError, match="needs a curve"):
        picture([], title="", lines=[], doses_h=[], foot=[])


def test_the_sketch_loses_no_peak():
    times = tuple(float(t) for t in range(1001))
    spike = tuple(90.0 if t == 503 else 1.0 for t in range(1001))
    fan = Fan(unit="ng/mL", time_h=times, median=spike, p05=spike, p25=spike, p75=spike, p95=spike)
    lines = sketch(fan, width=60, height=10, ascii_only=True)
    assert sum("#" in line for line in lines[:3]) >= 1
    assert all(line.isascii() and len(line) <= 60 for line in lines)
    assert lines[-1].split()[0] == "days"


@pytest.mark.parametrize("width", [200, 60, 30])
def test_words_wrap_and_none_is_lost(width: int):
    words = "One two three four five six seven eight"
    assert " ".join(wrapped(words, width, 12)) == words
