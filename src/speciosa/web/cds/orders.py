"""Draft orders as medicines: those being written now, and those that are only beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from speciosa.case import CaseMedicine
from speciosa.fhir import kratom, read
from speciosa.fhir.kratom import Match
from speciosa.knowledge import Knowledge
from speciosa.web.cds.call import Call, reference_of
from speciosa.web.cds.hooks import Hook

_OF_MEDICINES = frozenset({"MedicationRequest", "MedicationOrder"})
_WHAT_IS_ORDERED = "medication"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A draft order. ``reference`` is "" without an id; ``is_new`` marks what is asked about.

    ``medicine`` is ``None`` where none could be read, and for kratom, which is never ordered.
    ``kratom`` is the name of kratom where that is (a part of) what is ordered: only the medicine
    of an order decides that. ``mentions`` are other places in it that name kratom, as its notes.
    """

    reference: str
    name: str
    is_new: bool
    medicine: CaseMedicine | None = None
    why_not: str = ""
    kratom: str = ""
    mentions: tuple[Match, ...] = ()


def orders_of(
    call: Call, held: Sequence[dict[str, Any]], knowledge: Knowledge, today: dt.date
) -> tuple[Order, ...]:
    """Every draft order of a medicine, in the order given.

    ``held`` are resources of the record, to which an order may refer.
    """
    others = (*call.drafts, *held)
    return tuple(
        _order(draft, call, others, knowledge, today)
        for draft in call.drafts
        if draft["resourceType"] in _OF_MEDICINES and not _is_blank(draft, call)
    )


def mentions_of(
    call: Call, orders: Sequence[Order], held: Sequence[dict[str, Any]], today: dt.date
) -> tuple[Match, ...]:
    """Where drafts name kratom other than as the medicine ordered: notes, reasons, other orders."""
    others = (*call.drafts, *held)
    beside = (draft for draft in call.drafts if draft["resourceType"] not in _OF_MEDICINES)
    found = (match for draft in beside for match in kratom.find(draft, others, today=today))
    every = (*(match for order in orders for match in order.mentions), *found)
    return tuple(match for match in every if match.of_person)


def _is_blank(draft: dict[str, Any], call: Call) -> bool:
    """An order that is being written and has no medicine yet: there is nothing to check."""
    named = any(name.startswith("medication") for name in draft)
    return call.hook is Hook.ORDER_SELECT and not named


def _order(
    draft: dict[str, Any],
    call: Call,
    others: Sequence[dict[str, Any]],
    knowledge: Knowledge,
    today: dt.date,
) -> Order:
    reference = reference_of(draft)
    found = kratom.find(draft, others, today=today)
    ordered = [match for match in found if match.field.startswith(_WHAT_IS_ORDERED)]
    order = Order(
        reference=reference,
        name="",
        is_new=call.hook is Hook.ORDER_SIGN or reference in call.selected,
        kratom=(ordered[0].words or ordered[0].substance) if ordered else "",
        mentions=tuple(match for match in found if match not in ordered),
    )
    # Whatever the status of a draft says, it is about to be ordered.
    said = read.medicine({**draft, "status": "draft"}, others, knowledge, today=today)
    if isinstance(said, read.Ignored):
        return msgspec.structs.replace(order, name=order.kratom, why_not=said.why)
    planned = said.medicine.model_copy(update={"planned": True, "stopped": None})
    return msgspec.structs.replace(order, name=planned.name, medicine=planned)
