"""A dose and how often, when the entry says them beyond doubt; otherwise nothing, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from speciosa.fhir.read.dates import latest
from speciosa.fhir.shape import a_dict, dicts, number, text
from speciosa.knowledge.reading import record_words

_MG = {"mg": 1.0, "milligram": 1.0, "g": 1000.0, "gram": 1000.0, "ug": 0.001, "mcg": 0.001}
_HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0}
_UNCLEAR_REPEAT = ("frequencyMax", "periodMax", "count", "countMax", "dayOfWeek", "duration")


def read_dosage(dosages: object, *, single: bool) -> tuple[dict[str, Any], str]:
    """Fields of a medicine in the case (dose_mg, interval_h, as_needed, route), and a note.

    ``single``: one active part. The mg of a product with several parts would be read as the mg
    of each, so it is not taken.
    """
    given = dicts(dosages)
    if not given:
        return {}, ""
    if len(given) > 1:
        return {}, "left out: several dosages"
    (dosage,) = given
    found: dict[str, Any] = {}
    unclear: list[str] = []
    needed = dosage.get("asNeededBoolean")
    if a_dict(dosage.get("asNeededCodeableConcept")):
        needed = True
    if isinstance(needed, bool):
        found["as_needed"] = needed
    if route := _route(a_dict(dosage.get("route"))):
        found["route"] = route
    dose, why = _dose_mg(dosage)
    if dose is not None and not single:
        dose, why = None, "a dose of a product with several parts"
    if dose is not None:
        found["dose_mg"] = dose
    elif why:
        unclear.append(why)
    interval, why = _interval_h(a_dict(dosage.get("timing")))
    if interval is not None:
        found["interval_h"] = interval
    elif why:
        unclear.append(why)
    return found, ("left out: " + "; ".join(unclear)) if unclear else ""


def order_ended(resource: dict[str, Any], today: dt.date) -> bool:
    """Whether every timing of an order has an end that has passed."""
    bounds = [
        latest(
            a_dict(a_dict(a_dict(one.get("timing")).get("repeat")).get("boundsPeriod")).get("end")
        )
        for one in dicts(resource.get("dosageInstruction") or resource.get("dosage"))
    ]
    return bool(bounds) and all(end is not None and end < today for end in bounds)


def read_amount(dosages: object) -> tuple[float | None, str, float | None]:
    """A single dose as it is written, its unit ("mg", "g"), and the times a day; ``None``: unclear.

    For products that are no medicine, where an amount alone does not say of what it is.
    """
    given = dicts(dosages)
    if len(given) != 1:
        return None, "", None
    milligrams, _ = _dose_mg(given[0])
    interval, _ = _interval_h(a_dict(given[0].get("timing")))
    times = None if interval is None else round(24.0 / interval, 4)
    if milligrams is None:
        return None, "", times
    quantity = a_dict(dicts(given[0].get("doseAndRate"))[0].get("doseQuantity"))
    written = (text(quantity.get("code")) or text(quantity.get("unit"))).casefold()
    if written in {"g", "gram"}:
        return milligrams / 1000.0, "g", times
    return milligrams, "mg", times


def _dose_mg(dosage: dict[str, Any]) -> tuple[float | None, str]:
    rates = dicts(dosage.get("doseAndRate"))
    if not rates:
        return None, ""
    if len(rates) > 1 or a_dict(rates[0].get("doseRange")) or _has_rate(rates[0]):
        return None, "a dose that is a range, a rate, or several"
    quantity = a_dict(rates[0].get("doseQuantity"))
    value = number(quantity.get("value"))
    if value is None or value <= 0:
        return None, ""
    written = text(quantity.get("code")) or text(quantity.get("unit"))
    factor = _MG.get(written.casefold().replace("µ", "u").replace("μ", "u"))
    if factor is None or text(quantity.get("comparator")):
        return None, "a dose that is not in mg"
    return round(value * factor, 6), ""


def _has_rate(rate: dict[str, Any]) -> bool:
    return any(a_dict(rate.get(key)) for key in ("rateRatio", "rateRange", "rateQuantity"))


def _interval_h(timing: dict[str, Any]) -> tuple[float | None, str]:
    repeat = a_dict(timing.get("repeat"))
    if not repeat:
        code = next((text(c.get("code")) for c in _codings(timing.get("code"))), "")
        times = record_words().times_per_day.get(code.upper())
        return (24.0 / times, "") if times else (None, "")
    if any(key in repeat for key in _UNCLEAR_REPEAT):
        return None, "a timing that varies"
    period = number(repeat.get("period"))
    hours = _HOURS.get(text(repeat.get("periodUnit")))
    frequency = number(repeat.get("frequency")) if "frequency" in repeat else 1.0
    if not (period and hours and frequency) or period <= 0 or frequency <= 0:
        return None, "a timing that does not say how often"
    return round(period * hours / frequency, 4), ""


def _route(concept: dict[str, Any]) -> str:
    routes = {one.code: one.route for one in record_words().routes}
    for coding in _codings(concept):
        if found := routes.get(text(coding.get("code"))):
            return found
    return ""


def _codings(concept: object) -> list[dict[str, Any]]:
    return dicts(a_dict(concept).get("coding"))
