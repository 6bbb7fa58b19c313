"""How often one caller may call, by kind of place. Counted in each worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from speciosa.web.access import Access

if TYPE_CHECKING:
    from speciosa.web.access import Principal
    from speciosa.web.security.places import Place
    from speciosa.web.settings import RateSettings

_SIGN_IN = frozenset({"/enter", "/sign-in", "/sign-in/start", "/callback"})
_NEVER = frozenset({"/health", "/ready"})


class Rates:
    """The limits of one application."""

    def __init__(self, settings: RateSettings) -> None:
        self._limits: dict[str, RateLimitItem] = {
            name: parse(value) for name, value in settings.model_dump().items()
        }
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def wait_seconds(self, place: Place, principal: Principal, address: str) -> int:
        """0 if the call may pass (it is counted), else the seconds until the next may."""
        if place.is_static or place.template in _NEVER:
            return 0
        kind, who = _bucket(place, principal, address)
        limit = self._limits[kind]
        if self._limiter.hit(limit, kind, who):
            return 0
        return max(1, limit.get_expiry())


def _bucket(place: Place, principal: Principal, address: str) -> tuple[str, str]:
    if place.template in _SIGN_IN:
        return "sign_in", address
    if place.access is Access.LINK:
        return "links", address
    if place.access is Access.CDS or place.template.startswith("/cds-services"):
        return "cds", address
    if principal.id:
        return "signed_in", principal.id
    return "anybody", address
