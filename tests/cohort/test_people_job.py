"""A shard as a job: what its key rests on, and what comes back from the folder."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from tests.cohort.records import OPTIONS, line, patient, statement

from speciosa.cohort import people
from speciosa.distribution import Folder, Job, Pieces, run


def gathered(pieces: Pieces) -> Pieces:
    return pieces


def gather(folder: Folder, name: str, pieces: dict[str, bytes]) -> Job:
    job = Job(name=name, key="k", run=gathered, arguments=(pieces,))
    folder.keep(job, pieces)
    return job


def shard(*lines: bytes) -> bytes:
    return b"".join(one + b"\n" for one in lines)


A = line(patient("a"), "a"), line(statement("Kratom tea", "unknown"), "a")
B = line(patient("b"), "b"), line(statement("Kratom tea", "not-taken"), "b")
C = line(patient("c"), "c"), line(statement("Kratom tea", "unknown"), "c")


def test_what_was_kept_comes_back_by_patient(tmp_path: Path):
    folder, done = Folder(tmp_path / "gather"), Folder(tmp_path / "assess")
    first = gather(folder, "x", {"shard-0000": shard(C[0], B[1]), "shard-0001": shard(A[1])})
    second = gather(folder, "y", {"shard-0000": shard(B[0], C[1]), "shard-0001": shard(A[0])})
    nothing = gather(folder, "z", {"count": b""})
    options = msgspec.structs.replace(OPTIONS, bundles=True)
    sources = [(folder, one) for one in (first, second, nothing)]
    jobs = [people.job(sources, number, options) for number in range(3)]
    run(jobs, done)
    assert [row.patient for row in people.rows(done, jobs)] == ["a", "c"]
    assert [(one.people, one.denied) for one in people.counts(done, jobs)] == [
        (2, 1),
        (1, 0),
        (0, 0),
    ]
    made = dict(people.bundles(done, jobs))
    names = [row.bundle for row in people.rows(done, jobs)]
    assert sorted(made) == sorted(names)
    assert json.loads(made[names[0]])["resourceType"] == "Bundle"


def test_the_key_rests_on_what_the_lines_and_the_options_say(tmp_path: Path):
    folder = Folder(tmp_path)

    def key(lines: bytes, other: bytes, name: str = "x", **settings: object) -> str:
        job = gather(folder, name, {"shard-0000": lines, "shard-0001": other})
        return people.job([(folder, job)], 0, msgspec.structs.replace(OPTIONS, **settings)).key

    told = key(shard(*A), shard(*B))
    assert told == key(shard(*A), shard(*C))
    assert told == key(shard(*A), shard(*B), name="renamed")
    assert told == key(shard(*A), shard(*B), shards=3)
    others = (
        key(shard(*A, *C), shard(*B)),
        key(shard(*A), shard(*B), gad=True),
        key(shard(*A), shard(*B), bundles=True),
        key(shard(*A), shard(*B), seed=8),
        key(shard(*A), shard(*B), subjects=60),
        key(shard(*A), shard(*B), date=OPTIONS.date.replace(year=2025)),
    )
    assert len({told, *others}) == 7


def test_a_job_carries_nothing_of_other_shards(tmp_path: Path):
    folder = Folder(tmp_path)
    jobs = [gather(folder, f"f{i}", {f"shard-000{i}": shard(*A)}) for i in range(3)]
    (sources, _, _) = people.job([(folder, one) for one in jobs], 1, OPTIONS).arguments
    assert [(one.name, one.arguments) for _, one in sources] == [("f1", ())]
