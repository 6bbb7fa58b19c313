"""A whole screening: the same bytes however it is shared, cut off and begun again."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from speciosa.cohort.export import Part, read_export
from speciosa.cohort.gather.scan import Scanner
from speciosa.cohort.options import Options
from speciosa.cohort.screen import Screening, Step
from speciosa.distribution import Hold, How, JobError, Share, locked
from speciosa.errors import InputError

EXAMPLE = Path(__file__).parents[2] / "examples" / "export"
OPTIONS = Options(date=dt.date(2026, 11, 1), gad=True, bundles=True, shards=5, seed=1, subjects=100)


def screening(
    out: Path, source: Path = EXAMPLE / "manifest.json", options: Options = OPTIONS
) -> Screening:
    return Screening(read_export(source), options, out, memory="512MB")


def results(out: Path) -> dict[str, bytes]:
    """What came out, the kept work aside."""
    return {
        str(file.relative_to(out)): file.read_bytes()
        for file in sorted(out.rglob("*"))
        if file.is_file() and ".work" not in file.parts
    }


def kept(out: Path) -> dict[str, tuple[int, int]]:
    """Which file of kept work it is: one that was written anew is another."""
    return {
        str(file.relative_to(out)): (file.stat().st_ino, file.stat().st_mtime_ns)
        for file in out.rglob("*.pieces")
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("screened") / "out"
    one = screening(out)
    one.run(How())
    one.merge()
    return out


@pytest.fixture
def again(done: Path, tmp_path: Path) -> Path:
    """A copy of the finished screening, with the times of its files."""
    return Path(shutil.copytree(done, tmp_path / "out"))


def test_everything_is_there_and_private(done: Path) -> None:
    found = results(done)
    assert {name for name in found if not name.startswith("bundles/")} == {
        "patients.ndjson",
        "patients.parquet",
        "matches.parquet",
        "findings.parquet",
        "problems.ndjson",
        "summary.html",
        "summary.json",
    }
    people = [json.loads(line) for line in found["patients.ndjson"].splitlines()]
    assert [row["patient"] for row in people] == sorted(row["patient"] for row in people)
    assert sum(name.startswith("bundles/") for name in found) == len(
        [row for row in people if row["assessed"]]
    )
    for path in (done, *done.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert not list(done.rglob("*.half"))


def test_bad_lines_are_told_with_file_and_number(done: Path) -> None:
    told = [json.loads(line) for line in results(done)["problems.ndjson"].splitlines()]
    assert [(one["file"], one["line"]) for one in told] == [("2.Condition.ndjson", 3)]


def test_files_and_entries_of_nobody_are_counted_and_named_in_the_problems_alone(
    tmp_path: Path,
) -> None:
    # The name of a file can be that of a person.
    source = tmp_path / "export"
    source.mkdir()
    note = {"resourceType": "Basic", "id": "b", "code": {"text": "Takes kratom daily."}}
    (source / "Smith_John.ndjson").write_text(f"{json.dumps(note)}\n", encoding="utf-8")
    (source / "Smith_Jane.ndjson").write_text("", encoding="utf-8")
    one = screening(tmp_path / "out", source, msgspec.structs.replace(OPTIONS, shards=1))
    one.run(How())
    found = one.merge()
    held = results(tmp_path / "out")
    told = [json.loads(line) for line in held["problems.ndjson"].splitlines()]
    assert [(one["file"], one.get("line")) for one in told] == [
        ("Smith_John.ndjson", 1),
        ("Smith_Jane.ndjson", None),
    ]
    assert [line.key for line in found.left_over] == ["of_nobody"]
    assert "nobody has kratom" not in found.headline
    assert b"Smith" not in held["summary.json"] + held["summary.html"]


def test_the_work_holds_the_records_of_the_people_found_alone(done: Path) -> None:
    truth = (EXAMPLE.parent / "export.truth.ndjson").read_bytes().splitlines()
    named = {one["patient"] for one in map(json.loads, truth) if one["evidence"] != "none"}
    rows = results(done)["patients.ndjson"].splitlines()
    wanted = named | {json.loads(row)["patient"] for row in rows}
    lines = (EXAMPLE / "Patient.ndjson").read_bytes().splitlines()
    everybody = [json.loads(line)["id"] for line in lines]
    work = b"".join(file.read_bytes() for file in (done / ".work" / "gather").iterdir())
    assert set(everybody) - wanted
    for patient in everybody:
        assert (f'["{patient}",'.encode() in work) == (patient in wanted), patient


def test_shares_in_any_order_give_the_same(done: Path, tmp_path: Path) -> None:
    alone = msgspec.structs.replace(OPTIONS, shards=1)
    for step in Step:
        for part in (3, 1, 2):
            jobs, lacking = screening(tmp_path, options=alone).share(step, Share(part, 3), How())
        assert lacking == 0, jobs
    screening(tmp_path, options=alone).merge()
    assert results(tmp_path) == results(done)


def test_a_step_that_begins_too_early_says_what_lacks(again: Path) -> None:
    victim = next((again / ".work" / "gather").iterdir())
    victim.unlink()
    with pytest.raises(InputError, match=r"gather .*not complete.* 1 of its \d+ jobs"):
        screening(again).share(Step.ASSESS, Share(1, 1), How())
    with pytest.raises(InputError, match=r"gather .*not complete.* 1 of its \d+ jobs"):
        screening(again).merge()


def test_nothing_is_done_twice(done: Path, again: Path) -> None:
    before = kept(again)
    one = screening(again)
    one.run(How())
    one.merge()
    assert kept(again) == before
    assert results(again) == results(done)


def test_torn_work_is_done_again_and_no_other(done: Path, again: Path) -> None:
    torn = {next((again / ".work" / step).iterdir()) for step in (*Step, "choose")}
    for file in torn:
        file.write_bytes(file.read_bytes()[:-1])
    before = kept(again)
    one = screening(again)
    one.run(How())
    one.merge()
    anew = {again / name for name, file in kept(again).items() if file != before[name]}
    assert anew == torn
    assert results(again) == results(done)


def test_what_an_earlier_run_left_goes_and_nothing_else(done: Path, again: Path) -> None:
    (again / "bundles" / "gone.json").write_text("{}")  # of somebody no longer found
    listing = again / ".work" / "files"
    listing.write_text(f"{listing.read_text()}bundles/gone.json\n")
    (again / "bundles" / "note.txt").write_text("mine")
    (again / "bundles" / "mine").mkdir()
    screening(again).merge()
    expected = results(done) | {"bundles/note.txt": b"mine"}
    assert results(again) == expected
    assert (again / "bundles" / "mine").is_dir()


def test_results_that_cannot_be_written_leave_those_before(
    done: Path, again: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("speciosa.cohort.table.files._private", full)
    with pytest.raises(JobError, match=r"^merge, \w+\.\w+: No space left on device$"):
        screening(again).merge(smallest_cell=1)
    assert results(again) == results(done)
    assert not list((again / ".work").glob("*.aside"))


def test_two_merges_and_a_run_at_once(done: Path, again: Path) -> None:
    half = again / ".work" / "look" / "0123.half"  # of somebody who is still at work
    half.write_bytes(b"")
    with locked(again / ".work" / "lock", Hold.SHARED):
        with ThreadPoolExecutor(2) as pool:
            for merged in [pool.submit(screening(again).merge) for _ in range(2)]:
                merged.result()
        assert half.exists()
    assert results(again) == results(done)
    screening(again).merge()
    assert not half.exists()


def test_work_done_for_copies_with_other_times_is_told(again: Path, tmp_path: Path) -> None:
    source = copied(tmp_path)
    out = tmp_path / "other"
    one = screening(out, source)
    one.share(Step.LOOK, Share(1, 1), How())
    os.utime(source / "Patient.ndjson", ns=(1, 1))
    told = r"look not complete: 1 of its \d+ jobs lack, 1 of them done for files with other times"
    with pytest.raises(InputError, match=told):
        screening(out, source).share(Step.AGAIN, Share(1, 1), How())


def copied(tmp_path: Path, rename: Callable[[str], str] = str) -> Path:
    source = tmp_path / "export"
    source.mkdir()
    for file in EXAMPLE.glob("*.ndjson*"):
        if not file.name.startswith("log"):
            shutil.copy2(file, source / rename(file.name))
    return source


def test_other_names_of_files_and_a_change_in_one(done: Path, tmp_path: Path) -> None:
    def reverse(name: str) -> str:
        return f"{999 - sum(name.encode()) % 900}.{name}"

    source, out = copied(tmp_path, reverse), tmp_path / "out"
    first = screening(out, source)
    first.run(How())
    first.merge()
    one, two = results(done), results(out)
    for name in ("patients.ndjson", "patients.parquet", "matches.parquet", "findings.parquet"):
        assert two[name] == one[name], name

    before = kept(out)
    line = {"resourceType": "Procedure", "id": "p9", "subject": {"reference": "Patient/kim"}}
    changed = source / reverse("Procedure.000.ndjson")  # about nobody who was found
    changed.write_text(f"{changed.read_text()}\n{json.dumps(line)}\n")
    second = screening(out, source)
    second.run(How())
    second.merge()
    steps = [Path(name).parent.name for name, file in kept(out).items() if file != before[name]]
    assert steps.count("look") == steps.count("gather") == 1
    assert "assess" not in steps
    assert results(out)["patients.ndjson"] == one["patients.ndjson"]


def test_files_read_by_the_database_give_the_same(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speciosa.cohort.gather.scan._WORTH_A_SCAN", {False: 0, True: 0})
    scanned: list[str] = []
    read = Scanner.read

    def noted(self: Scanner, part: Part, *more: Any, **longest: int) -> None:
        read(self, part, *more, **longest)
        scanned.append(part.name)

    monkeypatch.setattr(Scanner, "read", noted)
    one = screening(tmp_path)
    one.run(How())
    one.merge()
    assert results(tmp_path) == results(done)
    assert len(scanned) > len(one.export.parts) / 2  # the others are in doubt


def test_two_processes_and_large_files_give_the_same_people(done: Path, tmp_path: Path) -> None:
    """Of files so large that a database reads them; more processes: benchmarks.cohort.scaling."""
    source, out = copied(tmp_path), tmp_path / "out"
    for name in ("Patient", "1.MedicationStatement.000", "Medication"):
        with (source / f"{name}.ndjson").open("a") as file:
            file.write(f'\n{{"resourceType":"Flag","id":"f","x":"{"y" * (5 << 20)}"}}')
    two = screening(out, source)
    two.run(How(workers=2))
    two.merge()
    one, other = results(done), results(out)
    for name in ("patients.ndjson", "patients.parquet", "matches.parquet", "findings.parquet"):
        assert other[name] == one[name], name


def test_a_cluster_with_a_worker_killed_in_the_middle(done: Path, tmp_path: Path) -> None:
    """Two processes, other shards, and a death while people are assessed."""
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []

    def told(step: str) -> Callable[[int, int], None]:
        def progress(done: int, of: int) -> None:
            if step == "assess" and 0 < done < of and not killed:
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)

        return progress

    other = screening(tmp_path, options=msgspec.structs.replace(OPTIONS, shards=64))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        other.run(How(dask=cluster.scheduler_address), told)
    other.merge()
    assert killed
    assert results(tmp_path) == results(done)
