"""`speciosa screen` and `speciosa merge`: what is refused, what is told, where it goes."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from speciosa.cli.app import app
from speciosa.cohort.screen import Screening
from speciosa.errors import InputError, InputProblem

EXAMPLE = Path(__file__).parents[2] / "examples" / "export"
STEPS = ("look", "again", "gather", "medicines", "assess")


def speciosa(*arguments: object) -> tuple[str, str]:
    """Run a command that is to succeed: its standard output and its standard error."""
    done = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stdout, done.stderr


def refused(*arguments: object) -> str:
    with pytest.raises(InputError) as raised:
        CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    return str(raised.value)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two people, one of whom takes kratom."""
    source = tmp_path / "export"
    source.mkdir()
    resources = (
        {"resourceType": "Patient", "id": "anna", "gender": "female", "birthDate": "1980-05-01"},
        {"resourceType": "Patient", "id": "zoe", "gender": "female", "birthDate": "1980-05-01"},
        {
            "resourceType": "MedicationStatement",
            "id": "m",
            "status": "active",
            "subject": {"reference": "Patient/anna"},
            "medicationCodeableConcept": {"text": "kratom powder"},
        },
    )
    for resource in resources:
        with (source / f"{resource['resourceType']}.ndjson").open("a") as file:
            file.write(f"{json.dumps(resource)}\n")
    detail = {"transactionTime": "2026-11-01T06:00:00Z"}
    log = {"exportId": "1", "eventId": "status_complete", "eventDetail": detail}
    (source / "log.ndjson").write_text(json.dumps(log))
    return source


def test_a_screening_its_job_array_and_its_refusals(export: Path, tmp_path: Path) -> None:
    out, shared = tmp_path / "out", tmp_path / "shared"
    told, said = speciosa("screen", export, "--out", out, "--shards", 3)
    assert "have kratom in their record" in told
    assert "Assessed as of 2026-11-01 (the day of the export)." in said
    assert f"Results are in {out}" in said
    assert "anna" not in (told + said).lower()

    # The same by shares; the shares agree on the date of the export, the merge asks for nothing.
    common = ("screen", export, "--out", shared, "--shards", 3)
    assert "look" in refused(*common, "--step", "gather", "--shard", "1/2")
    assert "--step" in refused("merge", shared)
    for step in STEPS:
        _, first = speciosa(*common, "--step", step, "--shard", "2/2")
        _, second = speciosa(*common, "--step", step, "--shard", "1/2")
        assert f"{step} 2/2: " in first
        assert second.rstrip().endswith("0 of all shares lack.")
    told, _ = speciosa("merge", shared, "--format", "json")
    assert json.loads(told) == json.loads((out / "summary.json").read_text())
    for file in ("patients.ndjson", "findings.parquet", "summary.html"):
        assert (shared / file).read_bytes() == (out / file).read_bytes()

    # The folder belongs to its plan, and keeps its date.
    assert "gad was False, now True" in refused(*common, "--gad")
    assert "date was 2026-11-01" in refused(*common, "--date", "2026-11-02")
    _, said = speciosa(*common)
    assert "2026-11-01 (as when it was begun)" in said


def test_the_number_of_groups_can_change_and_is_kept(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    speciosa("screen", export, "--out", out, "--shards", 3)
    look = {file.name: file.stat().st_ino for file in (out / ".work" / "look").iterdir()}
    speciosa("screen", export, "--out", out, "--shards", 2)
    again = speciosa("screen", export, "--out", out, "--step", "look", "--shard", "1/1")
    assert again[1].rstrip().endswith("0 of all shares lack.")
    assert {file.name: file.stat().st_ino for file in (out / ".work" / "look").iterdir()} == look
    assert len(list((out / ".work" / "assess").iterdir())) == 2


def test_workers_elsewhere_are_given_the_whole_path(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(self: Screening, *_: object) -> None:
        raise InputError([InputProblem("out", str(self.out), "")])

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Screening, "run", run)
    assert f"got {tmp_path.resolve() / 'out'};" in refused("screen", export, "--out", "out")


@pytest.mark.parametrize("when", ["yesterday", "01/11/2026 06:00"])
def test_a_time_of_the_export_that_is_none(export: Path, tmp_path: Path, when: str) -> None:
    detail = {"transactionTime": when}
    (export / "log.ndjson").write_text(json.dumps({"eventId": "x", "eventDetail": detail}))
    told = refused("screen", export, "--out", tmp_path / "out")
    assert told.startswith(f"transactionTime: got {when!r}")
    assert "--date" in told


def test_a_folder_whose_path_is_not_utf8(export: Path, tmp_path: Path) -> None:
    strange = tmp_path / os.fsdecode(b"\xe9")
    export.rename(strange)
    assert "EXPORT: got" in refused("screen", strange, "--out", tmp_path / "else")


def test_results_that_cannot_be_written_are_told(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("speciosa.cohort.table.files._private", full)
    done = CliRunner().invoke(app, ["screen", str(export), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "merge, patients.ndjson: No space left on device. What was done is kept" in done.stderr


def test_a_smaller_limit_of_counts_needs_no_new_work(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "Patient.ndjson").write_text('{"resourceType":"Patient","id":"a","gender":"male"}\n')
    shutil.copy(EXAMPLE / "manifest.json", empty)
    out = tmp_path / "out"
    told, said = speciosa("screen", empty, "--out", out, "--date", "2026-11-01")
    assert "2026-11-01 (--date)" in said
    assert "give it instead of the folder" in said
    assert (out / "patients.ndjson").read_bytes() == b""
    small, _ = speciosa("screen", empty, "--out", out, "--smallest-cell", "1")
    assert small != told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--shard", "1/2"), "--step"),
        (("--step", "look"), "--shard"),
        (("--step", "look", "--shard", "3/2"), "--shard: got '3/2'"),
        (("--workers", "0"), "--workers: got 0"),
        (("--workers", "2", "--dask", "tcp://x:1"), "not both"),
        (("--dask", "localhost"), "--dask"),
        (("--memory", "lots"), "--memory: got 'lots'"),
        (("--memory", "10MB"), "--memory: got '10MB'"),
        (("--date", "yesterday"), "--date: got 'yesterday'"),
        (("--date", "2026-13-01"), "--date: got '2026-13-01'"),
    ],
)
def test_what_is_asked_wrongly(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert said in refused("screen", EXAMPLE, "--out", out, *arguments)
    assert not out.exists()


def test_the_results_stay_out_of_the_export(tmp_path: Path) -> None:
    for out in (EXAMPLE, EXAMPLE / "out", EXAMPLE.parent):
        assert "a folder of its own" in refused("screen", EXAMPLE, "--out", out)
    assert not (EXAMPLE / "out").exists()
    assert "nowhere" in refused("screen", tmp_path / "nowhere", "--out", tmp_path / "out")


def test_merging_what_was_never_begun(tmp_path: Path) -> None:
    assert "OUT: got" in refused("merge", tmp_path)
    (tmp_path / ".work").mkdir()
    (tmp_path / ".work" / "plan.json").write_text("{}")
    assert "OUT: got" in refused("merge", tmp_path)


def test_what_names_kratom_and_nobody_is_told_by_file_and_line(tmp_path: Path) -> None:
    source, out = tmp_path / "export", tmp_path / "out"
    source.mkdir()
    lines = (
        {"resourceType": "Medication", "id": "m", "code": {"text": "kratom"}},
        {"resourceType": "Condition", "id": "c", "code": {"text": "kratom dependence"}},
        {"resourceType": "Condition", "id": "d", "code": {"text": "asthma"}},
    )
    (source / "x.ndjson").write_text("\n".join(map(json.dumps, lines)))
    speciosa("screen", source, "--out", out, "--date", "2026-11-01")
    told = [json.loads(line) for line in (out / "problems.ndjson").read_bytes().splitlines()]
    assert [(one["file"], one["line"]) for one in told] == [("x.ndjson", 2)]
    assert "whose it is" in told[0]["reason"]


def test_bundles_and_the_rest_of_a_damaged_file_are_told(export: Path, tmp_path: Path) -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": []}
    strange = os.fsdecode(b"everything\xe9.ndjson")  # a name that is not UTF-8
    (export / strange).write_text(f"{json.dumps(bundle)}\n")
    packed = gzip.compress(
        "".join(f'{{"resourceType":"Flag","id":"{n}"}}\n' * 2 for n in range(500)).encode()
    )
    (export / "Flag.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    told, _ = speciosa("screen", export, "--out", tmp_path / "out", "--smallest-cell", "1")
    assert "1 file not read: the rest of a damaged file" in told
    assert "Remarks on files and their list: 1" in told
    problems = (tmp_path / "out" / "problems.ndjson").read_text()
    assert r"everything\\xe9.ndjson: Bundles (1), searched for kratom but led to no" in problems


def test_a_job_that_fails_is_told_by_its_file_and_nothing_of_a_person(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/secret/anna")

    monkeypatch.setattr("speciosa.distribution.folder.Folder.keep", full)
    done = CliRunner().invoke(app, ["screen", str(export), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "look, MedicationStatement.ndjson: No space left on device" in done.stderr
    assert "the same command goes on" in done.stderr
    assert "anna" not in done.stderr
