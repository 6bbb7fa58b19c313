"""The bricks of a case: its words, numbers, dates and lists, and how values can clash."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

T = TypeVar("T")
# Bounds far above any person's record, so that no document can make the rooms work without end.
Listed = Annotated[tuple[T, ...], Field(max_length=200)]

Flag = Annotated[bool, Field(strict=True)]


class ClashError(ValueError):
    """Values that are fine alone and not together: what was given, what would be accepted.

    ``given`` must not hold a person's words. ``field`` names the field that gives way, if one does.
    """

    def __init__(self, given: str, accepted: str, field: str = "") -> None:
        super().__init__(given, accepted)
        self.field = field


# Control characters other than line breaks and tabs, and those that turn the direction of text:
# they can make a terminal or a page show something else than what is stored.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _visible(text: str) -> str:
    if _UNSEEN.search(text):
        raise ClashError("text with an invisible control character", "text without such characters")
    return text


Word = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_visible),
]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
FreeText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(_visible)
]

PLACE_PATTERN = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?(/[a-z0-9]+(-[a-z0-9]+)*)?$"
PlaceCode = Annotated[
    str,
    StringConstraints(pattern=PLACE_PATTERN, max_length=100),
    Field(description="an ISO 3166 code such as US, US-TN or US-CA/san-diego-city"),
]


# A year outside these is a slip of the hand; it would also leave no room to count days from it.
_YEARS = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


def _iso_date(given: object) -> object:
    """Only ``2026-11-22`` is a date: a bare number would be read as seconds since 1970."""
    text = given.isoformat() if type(given) is dt.date else given
    if isinstance(text, str) and _YEARS.fullmatch(text):
        return given
    raise PydanticCustomError("iso_date", "a date such as 2026-11-22")


Date = Annotated[dt.date, BeforeValidator(_iso_date)]


class Part(BaseModel):
    """A frozen piece of a case that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def check_total(total: int | None, answers: tuple[int | None, ...] | None) -> None:
    """A total must be the sum of the answers; one of the two is needed."""
    if total is None and answers is None:
        raise ClashError("neither answers nor total", "the answers, the total, or both")
    if total is None or answers is None:
        return
    if None in answers:
        raise ClashError("a total and incomplete answers", "the total alone, or the answers alone")
    added = sum(a for a in answers if a is not None)
    if total != added:
        raise ClashError(
            f"{total}, but the answers add up to {added}", "the sum of the answers", "total"
        )


def check_disjoint(one: str, ones: tuple[str, ...], other: str, others: tuple[str, ...]) -> None:
    """No word may stand in both lists."""
    both = sorted(set(ones) & set(others))
    if both:
        raise ClashError(
            f"{', '.join(both)} in {one} and in {other}", f"each in {one} or in {other}"
        )


def check_order(since: dt.date | None, stopped: dt.date | None) -> None:
    """Nothing stops before it began."""
    if since and stopped and stopped < since:
        raise ClashError(
            f"{stopped}, before since ({since})", "a date on or after since", "stopped"
        )


def check_limit(value: float, below_limit: bool | None, limit: float | None) -> None:
    """A result below the limit names the limit; a measured one does not lie under it."""
    if below_limit and value <= 0:
        raise ClashError(f"{value:g} beside below_limit", "the limit that it is below", "value")
    if limit is None:
        return
    if below_limit and value != limit:
        raise ClashError(
            f"{value:g} beside below_limit and a limit of {limit:g}",
            "the limit itself, because the result is less than that",
            "value",
        )
    if not below_limit and value < limit:
        raise ClashError(
            f"{value:g}, less than the limit of quantification ({limit:g})",
            "the limit itself with below_limit: true, or a value that could be measured",
            "value",
        )
