"""A page from a template: escaped, with the navigation and the principal every page shows."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from speciosa.report import numbers, words
from speciosa.report.clean import clean
from speciosa.web.access import NOBODY, Access
from speciosa.web.services import services

_SMART = "/smart"
NAVIGATION = (
    ("/cases/new", "New assessment", Access.SIGNED_IN),
    (_SMART, "From a record", Access.WRITE),
    ("/people", "People", Access.READ),
    ("/lists", "Lists", Access.READ),
    ("/law", "Law", Access.SIGNED_IN),
    ("/medicines", "Medicines", Access.SIGNED_IN),
    ("/evidence", "Evidence", Access.SIGNED_IN),
    ("/sources", "Sources", Access.SIGNED_IN),
    ("/audit", "Audit", Access.ADMIN),
)
_SEVERITY_NAMES = {
    **{level.value: known.word for level, known in words.SEVERITY.items()},
    "unknown": "Not known",
}


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """Render ``template`` (under ``web/templates``) as an answer."""
    return HTMLResponse(text(request, template, **context), status_code=status)


def text(request: Request, template: str, **context: Any) -> str:  # noqa: ANN401
    """Render ``template`` as text: a fragment, or a page that goes elsewhere."""
    return (
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


def _navigation(request: Request) -> list[tuple[str, str, Access]]:
    """The entries of this service; records of other systems only where some are registered."""
    issuers = services(request).settings.smart.issuers
    return [entry for entry in NAVIGATION if entry[0] != _SMART or issuers]


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the service; those of the report are under ``report/``."""
    environment = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("speciosa.web"),
                PrefixLoader({"report": PackageLoader("speciosa.report")}),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        is_here=_is_here,
        navigation=_navigation,
        severity_names=_SEVERITY_NAMES,
        static=static,
    )
    return environment


@lru_cache(maxsize=64)
def static(name: str) -> str:
    """The address of a file of ours, which changes with what the file says."""
    found = report_css() if name == "report.css" else files("speciosa.web") / "static" / name
    return f"/static/{name}?v={hashlib.sha256(found.read_bytes()).hexdigest()[:12]}"


def report_css() -> Any:  # noqa: ANN401
    """The report's style sheet, which is also the first one of every page."""
    return files("speciosa.report") / "style.css"


def _is_here(request: Request, path: str) -> bool:
    here = request.url.path
    return here == path or here.startswith(f"{path}/")


def _finalize(value: object) -> object:
    """Last step before escaping: text without control characters, no bare float or ``None``."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return "\n".join(clean(line) for line in value.split("\n"))
    if isinstance(value, float):
        return numbers.plain(value)
    return "" if value is None else value
