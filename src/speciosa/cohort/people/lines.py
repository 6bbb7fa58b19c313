"""The lines of one group of people as ``gather`` keeps them, person by person, in little memory.

A line is a head, a tab and the resource as it stood in the export. The head is a JSON array: the
person's key ("" for a Medication that several can refer to), type and id of the resource, the file
and the number of the line in it (0 where that is not known).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

# Raw lines held at once; with more, the lines are read again for every further part of the people.
MOST_HELD_BYTES = 64 << 20

Lines = Callable[[], Iterable[bytes]]


class Line(msgspec.Struct, frozen=True):
    """One resource of a person, not yet read."""

    type: str
    id: str
    file: str
    number: int
    raw: bytes


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """All lines of one person, and the Medications that anybody's lines can refer to, by id."""

    patient: str
    lines: tuple[Line, ...]
    shared: Mapping[str, Sequence[Line]]


def written(patient: str, line: Line) -> bytes:
    """A line as it is kept, with its end."""
    head = msgspec.json.encode((patient, line.type, line.id, line.file, line.number))
    return b"%b\t%b\n" % (head, line.raw)


def people(lines: Lines, *, most_held_bytes: int = MOST_HELD_BYTES) -> Iterator[Gathered]:
    """Each person with their lines, whatever the order of the lines.

    ``lines`` is called for every time they are read. Memory holds about ``most_held_bytes`` of raw
    lines, but always those of one whole person.
    """
    size = sum(map(len, lines()))
    parts = max(1, -(-size // most_held_bytes))
    for part in range(parts):
        held: dict[str, list[Line]] = {}
        shared: dict[str, list[Line]] = {}
        for kept in lines():
            head, _, raw = kept.partition(b"\t")
            patient, kind, id_, file, number = _HEAD.decode(head)
            if not patient:
                shared.setdefault(id_, []).append(Line(kind, id_, file, number, raw))
            elif parts == 1 or _part_of(patient, parts) == part:
                held.setdefault(patient, []).append(Line(kind, id_, file, number, raw))
        for patient in sorted(held):
            yield Gathered(patient=patient, lines=tuple(held.pop(patient)), shared=shared)


_HEAD = msgspec.json.Decoder(tuple[str, str, str, str, int])


def _part_of(patient: str, parts: int) -> int:
    return int.from_bytes(hashlib.blake2b(patient.encode(), digest_size=8).digest()) % parts
