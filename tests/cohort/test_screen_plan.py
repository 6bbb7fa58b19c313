"""A folder of results belongs to one plan."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import msgspec
import pytest

from speciosa.cohort.options import Options
from speciosa.cohort.plan import Plan, begin, kind_of, read_plan
from speciosa.errors import InputError

OPTIONS = Options(date=dt.date(2026, 11, 1), seed=1, subjects=100)
PLAN = Plan(version="1", knowledge="7", options=OPTIONS, files=("a", "b"), source="/somewhere")


def test_the_same_plan_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    begin(out, PLAN, restart=False)
    begin(out, PLAN, restart=False)
    assert read_plan(out) == PLAN
    assert kind_of(out / ".work") == "screen"
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert stat.S_IMODE((out / ".work" / "plan.json").stat().st_mode) == 0o600


def test_an_input_that_moved_is_the_same_input(tmp_path: Path) -> None:
    begin(tmp_path, PLAN, restart=False)
    moved = msgspec.structs.replace(PLAN, source="/elsewhere")
    begin(tmp_path, moved, restart=False)
    assert read_plan(tmp_path) == moved


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"version": "2"}, "version was 1, now 2"),
        ({"knowledge": "8"}, "knowledge was 7, now 8"),
        ({"files": ("a",)}, "input that is no longer there: b"),
        ({"files": ("a", "b", "c", "d")}, "input that is new: c and 1 more"),
        ({"options": msgspec.structs.replace(OPTIONS, gad=True)}, "gad was False, now True"),
        (
            {"options": msgspec.structs.replace(OPTIONS, date=dt.date(2026, 11, 2))},
            "date was 2026-11-01, now 2026-11-02",
        ),
    ],
)
def test_another_plan_is_refused_with_what_differs(changed, told: str, tmp_path: Path) -> None:
    begin(tmp_path, PLAN, restart=False)
    other = msgspec.structs.replace(PLAN, **changed)
    with pytest.raises(InputError) as raised:
        begin(tmp_path, other, restart=False)
    assert told in str(raised.value)
    assert "--restart" in str(raised.value)
    assert read_plan(tmp_path) == PLAN
    begin(tmp_path, other, restart=True)
    assert read_plan(tmp_path) == other


def test_another_number_of_groups_keeps_the_work_of_files(tmp_path: Path) -> None:
    begin(tmp_path, PLAN, restart=False)
    for step in ("look", "assess"):
        (tmp_path / ".work" / step).mkdir()
    other = msgspec.structs.replace(PLAN, options=msgspec.structs.replace(OPTIONS, shards=3))
    begin(tmp_path, other, restart=False)
    assert read_plan(tmp_path) == other
    assert (tmp_path / ".work" / "look").is_dir()
    assert not (tmp_path / ".work" / "assess").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for restart in (False, True):
        with pytest.raises(InputError, match="which holds files"):
            begin(tmp_path, PLAN, restart=restart)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_beginning_anew_removes_what_was_ours_alone(tmp_path: Path) -> None:
    begin(tmp_path, PLAN, restart=False)
    (tmp_path / "patients.ndjson").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".work" / "look").mkdir()
    (tmp_path / "bundles").mkdir()
    for name in ("a.json", "mine.json"):
        (tmp_path / "bundles" / name).write_text("{}")
    (tmp_path / ".work" / "files").write_text("bundles/a.json\n")
    begin(tmp_path, PLAN, restart=True)
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.glob("[!.]*")) == [
        "bundles",
        "notes.txt",
    ]
    assert [file.name for file in (tmp_path / "bundles").iterdir()] == ["mine.json"]
    assert [file.name for file in (tmp_path / ".work").iterdir()] == ["plan.json"]


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"kind": "population"}', b"\xff"])
def test_a_plan_that_is_none_is_refused(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / ".work").mkdir()
    (tmp_path / ".work" / "plan.json").write_bytes(raw)
    with pytest.raises(InputError, match="another kind or release"):
        begin(tmp_path, PLAN, restart=False)
    assert kind_of(tmp_path / ".work") == ("population" if b"population" in raw else "")
