"""Which form of data a file has, given its headings and the measure that is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.studies.cells import shown
from speciosa.evidence.studies.names import EffectColumn, Meaning
from speciosa.evidence.studies.table import FORM_WORDS, Form

_FITS: Mapping[str, tuple[Form, ...]] = {
    "OR": (Form.COUNTS, Form.EFFECTS),
    "RR": (Form.COUNTS, Form.EFFECTS),
    "RD": (Form.COUNTS, Form.EFFECTS),
    "HR": (Form.EFFECTS,),
    "MD": (Form.MEANS, Form.EFFECTS),
    "SMD": (Form.MEANS, Form.EFFECTS),
    "COR": (Form.CORRELATIONS, Form.EFFECTS),
    "ZCOR": (Form.CORRELATIONS, Form.EFFECTS),
    "IRR": (Form.RATES, Form.EFFECTS),
    "IRD": (Form.RATES, Form.EFFECTS),
    "GEN": (Form.EFFECTS,),
}
MEASURES = tuple(_FITS)
_SIDE_FIELDS: Mapping[Form, tuple[str, ...]] = {
    Form.COUNTS: ("events", "no_events", "n"),
    Form.MEANS: ("mean", "n", "sd", "mean_se", "mean_low", "mean_high"),
    Form.RATES: ("events", "time"),
}
_ONE_SIDED = ("treatment", "trt", "arm", "group", "t")


def choose(
    meaning: Meaning, measure: str, take: str, headings: tuple[str, ...]
) -> tuple[Form, EffectColumn | None]:
    """The form to read, and the effect column where that is the form.

    ``take`` is ``arms``, ``effects`` or "". A column whose name says the measure that is asked for
    is preferred to arms, arms to a column that does not say what it is. Raises ``InputError``.
    """
    has = [form for form in Form if form is not Form.EFFECTS and _complete(meaning, form)]
    fits = _FITS[measure] if measure else tuple(Form)
    arms = [form for form in has if form in fits]
    effects = [e for e in meaning.effects if e.is_complete and e.measure in {"", measure}]
    if not measure:
        effects = [e for e in meaning.effects if e.is_complete]
    named = [e for e in effects if e.measure]
    if take == "effects" or (take != "arms" and (named or not arms) and Form.EFFECTS in fits):
        candidates = named or effects
        if len(candidates) > 1:
            given = ", ".join(shown(e.heading) for e in candidates)
            raise _wrong("headings", given, "one effect column; --column estimate=HEADING picks it")
        if candidates:
            return Form.EFFECTS, candidates[0]
        if take == "effects":
            raise _nothing(meaning, (Form.EFFECTS,), headings)
    if len(arms) > 1:
        given = ", ".join(str(form) for form in arms)
        raise _wrong("headings", given, "data of one form, or --measure to say which is meant")
    if arms:
        _not_twice(meaning, fields_of(arms[0]))
        return arms[0], None
    raise _nothing(meaning, fits, headings)


def fields_of(form: Form) -> tuple[str, ...]:
    """Every numeric field that a form may use."""
    if form is Form.CORRELATIONS:
        return ("r", "n")
    if form is Form.EFFECTS:
        return ("level", "df")
    return tuple(f"{field}_{side}" for side in "12" for field in _SIDE_FIELDS[form])


def _complete(meaning: Meaning, form: Form) -> bool:
    known = meaning.columns.keys() | meaning.twice.keys()
    if form is Form.CORRELATIONS:
        return {"r", "n"} <= known
    for side in "12":
        has = {field for field in _SIDE_FIELDS[form] if f"{field}_{side}" in known}
        spread = has & {"sd", "mean_se"} or {"mean_low", "mean_high"} <= has
        whole = {
            Form.COUNTS: "events" in has and bool(has & {"n", "no_events"}),
            Form.MEANS: {"mean", "n"} <= has and bool(spread),
            Form.RATES: {"events", "time"} <= has,
        }
        if not whole[form]:
            return False
    return True


def _not_twice(meaning: Meaning, fields: tuple[str, ...]) -> None:
    problems = [
        InputProblem(
            field,
            " and ".join(shown(h) for h in meaning.twice[field]),
            f"one column; --column {field}=HEADING picks it",
        )
        for field in fields
        if field in meaning.twice
    ]
    if problems:
        raise InputError(problems)


def _nothing(meaning: Meaning, fits: tuple[Form, ...], headings: tuple[str, ...]) -> InputError:
    accepted = "; or ".join(FORM_WORDS[form] for form in fits)
    named = [f"{f} = {h}" for f, h in meaning.columns.items()]
    named += [f"effect = {e.heading} without se, variance or interval" for e in meaning.effects]
    given = f"columns {', '.join(h for h in headings if h)}"
    if named:
        given += f" (understood: {', '.join(named)})"
    one_arm = {heading.lower() for heading in headings} & set(_ONE_SIDED)
    if one_arm:
        accepted += ". One row an arm, with its treatment, is what speciosa network reads"
    return _wrong("headings", given, f"{accepted}; --column FIELD=HEADING names a column")


def _wrong(where: str, value: str, accepted: str) -> InputError:
    return InputError([InputProblem(where, value, accepted)])
