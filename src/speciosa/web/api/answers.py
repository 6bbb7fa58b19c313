"""Answers in the forms of the API: JSON of a record, a page of a list, a negotiated kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from fastapi import Request, Response

from speciosa.report import json as report_json
from speciosa.web.api.bodies import JSON
from speciosa.web.api.problem import ApiError

if TYPE_CHECKING:
    from speciosa.web.services import Services

T = TypeVar("T")


def json(
    value: msgspec.Struct, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A record as JSON; numbers that are not finite are a fault, not null."""
    return Response(
        report_json.encode(value), status_code=status, media_type=JSON, headers=dict(headers or {})
    )


def page_of(
    rows: Sequence[T], offset: int, limit: int, request: Request
) -> tuple[Sequence[T], str | None]:
    """The rows from ``offset`` on, and the address of the next page if there is one."""
    end = offset + limit
    if end >= len(rows):
        return rows[offset:], None
    return rows[offset:end], _with(request, offset=end)


def after(request: Request, cursor: str) -> str:
    """The address of this request behind ``cursor``."""
    return _with(request, after=cursor)


def path(*steps: str) -> str:
    """An address of the API on this server."""
    return "/api/v1/" + "/".join(quote(step, safe="") for step in steps)


def absolute(use: Services, where: str) -> str:
    """A permanent address with the name of the service."""
    return f"{use.settings.base_url}{where}"


def chosen(request: Request, kinds: Sequence[str]) -> str:
    """The best of ``kinds`` by the header Accept; the first without one. Raises 406."""
    wanted = request.headers.get("accept", "").strip()
    if not wanted:
        return kinds[0]
    ranges = [_range(part) for part in wanted.split(",")[:50]]
    graded = [(max((q for r, q in ranges if _fits(r, kind)), default=0.0), kind) for kind in kinds]
    best = max(q for q, _ in graded)
    if best <= 0.0:
        raise ApiError(406, "not-acceptable", f"This can be given as {', '.join(kinds)}.")
    return next(kind for q, kind in graded if q == best)


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return kind, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return kind, 0.0
    return kind, 1.0


def _fits(wanted: str, kind: str) -> bool:
    return wanted in {"*/*", kind, f"{kind.partition('/')[0]}/*"}


def _with(request: Request, **changed: object) -> str:
    query = dict(request.query_params)
    query |= {name: str(value) for name, value in changed.items()}
    return f"{request.url.path}?{urlencode(query)}"


def changed_meanwhile() -> ApiError:
    """The refusal of a change that was made from an older version."""
    told = "Somebody changed the record meanwhile. Read it again and repeat the change."
    return ApiError(412, "changed-meanwhile", told)
