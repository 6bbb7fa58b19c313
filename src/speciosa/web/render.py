"""A page from a template: escaped, with the navigation and the principal every page shows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from speciosa.web.access import NOBODY
from speciosa.web.services import services


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """Render ``template`` (under ``web/templates``) as an answer."""
    text = (
        environment()
        .get_template(template)
        .render(
            request=request,
            principal=getattr(request.state, "principal", NOBODY),
            csrf_token=getattr(request.state, "csrf_token", ""),
            settings=services(request).settings,
            **context,
        )
    )
    return HTMLResponse(text, status_code=status)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the service."""
    return Environment(
        loader=PackageLoader("speciosa.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
