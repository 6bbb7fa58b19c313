"""A date of which the day, or the day and the month, may not be known."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache

import msgspec

_FORM = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


class PartialDate(msgspec.Struct, frozen=True, order=True):
    """The earliest and the latest day that ``2026``, ``2026-07`` or ``2026-07-01`` can mean."""

    first: dt.date
    last: dt.date

    @property
    def exact(self) -> bool:
        """Whether the day is known."""
        return self.first == self.last


@lru_cache(maxsize=2048)
def partial_date(text: str) -> PartialDate:
    """Read YYYY, YYYY-MM or YYYY-MM-DD. Raises ``ValueError`` for anything else."""
    match = _FORM.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    year = int(match[1])
    if match[2] is None:
        return PartialDate(dt.date(year, 1, 1), dt.date(year, 12, 31))
    month = int(match[2])
    if match[3] is None:
        first = dt.date(year, month, 1)
        return PartialDate(first, first.replace(day=calendar.monthrange(year, month)[1]))
    day = dt.date(year, month, int(match[3]))
    return PartialDate(day, day)
