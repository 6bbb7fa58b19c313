"""Who may use a route. Every route declares it; an application with one that does not is not built.

``allow(Access.READ)`` is a FastAPI dependency that returns the ``Principal``. How a principal is
recognised (start-up token, session, bearer token) is the business of ``web.security``, which puts
it on ``request.state.principal`` before any route runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from speciosa.errors import SpeciosaError


class Role(StrEnum):
    """What a person does in the clinic. Roles add up; none contains another."""

    READER = "reader"
    CLINICIAN = "clinician"
    ADMIN = "admin"


class Access(StrEnum):
    """What a route asks of whoever calls it."""

    PUBLIC = "public"  # anybody: health, sign-in, discovery of CDS services
    SIGNED_IN = "signed in"  # any role: knowledge pages, tools without a person's record
    READ = "read"  # reader or clinician: a person's record
    WRITE = "write"  # clinician: changes a person's record
    ADMIN = "admin"  # admin: audit log, operations
    CDS = "cds"  # an EHR's signed token (web.cds); never a session
    LINK = "link"  # a single-use questionnaire link; the token in the path is the key


_ROLES: dict[Access, frozenset[Role]] = {
    Access.SIGNED_IN: frozenset(Role),
    Access.READ: frozenset({Role.READER, Role.CLINICIAN}),
    Access.WRITE: frozenset({Role.CLINICIAN}),
    Access.ADMIN: frozenset({Role.ADMIN}),
}


@dataclass(frozen=True)
class Principal:
    """Whoever calls: ``id`` goes into records and the audit log; it names no patient."""

    id: str
    name: str
    roles: frozenset[Role]

    def may(self, access: Access) -> bool:
        """Whether the roles satisfy a route that asks for a signed-in user."""
        return bool(self.roles & _ROLES.get(access, frozenset()))


NOBODY = Principal(id="", name="", roles=frozenset())


class SignInNeededError(SpeciosaError):
    """Nobody is signed in: pages redirect to the sign-in, the API answers 401."""


class NotAllowedError(SpeciosaError):
    """Somebody is signed in who lacks the role: 403."""


@dataclass(frozen=True)
class Allow:
    """The dependency itself; ``access`` is read by the check of all routes and by the tests."""

    access: Access

    def __call__(self, request: Request) -> Principal:
        """The principal, or an error that the handlers of ``web.security`` turn into an answer."""
        principal: Principal = getattr(request.state, "principal", NOBODY)
        if self.access in {Access.PUBLIC, Access.CDS, Access.LINK}:
            return principal
        if not principal.id:
            raise SignInNeededError("nobody is signed in")
        if not principal.may(self.access):
            raise NotAllowedError(f"this needs the access {self.access.value!r}")
        return principal


def allow(access: Access) -> Allow:
    """A dependency that lets only those pass who may: ``Depends(allow(Access.READ))``."""
    return Allow(access)


def access_of(route: APIRoute) -> tuple[Access, ...]:
    """Every access that a route declares; exactly one is right."""
    return tuple(one.access for one in _allows(route.dependant))


def _allows(dependant: Dependant) -> Iterator[Allow]:
    if isinstance(dependant.call, Allow):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _allows(inner)


def check_routes(app: FastAPI) -> None:
    """Every route declares exactly one access. Raises ``SpeciosaError`` naming the others."""
    wrong = [
        f"{route.path} declares {len(access_of(route))} accesses"
        for route in app.routes
        if isinstance(route, APIRoute) and len(access_of(route)) != 1
    ]
    wrong += [
        f"{getattr(route, 'path', route)} is no API route"
        for route in app.routes
        if not isinstance(route, APIRoute) and not _harmless(route)
    ]
    if wrong:
        raise SpeciosaError("routes without exactly one access: " + "; ".join(wrong))


def _harmless(route: object) -> bool:
    """Files of the application itself and its OpenAPI document hold nothing of a person."""
    if isinstance(route, Mount):
        return route.path == "/static"
    return isinstance(route, Route) and route.path == "/api/v1/openapi.json"
