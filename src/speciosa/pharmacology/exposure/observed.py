"""Predicted exposure beside the exposures ever observed in a human study.

Lying within what was observed says nothing about safety: a handful of healthy people were studied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.exposure.result import ObservedComparison
from speciosa.pharmacology.exposure.summary import MITRAGYNINE, SEVEN_OH, UNIT, series
from speciosa.pharmacology.wording import finding, number

if TYPE_CHECKING:
    from speciosa.finding import Finding
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.summary import Scene

# Facts that hold a range of levels or areas actually measured in people, in nmol/L and nmol*h/L.
HIGHEST_PEAKS = {
    MITRAGYNINE: "kratom/pk_tanna2022_mitragynine_Cmax",
    SEVEN_OH: "kratom/pk_tanna2022_seven_hydroxymitragynine_Cmax",
}
_OBSERVED = (
    (MITRAGYNINE, "cmax", HIGHEST_PEAKS[MITRAGYNINE]),
    (MITRAGYNINE, "auc", "kratom/pk_tanna2022_mitragynine_AUCinf"),
    (SEVEN_OH, "cmax", HIGHEST_PEAKS[SEVEN_OH]),
    (SEVEN_OH, "auc", "kratom/pk_tanna2022_seven_hydroxymitragynine_AUCinf"),
)
WORTH_SAYING = "kratom/assumption_worth_saying"
# The areas of the study are those of a single dose, not of a day of repeated use.
_UNITS = {"cmax": UNIT, "auc": "ng*h/mL after one dose, to infinity"}


def comparisons(scene: Scene, knowledge: Knowledge) -> tuple[ObservedComparison, ...]:
    """Each predicted figure beside its observed range."""
    by_name = {one.name: one for one in series(scene, scene.people.levels, knowledge)}
    found = []
    for name, measure, id_ in _OBSERVED:
        one, fact = by_name[name], knowledge.fact(id_)
        if not one.nm.any() or fact.low is None or fact.high is None:
            continue
        to_ng_ml = one.ng_ml_per_nm
        found.append(
            ObservedComparison(
                analyte=name,
                measure=measure,
                unit=_UNITS[measure],
                observed_low=fact.low * to_ng_ml,
                observed_high=fact.high * to_ng_ml,
                n=fact.n or 0,
                where=fact.conditions,
                above=float(np.mean(one.measure(measure) > fact.high)),
                facts=(fact.id,),
            )
        )
    return tuple(found)


def observed_findings(
    compared: tuple[ObservedComparison, ...], knowledge: Knowledge
) -> tuple[Finding, ...]:
    """Peaks above everything ever measured in a study. Being within is never a finding."""
    words = knowledge.kratom.exposure_wording
    least = knowledge.fact(WORTH_SAYING).number
    return tuple(
        finding(
            words,
            "exposure.above_observed",
            suffix=one.analyte,
            facts=one.facts,
            analyte=one.analyte,
            share=number(round(100.0 * one.above)),
            highest=number(one.observed_high),
            n=str(one.n),
        )
        for one in compared
        if one.measure == "cmax" and one.above >= least
    )
