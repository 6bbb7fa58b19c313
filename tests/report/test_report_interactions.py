"""The interactions section: one line a pair, groups first, and what was not judged in sight."""

from __future__ import annotations

import io
import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from rich.console import Console
from tests.report import made_up
from tests.report.made_up_parts import INTERACTIONS

from speciosa.assessment import Assessment, assess
from speciosa.case import read_case_text
from speciosa.finding import Severity
from speciosa.pharmacology.interactions.result import PairStatus, PairSummary
from speciosa.report import html, interaction_table, terminal
from speciosa.report.words import SEVERITY

replace = made_up.replace
FIFTEEN = Path(__file__).resolve().parents[2] / "examples" / "fifteen_medicines.yaml"


@cache
def fifteen() -> Assessment:
    return assess(read_case_text(FIFTEEN.read_text(encoding="utf-8")), subjects=40)


def section(assessment: Assessment) -> str:
    page = html.render(assessment)
    return page[page.index('<section id="interactions"') : page.index('<section id="side_effects"')]


def in_sight(markup: str) -> str:
    """The text that is read without opening anything: a closed fold shows only its summary."""
    kept, depth = [], 0
    for piece in re.split(r"(<details\b[^>]*>|</details>|<summary>|</summary>)", markup):
        if piece.startswith("<details"):
            depth += 1
        elif piece in ("</details>", "<summary>"):
            depth -= 1
        elif piece == "</summary>":
            depth += 1
        elif depth == 0:
            kept.append(piece)
    return flowing(re.sub(r"<[^>]*>", " ", " ".join(kept)))


def flowing(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(text))


def on_terminal(assessment: Assessment, *, full: bool) -> str:
    stream = io.StringIO()
    terminal.render(assessment, Console(file=stream, width=100), full=full)
    return flowing(stream.getvalue())


# ------------------------------------------------------------------ the lines


@pytest.mark.parametrize("make", [made_up.full, fifteen], ids=["invented", "fifteen"])
def test_every_row_and_every_pair_stands_once(make) -> None:  # type: ignore[no-untyped-def]
    result = make().interactions
    table = interaction_table.table(result)
    told = [row.id for line in table.lines for row in line.rows]
    assert sorted(told) == sorted(row.id for row in result.rows)
    found = [pair for pair in result.pairs if pair.status is PairStatus.FOUND]
    single = [line for line in (*table.worse, *table.milder) if len(line.rows[0].members) == 2]
    assert len(single) + table.only_in_groups == len(found)
    ranks = [line.severity.rank for line in single]
    assert ranks == sorted(ranks)


def test_a_row_that_no_pair_names_is_not_lost() -> None:
    without = replace(INTERACTIONS, pairs=())
    table = interaction_table.table(without)
    told = {row.id for line in table.lines for row in line.rows}
    assert told == {row.id for row in INTERACTIONS.rows}


def test_pairs_of_one_status_are_told_in_few_words_and_all_of_them() -> None:
    names = ["a", "b", "c", "d"]
    pairs = [_nothing("a", other) for other in names[1:]] + [_nothing("c", "d")]
    pairs.append(_nothing("b", "c", PairStatus.NOT_JUDGED))
    table = interaction_table.table(replace(INTERACTIONS, rows=(), pairs=tuple(pairs)))
    assert table.nothing_found == ("a with everything else on the list", "c with d")
    assert table.not_judged == ("b with c",)
    assert table.pairs_with_nothing == 4


def _nothing(one: str, other: str, status: PairStatus = PairStatus.NOTHING_FOUND) -> PairSummary:
    return replace(
        INTERACTIONS.pairs[-1], names=(one, other), members=(one, other), status=status, rows=()
    )


def test_a_sentence_of_advice_is_told_once_with_all_it_is_said_of() -> None:
    rows = tuple(
        replace(
            INTERACTIONS.rows[1], id=name, names=("kratom", name), members=("kratom", name),
            severity=Severity.MAJOR, consider=f"Advise against both. Tell whoever gives {name}.",
        )
        for name in ("x", "y")
    )  # fmt: skip
    told = interaction_table.advice(
        interaction_table.table(replace(INTERACTIONS, rows=rows, pairs=())).lines
    )
    assert [(one.text, one.about) for one in told] == [
        ("Advise against both.", ("kratom + x", "kratom + y")),
        ("Tell whoever gives x.", ("kratom + x",)),
        ("Tell whoever gives y.", ("kratom + y",)),
    ]


# ------------------------------------------------------------------ what is in sight


def test_the_page_shows_not_checked_not_judged_and_nothing_found_without_opening() -> None:
    text = in_sight(section(made_up.full()))
    assert "Sertralin forte" in text
    assert "Could not be judged" in text
    assert "cannabis with kratom" in text
    assert "This is not the same as nothing found." in text
    assert "Nothing found for: kratom with paracetamol" in text
    assert "That does not exclude an interaction." in text


def test_the_page_says_severity_in_words_and_shape_certainty_apart_and_the_ratio() -> None:
    markup = section(made_up.full())
    text = in_sight(markup)
    for line in interaction_table.table(INTERACTIONS).lines:
        if line.severity.rank < Severity.MINOR.rank:
            assert SEVERITY[line.severity].word in text
            assert f'href="#shape-{line.severity.value}"' in markup
            assert f"certainty {line.certainty.value}" in text
            assert line.short or line.sentence in text
    assert "quetiapine 2.1 (1.2 to 4.9)" in text
    assert "○ model, beyond its one study" in text
    assert "○ model, no study in people" in text
    assert "◆ seen in people" in flowing(re.sub(r"<[^>]*>", " ", markup))
    assert text.index("The list together") < text.index("Pair by pair")
    assert INTERACTIONS.about_ratios in text
    assert flowing(section(made_up.full())).count("average person") == 1


def test_a_row_opens_to_mechanism_shares_ceiling_flags_reports_and_advice() -> None:
    markup = section(made_up.full())
    opened = flowing(re.sub(r"<[^>]*>", " ", markup))
    for words in (
        "Inhibition of intestinal and hepatic CYP3A.", "gut CYP3A 71 %", "liver CYP3A 29 %",
        "can rise by this route: 7.4 times", "The dose of quetiapine was not used.",
        "Two fatal cases with benzodiazepines, 2019.", "Dizzy on standing?",
        "moderate, certainty low: alprazolam + kratom",
    ):  # fmt: skip
        assert words in opened
        assert words not in in_sight(markup)
    assert '<rect width="71" height="8"/>' in markup


def test_the_terminal_never_hides_what_was_not_judged_or_not_checked() -> None:
    for full in (True, False):
        text = on_terminal(made_up.full(), full=full)
        assert "Sertralin forte" in text
        assert "cannabis with kratom" in text
        assert "This is not the same as nothing found." in text
        assert INTERACTIONS.about_ratios in text


def test_the_compact_report_leads_with_five_pairs_and_counts_the_rest() -> None:
    table = interaction_table.table(fifteen().interactions)
    text = on_terminal(fifteen(), full=False)
    leading = interaction_table.leading(table)
    assert len([line for line in leading if line in table.worse]) >= 5
    assert len(leading) < len(table.lines)
    for severity in Severity:
        rest = [line for line in table.lines if line not in leading and line.severity is severity]
        assert not rest or f"{SEVERITY[severity].word} {len(rest)} more" in text


def test_the_compact_report_names_every_moderate_pair_and_leads_with_known_dangers() -> None:
    """Combined pill with St John's wort: an unplanned pregnancy is told, and not counted away."""
    text = " ".join(on_terminal(fifteen(), full=False).split())
    assert "St John's wort with ethinylestradiol: contraception can fail" in text
    table = interaction_table.table(fifteen().interactions)
    leading = interaction_table.leading(table)
    for line in table.lines:
        if line.severity is Severity.MODERATE and line not in leading:
            assert interaction_table.brief(line.main) in text


def test_pairs_that_say_the_same_stand_on_one_line_with_their_own_figures() -> None:
    text = " ".join(on_terminal(fifteen(), full=False).split())
    assert "Kratom with alprazolam, alcohol, gabapentin, hydroxyzine" in text
    section_ = text.partition("Not judged")[2]
    assert section_.count("sedation, impaired driving, falls and, at worst,") == 1
    assert "Exposure, times usual" in text


def test_advice_that_names_the_victim_alone_is_told_once() -> None:
    told = interaction_table.advice(interaction_table.table(fifteen().interactions).lines)
    assert sum("about the kratom" in one.text for one in told) == 1


def test_a_row_of_several_says_in_sight_that_directions_are_opposite() -> None:
    table = interaction_table.table(fifteen().interactions)
    opposite = [line for line in table.at_once if "opposite directions" in line.sentence]
    assert opposite
    assert all("opposite directions" in line.short for line in opposite)


def test_pairs_of_a_shared_row_say_their_own_certainty() -> None:
    shared = next(r for r in made_up.full().interactions.rows if r.id == "pd.shared.sedation")
    assert "certainty low: alprazolam + kratom" in interaction_table.pairs_in(shared)
