"""Kratom in records: everything listed is found, nothing that only looks like it."""

import datetime as dt
import json
import random
from pathlib import Path

import pytest
from benchmarks.cohort.generate import EXAMPLE, Wanted, generate
from benchmarks.cohort.plants import LISTED, catalogue, counted, listed_names, written
from benchmarks.cohort.recall import (
    A_ROW,
    Planted,
    Report,
    by_look,
    by_rules,
    compared,
    in_markdown,
    in_words,
    rows_of,
    truth_of,
)
from benchmarks.cohort.references import references
from benchmarks.cohort.spelling import WAYS, misspelt
from rapidfuzz.distance import OSA

from speciosa.cohort.export import read_export
from speciosa.cohort.options import Options
from speciosa.cohort.screen import Screening
from speciosa.distribution import How
from speciosa.knowledge.reading import kratom_words

PLANTS = tuple(catalogue(seed=1, misspellings=2))


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("planted") / "export"
    wanted = Wanted(people=len(PLANTS), planted=len(PLANTS), plants=PLANTS, resources_per_person=1)
    generate(out, wanted)
    return out


@pytest.fixture(scope="module")
def looked(export: Path) -> dict[str, str]:
    return by_look(export)


@pytest.fixture(scope="module")
def report(export: Path, looked: dict[str, str]) -> Report:
    return compared(truth_of(export.with_name("export.truth.ndjson")), looked, by="look")


def test_the_first_step_passes_over_nothing_that_the_rules_find(
    export: Path, looked: dict[str, str]
) -> None:
    assert looked == by_rules(export)


@pytest.mark.parametrize("kind", sorted(LISTED))
def test_everything_listed_is_found_and_nothing_else(report: Report, kind: str) -> None:
    line = report.kinds[kind]
    assert line.planted > 40
    assert (line.missed, line.false) == ((), ())


def test_no_look_alike_is_found(report: Report) -> None:
    assert report.kinds["look-alike"].planted > 500
    assert report.kinds["look-alike"].false == ()
    assert report.kinds["misspelt look-alike"].false == ()
    assert report.recall == report.precision == 1.0


def test_what_is_found_says_what_was_planted(export: Path, looked: dict[str, str]) -> None:
    truth = truth_of(export.with_name("export.truth.ndjson"))
    differ = [
        (one.name, one.way, one.evidence, looked.get(one.patient))
        for one in truth
        if one.kind in LISTED and looked.get(one.patient) != one.evidence
    ]
    assert differ == []


def test_every_listed_name_code_and_test_is_planted() -> None:
    names = {plant.name for plant in PLANTS if plant.kind == "listed name"}
    assert names >= set(listed_names()) | set(kratom_words().anywhere)
    assert {p.name for p in PLANTS if p.kind == "test"} == {
        one.code for one in kratom_words().laboratory
    }
    assert {p.name for p in PLANTS if p.kind == "listed code"} == {
        one.code for one in kratom_words().substances
    }
    assert set(counted(PLANTS)) == LISTED | {
        "look-alike",
        "another meaning",
        "misspelling",
        "misspelt look-alike",
    }


def test_every_form_of_a_reference_leads_to_its_person(tmp_path: Path) -> None:
    plants = tuple(references())
    wanted = Wanted(people=len(plants), planted=len(plants), plants=plants, resources_per_person=1)
    made = generate(tmp_path / "export", wanted)
    found = screened(tmp_path / "export", tmp_path / "out")
    report = compared(truth_of(made.truth), found, by="screen")
    assert report.kinds["reference"].missed == ()
    assert report.kinds["reference"].levels.keys() == {
        f"{level}: {level}" for level in (*A_ROW, "denied")
    }
    assert (report.recall, report.precision, report.found_unplanted) == (1.0, 1.0, 0)


def test_the_example_comes_out_as_its_table_says(tmp_path: Path) -> None:
    lines = EXAMPLE.with_name("export.truth.ndjson").read_text("utf-8").splitlines()
    told = {one["patient"]: one["evidence"] for one in map(json.loads, lines)}
    found = screened(EXAMPLE, tmp_path / "out")
    assert found == {patient: level for patient, level in told.items() if level in A_ROW}


def test_the_rows_of_a_screening_are_the_people_who_were_planted(tmp_path: Path) -> None:
    chance = random.Random(4)  # noqa: S311
    plants = [
        chance.choice([plant for plant in PLANTS if plant.kind == kind and plant.evidence == level])
        for kind in ("listed name", "test", "listed code", "words around it")
        for level in (*A_ROW, "denied")
        if any(plant.kind == kind and plant.evidence == level for plant in PLANTS)
    ]
    plants += chance.sample([plant for plant in PLANTS if plant.kind == "look-alike"], 20)
    wanted = Wanted(people=60, planted=len(plants), plants=tuple(plants), bad_lines=3)
    made = generate(tmp_path / "export", wanted)
    found = screened(tmp_path / "export", tmp_path / "out")
    report = compared(truth_of(made.truth), found, by="screen", people=made.people)
    assert (report.recall, report.precision, report.found_unplanted) == (1.0, 1.0, 0)


def screened(folder: Path, out: Path) -> dict[str, str]:
    out.mkdir()
    options = Options(date=dt.date(2026, 11, 1), seed=1, subjects=50, shards=2)
    screening = Screening(read_export(folder), options, out, memory="512MB")
    screening.run(How(), lambda _: None)
    screening.merge()
    return rows_of(out)


# ------------------------------------------------------------------ the comparison itself


def test_misses_and_false_alarms_are_told_apart() -> None:
    truth = [
        Planted("a", "listed name", "kratom", "text", "use"),
        Planted("b", "listed name", "ketum", "text", "past use"),
        Planted("c", "words around it", "kratom", "Denies {name}.", "denied"),
        Planted("d", "look-alike", "Kratos", "text", "none"),
        Planted("e", "misspelling", "kratom: kratm", "one letter, in a note", "use"),
        Planted("f", "misspelling", "kratom: krtom", "one letter, in a note", "use"),
    ]
    found = {"a": "uncertain", "c": "use", "d": "uncertain", "e": "use", "g": "use", "h": "denied"}
    report = compared(truth, found, by="rules")
    assert report.recall == 0.5
    assert report.precision == 1 / 4
    assert report.found_unplanted == 1
    assert report.kinds["listed name"].missed == ("ketum (text)",)
    assert report.kinds["listed name"].levels == {"past use: none": 1, "use: uncertain": 1}
    assert report.kinds["words around it"].false == ("kratom (Denies {name}.)",)
    assert report.by_way == {"one letter, in a note": (2, 1)}
    assert report.by_name == {"kratom": (2, 1)}
    assert "    missed: ketum (text)" in list(in_words(report))
    assert "| look-alike | 1 | 0 | 0 | 1 of 1 |" in list(in_markdown(report))


def test_nothing_planted_and_nothing_found() -> None:
    report = compared([], {}, by="rules")
    assert (report.recall, report.precision) == (1.0, 1.0)


# ------------------------------------------------------------------ misspellings


@pytest.mark.parametrize("name", written().misspelt_names)
def test_slips_are_as_far_from_the_name_as_they_say(name: str) -> None:
    for way in WAYS:
        found = misspelt(name, way, seed=3, most=30)
        assert found == misspelt(name, way, seed=3, most=30)
        assert name not in found
        assert len(set(found)) == len(found) > 0
        exact = {"one letter": {1}, "two letters": {2}, "a blank": {1}}.get(way, {1, 2, 3})
        assert {OSA.distance(name, one) for one in found} <= exact
    assert misspelt(name, "one letter", seed=3, most=30) != misspelt(
        name, "one letter", seed=4, most=30
    )
