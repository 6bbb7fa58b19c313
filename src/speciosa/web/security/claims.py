"""What the claims of a token say about a person: id, name, roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from speciosa.web.access import Principal, Role

if TYPE_CHECKING:
    from speciosa.web.settings import OidcSettings


def principal_from(claims: Mapping[str, Any], settings: OidcSettings) -> Principal:
    """The principal; without a mapped role it has none and may do nothing."""
    subject = str(claims["sub"])
    name = claims.get(settings.name_claim)
    return Principal(
        id=subject,
        name=name if isinstance(name, str) and name else subject,
        roles=_roles(claims, settings),
    )


def _roles(claims: Mapping[str, Any], settings: OidcSettings) -> frozenset[Role]:
    found: Any = claims
    for step in settings.roles_claim.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(
        Role(settings.roles[value])
        for value in values
        if isinstance(value, str) and value in settings.roles
    )
