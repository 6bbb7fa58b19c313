"""A diary file: strict in, safe out, nothing lost."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.case.vocabulary import Difficulty, KratomForm, SideEffect
from speciosa.clinical.outcomes import diary
from speciosa.clinical.outcomes.timeline import Entry, Kratom, Measured, Source
from speciosa.knowledge import load

K = load()
TODAY = dt.date(2026, 11, 22)


def read(text: str | bytes) -> diary.Diary:
    return diary.read(text if isinstance(text, bytes) else text.encode(), K, TODAY)


def test_a_file_with_every_column() -> None:
    found = read(
        "date,gad7,phq9,isi,sows,cows,item9,difficulty,days_lost,sleep_hours,kratom_used,"
        "kratom_doses,kratom_leaf_g,kratom_form,side_effects,note\n"
        "2026-11-01,12,9,14,6,3,0,very_difficult,4,6.5,yes,3,2.5,leaf_powder,"
        'nausea|low libido,"slept badly, ""again"""\n'
        "2026-11-02,,,,,,,,,,no,,,,none,\n"
    )
    assert found.problems == ()
    one, two = found.entries
    assert [m.total for m in one.scores] == [12, 9, 14, 6, 3]
    assert one.kratom == Kratom(used=True, doses=3, leaf_g=2.5, form=KratomForm.LEAF_POWDER)
    assert one.side_effects == (SideEffect.NAUSEA, SideEffect.LOW_LIBIDO)
    assert one.note == 'slept badly, "again"'
    assert one.source is Source.DIARY
    assert two.kratom == Kratom(used=False)
    assert two.side_effects == ()


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ("03/04/2026,5", "date"),
        ("3.4.2026,5", "date"),
        ("2026-4-3,5", "date"),
        ("2026-02-30,5", "date"),
        ("2026-11-23,5", "date"),
        ("20261101,5", "date"),
        (",5", "date"),
        ("2026-11-01,22", "gad7"),
        ("2026-11-01,-1", "gad7"),
        ("2026-11-01,5.5", "gad7"),
        ("2026-11-01,five", "gad7"),
        ("2026-11-01,nan", "gad7"),
        ("2026-11-01,٣", "gad7"),
        ("2026-11-01,1e1", "gad7"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_field(cell: str, field: str) -> None:
    found = read(f"date,gad7\n2026-10-01,4\n{cell}\n")
    assert [p.field for p in found.problems] == [f"line 3, {field}"]


def test_every_problem_is_listed_not_the_first_alone() -> None:
    found = read(
        "date,gad7,phq9\n2026-11-01,99,99\nyesterday,5,5\n2026-11-03,1,2,3\n2026-11-01,1,1\n"
    )
    assert [p.field for p in found.problems] == [
        "line 2, gad7",
        "line 2, phq9",
        "line 3, date",
        "line 4",
        "line 5, date",
    ]
    assert found.rows == 4
    assert found.entries == ()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "line 1, date"),
        ("gad7\n5\n", "line 1, date"),
        ("date,mood\n2026-11-01,5\n", "line 1, column 2"),
        ("date,gad7,gad7\n2026-11-01,5,5\n", "line 1, gad7"),
        ("date\n", "file"),
        ('date,note\n2026-11-01,"open\n', "line 2"),
        (b"date,note\n2026-11-01,\xff\n", "line 2"),
        ("date,note\n2026-11-01,a\0b\n", "line 2"),
        (b"x" * 1_000_001, "file"),
    ],
)
def test_a_file_that_is_no_diary_says_why(text: str | bytes, field: str) -> None:
    found = read(text)
    assert field in [p.field for p in found.problems]
    assert found.entries == ()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("no,2,,", "kratom_used"),
        ("no,,3,", "kratom_used"),
        ("yes,0,,", "kratom_doses"),
        ("maybe,,,", "kratom_used"),
        (",,a teaspoon,", "kratom_leaf_g"),
    ],
)
def test_accounts_of_kratom_that_contradict_themselves(row: str, field: str) -> None:
    head = "date,kratom_used,kratom_doses,kratom_leaf_g,note\n"
    assert [p.field for p in read(f"{head}2026-11-01,{row}\n").problems] == [f"line 2, {field}"]


def test_semicolons_and_a_mark_of_byte_order_are_understood() -> None:
    found = read("\ufeffdate;gad7;sleep_hours\n2026-11-01;5;7.5\n")
    assert found.problems == ()
    assert found.entries[0].sleep_hours == 7.5


def test_too_many_rows_are_refused() -> None:
    rows = "".join(f"{dt.date(2010, 1, 1) + dt.timedelta(days=i)},1\n" for i in range(5_001))
    assert [p.accepted for p in read("date,gad7\n" + rows).problems] == ["at most 5000 rows"]


@pytest.mark.parametrize("note", ["=1+1", "+cmd", "-2", "@x", "'=1", "''", "'", "plain"])
def test_no_cell_starts_a_formula_and_the_text_comes_back(note: str) -> None:
    text = diary.write([Entry(date=TODAY, note=note)])
    cell = text.splitlines()[1].rpartition(",")[2]
    assert not cell.startswith(("=", "+", "-", "@"))
    assert read(text).entries[0].note == note


_NOTE = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\x85"),
    max_size=30,
).map(str.strip)


@given(
    st.dictionaries(
        st.dates(dt.date(2000, 1, 1), TODAY),
        st.builds(
            lambda g, i, s, d, k, e, n: Entry(
                date=TODAY,
                source=Source.DIARY,
                scores=() if g is None else (Measured(instrument="gad7", total=float(g)),),
                item9=i,
                sleep_hours=s,
                difficulty=d,
                kratom=k,
                side_effects=e,
                note=n,
            ),
            st.none() | st.integers(0, 21),
            st.none() | st.integers(0, 3),
            st.none() | st.integers(0, 48).map(lambda x: x / 2),
            st.none() | st.sampled_from(list(Difficulty)),
            st.none()
            | st.just(Kratom(used=False))
            | st.builds(
                Kratom,
                used=st.just(True),
                doses=st.integers(1, 20).map(float),
                form=st.none() | st.sampled_from(list(KratomForm)),
            ),
            st.none() | st.lists(st.sampled_from(list(SideEffect)), unique=True).map(tuple),
            _NOTE,
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_reads_back_the_same(days: dict[dt.date, Entry]) -> None:
    entries = [msgspec.structs.replace(days[date], date=date) for date in sorted(days)]
    found = read(diary.write(entries))
    assert found.problems == ()
    assert list(found.entries) == entries


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_a_diary_or_problems(data: bytes) -> None:
    found = diary.read(b"date,gad7,note\n" + data, K, TODAY)
    assert found.problems or found.entries


# ------------------------------------------------------------------ as spreadsheets write it


@pytest.mark.parametrize(
    "data",
    [
        b"date;sleep_hours;gad7\n2026-11-20;7,5;9\n",
        b"sep=;\ndate;sleep_hours;gad7\n2026-11-20;7,5;9\n",
        b"date\tsleep_hours\tgad7\n2026-11-20\t7,5\t9\n",
        "date\tsleep_hours\tgad7\r\n2026-11-20\t7,5\t9\r\n".encode("utf-16"),
        b"date,sleep_hours,gad7,,\n2026-11-20,7.5,9,,\n",
        b"date,sleep_hours,gad7,note\n2026-11-20,7.5,9\n",
        b"date,sleep_hours,gad7\n2026-11-20 00:00:00,7.5,9.0\n",
        b"Date,Sleep hours,GAD-7\n2026-11-20,7.5,9\n",
    ],
)
def test_what_has_one_meaning_is_read_however_a_spreadsheet_wrote_it(data: bytes) -> None:
    found = diary.read(data, K, TODAY)
    assert found.problems == ()
    (entry,) = found.entries
    assert (entry.date, entry.sleep_hours) == (dt.date(2026, 11, 20), 7.5)
    assert [(m.instrument, m.total) for m in entry.scores] == [("gad7", 9)]


def test_yes_and_no_as_a_spreadsheet_turns_them() -> None:
    found = diary.read(b"date,kratom_used\n2026-11-19,TRUE\n2026-11-20,FALSE\n", K, TODAY)
    assert [e.kratom.used for e in found.entries if e.kratom] == [True, False]


@pytest.mark.parametrize(
    "data",
    [
        b"date,gad7\n20/11/2026,9\n",
        b"date,sleep_hours\n2026-11-20,7,5\n",
        b"date;gad7\n2026-11-20;9,5\n",
        b"date;sleep_hours\n2026-11-20;1.234,5\n",
        "date,note\n2026-11-20,caf\u00e9\n".encode("cp1252"),
        b"sep=|\ndate|gad7\n2026-11-20|9\n",
    ],
)
def test_what_has_two_meanings_is_refused(data: bytes) -> None:
    assert diary.read(data, K, TODAY).problems


def test_the_highest_item_9_is_told_of_rows_that_cannot_be_kept() -> None:
    found = diary.read(b"date,item9,gad7\n20/11/2026,2,5\n2026-11-20,1,99\n", K, TODAY)
    assert found.entries == ()
    assert found.item9 == 2
