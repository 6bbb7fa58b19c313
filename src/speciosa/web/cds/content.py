"""Every card for a call: danger first, then what the moment in the work is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speciosa.clinical.safety.result import UrgentStatus
from speciosa.finding import Severity
from speciosa.web.cds.card import Card, Indicator, Topic, make_card
from speciosa.web.cds.hooks import Hook
from speciosa.web.cds.of_orders import of_orders
from speciosa.web.cds.of_patient import left_open, of_patient
from speciosa.web.cds.orders import Order
from speciosa.web.cds.picture import Picture
from speciosa.web.cds.said import MOST_QUESTIONS, first, listed, paragraphs, said

_DANGER = {
    UrgentStatus.EMERGENCY: Indicator.CRITICAL,
    UrgentStatus.SAME_DAY: Indicator.CRITICAL,
    UrgentStatus.SOON: Indicator.WARNING,
}


def cards(picture: Picture, hook: Hook, orders: Sequence[Order] = ()) -> tuple[Card, ...]:
    """Every card for a call, danger first."""
    danger = tuple(_danger(picture))
    if hook is Hook.PATIENT_VIEW:
        made = (*danger, *of_patient(picture))
    else:
        made = (*danger, *of_orders(picture, hook, orders))
    # Some screens show an empty answer as "all clear".
    return made or tuple(left_open(picture, of_orders=hook is not Hook.PATIENT_VIEW))


def is_about_danger(card: Card) -> bool:
    """Whether a card must be shown even where nothing else can be said."""
    return card.source.topic.code == Topic.DANGER


# ------------------------------------------------------------------ danger


def _danger(picture: Picture) -> Iterator[Card]:
    urgent = picture.brief.urgent
    asked = picture.danger_question
    indicator = _DANGER.get(urgent.status, Indicator.WARNING if asked else None)
    if indicator is None:
        return
    questions = [asked, *urgent.ask_now] if asked else [*urgent.ask_now]
    calls = [
        f"{contact.label}: **{contact.number}**{'' if contact.verified else ' (not checked)'}"
        for contact in urgent.contacts
    ]
    graver = [f for f in urgent.findings if f.severity is not Severity.INFO]
    yield make_card(
        Topic.DANGER,
        indicator,
        urgent.headline if urgent.status in _DANGER else asked,
        paragraphs(
            listed("Call", calls),
            urgent.contacts_note,
            listed("On record", map(said, graver)),
            listed("Ask now", first(questions, MOST_QUESTIONS)),
        ),
        links=picture.links,
    )
