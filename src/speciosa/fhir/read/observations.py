"""Measurements with their units, and what was asked: pregnancy, smoking. The newest counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.case.model import Lab, Person
from speciosa.case.vocabulary import LAB_UNITS, LabName
from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.read.dates import exact, not_after, when
from speciosa.fhir.read.result import fits
from speciosa.fhir.shape import a_dict, dicts, number, text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.fhir.read.result import Reading
    from speciosa.knowledge import Knowledge

_NO_RESULT = frozenset({"entered-in-error", "cancelled", "registered"})
_LOINC = "http://loinc.org"
# Conversions of units: by the unit of the case, what one of the other unit is in it.
_FACTORS: Mapping[str, Mapping[str, float]] = {
    "kg": {"kg": 1.0, "g": 0.001, "[lb_av]": 0.453_592_37, "lb": 0.453_592_37, "lbs": 0.453_592_37},
    "cm": {"cm": 1.0, "m": 100.0, "mm": 0.1, "[in_i]": 2.54, "in": 2.54},
    "U/L": {"[IU]/L": 1.0, "IU/L": 1.0},
    "umol/L": {"umol/l": 1.0, "mmol/L": 1000.0},
    "mmol/L": {"mmol/l": 1.0},
    "g/L": {"g/l": 1.0, "mg/mL": 1.0},
    "ratio": {"{INR}": 1.0, "{ratio}": 1.0, "INR": 1.0},
    "mIU/L": {"u[IU]/mL": 1.0, "uIU/mL": 1.0, "mU/L": 1.0, "m[IU]/L": 1.0},
    "mL/min/1.73m2": {"mL/min/{1.73_m2}": 1.0, "mL/min/{1.73m2}": 1.0, "mL/min": -1.0},
    "ms": {"s": 1000.0},
    "ng/mL": {"ug/L": 1.0, "ng/ml": 1.0},
}
_YEAR, _GROWN = 365.25, 18
_BODY = {"weight": ("weight_kg", "kg"), "height": ("height_cm", "cm")}


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    date: dt.date | None
    resource: str
    fields: dict[str, Any]


class Measurements:
    """Gathers measurements; the newest of each goes into the case."""

    def __init__(self, reading: Reading, knowledge: Knowledge, today: dt.date) -> None:
        self._reading, self._knowledge, self._today = reading, knowledge, today
        self._newest: dict[str, _Seen] = {}
        self._asked = {one.code: one for one in record_words().observations}
        self._means = {(one.system, one.code): one for one in record_words().answers}

    def observation(self, resource: dict[str, Any]) -> bool:
        """Take an Observation that is one of these; ``False`` when it is not."""
        key = self._key(a_dict(resource.get("code")))
        if not key:
            return False
        here = name_of(resource)
        if text(resource.get("status")) in _NO_RESULT:
            self._reading.ignore(here, "its status says that it is no result")
            return True
        told = when(resource, "effectiveDateTime", "effectivePeriod", "issued")
        date = not_after(told, self._today)
        if date is None and exact(told) is not None:
            self._reading.ignore(here, "dated after the day of the case")
            return True
        kind, _, name = key.partition("/")
        if kind == "asked":
            fields = self._answer(resource)
        elif kind == "body":
            fields = self._body(resource, name)
        else:
            fields = self._lab(resource, name, date)
        if isinstance(fields, str):
            self._reading.ignore(here, fields, key.rpartition("/")[2])
            if kind == "lab":
                question = f"What was the {name}? A result on record could not be read: {fields}."
                if question not in self._reading.questions:
                    self._reading.questions.append(question)
            return True
        self._keep(key, _Seen(date=date, resource=here, fields=fields))
        return True

    def _key(self, concept: dict[str, Any]) -> str:
        for coding in dicts(concept.get("coding")):
            system, code = text(coding.get("system")), text(coding.get("code"))
            for meant in self._knowledge.codes.find(system, code):
                kind, _, name = meant.key.partition("/")
                if (kind == "lab" and name in set(LabName)) or (kind == "body" and name in _BODY):
                    return meant.key
            if system.rstrip("/") == _LOINC and code in self._asked:
                return f"asked/{self._asked[code].what}"
        return ""

    def _keep(self, key: str, seen: _Seen) -> None:
        held = self._newest.get(key)
        if held is None:
            self._newest[key] = seen
            return
        newer = (seen.date or dt.date.min) >= (held.date or dt.date.min)
        self._newest[key] = seen if newer else held
        older = held if newer else seen
        self._reading.ignore(older.resource, "a newer one is in the record", key.rpartition("/")[2])

    # -------------------------------------------------------------- one of each kind

    def _body(self, resource: dict[str, Any], name: str) -> dict[str, Any] | str:
        field, unit = _BODY[name]
        quantity = a_dict(resource.get("valueQuantity"))
        value = self._in_unit(quantity, unit)
        if isinstance(value, str):
            return value
        fields = {field: round(value, 1)}
        return fields if fits(Person, fields) else "its value is not possible"

    def _lab(
        self, resource: dict[str, Any], name: str, date: dt.date | None
    ) -> dict[str, Any] | str:
        quantity = a_dict(resource.get("valueQuantity"))
        if text(quantity.get("comparator")):
            return "it is given as less or more than a limit"
        why = "it has no numeric value"
        for unit in LAB_UNITS[LabName(name)]:
            value = self._in_unit(quantity, unit)
            if isinstance(value, str):
                why = value
                continue
            fields: dict[str, Any] = {"name": name, "value": _rounded(value), "unit": unit}
            if date is not None:
                fields["date"] = date
            limit = self._upper_limit(resource, unit)
            if limit is not None and fits(Lab, {**fields, "upper_limit": limit}):
                fields["upper_limit"] = limit
            return fields if fits(Lab, fields) else "its value is not possible"
        return why

    def _upper_limit(self, resource: dict[str, Any], unit: str) -> float | None:
        ranges = dicts(resource.get("referenceRange"))
        if len(ranges) != 1:
            return None
        limit = self._in_unit(a_dict(ranges[0].get("high")), unit)
        return None if isinstance(limit, str) else _rounded(limit)

    def _in_unit(self, quantity: dict[str, Any], wanted: str) -> float | str:
        """The value in a unit of the case; a text says why there is none."""
        value = number(quantity.get("value"))
        if value is None:
            return "it has no numeric value"
        written = text(quantity.get("code")) or text(quantity.get("unit"))
        written = written.replace("µ", "u").replace("μ", "u")
        if not written:
            return "it has no unit"
        known = self._knowledge.codes.unit(written)
        if written == wanted or (known is not None and wanted in (known.code, *known.written)):
            return value
        factor = _FACTORS.get(wanted, {}).get(written)
        if factor is None and known is not None:
            factor = _FACTORS.get(wanted, {}).get(known.code)
        if factor is None or factor < 0:
            return f"its unit is not one that is read ({', '.join(_accepted(wanted))})"
        return value * factor

    def _answer(self, resource: dict[str, Any]) -> dict[str, Any] | str:
        concept = a_dict(resource.get("valueCodeableConcept"))
        for coding in dicts(concept.get("coding")):
            found = self._means.get((text(coding.get("system")), text(coding.get("code"))))
            if found is not None:
                return {"means": found.means, "verified": found.verified}
        return "its answer is not one that is read"

    # -------------------------------------------------------------- out

    def put(self) -> None:
        """Put the newest of each into the case."""
        for key, seen in self._newest.items():
            kind, _, name = key.partition("/")
            day = seen.date.isoformat() if seen.date else "no date"
            if kind == "body" and (why := self._old(name, seen.date)):
                self._reading.ignore(seen.resource, why, day)
                question = f"What is the {name} today? The record's is {why}."
                self._reading.questions.append(question)
            elif kind == "body":
                self._reading.part("person").update(seen.fields)
                said = f"{next(iter(seen.fields.values())):g} ({day})"
                self._reading.use(seen.resource, f"person.{next(iter(seen.fields))}", said)
            elif kind == "lab":
                self._reading.add("labs", seen.fields)
                said = f"{name} {seen.fields['value']:g} {seen.fields['unit']} ({day})"
                self._reading.use(seen.resource, f"labs.{name}", said)
            else:
                self._put_answer(seen, day)

    def _old(self, name: str, date: dt.date | None) -> str:
        """Why a weight or height does not hold today; "" when it does."""
        if date is None:
            return "without a date"
        days, age = record_words().days, self._reading.part("person").get("age_years")
        gone = (self._today - date).days
        # What was measured in a child says nothing about an adult.
        child = age is None or age - gone / _YEAR < _GROWN
        if name == "height" and not child:
            return ""
        return "old" if gone > (days.body_child if child else days.body_adult) else ""

    def _put_answer(self, seen: _Seen, day: str) -> None:
        what, _, answer = seen.fields["means"].partition("/")
        note = "" if seen.fields["verified"] else "by a code that was not confirmed in a source"
        if what == "smoking":
            if answer == "current":
                held = self._reading.document.get("substances", ())
                if all(one["name"] != "tobacco" for one in held):
                    self._reading.add("substances", {"name": "tobacco"})
                self._reading.use(seen.resource, "substances", f"smokes ({day})", note)
            else:
                why = "does not smoke now: a case has no field for that"
                self._reading.ignore(seen.resource, why, day)
            return
        days = getattr(record_words().days, answer)
        if seen.date is None or (self._today - seen.date).days > days:
            self._reading.ignore(seen.resource, "an answer about pregnancy that is too old", day)
            self._reading.questions.append("Is the person pregnant? The record's answer is old.")
            return
        if self._reading.part("person").get("pregnancy", answer) != answer:
            self._reading.ignore(seen.resource, "the list of conditions says otherwise", day)
            self._reading.questions.append("Is the person pregnant? The record says both.")
            return
        self._reading.part("person")["pregnancy"] = answer
        self._reading.use(seen.resource, "person.pregnancy", f"{answer} ({day})", note)


def _rounded(value: float) -> float:
    """A measurement without the digits that no laboratory measures."""
    return float(f"{value:.4g}")


def _accepted(unit: str) -> list[str]:
    return [unit, *(u for u, factor in _FACTORS.get(unit, {}).items() if factor > 0)]
