"""A population from its order to its file, and the folder of work beside that file."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from speciosa import __version__
from speciosa.distribution import Folder, How, Job, Share, run, share, unfinished
from speciosa.errors import InputError, InputProblem
from speciosa.knowledge import load
from speciosa.population.output.document import Method, PopulationDocument, document
from speciosa.population.output.files import write, written
from speciosa.population.quantiles import LOWEST, RELATIVE_ERROR
from speciosa.population.run.described import described, drawn_from
from speciosa.population.run.gathered import SPOKEN_OF, Gathered, rows_of, simulation
from speciosa.population.run.prepared import Prepared, prepared
from speciosa.population.run.request import Order, jobs
from speciosa.population.who import read

if TYPE_CHECKING:
    from speciosa.distribution.run import Progress
    from speciosa.population.who import Population

KIND = "population"
_PLAN, _BLOCKS = "plan.json", "blocks"


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the folder of work was begun with."""

    kind: str = KIND
    order: Order


class Work(NamedTuple):
    """An order, the file it is for, and its jobs."""

    order: Order
    file: Path
    ready: Prepared
    jobs: tuple[Job, ...]

    @classmethod
    def of(cls, order: Order, file: Path) -> Work:
        """Prepare an order. Raises ``InputError`` for a regimen that cannot be followed."""
        population = _population(order)
        ready = prepared(order.request.encoded(), population)
        return cls(order, file, ready, jobs(order, population))

    @property
    def folder(self) -> Folder:
        """Where blocks are kept until all of them are there."""
        return Folder(work_folder(self.file) / _BLOCKS)

    def begin(self, *, restart: bool) -> None:
        """Make the folder of work, or go on with that of the same order.

        Raises ``InputError`` where it is another order's, where a file that would be written is
        there already, and, ``restart`` or not, where it is the table that people are read from.
        """
        place, files = work_folder(self.file), written(self.file)
        self._spare_the_table(files)
        if restart:
            shutil.rmtree(place, ignore_errors=True)
        kept = _read(place)
        if kept is None:
            there = [file for file in files if file.exists()]
            if there and not restart:
                raise _refused(there[0], "it is there already")
            try:
                self.folder.create()
                self._keep_plan(place)
            except OSError as error:
                given = f"{str(self.file)!r} ({error.strerror or type(error).__name__})"
                accepted = "a file that can be written"
                raise InputError([InputProblem("--out", given, accepted)]) from None
            kept = _read(place)  # that of another share, where both began at once
        if kept is None or kept.order != self.order:
            told = "" if kept is None else "; ".join(_differences(kept.order, self.order))
            raise _refused(
                self.file, f"its work was begun with other settings: {told or 'a table'}"
            )

    def _keep_plan(self, place: Path) -> None:
        """Put the plan down whole, and never over one: shares may begin at the same time."""
        half = place / f"{_PLAN}.{platform.node()}.{os.getpid()}.half"
        half.write_bytes(msgspec.json.encode(_Kept(order=self.order)) + b"\n")
        try:
            if not (place / _PLAN).exists():
                half.replace(place / _PLAN)
        finally:
            half.unlink(missing_ok=True)

    def _spare_the_table(self, files: Sequence[Path]) -> None:
        population = self.ready.population
        if population is None or population.facts:
            return
        table = Path(self.order.population)
        if any(file.exists() and file.samefile(table) for file in files):
            given = f"{str(self.file)!r} (it would be written over the table of --population)"
            raise InputError([InputProblem("--out", given, "a file of another name")])

    def do(self, how: How, *, part: Share | None = None, progress: Progress | None = None) -> None:
        """Simulate every block that is not done, or a share of them."""
        chosen = self.jobs if part is None else share(self.jobs, part.part, part.of)
        run(chosen, self.folder, how, progress=progress)

    @property
    def lacking(self) -> tuple[Job, ...]:
        """The blocks that are not done."""
        return unfinished(self.jobs, self.folder)

    def finish(self) -> tuple[PopulationDocument, tuple[Path, ...]]:
        """Write the file from blocks that are all done, and clear the work away."""
        if lacking := self.lacking:
            given = (
                f"{len(lacking)} of {len(self.jobs)} blocks are not done (first: {lacking[0].name})"
            )
            accepted = "work of which every share is done"
            raise InputError([InputProblem("OUT", given, accepted)])
        ready = self.ready
        gathered = Gathered.of(self.folder, self.jobs, ready)
        found = simulation(gathered, ready, self.order.subjects)
        people = described(gathered, ready)
        result = document(
            found,
            ready.course.plan,
            ready.knowledge,
            people=drawn_from(
                ready, self.order.subjects, {one.name: one.unknown for one in people}, people
            ),
            method=Method(
                relative_error=float(f"{RELATIVE_ERROR:.3g}"),
                least=LOWEST,
                spoken_of=min(SPOKEN_OF, self.order.subjects),
                times=ready.cells.shown.size,
                times_followed=ready.course.shown_h.size,
            ),
            file=self.file.name,
            request=self.order.fingerprint,
        )
        files = write(self.file, result, ready.columns, rows_of(self.folder, self.jobs))
        shutil.rmtree(work_folder(self.file))
        return result, files


def work_folder(file: Path) -> Path:
    """The folder of work that stands beside a file until it is written."""
    return file.with_name(f"{file.name}.work")


def begun(file: Path) -> Work:
    """The work that was begun for a file. Raises ``InputError`` where there is none."""
    kept = _read(work_folder(file))
    if kept is None:
        accepted = "the --out of speciosa simulate with --shard, not yet merged"
        raise InputError([InputProblem("OUT", repr(str(file)), accepted)])
    order = kept.order
    now = Order(
        request=order.request,
        subjects=order.subjects,
        population=order.population,
        speciosa_version=__version__,
        knowledge_release=load().release.number,
    )
    if now != order:
        told = "; ".join(_differences(order, now))
        raise _refused(file, f"its work was begun with another release: {told}")
    return Work.of(order, file)


def _population(order: Order) -> Population | None:
    """The population of an order, which must be as it was when the order was made."""
    if not order.population:
        return None
    population = read(order.population, load())
    if population.key != order.request.population_key:
        accepted = "the population as it was when the work was begun, or --restart"
        raise InputError([InputProblem("--population", "a table that was changed", accepted)])
    return population


def _read(place: Path) -> _Kept | None:
    try:
        return msgspec.json.decode((place / _PLAN).read_bytes(), type=_Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        raise _refused(place, "its plan is of another kind or release") from None


def _differences(kept: Order, asked: Order) -> list[str]:
    told = [
        f"{name} was {getattr(kept, name)}, now {getattr(asked, name)}"
        for name in ("subjects", "population", "speciosa_version", "knowledge_release")
        if getattr(kept, name) != getattr(asked, name)
    ]
    for name in asked.request.__struct_fields__:
        before, now = getattr(kept.request, name), getattr(asked.request, name)
        if before != now and name != "population_key":
            told.append(
                "another regimen" if name == "regimen" else f"{name} was {before}, now {now}"
            )
    return told


def _refused(path: Path, why: str) -> InputError:
    accepted = "the same settings as before, a new file, or --restart, which begins anew"
    return InputError([InputProblem("--out", f"{str(path)!r} ({why})", accepted)])
