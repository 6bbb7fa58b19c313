"""Medicines from statements, requests, administrations and dispenses; each medicine once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.case.model import CaseMedicine
from speciosa.fhir import kratom
from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.read.dates import earliest, exact, latest
from speciosa.fhir.read.dosage import order_ended, read_dosage
from speciosa.fhir.read.naming import (
    NEITHER,
    UNREAD_MEDICINE,
    NamedMedicine,
    concept_of,
    name_medicine,
    says_none,
)
from speciosa.fhir.read.result import Ignored, fits
from speciosa.fhir.shape import a_dict, text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.fhir.read.result import Reading
    from speciosa.knowledge import Knowledge


class Standing(StrEnum):
    """Whether an entry says that a medicine is taken."""

    TAKEN = "taken"
    PLANNED = "planned"
    STOPPED = "stopped"
    UNCERTAIN = "uncertain"
    NOT_TAKEN = "not taken"


_STANDING: Mapping[str, Mapping[str, Standing]] = {
    "MedicationStatement": {
        "active": Standing.TAKEN,
        "intended": Standing.PLANNED,
        "completed": Standing.STOPPED,
        "stopped": Standing.STOPPED,
        "not-taken": Standing.NOT_TAKEN,
        "entered-in-error": Standing.NOT_TAKEN,
    },
    "MedicationRequest": {
        "active": Standing.TAKEN,
        "draft": Standing.PLANNED,
        "completed": Standing.STOPPED,
        "stopped": Standing.STOPPED,
        "cancelled": Standing.NOT_TAKEN,
        "entered-in-error": Standing.NOT_TAKEN,
    },
    "MedicationAdministration": {
        # That one dose was given, or is being given, says nothing of the next.
        "in-progress": Standing.UNCERTAIN,
        "completed": Standing.UNCERTAIN,
        "stopped": Standing.UNCERTAIN,
        "not-done": Standing.NOT_TAKEN,
        "entered-in-error": Standing.NOT_TAKEN,
    },
    "MedicationDispense": {
        "preparation": Standing.PLANNED,
        "in-progress": Standing.TAKEN,
        "completed": Standing.UNCERTAIN,
        "stopped": Standing.STOPPED,
        "cancelled": Standing.NOT_TAKEN,
        "declined": Standing.NOT_TAKEN,
        "entered-in-error": Standing.NOT_TAKEN,
    },
}
KINDS = frozenset(_STANDING)
_PROPOSED = frozenset({"proposal", "plan", "option"})


class Medicine(msgspec.Struct, frozen=True, kw_only=True):
    """One medicine of a record as the case takes it; ``medicine`` can be put into a case.

    ``standing`` is as the entry says; an uncertain one stays in the case, because leaving it out
    would take its warnings away.
    """

    resource: str
    named: NamedMedicine
    standing: Standing
    fields: dict[str, Any]
    note: str = ""

    @property
    def medicine(self) -> CaseMedicine:
        """The medicine as a part of a case."""
        return CaseMedicine(**self.fields)


def medicine(
    resource: dict[str, Any],
    others: Iterable[dict[str, Any]],
    knowledge: Knowledge,
    *,
    today: dt.date,
) -> Medicine | Ignored:
    """One entry as a medicine, or why it is left out. ``others`` may hold its Medication."""
    index: dict[str, dict[str, Any]] = {}
    for one in others:
        if text(one.get("resourceType")) == "Medication" and text(one.get("id")):
            index[f"Medication/{one['id']}"] = index[f"urn:uuid:{one['id']}"] = one
    return read_one(resource, index, knowledge, today)


def read_one(
    resource: dict[str, Any],
    medications: Mapping[str, dict[str, Any]],
    knowledge: Knowledge,
    today: dt.date,
) -> Medicine | Ignored:
    """One entry, with the Medications it can refer to by reference."""
    here = name_of(resource)
    kind = text(resource.get("resourceType"))
    if kind not in KINDS:
        return Ignored(resource=here, why="it is no entry of a medicine")
    standing = _standing(kind, resource, today)
    if standing is Standing.NOT_TAKEN:
        return Ignored(resource=here, why="its status says that it is not taken")
    if standing is Standing.TAKEN and order_ended(resource, today):
        standing = Standing.UNCERTAIN
    concept, why = concept_of(resource, medications)
    if says_none(concept):
        return Ignored(resource=here, why="it says that no medicine is known")
    named = name_medicine(concept, knowledge) if concept else None
    if named is None or (named.kratom and not named.parts):
        # The base of medicines does not know every code of kratom.
        found = named or kratom.find_all((resource,), medications=medications)
        unread = _KRATOM if found else why or NEITHER
        return Ignored(resource=here, why=unread)
    fields, notes = _fields(kind, resource, named)
    told = _dated(kind, resource, standing, fields, today)
    if isinstance(told, str) or not fits(CaseMedicine, fields):
        unread = told if isinstance(told, str) else "its name cannot be read"
        return Ignored(resource=here, why=unread, said=named.written[:200])
    notes += told
    if standing is Standing.PLANNED:
        fields["planned"] = True
        notes.append("planned, not yet taken")
    if standing is Standing.UNCERTAIN:
        notes.append("it is not certain that it is taken: ask")
    return Medicine(
        resource=here, named=named, standing=standing, fields=fields, note="; ".join(notes)
    )


def _fields(
    kind: str, resource: dict[str, Any], named: NamedMedicine
) -> tuple[dict[str, Any], list[str]]:
    notes = [named.note] if named.note and named.note not in _PLAIN_NOTES else []
    fields: dict[str, Any] = {"name": named.name}
    dosages = resource.get("dosageInstruction") or resource.get("dosage")
    if kind != "MedicationAdministration":
        dosage, note = read_dosage(dosages, single=len(named.parts) <= 1)
        fitting = {f: x for f, x in dosage.items() if fits(CaseMedicine, {"name": "x", f: x})}
        fields |= fitting
        notes += [note] if note else []
    if kind in {"MedicationRequest", "MedicationDispense"}:
        fields["prescribed"] = True
    return fields, notes


_KRATOM = "kratom: told under kratom, not as a medicine"
_PLAIN_NOTES = frozenset({"by its code", "by its name"})


def _standing(kind: str, resource: dict[str, Any], today: dt.date) -> Standing:
    if resource.get("doNotPerform") is True:
        return Standing.NOT_TAKEN
    standing = _STANDING[kind].get(text(resource.get("status")), Standing.UNCERTAIN)
    if standing is Standing.TAKEN and text(resource.get("intent")) in _PROPOSED:
        return Standing.PLANNED
    end = latest(a_dict(resource.get("effectivePeriod")).get("end"))
    if standing is Standing.TAKEN and end is not None and end < today:
        return Standing.STOPPED
    return standing


def _dated(
    kind: str, resource: dict[str, Any], standing: Standing, fields: dict[str, Any], today: dt.date
) -> str | list[str]:
    """Fill since and stopped; a text is the reason why the entry is left out."""
    if kind == "MedicationAdministration":
        return _given(resource, today)
    period = a_dict(resource.get("effectivePeriod"))
    since = exact(period.get("start") or resource.get("effectiveDateTime"))
    if kind == "MedicationRequest":
        since = exact(resource.get("authoredOn"))
    notes: list[str] = []
    if standing is Standing.STOPPED and (why := _ended(resource, fields, today)):
        return why
    if since is not None and since <= today:
        stopped = fields.get("stopped")
        if stopped is None or since <= stopped:
            fields["since"] = since
    elif earliest(period.get("start")) is not None:
        notes.append("the start has no day")
    if kind == "MedicationRequest" and standing is Standing.TAKEN:
        ordered = latest(resource.get("authoredOn"))
        if ordered is not None and (today - ordered).days > record_words().days.order_active:
            notes.append(f"{_OLD_ORDER} {ordered.year}")
    return notes


def _ended(resource: dict[str, Any], fields: dict[str, Any], today: dt.date) -> str:
    """Fill stopped; a text is the reason why the entry is left out."""
    end_given = a_dict(resource.get("effectivePeriod")).get("end")
    end_given = end_given or resource.get("effectiveDateTime")
    end, possible = exact(end_given), latest(end_given)
    if possible is None:
        ordered = latest(resource.get("authoredOn"))
        if ordered is not None and (today - ordered).days > record_words().days.order_active:
            return "ordered long ago, and stopped or completed since"
        return "stopped or completed, and no date says when"
    if (today - possible).days > record_words().days.stopped_medicine:
        return "stopped long ago"
    if end is None:
        return "stopped, and the date has no day"
    if end <= today:
        fields["stopped"] = end
    return ""


def _given(resource: dict[str, Any], today: dt.date) -> str | list[str]:
    """What an administration says: that one dose was given on a day."""
    end = a_dict(resource.get("effectivePeriod")).get("end")
    day = latest(end or resource.get("effectiveDateTime"))
    if day is not None and (today - day).days > record_words().days.administered:
        return "a dose given long ago"
    return [f"one dose was given{f' on {day.isoformat()}' if day else ', without a date'}"]


# ------------------------------------------------------------------ the whole list


def read_medicines(
    resources: Sequence[dict[str, Any]],
    medications: Mapping[str, dict[str, Any]],
    reading: Reading,
    knowledge: Knowledge,
    today: dt.date,
) -> None:
    """Every medicine into the case, entries of the same one merged and said."""
    groups: dict[tuple[object, ...], list[Medicine]] = {}
    for resource in resources:
        found = read_one(resource, medications, knowledge, today)
        if isinstance(found, Ignored):
            reading.ignored.append(found)
            if found.why in UNREAD_MEDICINE:
                question = "Which medicine is it? An entry of the record could not be read: "
                reading.questions.append(f"{question}{found.resource}.")
            if found.why.startswith("stopped or completed"):
                said = found.said[:80]
                question = f"{said}: stopped or completed, no date given. Is it still taken?"
                if question not in reading.questions:
                    reading.questions.append(question)
            continue
        key = tuple(sorted(found.named.parts)) or (found.named.name.casefold(),)
        stopped = found.standing is Standing.STOPPED
        groups.setdefault((*key, stopped, found.standing is Standing.PLANNED), []).append(found)
    taken = {key[:-2] for key in groups if key[-2:] == (False, False)}
    for gone in [k for k in groups if k[-2] is True and k[:-2] in taken]:
        for one in groups.pop(gone):
            reading.ignore(one.resource, "stopped, and another entry of it is taken")
    for i, group in enumerate(groups.values()):
        fields, note = _merged(group)
        reading.add("medicines", fields)
        first = group[0]
        said = f"{first.named.written[:120]} ({first.standing})"
        reading.use(first.resource, f"medicines[{i}]", said, note)
        for other in group[1:]:
            reading.use(other.resource, f"medicines[{i}]", said, f"merged with {first.resource}")
        if all(_OLD_ORDER in one.note for one in group):
            name = first.named.name
            reading.questions.append(f"Is {name} still taken? Its order is old and still active.")
        if any(one.standing is Standing.UNCERTAIN for one in group):
            reading.questions.append(f"Is {first.named.name} taken? The record does not say so.")


_OLD_ORDER = "still marked active, ordered in"
_AGREE = ("dose_mg", "interval_h", "as_needed", "route", "prescribed")


def _merged(group: Sequence[Medicine]) -> tuple[dict[str, Any], str]:
    """Entries of one medicine as one: what differs between them is left out and said."""
    fields = dict(group[0].fields)
    notes = [one.note for one in group if one.note]
    if len(group) > 1:
        notes.append(f"{len(group)} entries of it are one")
    for field in _AGREE:
        values = {one.fields[field] for one in group if field in one.fields}
        if len(values) > 1:
            fields.pop(field, None)
            notes.append(f"the entries differ in {field}: it was not taken")
        elif values:
            fields[field] = values.pop()
    starts = [one.fields["since"] for one in group if "since" in one.fields]
    ends = [one.fields["stopped"] for one in group if "stopped" in one.fields]
    if starts:
        fields["since"] = min(starts)
    if ends:
        fields["stopped"] = max(ends)
    return fields, "; ".join(dict.fromkeys(notes))
