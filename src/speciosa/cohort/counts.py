"""Counts of a screening: what each file and each group of people adds to the summary.

They hold numbers alone, add up in any order, and are small whatever the size of the export.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

SEXES = ("female", "male", "other", "unknown")
_BAND, _OLDEST = 10, 90
BANDS = (*(f"{low}-{low + _BAND - 1}" for low in range(0, _OLDEST, _BAND)), f"{_OLDEST}+", "")


def age_band(age_years: float | None) -> str:
    """The ten-year band of an age (``"40-49"``); ``"90+"`` for all above, ``""`` if not known."""
    if age_years is None or not age_years >= 0:
        return ""
    return BANDS[min(int(age_years), _OLDEST) // _BAND]


class PeopleCell(msgspec.Struct, frozen=True, kw_only=True):
    """People of one sex (``SEXES``) and age band (``BANDS``, on the date of the screening)."""

    sex: str
    ages: str
    deceased: bool = False
    people: int


class FileCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What one file held.

    ``lines`` are those that are not empty: each is one of ``resources`` (by type, deleted ones left
    out), ``bad`` (by reason, in the same few words for every line) or ``deleted``. ``people`` are
    its Patients; once the files are put together, everybody in the first file alone. A ``damaged``
    file ends where its compression does. ``unresolved`` counts by type the resources that belong to
    a person who cannot be told.
    """

    file: str
    lines: int = 0
    resources: dict[str, int] = {}
    people: tuple[PeopleCell, ...] = ()
    bad: dict[str, int] = {}
    damaged: bool = False
    deleted: int = 0
    unresolved: dict[str, int] = {}


class ShardCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one group of people, beside its rows.

    ``denied`` and ``somebody_else`` are people whose record names kratom in no other way, whether
    they have a row for another reason or none. ``unread`` counts the things in the records that
    were not used, by reason.
    """

    people: int = 0
    denied: int = 0
    somebody_else: int = 0
    duplicates: int = 0
    unread: dict[str, int] = {}


class ExportCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What the export says of itself.

    ``errors`` counts the issues that the server reported, by ``severity/code``; ``skipped`` are
    files that were not read, with the reason; ``differing`` are sentences on files whose number of
    lines is not the one announced. ``notes`` counts attached notes by what became of them;
    ``look_alikes`` the entries that hold a word like kratom's names and none of them, if counted.
    ``of_nobody`` counts the entries that name kratom and do not say whose they are, ``doubts`` by
    reason what could not be decided about whose record is whose. ``lost`` are people named with
    kratom of whom nothing came out: neither a row nor a denial nor somebody else's use.
    """

    errors: dict[str, int] = {}
    skipped: dict[str, str] = {}
    differing: tuple[str, ...] = ()
    notes: dict[str, int] = {}
    look_alikes: int | None = None
    of_nobody: int = 0
    lost: int = 0
    doubts: dict[str, int] = {}


def added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts by name, added up; in the order of their names."""
    total: dict[str, int] = {}
    for one in counts:
        for name, number in one.items():
            total[name] = total.get(name, 0) + number
    return dict(sorted(total.items()))
