"""Law: one place on one date in full, and all places beside one another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from speciosa.errors import InputError
from speciosa.knowledge.law import period_id
from speciosa.knowledge.law.record import SUBSTANCES, Level, Status
from speciosa.regulation import law_at
from speciosa.web import place_names
from speciosa.web.pages.browse import show, tiles
from speciosa.web.pages.browse.show import SignedIn
from speciosa.web.services import Use

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.law.record import Period
    from speciosa.regulation.result import LawResult

    Periods = tuple[tuple[str, Sequence[tuple[str, Period]]], ...]

router = APIRouter()

# Few words for a tile; the whole words stand in the table and on the page of the place.
SHORT = {
    Status.CONTROLLED: "controlled",
    Status.PROHIBITED: "barred",
    Status.PRESCRIPTION_ONLY: "medicine",
    Status.REGULATED: "regulated",
    Status.AGE_RESTRICTED: "age limit",
    Status.NO_SPECIFIC_LAW: "none seen",
    Status.UNCLEAR: "unclear",
    Status.NOT_KNOWN: "not known",
}
_CONFIDENCE = ("high", "medium", "low", "unknown")


class Row(NamedTuple):
    """One place at its own level; what encloses it may be stricter (``leading``)."""

    code: str
    name: str
    level: str
    status: Status
    confidence: str
    as_of: str
    since: str
    verified: bool
    pending: bool
    leading: Status
    fact: str


class Tile(NamedTuple):
    """A state in the map of tiles."""

    row: Row
    line: int
    column: int


class Asked(NamedTuple):
    """The form as typed, and what was wrong with it."""

    place: str
    on: str
    substance: str
    sort: str
    error_place: str = ""
    error_on: str = ""


@router.get("/law")
def law(
    request: Request,
    _: SignedIn,
    use: Use,
    place: Annotated[str, Query(max_length=200)] = "",
    on: Annotated[str, Query(max_length=40)] = "",
    substance: Annotated[str, Query(max_length=40)] = "leaf",
    sort: Annotated[str, Query(max_length=20)] = "place",
) -> HTMLResponse:
    """Law of a place on a date, and of every state and country on file."""
    knowledge = use.knowledge
    shown = substance if substance in SUBSTANCES else "leaf"
    date, wrong_date = _date(on, use.today())
    asked = Asked(place, on or date.isoformat(), shown, sort, error_on=wrong_date)
    result: LawResult | None = None
    periods: Periods = ()
    if place.strip() and not wrong_date:
        code = place_names.place_code(place, knowledge)
        try:
            result = law_at(knowledge, code, date)
            periods = history(knowledge, code)
        except InputError as error:
            near = error.problems[0].suggestion
            told = f"Not a place: {error.problems[0].accepted}."
            asked = asked._replace(error_place=f"{told} Did you mean {near}?" if near else told)
    rows = everywhere(knowledge, date, shown)
    by_code = {row.code: row for row in rows}
    status = 422 if asked.error_place or asked.error_on else 200
    page = show.page(
        request,
        "law",
        use,
        asked=asked,
        result=result,
        periods=periods,
        date=date,
        words=knowledge.law.words,
        choices=place_names.places(knowledge),
        substances=[(one, knowledge.law.words.substances[one]) for one in SUBSTANCES],
        rows=ordered(rows, sort),
        tiles=[
            Tile(by_code[code], *where)
            for code, where in sorted(tiles.PLACES.items())
            if code in by_code
        ],
        absent=[code for code in sorted(tiles.PLACES) if code not in by_code],
        short=SHORT,
        sorts=_sorts(request, sort),
    )
    page.status_code = status
    return page


@lru_cache(maxsize=64)
def everywhere(knowledge: Knowledge, date: dt.date, substance: str) -> tuple[Row, ...]:
    """Every state and country on file on one date, by name."""
    rows = [
        _row(law_at(knowledge, one.code, date, substances=(substance,)), one.level)
        for one in knowledge.law.all()
        if one.level in (Level.COUNTRY, Level.STATE)
    ]
    return tuple(sorted(rows, key=lambda row: row.name))


def history(knowledge: Knowledge, code: str) -> Periods:
    """The periods on file of a place by substance, each with the id of its fact."""
    law = knowledge.law
    record = law.get(law.places.aliases.get(code, code))
    if record is None:
        return ()
    return tuple(
        (law.words.substances[one], [(period_id(record.code, p), p) for p in record.of(one)])
        for one in SUBSTANCES
    )


def ordered(rows: Sequence[Row], sort: str) -> list[Row]:
    """Rows by place, status (strictest first), confidence, or age of the source (oldest first)."""
    keys = {
        "status": lambda row: (row.status.rank, row.name),
        "confidence": lambda row: (_CONFIDENCE.index(row.confidence), row.name),
        "as_of": lambda row: (row.as_of, row.name),
    }
    return sorted(rows, key=keys.get(sort, lambda row: row.name))


def _row(result: LawResult, level: Level) -> Row:
    layer = next(one for one in reversed(result.layers))
    substance = layer.substance
    return Row(
        code=layer.place,
        name=result.place_name,
        level=level.value,
        status=Status(layer.status),
        confidence=layer.confidence,
        as_of=layer.as_of or "",
        since=layer.effective_from or "",
        verified=layer.verified,
        pending=bool(layer.pending),
        leading=Status(result.leading[substance]),
        fact=layer.fact,
    )


def _date(text: str, today: dt.date) -> tuple[dt.date, str]:
    if not text.strip():
        return today, ""
    try:
        found = dt.date.fromisoformat(text.strip())
    except ValueError:
        return today, "Not a date: write it as 2026-11-22."
    if not 1900 <= found.year <= 2199:
        return today, "A year from 1900 to 2199."
    return found, ""


def _sorts(request: Request, chosen: str) -> list[tuple[str, str, bool]]:
    names = (("place", "Place"), ("status", "Status"), ("confidence", "Confidence"),
             ("as_of", "Source speaks for"))  # fmt: skip
    return [(words, show.here(request, sort=key), key == chosen) for key, words in names]
