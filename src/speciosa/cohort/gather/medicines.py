"""Medication resources that lines of the chosen refer to: known only when all lines are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from speciosa.cohort.counts import FileCounts
from speciosa.cohort.export import Blocks, is_as_it_was
from speciosa.cohort.gather.exact import numbered
from speciosa.cohort.gather.gathered import COUNT, WANTED, shard_name
from speciosa.cohort.gather.job import ChangedError, key_of
from speciosa.cohort.gather.line import BadLineError, read_head, read_whole
from speciosa.cohort.kept import Whence, written
from speciosa.cohort.whose import by_identifier, of_identifier
from speciosa.distribution import Job
from speciosa.fhir.shape import dicts

if TYPE_CHECKING:
    from speciosa.cohort.export import Part
    from speciosa.cohort.look import Looked
    from speciosa.distribution import Folder, Pieces

_WANTED = msgspec.json.Decoder(tuple[int, str])


def medicines_jobs(
    parts: Sequence[tuple[Part, Looked]], folder: Folder, gathering: Sequence[Job]
) -> tuple[Job, ...]:
    """A job for each file with Medications, if a line of the chosen refers to any.

    ``gathering`` are the finished jobs of the same parts, kept in ``folder``.
    """
    hashes = [folder.hash(job, WANTED) for job in gathering]
    if not any(folder.piece(job, WANTED) for job in gathering):
        return ()
    sources = tuple(Job(name=job.name, key=job.key, run=medicines) for job in gathering)
    return tuple(
        Job(
            name=part.id,
            key=key_of("medicines", looked.content, part.name, hashes),
            run=medicines,
            arguments=(part, folder, sources),
            size=part.size,
        )
        for (part, looked), job in zip(parts, gathering, strict=True)
        if msgspec.json.decode(folder.piece(job, COUNT), type=FileCounts).resources.get(
            "Medication"
        )
    )


def medicines(part: Part, folder: Folder, gathering: Iterable[Job]) -> Pieces:
    """The Medications of a file for each shard that wants them; key "". Run by a job."""
    wanted: dict[str, set[int]] = {}
    for job in gathering:
        for line in folder.lines(job, WANTED):
            shard, name = _WANTED.decode(line)
            wanted.setdefault(name, set()).add(shard)
    rows: dict[int, list[bytes]] = {}
    for number, line in numbered(Blocks(part)):
        if b'"Medication"' not in line:
            continue
        try:
            head = read_head(line)
            whole = read_whole(line)
        except BadLineError:
            continue  # gathering has reported it
        if head.kind != "Medication":
            continue
        for name in _names(whole):
            whence = Whence(
                patient="",
                type=head.kind,
                id=head.id if head.has_id else "",
                file=part.name,
                line=number,
                medication=name,
            )
            for shard in wanted.get(name, ()):
                rows.setdefault(shard, []).append(written(whence, line))
    if not is_as_it_was(part):
        raise ChangedError
    return {shard_name(shard): b"".join(sorted(lines)) for shard, lines in rows.items()}


def _names(medication: dict[str, object]) -> set[str]:
    """Every normal form that can mean this Medication."""
    id_ = medication.get("id")
    names = {f"Medication/{id_}"} if isinstance(id_, str) else set()
    for one in dicts(medication.get("identifier")):
        if name := of_identifier(one):
            names |= {name, by_identifier(None, one["value"])}
    return names
