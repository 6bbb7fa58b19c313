"""What was measured: scores now and earlier, item 9, laboratory values, weight and height."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.case import vocabulary as v
from speciosa.fhir.write.context import Entry, Writing
from speciosa.fhir.write.elements import (
    UNKNOWN,
    Element,
    coded,
    coding,
    concept,
    hl7,
    narrative,
    note,
    plain,
    quantity,
)
from speciosa.fhir.write.forms import answered

if TYPE_CHECKING:
    from speciosa.case import Lab
    from speciosa.clinical.severity.result import Score

_SURVEY = hl7("observation-category", "survey", "Survey")
_LABORATORY = hl7("observation-category", "laboratory", "Laboratory")
_PROCEDURE = hl7("observation-category", "procedure", "Procedure")
_VITAL = hl7("observation-category", "vital-signs", "Vital Signs")


def observations(w: Writing) -> Iterator[Entry]:
    """Every measurement of the case."""
    with_answers = {name for name, _, _ in answered(w)}
    for score in w.assessment.severity.scores:
        yield Entry(f"score/{score.instrument}", _score(w, score, with_answers))
    yield from _item_nine(w, with_answers)
    for index, earlier in enumerate(w.case.earlier):
        for name in ("gad7", "phq9", "isi"):
            total = getattr(earlier, name)
            if total is not None:
                resource = _earlier(w, name, total, earlier.date, earlier.note or "")
                yield Entry(f"earlier/{index}/{name}", resource)
    for index, lab in enumerate(w.case.labs):
        yield Entry(f"lab/{index}", _lab(w, lab))
    person = w.case.person
    for key, text, value, unit in (
        ("weight", "Body weight", person.weight_kg, "kg"),
        ("height", "Body height", person.height_cm, "cm"),
    ):
        if value is not None:
            code = coded(w.codes, f"body/{key}", text)
            resource = _observation(w, _VITAL, code, f"{value:g} {unit}", None)
            measured = {
                "_effectiveDateTime": {"extension": [UNKNOWN]},
                "valueQuantity": quantity(w.codes, value, unit),
                "note": note("When this was measured is not known."),
            }
            yield Entry(f"body/{key}", resource | measured)


def _observation(
    w: Writing, category: Element, code: Element, shown: str, date: dt.date | None
) -> Element:
    return {
        "resourceType": "Observation",
        "text": narrative(code["text"], shown),
        "status": "final",
        "category": [category],
        "code": code,
        "subject": w.subject,
        "effectiveDateTime": date.isoformat() if date else None,
    }


# ------------------------------------------------------------------ scores


def _score(w: Writing, score: Score, with_answers: set[str]) -> Element:
    """A total, or, where not every item was answered, the reason why there is none."""
    code = coded(w.codes, f"instrument/{score.instrument}/total", f"{score.name} total score")
    date = dt.date.fromisoformat(score.date) if score.date else w.case.date
    complete = score.total is not None and score.total.value is not None and not score.prorated
    if complete and score.total is not None and score.total.value is not None:
        shown = (
            f"{score.total.value:g} of {score.maximum}{f' ({score.band})' if score.band else ''}"
        )
        value = {"valueQuantity": quantity(w.codes, score.total.value, "score")}
    else:
        reason = score.reason or "Not every item was answered, so no total is given."
        shown = f"No total. {reason}"
        absent = hl7("data-absent-reason", "unknown", "Unknown") | {"text": plain(reason)}
        value = {"dataAbsentReason": absent}
    of = {"gad2": "gad7", "phq2": "phq9"}.get(score.instrument, score.instrument)
    return {
        **_observation(w, _SURVEY, code, f"{shown}. {score.meaning}", date),
        **value,
        "interpretation": [concept(score.band)] if complete and score.band else None,
        "note": note(score.meaning),
        "derivedFrom": [w.reference(f"response/{of}")] if of in with_answers else None,
    }


def _item_nine(w: Writing, with_answers: set[str]) -> Iterator[Entry]:
    """The question on self-harm by itself: whoever receives the Bundle may look for it alone."""
    phq9 = w.case.symptoms.phq9
    given = phq9.suicidality_item if phq9 is not None else None
    if phq9 is None or given is None:
        return
    answer = w.codes.needed(f"instrument/phq9/answer/{given}")
    code = coded(w.codes, "instrument/phq9/item/9", "PHQ-9 item 9: thoughts of death or self-harm")
    shown = f"{answer.display} ({given})"
    yield Entry(
        "score/phq9/item9",
        {
            **_observation(w, _SURVEY, code, shown, phq9.date or w.case.date),
            "valueCodeableConcept": concept(shown, coding(answer)),
            "note": note("A zero clears nobody.") if given == 0 else None,
            "derivedFrom": [w.reference("response/phq9")] if "phq9" in with_answers else None,
        },
    )


def _earlier(w: Writing, name: str, total: int, date: dt.date, said: str) -> Element:
    instrument = w.knowledge.instruments.by_id[name]
    code = coded(w.codes, f"instrument/{name}/total", f"{instrument.name} total score")
    return {
        **_observation(w, _SURVEY, code, f"{total} (earlier visit)", date),
        "valueQuantity": quantity(w.codes, total, "score"),
        "note": note(said),
    }


# ------------------------------------------------------------------ laboratory


def _lab(w: Writing, lab: Lab) -> Element:
    value = quantity(w.codes, lab.value, lab.unit)
    unit = value.get("code", "")
    name = lab.name.replace("7_", "7-").replace("_", " ")
    code = coded(w.codes, f"lab/{lab.name}", name, unit=unit)
    if lab.below_limit:
        value["comparator"] = "<"
    category = _PROCEDURE if lab.name is v.LabName.QTC else _LABORATORY
    after = lab.hours_after_dose
    limit = lab.limit_of_quantification
    said = (
        f"{after:g} h after the last dose" if after is not None else "",
        f"Limit of quantification: {limit:g} {lab.unit}" if limit is not None else "",
        "" if lab.date else "The date of this measurement was not given.",
    )
    upper = lab.upper_limit
    high = {"high": quantity(w.codes, upper, lab.unit)} if upper is not None else None
    shown = f"{'less than ' if lab.below_limit else ''}{lab.value:g} {lab.unit}"
    return {
        **_observation(w, category, code, shown, lab.date),
        "valueQuantity": value,
        "note": note(*said),
        "referenceRange": [high] if high else None,
    }
