"""``speciosa network`` end to end."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "evidence" / "cases"


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "speciosa", "network", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def senn(*arguments):
    return run(CASES / "nma_glucose_senn2013.csv", "--method", "DL", *arguments)


def test_the_document_holds_what_is_promised_and_fits_its_schema():
    done = senn("--reference", "placebo", "--better", "lower", "--format", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    schema = json.loads((ROOT / "docs" / "schema" / "network.schema.json").read_text())
    Draft202012Validator(schema).validate(document)
    promised = (
        "measure method treatments k_studies k_designs reference tau2 i2 q_total q_within "
        "q_between league p_scores node_split effects_vs_reference warnings handled"
    )
    assert set(promised.split()) <= document.keys()
    assert (document["measure"], document["k_studies"], document["k_designs"]) == ("MD", 26, 15)
    assert document["tau2"] == pytest.approx(0.1087101, abs=1e-4)
    against = {row["treatment"]: row for row in document["effects_vs_reference"]}
    assert against["rosiglitazone"]["estimate"] == pytest.approx(-1.233453, abs=1e-4)
    assert against["rosiglitazone"]["common"]["estimate"] == pytest.approx(-1.201861, abs=1e-4)
    assert len(document["league"]) == 45
    assert document["better_from"] == "user"
    assert {row["method"] for row in document["alternatives"]} == {"CE", "REML", "ML"}


def test_ratios_stand_on_both_scales_and_mantel_haenszel_beside():
    done = run(CASES / "nma_copd_dong2013.csv", "--reference", "Placebo", "--format", "json")
    document = json.loads(done.stdout)
    assert (document["measure"], document["scale"]) == ("OR", "log")
    row = next(r for r in document["effects_vs_reference"] if r["treatment"] == "TIO-SMI")
    assert row["estimate_exp"] == pytest.approx(2.718281828 ** row["estimate"], rel=1e-6)
    rare = next(r for r in document["alternatives"] if r["method"] == "MH")
    assert rare["effects"]["TIO-SMI"]["estimate"] == pytest.approx(0.4168814, abs=1e-4)
    assert rare["k_studies"] == 37
    assert document["better_from"] == "assumed"
    assert any("assume" in warning for warning in document["warnings"])
    assert any(one["study"] == "5" for one in document["handled"])


def test_the_text_tells_the_uncertainty_of_ranks_and_recommends_nothing():
    told = senn("--better", "lower").stdout
    assert "A rank is not a recommendation" in told
    assert "rank may be" in told
    assert "indirect only" in told
    assert "comment as values" in told
    assert max(len(line) for line in told.splitlines()) <= 92


def test_without_a_direction_no_order_is_taken():
    told = run(CASES / "nma_smoking_hasselblad1998.csv").stdout
    assert "nobody said whether lower or higher is better" in told
    assert "rank may be" not in told
    rows = [line.split()[0] for line in told.split("if higher is better\n")[1].splitlines()[:4]]
    assert rows == ["grp_counseling", "ind_counseling", "no_contact", "self_help"]


def test_rows_of_yaml_and_one_trial(tmp_path):
    file = tmp_path / "one.yaml"
    file.write_text(
        "- {study: a, treatment: p, events: 3, n: 40}\n"
        "- {study: a, treatment: x, events: 9, n: 40}\n",
        encoding="utf-8",
    )
    plot = tmp_path / "one.svg"
    done = run(file, "--plot", plot)
    assert done.returncode == 0, done.stderr
    assert "2 treatments in 1 trial, 80 people; 1 different set" in done.stdout
    assert "1 trials" not in done.stdout + plot.read_text(encoding="utf-8")


def test_very_narrow_and_very_large_numbers_are_not_hidden_by_zeros(tmp_path):
    file = tmp_path / "narrow.csv"
    file.write_text(
        "studlab,treat1,treat2,TE,seTE\n1,A,B,1e-7,1e-8\n2,B,C,123456.5,0.001\n",
        encoding="utf-8",
    )
    told = run(file, "--reference", "B").stdout
    assert "1e-07 (8.04e-08 to 1.2e-07)" in told
    assert "-123456.5 (-123456.502 to -123456.498)" in told


def test_the_text_names_where_direct_and_indirect_evidence_clash():
    told = " ".join(run(CASES / "nma_copd_dong2013.csv", "--method", "MH").stdout.split())
    assert "LABA and LABA-ICS clash: direct 1.09" in told
    assert "nothing added to cells of 0" in told


def test_pictures_and_league_are_written(tmp_path):
    plot, forest, league = (tmp_path / name for name in ("n.svg", "f.svg", "l.csv"))
    done = senn("--plot", plot, "--forest", forest, "--league", league)
    assert done.returncode == 0, done.stderr
    for file in (plot, forest):
        root = ET.fromstring(file.read_text(encoding="utf-8"))  # noqa: S314  # our own
        assert root.find("{http://www.w3.org/2000/svg}title").text
        words = "".join(root.itertext())
        assert "rosiglitazone" in words
    rows = list(csv.reader(io.StringIO(league.read_text(encoding="utf-8"))))
    assert len(rows) == 11
    assert all(len(row) == 11 for row in rows)
    square = {
        (row[0], name): cell
        for row in rows[1:]
        for name, cell in zip(rows[0][1:], row[1:], strict=True)
    }
    assert square["rosiglitazone", "placebo"].startswith("-1.23 (")
    assert square["placebo", "rosiglitazone"].startswith("1.20 (")


def test_the_same_file_gives_the_same_bytes():
    first, second = senn("--format", "json"), senn("--format", "json")
    assert first.stdout == second.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--reference", "Placebo"), "Did you mean placebo?"),
        (("--measure", "OR"), "for these columns: MD, SMD"),
        (("--level", "95"), "--level"),
        (("--level", "0.3"), "from 0.5"),
        (("--column", "mean=mi2"), "a heading of the file"),
        (("--column", "mean"), "--column"),
        (("--increment", "0"), "--increment"),
        (("--tolerance", "2"), "--tolerance"),
        (("--ci", "HK", "--method", "CE"), "random effects"),
        (("--plot", "/nowhere/at/all.svg"), "--plot"),
        (("--plot", "network.png"), "ends in .svg"),
        (("--league", "league.svg"), "ends in .csv"),
    ],
)
def test_wrong_options_are_told(arguments, said):
    done = senn(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_files_that_cannot_be_read_are_told(tmp_path):
    assert run(tmp_path / "none.csv").returncode == 2
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"\xff\xfe\x00study")
    done = run(odd)
    assert done.returncode == 2
    assert "UTF-8" in done.stderr
