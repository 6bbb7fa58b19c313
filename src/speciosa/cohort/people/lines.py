"""The lines of one group of people as ``gather`` keeps them, person by person, in little memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from speciosa.cohort.kept import read

# Raw lines held at once; with more, the lines are read again for every further part of the people.
MOST_HELD_BYTES = 64 << 20

Lines = Callable[[], Iterable[bytes]]


class Line(msgspec.Struct, frozen=True):
    """One resource of a person, not yet read; ``medication`` and ``server`` as in ``Whence``."""

    type: str
    id: str
    raw: bytes
    medication: str = ""
    server: str = ""


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """All lines of one person; ``shared``: Medications by the normal forms that refer to them."""

    patient: str
    lines: tuple[Line, ...]
    shared: Mapping[str, Sequence[Line]]


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
            head, raw = read(kept)
            line = Line(head.type, head.id, raw, head.medication, head.server)
            if not head.patient:
                shared.setdefault(head.medication, []).append(line)
            elif parts == 1 or _part_of(head.patient, parts) == part:
                held.setdefault(head.patient, []).append(line)
        for patient in sorted(held):
            yield Gathered(patient=patient, lines=tuple(held.pop(patient)), shared=shared)


def _part_of(patient: str, parts: int) -> int:
    return int.from_bytes(hashlib.blake2b(patient.encode(), digest_size=8).digest()) % parts
