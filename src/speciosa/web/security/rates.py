"""How often one caller may call, by kind of place. Counted in each worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from speciosa.web.access import Access
from speciosa.web.security.places import PROBES

if TYPE_CHECKING:
    from speciosa.web.access import Principal
    from speciosa.web.security.places import Place
    from speciosa.web.settings import RateSettings

_SIGN_IN = frozenset({"/enter", "/sign-in", "/sign-in/start", "/callback"})


class Rates:
    """The limits of one application."""

    def __init__(self, settings: RateSettings) -> None:
        self._limits: dict[str, RateLimitItem] = {
            name: parse(value) for name, value in settings.model_dump().items()
        }
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def wait_seconds(self, place: Place, principal: Principal, address: str, path: str) -> int:
        """0 if the call may pass (it is counted), else the seconds until the next may."""
        if place.is_static or place.template in PROBES:
            return 0
        for kind, who in _buckets(place, principal, address, path):
            limit = self._limits[kind]
            if not self._limiter.hit(limit, kind, who):
                return max(1, limit.get_expiry())
        return 0


def _buckets(
    place: Place, principal: Principal, address: str, path: str
) -> Iterator[tuple[str, str]]:
    if place.access is Access.LINK:
        # A waiting room shares one address: a link counts by itself.
        yield "links", hashlib.sha256(path.encode()).hexdigest()
    yield _bucket(place, principal, address)


def _bucket(place: Place, principal: Principal, address: str) -> tuple[str, str]:
    if place.template in _SIGN_IN:
        return "sign_in", address
    if place.access is Access.CDS or place.template.startswith("/cds-services"):
        return "cds", address
    if principal.id:
        return "signed_in", principal.id
    return "anybody", address
