"""The jobs of gathering: one a file."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import xxhash

from speciosa import __version__
from speciosa.cohort.export import is_as_it_was
from speciosa.cohort.gather.exact import read_exactly
from speciosa.cohort.gather.gathered import Gathered
from speciosa.cohort.gather.scan import DoubtError, Scanner, worth_a_scan
from speciosa.cohort.identity import Chosen, decode
from speciosa.distribution import Folder, Job
from speciosa.errors import SpeciosaError

if TYPE_CHECKING:
    from speciosa.cohort.export import Part
    from speciosa.cohort.look import Looked
    from speciosa.cohort.options import Options
    from speciosa.distribution import Pieces

CHOSEN = "chosen"


class ChangedError(SpeciosaError):
    """A file is no longer as it was when it was looked through."""

    def __init__(self) -> None:
        super().__init__("it changed while it was screened; run again when nobody writes to it")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What a job is sent: the file, how to read it, and where it is said whose lines to keep."""

    part: Part
    longest: int
    in_doubt: bool
    folder: Folder
    choosing: Job
    options: Options
    memory: str


def job(
    part: Part, looked: Looked, chosen: tuple[Folder, Job], options: Options, memory: str
) -> Job:
    """Gather the lines of the chosen from one file.

    ``chosen``: the job that chose them, and where it is kept. ``memory`` (``"1GB"``) bounds what
    DuckDB takes.
    """
    folder, choosing = chosen
    task = Task(
        part=part,
        longest=looked.longest,
        in_doubt=bool(looked.damage or looked.too_long or looked.unread or looked.doubtful),
        folder=folder,
        choosing=Job(name=choosing.name, key=choosing.key, run=gather),
        options=options,
        memory=memory,
    )
    by_whom = folder.hash(choosing, CHOSEN)
    return Job(
        name=part.id,
        key=key_of(looked.content, part.name, by_whom, options.shards, options.date.isoformat()),
        run=gather,
        arguments=(task,),
        size=part.size,
    )


def key_of(*parts: object) -> str:
    """The key of a job from what its result depends on."""
    return xxhash.xxh3_128_hexdigest(repr((__version__, *parts)).encode("utf-8", "surrogatepass"))


def gather(task: Task) -> Pieces:
    """Counts, bad lines, and the lines of the chosen by shard. Run by a job.

    Raises :class:`ChangedError`: half of an older and half of a newer file is nobody's record.
    """
    pieces = _gather(task)
    if not is_as_it_was(task.part):
        raise ChangedError
    return pieces


def _gather(task: Task) -> Pieces:
    part, options = task.part, task.options
    people = str(task.folder.path), task.choosing.name, task.choosing.key
    chosen = _chosen(*people)
    if not task.in_doubt and worth_a_scan(part):
        gathered = Gathered(part.name, chosen, options.shards, options.date)
        try:
            _scanner(*people, task.memory).read(part, gathered, longest=task.longest)
        except DoubtError:
            pass
        else:
            return gathered.pieces()
    gathered = Gathered(part.name, chosen, options.shards, options.date)
    read_exactly(part, chosen, gathered)
    return gathered.pieces()


@lru_cache(maxsize=1)
def _chosen(path: str, name: str, key: str) -> Chosen:
    return decode(Folder(path).piece(Job(name=name, key=key, run=gather), CHOSEN))


@lru_cache(maxsize=1)
def _scanner(path: str, name: str, key: str, memory: str) -> Scanner:
    return Scanner(_chosen(path, name, key), memory)
