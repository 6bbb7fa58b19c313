"""The services offered, what each asks the client to send along, and how that is written down."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

_PATIENT = "patient={{context.patientId}}"

# Only what the restricted queries of CDS Hooks allow: one type, equality, a count, an order.
PREFETCH: Mapping[str, str] = {
    "patient": "Patient/{{context.patientId}}",
    "statements": f"MedicationStatement?{_PATIENT}&_count=100",
    "requests": f"MedicationRequest?{_PATIENT}&status=active&_count=100",
    "conditions": f"Condition?{_PATIENT}&_count=100",
    "surveys": f"Observation?{_PATIENT}&category=survey&_sort=-date&_count=50",
    "laboratory": f"Observation?{_PATIENT}&category=laboratory&_sort=-date&_count=50",
    "responses": f"QuestionnaireResponse?{_PATIENT}&_sort=-authored&_count=10",
}
MEDICATIONS = ("statements", "requests")


class Hook(StrEnum):
    """The moments in a clinician's work at which a service is called."""

    PATIENT_VIEW = "patient-view"
    ORDER_SELECT = "order-select"
    ORDER_SIGN = "order-sign"


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the discovery answer."""

    id: str
    hook: Hook
    title: str
    description: str

    def entry(self) -> dict[str, Any]:
        """The entry as sent."""
        return {**msgspec.to_builtins(self), "prefetch": dict(PREFETCH)}


SERVICES: Mapping[str, Service] = {
    service.id: service
    for service in (
        Service(
            id="speciosa-patient-view",
            hook=Hook.PATIENT_VIEW,
            title="Kratom and anxiety: this patient",
            description="Kratom (Mitragyna speciosa) on record with the entry that shows it, its "
            "interactions with the medicines on record, the course of GAD-7, danger signs, and the "
            "law where the patient lives. Nothing found does not exclude kratom use.",
        ),
        Service(
            id="speciosa-order-select",
            hook=Hook.ORDER_SELECT,
            title="Kratom and anxiety: an order being written",
            description="Interactions of the selected orders with kratom on record and with the "
            "other medicines, while the order is being written.",
        ),
        Service(
            id="speciosa-order-sign",
            hook=Hook.ORDER_SIGN,
            title="Kratom and anxiety: orders about to be signed",
            description="Interactions of all draft orders with kratom on record, with the other "
            "medicines and with each other, before signing.",
        ),
    )
}
