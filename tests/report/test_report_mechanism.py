"""Occupancy over the day and competition at the receptor, as a reader meets them."""

from __future__ import annotations

import io
import math

import pytest
from rich.console import Console
from tests.report import made_up
from tests.report.made_up_parts import MECHANISM
from tests.report.test_report_charts import SVG, read

from speciosa.report import html, terminal
from speciosa.report.charts.occupancy_day import occupancy_day
from speciosa.report.numbers import over_the_day

CURVE = MECHANISM.targets[0].curve
replace = made_up.replace


def compact(assessment) -> str:
    stream = io.StringIO()
    terminal.render(assessment, Console(file=stream, width=100))
    return " ".join(stream.getvalue().split())


def with_competition(**changes):
    whole = made_up.full()
    competition = replace(MECHANISM.competition, **changes)
    return replace(whole, mechanism=replace(MECHANISM, competition=competition))


def test_the_day_is_drawn_as_one_line_in_one_band() -> None:
    panel = read(occupancy_day(CURVE, "mu opioid receptor", name="day"))
    classes = [p.get("class") for p in panel.iter(f"{SVG}path")]
    assert classes == ["band band-0", "median"]
    words = " ".join("".join(e.itertext()) for e in panel.iter(f"{SVG}desc"))
    assert "9 and 41 %" in words
    assert "1 and 83 %" in words


@pytest.mark.parametrize(
    "broken",
    [
        None,
        replace(CURVE, unit="of the IC50"),
        replace(CURVE, median=CURVE.median[:-1]),
        replace(CURVE, time_h=(0.0,), median=(1.0,), low=(0.0,), high=(2.0,)),
        replace(CURVE, high=(math.nan, *CURVE.high[1:])),
    ],
)
def test_what_cannot_be_drawn_as_a_share_is_not_drawn(broken) -> None:
    assert occupancy_day(broken, "mu opioid receptor", name="day") == ""


def test_the_page_has_the_curve_only_where_there_is_one() -> None:
    assert 'id="occupancy-day-0-title"' in html.render(made_up.full())
    bare = replace(MECHANISM, targets=tuple(replace(t, curve=None) for t in MECHANISM.targets))
    assert "occupancy-day" not in html.render(replace(made_up.full(), mechanism=bare))


def test_a_curve_in_words_keeps_first_last_and_its_bands() -> None:
    told = over_the_day(CURVE)
    assert told.startswith("0 h 9 (1 to 37)")
    assert told.endswith("24 h 9 (1 to 37)")
    assert "6 h 41 (8 to 83)" in told


def test_the_table_of_ligands_stands_on_page_and_terminal() -> None:
    page, text = html.render(made_up.full()), compact(made_up.full())
    for shown in (page, text):
        assert "buprenorphine (planned)" in shown
        assert "pseudoindoxyl, left out of the sum" in shown
    assert "its level in people was never measured" in page


def test_without_a_medicine_the_compact_view_has_no_table_of_shares() -> None:
    own = tuple(row for row in MECHANISM.competition.ligands if row.medicine == "kratom")
    assert "when all compete" in compact(made_up.full())
    assert "when all compete" not in compact(with_competition(ligands=own))


def test_a_medicine_without_a_figure_is_named_and_not_left_out() -> None:
    row = replace(
        MECHANISM.competition.ligands[1], together=None, apart=None, why_none="no level was read"
    )
    lost = with_competition(ligands=(row,), left_out=(row.ligand,), vacant=None)
    assert "no level was read" in html.render(lost)
    assert "Not counted, because a figure is missing: buprenorphine (planned)" in compact(lost)
