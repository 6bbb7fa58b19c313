"""From the places that name kratom to the kratom use of a case; what is unclear is asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from speciosa.case import vocabulary as v
from speciosa.case.model import KratomProduct
from speciosa.fhir.kratom import Confidence, Ground, Match, Status
from speciosa.fhir.read.dates import exact, latest
from speciosa.fhir.read.dosage import read_amount
from speciosa.fhir.read.result import fits
from speciosa.knowledge.medicines.names import normalise
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.fhir.read.result import Reading

_MEDICINES = ("MedicationStatement", "MedicationRequest", "MedicationAdministration")
_GIVEN = ("MedicationAdministration", "MedicationDispense")


def read_kratom(
    matches: Sequence[Match],
    resources: Mapping[str, dict[str, Any]],
    reading: Reading,
    today: dt.date,
) -> None:
    """Set ``kratom`` when the record says it; in doubt nothing is set and a question is asked.

    ``resources`` are the entries by ``Type/id``, for the amount of a product.
    A negative test or a denial never becomes "never used": both only say what was found then.
    """
    told = [m for m in matches if m.of_person]
    taken = [m for m in told if m.status is Status.TAKEN and _still_holds(m, today)]
    stopped = [m for m in told if m.status is Status.STOPPED]
    seen: set[tuple[str, Status]] = set()
    for match in matches:
        if (match.resource, match.status) in seen:
            continue
        seen.add((match.resource, match.status))
        said = f"{match.words or match.substance}: {match.status} ({match.confidence})"
        reading.use(match.resource, f"kratom, from {match.field}", said, match.because)
    status = None
    if taken and not (stopped and _after(stopped, taken)):
        status = v.KratomStatus.USING
    elif stopped:
        status = v.KratomStatus.STOPPED
    if status is not None:
        reading.document["kratom"] = _use(status, taken or stopped, stopped, resources, today)
    once = any(m.resource.startswith(_GIVEN) for m in taken)
    if told and (status is None or once or len({m.status for m in told}) > 1):
        reading.questions.append(_question(told))
    elif matches and status is None:
        reading.questions.append("Does the person use kratom? The record names somebody else's.")


def _still_holds(match: Match, today: dt.date) -> bool:
    if match.confidence is Confidence.LOW:
        return False
    days = record_words().days
    limit = {Ground.LABORATORY: days.kratom_positive, Ground.TEXT: days.kratom_note}
    date = latest(match.when)
    if match.resource.startswith(_GIVEN):
        # One dose given or handed over: as a positive test, it says what was then.
        return date is not None and 0 <= (today - date).days <= days.kratom_positive
    if match.ground is Ground.CODE or match.resource.startswith(_MEDICINES):
        return True
    return date is not None and 0 <= (today - date).days <= limit[match.ground]


def _after(stopped: Sequence[Match], taken: Sequence[Match]) -> bool:
    """Whether every word of stopping is newer than every word of taking."""
    first_stop = min((m.when for m in stopped), default="")
    last_taken = max((m.when for m in taken), default="")
    return bool(first_stop and last_taken) and first_stop > last_taken


def _use(
    status: v.KratomStatus,
    grounds: Sequence[Match],
    stopped: Sequence[Match],
    resources: Mapping[str, dict[str, Any]],
    today: dt.date,
) -> dict[str, Any]:
    places = ", ".join(dict.fromkeys(m.resource for m in grounds))
    found: dict[str, Any] = {
        "status": status,
        "note": f"From the record ({places[:500]}); what is not said there is to be asked.",
    }
    found["products"] = _products(grounds, resources)
    ends = [day for m in stopped if (day := exact(m.when)) is not None and day <= today]
    if status is v.KratomStatus.STOPPED and ends:
        found["stopped"] = max(ends)
    return found


def _products(
    grounds: Sequence[Match], resources: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """One product for each entry of the medicine list, by the words that say most of its form."""
    entries: dict[str, tuple[v.KratomForm, str]] = {}
    for match in grounds:
        if not match.resource.startswith(_MEDICINES) or not match.field.startswith("medication"):
            continue
        form = _form(match)
        if match.resource not in entries or entries[match.resource][0] is v.KratomForm.UNKNOWN:
            entries[match.resource] = (form, match.words)
    found = [
        {
            "form": form,
            **({"label": label} if (label := _label(words)) else {}),
            **_amount(form, resources.get(name, {})),
        }
        for name, (form, words) in entries.items()
    ]
    return [one for i, one in enumerate(found) if one not in found[:i]]


# As fhir.write names a product: its label stands behind "labelled".
_OWN_NAME, _LABELLED = "kratom (Mitragyna speciosa), ", ", labelled "


def _label(words: str) -> str:
    """The name of a product as sold; of our own words what follows "labelled"."""
    return words.partition(_LABELLED)[2] if words.startswith(_OWN_NAME) else words


# Grams of tea can be the cup or the leaf, so they are asked and not taken.
_LEAF = frozenset({v.KratomForm.LEAF_POWDER, v.KratomForm.FRESH_LEAF})
_MULTIPLE = re.compile(r"(?:x\d+|\d+x)")


def _amount(form: v.KratomForm, resource: dict[str, Any]) -> dict[str, Any]:
    """The amount where unit and form leave no doubt of what it is: grams of leaf, mg of 7-OH.

    Milligrams beside a capsule or an extract can be leaf or alkaloid, so they are not taken.
    """
    amount, unit, times = read_amount(resource.get("dosage") or resource.get("dosageInstruction"))
    found: dict[str, Any] = {}
    if amount is not None and unit == "g" and form in _LEAF:
        found["dose"] = {"leaf_g": amount}
    if amount is not None and unit == "mg" and form is v.KratomForm.SEVEN_OH_PRODUCT:
        found["dose"] = {"seven_oh_mg": amount}
    if times is not None:
        found["times_per_day"] = times
    return {f: x for f, x in found.items() if fits(KratomProduct, {"form": form, f: x})}


def _form(match: Match) -> v.KratomForm:
    if match.substance == "7-hydroxymitragynine":
        return v.KratomForm.SEVEN_OH_PRODUCT
    words = set(normalise(match.words).split())
    if any(map(_MULTIPLE.fullmatch, words)):
        return v.KratomForm.EXTRACT
    for known in record_words().kratom_forms:
        if words & set(known.words):
            return v.KratomForm(known.form)
    return v.KratomForm.UNKNOWN


def _question(matches: Sequence[Match]) -> str:
    told = ", ".join(dict.fromkeys(str(m.status) for m in matches))
    return f"Does the person use kratom? The record names it and says: {told}."
