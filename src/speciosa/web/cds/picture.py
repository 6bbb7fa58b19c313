"""What the cards are made of."""

from __future__ import annotations

import json

import msgspec

from speciosa.assessment import Brief
from speciosa.fhir.kratom import Match
from speciosa.fhir.kratom import Status as Taking
from speciosa.fhir.read import Ignored
from speciosa.pharmacology.interactions.result import Interaction, InteractionsResult
from speciosa.web.cds.card import Link
from speciosa.web.cds.hooks import Hook
from speciosa.web.cds.record import Record

KRATOM = "kratom"
# What is said of kratom on record, surest first.
STANDING = {
    Taking.TAKEN: "Kratom use on record",
    Taking.STOPPED: "Kratom on record as stopped",
    Taking.UNCERTAIN: "Kratom named on record, use not certain",
    Taking.NOT_TAKEN: "Kratom named on record as not taken",
}
_ORDER = tuple(STANDING)
_ABOUT_SUICIDE = "Ask about suicidal thoughts"


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What the cards are made of: the record, where it names kratom, and the findings.

    ``taken`` are the ids of medicines on the list before any draft order. ``supposed`` is found if
    the person takes kratom, ``None`` where that is not left open. ``unread`` are entries of
    medicines that could not be read, ``questions`` what the record leaves to be asked.
    """

    patient: str
    record: Record
    matches: tuple[Match, ...]
    brief: Brief
    taken: frozenset[str] = frozenset()
    supposed: InteractionsResult | None = None
    unread: tuple[Ignored, ...] = ()
    questions: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def shown(self) -> tuple[Match, ...]:
        """Where the record names kratom other than as not taken, surest first."""
        held = [match for match in self.matches if match.status is not Taking.NOT_TAKEN]
        return tuple(sorted(held, key=lambda match: _ORDER.index(match.status)))

    @property
    def named(self) -> tuple[Match, ...]:
        """Every place where kratom is named, surest first: a "no" can be old or misread."""
        return tuple(sorted(self.matches, key=lambda match: _ORDER.index(match.status)))

    @property
    def if_taken(self) -> tuple[Interaction, ...]:
        """Interactions of kratom that hold if it is taken, where that is left open."""
        rows = self.supposed.rows if self.supposed else ()
        return tuple(row for row in rows if KRATOM in row.members)

    @property
    def danger_question(self) -> str:
        """The question on suicidal thoughts that the record itself raises; "" without one."""
        return next((one for one in self.questions if one.startswith(_ABOUT_SUICIDE)), "")


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
