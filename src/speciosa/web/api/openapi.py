"""The OpenAPI 3.1 document of the API, made from its routes and types."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import Depends, Response
from fastapi.openapi.utils import get_openapi

from speciosa import __version__
from speciosa.web.access import Access, access_of, allow
from speciosa.web.api import catalogue, schemas
from speciosa.web.api.bodies import JSON
from speciosa.web.api.route import PREFIX, ProblemRoute, router

if TYPE_CHECKING:
    from fastapi import APIRouter

_ABOUT = """One person with generalized anxiety who uses, or asks about, kratom: one cited
assessment for the clinician. Nothing here recommends kratom or proposes an amount of it.

Send a bearer token, or the cookie of a session; with the cookie every POST, PUT, PATCH and DELETE
also needs the header `X-CSRF-Token`. Errors are `application/problem+json` (RFC 9457) and never
repeat free text. Missing never means normal: leave a field out where nothing is known.
"""
_TAGS = {
    "assessment": "One case in, one assessment out; nothing is kept.",
    "tools": "Scores, interactions and simulated regimens.",
    "knowledge": "Law, medicines, evidence, sources and facts, each with where it was read.",
    "people": "People under care and their records, kept in versions.",
    "follow-up": "Entries, events and planned contacts, and what they add up to.",
    "exchange": "FHIR R4 in and out.",
}


def install(rooms: Iterable[APIRouter]) -> APIRouter:
    """A route that gives the document of the routers."""
    routes = [route for room in rooms for route in room.routes]
    here = router()

    @lru_cache(maxsize=1)
    def encoded() -> bytes:
        made = document([r for r in routes if isinstance(r, ProblemRoute)])
        return msgspec.json.encode(made)

    @here.get("/openapi.json", include_in_schema=False, dependencies=[Depends(_public)])
    def openapi() -> Response:
        """The OpenAPI document."""
        return Response(encoded(), media_type=JSON)

    return here


_public = allow(Access.PUBLIC)


def document(routes: list[ProblemRoute]) -> dict[str, Any]:
    """The whole document."""
    made = get_openapi(
        title="Speciosa",
        version=__version__,
        openapi_version="3.1.0",
        summary="The HTTP API of Speciosa",
        description=_ABOUT,
        routes=routes,
        tags=[{"name": name, "description": told} for name, told in _TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/"}],
    )
    made["components"] = {
        "schemas": schemas.components(catalogue.STRUCTS, catalogue.MODELS, catalogue.PLAIN),
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "session": {"type": "apiKey", "in": "cookie", "name": catalogue.COOKIE},
        },
    }
    by_id = {route.operation_id: route for route in routes}
    for path in made["paths"].values():
        for operation in path.values():
            _finish(operation, by_id[operation["operationId"]])
    return made


def _finish(operation: dict[str, Any], route: ProblemRoute) -> None:
    """Who may call it, and no words of the framework about errors it does not give."""
    (access,) = access_of(route)
    operation["security"] = [] if access is Access.PUBLIC else [{"bearer": []}, {"session": []}]
    operation["x-access"] = access.value
    declared = route.responses
    for status in list(operation["responses"]):
        if int(status) not in declared:
            del operation["responses"][status]


__all__ = ["PREFIX", "document", "install"]
