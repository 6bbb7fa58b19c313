"""The steps of a screening in their order, and what is made of them at the end.

look -> (again) -> choose -> gather -> medicines -> assess -> merge. Each step is a set of jobs that
know nothing of one another; a step begins when the one before is complete. What a job is given
beside its file is the content of earlier pieces, so only what an input touches is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import xxhash

from speciosa import __version__
from speciosa.cohort import gather, identity, look, people, summary, table
from speciosa.cohort.counts import ExportCounts, FileCounts, added
from speciosa.cohort.plan import WORK, listing_of
from speciosa.distribution import (
    Folder,
    Hold,
    How,
    Job,
    JobError,
    Progress,
    Share,
    Workers,
    locked,
    run,
    share,
    unfinished,
)
from speciosa.distribution.together import aside, settle, sweep_aside
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.cohort.export import Export
    from speciosa.cohort.identity import Chosen
    from speciosa.cohort.look import Looked, Seen
    from speciosa.cohort.options import Options
    from speciosa.cohort.result import Row

_LOCK = "lock"

Told = Callable[[str], Progress]

# What names kratom there is a product, not a person's.
_OF_NOBODY = frozenset({"Medication", "MedicationKnowledge", "Substance"})
_DAMAGED = "the rest of a damaged file"
_NOBODYS = "names kratom and does not say whose it is"
_LOST = "named with kratom, and nothing came of it: neither a row, nor a denial, nor another's use"


class Step(StrEnum):
    """A step whose jobs can be shared."""

    LOOK = "look"
    AGAIN = "again"
    GATHER = "gather"
    MEDICINES = "medicines"
    ASSESS = "assess"


class Screening:
    """One screening of an export into a folder: its steps, their jobs, its results."""

    def __init__(self, export: Export, options: Options, out: Path, *, memory: str) -> None:
        self.export = export
        self.options = options
        self.out = out
        self._memory = memory
        self._folders = {step: Folder(out / WORK / step.value) for step in Step}
        self._choosing = Folder(out / WORK / "choose")

    def run(self, how: How, told: Told | None = None) -> None:
        """Do whatever is not done of all steps; ``told`` gives each step's progress by name."""
        with self._at_work(), Workers(how) as workers:
            for step in Step:
                self._do(step, self._jobs(step), workers, told(step.value) if told else None)

    def share(
        self, step: Step, part: Share, how: How, progress: Progress | None = None
    ) -> tuple[int, int]:
        """Do a share of one step: how many jobs it has, and how many of the whole step lack.

        Raises InputError where an earlier step is not complete.
        """
        with self._at_work(), Workers(how) as workers:
            self._check_before(step)
            jobs, folder = self._jobs(step), self._folders[step]
            mine = share(jobs, part.part, part.of)
            self._do(step, mine, workers, progress)
            return len(mine), len(unfinished(jobs, folder))

    def merge(self, *, smallest_cell: int | None = None) -> summary.Summary:
        """Write the results, all of them or none; who merges at the same time waits.

        Raises InputError where work lacks, JobError where they cannot be written.
        """
        with self._at_work() as work:
            self._check_before(None)
            with locked(work / "merging", Hold.ALONE), aside(work) as place:
                try:
                    found = self._write(place, smallest_cell)
                    settle(place, self.out, listing_of(self.out))
                except OSError as error:
                    raise JobError(*_not_written(error, place)) from None
        self._sweep(work)
        return found

    @contextmanager
    def _at_work(self) -> Iterator[Path]:
        """The folder of work, which nobody sweeps meanwhile."""
        folder = Folder(self.out / WORK)
        folder.create()
        with locked(folder.path / _LOCK, Hold.SHARED):
            yield folder.path

    def _sweep(self, work: Path) -> None:
        """Remove what killed processes left, unless others are at work."""
        with locked(work / _LOCK, Hold.ALONE_NOW) as alone:
            if alone:
                for each in (*self._folders.values(), self._choosing, Folder(work)):
                    each.sweep()
                sweep_aside(work)

    def _write(self, out: Path, smallest_cell: int | None) -> summary.Summary:
        tally = summary.Tally()
        folder, jobs = self._folders[Step.ASSESS], self._jobs(Step.ASSESS)
        chosen = identity.decode(self._choosing.piece(self._chosen, gather.CHOSEN))
        awaited = people.Awaited(self._seen(), chosen)
        rows = awaited.passed(people.rows(folder, jobs))
        table.write(_tallied(rows, tally), out, self.options)
        lost = awaited.lost(people.without(folder, jobs))
        table.write_bundles(people.bundles(folder, jobs), out)
        files = self._files()
        table.write_problems(self._problems(files, chosen, lost), out)
        found = summary.summarise(
            tally,
            files=files,
            shards=list(people.counts(folder, jobs)),
            export=self._export_counts(files, chosen, len(lost)),
            options=self.options,
            transaction_time=self.export.transaction_time,
            smallest_cell=smallest_cell,
        )
        summary.write(found, out)
        return found

    def _do(
        self, step: Step, jobs: Sequence[Job], workers: Workers, progress: Progress | None
    ) -> None:
        try:
            workers.run(jobs, self._folders[step], progress=progress)
        except JobError as error:  # a reader knows files, not jobs
            names = {part.id: part.name for part in self.export.parts}
            name = names.get(error.name, error.name)
            raise JobError(f"{step.value}, {name}", error.why) from None

    # ------------------------------------------------------------------ the jobs of each step

    def _jobs(self, step: Step) -> tuple[Job, ...]:
        """The jobs of a step, known once the steps before are complete."""
        match step:
            case Step.LOOK:
                return self._looking
            case Step.AGAIN:
                return self._looking_again
            case Step.GATHER:
                return self._gathering
            case Step.MEDICINES:
                return self._medicines
            case Step.ASSESS:
                return self._assessing

    @cached_property
    def _looking(self) -> tuple[Job, ...]:
        return tuple(look.job(part, self.options) for part in self.export.parts)

    @cached_property
    def _looking_again(self) -> tuple[Job, ...]:
        """Lines that refer to a Medication or Binary which names kratom, where there is one."""
        named = look.wanted(self._looked(), self.export.server)
        return tuple(
            look.again(part, self.options, named)
            for part, looked in zip(self.export.parts, self._looked(), strict=True)
            if named.is_meant_in(looked)
        )

    @cached_property
    def _chosen(self) -> Job:
        """Whose records are wanted: one small job, done by whoever needs it first."""
        sources = (
            *((self._folders[Step.LOOK], _named(job)) for job in self._looking),
            *((self._folders[Step.AGAIN], _named(job)) for job in self._looking_again),
        )
        hashes = [folder.hash(job) for folder, job in sources]
        key = _key("chosen", hashes, self.options.gad, self.options.shards)
        job = Job(
            name="chosen",
            key=key,
            run=choose,
            arguments=(sources, self.export, self.options, self._memory),
        )
        run([job], self._choosing)
        return job

    @cached_property
    def _gathering(self) -> tuple[Job, ...]:
        return tuple(
            gather.job(part, looked, (self._choosing, self._chosen), self.options, self._memory)
            for part, looked in zip(self.export.parts, self._looked(), strict=True)
        )

    @cached_property
    def _medicines(self) -> tuple[Job, ...]:
        """Medication resources that lines of the chosen refer to."""
        return gather.medicines_jobs(
            list(zip(self.export.parts, self._looked(), strict=True)),
            self._folders[Step.GATHER],
            self._gathering,
        )

    @cached_property
    def _assessing(self) -> tuple[Job, ...]:
        gathered = [
            (self._folders[step], job)
            for step in (Step.GATHER, Step.MEDICINES)
            for job in self._jobs(step)
        ]
        return tuple(
            people.job(gathered, shard, self.options) for shard in range(self.options.shards)
        )

    def _looked(self) -> Iterator[Looked]:
        return (look.result(self._folders[Step.LOOK], job) for job in self._looking)

    def _seen(self) -> Iterator[Seen]:
        """All resources that were seen, in the first look and in the second."""
        again = (look.result(self._folders[Step.AGAIN], job) for job in self._looking_again)
        return (seen for looked in chain(self._looked(), again) for seen in looked.seen)

    def _check_before(self, step: Step | None) -> None:
        """Raise InputError unless the steps before this one (``None``: all) are complete."""
        for before in Step:
            if before is step:
                return
            jobs = self._jobs(before)
            if lacking := unfinished(jobs, folder := self._folders[before]):
                given = f"{before.value} not complete: {len(lacking)} of its {len(jobs)} jobs lack"
                if outdated := sum(folder.outdated(job) for job in lacking):
                    given += f", {outdated} of them done for files with other times or content"
                raise InputError([InputProblem("--step", given, "a step after complete ones")])

    # ------------------------------------------------------------------ results

    def _problems(
        self, files: list[FileCounts], chosen: Chosen, lost: tuple[str, ...]
    ) -> Iterator[bytes]:
        """Lines that could not be read, that name kratom and nobody; files that differ or lack.

        At the end what could not be decided about whose record is whose, and who is ``lost``.
        """
        folder = self._folders[Step.GATHER]
        for part, job, looked in zip(
            self.export.parts, self._gathering, self._looked(), strict=True
        ):
            yield from folder.lines(job, gather.BAD)
            for seen in looked.seen:
                if not _is_nobodys(seen, chosen):
                    continue
                told = {"file": part.name, "line": seen.line, "reason": _NOBODYS}
                yield msgspec.json.encode(told)
        for one in self.export.skipped:
            yield msgspec.json.encode({"file": one.name, "reason": f"not read: {one.why}"})
        for sentence in self._differing(files):  # the summary names no file, only how many
            yield msgspec.json.encode({"reason": sentence})
        for doubt in chosen.doubts:
            if doubt.why != identity.NO_ONE:  # told above, with the line
                yield msgspec.json.encode({"resource": doubt.what, "reason": doubt.why})
        for patient in lost:
            yield msgspec.json.encode({"patient": patient, "reason": _LOST})

    def _files(self) -> list[FileCounts]:
        folder = self._folders[Step.GATHER]
        counts = [
            msgspec.json.decode(folder.piece(job, gather.COUNT), type=FileCounts)
            for job in self._gathering
        ]
        people = (folder.piece(job, gather.PEOPLE) for job in self._gathering)
        return gather.counted_once(counts, people)

    def _export_counts(self, files: list[FileCounts], chosen: Chosen, lost: int) -> ExportCounts:
        errors: list[dict[str, int]] = []
        notes: list[dict[str, int]] = []
        look_alikes = of_nobody = 0
        for looked in self._looked():  # what each saw is not held
            errors.append(looked.outcomes)
            notes.append(looked.notes)
            look_alikes += looked.look_alikes
            of_nobody += sum(_is_nobodys(seen, chosen) for seen in looked.seen)
        return ExportCounts(
            errors=added(errors),
            skipped={one.name: one.why for one in self.export.skipped}
            | {file.file: _DAMAGED for file in files if file.damaged},
            differing=self._differing(files),
            notes=added(notes),
            look_alikes=look_alikes,
            of_nobody=of_nobody,
            lost=lost,
            doubts=added({doubt.why: 1} for doubt in chosen.doubts if doubt.why != identity.NO_ONE),
        )

    def _differing(self, files: list[FileCounts]) -> tuple[str, ...]:
        """Sentences on what is not as it was announced."""
        read = [file.lines - sum(file.bad.values()) for file in files]
        counts = (
            f"{part.name}: {part.count} resources announced, {there} there"
            for part, there in zip(self.export.parts, read, strict=True)
            if part.count is not None and part.count != there
        )
        # A server reports in Bundles what it deleted: these are read.
        bundles = (
            f"{part.name}: Bundles ({number}), searched for kratom but led to no person"
            for part, file, looked in zip(self.export.parts, files, self._looked(), strict=True)
            if (number := file.resources.get("Bundle", 0)) and not looked.deleted
        )
        return *self.export.told, *counts, *bundles


def choose(
    sources: Sequence[tuple[Folder, Job]], export: Export, options: Options, memory: str
) -> dict[str, bytes]:
    """The job that decides whose records are wanted, from all that was looked through."""
    looked = (look.result(folder, job) for folder, job in sources)
    return {gather.CHOSEN: identity.encode(gather.choose(looked, export, options, memory))}


def _is_nobodys(seen: Seen, chosen: Chosen) -> bool:
    """Whether it names kratom of a person and neither says of whom nor what points to it does."""
    if not seen.matches or seen.person or seen.kind in _OF_NOBODY:
        return False
    return f"{seen.kind}/{seen.id}" not in chosen.owners


def _not_written(error: OSError, place: Path) -> tuple[str, str]:
    """Which result could not be written, and why. The name of a Bundle can be that of a person."""
    file = Path(str(error.filename or ""))
    name = file.relative_to(place).parts[0] if place in file.parents else ""
    return f"merge, {name}" if name else "merge", error.strerror or type(error).__name__


def _named(job: Job) -> Job:
    """A job without its arguments: enough to find what it left."""
    return Job(name=job.name, key=job.key, run=job.run)


def _key(*rests_on: object) -> str:
    return xxhash.xxh3_128_hexdigest(msgspec.json.encode((__version__, *rests_on)))


def _tallied(rows: Iterator[Row], tally: summary.Tally) -> Iterator[Row]:
    for row in rows:
        tally.add(row)
        yield row
