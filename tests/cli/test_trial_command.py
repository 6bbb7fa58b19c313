"""``speciosa trial`` as a person or a program meets it: exit codes, streams, files, words."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
KRATOM = "examples/trials/kratom_leaf_parallel.yaml"
FEW = ("--trials", "50", "--workers", "1")
SMALL = """
title: a small trial
design: parallel
treatment: {name: a medicine, kind: medicine}
subjects: 60
analysis: {method: ancova}
simulation: {trials: 50, scenarios: false, sample_size: false}
"""

SMALL_KRATOM = SMALL.replace("kind: medicine", "kind: kratom") + "effect: {difference: -2}\n"


def run(*args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "speciosa", *args],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=ROOT,
    )


@pytest.fixture(scope="module")
def kratom(tmp_path_factory) -> tuple[dict, str, str, str]:
    folder = tmp_path_factory.mktemp("trial")
    files = ("--protocol", str(folder / "p.html"), "--chart", str(folder / "c.svg"))
    done = run("trial", KRATOM, *FEW, "--format", "json", *files)
    assert done.returncode == 0, done.stderr
    text = run("trial", "-", "--workers", "1", stdin=SMALL_KRATOM)
    assert text.returncode == 0, text.stderr
    return (
        json.loads(done.stdout),
        (folder / "p.html").read_text("utf-8"),
        (folder / "c.svg").read_text("utf-8"),
        text.stdout,
    )


def test_json_follows_its_schema(kratom):
    schema = json.loads(run("schema", "trial-result").stdout)
    jsonschema.validate(kratom[0], schema)


def test_a_kratom_trial_is_labelled_as_assumed_everywhere(kratom):
    result, page, _, text = kratom
    label = "assumed, not observed"
    assert label in result["label"]
    assert label in page
    assert label in " ".join(text.split()[:60])


def test_doses_are_left_to_the_investigators(kratom):
    result, page, _, _ = kratom
    assert result["protocol"]["dose"][0].startswith("Dose, form and schedule: to be set by")
    everything = json.dumps(result) + page
    assert not re.search(r"\d\s*(mg|g|grams?|milligrams?)\b", everything)


def test_every_spirit_item_is_there_and_says_who_decides(kratom):
    items = [i for s in kratom[0]["protocol"]["sections"] for i in s["items"]]
    numbers = {re.match(r"\d+", i["number"])[0] for i in items}
    assert numbers == {str(n) for n in range(1, 35)}
    assert all(i["filled"] or i["decide"] for i in items)
    assert "{" not in json.dumps([i["filled"] for i in items])


def test_an_opioid_active_substance_is_watched_as_one(kratom):
    watched = " ".join(m["title"] + m["filled"] for m in kratom[0]["protocol"]["monitoring"])
    for word in (
        "Respiratory rate",
        "ALT",
        "QTc",
        "COWS",
        "SOWS",
        "C-SSRS",
        "CYP3A4",
        "CYP2D6",
        "Test before",
    ):
        assert word in watched


def test_null_substances_and_their_apparent_benefit_are_shown(kratom):
    nulls = {s["id"]: s for s in kratom[0]["scenarios"] if s["null"]}
    assert {"no_effect", "blinding_null", "withdrawal_null", "withdrawal_lasting_null"} <= set(
        nulls
    )
    assert nulls["withdrawal_lasting_null"]["true_difference"] == 0
    assert nulls["withdrawal_lasting_null"]["apparent"][0] < -2


def test_every_assumption_from_the_base_is_referenced(kratom):
    result = kratom[0]
    cited = {c["id"] for c in result["references"]}
    assert {a["fact"] for a in result["assumptions"] if a["fact"]} <= cited


def test_page_and_chart_are_whole(kratom):
    _, page, chart, _ = kratom
    assert page.startswith("<!doctype html>")
    assert "http" not in re.sub(r"http://www.w3.org/2000/svg", "", page.split("<h2>References")[0])
    assert ET.fromstring(chart).tag.endswith("svg")  # noqa: S314  # our own drawing


def test_a_chart_that_goes_elsewhere_takes_title_and_label_along(kratom):
    words = " ".join(re.sub(r"<[^>]*>", " ", kratom[2]).split())
    assert "assumed, not observed" in words
    assert "Kratom leaf against placebo" in words


def test_ranges_say_whether_they_were_tried(kratom):
    text = " ".join(kratom[3].split())
    assert "range tried" not in text
    assert "not tried)" in text
    tried = {a["field"] for a in kratom[0]["assumptions"] if a["tried"]}
    assert {"withdrawal.points", "blinding.expectancy_points"} <= tried


def test_a_dose_in_the_design_is_repeated_as_somebody_elses_words():
    design = SMALL.replace(
        "{name: a medicine, kind: medicine}",
        "{name: kratom leaf, kind: kratom, dose_words: 'two <b>spoons</b> {scale}'}",
    )
    done = run(
        "trial",
        "-",
        "--workers",
        "1",
        "--format",
        "html",
        stdin=design + "effect: {difference: -2}\n",
    )
    assert done.returncode == 0, done.stderr
    assert "given by the designer, not assessed" in done.stdout
    assert "&lt;b&gt;spoons&lt;/b&gt; {scale}" in done.stdout


def test_workers_do_not_change_a_byte():
    one = run("trial", "-", "--workers", "1", "--format", "json", stdin=SMALL)
    two = run("trial", "-", "--workers", "2", "--format", "json", stdin=SMALL)
    assert one.returncode == 0, one.stderr
    assert one.stdout == two.stdout
    assert run("trial", "-", "--seed", "5", "--format", "json", stdin=SMALL).stdout != one.stdout


def test_markdown_is_written():
    done = run("trial", "-", "--workers", "1", "--format", "markdown", stdin=SMALL)
    assert done.stdout.startswith("# a small trial")
    assert "SPIRIT 2025" in done.stdout


@pytest.mark.parametrize(
    ("args", "stdin", "words"),
    [
        (("trial", "nowhere.yaml"), None, "DESIGN: got 'nowhere.yaml' (No such file"),
        (("trial", "-"), SMALL + "dosage: 3\n", "dosage: got an unknown field"),
        (
            ("trial", "-"),
            SMALL.replace("60", "2"),
            "subjects: got 2; accepted: a whole number from 8",
        ),
        (("trial", "-"), "[1]", "design: got no mapping of named fields"),
        (("trial", "-", "--protocol", "p.pdf"), SMALL, "--protocol: got 'p.pdf'"),
        (("trial", "-", "--chart", "p.png"), SMALL, "--chart: got 'p.png'"),
        (("trial", "-", "--chart", "out/p.svg"), SMALL, "without a sample-size search"),
        (
            ("trial", "-"),
            SMALL.replace("kind: medicine", "kind: kratom"),
            "effect.difference: got nothing",
        ),
        (("trial", "-"), SMALL.replace("name: a medicine", "name: kratom 4 g"), "treatment.kind"),
        (("trial", "-"), SMALL_KRATOM.replace("a small trial", "kratom 4 g"), "title: got"),
        (("trial", "-", "--seed", "99999999999999999999999"), SMALL, "--seed"),
    ],
)
def test_wrong_input_ends_with_two_and_says_why(args, stdin, words):
    done = run(*args, stdin=stdin)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_the_schema_of_a_design_is_printed():
    assert json.loads(run("schema", "trial").stdout)["title"] == "Design"
