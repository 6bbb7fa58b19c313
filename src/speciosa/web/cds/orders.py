"""Draft orders as medicines: those being written now, and those that are only beside them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from speciosa.case import CaseMedicine
from speciosa.fhir import kratom, read
from speciosa.knowledge import Knowledge
from speciosa.web.cds.call import Call, reference_of
from speciosa.web.cds.hooks import Hook

_OF_MEDICINES = frozenset({"MedicationRequest", "MedicationOrder"})


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A draft order. ``reference`` is "" without an id; ``is_new`` marks what is asked about.

    ``medicine`` is ``None`` where none could be read, and for kratom, which is never ordered.
    """

    reference: str
    name: str
    is_new: bool
    medicine: CaseMedicine | None = None
    why_not: str = ""
    names_kratom: bool = False


def orders_of(call: Call, knowledge: Knowledge, today: dt.date) -> tuple[Order, ...]:
    """Every draft order of a medicine, in the order given."""
    return tuple(
        _order(draft, call, knowledge, today)
        for draft in call.drafts
        if draft["resourceType"] in _OF_MEDICINES and not _is_blank(draft, call)
    )


def _is_blank(draft: dict[str, Any], call: Call) -> bool:
    """An order that is being written and has no medicine yet: there is nothing to check."""
    named = any(name.startswith("medication") for name in draft)
    return call.hook is Hook.ORDER_SELECT and not named


def _order(draft: dict[str, Any], call: Call, knowledge: Knowledge, today: dt.date) -> Order:
    reference = reference_of(draft)
    is_new = call.hook is Hook.ORDER_SIGN or reference in call.selected
    found = kratom.find(draft, call.drafts, today=today)
    if found:
        return Order(reference=reference, name=found[0].words, is_new=is_new, names_kratom=True)
    said = read.medicine(draft, call.drafts, knowledge, today=today)
    if isinstance(said, read.Ignored):
        return Order(reference=reference, name="", is_new=is_new, why_not=said.why)
    planned = said.medicine.model_copy(update={"planned": True, "stopped": None})
    return Order(reference=reference, name=planned.name, is_new=is_new, medicine=planned)
