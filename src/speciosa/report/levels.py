"""Measured levels and their decline, in words that every form of the report shares."""

from __future__ import annotations

from speciosa.finding import Estimate
from speciosa.pharmacology.exposure.measurement.measured import LevelUse, Use
from speciosa.pharmacology.exposure.regimen.simulation import Fading, Figure
from speciosa.pharmacology.exposure.regimen.washout import LONGEST_H
from speciosa.report.numbers import plain, shown
from speciosa.report.words import analyte

PEOPLE = "90 % of virtual people"
_USES = {
    Use.USED: "used to narrow the prediction",
    Use.UNKNOWN_CONTENT: "not compared: how much of it was taken is not known",
    Use.UNTIMED: "not used to narrow: its time is not known, or it is too old",
    Use.REFUSED: "not used: the model cannot explain it",
    Use.CONTRADICTORY: "not used: the levels exclude one another",
    Use.WITH_REFUSED: "not used, because another level cannot be explained",
}
_DAY_H, _IN_DAYS_FROM_H = 24.0, 48.0
_LONGEST = f"more than {LONGEST_H / _DAY_H:.0f} days"


def estimate(one: Figure) -> Estimate:
    """A figure of virtual people as an estimate. The figure must have a median."""
    return Estimate(value=one.median, low=one.p05, high=one.p95, unit=one.unit, interval=PEOPLE)


def use_of_level(use: LevelUse) -> str:
    """A measured level, what became of it, and what had been predicted."""
    said = f"{use.level.said}: {_USES[use.use]}"
    if use.median is None or use.p05 is None or use.p95 is None:
        return said
    parts = shown(
        Estimate(value=use.median, low=use.p05, high=use.p95, unit="ng/mL", interval=PEOPLE)
    )
    return f"{said}; predicted before it was known: {parts.value} ({parts.range})"


def time_to_fade(fading: Fading) -> str:
    """An analyte, a limit, and how long after the last dose it is below it for good."""
    limit = f"{analyte(fading.analyte)} below {plain(fading.limit)} {fading.unit}"
    return f"{limit} ({fading.what}): {_time(fading.after_last_dose)}"


def _time(figure: Figure) -> str:
    in_days = (figure.median or float("inf")) >= _IN_DAYS_FROM_H
    unit, scale = ("days", _DAY_H) if in_days else (figure.unit, 1.0)
    if figure.median is None:
        said = "more than what was followed in half of virtual people or more"
        if figure.p05 is not None:
            said += f"; in 5 % within {_rough(figure.p05 / scale)} {unit}"
    else:
        high = _rough(figure.p95 / scale) if figure.p95 is not None else _LONGEST
        low = _rough((figure.p05 or 0.0) / scale)
        said = f"{_rough(figure.median / scale)} {unit} ({low} to {high}; {PEOPLE})"
    return f"{said}; {figure.note}" if figure.note else said


def _rough(value: float) -> str:
    return plain(float(f"{value:.2g}"))
