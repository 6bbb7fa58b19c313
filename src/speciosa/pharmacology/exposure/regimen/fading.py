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
from speciosa.pharmacology.exposure.regimen.washout import Passing, passing, washout_times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.people import People

_LIMITS = (
    ("kratom/assay_blood_loq", "limit_blood"),
    ("kratom/assay_plasma_loq", "limit_plasma"),
)


def fading(people: People, last_dose_h: float, knowledge: Knowledge) -> tuple[Fading, ...]:
    """For both analytes and every limit: hours after the last dose until below it for good.

    ``people`` must have been followed over ``washout_times(last_dose_h)``. Nothing is said of an
    analyte without any known dose.
    """
    phrases = knowledge.kratom.simulate_wording.phrases
    chosen = np.isin(people.time_h, washout_times(last_dose_h))
    hours_after = people.time_h[chosen] - last_dose_h
    found = []
    for analyte in (MITRAGYNINE, SEVEN_OH):
        nm = curve_nm(people, analyte)[:, chosen]
        if not nm.any():
            continue
        for fact_id, what in _LIMITS:
            fact = knowledge.fact(fact_id)
            limit_nm = to_nmol_l(fact.number, fact.unit, analyte, knowledge)
            passed = passing(nm, hours_after, limit_nm)
            found.append(
                Fading(
                    analyte=analyte,
                    limit=fact.number,
                    unit=fact.unit,
                    what=phrases[what],
                    after_last_dose=_figure(passed, phrases),
                    never=rounded(passed.never),
                    beyond=rounded(passed.beyond),
                    facts=(fact_id,),
                )
            )
    return tuple(found)


def _figure(passed: Passing, phrases: Mapping[str, str]) -> Figure:
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
