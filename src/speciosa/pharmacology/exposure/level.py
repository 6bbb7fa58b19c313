"""A measured plasma level beside the predicted range. No level diagnoses anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.case.vocabulary import PLASMA_LEVELS
from speciosa.pharmacology.exposure.measured import MITRAGYNINE, SEVEN_OH, Use
from speciosa.pharmacology.exposure.summary import series
from speciosa.pharmacology.wording import finding, missing, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speciosa.case.model import Case
    from speciosa.finding import Finding, Missing
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.measured import LevelUse
    from speciosa.pharmacology.exposure.summary import Scene, Series

_ANALYTES = (MITRAGYNINE, SEVEN_OH)


def timed(uses: Iterable[LevelUse]) -> frozenset[str]:
    """The analytes of which some level was weighed by its time."""
    return frozenset(use.level.analyte for use in uses if use.use is not Use.UNTIMED)


def untimed_levels(case: Case, knowledge: Knowledge) -> tuple[Missing, ...]:
    """A level whose time after the last dose was not given cannot narrow the prediction."""
    analytes = dict(zip(PLASMA_LEVELS, _ANALYTES, strict=True))
    lacking = [
        analytes[lab.name]
        for lab in case.labs
        if lab.name in analytes and lab.value > 0 and lab.hours_after_dose is None
    ]
    words = knowledge.kratom.simulate_wording
    return tuple(missing(words, "level_time", analyte=name) for name in dict.fromkeys(lacking))


def compare_levels(
    case: Case, scene: Scene | None, knowledge: Knowledge, *, timed: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """One finding for each measured level: inside, above or below, or nothing to compare with.

    Nothing is said of the analytes in ``timed``, whose levels were weighed by their time.
    """
    words = knowledge.kratom.exposure_wording
    predicted: tuple[Series | None, Series | None] = (None, None)
    if scene is not None:
        predicted = series(scene, scene.people.levels, knowledge)
    found = []
    for lab_name, analyte, one in zip(
        PLASMA_LEVELS,
        _ANALYTES,
        predicted,
        strict=True,
    ):
        lab = case.lab(lab_name)
        if lab is None or analyte in timed:
            continue
        below = "below " if lab.below_limit else ""
        said = {"analyte": analyte, "value": f"{below}{number(lab.value)}"}
        if one is None:
            found.append(finding(words, "exposure.level_alone", suffix=analyte, **said))
            continue
        scale = one.weight_g_mol / 1000.0
        low = float(np.percentile(one.measure("ctrough"), 5)) * scale
        high = float(np.percentile(one.measure("cmax"), 95)) * scale
        above = lab.value > high and not lab.below_limit
        place = "below" if lab.value < low else "above" if above else "inside"
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
