"""What fills the braces of a protocol: the sentences of the base that fit a design."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from speciosa.evidence.trials.design.document import (
    Comparator,
    Design,
    Futility,
    Kind,
    Option,
    Reference,
    Spending,
)

if TYPE_CHECKING:
    from speciosa.evidence.trials.design.assumptions import Assumption
    from speciosa.evidence.trials.result import Characteristics, SampleSize

_DESIGNS = {
    Kind.PARALLEL: "parallel-group",
    Kind.CROSSOVER: "crossover",
    Kind.N_OF_1: "aggregated n-of-1",
    Kind.DOSE_RANGING: "dose-ranging parallel-group",
    Kind.NON_INFERIORITY: "parallel-group non-inferiority",
    Kind.ADD_ON: "parallel-group add-on",
}
_REFERENCES = {
    Reference.J2R: "jump to reference",
    Reference.CR: "copy reference",
    Reference.CIR: "copy increments in reference",
}
_SPENDING = {Spending.OBRIEN_FLEMING: "O'Brien-Fleming-type", Spending.POCOCK: "Pocock-type"}
_FUTILITY = {
    Futility.BETA_OBRIEN_FLEMING: "beta spending, O'Brien-Fleming-type",
    Futility.BETA_POCOCK: "beta spending, Pocock-type",
    Futility.CONDITIONAL_POWER: "conditional power",
}
# People know that they wait or are treated as usual, and what they are trained in.
_OPEN = frozenset({Comparator.WAITING_LIST, Comparator.USUAL_CARE})
_FELT = frozenset({Option.PSYCHOTHERAPY, Option.EXERCISE, Option.LIFESTYLE})
_NAME = re.compile(r"\{(\w+)\}")
# A boundary this far out is never crossed.
_NEVER = 30.0

Words = Mapping[str, Mapping[str, str]]


class _Said(Protocol):
    """A sentence of the base by item and kind, with its braces filled."""

    def __call__(self, item: str, kind: str, **more: str) -> str: ...


def sentences(  # noqa: PLR0913  # everything that a protocol tells
    design: Design,
    found: tuple[Assumption, ...],
    size: SampleSize | None,
    planned: Characteristics,
    words: Words,
    *,
    opioid: bool,
) -> dict[str, str]:
    """A text for every name in braces, by name."""
    value = {a.field: a.value for a in found}
    names = _names(design, value, planned)

    def said(item: str, kind: str, **more: str) -> str:
        known = {**names, **more}
        # One pass: braces in a designer's own words stay as they are.
        return _NAME.sub(lambda name: known.get(name[1], name[0]), words[item][kind]).strip()

    frame = "periods" if design.in_periods else "visits"
    substance = _substance(design, opioid=opioid)
    margin = design.margin is not None
    method = _method(design)
    analysis, analysed = said("analysis", method), said("analysed", _who(design))
    if margin:
        analysis = said("analysis", "non_inferiority", base=analysis)
        analysed = said("analysed", "non_inferiority", base=analysed)
    target, washout = design.target_power, value.get("withdrawal.washout_weeks")
    # Short by more than chance in the simulation explains.
    short = planned.success.value + 2 * planned.success.mc_se < target
    strategy = frame if design.in_periods else design.analysis.strategy.value
    return {
        **names,
        "variable": said("variable", frame),
        "outcome": said("outcome", frame),
        "summary": said("summary", "dose_ranging" if design.doses else frame),
        "objective": " ".join(
            said("objective", kind) for kind in (_aim(design), "opioid")[: 1 + opioid]
        ),
        "eligibility": said("eligibility", substance),
        "after": said("after", substance),
        "design_words": _design_words(design, said, opioid=opioid),
        "analysis": analysis,
        "analysed": analysed,
        "error": said("error", "non_inferiority" if margin else "two_sided"),
        "missing": " ".join((said("missing", strategy), *_references(design))),
        "interim": _interim(design, planned, said),
        "interim_rule": said("interim_rule", _looks(design)),
        "blinding": said("blinding", _blind(design, substance)),
        "consent": said("consent", substance),
        "background_words": said("background", "kratom" if substance == "kratom" else "other"),
        "sample_size": " ".join(
            (
                _sample_size(design, size, planned),
                *((said("power", "short", target=_percent(target)),) if short else ()),
            )
        ),
        "washout": ""
        if washout is None
        else said("before", "kratom", length=_length(washout)) + " ",
    }


def _names(design: Design, value: Mapping[str, float], planned: Characteristics) -> dict[str, str]:
    """Short pieces: names, numbers and weeks."""
    weeks = _weeks(design)
    alpha = design.analysis.alpha
    background, kind = design.background, design.control.kind.value.replace("_", " ")
    margin = f"{design.margin:g}" if design.margin is not None else ""
    left = max(planned.left_control, planned.left_treatment)
    return {
        "title": design.title,
        "design": _DESIGNS[design.design],
        "scale": design.scale.value,
        "entry": f"{value['course.entry_score']:g}",
        "treatment": design.treatment.name,
        "control": design.control.name,
        "comparator_kind": "" if kind == design.control.name.casefold() else f" ({kind})",
        "background": f", both on top of {background}" if background else "",
        "background_name": background,
        "last_week": f"{weeks[-1]:g}",
        "weeks": ", ".join(f"{week:g}" for week in weeks),
        "period_weeks": f"{design.periods.weeks:g}" if design.periods else "",
        "strategy": design.analysis.strategy.value.replace("_", " "),
        "margin": f" Non-inferior if the upper end of the interval lies below {margin} points."
        if margin
        else "",
        "margin_points": margin,
        "ratio": _allocation(design),
        "left_control": _percent(value["leaving.control"]),
        "left_treatment": _percent(value["leaving.treatment"]),
        "left": f"up to {_percent(round(left, 2))}",
        "followed": _percent(value.get("leaving.followed_after_stopping", 0.0)),
        "carry_over": _percent(value.get("periods.carry_over_share", 0.0)),
        "alpha": f"{alpha:g}",
        "half_alpha": f"{alpha / 2:g}",
        "level": _percent(1 - alpha),
        "seed": str(design.simulation.seed),
    }


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _length(weeks: float) -> str:
    return f"{weeks:g} week" if weeks == 1 else f"{weeks:g} weeks"


def _weeks(design: Design) -> tuple[float, ...]:
    if design.periods is not None:
        return tuple(design.periods.weeks * (i + 1) for i in range(design.periods.count))
    return design.visits_weeks


def _allocation(design: Design) -> str:
    if design.in_periods:
        return "of the order of treatments"
    if design.doses:
        return "equal over all arms"
    return f"{design.ratio:g} to 1 (treatment to control)"


def _substance(design: Design, *, opioid: bool) -> str:
    if design.treatment.kind is Option.KRATOM:
        return "kratom"
    return "opioid" if opioid else "other"


def _method(design: Design) -> str:
    if design.in_periods or design.doses:
        return design.design.value
    return design.analysis.method.value


def _who(design: Design) -> str:
    return "ancova" if design.doses else _method(design)


def _aim(design: Design) -> str:
    own = {Kind.ADD_ON, Kind.DOSE_RANGING, Kind.NON_INFERIORITY}
    return design.design.value if design.design in own else "superiority"


def _blind(design: Design, substance: str) -> str:
    if substance == "other" and (design.control.kind in _OPEN or design.treatment.kind in _FELT):
        return "open"
    return substance


def _design_words(design: Design, said: _Said, *, opioid: bool) -> str:
    text = f"Randomised {_DESIGNS[design.design]} trial, {design.subjects} people."
    if design.doses:
        return f"{text} {len(design.doses)} dose arms and {design.control.name}; no amounts here."
    if design.periods is None:
        return text
    text += f" {design.periods.count} periods of {_length(design.periods.weeks)} each."
    text += f" {said('design', design.design.value)}"
    return f"{text} {said('design', 'periods_opioid')}" if opioid else text


def _references(design: Design) -> tuple[str, ...]:
    names = ", ".join(_REFERENCES[r] for r in design.analysis.reference_based)
    return (f"Sensitivity: reference-based imputation ({names}).",) if names else ()


def _looks(design: Design) -> str:
    if design.interim is None:
        return "none"
    return "looks" if design.interim.futility is None else "futility"


def _interim(design: Design, planned: Characteristics, said: _Said) -> str:
    if design.interim is None:
        return said("interim", "none")
    looks = "; ".join(
        f"{look.subjects} people, z {look.boundary_z:.3f} "
        f"(one-sided level {look.nominal_alpha:.4f})"
        if look.boundary_z < _NEVER
        else f"{look.subjects} people, too early to stop for benefit"
        for look in planned.looks
    )
    text = said("interim", "looks", spending=_SPENDING[design.interim.spending], looks=looks)
    if design.interim.futility is None:
        return text
    futile = "; ".join(
        f"{look.subjects} people, z under {look.futility_z:.3f}"
        for look in planned.looks
        if look.futility_z is not None
    )
    how = _FUTILITY[design.interim.futility]
    return f"{text} {said('interim', 'futility', futility=how, futile=futile)}"


def _sample_size(design: Design, size: SampleSize | None, planned: Characteristics) -> str:
    what = "for the test over all doses; the highest dose is assumed to differ by"
    if not design.doses:
        what = (
            "to show non-inferiority at a difference of" if design.margin else "at a difference of"
        )
    assumed = planned.true_difference or 0.0
    said = (
        f"{design.subjects} people give a simulated power of {planned.success.value:.3f} "
        f"(Monte Carlo SE {planned.success.mc_se:.3f}) {what} {assumed:.2f} points, "
        "which is assumed, not observed."
    )
    if size is None:
        return said
    if size.needed is None:
        return f"{said} Power {size.target:g} needs {size.note}."
    around = f" ({size.low} to {size.high})" if size.low and size.high else ""
    return f"{said} Power {size.target:g} needs about {size.needed} people{around}."
