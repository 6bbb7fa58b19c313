"""A measured plasma level beside the predicted range. No level diagnoses anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.case.vocabulary import LabName
from speciosa.pharmacology.wording import finding, number

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.finding import Finding
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.simulate import Population


def compare_levels(
    case: Case, people: Population | None, knowledge: Knowledge
) -> tuple[Finding, ...]:
    """One finding for each measured level: inside, above or below, or nothing to compare with."""
    words = knowledge.kratom.exposure_wording
    found = []
    for name, analyte, weight in (
        (LabName.MITRAGYNINE_PLASMA, "mitragynine", "kratom/pk_mg_mw"),
        (LabName.SEVEN_OH_PLASMA, "7-hydroxymitragynine", "kratom/pk_7oh_mw"),
    ):
        lab = case.lab(name)
        if lab is None:
            continue
        said = {"analyte": analyte, "value": number(lab.value)}
        if people is None:
            found.append(finding(words, "exposure.level_alone", suffix=analyte, **said))
            continue
        nm = people.mitragynine_nm if analyte == "mitragynine" else people.seven_oh_nm
        scale = knowledge.fact(weight).number / 1000.0
        low = float(np.percentile(nm[:, -1], 5)) * scale
        high = float(np.percentile(nm.max(axis=1), 95)) * scale
        place = "below" if lab.value < low else "above" if lab.value > high else "inside"
        found.append(
            finding(
                words,
                f"exposure.level_{place}",
                suffix=analyte,
                low=number(low),
                high=number(high),
                **said,
            )
        )
    return tuple(found)
