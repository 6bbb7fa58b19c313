"""The same bytes however the work is shared; what is done stays done; what fails is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.distribution.jobs_for_tests import counted, dies, dies_once, squares_job, threads, wrong

from speciosa.distribution import (
    Folder,
    How,
    Job,
    JobError,
    parse_how,
    parse_share,
    run,
    share,
    unfinished,
)
from speciosa.errors import InputError

ROOT = Path(__file__).parents[2]


def contents(folder: Folder) -> dict[str, bytes]:
    """What is kept; a killed worker may leave a half file, which counts for nothing."""
    return {file.name: file.read_bytes() for file in folder.path.glob("*.pieces")}


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = Folder(tmp_path_factory.mktemp("serial"))
    run([squares_job(n) for n in range(11)], folder)
    return contents(folder)


@pytest.mark.parametrize("workers", [2, 8])
def test_any_number_of_workers(workers: int, serial: dict[str, bytes], tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    run([squares_job(n) for n in range(11)], folder, How(workers=workers))
    assert contents(folder) == serial


def test_a_worker_beside_others_computes_on_one_thread(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    jobs = [Job(name=str(n), key="k", run=threads) for n in range(2)]
    run(jobs, folder, How(workers=2))
    assert {folder.piece(job, "threads") for job in jobs} == {b"1 1"}


@pytest.mark.parametrize("of", [1, 3, 16])
def test_any_shares(of: int, serial: dict[str, bytes], tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    jobs = [squares_job(n) for n in range(11)]
    for part in range(of, 0, -1):
        run(share(jobs, part, of), folder)
    assert contents(folder) == serial


@given(sizes=st.lists(st.integers(1, 50), max_size=30), of=st.integers(1, 40), seed=st.randoms())
def test_shares_are_everything_once_whatever_the_order(sizes, of, seed) -> None:
    jobs = [Job(name=str(n), key="", run=dies, size=size) for n, size in enumerate(sizes)]
    parts = [share(jobs, part, of) for part in range(1, of + 1)]
    assert sorted(job.name for part in parts for job in part) == sorted(job.name for job in jobs)
    shuffled = list(jobs)
    seed.shuffle(shuffled)
    assert [share(shuffled, part, of) for part in range(1, of + 1)] == parts


def test_done_work_is_not_done_again(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", Folder(tmp_path / "work")
    jobs = [Job(name=str(n), key="k", run=counted, arguments=(str(log), n)) for n in range(5)]
    run(jobs[:2], folder)
    assert unfinished(jobs, folder) == tuple(jobs[2:])
    told: list[tuple[int, int]] = []
    run(jobs, folder, progress=lambda *done: told.append(done))
    assert log.read_text().split() == ["0", "1", "2", "3", "4"]
    assert told == [(2, 5), (3, 5), (4, 5), (5, 5)]

    folder.file(jobs[3]).write_bytes(folder.file(jobs[3]).read_bytes()[:-1])
    changed = Job(name="4", key="other", run=counted, arguments=(str(log), 44))
    run([*jobs[:4], changed], folder)
    assert log.read_text().split() == ["0", "1", "2", "3", "4", "3", "44"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_stops_and_what_was_done_stays(workers: int, tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    first = squares_job(40)
    failing = Job(name="failing", key="k", run=wrong, arguments=("value",))
    run([first], folder)
    with pytest.raises(JobError, match=r"^failing: ValueError in .*jobs_for_tests") as raised:
        run([first, failing, squares_job(1)], folder, How(workers=workers))
    assert "Jane" not in str(raised.value), "a foreign error's words could name a person"
    assert folder.done(first)
    assert not folder.done(failing)
    asked = Job(name="asked", key="k", run=wrong, arguments=("input",))
    with pytest.raises(InputError, match="a file that is there"):
        run([asked, first, squares_job(2)], folder, How(workers=workers))


def test_a_worker_that_is_killed_changes_no_byte(serial: dict[str, bytes], tmp_path: Path) -> None:
    folder, marker = Folder(tmp_path / "work"), tmp_path / "killed"
    killing = Job(name="killing", key="k", run=dies_once, arguments=(str(marker), 1), size=99)
    run([*(squares_job(n) for n in range(11)), killing], folder, How(workers=2))
    assert marker.exists()
    kept = contents(folder)
    kept.pop(folder.file(killing).name)
    assert kept == serial


def test_a_job_that_kills_its_worker_is_named(tmp_path: Path) -> None:
    jobs = [squares_job(n) for n in range(3)]
    deadly = Job(name="deadly", key="k", run=dies, size=99)
    with pytest.raises(JobError, match=r"^deadly: the worker that did it died 3 times"):
        run([*jobs, deadly], Folder(tmp_path), How(workers=2))


# A program begun in the background of a shell is deaf to SIGINT; this one is to hear it anywhere.
SLOW = """
import signal, sys, time
from pathlib import Path
from speciosa.distribution import Folder, How, Job, run
sys.path.insert(0, sys.argv[3])
from tests.distribution.jobs_for_tests import squares_job, slow
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    jobs = [squares_job(1), *(Job(name=f"slow-{n}", key="k", run=slow) for n in range(4))]
    told = lambda done, of: print("done", done, flush=True)
    run(jobs, Folder(Path(sys.argv[1])), How(workers=int(sys.argv[2])), progress=told)
"""


@pytest.mark.parametrize(
    ("workers", "sent"), [(1, signal.SIGINT), (2, signal.SIGINT), (2, signal.SIGKILL)]
)
def test_an_end_in_the_middle_leaves_no_half_work(workers: int, sent: int, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SLOW)
    folder = Folder(tmp_path / "work")
    with subprocess.Popen(
        [sys.executable, str(program), str(folder.path), str(workers), str(ROOT)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert process.stdout
        while process.stdout.readline() != b"done 2\n":
            assert process.poll() is None
        if sent == signal.SIGKILL:
            process.kill()  # its workers must end by themselves
        else:
            os.killpg(process.pid, sent)  # as a terminal does
    assert [file.name for file in folder.path.glob("*.pieces")] == ["squares-1.pieces"]
    for _ in range(100):
        if not _group(process.pid):
            break
        time.sleep(0.05)
    assert not _group(process.pid), "a worker outlived whoever started it"


def _group(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


def test_options_are_read() -> None:
    assert parse_how() == How(workers=1, dask="")
    assert parse_how(8) == How(workers=8)
    assert parse_how(None, "tcp://10.0.0.5:8786") == How(dask="tcp://10.0.0.5:8786")
    for workers, dask in ((0, None), (10_000, None), (2, "tcp://x:1"), (None, "x:1")):
        with pytest.raises(InputError):
            parse_how(workers, dask)
    assert parse_share(" 3/16") == parse_share("3/16")
    assert (parse_share("3/16").part, parse_share("3/16").of) == (3, 16)
    for text in ("0/3", "4/3", "3", "a/b", "-1/3", "1/0", "", "1/3/4", "1.0/3"):
        with pytest.raises(InputError, match="--shard"):
            parse_share(text)
