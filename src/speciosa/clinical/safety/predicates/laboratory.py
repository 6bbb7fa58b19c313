"""Laboratory values against limits; a value without its upper limit is judged only where safe."""

from __future__ import annotations

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
_LETTERS = {v.LabName.ALT: "ALT", v.LabName.AST: "AST", v.LabName.ALP: "ALP"}


def _above_multiple(picture: Picture, name: v.LabName, limits: str, multiple: str) -> Outcome:
    """A value above a multiple of the upper limit.

    Without the laboratory's own limit it holds above the multiple of the highest limit in use,
    does not hold up to the multiple of the lowest, and cannot be told in between.
    """
    lab = picture.case.lab(name)
    field = f"labs.{name}"
    if lab is None:
        return cannot_tell(field, because=f"{_LETTERS.get(name, name)} was not measured")
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


def raised_transaminase(picture: Picture) -> Outcome:
    """ALT or AST above the multiple; ALT is the one that is needed."""
    alt = _above_multiple(picture, v.LabName.ALT, "alt_upper_limit", "alt_multiple")
    if picture.case.lab(v.LabName.AST) is None:
        return alt
    ast = _above_multiple(picture, v.LabName.AST, "alt_upper_limit", "alt_multiple")
    return any_of(alt, ast)


def raised_bilirubin(picture: Picture) -> Outcome:
    """Bilirubin above its multiple, whatever ALT says; an unmeasured one is left to ALT to ask."""
    if picture.case.lab(v.LabName.BILIRUBIN) is None:
        return DOES_NOT_FIRE
    return _above_multiple(
        picture, v.LabName.BILIRUBIN, "bilirubin_upper_limit", "bilirubin_multiple"
    )


def raised_alp(picture: Picture) -> Outcome:
    """ALP above its multiple of the laboratory's own limit, which depends on age and method."""
    lab = picture.case.lab(v.LabName.ALP)
    if lab is None:
        return DOES_NOT_FIRE
    if lab.upper_limit is None:
        return cannot_tell("labs.alp", because="the upper limit of ALP is not known")
    times = picture.limit("alp_multiple")
    raised = lab.value > times * lab.upper_limit
    return fires_if(raised, f"ALP {lab.value:g} {lab.unit}, above {times:g} times the upper limit")


def sodium_below(picture: Picture, limit: str) -> Outcome:
    """A measured sodium below a limit; mmol/L and mEq/L are the same number."""
    lab = picture.case.lab(v.LabName.SODIUM)
    if lab is None:
        return DOES_NOT_FIRE
    measured = "" if lab.date is None else f" on {lab.date.isoformat()}"
    return fires_if(lab.value < picture.limit(limit), f"sodium {lab.value:g} {lab.unit}{measured}")


def severe_liver_pattern(picture: Picture) -> Outcome:
    """Raised ALT or AST together with raised bilirubin or INR."""
    inr = picture.case.lab(v.LabName.INR)
    inr_raised = (
        cannot_tell("labs.inr", because="INR was not measured")
        if inr is None
        else fires_if(inr.value > picture.limit("inr_severe"), f"INR {inr.value:g}")
    )
    bilirubin_raised = _above_multiple(
        picture, v.LabName.BILIRUBIN, "bilirubin_upper_limit", "bilirubin_multiple"
    )
    return all_of(raised_transaminase(picture), any_of(bilirubin_raised, inr_raised))


def qtc_at_least(picture: Picture, limit: str) -> Outcome:
    """QTc at or above a limit, in ms."""
    lab = picture.case.lab(v.LabName.QTC)
    if lab is None:
        return cannot_tell("labs.qtc")
    return fires_if(lab.value >= picture.limit(limit), f"QTc {lab.value:g} ms")
