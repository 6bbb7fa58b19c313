"""What a card may offer to do: have something reviewed, or take a draft order back. No more."""

from __future__ import annotations

from typing import Any

from speciosa.web.cds.card import Action, Suggestion, make_suggestion
from speciosa.web.cds.orders import Order
from speciosa.web.cds.picture import Picture

ASK = "Ask about kratom use"


def task(picture: Picture, label: str, description: str) -> Suggestion:
    """A draft task; nothing happens until a clinician takes it up."""
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "status": "draft",
        "intent": "proposal",
        "description": description,
        "for": {"reference": f"Patient/{picture.patient}"},
    }
    return make_suggestion(
        f"{label} (a task)", Action(type="create", description=description, resource=resource)
    )


def remove(order: Order, label: str) -> Suggestion:
    """Take back an order that is still a draft."""
    return make_suggestion(
        label, Action(type="delete", description=label, resource_id=order.reference)
    )
