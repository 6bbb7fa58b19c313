"""What every page of the knowledge base shares: who may see it, pages of a list, not found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

from speciosa.web import render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.services import Services

T = TypeVar("T")
SignedIn = Annotated[Principal, Depends(allow(Access.SIGNED_IN))]
Words = Annotated[str, Query(max_length=100)]
Number = Annotated[int, Query(alias="page", ge=1, le=10_000)]


class Part(NamedTuple):
    """One page of a list: its rows, where they stand in the whole, and its neighbours."""

    rows: Sequence[Any]
    first: int
    last: int
    total: int
    before: str
    behind: str


def part_of(rows: Sequence[T], page: int, size: int, request: Request) -> Part:
    """The rows of one page; a page behind the end is the last one."""
    pages = max(-(-len(rows) // size), 1)
    page = min(page, pages)
    start = (page - 1) * size
    shown = rows[start : start + size]
    return Part(
        rows=shown,
        first=start + 1 if shown else 0,
        last=start + len(shown),
        total=len(rows),
        before=here(request, page=page - 1) if page > 1 else "",
        behind=here(request, page=page + 1) if page < pages else "",
    )


def here(request: Request, **changed: object) -> str:
    """The same address with other parameters; an empty one is left out."""
    query = dict(request.query_params) | {name: str(value) for name, value in changed.items()}
    kept = {name: value for name, value in query.items() if value}
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


def page(request: Request, template: str, use: Services, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """A page of the knowledge base."""
    return render.page(
        request,
        f"browse/{template}.html.jinja",
        release=use.knowledge.release,
        sources_by_id=use.knowledge.sources,
        fact_path=fact_path,
        **context,
    )


def not_there(request: Request, what: str, back: str) -> HTMLResponse:
    """The page of an address under which nothing is known."""
    return render.page(request, "browse/not_there.html.jinja", status=404, what=what, back=back)


def fact_path(fact_id: str) -> str:
    """The permanent address of a fact on this service."""
    return f"/facts/{quote(fact_id)}"
