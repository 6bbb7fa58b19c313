"""How long after the last dose plasma levels are above what assays can measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.exposure.measurement.measured import (
    MITRAGYNINE,
    SEVEN_OH,
    curve_nm,
    to_nmol_l,
)
from speciosa.pharmacology.exposure.regimen.figures import rounded
from speciosa.pharmacology.exposure.regimen.simulation import Fading, Figure
from speciosa.pharmacology.exposure.regimen.washout import Passed, Passing, passing, washout_times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.people import People

LIMITS = {
    "kratom/assay_blood_loq": "limit_blood",
    "kratom/assay_plasma_loq": "limit_plasma",
}


def passings(
    people: People, last_dose_h: float, knowledge: Knowledge
) -> dict[tuple[str, str], Passing]:
    """When people pass every limit of both analytes, by analyte and fact of the limit.

    ``people`` must have been followed over ``washout_times(last_dose_h)``. Nothing is said of an
    analyte without any known dose.
    """
    chosen = np.isin(people.time_h, washout_times(last_dose_h))
    hours_after = people.time_h[chosen] - last_dose_h
    found = {}
    for analyte in (MITRAGYNINE, SEVEN_OH):
        nm = curve_nm(people, analyte)[:, chosen]
        if not nm.any():
            continue
        for fact_id in LIMITS:
            fact = knowledge.fact(fact_id)
            limit_nm = to_nmol_l(fact.number, fact.unit, analyte, knowledge)
            found[analyte, fact_id] = passing(nm, hours_after, limit_nm)
    return found


def fading(people: People, last_dose_h: float, knowledge: Knowledge) -> tuple[Fading, ...]:
    """For both analytes and every limit: hours after the last dose until below it for good."""
    return fadings(passings(people, last_dose_h, knowledge), knowledge)


def fadings(passed: Mapping[tuple[str, str], Passed], knowledge: Knowledge) -> tuple[Fading, ...]:
    """The same, of what was read off people's curves before."""
    phrases = knowledge.kratom.simulate_wording.phrases
    return tuple(
        Fading(
            analyte=analyte,
            limit=knowledge.fact(fact_id).number,
            unit=knowledge.fact(fact_id).unit,
            what=phrases[LIMITS[fact_id]],
            after_last_dose=_figure(one, phrases),
            never=rounded(one.never),
            beyond=rounded(one.beyond),
            facts=(fact_id,),
        )
        for (analyte, fact_id), one in passed.items()
    )


def _figure(passed: Passed, phrases: Mapping[str, str]) -> Figure:
    low, middle, high = (passed.quantile(share) for share in (0.05, 0.5, 0.95))
    notes = []
    if passed.never:
        notes.append(phrases["never"].format(share=_percent(passed.never)))
    if passed.beyond:
        days = f"{passed.followed_h / 24.0:.0f}"
        notes.append(phrases["beyond"].format(days=days, share=_percent(passed.beyond)))
    return Figure(
        median=_known(middle), p05=_known(low), p95=_known(high), unit="h", note="; ".join(notes)
    )


def _known(hours: float) -> float | None:
    return rounded(hours) if np.isfinite(hours) else None


def _percent(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{share * 100:.0f} %"
