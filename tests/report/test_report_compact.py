"""The compact terminal report is short, and leaves out no warning."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from tests.report import made_up
from tests.report.test_report_coverage import structs
from tests.report.test_report_examples import EXAMPLES, assessed

from speciosa.assessment import Assessment
from speciosa.evidence.result import Standing
from speciosa.finding import Finding, Severity, Tone
from speciosa.report import interaction_table, outline, terminal

replace = made_up.replace

# Fifteen medicines with kratom need the most; the usual list needs half of it.
LONGEST = 900


def compact(assessment: Assessment) -> list[str]:
    stream = io.StringIO()
    terminal.render(assessment, Console(file=stream, width=100))
    return stream.getvalue().splitlines()


def flowing(lines: list[str]) -> str:
    return re.sub(r"\s+", " ", " ".join(lines))


def findings(assessment: Assessment) -> Iterator[Finding]:
    return (part for part in structs(assessment) if isinstance(part, Finding))


def assert_nothing_grave_is_missing(assessment: Assessment) -> None:
    text = flowing(compact(assessment))
    grave = [f for f in findings(assessment) if f.severity.rank <= Severity.MAJOR.rank]
    warnings = [f for f in findings(assessment) if f.tone is Tone.WARNING]
    lost = [f.text for f in (*grave, *warnings) if flowing([f.text]) not in text]
    # What could not be checked is told beside its name, in the same words.
    names = {skipped.name for skipped in assessment.interactions.not_checked}
    assert [t for t in lost if t.partition(":")[0].strip('"') not in names] == []
    for name in names:
        assert name in text
    assert_no_grave_interaction_is_missing(assessment, text)
    for rule in assessment.safety_rules:
        assert rule.title in text
        assert rule.conditional or all(flowing([must]) in text for must in rule.must)
    for contact in assessment.urgent.contacts:
        assert contact.number in text


def assert_no_grave_interaction_is_missing(assessment: Assessment, text: str) -> None:
    """What matters most in full, what else is grave by name with its advice, the rest counted."""
    table = interaction_table.table(assessment.interactions)
    for line in interaction_table.leading(table):
        alike = [interaction_table.partner(line), line.rest.strip()]
        assert flowing([line.sentence]) in text or all(flowing([part]) in text for part in alike)
        if line.severity.rank <= Severity.MAJOR.rank:
            assert flowing([line.main.ask]) in text
            assert flowing([line.main.watch]) in text
    for line in table.lines:
        if line.severity.rank <= Severity.MAJOR.rank:
            named = (line.sentence, interaction_table.brief(line.main), line.rest.strip())
            assert any(flowing([words]) in text for words in named)
    for row in assessment.interactions.rows:
        if row.severity.rank <= Severity.MAJOR.rank:
            for sentence in re.split(r"(?<=[.?!]) (?=[A-Z])", row.consider):
                said = interaction_table.of_any_victim(row, sentence)
                assert flowing([said]) in text
    for pairs in table.not_judged:
        assert flowing([pairs]) in text


@pytest.mark.parametrize("make", [made_up.full, made_up.bare])
def test_the_compact_report_of_an_invented_case_leaves_out_no_warning(make) -> None:  # type: ignore[no-untyped-def]
    assert_nothing_grave_is_missing(make())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_compact_report_of_an_example_leaves_out_no_warning(path: Path) -> None:
    assert_nothing_grave_is_missing(assessed(path))
    assert len(compact(assessed(path))) <= LONGEST


def test_a_warning_of_any_severity_counts_as_weighty_and_a_small_note_does_not() -> None:
    kept = made_up.parts.finding("Small warning.", Severity.MINOR, tone=Tone.WARNING)
    worse = made_up.parts.finding("Moderate.", Severity.MODERATE)
    left_out = made_up.parts.finding("Small note.", Severity.MINOR)
    assert outline.weighty((kept, worse, left_out)) == (kept, worse)


def test_a_caution_that_several_items_share_is_told_once_and_reached_by_its_letter() -> None:
    section = made_up.parts.PLAN.sections[0]
    first = replace(section.items[0], id="a", title="First", cautions=("Mind the gap.", "Own."))
    second = replace(section.items[0], id="b", title="Second", cautions=("Mind the gap.",))
    plan = replace(
        made_up.parts.PLAN, sections=(replace(section, id="options", items=(first, second)),)
    )
    text = flowing(compact(replace(made_up.full(), plan=plan)))
    assert text.count("Mind the gap.") == 1
    assert "First (a) ▲ Own." in text
    assert "Second (a)" in text
    assert "(a) Mind the gap." in text


def test_every_number_in_the_list_of_references_is_marked_in_the_text_and_the_other_way() -> None:
    lines = compact(assessed(EXAMPLES[0]))
    start = next(i for i, line in enumerate(lines) if line.startswith("── References"))
    end = next(i for i, line in enumerate(lines) if line.startswith("── About this result"))
    listed = {int(n) for n in re.findall(r"\[(\d+)\]", " ".join(lines[start:end]))}
    body = " ".join(lines[:start])
    marked: set[int] = set()
    for marks in re.findall(r"\[([\d†, –]+)\]", body):
        for run in marks.replace("†", "").split(","):
            first, _, last = run.strip().partition("–")
            marked |= set(range(int(first), int(last or first) + 1))
    assert listed == marked


def test_the_end_says_where_the_rest_is() -> None:
    ending = flowing(compact(made_up.full())[-5:])
    for way in ("--full", "--html", "--format json"):
        assert way in ending


def test_the_full_report_is_longer_and_holds_what_the_compact_one_leaves_out() -> None:
    stream = io.StringIO()
    terminal.render(made_up.full(), Console(file=stream, width=100), full=True)
    assert "Could not explain" in stream.getvalue()
    assert len(stream.getvalue().splitlines()) > len(compact(made_up.full()))


def test_no_effect_is_shown_without_its_caveat() -> None:
    assessment = assessed(EXAMPLES[0])
    text = flowing(compact(assessment))
    leads = [
        option.comparisons[0]
        for option in assessment.evidence.ranked
        if option.standing is not Standing.AVOID
    ]
    caveats = [
        caveat for lead in leads if lead.estimate and (caveat := lead.favours.partition("; ")[2])
    ]
    assert caveats
    standard = "chance cannot be excluded"
    assert [c for c in caveats if c not in text and not c.startswith(standard)] == []
