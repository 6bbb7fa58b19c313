"""What the cards are made of."""

from __future__ import annotations

import json

import msgspec

from speciosa.assessment import Brief
from speciosa.fhir.kratom import Match
from speciosa.fhir.kratom import Status as Taking
from speciosa.web.cds.card import Link
from speciosa.web.cds.hooks import Hook
from speciosa.web.cds.record import Record

KRATOM = "kratom"
# What is said of kratom on record, surest first.
STANDING = {
    Taking.TAKEN: "Kratom use on record",
    Taking.STOPPED: "Kratom on record as stopped",
    Taking.UNCERTAIN: "Kratom named on record, use not certain",
}


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What the cards are made of: the record, where it names kratom, and the findings.

    ``taken`` are the ids of medicines on the list before any draft order.
    """

    patient: str
    record: Record
    matches: tuple[Match, ...]
    brief: Brief
    taken: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()

    @property
    def shown(self) -> tuple[Match, ...]:
        """Where the record names kratom other than as not taken, surest first."""
        order = list(STANDING)
        held = [match for match in self.matches if match.status in STANDING]
        return tuple(sorted(held, key=lambda match: order.index(match.status)))


def smart_link(base_url: str, hook: Hook) -> Link:
    """The launch of the application by the EHR, told what it was called from."""
    context = json.dumps({"from": hook.value}, separators=(",", ":"))
    return Link(
        label="Full assessment in Speciosa",
        url=f"{base_url}/smart/launch",
        type="smart",
        app_context=context,
    )


def page_link(url: str) -> Link:
    """A page of the application."""
    return Link(label="Full assessment in Speciosa", url=url, type="absolute")
