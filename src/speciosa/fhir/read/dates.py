"""Dates of FHIR: a year, a month, a day or an instant; never more exact than they were given."""

from __future__ import annotations

import datetime as dt
import re

from speciosa.fhir.shape import a_dict, text

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.*)?)?)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def earliest(value: object) -> dt.date | None:
    """The first day that a date can mean; ``None`` for anything that is no date."""
    parts = _parts(value)
    return parts and _day(parts[0], parts[1] or 1, parts[2] or 1)


def exact(value: object) -> dt.date | None:
    """The day, when a day was given."""
    parts = _parts(value)
    return _day(*parts) if parts and parts[1] and parts[2] else None


def not_after(value: object, today: dt.date) -> dt.date | None:
    """The day, where it has come: the day after ``today`` has begun in zones further east."""
    day = exact(value)
    if day is not None and day - today == dt.timedelta(days=1):
        return today
    return None if day is None or day > today else day


def latest(value: object) -> dt.date | None:
    """The last day that a date can mean."""
    parts = _parts(value)
    if not parts:
        return None
    year, month, day = parts
    if day:
        return _day(year, month, day)
    first_after = _day(year + 1, 1, 1) if month in (0, 12) else _day(year, month + 1, 1)
    return first_after and first_after - dt.timedelta(days=1)


def when(resource: dict[str, object], *fields: str) -> str:
    """The first of these fields that holds a date or a period with one, as text; "" for none.

    Of a period the end counts, or else the start.
    """
    for field in fields:
        value = resource.get(field)
        period = a_dict(value)
        for one in (value, period.get("end"), period.get("start")):
            if _parts(one):
                return text(one)
    return ""


def _parts(value: object) -> tuple[int, int, int] | None:
    found = _DATE.fullmatch(text(value)[:40])
    if not found:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    if not _FIRST_YEAR <= year <= _LAST_YEAR or not _day(year, month or 1, day or 1):
        return None
    return year, month, day


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
