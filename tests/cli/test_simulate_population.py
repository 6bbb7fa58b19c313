"""``speciosa simulate --out`` and ``--sobol`` as a person meets them: streams, files, refusals."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from speciosa.cli.app import app

TEA, FEW = "2 g leaf tea", ("--subjects", "4e1")


def here(*args: str) -> tuple[int, str]:
    """Exit code and standard output."""
    done = CliRunner().invoke(app, list(args))
    return done.exit_code, done.stdout


def test_shares_of_the_work_and_a_merge_give_what_one_command_gives(tmp_path: Path):
    whole, shared = tmp_path / "whole.parquet", tmp_path / "shared.parquet"
    words = ["simulate", TEA, *FEW, "--out", str(whole), "--format", "json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    result = json.loads(done.stdout)  # JSON is alone on standard output
    assert set(result["analytes"]) == {"mitragynine", "7-hydroxymitragynine"}
    assert result["subjects"] == 40
    assert result["file"] == "whole.parquet"
    assert "whole.curve.parquet" in done.stderr
    code, text = here("simulate", TEA, *FEW, "--out", str(shared), "--shard", "1/1")
    assert (code, text) == (0, "")
    assert not shared.exists()
    code, text = here("merge", str(shared), "--format", "json")
    assert code == 0
    assert json.loads(text)["analytes"] == result["analytes"]
    assert shared.read_bytes() == whole.read_bytes()
    for file in (whole, shared):
        assert not file.with_name(f"{file.name}.work").exists()


def test_text_says_who_the_people_are_and_what_is_assumed_first(tmp_path: Path):
    file, chart = tmp_path / "p.zarr", tmp_path / "fan.svg"
    options = ("--out", str(file), "--population", "us-adults", "--chart", str(chart))
    code, text = here("simulate", TEA, *FEW, *options)
    assert code == 0
    first = text[: text.index("Highest level")]
    assert "adults of the USA" in first
    assert "No study of kratom shows" in first
    assert "It is no advice to take kratom" in " ".join(first.split())
    assert "within 0.25 %" in first
    assert "assumed here; no study of kratom" in " ".join(chart.read_text().split())


def test_where_the_spread_comes_from(tmp_path: Path):
    chart = tmp_path / "shares.svg"
    code, text = here("simulate", TEA, "--sobol", *FEW, "--chart", str(chart), "--format", "json")
    assert code == 0
    result = json.loads(text)
    assert {one["group"] for one in result["shares"][0]["sources"]} == set(result["sources"])
    assert chart.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--out", "p.csv"), ".parquet or .zarr"),
        (("--subjects", "1e6"), "--out FILE"),
        (("--subjects", "nan"), "whole number"),
        (("--subjects", "19"), "from 20"),
        (("--workers", "2"), "--out or --sobol"),
        (("--shard", "1/2"), "--out"),
        (("--population", "us-adults"), "--out or --sobol"),
        (("--out", "p.zarr", "--population", "martians"), "us-adults"),
        (("--out", "p.zarr", "--shard", "3/2"), "3/2"),
        (("--out", "p.zarr", "--shard", "1/2", "--chart", "a.svg"), "--shard"),
        (("--out", "p.zarr", "--measured", "mitragynine=55 ng/mL@2h"), "without --out"),
        (("--out", "p.zarr", "--sobol"), "one of the two"),
        (("--sobol", "--table", "a.csv"), "without --sobol"),
        (("--sobol", "--dask", "tcp://x:1"), "--out"),
        (("--out", "/proc/nowhere/p.zarr"), "can be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    args: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["simulate", TEA, *args])
    said = f"{done.output}{done.exception}"
    assert done.exit_code != 0
    assert says in said
    assert "\n" not in str(done.exception)
    assert not list(tmp_path.glob("p.zarr*"))


@pytest.mark.parametrize(
    ("package", "options"), [("zarr", ("--out", "p.zarr")), ("SALib", ("--sobol",))]
)
def test_what_to_install_is_said_where_a_package_is_missing(
    package: str, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, package, None)
    done = CliRunner().invoke(app, ["simulate", TEA, *options])
    assert "pip install 'speciosa[populations]'" in str(done.exception)
