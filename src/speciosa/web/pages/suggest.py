"""Lists of names for type-ahead: sent whole and once, so that no keystroke leaves the browser."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from speciosa.web import place_names, render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.pages import known_names
from speciosa.web.services import Use

router = APIRouter()


@router.get("/suggest/{names}")
def suggest(
    request: Request,
    names: Literal["medicines", "places"],
    _: Annotated[Principal, Depends(allow(Access.SIGNED_IN))],
    use: Use,
) -> HTMLResponse:
    """The options of a ``datalist``; the browser searches in them."""
    choices = {"medicines": known_names.medicines, "places": place_names.places}[names]
    text = render.text(request, "case/choices.html.jinja", choices=choices(use.knowledge))
    return HTMLResponse(text, headers={"Cache-Control": "private, max-age=3600"})
