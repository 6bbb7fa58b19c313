"""The people of one shard: the job that assesses them, and how its pieces are read again."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from speciosa import __version__
from speciosa.cohort.counts import ShardCounts, added
from speciosa.cohort.people.lines import MOST_HELD_BYTES, Lines, people
from speciosa.cohort.people.person import person
from speciosa.cohort.result import Evidence, Row
from speciosa.distribution import Job
from speciosa.knowledge import load

if TYPE_CHECKING:
    from speciosa.cohort.options import Options
    from speciosa.distribution import Folder, Pieces

ROWS, COUNT, WITHOUT, BUNDLES = "rows", "count", "without", "bundles/"
# Raised whenever the same record gives other bytes than before.
ROWS_OF = 3


def name_of(shard: int) -> str:
    """The name of a shard: of its job, and of the pieces that its lines come in."""
    return f"shard-{shard:04}"


def job(gathered: Sequence[tuple[Folder, Job]], shard: int, options: Options) -> Job:
    """The job that assesses a shard.

    ``gathered`` are the jobs, done, that brought its lines together, each with the folder where its
    pieces are kept. The key rests on what those pieces hold, so that other people's lines make
    nothing anew.
    """
    piece = name_of(shard)
    sources = tuple(
        (folder, Job(name=one.name, key=one.key, run=one.run))
        for folder, one in gathered
        if folder.has(one, piece)
    )
    hashes = sorted(folder.hash(one, piece) for folder, one in sources)
    made_by = (__version__, load().release.number, ROWS_OF)
    asked = (options.date, options.gad, options.bundles, options.seed, options.subjects)
    rests_on = msgspec.json.encode((made_by, asked, piece, hashes))
    return Job(
        name=piece,
        key=hashlib.sha256(rests_on).hexdigest(),
        run=assess_shard,
        arguments=(sources, shard, options),
        size=max(1, len(sources)),
    )


def assess_shard(sources: Sequence[tuple[Folder, Job]], shard: int, options: Options) -> Pieces:
    """Assess everybody of a shard.

    Returns ``rows`` (a line of JSON each, by patient), ``count``, ``without`` (who has no row, as
    they deny it or it is somebody else's) and, when asked for, ``bundles/NAME`` for each person.
    """
    piece = name_of(shard)
    return of_lines(
        lambda: (line for folder, one in sources for line in folder.lines(one, piece)), options
    )


def of_lines(
    lines: Lines, options: Options, *, most_held_bytes: int = MOST_HELD_BYTES
) -> dict[str, bytes]:
    """``assess_shard`` for lines from anywhere; ``lines`` may be called several times."""
    knowledge = load()
    rows: list[tuple[str, bytes]] = []
    bundles: dict[str, bytes] = {}
    without: list[str] = []
    counts = ShardCounts()
    for gathered in people(lines, most_held_bytes=most_held_bytes):
        found = person(gathered, knowledge, options)
        counts = ShardCounts(
            people=counts.people + 1,
            denied=counts.denied + (found.evidence is Evidence.DENIED),
            somebody_else=counts.somebody_else + (found.evidence is Evidence.SOMEBODY_ELSE),
            duplicates=counts.duplicates + found.duplicates,
            unread=added((counts.unread, found.unread)),
        )
        if found.row is None and found.evidence is not Evidence.NONE:
            without.append(gathered.patient)
        if found.row is not None:
            rows.append((found.row.patient, msgspec.json.encode(found.row)))
            if found.bundle:
                bundles[f"{BUNDLES}{found.row.bundle}"] = found.bundle
    rows.sort()
    without.sort()
    return {
        ROWS: b"".join(b"%b\n" % row for _, row in rows),
        COUNT: msgspec.json.encode(counts, order="deterministic"),
        WITHOUT: msgspec.json.Encoder().encode_lines(without),
        **bundles,
    }


# ------------------------------------------------------------------ what came of it


def rows(folder: Folder, jobs: Iterable[Job]) -> Iterator[Row]:
    """The rows of all shards, by patient, one at a time."""
    streams = (map(_ROW.decode, folder.lines(one, ROWS)) for one in jobs)
    return heapq.merge(*streams, key=lambda row: row.patient)


def without(folder: Folder, jobs: Iterable[Job]) -> Iterator[str]:
    """Who has no row as the record denies kratom, or names that of somebody else alone."""
    return (msgspec.json.decode(line) for one in jobs for line in folder.lines(one, WITHOUT))


def counts(folder: Folder, jobs: Iterable[Job]) -> Iterator[ShardCounts]:
    """The counts of each shard."""
    return (msgspec.json.decode(folder.piece(one, COUNT), type=ShardCounts) for one in jobs)


def bundles(folder: Folder, jobs: Iterable[Job]) -> Iterator[tuple[str, bytes]]:
    """The FHIR Bundles of all shards, with the names of their files."""
    for one in jobs:
        for name in folder.names(one):
            if name.startswith(BUNDLES):
                yield name.removeprefix(BUNDLES), folder.piece(one, name)


_ROW = msgspec.json.Decoder(Row)
