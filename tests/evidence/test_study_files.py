"""Files of studies: every accepted way to write one, and what each wrong one is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.errors import InputError
from speciosa.evidence.effect_sizes import Measure, effect_sizes
from speciosa.evidence.studies import Form, Reading, read_studies

CASES = Path(__file__).parent / "cases"
HEAD = "study,events_1,n_1,events_2,n_2\nA,1,10,2,10\nB,3,20,4,20\n"


def problems(text: str, name: str = "studies.csv", **reading) -> str:
    with pytest.raises(InputError) as caught:
        table = read_studies(text, name=name, reading=Reading(**reading))
        effect_sizes(table, Measure(reading["measure"]) if "measure" in reading else None)
    return str(caught.value)


# ------------------------------------------------------------------ names of columns


@pytest.mark.parametrize(
    "heads",
    [
        "study,events_1,total_1,events_2,total_2",
        "studlab,event.e,n.e,event.c,n.c",
        "trial,ai,n1i,ci,n2i",
        "Study,Events Treatment,N Treatment,Events Control,N Control",
        "author,events_arm1,n_arm1,events_arm2,n_arm2",
        "study,treatment_events,treatment_total,placebo_events,placebo_total",
    ],
)
def test_names_that_researchers_have(heads: str) -> None:
    table = read_studies(f"{heads}\nA,1,10,4,11\nB,2,20,5,21\n")
    assert table.form is Form.COUNTS
    assert table.numbers["events_1"].tolist() == [1, 2]
    assert table.numbers["n_2"].tolist() == [11, 21]
    assert [row.label for row in table.rows] == ["A", "B"]


@pytest.mark.parametrize(
    ("heads", "form"),
    [
        ("study,m1i,sd1i,n1i,m2i,sd2i,n2i", Form.MEANS),
        ("study,mean_t,sd_t,n_t,mean_c,sd_c,n_c", Form.MEANS),
        ("study,mean_arm1,sd_arm1,n_arm1,mean_arm2,sd_arm2,n_arm2", Form.MEANS),
        ("study,tpos,tneg,cpos,cneg", Form.COUNTS),
        ("study,ai,bi,ci,di", Form.COUNTS),
        ("study,x1i,t1i,x2i,t2i", Form.RATES),
        ("study,ri,ni", Form.CORRELATIONS),
        ("study,yi,vi", Form.EFFECTS),
        ("studlab,TE,seTE", Form.EFFECTS),
        ("study,g,g_se", Form.EFFECTS),
        ("study,log_or,se_log_or", Form.EFFECTS),
    ],
)
def test_every_form_by_its_usual_names(heads: str, form: Form) -> None:
    n = heads.count(",")
    cells = ",".join(["0.5", "9"] if form is Form.CORRELATIONS else ["2", "3", "9"] * 3)
    cells = ",".join(cells.split(",")[:n])
    assert read_studies(f"{heads}\nA,{cells}\nB,{cells}\n").form is form


def test_all_answer_keys_of_one_comparison_are_read_as_they_are() -> None:
    rows = {
        "bcg_colditz1994": 13,
        "teacher_expectancy_raudenbush1985": 19,
        "magnesium_egger2001": 16,
        "passive_smoking_hackshaw1998": 37,
        "catheter_nielweise2007": 18,
        "gad_psychotherapy_metapsy": 122,
    }
    for name, n in rows.items():
        table = read_studies((CASES / f"{name}.csv").read_text(encoding="utf-8"))
        assert len(table.rows) == n, name


def test_a_published_effect_is_preferred_and_said_so_and_arms_can_be_had() -> None:
    text = (CASES / "gad_psychotherapy_metapsy.csv").read_text(encoding="utf-8")
    table = read_studies(text, reading=Reading(measure="SMD"))
    assert table.form is Form.EFFECTS
    assert "were not used" in table.notes[0]
    assert [label for label, _ in table.left_out] == [
        "Butler, 1987 (22)", "Butler, 1987 (23)", "Paxling, 2011 (76)", "Paxling, 2011 (77)",
    ]  # fmt: skip
    arms = Reading(measure="SMD", take="arms", leave_out_incomplete=True)
    assert read_studies(text, reading=arms).form is Form.MEANS


def test_a_column_can_be_named() -> None:
    text = "study,delta,spread\nA,0.1,0.2\nB,0.3,0.2\n"
    assert "columns study, delta, spread" in problems(text)
    table = read_studies(text, reading=Reading(columns={"yi": "delta", "sei": "spread"}))
    assert table.numbers["estimate"].tolist() == [0.1, 0.3]
    assert table.numbers["se"].tolist() == [0.2, 0.2]
    assert "--column" in problems(text, columns={"yi": "nothing"})
    assert "--column" in problems(text, columns={"colour": "delta"})


def test_rows_can_be_chosen_and_the_rest_is_told() -> None:
    text = (CASES / "bcg_colditz1994.csv").read_text(encoding="utf-8")
    table = read_studies(text, reading=Reading(where=(("alloc", "random"),)))
    assert len(table.rows) == 7
    assert table.notes == ("7 of 13 rows were chosen: alloc = random",)
    assert "random" in problems(text, where=(("alloc", "moon"),))
    assert "--where" in problems(text, where=(("moon", "random"),))


# ------------------------------------------------------------------ formats


ROWS = [{"study": "A", "yi": 0.5, "vi": 0.1}, {"study": "B", "yi": -0.25, "vi": 0.2}]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("study,yi,vi\nA,0.5,0.1\nB,-0.25,0.2\n", "s.csv"),
        ("study\tyi\tvi\r\nA\t0.5\t0.1\r\nB\t-0.25\t0.2\r\n", "s.tsv"),
        ("study;yi;vi\nA;0,5;0,1\nB;-0,25;0,2\n", "s.csv"),
        ('"study","yi","vi"\n"A","0.5","0.1"\n\n"B","\u22120.25","2e-1"\n', "s.csv"),
        (json.dumps(ROWS), "s.json"),
        (json.dumps(ROWS), "standard input"),
        (json.dumps({"measure": "MD", "studies": ROWS}), "s.json"),
        ("- {study: A, yi: 0.5, vi: 0.1}\n- {study: B, yi: -0.25, vi: 0.2}\n", "s.yaml"),
        ("method: DL\nstudies:\n- {study: A, yi: 0.5, vi: 0.1}\n- {study: B, yi: -0.25, vi: 0.2}",
         "s.yml"),
    ],
)  # fmt: skip
def test_one_table_written_in_many_ways(text: str, name: str) -> None:
    table = read_studies(text, name=name)
    assert table.numbers["estimate"].tolist() == [0.5, -0.25]
    assert table.numbers["variance"].tolist() == [0.1, 0.2]


def test_row_names_of_r_are_passed_over() -> None:
    table = read_studies('"","study","yi","vi"\n"1","A",0.5,0.1\n"2","B",0.2,0.1\n')
    assert [row.label for row in table.rows] == ["A", "B"]


def test_decimal_commas_are_read_and_told() -> None:
    table = read_studies("study;yi;vi\nA;0,5;0,1\nB;0,25;0,2\n")
    assert "decimal commas were read as points in 4 cells" in table.notes[0]


def test_studies_of_one_author_are_told_apart() -> None:
    text = "author,year,yi,vi\nLee,1999,1,1\nLee,2004,1,1\nLee,2004,2,1\n"
    rows = read_studies(text).rows
    assert len({row.label for row in rows}) == 3
    assert len({row.study for row in rows}) == 2


# ------------------------------------------------------------------ what is wrong

BAD = {
    "one arm": (HEAD + "C,1,10,,\n", "a study of one arm"),
    "negative events": (HEAD + "C,-1,10,2,10\n", "events_1"),
    "events above total": (HEAD + "C,11,10,2,10\n", "at most the 10 people"),
    "half an event": (HEAD + "C,1.5,10,2,10\n", "whole number"),
    "nobody": (HEAD + "C,0,0,2,10\n", "n_1"),
    "NaN": (HEAD + "C,NaN,10,2,10\n", "finite"),
    "infinite": (HEAD + "C,inf,10,2,10\n", "finite"),
    "very large": (HEAD + "C,1e999,10,2,10\n", "finite"),
    "word": (HEAD + "C,one,10,2,10\n", "line 4 (C), events_1"),
    "formula": (HEAD + "=cmd|x,1,10,2,10\n", "spreadsheet formula"),
    "part of a side": (HEAD + "C,1,,2,10\n", "n_1"),
    "short row": (HEAD + "C,1,10,2\n", "4 cells"),
    "long row": (HEAD + "C,1,10,2,10,9\n", "6 cells"),
    "open quote": (HEAD + '"C,1,10,2,10\n', "quotes"),
    "nothing": ("", "empty file"),
    "blanks": (" \n\n", "empty file"),
    "headings alone": ("study,yi,vi\n", "without a study"),
    "one column": ("study\nA\n", "one column"),
    "heading twice": ("study,yi,yi,vi\nA,1,1,1\n", "twice"),
    "no heading": ("study,,vi\nA,1,1\n", "no heading over column 2"),
    "field twice": ("study,ai,events_1,n1i,ci,n2i\nA,1,1,10,2,10\n", "--column"),
    "two effects": ("study,or,or_low,or_high,rr,rr_low,rr_high\nA,1,.5,2,1,.5,2\n", "one effect"),
    "negative SD": ("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,-1,9,2,1,9\n", "sd_1"),
    "SD of 0": ("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,0,9,2,1,9\n", "sd_1"),
    "one person": ("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,1,1,2,1,9\n", "2 or more"),
    "negative variance": ("study,yi,vi\nA,1,-1\nB,1,1\n", "variance (column vi)"),
    "se of 0": ("study,yi,se\nA,1,0\n", "above 0"),
    "estimate alone": ("study,yi,vi\nA,1,\nB,1,1\n", "--incomplete"),
    "variance alone": ("study,yi,vi\nA,,1\nB,1,1\n", "no estimate"),
    "interval beside estimate": ("study,md,ci_low,ci_high\nA,3,0,2\n", "inside its interval"),
    "interval turned round": ("study,md,ci_low,ci_high\nA,1,2,0\n", "a limit below"),
    "one limit": ("study,md,se,ci_low,ci_high\nA,1,0.5,0,\n", "both limits"),
    "ratio below 0": ("study,or,or_low,or_high\nA,-1,-2,0.5\n", "a ratio above 0"),
    "p as a bound": ("study,yi,p\nA,1,<0.05\n", "not a bound"),
    "p of 0": ("study,yi,p\nA,1,0\n", "between 0 and 1"),
    "statistic of 0": ("study,yi,t\nA,1,0\n", "tells no standard error"),
    "per cent": ("study,yi,vi\nA,50%,1\n", "without a percent sign"),
    "level in per cent": ("study,md,ci_low,ci_high,level\nA,1,0,2,95\n", "such as 0.95"),
    "correlation of 1": ("study,r,n\nA,1.0,10\n", "between -1 and 1"),
    "three people": ("study,r,n\nA,0.3,3\n", "4 or more"),
    "slip of the pen": ("study,yi,vi\nA,1e12,1\nB,1,1\n", "1e+09"),
    "no ratio of people": ("study,log_or,se\nA,120,1\nB,1,1\n", "logarithms from"),
    "unlike units": ("study,yi,se\nA,1,1e-6\nB,1,10\n", "a million times"),
    "no time": ("study,x1i,t1i,x2i,t2i\nA,1,0,2,10\n", "time_1"),
    "cells and total": ("study,tpos,tneg,n1i,cpos,cneg\nA,1,9,12,2,8\n", "add up"),
    "no people": ("study,tpos,tneg,cpos,cneg\nA,0,0,1,2\n", "no people"),
    "year": ("study,year,yi,vi\nA,soon,1,1\n", "a year from"),
    "decimal comma": ('study,yi,vi\nA,"0,5",1\n', "decimal point"),
    "two decimal marks": ("study;yi;vi\nA;0,5;0.1\n", "one decimal mark"),
    "thousands": ("study;yi;vi\nA;1,500;1,200\n", "thousand"),
    "no figures": ("study,yi,vi\nA,,\n", "no row with figures"),
    "one row an arm": ("study,treatment,events,n\nA,x,1,9\nA,y,2,9\n", "speciosa network"),
    "page of the web": ("<html>, <body>\n<p>, 2\n", "columns"),
    "null character": ("study,yi,vi\nA\x00,1,1\n", "null character"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_wrong_file_is_told_what_is_wrong(kind: str) -> None:
    text, word = BAD[kind]
    assert word in problems(text)


WRONG_LISTS = {
    "no list": ("measure: MD\n", "no list of studies"),
    "empty list": ("studies: []\n", "no list of studies"),
    "words": ("studies: [a, b]\n", "study 1"),
    "unknown field": ("colour: red\nstudies: [{study: A, yi: 1, vi: 1}]\n", "colour"),
    "unknown measure": ("measure: FOO\nstudies: [{study: A, yi: 1, vi: 1}]\n", "OR, RR"),
    "nested": ("studies: [{study: A, yi: {a: 1}, vi: 1}]\n", "a number or text"),
    "twice": ("studies: [{study: A, yi: 1, yi: 2, vi: 1}]\n", "twice"),
    "infinite": ("studies: [{study: A, yi: .inf, vi: 1}]\n", "finite"),
    "broken": ('{"studies": [', "s.yaml"),
}


@pytest.mark.parametrize("kind", WRONG_LISTS)
def test_a_wrong_list_is_told_what_is_wrong(kind: str) -> None:
    text, word = WRONG_LISTS[kind]
    assert word in problems(text, name="s.yaml")


def test_every_problem_is_told_at_once_but_not_without_end() -> None:
    text = "study,yi,vi\n" + "".join(f"S{i},1,-1\n" for i in range(50))
    told = problems(text)
    assert told.count("variance (column vi)") == 20
    assert "30 more problems" in told


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["s.csv", "s.yaml", "s.json", "stdin"]))
def test_any_text_is_read_or_refused_by_name(text: str, name: str) -> None:
    try:
        table = read_studies(text, name=name)
    except InputError:
        return
    assert table.rows


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="0123456789.-e,NAinf<=% x", max_size=6), min_size=4, max_size=4))
def test_a_row_of_anything_is_never_lost_in_silence(cells: list[str]) -> None:
    row = ",".join(f'"{cell}"' for cell in ["X", *cells])
    try:
        found = effect_sizes(read_studies(f"{HEAD}{row}\n"), Measure.RR)
    except InputError as error:
        assert "line 4" in str(error) or "studies.csv" in str(error)
        return
    told = {*found.labels, *(h.study for h in found.handled)}
    assert told == {"A", "B", "X"}
