"""The trend chart: what it draws and what it says in words."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.outcomes.timelines import day, entry, event, line, series

from speciosa.clinical.outcomes import OutcomesResult, Timeline, assess
from speciosa.clinical.outcomes.timeline import Entry, EventKind, Measured
from speciosa.knowledge import load
from speciosa.report.charts.trend import MOST_MARKS, trend

K = load()
SVG = "{http://www.w3.org/2000/svg}"


def result_of(timeline: Timeline) -> OutcomesResult:
    return assess(timeline, K, day(900))


def drawn(timeline: Timeline) -> ET.Element:
    result = result_of(timeline)
    return ET.fromstring(trend(result.courses[0], result.marks, name="t"))  # noqa: S314 - our own


def classes(root: ET.Element, tag: str) -> list[str]:
    return [e.get("class", "") for e in root.iter(SVG + tag)]


def test_totals_band_remission_and_changes_are_drawn_and_said() -> None:
    root = drawn(line(series((15, 12, 4)), event(10), event(20, "moved house", EventKind.LIFE)))
    assert classes(root, "circle") == ["point"] * 3
    assert classes(root, "rect") == ["no-effect"]
    assert classes(root, "line").count("reference") == 3  # remission and two changes
    said = root.find(f"{SVG}desc")
    assert said is not None
    for words in ("first 15", "newest 4", "The band from 9 to 21", "4 or less", "moved house"):
        assert words in (said.text or "")


def test_totals_after_a_change_of_kratom_and_open_totals_look_different() -> None:
    open_total = Entry(date=day(40), scores=(Measured(instrument="gad7", total=9, low=7, high=12),))
    entries = (*series((10, 11)), open_total)
    root = drawn(line(entries, event(30, "kratom", EventKind.STOPPED)))
    assert classes(root, "circle") == ["point", "point", "open"]
    assert "interval" in classes(root, "line")


def test_nothing_to_draw_gives_no_chart() -> None:
    (course,) = result_of(line((entry(0, gad7=5), entry(0, gad7=7)))).courses
    assert trend(course, (), name="t") == ""


def test_many_totals_and_changes_stay_readable_and_names_are_escaped() -> None:
    events = [event(i * 7, f"<b>{i}</b> & more") for i in range(20)]
    result = result_of(line(series([5, 9] * 40, every=7), *events))
    markup = trend(result.courses[0], result.marks, name="t")
    assert "<b>" not in markup
    root = ET.fromstring(markup)  # noqa: S314 - our own
    numbered = [e for e in root.iter(f"{SVG}text") if (e.text or "").isdigit()]
    assert len([e for e in numbered if e.get("class") == "tick halo"]) == MOST_MARKS
    assert len([e for e in root.iter(f"{SVG}text") if e.get("class") == "value halo"]) == 2
