"""Nothing an assessment says is lost on the way to the reader, or is left out by name."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache

import msgspec
import pytest
from rich.console import Console
from tests.report import made_up

from speciosa.assessment import Assessment
from speciosa.report import html, outline, terminal

# Left out on purpose, with the reason. Paths are without positions in lists.
NOT_SHOWN = {
    "exposure.analytes.<key>": "the analyte's own name is shown",
    "exposure.levels.level.analyte": "the level is said in words",
    "exposure.levels.level.unit": "as above",
    "exposure.washout.after_last_dose.unit": "long times are written in days",
    "exposure.others.exposure.analyte": "the name of the alkaloid is shown",
    "exposure.structures.method": "in docs/validation; its release is shown",
    "severity.scores.total.unit": "a score is written as 16 of 21",
    "interactions.rows.members": "ids; the names of the members are shown",
    "interactions.rows.names": "the names of the pair are shown",
    "interactions.rows.title": "shown where the row is not the one that its pair leads with",
    "interactions.pairs.members": "as above",
    "interactions.pairs.sentence": "pairs without a row are listed by name, in one paragraph",
    "interactions.recognised.Cold relief": "the parts of a combined product are shown",
    "evidence.ranked.wish": "the wish is told in words, in the history",
    "evidence.ranked.comparisons.like": "names the chart that the figure stands in",
    "evidence.pooled_besides.like": "as above",
    "evidence.ranked.comparisons.rows": "ids; the published rows themselves are shown",
    "evidence.not_ranked.<key>": "as above",
    "evidence.ranked.comparisons.studies.year": "part of the study's name",
    "kratom.intake.products.seven_oh_mg_per_day.unit": "nothing is known, so nothing has a unit",
}
NOT_ON_TERMINAL = {
    "exposure.curves.analyte": "a fan cannot be drawn in text; the table holds the numbers",
    "exposure.curves.unit": "as above",
    "exposure.curves.bands.percent": "as above",
}
# Ids are for machines; JSON and HTML carry them. A safety rule's id is shown everywhere.
MACHINE_ID = re.compile(r"(?<!safety_rules)(?<!references)\.id$")


def plain_path(path: str) -> str:
    return re.sub(r"\[\d+\]", "", path)


def shown_in(text: str, mark: str) -> bool:
    grouped = f"{int(mark):,}" if mark.isdigit() else mark
    return mark.lower() in text or grouped.lower() in text


def on_terminal(assessment: Assessment) -> str:
    stream = io.StringIO()
    terminal.render(assessment, Console(file=stream, width=100), full=True)
    return stream.getvalue()


@cache
def both() -> tuple[str, str]:
    """The full assessment as a page and on the terminal."""
    return html.render(made_up.full()), on_terminal(made_up.full())


def test_every_text_and_count_is_in_the_page() -> None:
    assessment, placed = made_up.marked()
    text = html.render(assessment).lower()
    lost = {plain_path(p) for p, mark in placed.items() if not shown_in(text, mark)}
    assert lost - set(NOT_SHOWN) == set()


def test_every_text_and_count_is_on_the_terminal() -> None:
    assessment, placed = made_up.marked()
    text = on_terminal(assessment).lower()
    lost = {plain_path(p) for p, mark in placed.items() if not shown_in(text, mark)}
    lost = {path for path in lost if not MACHINE_ID.search(path)}
    assert lost - set(NOT_SHOWN) - set(NOT_ON_TERMINAL) == set()


def test_the_made_up_assessment_fills_every_field() -> None:
    """Otherwise a field that was added later would escape the two tests above."""
    filled: dict[str, bool] = {}
    for struct in structs(made_up.full()):
        for name in struct.__struct_fields__:
            key = f"{type(struct).__name__}.{name}"
            value = getattr(struct, name)
            filled[key] = filled.get(key, False) or value not in ("", (), {}, None, False)
    assert [key for key, is_filled in filled.items() if not is_filled] == []


def structs(value: object) -> Iterator[msgspec.Struct]:
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from structs(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from structs(inner)
    elif isinstance(value, tuple) and not isinstance(value, Enum):
        for inner in value:
            yield from structs(inner)


@pytest.mark.parametrize("section", outline.SECTIONS, ids=lambda s: s.key)
def test_every_section_has_an_anchor_and_a_title(section: outline.Section) -> None:
    page, text = both()
    assert f'id="{section.key}"' in page
    if section.key != "urgent":  # there the title is the route itself
        assert section.title in page
    assert section.title in text


def test_sections_follow_the_assessment() -> None:
    keys = [section.key for section in outline.SECTIONS]
    fields = [name for name in Assessment.__struct_fields__ if name not in ("place", "date")]
    assert keys == fields


def test_sections_stand_in_order() -> None:
    page, text = both()
    anchors = [page.index(f'id="{section.key}"') for section in outline.SECTIONS]
    titles = [text.index(f"─ {section.title} ─") for section in outline.SECTIONS]
    assert anchors == sorted(anchors)
    assert titles == sorted(titles)
