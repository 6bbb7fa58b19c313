"""The report's style sheet as a file of the service: the first sheet of every page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from speciosa.web import render
from speciosa.web.access import Access, Principal, allow

router = APIRouter()


@router.get("/static/report.css", include_in_schema=False)
def report_css(_: Annotated[Principal, Depends(allow(Access.PUBLIC))]) -> Response:
    """Palette, type, tables and severity marks; ``app.css`` adds what only pages have."""
    return Response(
        render.report_css().read_bytes(),
        media_type="text/css; charset=utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
