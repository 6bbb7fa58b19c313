"""``speciosa evidence``: list, show, update, and an assessment with added studies."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from speciosa.cli.app import app
from speciosa.errors import InputError

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDY = """
id: made_up_2026
title: Made up, 2026
year: 2026
design: randomised, parallel
allocation: randomised
condition: gad
population: adults with GAD
risk_of_bias: {overall: low, by: curator, reason: every domain was low}
arms:
  - {id: cbt, treatment: cbt, kind: option, n: 60}
  - {id: wait, treatment: waiting list, kind: waiting_list, n: 60}
outcomes:
  - scale: GAD-7
    what: post
    week: 12
    arms:
      - {arm: cbt, n: 55, mean: 9.8, sd: 4.5}
      - {arm: wait, n: 56, mean: 10.5, sd: 4.4}
"""


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["evidence", *arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_the_list_has_every_pool_and_counts_what_is_unanswered() -> None:
    text = run("list")
    assert "cbt-vs-waiting-list" in text
    assert "have no usable study yet" in text
    document = json.loads(run("list", "--format", "json"))
    assert len(document["effects"]) + len(document["unanswered"]) > 100
    assert document["provenance"]["overlay"] == ""


def test_a_question_is_shown_with_its_grade_and_its_studies(tmp_path: Path) -> None:
    plot = tmp_path / "forest.svg"
    text = run("show", "cbt-vs-waiting-list", "--svg", str(plot))
    for words in ("Certainty:", "publication bias", "NNTB", "dugas_2010", "Not joined, and why"):
        assert words in text
    assert ET.parse(plot).getroot().tag.endswith("svg")  # noqa: S314  # our own drawing
    document = json.loads(run("show", "cbt-vs-waiting-list", "--format", "json"))
    assert document["effect"]["comparator"] == "waiting_list"


def test_every_pool_can_be_shown() -> None:
    for effect in json.loads(run("list", "--format", "json"))["effects"]:
        assert effect["id"] and "Certainty:" in run("show", effect["id"])


def test_an_unknown_and_an_unanswered_question_are_told_apart() -> None:
    with pytest.raises(InputError, match="Did you mean cbt-vs-waiting-list"):
        run("show", "cbt-vs-waiting-lis")
    with pytest.raises(InputError, match="no usable study"):
        run("show", "mindfulness-vs-usual-care")


def test_an_update_shows_what_changed_and_an_assessment_uses_it(tmp_path: Path) -> None:
    file, folder = tmp_path / "new.yaml", tmp_path / "mine"
    file.write_text(STUDY, encoding="utf-8")
    text = run("update", str(file), "--to", str(folder))
    assert "cbt-vs-waiting-list" in text
    assert "before:" in text
    assert "comparators are never mixed" in text
    document = json.loads(run("list", "--evidence", str(folder), "--format", "json"))
    overlay = document["provenance"]["overlay"]
    assert len(overlay) == 64
    shown = run("show", "cbt-vs-waiting-list", "--evidence", str(folder))
    assert "made_up_2026" in shown
    assert "Changed by added studies" in shown
    case = str(EXAMPLES / "daily_leaf_two_years.yaml")
    result = CliRunner().invoke(
        app, ["assess", case, "--evidence", str(folder), "--format", "json", "--subjects", "20"]
    )
    assert result.exception is None
    assert json.loads(result.stdout)["provenance"]["evidence_overlay"] == overlay


def test_an_update_starts_from_an_earlier_one(tmp_path: Path) -> None:
    file, first, second = tmp_path / "new.yaml", tmp_path / "one", tmp_path / "two"
    file.write_text(STUDY, encoding="utf-8")
    run("update", str(file), "--to", str(first))
    second_study = STUDY.replace("2026", "2027").replace("9.8", "9.1")
    file.write_text(second_study, encoding="utf-8")
    run("update", str(file), "--evidence", str(first), "--to", str(second))
    studies = json.loads((second / "studies.json").read_text(encoding="utf-8"))
    assert [study["id"] for study in studies] == ["made_up_2026", "made_up_2027"]
    with pytest.raises(InputError, match="there already"):
        run("update", str(file), "--evidence", str(second))


def test_a_trial_under_another_id_needs_somebody_to_say_that_it_is_another(tmp_path: Path) -> None:
    file, first = tmp_path / "new.yaml", tmp_path / "one"
    file.write_text(STUDY, encoding="utf-8")
    run("update", str(file), "--to", str(first))
    file.write_text(STUDY.replace("made_up_2026", "other_2026"), encoding="utf-8")
    with pytest.raises(InputError, match="--another-trial made_up_2026"):
        run("update", str(file), "--evidence", str(first))
    declared = ("--another-trial", "made_up_2026", "--to", str(tmp_path / "two"))
    text = run("update", str(file), "--evidence", str(first), *declared)
    assert "was declared to be another trial" in text
    changes = json.loads((tmp_path / "two" / "changes.json").read_text(encoding="utf-8"))
    assert changes["another_trial"] == [{"study": "other_2026", "looks_like": ["made_up_2026"]}]


def test_what_is_no_file_is_named() -> None:
    with pytest.raises(InputError, match="nowhere"):
        run("update", "nowhere.yaml")
