"""``speciosa simulate --out`` and ``--sobol`` as a person meets them: streams, files, refusals."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from speciosa.cli import simulate
from speciosa.cli.app import app

TEA, FEW = "2 g leaf tea", ("--subjects", "4e1")


def here(*args: str) -> tuple[int, str]:
    """Exit code and standard output."""
    done = CliRunner().invoke(app, list(args))
    return done.exit_code, done.stdout


@pytest.mark.parametrize("named", ["", "us-adults", "people.csv"])
def test_shares_of_the_work_and_a_merge_give_what_one_command_gives(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text("weight_kg\n" + "".join(f"{40 + i}\n" for i in range(7)))
    people = ("--population", named) if named else ()
    whole, shared = tmp_path / "whole.parquet", tmp_path / "shared.parquet"
    words = ["simulate", TEA, *FEW, *people, "--out", str(whole), "--format", "json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    result = json.loads(done.stdout)  # JSON is alone on standard output
    assert set(result["analytes"]) == {"mitragynine", "7-hydroxymitragynine"}
    assert result["subjects"] == 40
    assert result["file"] == "whole.parquet"
    assert "whole.curve.parquet" in done.stderr
    code, text = here("simulate", TEA, *FEW, *people, "--out", str(shared), "--shard", "1/1")
    assert (code, text) == (0, "")
    assert not shared.exists()
    code, text = here("merge", str(shared), "--format", "json")
    assert code == 0
    assert json.loads(text)["analytes"] == result["analytes"]
    assert shared.read_bytes() == whole.read_bytes()
    curves = [file.with_name(f"{file.stem}.curve.parquet") for file in (whole, shared)]
    assert curves[0].read_bytes() == curves[1].read_bytes()
    for file in (whole, shared):
        assert not file.with_name(f"{file.name}.work").exists()


def test_nothing_of_the_users_own_is_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    mine, taken = Path("mine.curve.parquet"), Path("n.curve.parquet")
    pq.write_table(pa.table({"weight_kg": [50.0, 60.0]}), mine)
    taken.write_text("precious")
    before = mine.read_bytes()
    for options in (
        ("--population", str(mine), "--out", "mine.parquet"),
        ("--population", str(mine), "--out", "mine.parquet", "--restart"),
        ("--population", str(mine), "--out", str(mine), "--restart"),
        ("--population", str(mine), "--out", "p.zarr", "--table", str(mine)),
        ("--out", "n.parquet"),
        ("--out", "q.parquet", "--table", "q.curve.parquet"),
    ):
        assert here("simulate", TEA, *FEW, *options)[0] != 0, options
    assert mine.read_bytes() == before
    assert taken.read_text() == "precious"
    assert {path.name for path in tmp_path.iterdir()} == {mine.name, taken.name}


def test_everybody_of_a_table_takes_part_unless_a_number_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(simulate._PEOPLE, simulate.Mode.PEOPLE, (20, 10**9))
    Path("people.CSV").write_text("weight_kg\n" + "".join(f"{40 + i}\n" for i in range(30)))
    options = ("--population", "people.CSV", "--format", "json", "--out")
    _, text = here("simulate", TEA, *options, "all.parquet")
    assert json.loads(text)["subjects"] == 30
    rows = pq.read_table("all.parquet")
    assert sorted(rows.column("table_row").to_pylist()) == list(range(30))
    assert [40 + row for row in rows.column("table_row").to_pylist()] == rows.column(
        "weight_kg"
    ).to_pylist()
    _, text = here("simulate", TEA, *options, "some.parquet", "--subjects", "20")
    assert "20 of its 30 rows" in json.loads(text)["people"]["limits"][0]


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
    assert "assumed here (body weight, age)" in " ".join(chart.read_text().split())


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
