"""The summary of a health system: right counts, nobody in it, plain about what it does not mean."""

from __future__ import annotations

import json
import random
import re
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from tests import language
from tests.cohort import made_up_summary as made_up

from speciosa.cohort import summary
from speciosa.cohort.counts import BANDS, ExportCounts, FileCounts, PeopleCell, added, age_band
from speciosa.cohort.result import Evidence
from speciosa.cohort.summary.disclosure import Standing
from speciosa.cohort.summary.rates import share
from speciosa.cohort.summary.tally import said
from speciosa.knowledge import load


@pytest.fixture(scope="module")
def large() -> summary.Summary:
    return made_up.health_system()


def figures(found: Any) -> list[dict[str, Any]]:
    """Every figure of a summary, wherever it stands."""
    held = []
    if isinstance(found, dict):
        if "standing" in found:
            held.append(found)
        for value in found.values():
            held += figures(value)
    elif isinstance(found, list):
        for value in found:
            held += figures(value)
    return held


# ------------------------------------------------------------------ counts


def test_the_limits_are_those_of_the_policies_and_of_the_bands() -> None:
    screening = load().screening
    assert screening.smallest_cell == 11
    assert BANDS[-2] == f"{screening.oldest_age}+"
    assert age_band(screening.oldest_age) == BANDS[-2]
    assert age_band(screening.oldest_age - 0.1) == "80-89"
    assert list(screening.problems()) == []


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "0-9"),
        (9.99, "0-9"),
        (10, "10-19"),
        (134, "90+"),
        (None, ""),
        (-1, ""),
        (float("nan"), ""),
    ],
)
def test_ages_fall_into_bands(age: float | None, band: str) -> None:
    assert age_band(age) == band


@given(st.integers(0, 400), st.integers(1, 400))
@settings(max_examples=30, deadline=None)
def test_shares_have_wilsons_interval(count: int, of: int) -> None:
    found = share(count, of)
    if count > of:
        assert found is None
        return
    other = binomtest(count, of).proportion_ci(0.95, method="wilson")
    assert found is not None
    assert found.value == count / of
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=1e-9)


def test_a_health_system_is_counted_right(large: summary.Summary) -> None:
    assert large.people.count.people == 120_000
    assert large.kratom.total.count.people == 640
    assert large.kratom.total.rate is not None
    assert large.kratom.total.rate.value == pytest.approx(640 / 120_000)
    assert sum(line.count.people or 0 for line in large.kratom.evidence) == 640
    assert [line.count.words for line in large.read.beside] == [
        "80 to 89",
        "fewer than 11",
        "30 to 39",
    ]
    assert [line.count.words for line in large.read.unread] == ["5,210 to 5,219"]
    assert [(one.why, one.lines, one.files) for one in large.read.bad] == [
        ("not JSON", 2, 1),
        ("cut off in the middle", 1, 1),
    ]
    assert set(large.read.absent) == {"MedicationStatement"}
    assert large.provenance.transaction_time == "2026-11-20T23:00:00Z"


def test_no_form_of_it_holds_a_small_count(large: summary.Summary, tmp_path: Path) -> None:
    summary.write(large, tmp_path)
    held = figures(json.loads((tmp_path / "summary.json").read_bytes()))
    assert len(held) > 100
    for one in held:
        assert (one["people"] is None) == (one["standing"] != Standing.SHOWN)
        assert one["people"] is None or one["people"] == 0 or one["people"] >= 11
    page = (tmp_path / "summary.html").read_text(encoding="utf-8")
    # Lines and files that could not be read are no people.
    page = re.sub(r"<caption>Lines that could not be read.*?</table>", "", page, flags=re.DOTALL)
    assert not re.search(r'<td class="n"[^>]*>(?:[1-9]|10)</td>', page)
    assert "fewer than 11" in page
    for path in ("summary.json", "summary.html"):
        assert stat.S_IMODE((tmp_path / path).stat().st_mode) == 0o600


def test_nobody_can_be_found_in_it(large: summary.Summary) -> None:
    raw = summary.json(large).decode() + summary.render(large) + summary.text(large)
    assert not re.search(r"\bp\d+\b", re.sub(r"<style>.*?</style>", "", raw, flags=re.DOTALL))
    # A medicine that few take is not even named.
    assert "ropeginterferon" not in raw
    assert large.kratom.with_kratom.rare == 2


def test_rates_need_both_counts(large: summary.Summary) -> None:
    for cell in large.kratom.ages:
        line = cell.line
        known = line.count.people is not None and line.of is not None
        assert (line.rate is not None) == (known and line.of.people is not None)  # type: ignore[union-attr]
    assert any(cell.line.rate for cell in large.kratom.ages)


def test_a_practice_of_twelve_is_not_broken_down() -> None:
    found = made_up.practice()
    assert found.kratom.total.count.words == "fewer than 11"
    assert (found.kratom.evidence, found.kratom.ages) == ((), ())
    assert found.kratom.with_kratom.lines == ()
    # Five have no kratom in the record, and twelve less that would say how many have.
    assert "seven" not in summary.text(found)
    assert "a group so small is not broken down" in summary.render(found)


def test_those_without_are_not_given_away_either() -> None:
    tally = summary.Tally()
    for number in range(37):
        tally.add(made_up.row(number))
    people = (PeopleCell(sex="female", ages="40-49", people=40),)
    files = [FileCounts(file="a", lines=40, resources={"Patient": 40}, people=people)]
    found = summary.summarise(
        tally, files=files, shards=[], export=ExportCounts(), options=made_up.OPTIONS
    )
    assert found.people.count.people == 40
    assert found.kratom.total.count.words == "hidden"


def test_an_empty_export_says_that_nothing_is_shown_by_it() -> None:
    found = made_up.nobody()
    assert "does not show that nobody uses it" in found.headline
    assert len(found.read.absent) == len(load().screening.wording.expected)
    assert "None found. Nothing found in the record" in summary.render(found)


def test_a_limit_of_ones_own_is_kept_and_told() -> None:
    tally = summary.Tally()
    tally.add(made_up.row(1))
    people = (PeopleCell(sex="female", ages="40-49", people=3),)
    files = [FileCounts(file="a", lines=3, resources={"Patient": 3}, people=people)]
    found = summary.summarise(
        tally,
        files=files,
        shards=[],
        export=ExportCounts(),
        options=made_up.OPTIONS,
        smallest_cell=1,
    )
    assert found.kratom.total.count.people == 1
    assert not found.limit_from_policy
    assert "keep this page as safe as the records" in found.about_cells


def test_the_order_of_people_and_files_changes_no_byte() -> None:
    rows = [
        made_up.row(
            i,
            evidence=list(Evidence)[i % 3],
            age_years=float(i),
            findings=(made_up.finding("interaction.x", f"Kratom with x: more by {i} %."),),
        )
        for i in range(40)
    ]
    files = [
        FileCounts(
            file=f"{i}.ndjson",
            lines=20 + i,
            resources={"Patient": 20, "Condition": i},
            people=(PeopleCell(sex="male", ages="20-29", people=20),),
        )
        for i in range(4)
    ]
    found = set()
    for seed in range(3):
        draw = random.Random(seed)  # noqa: S311
        draw.shuffle(rows)
        draw.shuffle(files)
        tally = summary.Tally()
        for row in rows:
            tally.add(row)
        made = summary.summarise(
            tally, files=files, shards=[], export=ExportCounts(), options=made_up.OPTIONS
        )
        found.add(summary.json(made) + summary.render(made).encode())
    assert len(found) == 1


@st.composite
def systems(draw: st.DrawFn) -> dict[str, Any]:
    """Files and people that need not even agree with one another."""
    number = st.integers(0, 60)
    cell = st.builds(
        PeopleCell,
        sex=st.sampled_from(("female", "male", "other", "unknown", "F")),
        ages=st.sampled_from(BANDS),
        deceased=st.booleans(),
        people=number,
    )
    kinds = st.dictionaries(st.sampled_from(("Patient", "Condition", "Basic")), number)
    file = st.builds(
        FileCounts,
        file=st.sampled_from("abc"),
        lines=number,
        resources=kinds,
        people=st.lists(cell, max_size=4).map(tuple),
        bad=st.dictionaries(st.just("not JSON"), number),
        deleted=number,
        unresolved=kinds,
    )
    row = st.builds(
        made_up.row,
        st.just(1),
        evidence=st.sampled_from(Evidence),
        gad=st.sampled_from((True, False, None)),
        matches=st.sampled_from(((), (made_up.match(),), (made_up.match("code", "high"),))),
        assessed=st.booleans(),
        route=st.sampled_from(("", "emergency", "none_found")),
        sex=st.sampled_from(("", "female", "male", "other")),
        age_years=st.sampled_from((None, 3.0, 44.0, 91.5)),
    )
    groups = draw(st.lists(st.tuples(row, st.integers(1, 30)), max_size=5))
    return {
        "files": draw(st.lists(file, max_size=3)),
        "rows": [row for row, times in groups for _ in range(times)],
        "gad": draw(st.booleans()),
    }


@given(systems())
@settings(max_examples=12, deadline=None)
def test_whatever_was_counted_nothing_small_is_shown(system: dict[str, Any]) -> None:
    tally = summary.Tally()
    for row in system["rows"]:
        tally.add(row)
    options = msgspec.structs.replace(made_up.OPTIONS, gad=system["gad"])
    found = summary.summarise(
        tally, files=system["files"], shards=[], export=ExportCounts(), options=options
    )
    for one in figures(json.loads(summary.json(found))):
        assert one["people"] is None or not 1 <= one["people"] <= 10
    assert "</html>" in summary.render(found)
    assert summary.text(found)


def test_people_without_a_patient_record_give_no_rate_over_one() -> None:
    tally = summary.Tally()
    for number in range(30):
        tally.add(made_up.row(number, sex="male"))
    people = (PeopleCell(sex="male", ages="40-49", people=20),)
    files = [FileCounts(file="a", lines=20, resources={"Patient": 20}, people=people)]
    found = summary.summarise(
        tally, files=files, shards=[], export=ExportCounts(), options=made_up.OPTIONS
    )
    assert found.kratom.total.rate is None
    assert found.kratom.total.no_rate_because == "not given: some have no Patient record"


def test_anxiety_without_kratom_is_a_group_of_its_own() -> None:
    tally = summary.Tally()
    for number in range(50):
        level = Evidence.NONE if number < 30 else Evidence.USE
        matches = () if number < 30 else (made_up.match(),)
        tally.add(made_up.row(number, gad=True, evidence=level, matches=matches))
    people = (PeopleCell(sex="female", ages="40-49", people=500),)
    files = [FileCounts(file="a", lines=500, resources={"Patient": 500}, people=people)]
    options = msgspec.structs.replace(made_up.OPTIONS, gad=True)
    found = summary.summarise(tally, files=files, shards=[], export=ExportCounts(), options=options)
    assert found.gad_alone is not None
    assert found.gad_alone.total.count.people == 30
    assert found.kratom.total.count.people == 20
    assert "Anxiety disorder, not among those above" in summary.render(found)


# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (
            ("Kratom with x: more, by 4 %.", "Kratom with x: more, by 31 %."),
            "Kratom with x: more …",
        ),
        (("Nothing here differs.", "Nothing here differs."), "Nothing here differs."),
        (("GAD-7 14 of 21: moderate.", "GAD-7 17 of 21: severe."), ""),
    ],
)
def test_a_text_is_cut_before_what_differs_between_people(
    texts: tuple[str, ...], shown: str
) -> None:
    tally = summary.Tally()
    for number, text in enumerate(texts):
        tally.add(made_up.row(number, findings=(made_up.finding("a.b", text),)))
    (found,) = tally.kratom.findings.values()
    assert said(found) == shown


def test_neither_what_reassures_nor_what_is_light_nor_a_plan_is_counted() -> None:
    tally = summary.Tally()
    calm = msgspec.structs.replace(made_up.finding("a.b", "All is well."), tone="reassuring")
    light = made_up.finding("a.c", "A note.", "minor")
    plan = made_up.finding("a.d", "Offer this.", "major", "plan")
    for number in range(40):
        tally.add(made_up.row(number, findings=(calm, light, plan)))
    assert tally.kratom.findings == {}


def test_pairs_are_named_and_questions_stand_with_what_could_not_be_judged(
    large: summary.Summary,
) -> None:
    texts = [one.text for one in large.kratom.with_kratom.lines]
    assert "Kratom with oxycodone: added effects" in texts
    assert "Kratom with oxycodone: exposure to oxycodone" in texts
    assert [one.text for one in large.kratom.open_questions.lines] == [
        "Alcohol is not recorded, beside a medicine whose effects it adds to"
    ]
    rises = next(one for one in large.kratom.with_kratom.lines if "exposure" in one.text)
    assert rises.line.meaning == "Exposure may rise …"
    # Only those in whom it is grave enough are counted.
    adds = next(one for one in large.kratom.with_kratom.lines if "oxycodone: added" in one.text)
    rise = next(one for one in large.kratom.with_kratom.lines if "to oxycodone" in one.text)
    assert (rise.line.count.high or 0) < (adds.line.count.low or 0)


def test_an_interaction_of_three_names_nobodys_list() -> None:
    tally = summary.Tally()
    shared = made_up.finding(
        "interaction.pd.shared.qt",
        "A, b and kratom together: the QT interval can lengthen.",
        about=("a", "b", "kratom"),
        title="QT prolongation",
    )
    for number in range(20):
        tally.add(made_up.row(number, findings=(shared,)))
    found = summary.summarise(
        tally, files=[], shards=[], export=ExportCounts(), options=made_up.OPTIONS
    )
    assert [one.text for one in found.kratom.with_kratom.lines] == [
        "Three or more together: QT prolongation"
    ]


def test_its_words_are_fit_to_print(large: summary.Summary) -> None:
    for found in (large, made_up.practice(), made_up.nobody()):
        text = summary.text(found)
        assert language.forbidden_phrases(text) == []
        assert language.forbidden_in(found) == []
        assert max(map(len, text.splitlines())) <= 100
        assert "Nothing found in the record is not absence of use" in text
    assert summary.text(large, ascii_only=True).isascii()


def test_hostile_names_stay_names() -> None:
    found = made_up.hostile()
    page, text = summary.render(found), summary.text(found)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    for shown in (page, text):
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_counts_add_up_by_name() -> None:
    assert added([{"b": 1}, {"a": 2, "b": 3}]) == {"a": 2, "b": 4}
