"""What findings count gives no hidden count away: hidden counts are rebuilt from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.cohort import made_up_summary as made_up

from speciosa.cohort import summary
from speciosa.cohort.counts import ExportCounts, FileCounts, PeopleCell, ShardCounts, age_band
from speciosa.cohort.result import Evidence, Row
from speciosa.cohort.summary.bands import Bands
from speciosa.cohort.summary.disclosure import Standing
from speciosa.cohort.summary.result import Figure, Summary

LEVELS = (Evidence.USE, Evidence.PAST_USE, Evidence.UNCERTAIN)
SMALL = set(range(1, 11))


def screened(
    rows: list[Row], *, everybody: int = 5000, smallest_cell: int | None = None
) -> Summary:
    tally = summary.Tally()
    for row in rows:
        tally.add(row)
    people = (PeopleCell(sex="female", ages="40-49", people=everybody),)
    file = FileCounts(file="a", lines=everybody, resources={"Patient": everybody}, people=people)
    return summary.summarise(
        tally,
        files=[file],
        shards=[ShardCounts(denied=15, somebody_else=23)],
        export=ExportCounts(),
        options=made_up.OPTIONS,
        smallest_cell=smallest_cell,
    )


def unions() -> Iterator[tuple[Evidence, ...]]:
    for size in (1, 2, 3):
        yield from combinations(LEVELS, size)


def by_evidence(counts: tuple[int, ...]) -> Summary:
    """People of whom every set of levels has a finding of its own."""
    rows = []
    for level, count in zip(LEVELS, counts, strict=True):
        found = tuple(
            made_up.finding(f"severity.{'-'.join(held)}", "It is so.", part="severity")
            for held in unions()
            if level in held
        )
        rows += [made_up.row(i, evidence=level, findings=found) for i in range(count)]
    return screened(rows)


def fits(figure: Figure, count: int) -> bool:
    """Whether a count is what a figure says."""
    match figure.standing:
        case Standing.SHOWN:
            return count == figure.people
        case Standing.FEW:
            return count in SMALL
        case _ if figure.low is None:
            return True
        case _:
            return figure.low <= count <= (figure.high or 0)


def possible(found: Summary) -> set[tuple[int, ...]]:
    """Counts by evidence that agree with all that the page says of levels and findings."""
    total = found.kratom.total.count.people
    assert total is not None
    levels = {line.key: line.count for line in found.kratom.evidence}
    findings = {one.id: one.line.count for one in found.kratom.other.lines}
    sets = [(findings.get(f"severity.{'-'.join(held)}"), held) for held in unions()]
    held = set()
    for use, past in product(range(total + 1), range(20)):
        counts = dict(zip(LEVELS, (use, past, total - use - past), strict=True))
        if counts[Evidence.UNCERTAIN] >= 0 and all(
            fits(levels[level.value], counts[level]) for level in LEVELS
        ):
            # A finding that is not listed is in nobody, or in too few.
            told = ((figure, sum(counts[one] for one in them)) for figure, them in sets)
            if all(n < 11 if figure is None else fits(figure, n) for figure, n in told):
                held.add(tuple(counts.values()))
    return held


@settings(max_examples=6, deadline=None)
@given(st.tuples(st.integers(20, 50), st.integers(1, 10), st.integers(11, 50)))
@example((40, 5, 25))
@example((40, 1, 30))
@example((39, 10, 20))
def test_no_level_of_evidence_is_worked_out_from_findings(counts: tuple[int, int, int]) -> None:
    summarised = by_evidence(counts)
    assume(summarised.kratom.total.count.people)
    found = possible(summarised)
    assert counts in found
    assert {past for _, past, _ in found} >= SMALL


def test_findings_say_tens() -> None:
    found = by_evidence((40, 5, 25))
    figures = {one.id: one.line.count for one in found.kratom.other.lines}
    assert figures["severity.uncertain"].words == "20 to 29"
    # 45, and one band more: 49 at most would say "past use 1 to 9".
    assert figures["severity.use-past use"].words == "40 to 59"
    # What is true of all is said.
    assert figures["severity.use-past use-uncertain"].words == "70"
    assert [line.count.words for line in found.read.beside[:2]] == ["11 to 19", "20 to 29"]
    assert found.kratom.not_checked is not None
    assert found.kratom.not_checked.count.words == "0"


def in_places(counts: dict[str, int]) -> Summary:
    """People of some states, each with a law for all and one of its own."""
    rows = []
    for place, count in counts.items():
        laws = tuple(
            made_up.finding(f"law.{where}", f"Law of {where}.", part="regulation")
            for where in ("US", f"US-{place}")
        )
        rows += [made_up.row(i, findings=laws) for i in range(count)]
    return screened(rows)


@pytest.mark.parametrize(
    "counts", [{"TN": 60, "CA": 35, "AL": 5}, {"TN": 60, "CA": 30, "AL": 1}, {"TN": 25, "AL": 3}]
)
def test_the_people_of_a_small_state_are_not_left_over(counts: dict[str, int]) -> None:
    found = in_places(counts)
    laws = {one.id: one.line.count for one in found.kratom.law.lines}
    assert laws.pop("law.US").people == sum(counts.values())
    assert found.kratom.law.rare == 1
    assert len(laws) == len(counts) - 1
    spans = [range(one.low or 11, (one.high or sum(counts.values())) + 1) for one in laws.values()]
    left = {sum(counts.values()) - sum(held) for held in product(*spans)}
    assert left >= SMALL


def test_small_states_hide_one_another_and_leave_the_large_ones_shown() -> None:
    found = in_places({"TN": 205, "CA": 100, "NY": 44, "AL": 5, "WY": 3, "GA": 4})
    assert [one.line.count.words for one in found.kratom.law.lines] == [
        "361",
        "200 to 209",
        "100 to 109",
        "40 to 49",
    ]
    assert found.kratom.law.rare == 3


@pytest.mark.parametrize("smallest", [2, 5, 11, 12, 15, 20, 21, 50])
def test_a_band_is_as_wide_as_what_must_stay_unknown(smallest: int) -> None:
    bands = Bands(smallest)
    seen: dict[tuple[int, int], int] = {}
    for count in range(smallest, 300):
        figure = bands.figure(count)
        assert figure.people is None
        assert figure.low is not None
        assert figure.high is not None
        assert smallest <= figure.low <= count <= figure.high
        seen[figure.low, figure.high] = figure.high - figure.low + 1
    assert min(seen.values()) >= smallest - 2
    # Every count is in one band, and they meet.
    assert [high + 1 for _, high in sorted(seen)][:-1] == [low for low, _ in sorted(seen)][1:]


def test_those_who_lack_a_finding_are_not_few_either() -> None:
    bands = Bands(11, 65)
    assert bands.figure(60).words == "all but fewer than 11"
    assert (bands.figure(60).low, bands.figure(60).high) == (55, 64)
    assert bands.figure(65).words == "65"
    assert bands.figure(3).words == "fewer than 11"
    assert Bands(1, 65).figure(3).words == "3"


def test_the_order_of_findings_says_no_more_than_their_bands() -> None:
    ids = {"z": 27, "b": 21, "a": 24}
    rows = [
        made_up.row(
            i,
            findings=tuple(
                made_up.finding(f"severity.{one}", f"{one.upper()} is so.", part="severity")
                for one, count in ids.items()
                if i < count
            ),
        )
        for i in range(50)
    ]
    found = screened(rows).kratom.other.lines
    assert [one.line.count.words for one in found] == ["20 to 29"] * 3
    assert [one.id for one in found] == ["severity.a", "severity.b", "severity.z"]


def test_no_form_holds_the_exact_count_of_a_finding() -> None:
    found = by_evidence((4037, 5, 25))
    forms = summary.json(found).decode(), summary.render(found), summary.text(found)
    for form in forms:
        assert "4030 to 4039" in form.replace(",", "") or form is forms[2]
        assert "4042" not in form.replace(",", "")


# ------------------------------------------------------------------ ages give way to sexes


def test_ages_are_left_out_before_the_sexes_are_hidden() -> None:
    tally, cells = summary.Tally(), []
    for i in range(130):
        sex, age = ("male", "female")[i % 2], 66.0 - i % 40
        cells.append(PeopleCell(sex=sex, ages=age_band(age), people=1))
        if i < 70:
            level = Evidence.USE if i < 40 else Evidence.PAST_USE if i < 45 else Evidence.UNCERTAIN
            tally.add(made_up.row(i, sex=sex, age_years=age, evidence=level))
    file = FileCounts(file="a", lines=130, resources={"Patient": 130}, people=tuple(cells))
    found = summary.summarise(
        tally, files=[file], shards=[], export=ExportCounts(), options=made_up.OPTIONS
    )
    assert [line.count.words for line in found.kratom.sex] == ["35", "35", "0"]
    assert found.kratom.ages == ()
    assert "Ages are left out" in summary.render(found)


# ------------------------------------------------------------------ what the page promises


def test_the_promise_goes_with_the_limit() -> None:
    rows = [made_up.row(i) for i in range(30)]
    usual, bare = screened(rows), screened(rows, smallest_cell=1)
    assert "no count of 1 to 10 people is given" in usual.what_it_is
    assert "Every count is shown, however small" in bare.what_it_is
    for found in (usual, bare):
        for form in (summary.render(found), json.dumps(json.loads(summary.json(found)))):
            assert "No person can be looked up" not in form
    assert "Give away one page of an export only" in summary.render(usual)


def test_a_hidden_number_is_said_in_words() -> None:
    found = screened([], everybody=3)
    assert found.kratom.total.count.words == "hidden"
    assert "Their number is hidden: a group so small" in summary.render(found)


def test_entries_of_nobody_stand_beside_the_headline_and_files_have_no_names() -> None:
    name = "Smith_John_MRN_0012345678.ndjson"
    people = (PeopleCell(sex="female", ages="40-49", people=40),)
    file = FileCounts(
        file=name, lines=41, resources={"Patient": 40}, people=people, bad={"not JSON": 1}
    )
    export: dict[str, Any] = {
        "of_nobody": 14,
        "doubts": {"an identifier that more than one Patient has": 12},
        "skipped": {name: "it is empty", f"2{name}": "it is empty"},
        "differing": (f"{name}: 3 resources announced, 1 there",),
    }
    found = summary.summarise(
        summary.Tally(),
        files=[file],
        shards=[],
        export=ExportCounts(**export),
        options=made_up.OPTIONS,
    )
    page, text = summary.render(found), summary.text(found)
    for form in (page, text, summary.json(found).decode()):
        assert "Smith" not in form
        assert "an identifier that more than one Patient has" in form
    told = "Not counted: entries that name kratom and do not say whose they are (14)."
    assert told in page
    assert told in text
    assert "2 files not read: it is empty" in page
    assert "not JSON: 1 line in 1 file" in text
    assert "Remarks on files and their list: 1" in page
    assert "nobody has kratom" not in page + text
    assert "but the export names it" in found.headline


def test_people_who_came_to_nothing_are_told_and_forbid_the_word_nobody() -> None:
    export = ExportCounts(lost=3)
    found = summary.summarise(
        summary.Tally(), files=[], shards=[], export=export, options=made_up.OPTIONS
    )
    told = "people named with kratom of whom no record could be made (fewer than 11)."
    assert told in " ".join(summary.text(found).split())
    assert told in summary.render(found)
    assert "nobody has kratom" not in summary.text(found) + summary.render(found)
