"""A measured plasma level beside the predicted range. No level diagnoses anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.case.vocabulary import PLASMA_LEVELS
from speciosa.finding import Severity
from speciosa.pharmacology.exposure.measurement.measured import (
    MITRAGYNINE,
    SEVEN_OH,
    Use,
    ng_ml_per_nm,
)
from speciosa.pharmacology.exposure.observed import HIGHEST_PEAKS
from speciosa.pharmacology.exposure.summary import series
from speciosa.pharmacology.wording import finding, missing, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speciosa.case.model import Case, Lab
    from speciosa.finding import Finding, Missing
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.measurement.measured import LevelUse
    from speciosa.pharmacology.exposure.summary import Scene, Series

_ANALYTES = (MITRAGYNINE, SEVEN_OH)


def timed(uses: Iterable[LevelUse]) -> frozenset[str]:
    """The analytes of which some level was weighed by its time."""
    without = (Use.UNTIMED, Use.UNKNOWN_CONTENT)
    return frozenset(use.level.analyte for use in uses if use.use not in without)


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
    case: Case,
    scene: Scene | None,
    knowledge: Knowledge,
    *,
    timed: frozenset[str] = frozenset(),
    told: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """One finding for each measured level: inside, above or below, or nothing to compare with.

    Nothing is said of the analytes in ``timed``, whose levels were weighed by their time. Of those
    in ``told`` it was said elsewhere why nothing stands beside them; that a level is high is not.
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
        if one is None or analyte in told:
            alone = _alone(case, lab, analyte, knowledge)
            if analyte not in told or alone.severity is Severity.MAJOR:
                found.append(alone)
            continue
        below = "below " if lab.below_limit else ""
        said = {"analyte": analyte, "value": f"{below}{_given(lab.value)}"}
        scale = one.ng_ml_per_nm
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


def _given(value: float) -> str:
    """A result as the laboratory gave it."""
    return f"{value:,.7g}"


def _alone(case: Case, lab: Lab, analyte: str, knowledge: Knowledge) -> Finding:
    """A level that no prediction stands beside: by itself it says that something was taken."""
    words = knowledge.kratom.exposure_wording
    below = "below " if lab.below_limit else ""
    said = {"analyte": analyte, "value": f"{below}{_given(lab.value)}"}
    if lab.below_limit or lab.value <= 0:
        return finding(words, "exposure.level_alone", suffix=analyte, **said)
    fact = knowledge.fact(HIGHEST_PEAKS[analyte])
    highest = (fact.high or 0.0) * ng_ml_per_nm(analyte, knowledge)
    beside = {"highest": number(highest), "n": str(fact.n)}
    if case.kratom is None or not case.kratom.products:
        said["analyte"] = analyte[0].upper() + analyte[1:]
        said["beside"] = words.phrases["highest_observed"].format(**beside)
        id_ = "exposure.level_without_use"
    elif lab.value > highest:
        said |= beside
        id_ = "exposure.level_alone_high"
    else:
        id_ = "exposure.level_alone"
    return finding(words, id_, suffix=analyte, facts=(fact.id,), **said)
