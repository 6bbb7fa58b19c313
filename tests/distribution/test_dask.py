"""The workers of a cluster write the same bytes; a worker killed in the middle costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.distribution.jobs_for_tests import dies, dies_once, squares_job, wrong

from speciosa.distribution import Folder, How, Job, JobError, run, unfinished
from speciosa.errors import InputError

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as local:
        yield local.scheduler_address


def test_a_worker_killed_in_the_middle_changes_no_byte(cluster: str, tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    jobs = [squares_job(n) for n in range(12)]
    killing = Job(name="killing", key="k", run=dies_once, arguments=(str(marker), 4), size=5)
    spared = tmp_path / "spared"
    spared.touch()
    quiet = Job(name="killing", key="k", run=dies_once, arguments=(str(spared), 4), size=5)
    told: list[tuple[int, int]] = []

    here, there = Folder(tmp_path / "here"), Folder(tmp_path / "there")
    run([*jobs, quiet], here)
    run([*jobs, killing], there, How(dask=cluster), progress=lambda *done: told.append(done))

    assert marker.exists(), "no worker was killed: the test tested nothing"
    assert told[-1][0] == told[-1][1] == sum(job.size for job in jobs) + 5
    assert not unfinished([*jobs, killing], there)
    for job in [*jobs, quiet]:
        assert there.file(job).read_bytes() == here.file(job).read_bytes()


def test_a_job_that_kills_every_worker_is_named(cluster: str, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "work")
    with pytest.raises(JobError, match="deadly: the worker that did it died"):
        run([Job(name="deadly", key="k", run=dies)], folder, How(dask=cluster))


def test_a_failure_comes_back_without_foreign_words(cluster: str, tmp_path: Path) -> None:
    failing = Job(name="failing", key="k", run=wrong, arguments=("value",))
    with pytest.raises(JobError, match=r"^failing: ValueError in ") as raised:
        run([failing], Folder(tmp_path / "work"), How(dask=cluster))
    assert "Jane" not in str(raised.value)


def test_a_folder_that_the_workers_do_not_see_is_told(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The workers are sent another path than the one that is signed: like two machines' own disks.
    folder = Folder(tmp_path / "mine")
    monkeypatch.setattr(Folder, "__reduce__", lambda _: (Folder, (str(tmp_path / "theirs"),)))
    with pytest.raises(JobError, match="must be a folder that all workers share"):
        run([squares_job(1)], folder, How(dask=cluster))


def test_no_scheduler_is_an_input_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speciosa.distribution.cluster._PATIENCE_S", 0.2)
    with pytest.raises(InputError, match="a Dask scheduler that answers"):
        run([squares_job(1)], Folder(tmp_path / "work"), How(dask="tcp://127.0.0.1:9"))
