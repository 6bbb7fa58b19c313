"""Use of substances: as Speciosa itself writes it; what others say of alcohol is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from speciosa.case.model import CaseSubstance
from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.read.dates import not_after
from speciosa.fhir.read.result import fits
from speciosa.fhir.shape import a_dict, dicts, number, text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.fhir.read.result import Reading

# As fhir.write names it: "Use of alcohol", and its figures as components.
_NAMED = "Use of "
_SAID_ALONE = "on record; how much was not said"
_FIGURES: Mapping[str, str] = {
    "times per week": "times_per_week",
    "drinks per week": "drinks_per_week",
    "mg per day": "mg_per_day",
}
_TOGETHER = "together with kratom"


class Substances:
    """Gathers use of substances; the newest entry of each goes into the case."""

    def __init__(self, reading: Reading, today: dt.date) -> None:
        self._reading, self._today = reading, today
        self._newest: dict[str, tuple[dt.date, str, dict[str, Any]]] = {}

    def observation(self, resource: dict[str, Any]) -> bool:
        """Take an Observation that is one of these; ``False`` when it is not."""
        code, here = a_dict(resource.get("code")), name_of(resource)
        codes = {text(c.get("code")) for c in dicts(code.get("coding"))}
        if codes & set(record_words().asks_alcohol):
            question = "How much alcohol does the person drink? The record's answer is not read."
            self._reading.ignore(here, "an answer about alcohol that is not read: ask")
            if question not in self._reading.questions:
                self._reading.questions.append(question)
            return True
        name = text(code.get("text")).removeprefix(_NAMED)
        date = not_after(resource.get("effectiveDateTime"), self._today)
        parts = dicts(resource.get("component"))
        alone = text(resource.get("valueString")) == _SAID_ALONE
        if not text(code.get("text")).startswith(_NAMED) or not (parts or alone):
            return False
        if text(resource.get("status")) != "final" or date is None:
            self._reading.ignore(here, "use of a substance without a day or a final status")
            self._reading.questions.append(f"Does the person use {name[:80]}?")
            return True
        fields: dict[str, Any] = {"name": name}
        for part in parts:
            said = text(a_dict(part.get("code")).get("text"))
            figure = number(a_dict(part.get("valueQuantity")).get("value"))
            if said in _FIGURES and figure is not None:
                fields[_FIGURES[said]] = figure
            elif said == _TOGETHER and isinstance(part.get("valueBoolean"), bool):
                fields["with_kratom"] = part["valueBoolean"]
        if not fits(CaseSubstance, fields):
            self._reading.ignore(here, "use of a substance with figures that are not possible")
            self._reading.questions.append(f"Does the person use {name[:80]}?")
        elif name not in self._newest or self._newest[name][0] <= date:
            self._newest[name] = (date, here, fields)
        return True

    def put(self) -> None:
        """Put the newest of each into the case; an old one is asked as well."""
        for name, (date, here, fields) in self._newest.items():
            self._reading.add("substances", fields)
            self._reading.use(here, "substances", f"{name} ({date.isoformat()})")
            if (self._today - date).days > record_words().days.score_current:
                question = f"Does the person still use {name}? The entry is of {date.isoformat()}."
                self._reading.questions.append(question)
