"""Which route a request is for, known before any route runs: its template and its access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match, Mount

from speciosa.web.access import Access, access_of

PROBES = frozenset({"/health", "/ready"})
_NEEDS_PRINCIPAL = frozenset({Access.SIGNED_IN, Access.READ, Access.WRITE, Access.ADMIN})
_AUDITED = frozenset({Access.READ, Access.WRITE, Access.ADMIN, Access.LINK, Access.CDS})


@dataclass(frozen=True)
class Place:
    """The route's template ("" if there is none) and access (none: files, unknown paths)."""

    template: str = ""
    access: Access | None = None

    @property
    def is_static(self) -> bool:
        """Files of the application itself."""
        return self.template.startswith("/static")

    @property
    def needs_principal(self) -> bool:
        """Somebody has to be signed in."""
        return self.access in _NEEDS_PRINCIPAL

    @property
    def needs_caller(self) -> bool:
        """It matters who calls by session or token; probes must not wait for the store."""
        return not (
            self.is_static or self.template in PROBES or self.access in {Access.CDS, Access.LINK}
        )

    @property
    def is_audited(self) -> bool:
        """Every call is written to the audit log."""
        return self.access in _AUDITED

    @property
    def may_be_cached(self) -> bool:
        """Nothing of a person: the route may say itself how long a browser keeps the answer."""
        return self.is_static or self.access in {Access.PUBLIC, Access.SIGNED_IN}


def place_of(routes: Sequence[BaseRoute], scope: dict[str, Any]) -> Place:
    """The place of a request, as the router will find it: a full match, else one by path alone."""
    by_path: BaseRoute | None = None
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return _place(route)
        if match is Match.PARTIAL and by_path is None:
            by_path = route
    return Place() if by_path is None else _place(by_path)


def is_for_programs(path: str) -> bool:
    """Answers are JSON here; elsewhere they are pages."""
    return path.startswith(("/api/", "/cds-services"))


def _place(route: BaseRoute) -> Place:
    template = str(getattr(route, "path", ""))
    if isinstance(route, APIRoute):
        return Place(template, access_of(route)[0])
    return Place(template if not isinstance(route, Mount) else route.path)
