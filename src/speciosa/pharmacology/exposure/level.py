"""A measured plasma level beside the predicted range. No level diagnoses anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.case.vocabulary import LabName
from speciosa.pharmacology.exposure.summary import series
from speciosa.pharmacology.wording import finding, number

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.finding import Finding
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.summary import Scene, Series


def compare_levels(case: Case, scene: Scene | None, knowledge: Knowledge) -> tuple[Finding, ...]:
    """One finding for each measured level: inside, above or below, or nothing to compare with."""
    words = knowledge.kratom.exposure_wording
    predicted: tuple[Series | None, Series | None] = (None, None)
    if scene is not None:
        predicted = series(scene, scene.people.levels, knowledge)
    found = []
    for lab_name, analyte, one in zip(
        (LabName.MITRAGYNINE_PLASMA, LabName.SEVEN_OH_PLASMA),
        ("mitragynine", "7-hydroxymitragynine"),
        predicted,
        strict=True,
    ):
        lab = case.lab(lab_name)
        if lab is None:
            continue
        said = {"analyte": analyte, "value": number(lab.value)}
        if one is None:
            found.append(finding(words, "exposure.level_alone", suffix=analyte, **said))
            continue
        scale = one.weight_g_mol / 1000.0
        low = float(np.percentile(one.measure("ctrough"), 5)) * scale
        high = float(np.percentile(one.measure("cmax"), 95)) * scale
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
