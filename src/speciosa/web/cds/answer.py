"""From a call to cards: the record becomes a case, the case findings, the findings cards."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.assessment import Brief, brief, input_hash, sample
from speciosa.case import Case, CaseMedicine, KratomProduct, KratomUse
from speciosa.case.vocabulary import KratomForm, KratomStatus
from speciosa.errors import InputError
from speciosa.fhir import kratom, read
from speciosa.pharmacology.exposure import Sampled
from speciosa.pharmacology.interactions.result import InteractionsResult
from speciosa.web.cds.card import Card, Link
from speciosa.web.cds.content import cards, is_about_danger
from speciosa.web.cds.hooks import Hook
from speciosa.web.cds.orders import mentions_of, orders_of
from speciosa.web.cds.picture import Picture
from speciosa.web.cds.problems import lacking
from speciosa.web.cds.record import Known
from speciosa.web.cds.standing import MEDICATIONS_UNKNOWN

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.web.cds.call import Call
    from speciosa.web.cds.record import Record

_MOST_KEPT = 64
_DECEASED = "Patient.deceased"
_UNREADABLE = "The record could not be read as that of one patient."


class SampleCache:
    """Simulations of the newest cases, so that one patient's next call need not repeat them.

    Keys are hashes of the case; nothing else of a person is kept.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most, self._held = most, OrderedDict[str, Sampled]()
        self._lock = threading.Lock()

    def get(self, case: Case, knowledge: Knowledge, *, subjects: int) -> Sampled:
        """The simulation of a case, made if it is not kept."""
        key = input_hash(case)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = sample(case, knowledge, subjects=subjects)
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made


def answered(
    call: Call,
    record: Record,
    knowledge: Knowledge,
    cache: SampleCache,
    *,
    today: dt.date,
    subjects: int,
    links: tuple[Link, ...],
) -> tuple[Card, ...]:
    """The cards for a call. Raises ``CdsError`` (412) when what is needed is not known."""
    if record.known("patient") is not Known.FOUND:
        raise lacking(
            "The patient came neither with the call nor from a FHIR server that may be read."
        )
    resources = list(record.resources)
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        # Not a collection: a case form of ours among them must not stand for the record.
        "type": "searchset",
        "entry": [{"resource": resource} for resource in resources],
    }
    imported = _imported(bundle, knowledge, today)
    case = imported.case
    if case is None:
        return ()
    orders = () if call.hook is Hook.PATIENT_VIEW else orders_of(call, resources, knowledge, today)
    ordered = [one.medicine for one in orders if one.medicine is not None]
    found = brief(case, knowledge, cache.get(case, knowledge, subjects=subjects), ordered=ordered)
    listed = found.interactions
    mentions = mentions_of(call, orders, resources, today)
    picture = Picture(
        patient=call.patient,
        record=record,
        matches=(*imported.kratom, *mentions),
        brief=found,
        taken=frozenset(
            id_
            for medicine in case.medicines
            for id_ in listed.components.get(medicine.name, ())
            or (listed.recognised.get(medicine.name, ""),)
            if id_
        ),
        supposed=_supposed(
            case, found, (*imported.uncertain_kratom, *mentions), ordered, knowledge
        ),
        unread=imported.unread_medicines,
        questions=imported.questions,
        links=links,
    )
    if record.medications_unknown:
        # What cannot be judged is left unsaid, and the danger is said.
        told = tuple(card for card in cards(picture, call.hook) if is_about_danger(card))
        if not told:
            raise lacking(MEDICATIONS_UNKNOWN)
        return told
    return cards(picture, call.hook, orders)


def _supposed(
    case: Case,
    found: Brief,
    open_: Sequence[kratom.Match],
    ordered: Sequence[CaseMedicine],
    knowledge: Knowledge,
) -> InteractionsResult | None:
    """The interactions if kratom is taken, where the record leaves open whether it is.

    Leaving it out would take its warnings away.
    """
    if not open_ or found.kratom_status == KratomStatus.USING:
        return None
    concentrated = any(match.substance == "7-hydroxymitragynine" for match in open_)
    products = (KratomProduct(form=KratomForm.SEVEN_OH_PRODUCT),) if concentrated else ()
    use = KratomUse(status=KratomStatus.USING, products=products)
    supposed = case.model_copy(update={"kratom": use})
    # Without an amount there is nothing to simulate.
    unknown = sample(supposed, knowledge, subjects=1)
    return brief(supposed, knowledge, unknown, ordered=ordered).interactions


def _imported(bundle: dict[str, Any], knowledge: Knowledge, today: dt.date) -> read.Imported:
    """The record as a case, which is ``None`` only for a patient who has died."""
    try:
        imported = read.case_from_bundle(bundle, knowledge, today=today)
    except InputError:
        raise lacking(_UNREADABLE) from None
    if imported.case is None and any(p.field != _DECEASED for p in imported.problems):
        raise lacking(_UNREADABLE)
    return imported


def body(made: tuple[Card, ...], hook: Hook) -> bytes:
    """The answer as sent. Kits expect ``systemActions`` for order-sign, although it is empty."""
    answer: dict[str, Any] = {"cards": made}
    if hook is Hook.ORDER_SIGN:
        answer["systemActions"] = []
    return msgspec.json.encode(answer)
