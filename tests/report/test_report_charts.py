"""Charts are well-formed, described, finite, and say what their data say."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report import made_up
from tests.report.made_up_parts import EXPOSURE, INTERACTIONS, MECHANISM, SEVERITY

from speciosa.finding import Estimate
from speciosa.pharmacology.exposure.result import Band, Curve, Driver
from speciosa.report.charts.course import course
from speciosa.report.charts.drivers import drivers
from speciosa.report.charts.fan import fan
from speciosa.report.charts.forest import forest
from speciosa.report.charts.occupancy import occupancy
from speciosa.report.charts.scale import Linear, Logarithmic, round_up
from speciosa.report.charts.svg import thinned

SVG = "{http://www.w3.org/2000/svg}"
replace = made_up.replace


def read(markup: str) -> ET.Element:
    """Parse a chart and check what holds for every chart."""
    root = ET.fromstring(markup)  # noqa: S314  # our own output
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert title.text
    assert description.text
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for element in root.iter():
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"):
            if (text := element.get(name)) is not None:
                assert -1 <= float(text) <= max(width, height) + 1
        for text in re.findall(r"-?[\d.]+|[a-z]+", element.get("d") or ""):
            assert math.isfinite(float(text))
    return root


def test_every_chart_of_the_full_assessment_is_drawn() -> None:
    for index, curve in enumerate(EXPOSURE.curves):
        panel = read(fan(curve, name=f"fan-{index}"))
        assert len([p for p in panel.iter(f"{SVG}path") if "band" in (p.get("class") or "")]) == 3
    assert len(list(read(drivers(EXPOSURE.drivers, name="d")).iter(f"{SVG}rect"))) == 8
    plots = forest(INTERACTIONS.rows, name="f").svgs
    assert len(plots) == 2
    for plot in plots:
        read(plot)
    read(occupancy(MECHANISM.targets, name="o"))
    read(course(SEVERITY.scores[0], SEVERITY.history, name="c"))


def test_text_is_escaped_and_cleaned() -> None:
    nasty = "<script>alert(1)</script>\x1b[31m & ]]>"
    markup = drivers([Driver(name=nasty, share=0.5, narrowed_by="")], name="d")
    read(markup)
    assert "<script" not in markup
    assert "\x1b" not in markup


def test_the_axis_of_ratios_is_logarithmic_around_one() -> None:
    axis = Logarithmic(0.25, 4.0, 0.0, 400.0)
    assert axis(1.0) == pytest.approx(200.0)
    assert axis(2.0) - axis(1.0) == pytest.approx(axis(1.0) - axis(0.5))
    assert 1.0 in axis.ticks()


def test_a_course_needs_two_dated_scores() -> None:
    gad7 = SEVERITY.scores[0]
    assert course(gad7, SEVERITY.history[2:3], name="c") == ""
    assert course(replace(gad7, date="not a date"), (), name="c") == ""
    assert "9 points" not in course(gad7, SEVERITY.history, name="c")
    assert "6 points around the first score" in course(gad7, SEVERITY.history, name="c")
    phq9 = SEVERITY.scores[1]
    assert "band" not in course(phq9, SEVERITY.history, name="c")


def test_an_occupancy_in_another_unit_is_not_drawn_as_a_percentage() -> None:
    ratio = Estimate(value=0.3, unit="C/IC50", low=0.1, high=2.0, interval="90 % PI")
    target = replace(MECHANISM.targets[0], peak=ratio, trough=None)
    assert occupancy([target], name="o") == ""


def test_nothing_to_draw_draws_nothing() -> None:
    assert drivers((), name="d") == occupancy((), name="o") == ""
    empty = Curve(analyte="mitragynine", unit="ng/mL", time_h=(), median=(), bands=())
    assert fan(empty, name="x") == ""
    broken = replace(EXPOSURE.curves[0], median=EXPOSURE.curves[0].median[:-1])
    assert fan(broken, name="x") == ""


levels = st.floats(min_value=0, max_value=1e9, allow_nan=False)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(levels, levels, levels).map(sorted), min_size=2, max_size=40),
    st.floats(min_value=0.01, max_value=400),
)
def test_a_fan_of_any_curve_is_sound(rows: list[list[float]], step: float) -> None:
    low, median, high = (tuple(row[i] for row in rows) for i in range(3))
    times = tuple(i * step for i in range(len(rows)))
    bands = (Band(percent=95, low=low, high=high),)
    curve = Curve(analyte="mitragynine", unit="ng/mL", time_h=times, median=median, bands=bands)
    read(fan(curve, name="x"))


@given(st.sampled_from([math.nan, math.inf, -math.inf]), st.integers(0, 96))
def test_a_fan_with_a_number_that_is_not_finite_is_not_drawn(bad: float, place: int) -> None:
    curve = EXPOSURE.curves[0]
    median = (*curve.median[:place], bad, *curve.median[place + 1 :])
    assert fan(replace(curve, median=median), name="x") == ""


@given(st.floats(min_value=1e-6, max_value=1e9), st.floats(min_value=1e-6, max_value=1e9))
def test_axes_keep_order_stay_inside_and_have_ticks(a: float, b: float) -> None:
    low, high = sorted((a, b))
    for axis in (Linear(low, high, 10, 390), Logarithmic(low, high, 10, 390)):
        assert all(10 <= axis(v) <= 390 for v in (low, high, (low + high) / 2, 0.0, 1e12))
        assert axis(low) <= axis((low + high) / 2) <= axis(high)
        ticks = axis.ticks()
        assert list(ticks) == sorted(set(ticks))
        assert len(ticks) <= 13
    assert round_up(high) >= high * 0.999


@given(st.lists(st.tuples(levels, levels), min_size=2, max_size=60))
def test_thinning_keeps_the_ends_and_only_given_points(points: list[tuple[float, float]]) -> None:
    kept = thinned(points)
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    assert set(kept) <= set(points)
    assert max(y for _, y in kept) >= min(y for _, y in points)
