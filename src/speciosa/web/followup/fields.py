"""Fields of forms read into values; what is wrong is added to the problems."""

from __future__ import annotations

import datetime as dt
import re

Problems = list[tuple[str, str]]
_NUMBER = re.compile(r"\d{1,7}([.,]\d{1,4})?", re.ASCII)
EARLIEST = dt.date(1900, 1, 1)


def date_of(
    text: str,
    latest: dt.date,
    problems: Problems,
    name: str = "date",
    *,
    earliest: dt.date = EARLIEST,
) -> dt.date | None:
    """A date as browsers send it, not in the future unless ``latest`` says so."""
    try:
        date = dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        date = None
    if date is None:
        problems.append((name, "Give a date as year-month-day, for instance 2026-11-22."))
        return None
    if not earliest <= date <= latest:
        words = f"Give a date from {earliest.isoformat()} to {latest.isoformat()}."
        problems.append((name, words))
        return None
    return date


def number_of(text: str, name: str, highest: float, problems: Problems) -> float | None:
    """A number from 0 up; a decimal comma is understood. ``None`` where nothing was typed."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or float(text.replace(",", ".")) > highest:
        problems.append((name, f"Give a number from 0 to {highest:g}, or nothing."))
        return None
    return float(text.replace(",", "."))


def whole_of(text: str, name: str, highest: int, problems: Problems) -> int | None:
    """A whole number from 0 up. ``None`` where nothing was typed."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6) or int(text) > highest:
        problems.append((name, f"Give a whole number from 0 to {highest}, or nothing."))
        return None
    return int(text)
