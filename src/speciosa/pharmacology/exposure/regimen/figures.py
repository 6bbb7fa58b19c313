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
from speciosa.pharmacology.exposure.virtual.decline import trapezoids, trapezoids_in_order
from speciosa.pharmacology.exposure.virtual.draws import Array, Indices
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.plan import Layout
    from speciosa.pharmacology.exposure.virtual.people import People

UNIT = "ng/mL"
# What is read off each person's curve, with its unit.
MEASURES = {
    "cmax": UNIT,
    "cmax_nm": "nmol/L",
    "tmax": "h",
    "auc": "ng*h/mL",
    "ctrough": UNIT,
    "half_life": "h",
}
FAN = (0.5, 0.05, 0.25, 0.75, 0.95)  # the lines of a fan, as shares of people
Percentiles = tuple[float, float, float]  # the 5th, 50th and 95th
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
    than the traces in leaf; ``mitragynine``: there is some of it in plasma.
    """

    window: Indices
    layout: Layout
    swallowed: bool
    mitragynine: bool


def per_person(
    people: People, analyte: str, seen: Shown, knowledge: Knowledge
) -> Mapping[str, Array]:
    """Every measure of ``MEASURES`` for each person over the period shown; NaN where there is none.

    The time of the peak is in hours after the dose before it. Somebody in whose plasma there is
    never any, because no content is known, has no figures: nought would look like knowledge.
    """
    nm = curve_nm(people, analyte)
    scale = ng_ml_per_nm(analyte, knowledge)
    shown, times = nm[:, seen.window], people.time_h[seen.window]
    peak = shown.max(axis=1)
    at_h = times[shown.argmax(axis=1)]
    trough_h = _trough_h(seen.layout, times)
    trough = nm[:, int(np.argmin(np.abs(people.time_h - trough_h)))]
    found = {
        "cmax": peak * scale,
        "cmax_nm": peak,
        "tmax": np.where(peak > 0.0, at_h - _dose_before(at_h, seen.layout), np.nan),
        "auc": _area(people, nm * scale, seen.layout),
        "ctrough": trough * scale,
        "half_life": _half_life(people, analyte, seen),
    }
    some = nm.any(axis=1)
    if some.all():
        return found
    return {name: np.where(some, values, np.nan) for name, values in found.items()}


def analyte_figures(
    read: Callable[[str], Percentiles | None], analyte: str, seen: Shown, knowledge: Knowledge
) -> AnalyteFigures:
    """Every figure of one analyte over the period shown.

    ``read`` gives the percentiles of a measure, or ``None`` where nobody has it.
    """
    phrases = knowledge.kratom.simulate_wording.phrases
    notes = {
        "tmax": phrases["tmax_after_dose"],
        "auc": phrases["auc_period" if seen.layout.ongoing else "auc_all"],
        "ctrough": phrases["ctrough_end" if seen.layout.ongoing else "ctrough_day"],
        "half_life": phrases[_half_life_note(analyte, seen)],
    }
    figures = {
        name: figure(read(name), unit, note=notes.get(name, "")) for name, unit in MEASURES.items()
    }
    return AnalyteFigures(**figures, facts=_facts(analyte, seen))


def not_taken(knowledge: Knowledge) -> AnalyteFigures:
    """The figures of an analyte of which nothing is ever in plasma."""
    why = knowledge.kratom.simulate_wording.phrases["not_taken"]
    figures = {name: figure(None, unit, note=why) for name, unit in MEASURES.items()}
    return AnalyteFigures(**figures, facts=())


def percentiles(values: Array) -> Percentiles | None:
    """The 5th, 50th and 95th percentile of values; NaN is left out."""
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    low, middle, high = np.percentile(known, (5, 50, 95)).tolist()
    return low, middle, high


def figure(read: Percentiles | None, unit: str, *, note: str = "") -> Figure:
    """Percentiles as a figure, rounded to the digits kept."""
    if read is None:
        return Figure(median=None, p05=None, p95=None, unit=unit, note=note)
    low, middle, high = map(rounded, read)
    return Figure(median=middle, p05=low, p95=high, unit=unit, note=note)


def rounded(value: float) -> float:
    """A number to the digits that are kept in data: more than anything here deserves."""
    return float(f"{value:.{_DIGITS}g}")


def fan_of(lines: Array, times_h: Array) -> Fan:
    """A fan of concentrations in ng/mL at the times shown; ``lines`` in the order of ``FAN``."""
    median, p05, p25, p75, p95 = (tuple(map(rounded, line.tolist())) for line in lines)
    return Fan(
        unit=UNIT,
        time_h=tuple(map(rounded, times_h.tolist())),
        median=median,
        p05=p05,
        p25=p25,
        p75=p75,
        p95=p95,
    )


def structure_figures(
    name: str,
    share: float,
    read: Callable[[str, str], Percentiles | None],
    seen: Shown,
    knowledge: Knowledge,
) -> StructureFigures:
    """Peak and area of both analytes for those who live by one structure.

    ``read`` gives the percentiles of an analyte's measure among them.
    """
    phrases = knowledge.kratom.simulate_wording.phrases
    note = phrases["auc_period" if seen.layout.ongoing else "auc_all"]
    return StructureFigures(
        structure=name,
        title=knowledge.models.structure(name).title,
        share=rounded(share),
        cmax={a: figure(read(a, "cmax"), UNIT) for a in (MITRAGYNINE, SEVEN_OH)},
        auc={
            a: figure(read(a, "auc"), MEASURES["auc"], note=note) for a in (MITRAGYNINE, SEVEN_OH)
        },
    )


def _area(people: People, ng_ml: Array, layout: Layout) -> Array:
    """Area over one period of a pattern without end, or over everything."""
    if layout.ongoing:
        chosen = people.time_h <= layout.period_h
        return trapezoids_in_order(ng_ml[:, chosen], people.time_h[chosen])
    return trapezoids(ng_ml, people.time_h)


def _dose_before(at_h: Array, layout: Layout) -> Array:
    doses = np.array([dose.time_h for dose in layout.schedule.doses])
    before: Array = doses[np.maximum(np.searchsorted(doses, at_h, side="right") - 1, 0)]
    return before


def _trough_h(layout: Layout, times: Array) -> float:
    return float(times[-1]) if layout.ongoing else layout.last_dose_h + DAY_H


def _half_life(people: People, analyte: str, seen: Shown) -> Array:
    if analyte == MITRAGYNINE:
        return people.levels.mitragynine_half_life_h
    # Swallowed 7-OH has no human data: a half-life would look like knowledge.
    if seen.swallowed:
        return np.full(people.subjects, np.nan)
    return people.levels.seven_oh_half_life_h


def _half_life_note(analyte: str, seen: Shown) -> str:
    if analyte == MITRAGYNINE:
        return "half_life_single"
    return "half_life_swallowed" if seen.swallowed else "half_life_seven_oh"


def _facts(analyte: str, seen: Shown) -> tuple[str, ...]:
    """What the levels rest on: published levels, and their absence for swallowed 7-OH."""
    fitted = _FACTS[analyte] if seen.mitragynine else ()
    return (*fitted, _SWALLOWED) if analyte == SEVEN_OH and seen.swallowed else fitted
