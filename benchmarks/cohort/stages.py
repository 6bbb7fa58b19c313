"""What assessing a person of a screening costs, stage by stage.

    python -m benchmarks.cohort.stages
    python -m benchmarks.cohort.stages --folder EXPORT --most 50

Everybody chosen from an export (people with generalized anxiety disorder too) is read, assessed and
written in one process; medians of processor time count. Without an export one is generated.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from benchmarks.cohort.generate import Wanted, generate
from speciosa.assessment import DEFAULT_SEED, DEFAULT_SUBJECTS, assess
from speciosa.cohort.export import read_export
from speciosa.cohort.options import Options
from speciosa.cohort.people.findings import findings
from speciosa.cohort.people.lines import Gathered, people
from speciosa.cohort.people.person import person
from speciosa.cohort.people.record import record
from speciosa.cohort.screen import Screening, Step
from speciosa.distribution import How, Share
from speciosa.fhir import write
from speciosa.fhir.read import case_from_bundle
from speciosa.knowledge import load

_OPTIONS = Options(
    date=dt.date(2026, 11, 1), gad=True, seed=DEFAULT_SEED, subjects=DEFAULT_SUBJECTS, shards=1
)


def timed(gathered: Iterable[Gathered], options: Options = _OPTIONS) -> dict[str, list[float]]:
    """Milliseconds of each stage, a figure for each person but the first, who warms everything."""
    knowledge = load()
    ms: dict[str, list[float]] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        ms.setdefault(name, []).append((time.process_time() - begun) * 1000)

    moment = dt.datetime.combine(options.date, dt.time(), dt.UTC)
    for number, one in enumerate(gathered):
        with stage("lines to record"):
            held = record(one)
        bundle = held.bundle()
        with stage("record to case"):
            case = case_from_bundle(bundle, knowledge, today=options.date).case
        if case is not None:
            with stage("case to assessment"):
                found = assess(case, knowledge, seed=options.seed, subjects=options.subjects)
            with stage("assessment to findings"):
                findings(found)
            with stage("FHIR Bundle, if asked for"):
                write.encode(write.bundle(case, found, knowledge=knowledge, recorded=moment))
        with stage("a person in all, without Bundle"):
            person(one, knowledge, options)
        if number == 0:
            ms.clear()
    return ms


def chosen(folder: Path, out: Path) -> Iterator[Gathered]:
    """The people whom a screening of an export chooses, with their lines."""
    screening = Screening(read_export(folder), _OPTIONS, out, memory="1GB")
    for step in (Step.LOOK, Step.AGAIN, Step.GATHER, Step.MEDICINES):
        screening.share(step, Share(1, 1), How())
    (job,) = screening._jobs(Step.ASSESS)
    sources, _, _ = job.arguments
    return people(lambda: (line for kept, one in sources for line in kept.lines(one, job.name)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="an export; without it one is generated")
    parser.add_argument("--most", type=int, default=100, help="how many people at most")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = asked.folder
        if folder is None:
            folder = Path(work) / "export"
            generate(folder, Wanted(people=1_000, planted=0.1))
        ms = timed(islice(chosen(folder, Path(work) / "out"), asked.most + 1))
    print(f"{'stage':<34}{'median ms':>10}{'p90 ms':>10}{'people':>8}")
    for name, each in ms.items():
        p90 = statistics.quantiles(each, n=10)[-1] if len(each) > 1 else each[0]
        print(f"{name:<34}{statistics.median(each):>10.2f}{p90:>10.2f}{len(each):>8}")


if __name__ == "__main__":
    main()
