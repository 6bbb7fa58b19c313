"""Who calls: a registered client by its token, used once; or nobody, in an open demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from speciosa.web.cds.jwt import TokenError, bearer, verify
from speciosa.web.registration.cds import CdsClient

if TYPE_CHECKING:
    from speciosa.web.cds.keys import KeyCache
    from speciosa.web.services import Services


def caller(header: str | None, path: str, use: Services, keys: KeyCache) -> CdsClient | None:
    """The client that calls the endpoint at ``path``. Raises ``TokenError``.

    ``None`` stands for anybody, in an open demonstration: such a caller has no rights at all
    beyond an answer.
    """
    settings = use.settings.cds
    if settings.open_demo:
        return None
    try:
        found = verify(
            bearer(header),
            audience=use.settings.base_url + path,
            clients=settings.clients,
            now=use.now(),
            keys=keys,
        )
        if not use.store.first_use(f"cds {found.client.id}", found.jti, found.remember_until):
            raise TokenError(
                "jti was seen before", iss=found.client.iss, tenant=found.tenant, jti=found.jti
            )
    except TokenError as error:
        structlog.get_logger("speciosa.cds").warning(
            "token refused", reason=error.reason, iss=error.iss, tenant=error.tenant, jti=error.jti
        )
        raise
    return found.client
