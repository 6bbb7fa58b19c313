"""What the person takes: MedicationStatements of medicines and of kratom, use of substances.

Everything here says what is taken, never what should be. Kratom's amounts stand as reported words
and not as a structured dosage, so that no system can turn them into an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.case import vocabulary as v
from speciosa.fhir.write.context import Entry, Writing
from speciosa.fhir.write.elements import (
    Element,
    coding,
    concept,
    hl7,
    narrative,
    note,
    period,
    plain,
    quantity,
)
from speciosa.knowledge.medicines import NameKind

if TYPE_CHECKING:
    from speciosa.case import CaseMedicine, CaseSubstance, KratomProduct, KratomUse
    from speciosa.knowledge.medicines import Medicine

KRATOM = "kratom"
_HOURS_A_DAY = 24.0
_NOT_ADVISED = "Described, not advised."
_LEAF = (
    v.KratomForm.LEAF_POWDER, v.KratomForm.CAPSULE, v.KratomForm.TEA, v.KratomForm.FRESH_LEAF,
    v.KratomForm.EXTRACT, v.KratomForm.EXTRACT_SHOT,
)  # fmt: skip


def statements(w: Writing) -> Iterator[Entry]:
    """Every medicine, kratom product and substance of the case."""
    for index, medicine in enumerate(w.case.medicines):
        if not (medicine.planned and _is_kratom(w, medicine.name)):
            yield Entry(f"medicine/{index}", _medicine(w, medicine))
    yield from _kratom(w)
    for index, substance in enumerate(w.case.substances):
        yield Entry(f"substance/{index}", _substance(w, substance))


def names_by_member(w: Writing) -> dict[str, str]:
    """For each member of an interaction (the id of a medicine, ``kratom``) its resource."""
    found: dict[str, str] = {}
    written = {entry.name for entry in statements(w)}
    listed = [(f"medicine/{i}", m.name) for i, m in enumerate(w.case.medicines)]
    listed += [(f"substance/{i}", s.name) for i, s in enumerate(w.case.substances)]
    pairs = w.assessment.interactions
    for name, typed in listed:
        if name not in written:
            continue
        match = w.knowledge.medicines.match(typed)
        ids = [m.id for m in match.medicines] if match.kind is NameKind.MEDICINE else []
        ids += [*pairs.components.get(typed, ())]
        if _is_kratom(w, typed):
            ids.append(KRATOM)
        for member in ids:
            found.setdefault(member, name)
    first = next((entry.name for entry in _kratom(w)), None)
    return found if first is None else found | {KRATOM: first}


def medicine_codings(w: Writing, typed: str) -> list[Element]:
    """Confirmed codes of a typed name that means one medicine; none for anything less clear."""
    match = w.knowledge.medicines.match(typed)
    clear = match.kind is NameKind.MEDICINE and len(match.medicines) == 1
    if not clear or match.unknown_parts or match.stands_in or match.contains_kratom:
        return []
    return list(_codings_of(w, match.medicines[0]))


def _codings_of(w: Writing, medicine: Medicine) -> Iterator[Element]:
    """Without a display: our name of a medicine is not always that of the terminology."""
    held, systems = medicine.codes, w.codes.systems
    rxcui = held.rxcui
    if rxcui is not None and rxcui.note:
        return  # the codes are those of something near it ("code of dronabinol")
    if rxcui is not None and rxcui.verified and rxcui.second_source_agrees:
        yield {"system": systems["rxnorm"].url, "code": rxcui.value}
    # Several ATC codes are several uses, and which one is meant was not said; that of a substance
    # is of its use as a medicine.
    if medicine.kind == "medicine" and len(held.atc) == 1 and held.atc[0].verified:
        yield {"system": systems["atc"].url, "code": held.atc[0].value}


def _is_kratom(w: Writing, typed: str) -> bool:
    match = w.knowledge.medicines.match(typed)
    return match.contains_kratom or match.kind is NameKind.KRATOM


# ------------------------------------------------------------------ medicines


def _medicine(w: Writing, medicine: CaseMedicine) -> Element:
    status = _status(w, medicine)
    return {
        "resourceType": "MedicationStatement",
        "text": narrative(f"{medicine.name} ({status})", _as_taken(medicine)),
        "status": status,
        "category": _category(medicine.prescribed),
        "medicationCodeableConcept": concept(medicine.name, *medicine_codings(w, medicine.name)),
        "subject": w.subject,
        "effectivePeriod": period(medicine.since, medicine.stopped),
        "dateAsserted": w.date,
        "reasonCode": [concept(medicine.reason)] if medicine.reason else None,
        "dosage": [_dosage(w, medicine)],
    }


def _status(w: Writing, medicine: CaseMedicine) -> str:
    if medicine.planned:
        return "intended"
    if medicine.stopped is not None and medicine.stopped <= w.case.date:
        return "stopped"
    return "active"


def _category(prescribed: bool | None) -> Element | None:
    if prescribed is None:
        return None
    code = "community" if prescribed else "patientspecified"
    display = "Community" if prescribed else "Patient Specified"
    return hl7("medication-statement-category", code, display)


def _as_taken(medicine: CaseMedicine) -> str:
    said = (
        f"{medicine.dose_mg:g} mg" if medicine.dose_mg is not None else "",
        f"every {medicine.interval_h:g} h" if medicine.interval_h is not None else "",
        f"{medicine.times_per_day:g} times a day" if medicine.times_per_day is not None else "",
        "as needed" if medicine.as_needed else "",
        str(medicine.route) if medicine.route else "",
    )
    return ", ".join(part for part in said if part)


def _dosage(w: Writing, medicine: CaseMedicine) -> Element:
    """How it is taken; of kratom in words alone."""
    if _is_kratom(w, medicine.name):
        said = _as_taken(medicine)
        return {"text": f"Reported use: {said}. {_NOT_ADVISED}" if said else None}
    dose = None
    if medicine.dose_mg is not None:
        dose = [{"doseQuantity": quantity(w.codes, medicine.dose_mg, "mg")}]
    return {
        "text": _as_taken(medicine),
        "timing": {"repeat": _repeat(medicine)},
        "asNeededBoolean": medicine.as_needed,
        "route": concept(str(medicine.route)) if medicine.route else None,
        "doseAndRate": dose,
    }


def _repeat(medicine: CaseMedicine) -> Element | None:
    times = medicine.times_per_day
    if times is not None and times == int(times):
        return {"frequency": int(times), "period": 1, "periodUnit": "d"}
    if times is not None:
        hours = round(_HOURS_A_DAY / times, 2)
        return {"frequency": 1, "period": hours, "periodUnit": "h"}
    if medicine.interval_h is not None:
        return {"frequency": 1, "period": medicine.interval_h, "periodUnit": "h"}
    return None


# ------------------------------------------------------------------ kratom


def _kratom(w: Writing) -> Iterator[Entry]:
    """Use that is on record; asking about kratom is never written as something taken."""
    use = w.case.kratom
    if use is None or use.status not in (v.KratomStatus.USING, v.KratomStatus.STOPPED):
        return
    for index, product in enumerate(use.products or (None,)):
        yield Entry(f"kratom/{index}", _kratom_product(w, use, product, index))


def _kratom_product(
    w: Writing, use: KratomUse, product: KratomProduct | None, index: int
) -> Element:
    status = "active" if use.status is v.KratomStatus.USING else "stopped"
    intake = w.assessment.kratom.intake.products
    as_used = intake[index].as_used if product is not None and index < len(intake) else ""
    said = f"Reported use: {as_used}. {_NOT_ADVISED}" if as_used else ""
    text = _kratom_name(product)
    is_leaf = product is None or product.form in _LEAF
    mitragynine = w.codes.confirmed("kratom/mitragynine") if is_leaf else None
    strain = ""
    if product is not None and product.strain:
        strain = f"Strain as sold: {product.strain}. Strain names say little about the content."
    return {
        "resourceType": "MedicationStatement",
        "text": narrative(f"{text} ({status})", said, strain),
        "status": status,
        "category": hl7("medication-statement-category", "patientspecified", "Patient Specified"),
        "medicationCodeableConcept": concept(text, coding(mitragynine) if mitragynine else None),
        "subject": w.subject,
        "effectivePeriod": period(use.since, use.stopped),
        "dateAsserted": w.date,
        "reasonCode": [concept(reason.replace("_", " ")) for reason in use.reasons],
        "note": note(strain, "Taken on the person's own account; Speciosa does not recommend it."),
        "dosage": [{"text": plain(said)}],
    }


def _kratom_name(product: KratomProduct | None) -> str:
    if product is None:
        return "kratom (Mitragyna speciosa), product not known"
    form = product.form.replace("7_oh", "7-OH").replace("_", " ")
    label = f", labelled {product.label}" if product.label else ""
    if product.form is v.KratomForm.UNKNOWN:
        form = "form not known"
    return f"kratom (Mitragyna speciosa), {form}{label}"


# ------------------------------------------------------------------ substances


def _substance(w: Writing, substance: CaseSubstance) -> Element:
    figures = (
        (substance.times_per_week, "{:g} times a week", "times per week"),
        (substance.drinks_per_week, "{:g} drinks a week", "drinks per week"),
        (substance.mg_per_day, "{:g} mg a day", "mg per day"),
        (substance.last_use_hours_ago, "last use {:g} h ago", "hours since last use"),
    )
    said = [words.format(figure) for figure, words, _ in figures if figure is not None]
    said += ["together with kratom"] if substance.with_kratom else []
    value = ", ".join(said) or "on record; how much was not said"
    return {
        "resourceType": "Observation",
        "text": narrative(f"Use of {substance.name}", value),
        "status": "final",
        "category": [hl7("observation-category", "social-history", "Social History")],
        "code": concept(f"Use of {substance.name}"),
        "subject": w.subject,
        "effectiveDateTime": w.date,
        "valueString": value,
        "component": [
            *(
                {"code": concept(name), "valueQuantity": quantity(w.codes, figure, name)}
                for figure, _, name in figures
                if figure is not None
            ),
            {"code": concept("together with kratom"), "valueBoolean": substance.with_kratom}
            if substance.with_kratom is not None
            else None,
        ],
        "note": note(substance.note or ""),
    }


def person(w: Writing) -> Element:
    """The person without any identity: the sex of the case, and nothing that could name them."""
    sex = w.case.person.sex
    age = w.case.person.age_years
    return {
        "resourceType": "Patient",
        "text": narrative(
            "Person without identifying data",
            f"Sex: {sex or 'not given'}.",
            f"Age: {age:g} years on {w.date}." if age is not None else "Age: not given.",
        ),
        "gender": str(sex) if sex else "unknown",
    }
