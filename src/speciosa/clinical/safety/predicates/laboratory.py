"""Laboratory values against limits; a value without its upper limit is judged only where safe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from speciosa.case import Lab
from speciosa.case import vocabulary as v
from speciosa.clinical.safety.outcome import (
    DOES_NOT_FIRE,
    Outcome,
    all_of,
    any_of,
    cannot_tell,
    fires,
    fires_if,
)
from speciosa.clinical.safety.picture import Picture

# Molar mass of bilirubin 584.66 g/mol: 1 mg/dL is 17.1 umol/L.
_UMOL_PER_L_IN_MG_PER_DL = 17.1
# Molar mass of magnesium 24.305 g/mol: 1 mg/dL is 0.4114 mmol/L.
MMOL_PER_L_IN_MG_PER_DL_OF_MAGNESIUM = 0.4114
G_PER_L_IN_G_PER_DL = 10.0
_LETTERS = {
    v.LabName.ALT: "ALT",
    v.LabName.AST: "AST",
    v.LabName.ALP: "ALP",
    v.LabName.INR: "INR",
    v.LabName.QTC: "QTc",
}


def _latest(picture: Picture, name: v.LabName) -> tuple[Lab, ...]:
    """The newest measurements of that name: all of the newest day, and those without a date."""
    found = [lab for lab in picture.case.labs if lab.name is name]
    newest = max((lab.date for lab in found if lab.date), default=None)
    return tuple(lab for lab in found if lab.date in (None, newest))


def _judge(picture: Picture, name: v.LabName, judge: Callable[[Lab], Outcome]) -> Outcome:
    """The worst of the newest measurements; one that is fine and old says nothing about today."""
    labs, field = _latest(picture, name), f"labs.{name}"
    if not labs:
        return cannot_tell(field, because=f"{_LETTERS.get(name, name)} was not measured")
    outcome = any_of(*(judge(lab) for lab in labs))
    dated = [lab.date for lab in labs if lab.date]
    counted_from = picture.case.date - dt.timedelta(days=picture.limit("laboratory_days"))
    if not outcome.fires and dated and dated[0] < counted_from:
        when = f"{_LETTERS.get(name, name)} was last measured on {dated[0].isoformat()}"
        return cannot_tell(field, because=when)
    return outcome


def _above_multiple(picture: Picture, name: v.LabName, limits: str, multiple: str) -> Outcome:
    """A value above a multiple of the upper limit.

    Without the laboratory's own limit it holds above the multiple of the highest limit in use,
    does not hold up to the multiple of the lowest, and cannot be told in between.
    """
    return _judge(picture, name, lambda lab: _value_above_multiple(picture, lab, limits, multiple))


def _value_above_multiple(picture: Picture, lab: Lab, limits: str, multiple: str) -> Outcome:
    name, field = lab.name, f"labs.{lab.name}"
    factor = _UMOL_PER_L_IN_MG_PER_DL if lab.unit == "mg/dL" else 1.0
    times = picture.limit(multiple)
    lowest = highest = lab.upper_limit
    if lowest is None or highest is None:
        lowest = picture.limit(f"{limits}_lowest") / factor
        highest = picture.limit(f"{limits}_highest") / factor
    if lab.value > times * highest:
        shown = f"{_LETTERS.get(name, name)} {lab.value:g} {lab.unit}"
        return fires(f"{shown}, above {times:g} times the upper limit")
    if lab.value > times * lowest:
        told = f"the upper limit of {_LETTERS.get(name, name)} is not known"
        return cannot_tell(field, because=told)
    return DOES_NOT_FIRE


def raised_transaminase(picture: Picture, multiple: str = "alt_multiple") -> Outcome:
    """ALT or AST above the multiple; ALT is the one that is needed."""
    alt = _above_multiple(picture, v.LabName.ALT, "alt_upper_limit", multiple)
    if picture.case.lab(v.LabName.AST) is None:
        return alt
    ast = _above_multiple(picture, v.LabName.AST, "alt_upper_limit", multiple)
    return any_of(alt, ast)


def measured_transaminase(picture: Picture, multiple: str) -> Outcome:
    """ALT or AST above the multiple where one was measured; unmeasured is asked for elsewhere."""
    measured = picture.case.lab(v.LabName.ALT) or picture.case.lab(v.LabName.AST)
    return raised_transaminase(picture, multiple) if measured else DOES_NOT_FIRE


def raised_bilirubin(picture: Picture) -> Outcome:
    """Bilirubin above its multiple, whatever ALT says; an unmeasured one is left to ALT to ask."""
    if picture.case.lab(v.LabName.BILIRUBIN) is None:
        return DOES_NOT_FIRE
    return _above_multiple(
        picture, v.LabName.BILIRUBIN, "bilirubin_upper_limit", "bilirubin_multiple"
    )


def raised_alp(picture: Picture) -> Outcome:
    """ALP above its multiple of the laboratory's own limit, which depends on age and method."""
    times = picture.limit("alp_multiple")

    def judge(lab: Lab) -> Outcome:
        if lab.upper_limit is None:
            return cannot_tell("labs.alp", because="the upper limit of ALP is not known")
        shown = f"ALP {lab.value:g} {lab.unit}, above {times:g} times the upper limit"
        return fires_if(lab.value > times * lab.upper_limit, shown)

    return any_of(DOES_NOT_FIRE, *(judge(lab) for lab in _latest(picture, v.LabName.ALP)))


def beyond(
    picture: Picture, name: v.LabName, *, below: str = "", above: str = "", factor: float = 1.0
) -> Outcome:
    """A measured value outside the named limits; ``factor`` turns mg/dL or g/dL into the limit's.

    What was not measured does not hold.
    """

    def outside(lab: Lab) -> Outcome:
        value = lab.value * (factor if lab.unit.endswith("/dL") else 1.0)
        low = bool(below) and value < picture.limit(below)
        high = bool(above) and value >= picture.limit(above)
        on = "" if lab.date is None else f" on {lab.date.isoformat()}"
        label = _LETTERS.get(name, str(name))
        return fires_if(low or high, f"{label} {lab.value:g} {lab.unit}{on}")

    return any_of(DOES_NOT_FIRE, *(outside(lab) for lab in _latest(picture, name)))


def severe_liver_pattern(picture: Picture) -> Outcome:
    """Raised ALT or AST together with raised bilirubin or INR."""
    severe = picture.limit("inr_severe")
    inr_raised = _judge(
        picture, v.LabName.INR, lambda lab: fires_if(lab.value > severe, f"INR {lab.value:g}")
    )
    bilirubin_raised = _above_multiple(
        picture, v.LabName.BILIRUBIN, "bilirubin_upper_limit", "bilirubin_multiple"
    )
    return all_of(raised_transaminase(picture), any_of(bilirubin_raised, inr_raised))


def qtc_at_least(picture: Picture, limit: str) -> Outcome:
    """QTc at or above a limit, in ms."""
    if picture.case.lab(v.LabName.QTC) is None:
        return cannot_tell("labs.qtc")
    long = picture.limit(limit)
    return _judge(
        picture,
        v.LabName.QTC,
        lambda lab: fires_if(lab.value >= long, f"QTc {lab.value:g} ms"),
    )
