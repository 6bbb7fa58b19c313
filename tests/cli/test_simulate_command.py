"""``speciosa simulate`` as a person or a program meets it: exit codes, streams, files, words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FEW = ("--subjects", "40")


def run(*args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "speciosa", "simulate", *args],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )


def test_json_is_alone_on_standard_output_and_the_same_every_time(tmp_path: Path):
    files = ("--table", str(tmp_path / "new" / "curve.csv"), "--chart", str(tmp_path / "fan.svg"))
    one = run("2 g leaf tea", *FEW, "--format", "json", *files)
    assert one.returncode == 0, one.stderr
    result = json.loads(one.stdout)
    assert result["understood"]
    assert set(result["analytes"]) == {"mitragynine", "7-hydroxymitragynine"}
    assert (tmp_path / "new" / "curve.csv").read_text().startswith("analyte,time_h,unit,median")
    assert (tmp_path / "fan.svg").read_text().startswith("<?xml")
    assert run("2 g leaf tea", *FEW, "--format", "json").stdout == one.stdout


def test_text_shows_how_it_was_understood_before_anything_else():
    done = run("15 mg 7-oh tablet once", *FEW)
    assert done.returncode == 0, done.stderr
    assert "Understood as:" in done.stdout.splitlines()[1]
    assert done.stderr == ""


@pytest.mark.parametrize("structure", ["linear", "turnover"])
def test_one_structure(structure: str):
    done = run("2 g leaf tea", *FEW, "--structure", structure, "--format", "json")
    assert json.loads(done.stdout)["structures"] == [structure]


def test_a_level_narrows_the_prediction_and_an_impossible_one_is_refused():
    wide = json.loads(run("2 g leaf tea", "--format", "json", "--subjects", "300").stdout)
    level = "mitragynine=12 ng/mL@2h"
    narrow = run("2 g leaf tea", "--measured", level, "--format", "json", "--subjects", "300")
    result = json.loads(narrow.stdout)
    assert result["levels"][0]["use"] == "used"
    assert result["effective_subjects"] > 0
    before, after = (r["analytes"]["mitragynine"]["auc"] for r in (wide, result))
    assert after["p95"] / after["p05"] < before["p95"] / before["p05"]
    refused = json.loads(
        run(
            "2 g leaf tea", "--measured", "mitragynine=9000 ng/mL@2h", *FEW, "--format", "json"
        ).stdout
    )
    assert refused["levels"][0]["use"] == "refused"
    assert refused["effective_subjects"] is None
    assert any(f["id"].startswith("level.impossible") for f in refused["findings"])


def test_a_regimen_from_a_file_and_from_standard_input():
    path = ROOT / "examples" / "regimens" / "single_leaf_tea.yaml"
    from_file = run(str(path), *FEW, "--format", "json")
    from_stream = run("-", *FEW, "--format", "json", stdin=path.read_text())
    assert from_file.returncode == 0, from_file.stderr
    assert from_file.stdout == from_stream.stdout


def test_it_is_followed_for_as_long_as_asked():
    result = json.loads(run("2 g leaf tea", *FEW, "--until", "3d", "--format", "json").stdout)
    assert result["curve"]["mitragynine"]["time_h"][-1] == 72


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("2 spoons of leaf",), "2 spoons of leaf"),
        (("no_such_file.yaml",), "No such file"),
        (("2 g leaf tea", "--until", "soon"), "--until"),
        (("2 g leaf tea", "--table", "curve.xlsx"), ".csv or .parquet"),
        (("2 g leaf tea", "--chart", "curve.jpg"), ".svg or .png"),
        (("2 g leaf tea", "--measured", "mitragynine 55"), "--measured"),
        (("2 g leaf tea", "--measured", "morphine=55 ng/mL@2h"), "7-oh"),
        (("2 g leaf tea", "--measured", "mitragynine=55 mg/dL@2h"), "ng/mL"),
        (("2 g leaf tea", "--measured", "mitragynine=0.2 ng/mL (LOQ 0.5)@2h"), "0.5"),
        (("2 g leaf tea", "--measured", "mitragynine=55 ng/mL@day 0 8:00"), "day"),
        (("2 g leaf tea", "--chart", "/proc/nowhere/fan.svg"), "can be written"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_exit_code_2(args: tuple[str, ...], says: str):
    done = run(*args, *FEW)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_ever_proposed():
    text = run("2 g leaf tea three times a day then stop", *FEW).stdout.lower()
    for words in (
        "you should take",
        "recommended dose",
        "try ",
        "taper",
        "safe dose",
        "safe level is",
    ):
        assert words not in text
