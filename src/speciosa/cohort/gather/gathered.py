"""What one file gives: counts, bad lines, and the lines of the chosen by shard."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from speciosa.cohort.counts import SEXES, FileCounts, PeopleCell, age_band
from speciosa.cohort.gather.line import READ, Head, read_whole
from speciosa.cohort.gather.once import Once
from speciosa.cohort.gather.shelf import Shelf, Shelved
from speciosa.cohort.identity import Chosen, shard_of
from speciosa.cohort.kept import Whence, written
from speciosa.cohort.whose import local, of_element, server_of, whose
from speciosa.fhir.read.medicines import KINDS
from speciosa.fhir.shape import a_dict

if TYPE_CHECKING:
    from speciosa.distribution import Pieces

COUNT, BAD, WANTED, PEOPLE = "count", "bad", "wanted", "people"
_MOST_TOLD = 1000  # bad lines of one reason, each with its number; further ones are counted
_WHOLE_DATE, _MONTH, _YEAR = 10, 7, 4


def shard_name(shard: int) -> str:
    """The name of the piece that holds the lines of a shard."""
    return f"shard-{shard:04d}"


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """What a Patient says: sex, date of birth and links as written, and whether it has died."""

    sex: object
    born: object
    deceased: bool
    links: object = None


class Gathered:
    """Collects what the lines of one file say, in any order."""

    def __init__(self, file: str, chosen: Chosen, shards: int, date: dt.date) -> None:
        self._file, self._chosen, self._shards, self._date = file, chosen, shards, date
        self._resources: Counter[str] = Counter()
        self._people: Counter[tuple[str, str, bool]] = Counter()
        self._once = Once(chosen.servers)
        self._reasons: Counter[str] = Counter()
        self._unresolved: Counter[str] = Counter()
        self._bad: list[tuple[int, str]] = []
        self._deleted = 0
        self._damaged = False
        self._rows = Shelf()
        self._wanted: set[tuple[int, str]] = set()

    def resources(self, kind: str, number: int = 1) -> None:
        """Count lines of a type."""
        self._resources[kind] += number

    def people(self, name: str, who: Who, number: int = 1) -> None:
        """Count Patients of a name (``Patient/ID``, or all of the line of one without an id)."""
        sex = who.sex if isinstance(who.sex, str) and who.sex in SEXES else "unknown"
        cell = sex, band_of_birth(who.born, self._date), who.deceased
        self._people[cell] += number
        self._once.add(name, cell, who.links)

    def bad(self, line: int, reason: str) -> None:
        """Report a line that cannot be read; 0: the file ends there, and that is no line."""
        if not line:
            self._bad.append((line, reason))
            self._damaged = True
            return
        self._reasons[reason] += 1
        if self._reasons[reason] <= _MOST_TOLD:
            self._bad.append((line, reason))

    def deleted(self, number: int = 1) -> None:
        """Count lines that the server says are deleted."""
        self._deleted += number

    def unresolved(self, kind: str, number: int = 1) -> None:
        """Count lines that do not say whom they are about."""
        self._unresolved[kind] += number

    def keep(self, head: Head, raw: bytes, line: int = 0, times: int = 1) -> None:
        """Keep a line if it belongs to one of the chosen. Raises ``BadLineError``."""
        whole, chosen = read_whole(raw), self._chosen
        reference = whose(whole)
        if not reference and head.kind in READ:
            self.unresolved(head.kind, times)
        key = chosen.key_of(reference or chosen.owners.get(head.name, ""))
        # The Patient of a record that was replaced by another says nothing of the person any more.
        if key is None or (head.kind == "Patient" and head.has_id and head.id != key):
            return
        # An older version of what is now about somebody else.
        if chosen.moved.get(head.name, key) != key:
            return
        medication = ""
        if head.kind in KINDS:
            told = of_element(a_dict(whole.get("medicationReference")), (), "Medication")
            medication = local(told, chosen.servers, "Medication")
        shard = shard_of(key, self._shards)
        whence = Whence(
            patient=key,
            type=head.kind,
            id=head.id if head.has_id else "",
            file=self._file,
            line=line,
            medication=medication,
            server="" if chosen.servers else server_of(reference).partition("://")[2],
        )
        for _ in range(times):
            self._rows.add(shard, written(whence, raw))
        if medication:
            self._wanted.add((shard, medication))

    def pieces(self) -> Pieces:
        """All of it as pieces: the same bytes for the same lines."""
        reasons = sorted(self._reasons.items())
        counts = FileCounts(
            file=self._file,
            lines=sum(self._resources.values()) + sum(self._reasons.values()) + self._deleted,
            resources=dict(sorted(self._resources.items())),
            people=tuple(
                PeopleCell(sex=sex, ages=ages, deceased=deceased, people=number)
                for (sex, ages, deceased), number in sorted(self._people.items())
            ),
            bad=dict(reasons),
            damaged=self._damaged,
            deleted=self._deleted,
            unresolved=dict(sorted(self._unresolved.items())),
        )
        more = ((f"{why}: {n - _MOST_TOLD} more lines, not listed", n) for why, n in reasons)
        told = [*sorted(self._bad), *((0, why) for why, n in more if n > _MOST_TOLD)]
        bad = [{"file": self._file, "line": n, "reason": why} for n, why in told]
        pieces = {
            COUNT: msgspec.json.encode(counts),
            BAD: msgspec.json.Encoder().encode_lines(bad),
            WANTED: msgspec.json.Encoder().encode_lines(sorted(self._wanted)),
            PEOPLE: self._once.piece(),
        }
        return Shelved(pieces, self._rows, {shard_name(n): n for n in self._rows.shards()})


@lru_cache(maxsize=1 << 16)
def _band(born: str, date: dt.date) -> str:
    first, last = _days(born)
    if first is None or last is None or first > date:
        return ""
    bands = {age_band(_years(day, date)) for day in (first, min(last, date))}
    return bands.pop() if len(bands) == 1 else ""


def band_of_birth(born: object, date: dt.date) -> str:
    """The age band of a date of birth as written; "" if it does not tell the band."""
    if not isinstance(born, str) or len(born) > _WHOLE_DATE:
        return ""
    return _band(born, date)


def _years(born: dt.date, date: dt.date) -> int:
    return date.year - born.year - ((date.month, date.day) < (born.month, born.day))


def _days(born: str) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day that a date, month or year can mean."""
    nothing = (None, None)
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
