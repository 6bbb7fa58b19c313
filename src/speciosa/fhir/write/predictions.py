"""What a model expects: levels in plasma and ratios of exposure, each with its interval.

They are Observations of status ``preliminary``, under no laboratory category and no LOINC code, so
that no screen shows them among results that were measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.fhir.write.context import Entry, Writing
from speciosa.fhir.write.elements import (
    Element,
    concept,
    figures,
    in_words,
    interval,
    narrative,
    note,
    quantity,
)
from speciosa.pharmacology.exposure.result import ExposureStatus

if TYPE_CHECKING:
    from speciosa.finding import Estimate
    from speciosa.pharmacology.interactions.result import Interaction

_PREDICTED = "Prediction of a model, not a measurement"
_SEEN = "Measured in other people, not in this person"
_FIGURES = {
    "cmax": "highest plasma level in a day of the use described",
    "ctrough": "lowest plasma level in a day of the use described",
    "auc": "area under the plasma levels of a day of the use described",
    "half_life": "half-life after the last dose",
}


def exposures(w: Writing) -> Iterator[Entry]:
    """Predicted levels of each alkaloid, where any were computed."""
    exposed = w.assessment.exposure
    if exposed.status is not ExposureStatus.COMPUTED:
        return
    made = w.assessment.provenance
    method = (
        f"Simulation of {exposed.subjects} virtual people (seed {exposed.seed}), "
        f"Speciosa {made.speciosa_version}, knowledge {made.knowledge_release}"
    )
    for analyte, levels in exposed.analytes.items():
        for name, words in _FIGURES.items():
            estimate: Estimate = getattr(levels, name)
            title = f"Predicted {words}: {analyte}"
            resource = _prediction(w, title, estimate, kind=_PREDICTED, method=method)
            resource["note"] = note(exposed.doubt, estimate.interval, w.rests_on(estimate.facts))
            yield Entry(f"exposure/{analyte}/{name}", resource)


def ratio_name(row: Interaction) -> str:
    """The name of the Observation that holds the ratio of an interaction."""
    return f"ratio/{row.id}"


def ratios(w: Writing) -> Iterator[Entry]:
    """Ratios of exposure. They are not relative risks, and are not written as such."""
    for row in w.assessment.interactions.rows:
        if row.auc_ratio is None:
            continue
        title = f"Ratio of exposure (AUC) to {row.victim or row.names[-1]}: {row.title}"
        method = "Measured in people" if row.seen_in_people else "Calculated by a model"
        kind = _SEEN if row.seen_in_people else _PREDICTED
        resource = _prediction(w, title, row.auc_ratio, kind=kind, method=method)
        resource["note"] = note(
            row.mechanism, *row.flags, row.auc_ratio.interval, f"Certainty: {row.certainty}."
        )
        yield Entry(ratio_name(row), resource)


def _prediction(w: Writing, title: str, estimate: Estimate, *, kind: str, method: str) -> Element:
    middle = None
    if estimate.value is not None:
        middle = quantity(w.codes, figures(estimate.value), estimate.unit)
    span = interval(w.codes, estimate)
    value: Element = {"valueRange": span} if span else {"valueQuantity": middle}
    if span is None and middle is None:
        value = {"valueString": in_words(estimate)}
    inner = {"code": concept("Middle value (median)"), "valueQuantity": middle}
    return {
        "resourceType": "Observation",
        "text": narrative(title, kind, in_words(estimate), estimate.no_interval_because),
        "status": "preliminary",
        "category": [concept(kind)],
        "code": concept(title),
        "subject": w.subject,
        "effectiveDateTime": w.date,
        "method": concept(method),
        **value,
        "component": [inner] if span and middle else None,
    }
