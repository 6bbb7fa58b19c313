"""Every card for a call: danger first, then what the moment in the work is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speciosa.assessment import Brief
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.finding import Severity
from speciosa.web.cds.card import Card, Indicator, Topic, make_card
from speciosa.web.cds.hooks import Hook
from speciosa.web.cds.of_orders import of_orders
from speciosa.web.cds.of_patient import of_patient
from speciosa.web.cds.orders import Order
from speciosa.web.cds.picture import Picture
from speciosa.web.cds.said import first, listed, paragraphs, said

_MOST_QUESTIONS = 6
_DANGER = {
    UrgentStatus.EMERGENCY: Indicator.CRITICAL,
    UrgentStatus.SAME_DAY: Indicator.CRITICAL,
    UrgentStatus.SOON: Indicator.WARNING,
}


def cards(picture: Picture, hook: Hook, orders: Sequence[Order] = ()) -> tuple[Card, ...]:
    """Every card for a call, danger first."""
    danger = tuple(_danger(picture))
    if hook is Hook.PATIENT_VIEW:
        return (*danger, *of_patient(picture))
    return (*danger, *of_orders(picture, hook, orders))


def has_danger(brief: Brief) -> bool:
    """Whether a danger sign stands on record."""
    return brief.urgent.status in _DANGER


# ------------------------------------------------------------------ danger


def _danger(picture: Picture) -> Iterator[Card]:
    urgent = picture.brief.urgent
    indicator = _DANGER.get(urgent.status)
    if indicator is None:
        return
    calls = [
        f"{contact.label}: **{contact.number}**{'' if contact.verified else ' (not checked)'}"
        for contact in urgent.contacts
    ]
    graver = [f for f in urgent.findings if f.severity is not Severity.INFO]
    yield make_card(
        Topic.DANGER,
        indicator,
        urgent.headline,
        paragraphs(
            listed("Call", calls),
            urgent.contacts_note,
            listed("On record", map(said, graver)),
            listed("Ask now", first(urgent.ask_now, _MOST_QUESTIONS)),
        ),
        links=picture.links,
    )
