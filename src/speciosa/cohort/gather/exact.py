"""A file read line by line: slower than the scan, with the number of every bad line.

It decides what a good line is. The scan reads the same lines faster and gives up where it doubts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.cohort.export import Blocks
from speciosa.cohort.gather.gathered import Who
from speciosa.cohort.gather.line import DAMAGED, READ, TOO_LONG, BadLineError, Head, read_head
from speciosa.cohort.jsonline import decoded

if TYPE_CHECKING:
    from speciosa.cohort.export import Part
    from speciosa.cohort.gather.gathered import Gathered
    from speciosa.cohort.identity import Chosen


class _Person(msgspec.Struct, frozen=True):
    gender: Any = None
    birthDate: Any = None  # noqa: N815 (FHIR's name)
    deceasedBoolean: Any = None  # noqa: N815
    deceasedDateTime: Any = None  # noqa: N815
    link: Any = None


_PERSON = msgspec.json.Decoder(_Person)


def who(line: bytes) -> Who:
    """What a Patient says of itself, as far as it is counted."""
    person: _Person = decoded(line, _PERSON)
    # Text that says true is no life, whatever its form.
    dead = person.deceasedBoolean in (True, "true") or isinstance(person.deceasedDateTime, str)
    return Who(sex=person.gender, born=person.birthDate, deceased=dead, links=person.link)


def name_of(head: Head, line: bytes) -> str:
    """By what a Patient is told from others: its name; without an id, all that it says."""
    return head.name if head.has_id else line.decode("utf-8", "replace")


def numbered(blocks: Blocks) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not empty, with their numbers from 1."""
    for block in blocks:
        for number, line in enumerate(bytes(block.data).split(b"\n"), block.line):
            if line and (plain := line.strip(b" \t\r")):
                yield number, plain


def read_exactly(part: Part, chosen: Chosen, gathered: Gathered) -> None:
    """Read all lines of a part into ``gathered``."""
    blocks = Blocks(part)
    for number, line in numbered(blocks):
        try:
            _take(read_head(line), line, number, chosen, gathered)
        except BadLineError as bad:
            gathered.bad(number, str(bad))
    for number in blocks.too_long:
        gathered.bad(number, TOO_LONG)
    if blocks.damage:
        gathered.bad(0, DAMAGED)


def _take(head: Head, line: bytes, number: int, chosen: Chosen, gathered: Gathered) -> None:
    if head.name in chosen.deleted:
        gathered.deleted()
        return
    if head.kind in READ:
        reference = head.whose()
        if not reference or chosen.key_of(reference) is not None:
            gathered.keep(head, line, number)
    elif head.name in chosen.resources:
        gathered.keep(head, line, number)
    if head.kind == "Patient":
        gathered.people(name_of(head, line), who(line))
    gathered.resources(head.kind)
