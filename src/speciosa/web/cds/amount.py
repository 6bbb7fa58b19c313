"""How much kratom, where the record says it beyond doubt: grams of leaf at one structured dosage.

Only so can a simulation be this person's. Anything less plain stays "to be asked".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from speciosa.case import Case, parse_case
from speciosa.case.vocabulary import KratomForm, KratomStatus
from speciosa.errors import InputError
from speciosa.fhir.kratom import Match
from speciosa.fhir.kratom import Status as Taking
from speciosa.fhir.read.dosage import read_dosage

_LEAF = frozenset({KratomForm.LEAF_POWDER, KratomForm.FRESH_LEAF, KratomForm.TEA})
_HOURS_PER_DAY = 24.0
_MG_PER_G = 1000.0


def with_amount(case: Case, resources: Iterable[dict[str, Any]], matches: Sequence[Match]) -> Case:
    """The case with the grams and times a day of its one kratom product, or as it is."""
    use = case.kratom
    if use is None or use.status is not KratomStatus.USING or len(use.products) != 1:
        return case
    (product,) = use.products
    entries = {m.resource for m in matches if m.status is Taking.TAKEN}
    stated = [
        one
        for one in resources
        if one.get("resourceType") == "MedicationStatement"
        and f"MedicationStatement/{one.get('id')}" in entries
    ]
    if product.dose is not None or product.form not in _LEAF or len(entries) != 1 or not stated:
        return case
    said, _ = read_dosage(stated[0].get("dosage"), single=True)
    dose_mg, interval_h = said.get("dose_mg"), said.get("interval_h")
    if dose_mg is None or interval_h is None or said.get("as_needed"):
        return case
    document = case.model_dump(exclude_unset=True)
    document["kratom"]["products"] = [
        product.model_dump(exclude_unset=True)
        | {
            "dose": {"leaf_g": float(dose_mg) / _MG_PER_G},
            "times_per_day": _HOURS_PER_DAY / interval_h,
        }
    ]
    try:
        return parse_case(document)
    except InputError:
        return case  # an amount outside what a case accepts
