"""Whether everybody whom a resource names with kratom comes out of a screening."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from speciosa.cohort.result import RowProblem
from speciosa.fhir.read import NO_EVIDENCE

if TYPE_CHECKING:
    from speciosa.cohort.identity import Chosen
    from speciosa.cohort.look import Seen
    from speciosa.cohort.result import Row

_ONE_RECORD = "one record of one person"


class Awaited:
    """The people named with kratom, and what is doubtful about who they are."""

    def __init__(self, seen: Iterable[Seen], chosen: Chosen) -> None:
        self._awaited = {key for one in seen if (key := _key(one, chosen))}
        self._doubts: dict[str, list[str]] = {}
        for doubt in chosen.doubts:
            self._doubts.setdefault(doubt.what.removeprefix("Patient/"), []).append(doubt.why)

    def passed(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, each with what is doubtful about whose record it is. None is awaited then."""
        for row in rows:
            self._awaited.discard(row.patient)
            doubts = tuple(
                RowProblem(field="Patient", value=why, accepted=_ONE_RECORD)
                for why in self._doubts.get(row.patient, ())
            )
            yield msgspec.structs.replace(row, problems=row.problems + doubts) if doubts else row

    def lost(self, without: Iterable[str]) -> tuple[str, ...]:
        """Who did not come out, after all rows; ``without``: who has no row for a known reason."""
        return tuple(sorted(self._awaited.difference(without)))


def _key(seen: Seen, chosen: Chosen) -> str:
    """The key of the person whom a resource names with kratom; "" if it is of nobody in it."""
    name = f"{seen.kind}/{seen.id}" if seen.id else seen.kind
    if seen.kind in NO_EVIDENCE or name in chosen.deleted:
        return ""
    if not any(match.of_person for match in seen.matches):
        return ""
    key = chosen.key_of(seen.person or chosen.owners.get(name, ""))
    # An older version of what is now about somebody else says nothing of the person before.
    return "" if key is None or chosen.moved.get(name, key) != key else key
