"""Figures and fans of a simulated regimen, read off the curves of virtual people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.pharmacology.exposure.measurement.measured import (
    MITRAGYNINE,
    SEVEN_OH,
    curve_nm,
    ng_ml_per_nm,
)
from speciosa.pharmacology.exposure.regimen.simulation import (
    AnalyteFigures,
    Fan,
    Figure,
    StructureFigures,
)
from speciosa.pharmacology.exposure.virtual.decline import trapezoids
from speciosa.pharmacology.exposure.virtual.draws import Array, Indices
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.plan import Layout
    from speciosa.pharmacology.exposure.virtual.levels import Levels
    from speciosa.pharmacology.exposure.virtual.people import People

UNIT = "ng/mL"
_DIGITS = 6
_FACTS = {
    MITRAGYNINE: ("kratom/pk_tanna2022_mitragynine_Cmax", "kratom/pk_tanna2022_mitragynine_AUCinf"),
    SEVEN_OH: (
        "kratom/pk_tanna2022_seven_hydroxymitragynine_Cmax",
        "kratom/pk_tanna2022_seven_hydroxymitragynine_AUCinf",
    ),
}
_SWALLOWED = "kratom/pk_human_7oh_oral"


class Shown(NamedTuple):
    """What is shown of people.

    ``window`` are the places of the times shown; ``swallowed``: more 7-OH is swallowed, or may be,
    than the traces in leaf.
    """

    window: Indices
    layout: Layout
    swallowed: bool


def figure(values: Array, unit: str, *, note: str = "") -> Figure:
    """Median and 5th and 95th percentile of values; NaN is left out."""
    known = values[np.isfinite(values)]
    if not known.size:
        return Figure(median=None, p05=None, p95=None, unit=unit, note=note)
    low, middle, high = (rounded(float(q)) for q in np.percentile(known, (5, 50, 95)))
    return Figure(median=middle, p05=low, p95=high, unit=unit, note=note)


def rounded(value: float) -> float:
    """A number to the digits that are kept in data: more than anything here deserves."""
    return float(f"{value:.{_DIGITS}g}")


def analyte_figures(
    people: People, analyte: str, seen: Shown, knowledge: Knowledge
) -> AnalyteFigures:
    """Every figure of one analyte over the period shown."""
    phrases = knowledge.kratom.simulate_wording.phrases
    nm = curve_nm(people, analyte)
    if not nm.any():
        return _nothing(phrases["not_taken"])
    scale = ng_ml_per_nm(analyte, knowledge)
    shown, times = nm[:, seen.window], people.time_h[seen.window]
    peak = shown.max(axis=1)
    trough_h, trough_note = _trough(seen.layout, times, phrases)
    trough = nm[:, int(np.argmin(np.abs(people.time_h - trough_h)))]
    return AnalyteFigures(
        cmax=figure(peak * scale, UNIT),
        cmax_nm=figure(peak, "nmol/L"),
        tmax=_time_of_peak(times[shown.argmax(axis=1)], seen, phrases),
        auc=_area(people, nm * scale, seen.layout, phrases),
        ctrough=figure(trough * scale, UNIT, note=trough_note),
        half_life=_half_life(people.levels, analyte, seen, phrases),
        facts=_facts(people, analyte, seen),
    )


def fan_of(people: People, analyte: str, window: Indices, knowledge: Knowledge) -> Fan:
    """Percentiles of the concentration in ng/mL at the times shown."""
    scale = ng_ml_per_nm(analyte, knowledge)
    wanted = (50, 5, 25, 75, 95)
    lines = np.percentile(curve_nm(people, analyte)[:, window] * scale, wanted, axis=0)
    median, p05, p25, p75, p95 = (tuple(map(rounded, line.tolist())) for line in lines)
    return Fan(
        unit=UNIT,
        time_h=tuple(map(rounded, people.time_h[window].tolist())),
        median=median,
        p05=p05,
        p25=p25,
        p75=p75,
        p95=p95,
    )


def structure_figures(
    people: People, seen: Shown, knowledge: Knowledge
) -> tuple[StructureFigures, ...]:
    """Peak and area of both analytes for those who live by each structure."""
    phrases = knowledge.kratom.simulate_wording.phrases
    found = []
    for place, name in enumerate(people.structures):
        who = np.flatnonzero(people.lives_by == place)
        levels = people.by_structure[name].take(who)
        cmax, auc = {}, {}
        for analyte, nm in (
            (MITRAGYNINE, levels.mitragynine_nm),
            (SEVEN_OH, levels.seven_oh_nm),
        ):
            scale = ng_ml_per_nm(analyte, knowledge)
            cmax[analyte] = figure(nm[:, seen.window].max(axis=1) * scale, UNIT)
            auc[analyte] = _area(people, nm * scale, seen.layout, phrases)
        title = knowledge.models.structure(name).title
        share = rounded(who.size / people.subjects)
        found.append(StructureFigures(structure=name, title=title, share=share, cmax=cmax, auc=auc))
    return tuple(found)


def _area(people: People, ng_ml: Array, layout: Layout, phrases: Mapping[str, str]) -> Figure:
    """Area over one period of a pattern without end, or over everything."""
    if layout.ongoing:
        chosen = people.time_h <= layout.period_h
        area = trapezoids(ng_ml[:, chosen], people.time_h[chosen])
        return figure(area, "ng*h/mL", note=phrases["auc_period"])
    return figure(trapezoids(ng_ml, people.time_h), "ng*h/mL", note=phrases["auc_all"])


def _time_of_peak(at_h: Array, seen: Shown, phrases: Mapping[str, str]) -> Figure:
    """Hours from the dose before the highest level to that level."""
    doses = np.array([dose.time_h for dose in seen.layout.schedule.doses])
    before = doses[np.maximum(np.searchsorted(doses, at_h, side="right") - 1, 0)]
    return figure(at_h - before, "h", note=phrases["tmax_after_dose"])


def _trough(layout: Layout, times: Array, phrases: Mapping[str, str]) -> tuple[float, str]:
    if layout.ongoing:
        return float(times[-1]), phrases["ctrough_end"]
    return layout.last_dose_h + DAY_H, phrases["ctrough_day"]


def _half_life(levels: Levels, analyte: str, seen: Shown, phrases: Mapping[str, str]) -> Figure:
    if analyte == MITRAGYNINE:
        return figure(levels.mitragynine_half_life_h, "h", note=phrases["half_life_single"])
    # Swallowed 7-OH has no human data: a half-life would look like knowledge.
    if seen.swallowed:
        note = phrases["half_life_swallowed"]
        return Figure(median=None, p05=None, p95=None, unit="h", note=note)
    return figure(levels.seven_oh_half_life_h, "h", note=phrases["half_life_seven_oh"])


def _facts(people: People, analyte: str, seen: Shown) -> tuple[str, ...]:
    """What the levels rest on: published levels, and their absence for swallowed 7-OH."""
    fitted = _FACTS[analyte] if curve_nm(people, MITRAGYNINE).any() else ()
    return (*fitted, _SWALLOWED) if analyte == SEVEN_OH and seen.swallowed else fitted


def _nothing(why: str) -> AnalyteFigures:
    def of(unit: str) -> Figure:
        return Figure(median=None, p05=None, p95=None, unit=unit, note=why)

    return AnalyteFigures(
        cmax=of(UNIT),
        cmax_nm=of("nmol/L"),
        tmax=of("h"),
        auc=of("ng*h/mL"),
        ctrough=of(UNIT),
        half_life=of("h"),
        facts=(),
    )
