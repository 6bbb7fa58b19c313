"""The evidence as it is drawn and told: right is better, kinds of mark differ, nothing unlike."""

from __future__ import annotations

import io
import re
from functools import cache
from html import escape as html_escape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from tests.report import made_up
from tests.report.test_report_examples import EXAMPLES, assessed

from speciosa.evidence.result import Against, Comparison, RankedOption, Side, Standing
from speciosa.finding import Certainty, Estimate
from speciosa.knowledge import load
from speciosa.report import html, terminal
from speciosa.report.charts import evidence as charts

SVG = "{http://www.w3.org/2000/svg}"
DAILY = next(path for path in EXAMPLES if path.stem == "daily_leaf_two_years")


def comparison(
    value: float, *, above: bool, pooled: bool = False, ratio: bool = False
) -> Comparison:
    half = 1.2 if ratio else 0.2
    low, high = (value / half, value * half) if ratio else (value - half, value + half)
    return made_up.replace(
        made_up.parts.EVIDENCE.ranked[1].comparisons[0],
        estimate=Estimate(value=value, unit="", low=low, high=high, interval="95 % CI"),
        direction=Side.BETTER,
        better_above=above,
        pooled=pooled,
        ratio=ratio,
        prediction=None,
    )


def option(name: str, one: Comparison) -> RankedOption:
    return made_up.replace(
        made_up.parts.EVIDENCE.ranked[0],
        id=name,
        option=name,
        standing=Standing.USABLE,
        certainty=Certainty.LOW,
        comparisons=(one,),
    )


def drawn(*options: RankedOption) -> tuple[charts.Plot, ...]:
    return charts.against(options, name="test")


def places(svg: str) -> tuple[float, list[float]]:
    """The pixel of no difference, and of each mark from left to right as drawn."""
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    reference = next(e for e in root.iter(f"{SVG}line") if e.get("class") == "reference")
    marks = [float(e.attrib["cx"]) for e in root.iter(f"{SVG}circle")]
    return float(reference.attrib["x1"]), marks


@pytest.mark.parametrize(
    ("value", "above", "ratio"),
    [(-0.5, False, False), (0.5, True, False), (1.5, True, True), (0.6, False, True)],
)
def test_what_favours_the_option_stands_right_of_no_difference(value, above, ratio):
    one = comparison(value, above=above, ratio=ratio)
    (plot,) = drawn(option("a", one), option("b", one))
    none, marks = places(plot.svg)
    assert marks
    assert all(mark > none for mark in marks)
    against = comparison(1 / value if ratio else -value, above=above, ratio=ratio)
    (plot,) = drawn(option("a", against), option("b", against))
    none, marks = places(plot.svg)
    assert all(mark < none for mark in marks)


def test_signs_that_differ_by_paper_meet_on_one_side():
    plots = drawn(
        option("a", comparison(-0.5, above=False)), option("b", comparison(0.5, above=True))
    )
    _, (one, other) = places(plots[0].svg)
    assert one == other


def test_our_own_pool_and_a_quoted_figure_differ_by_shape():
    (plot,) = drawn(
        option("ours", comparison(-0.5, above=False, pooled=True)),
        option("theirs", comparison(-0.5, above=False)),
    )
    assert plot.svg.count("<circle") == 1
    assert 'class="point"' in plot.svg
    assert "pooled here" in plot.svg
    assert "quoted" in plot.svg


def test_unlike_comparators_and_units_never_share_a_chart():
    one = comparison(-0.5, above=False)
    placebo = made_up.replace(one, against=Against.PILL_PLACEBO)
    points = made_up.replace(one, like="HAM-A points")
    assert drawn(option("a", one), option("b", placebo), option("c", points)) == ()
    assert (
        len(drawn(*(option(n, c) for n, c in zip("abcd", [one] * 2 + [placebo] * 2, strict=True))))
        == 2
    )


def test_an_option_alone_or_without_a_size_is_not_drawn():
    one = comparison(-0.5, above=False)
    bare = made_up.replace(one, estimate=None)
    assert drawn(option("a", one), option("b", bare)) == ()
    assert charts.studies(bare, name="x") == ""


def test_figures_of_other_people_are_never_drawn_beside_those_the_option_is_about():
    one = made_up.replace(comparison(-0.5, above=False), young=False, people="")
    young = made_up.replace(one, young=True)
    assert drawn(option("a", one), option("b", young)) == ()
    others = made_up.replace(one, people="subthreshold anxiety")
    for unlike in (young, others):
        placebo = made_up.replace(unlike, against=Against.PILL_PLACEBO)
        both = [
            made_up.replace(option(name, one), comparisons=(one, placebo)) for name in ("a", "b")
        ]
        (plot,) = drawn(*both)
        assert "waiting list" in plot.title


def test_whom_a_report_is_about_stands_with_it_everywhere():
    assessment = assessed(DAILY)
    text = page(DAILY)
    stream = io.StringIO()
    terminal.render(assessment, Console(file=stream, width=100), full=True)
    told = re.sub(r"\s+", " ", stream.getvalue())
    reports = assessment.evidence.user_reports
    assert sum(bool(r.population and r.comparator and r.outcome) for r in reports) > 15
    for report in reports:
        for words in (report.population, report.comparator, report.outcome):
            assert html_escape(words) in text
            assert words in told
    fact = load().fact("evidence/kratom/smith2024_ema")
    assert "outcome: reasons and effects of each use" in fact.conditions


def test_a_result_without_a_number_says_what_it_found_in_the_compact_report():
    stream = io.StringIO()
    terminal.render(assessed(DAILY), Console(file=stream, width=100))
    told = re.sub(r"\s+", " ", stream.getvalue())
    assert "no pooled number: no difference on HAM-A" in told


def test_each_study_of_a_pool_is_drawn_and_the_pool_below():
    pool = made_up.parts.EVIDENCE.ranked[1].comparisons[0]
    svg = charts.studies(pool, name="pool")
    assert all(study.name in svg for study in pool.studies)
    assert svg.index(pool.studies[-1].name) < svg.rindex("Pooled")
    assert svg.count("<rect") == len(pool.studies)


@cache
def page(path: Path) -> str:
    return html.render(assessed(path))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_kratom_stands_apart_and_last_without_a_size(path: Path):
    text = page(path)
    section = text[text.index('<section id="evidence"') :]
    row = section[section.index('data-id="kratom"') :]
    row = row[: row.index("</table>")]
    assert "none to show" in row
    assert "No randomised trial in any anxiety disorder was found" in row
    assert "very low" in row
    ranked = [m.start() for m in re.finditer(r'class="stack small ranked"', section)]
    assert ranked
    assert max(ranked) < section.index('data-id="kratom"')
    plots = section[section.index("evidence-forests") :]
    assert "kratom" not in plots[: plots.index("</figure>")].lower()


def test_what_must_be_avoided_has_its_reason_on_the_page_and_on_the_terminal():
    assessment = assessed(DAILY)
    stream = io.StringIO()
    terminal.render(assessment, Console(file=stream, width=100))
    told = re.sub(r"\s+", " ", stream.getvalue())
    barred = [o for o in assessment.evidence.ranked if o.standing is Standing.AVOID]
    assert barred
    for one in barred:
        assert one.option in told
        assert one.why
    assert "To be avoided by this person" in told


def test_the_compact_ranking_is_short():
    stream = io.StringIO()
    terminal.render(assessed(DAILY), Console(file=stream, width=100))
    text = stream.getvalue()
    part = text[text.index("── Evidence") : text.index("── Care plan")]
    lines = part[: part.index("Kratom, apart")].splitlines()
    assert len(lines) <= 40
