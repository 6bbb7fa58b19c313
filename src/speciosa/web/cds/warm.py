"""Before the first call: everything is read and compiled, so that no clinician waits for it."""

from __future__ import annotations

import datetime as dt
import gc
from typing import TYPE_CHECKING

from speciosa.assessment import brief, sample
from speciosa.case import parse_case
from speciosa.fhir import read

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

# Nobody; chosen so that every room has something to read.
_CASE = {
    "date": dt.date(2026, 1, 1),
    "place": "US-TX",
    "person": {"age_years": 40, "sex": "female"},
    "symptoms": {"gad7": {"total": 10}, "phq9": {"item9": 0}},
    "medicines": [{"name": "sertraline"}, {"name": "quetiapine"}],
    "kratom": {
        "status": "using",
        "products": [{"form": "leaf_powder", "dose": {"leaf_g": 2.0}, "times_per_day": 2.0}],
    },
}
_PATIENT = {
    "resourceType": "Bundle",
    "type": "searchset",
    "entry": [{"resource": {"resourceType": "Patient", "id": "nobody"}}],
}


def warm(knowledge: Knowledge, *, subjects: int) -> None:
    """Answer for nobody, then keep what was read out of the collector's way.

    Looking through the whole knowledge base for garbage would hold up one call in some hundreds
    by a third of a second.
    """
    case = parse_case(_CASE)
    brief(case, knowledge, sample(case, knowledge, subjects=subjects))
    read.case_from_bundle(_PATIENT, knowledge, today=case.date)
    gc.collect()
    gc.freeze()
