"""The simulated population as estimates, fans and drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.finding import Estimate
from speciosa.pharmacology.exposure.kinetics import Array
from speciosa.pharmacology.exposure.result import AnalyteExposure, Band, Curve, Driver
from speciosa.pharmacology.exposure.simulate import TIME_H, Population
from speciosa.pharmacology.wording import span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.knowledge import Knowledge

MITRAGYNINE = "mitragynine"
SEVEN_OH = "7-hydroxymitragynine"
UNIT = "ng/mL"
_BANDS = (50, 80, 95)
_FITTED_TO = {
    MITRAGYNINE: (
        "kratom/pk_tanna2022_mitragynine_Cmax",
        "kratom/pk_tanna2022_mitragynine_tmax",
        "kratom/pk_tanna2022_mitragynine_AUCinf",
        "kratom/pk_tanna2022_mitragynine_t12",
    ),
    SEVEN_OH: (
        "kratom/pk_tanna2022_seven_hydroxymitragynine_Cmax",
        "kratom/pk_tanna2022_seven_hydroxymitragynine_tmax",
        "kratom/pk_tanna2022_seven_hydroxymitragynine_AUCinf",
        "kratom/pk_tanna2022_seven_hydroxymitragynine_t12",
    ),
}
_SWALLOWED = ("kratom/model/swallowed_clearance_l_h", "kratom/pk_human_7oh_oral")


class _Series(NamedTuple):
    """One analyte of the population, in nmol/L and h."""

    name: str
    nm: Array
    auc: Array
    half_life_h: Array | None
    weight_g_mol: float
    facts: tuple[str, ...]


def _series(people: Population, knowledge: Knowledge) -> tuple[_Series, _Series]:
    swallowed = _SWALLOWED if people.swallowed else ()
    return (
        _Series(
            MITRAGYNINE,
            people.mitragynine_nm,
            people.mitragynine_auc,
            people.mitragynine_half_life_h,
            knowledge.fact("kratom/pk_mg_mw").number,
            _FITTED_TO[MITRAGYNINE],
        ),
        _Series(
            SEVEN_OH,
            people.seven_oh_nm,
            people.seven_oh_auc,
            None if people.swallowed else people.seven_oh_half_life_h,
            knowledge.fact("kratom/pk_7oh_mw").number,
            (*swallowed, *_FITTED_TO[SEVEN_OH]),
        ),
    )


def analytes(people: Population, knowledge: Knowledge) -> dict[str, AnalyteExposure]:
    """Peak, time, area, trough and half-life of both analytes."""
    phrases = knowledge.kratom.exposure_wording.phrases
    return {
        one.name: _analyte(one, phrases)
        if one.nm.any()
        else _not_taken(one.name, phrases["analyte_unknown"])
        for one in _series(people, knowledge)
    }


def _not_taken(name: str, why: str) -> AnalyteExposure:
    """An analyte without any known dose: every figure absent, and why."""

    def of(unit: str) -> Estimate:
        return Estimate(value=None, unit=unit, no_interval_because=why)

    return AnalyteExposure(
        analyte=name,
        cmax=of(UNIT),
        tmax=of("h"),
        auc=of("ng*h/mL per day of use"),
        ctrough=of(UNIT),
        half_life=of("h"),
        cmax_nm=of("nmol/L"),
        facts=(),
    )


def _analyte(one: _Series, phrases: Mapping[str, str]) -> AnalyteExposure:
    to_ng_ml = one.weight_g_mol / 1000.0
    peak = one.nm.max(axis=1)

    def of(values: Array, unit: str) -> Estimate:
        low, middle, high = (float(q) for q in np.percentile(values, (5, 50, 95)))
        return Estimate(
            value=middle,
            unit=unit,
            low=low,
            high=high,
            interval=phrases["interval"],
            facts=one.facts,
        )

    half_life = Estimate(value=None, unit="h", no_interval_because=phrases["half_life_unknown"])
    if one.half_life_h is not None:
        half_life = of(one.half_life_h, "h")
    return AnalyteExposure(
        analyte=one.name,
        cmax=of(peak * to_ng_ml, UNIT),
        tmax=of(TIME_H[one.nm.argmax(axis=1)], "h after the first dose of the day"),
        auc=of(one.auc * to_ng_ml, "ng*h/mL per day of use"),
        ctrough=of(one.nm[:, -1] * to_ng_ml, UNIT),
        half_life=half_life,
        cmax_nm=of(peak, "nmol/L"),
        facts=one.facts,
    )


def curves(people: Population, knowledge: Knowledge) -> tuple[Curve, ...]:
    """Fans over the last dosing day, 0 to 24 h after its first dose."""
    return tuple(
        _curve(one.name, one.nm * (one.weight_g_mol / 1000.0))
        for one in _series(people, knowledge)
        if one.nm.any()
    )


def _curve(name: str, ng_ml: Array) -> Curve:
    tails = [(100.0 - band) / 2.0 for band in _BANDS]
    wanted = [50.0, *tails, *(100.0 - t for t in tails)]
    levels = np.percentile(ng_ml, wanted, axis=0)
    count = len(_BANDS)
    return Curve(
        analyte=name,
        unit=UNIT,
        time_h=_rounded(TIME_H),
        median=_rounded(levels[0]),
        bands=tuple(
            Band(percent=band, low=_rounded(levels[1 + i]), high=_rounded(levels[1 + count + i]))
            for i, band in enumerate(_BANDS)
        ),
    )


def _rounded(values: Array) -> tuple[float, ...]:
    """Four significant digits: enough to draw, and short in JSON."""
    return tuple(float(f"{v:.4g}") for v in values)


def drivers(people: Population, knowledge: Knowledge) -> tuple[Driver, ...]:
    """Sources of uncertainty, largest first."""
    phrases = knowledge.kratom.exposure_wording.phrases
    found = (
        Driver(
            name=phrases[f"driver_{key}"],
            share=round(share, 4),
            narrowed_by=phrases[f"driver_{key}_narrowed"],
        )
        for key, share in zip(("content", "body", "model"), people.shares, strict=True)
    )
    return tuple(sorted(found, key=lambda d: (-d.share, d.name)))


def headline(
    people: Population,
    shown: dict[str, AnalyteExposure],
    driving: tuple[Driver, ...],
    knowledge: Knowledge,
) -> str:
    """The peak as a range, never as a point, and what makes it wide."""
    phrases = knowledge.kratom.exposure_wording.phrases
    said = {name: _range(a.cmax) for name, a in shown.items()}
    if people.seven_oh_is_main or not people.mitragynine_nm.any():
        return phrases["headline_exposure_seven_oh"].format(seven_oh=said[SEVEN_OH])
    return phrases["headline_exposure"].format(
        mg=said[MITRAGYNINE], subjects=people.mitragynine_auc.size, driver=driving[0].name
    )


def _range(estimate: Estimate) -> str:
    return span(estimate.low or 0.0, estimate.high or 0.0)
