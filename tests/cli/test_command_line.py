"""The command line as a person or a program meets it: exit codes, streams, words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def run(*args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "speciosa", *args],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_gives_json_with_the_contract_keys(path: Path):
    done = run("assess", str(path), "--format", "json", "--subjects", "50")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    for key in (
        "urgent",
        "severity",
        "kratom",
        "exposure",
        "mechanism",
        "interactions",
        "side_effects",
        "regulation",
        "evidence",
        "plan",
        "consultation",
        "follow_up",
        "missing",
        "references",
        "provenance",
    ):
        assert key in result


def test_text_and_html_of_the_readme_example(tmp_path: Path):
    page = tmp_path / "deep" / "report.html"
    done = run("assess", "examples/daily_leaf_two_years.yaml", "--html", str(page))
    assert done.returncode == 0, done.stderr
    assert page.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_a_case_can_come_from_standard_input():
    done = run(
        "assess", "-", "--format", "json", "--subjects", "50", stdin='{"date": "2026-11-22"}'
    )
    assert done.returncode == 0, done.stderr


def test_wrong_input_exits_2_with_every_problem_and_nothing_on_stdout():
    done = run("assess", "-", stdin="date: soon\npersn: {}\nperson: {sex: femal}\n")
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert any("person.sex" in line and "female" in line for line in lines)
    assert any("Did you mean person?" in line for line in lines)


@pytest.mark.parametrize(
    "args",
    [
        ("assess", "no-such-file.yaml"),
        ("assess", "examples"),
        ("law", "Tennessee"),
        ("law", "US-TN", "--on", "yesterday"),
        ("law", "US-TN", "--substance", "coffee"),
        ("score", "gad7"),
        ("score", "gad7", "1", "2", "x", "1", "1", "1", "1"),
        ("score", "gad7", "1", "2"),
        ("score", "gad9", "--total", "3"),
        ("score", "gad7", "--total", "22"),
        ("sources", "kratom/nothing"),
    ],
)
def test_wrong_arguments_exit_2_with_a_sentence(args: tuple[str, ...]):
    done = run(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_law_speaks_json_with_the_contract_keys():
    done = run("law", "US-TN", "--on", "2026-07-02", "--format", "json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["leading"]["leaf"] == "prohibited"
    for key in (
        "level",
        "place",
        "substance",
        "status",
        "min_age",
        "limits",
        "effective_from",
        "effective_to",
        "as_of",
        "confidence",
        "source",
    ):
        assert key in result["layers"][0]


def test_score_gives_total_band_and_error():
    done = run("score", "gad7", "2", "1", "3", "2", "0", "1", "2", "--format", "json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["total"]["value"] == 11
    assert result["band"] == "moderate"


@pytest.mark.parametrize("document", ["case", "assessment"])
def test_schema_is_json(document: str):
    done = run("schema", document)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["$schema"].endswith("2020-12/schema")


def test_sources_follow_a_number_back():
    done = run("sources", "kratom/ddi_mdz_auc")
    assert done.returncode == 0, done.stderr
    assert "1.39" in done.stdout
    assert "source:" in done.stdout


def test_knowledge_check_passes():
    done = run("knowledge", "check")
    assert done.returncode == 0, done.stdout + done.stderr


HEAVY_IMPORT_PROBE = """
import sys
from speciosa.cli import main
try:
    main()
except SystemExit:
    pass
heavy = {"numpy", "speciosa.case", "speciosa.assessment", "jinja2", "rich"} & set(sys.modules)
sys.exit(repr(heavy) if heavy else 0)
"""


@pytest.mark.parametrize("args", [("law", "US-TN"), ("score", "gad7", "--total", "9")])
def test_the_light_commands_import_nothing_heavy(args: tuple[str, ...]):
    done = subprocess.run(
        [sys.executable, "-c", HEAVY_IMPORT_PROBE, *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
