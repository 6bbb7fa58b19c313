"""Simulated people as estimates and fans: the mixture, and each structure on its own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from speciosa.finding import Estimate
from speciosa.pharmacology.exposure.result import (
    AnalyteExposure,
    Band,
    BriefExposure,
    Curve,
    Difference,
    StructureExposure,
)
from speciosa.pharmacology.exposure.virtual.decline import trapezoids
from speciosa.pharmacology.exposure.virtual.draws import Array
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H
from speciosa.pharmacology.wording import span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.result import Driver
    from speciosa.pharmacology.exposure.virtual.levels import Levels
    from speciosa.pharmacology.exposure.virtual.people import People

MITRAGYNINE = "mitragynine"
SEVEN_OH = "7-hydroxymitragynine"
UNIT = "ng/mL"
AREA_UNIT = "ng*h/mL per day of use"
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
_SWALLOWED = ("models/linear/Fs", "kratom/pk_human_7oh_oral")


class Scene(NamedTuple):
    """The people, and what kind of products they take.

    ``seven_oh_is_main``: a 7-OH product is used, so 7-OH is what the reader needs to see first.
    ``swallowed``: some 7-OH beyond the traces in leaf is swallowed, or may be.
    """

    people: People
    seven_oh_is_main: bool
    swallowed: bool

    @property
    def of_seven_oh(self) -> bool:
        """Whether 7-OH is what uncertainty is reckoned of."""
        return self.seven_oh_is_main or not self.people.mitragynine_mg_per_day.any()


class Series(NamedTuple):
    """One analyte of the population, in nmol/L and h."""

    name: str
    time_h: Array
    nm: Array
    half_life_h: Array | None
    weight_g_mol: float
    facts: tuple[str, ...]

    @property
    def ng_ml_per_nm(self) -> float:
        """What turns nmol/L into ng/mL."""
        return self.weight_g_mol / 1000.0

    def measure(self, name: str) -> Array:
        """Peak, trough (nmol/L) or area of the last day (nmol*h/L) of every subject."""
        return measured(self.nm, self.time_h, name)


def measured(nm: Array, time_h: Array, name: str) -> Array:
    """``cmax``, ``ctrough`` or ``auc`` (of the last day) of each curve."""
    if name == "cmax":
        peak: Array = nm.max(axis=1)
        return peak
    if name == "ctrough":
        last: Array = nm[:, -1]
        return last
    chosen = time_h >= time_h[-1] - DAY_H
    return trapezoids(nm[:, chosen], time_h[chosen])


def series(scene: Scene, levels: Levels, knowledge: Knowledge) -> tuple[Series, Series]:
    """Mitragynine and 7-OH under one set of levels."""
    swallowed = _SWALLOWED if scene.swallowed else ()
    time_h = scene.people.time_h
    return (
        Series(
            MITRAGYNINE,
            time_h,
            levels.mitragynine_nm,
            levels.mitragynine_half_life_h,
            knowledge.fact("kratom/pk_mg_mw").number,
            _FITTED_TO[MITRAGYNINE],
        ),
        Series(
            SEVEN_OH,
            time_h,
            levels.seven_oh_nm,
            None if scene.swallowed else levels.seven_oh_half_life_h,
            knowledge.fact("kratom/pk_7oh_mw").number,
            (*swallowed, *_FITTED_TO[SEVEN_OH]),
        ),
    )


def analytes(scene: Scene, levels: Levels, knowledge: Knowledge) -> dict[str, AnalyteExposure]:
    """Peak, time, area, trough and half-lives of both analytes."""
    phrases = knowledge.kratom.exposure_wording.phrases
    mitragynine, seven_oh = series(scene, levels, knowledge)
    found = {
        one.name: analyte(one, phrases)
        if one.nm.any()
        else not_taken(one.name, phrases["analyte_unknown"])
        for one in (mitragynine, seven_oh)
    }
    to_ng_ml = seven_oh.ng_ml_per_nm
    formed, swallowed = (
        _estimate(nm.max(axis=1) * to_ng_ml, UNIT, phrases, seven_oh.facts) if nm.any() else None
        for nm in (levels.formed_nm, levels.swallowed_nm)
    )
    found[SEVEN_OH] = msgspec.structs.replace(
        found[SEVEN_OH], cmax_formed=formed, cmax_swallowed=swallowed
    )
    effective = levels.effective_half_life_h
    if np.isfinite(effective).any() and mitragynine.nm.any():
        found[MITRAGYNINE] = msgspec.structs.replace(
            found[MITRAGYNINE],
            effective_half_life=_estimate(effective, "h", phrases, mitragynine.facts),
        )
    return found


def analyte(one: Series, phrases: Mapping[str, str]) -> AnalyteExposure:
    """The figures of one analyte."""
    to_ng_ml = one.ng_ml_per_nm
    peak = one.measure("cmax")
    of = functools.partial(_estimate, phrases=phrases, facts=one.facts)
    half_life = Estimate(value=None, unit="h", no_interval_because=phrases["half_life_unknown"])
    if one.half_life_h is not None and np.isfinite(one.half_life_h).any():
        half_life = of(one.half_life_h, "h")
    when = one.time_h[one.nm.argmax(axis=1)] - one.time_h[0]
    return AnalyteExposure(
        analyte=one.name,
        cmax=of(peak * to_ng_ml, UNIT),
        tmax=of(when, "h after the first dose of the day"),
        auc=of(one.measure("auc") * to_ng_ml, AREA_UNIT),
        ctrough=of(one.measure("ctrough") * to_ng_ml, UNIT),
        half_life=half_life,
        cmax_nm=of(peak, "nmol/L"),
        facts=one.facts,
    )


def brief(one: Series, phrases: Mapping[str, str]) -> BriefExposure:
    """The main figures of one analyte."""
    figures = analyte(one, phrases)
    return BriefExposure(
        analyte=one.name,
        cmax=figures.cmax,
        auc=figures.auc,
        ctrough=figures.ctrough,
        half_life=figures.half_life,
    )


def not_taken(name: str, why: str) -> AnalyteExposure:
    """An analyte without any known dose: every figure absent, and why."""

    def of(unit: str) -> Estimate:
        return Estimate(value=None, unit=unit, no_interval_because=why)

    return AnalyteExposure(
        analyte=name,
        cmax=of(UNIT),
        tmax=of("h"),
        auc=of(AREA_UNIT),
        ctrough=of(UNIT),
        half_life=of("h"),
        cmax_nm=of("nmol/L"),
        facts=(),
    )


def _estimate(
    values: Array, unit: str, phrases: Mapping[str, str], facts: tuple[str, ...]
) -> Estimate:
    low, middle, high = (float(q) for q in np.nanpercentile(values, (5, 50, 95)))
    return Estimate(
        value=middle, unit=unit, low=low, high=high, interval=phrases["interval"], facts=facts
    )


def curves(scene: Scene, levels: Levels, knowledge: Knowledge) -> tuple[Curve, ...]:
    """Fans over the last dosing day, 0 to 24 h after its first dose."""
    return tuple(
        _curve(one, one.nm * one.ng_ml_per_nm)
        for one in series(scene, levels, knowledge)
        if one.nm.any()
    )


def _curve(one: Series, ng_ml: Array) -> Curve:
    tails = [(100.0 - band) / 2.0 for band in _BANDS]
    wanted = [50.0, *tails, *(100.0 - t for t in tails)]
    levels = np.percentile(ng_ml, wanted, axis=0)
    count = len(_BANDS)
    return Curve(
        analyte=one.name,
        unit=UNIT,
        time_h=_rounded(one.time_h),
        median=_rounded(levels[0]),
        bands=tuple(
            Band(percent=band, low=_rounded(levels[1 + i]), high=_rounded(levels[1 + count + i]))
            for i, band in enumerate(_BANDS)
        ),
    )


def _rounded(values: Array) -> tuple[float, ...]:
    """Four significant digits: enough to draw, and short in JSON."""
    return tuple(float(f"{v:.4g}") for v in values)


def by_structure(scene: Scene, knowledge: Knowledge) -> tuple[StructureExposure, ...]:
    """The people who live by each structure, alone."""
    phrases = knowledge.kratom.exposure_wording.phrases
    people, found = scene.people, []
    for place, (name, levels) in enumerate(people.by_structure.items()):
        record, posterior = knowledge.models.structure(name), knowledge.models.posterior(name)
        found.append(
            StructureExposure(
                structure=name,
                title=record.title,
                share=float(np.mean(people.lives_by == place)),
                release=posterior.release,
                method=posterior.method,
                analytes=tuple(
                    brief(one, phrases)
                    for one in series(scene, levels.take(levels.known), knowledge)
                    if one.nm.any()
                ),
            )
        )
    return tuple(found)


def differences(scene: Scene, knowledge: Knowledge) -> tuple[Difference, ...]:
    """Medians of the second structure over those of the first, each per mg of what was taken.

    Per mg, because each structure may have been run for other people with other products. Where
    7-OH is swallowed, it is that 7-OH that is compared, per mg of it; else the 7-OH formed, per mg
    of mitragynine.
    """
    equal = knowledge.fact("kratom/assumption_structures_equal").number
    people = scene.people
    names, of_leaf = people.structures, people.mitragynine_mg_per_day
    if len(names) < 2:
        return ()
    formed = (SEVEN_OH, "formed_nm", of_leaf)
    swallowed = (SEVEN_OH, "swallowed_nm", people.seven_oh_mg_per_day)
    found = []
    for analyte_name, field, mg in (
        (MITRAGYNINE, "mitragynine_nm", of_leaf),
        swallowed if scene.swallowed else formed,
    ):
        if not mg.any():
            continue
        for measure in ("cmax", "auc", "ctrough"):
            middles = []
            for name in names[:2]:
                levels = people.by_structure[name]
                who = np.intersect1d(levels.known, np.flatnonzero(mg))
                nm = getattr(levels, field)[who] / mg[who, None]
                middles.append(float(np.median(measured(nm, people.time_h, measure))))
            ratio = middles[1] / middles[0]
            found.append(
                Difference(
                    analyte=analyte_name,
                    measure=measure,
                    of=names[1],
                    over=names[0],
                    ratio=float(f"{ratio:.2g}"),
                    differs=not 1.0 / equal <= ratio <= equal,
                )
            )
    return tuple(found)


def headline(
    scene: Scene,
    shown: dict[str, AnalyteExposure],
    driving: tuple[Driver, ...],
    knowledge: Knowledge,
    *,
    measured: bool = False,
) -> str:
    """The peak as a range, never as a point, and what makes it wide.

    ``measured``: the people are those who could have this person's measured levels.
    """
    phrases = knowledge.kratom.exposure_wording.phrases
    said = {name: _range(a.cmax) for name, a in shown.items()}
    if scene.of_seven_oh:
        return phrases["headline_exposure_seven_oh"].format(seven_oh=said[SEVEN_OH])
    if measured:
        written = knowledge.kratom.simulate_wording.phrases["headline_measured"]
        return written.format(mg=said[MITRAGYNINE])
    return phrases["headline_exposure"].format(
        mg=said[MITRAGYNINE], subjects=scene.people.subjects, driver=driving[0].name
    )


def _range(estimate: Estimate) -> str:
    return span(estimate.low or 0.0, estimate.high or 0.0)
