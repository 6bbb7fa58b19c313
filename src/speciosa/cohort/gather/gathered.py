"""What one file gives: counts, bad lines, and the lines of the chosen by shard."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from speciosa.cohort.counts import SEXES, FileCounts, PeopleCell, age_band
from speciosa.cohort.gather.line import READ, Head, read_whole
from speciosa.cohort.identity import Chosen, of_element, shard_of, whose
from speciosa.fhir.read.medicines import KINDS
from speciosa.fhir.shape import a_dict

if TYPE_CHECKING:
    from speciosa.distribution import Pieces

COUNT, BAD, WANTED = "count", "bad", "wanted"
_WHOLE_DATE, _MONTH, _YEAR = 10, 7, 4


def shard_name(shard: int) -> str:
    """The name of the piece that holds the lines of a shard."""
    return f"shard-{shard:04d}"


def written(key: str, head: Head, file: str, line: int, raw: bytes) -> bytes:
    """A line of a shard: [key, type, id, file, line number or 0], a tab, the line as it was."""
    told = [key, head.kind, head.id if head.has_id else "", file, line]
    return msgspec.json.encode(told) + b"\t" + raw + b"\n"


class Gathered:
    """Collects what the lines of one file say, in any order."""

    def __init__(self, file: str, chosen: Chosen, shards: int, date: dt.date) -> None:
        self._file, self._chosen, self._shards, self._date = file, chosen, shards, date
        self._resources: Counter[str] = Counter()
        self._people: Counter[tuple[str, str, bool]] = Counter()
        self._reasons: Counter[str] = Counter()
        self._unresolved: Counter[str] = Counter()
        self._bad: list[tuple[int, str]] = []
        self._deleted = 0
        self._rows: defaultdict[int, list[bytes]] = defaultdict(list)
        self._wanted: set[tuple[int, str]] = set()

    def resources(self, kind: str, number: int = 1) -> None:
        """Count lines of a type."""
        self._resources[kind] += number

    def people(self, sex: object, born: object, deceased: bool, number: int = 1) -> None:
        """Count Patients of a sex, a date of birth as written, and whether they have died."""
        known = sex if isinstance(sex, str) and sex in SEXES else "unknown"
        self._people[known, band_of_birth(born, self._date), deceased] += number

    def bad(self, line: int, reason: str) -> None:
        """Report a line that cannot be read; 0 for the file as a whole."""
        self._bad.append((line, reason))
        self._reasons[reason] += 1

    def deleted(self, number: int = 1) -> None:
        """Count lines that the server says are deleted."""
        self._deleted += number

    def unresolved(self, kind: str, number: int = 1) -> None:
        """Count lines that do not say whom they are about."""
        self._unresolved[kind] += number

    def keep(self, head: Head, raw: bytes, line: int = 0, times: int = 1) -> None:
        """Keep a line if it belongs to one of the chosen. Raises ``BadLineError``."""
        whole = read_whole(raw)
        reference = whose(whole)
        if not reference and head.kind in READ:
            self.unresolved(head.kind, times)
        key = self._chosen.key_of(reference)
        # The Patient of a record that was replaced by another says nothing of the person any more.
        if key is None or (head.kind == "Patient" and head.has_id and head.id != key):
            return
        shard = shard_of(key, self._shards)
        self._rows[shard] += [written(key, head, self._file, line, raw)] * times
        if head.kind in KINDS:
            medication = of_element(a_dict(whole.get("medicationReference")), (), "Medication")
            if medication:
                self._wanted.add((shard, medication))

    def pieces(self) -> Pieces:
        """All of it as pieces: the same bytes for the same lines."""
        counts = FileCounts(
            file=self._file,
            lines=sum(self._resources.values()) + sum(self._reasons.values()) + self._deleted,
            resources=dict(sorted(self._resources.items())),
            people=tuple(
                PeopleCell(sex=sex, ages=ages, deceased=deceased, people=number)
                for (sex, ages, deceased), number in sorted(self._people.items())
            ),
            bad=dict(sorted(self._reasons.items())),
            deleted=self._deleted,
            unresolved=dict(sorted(self._unresolved.items())),
        )
        bad = [{"file": self._file, "line": n, "reason": why} for n, why in sorted(self._bad)]
        return {
            COUNT: msgspec.json.encode(counts),
            BAD: msgspec.json.Encoder().encode_lines(bad),
            WANTED: msgspec.json.Encoder().encode_lines(sorted(self._wanted)),
            **{shard_name(n): b"".join(sorted(rows)) for n, rows in self._rows.items()},
        }


def band_of_birth(born: object, date: dt.date) -> str:
    """The age band of a date of birth as written; "" if it does not tell the band."""
    first, last = _days(born)
    if first is None or last is None or first > date:
        return ""
    bands = {age_band(_years(day, date)) for day in (first, min(last, date))}
    return bands.pop() if len(bands) == 1 else ""


def _years(born: dt.date, date: dt.date) -> int:
    return date.year - born.year - ((date.month, date.day) < (born.month, born.day))


def _days(born: object) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day that a date, month or year can mean."""
    nothing = (None, None)
    if not isinstance(born, str):
        return nothing
    try:
        if len(born) == _WHOLE_DATE:
            return (day := dt.date.fromisoformat(born)), day
        if len(born) == _MONTH:
            first = dt.date.fromisoformat(f"{born}-01")
            return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
        if len(born) == _YEAR:
            return dt.date(int(born), 1, 1), dt.date(int(born), 12, 31)
    except ValueError:
        pass
    return nothing
