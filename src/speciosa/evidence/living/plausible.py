"""Numbers that no trial can have: typed wrongly, and refused with the name of the field."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist

import msgspec

from speciosa.errors import InputProblem
from speciosa.knowledge.evidence.grading import Grading
from speciosa.knowledge.evidence.study import (
    Allocation,
    ArmValue,
    Outcome,
    ReportedContrast,
    Risk,
    Study,
)

MEASURES = ("HR", "MD", "OR", "RD", "RR", "SMD")
_RATIOS = {"HR", "OR", "RR"}
_YEARS = 1950, 2100  # before the first trials of these treatments; after anybody's calendar
_LEVELS = 0.5, 0.999
_ABOVE_ZERO = "a number above zero"


def problems(study: Study, grading: Grading) -> Iterator[InputProblem]:
    """Everything that cannot be, one problem each."""
    endless = tuple(_endless(msgspec.to_builtins(study), study.id))
    if endless:  # nothing else can be said of such numbers
        yield from endless
        return
    yield from _record(study)
    for outcome in study.outcomes:
        where = f"{study.id}, {outcome.scale}"
        if not outcome.week > 0:
            yield InputProblem(
                f"{where}: week", f"{outcome.week:g}", "a week after the start: week 0 is baseline"
            )
        for value in outcome.arms:
            yield from _value(study, outcome, value, grading)
        for contrast in outcome.contrasts:
            yield from _contrast(study, outcome, contrast, grading)


def _endless(part: object, where: str) -> Iterator[InputProblem]:
    if isinstance(part, float) and not math.isfinite(part):
        yield InputProblem(where, f"{part}", "a finite number")
    elif isinstance(part, Mapping):
        for name, inner in part.items():
            yield from _endless(inner, f"{where}: {name}")
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for place, inner in enumerate(part):
            yield from _endless(inner, f"{where}[{place}]")


def _record(study: Study) -> Iterator[InputProblem]:
    first, last = _YEARS
    if not first <= study.year <= last:
        yield InputProblem(f"{study.id}: year", f"{study.year}", f"a year from {first} to {last}")
    if study.mean_age_years is not None and not 0 < study.mean_age_years < 120:
        yield InputProblem(f"{study.id}: mean_age_years", f"{study.mean_age_years:g}", "an age")
    if study.women_pct is not None and not 0 <= study.women_pct <= 100:
        yield InputProblem(f"{study.id}: women_pct", f"{study.women_pct:g}", "from 0 to 100")
    rating = study.risk_of_bias
    if rating.overall is not Risk.NOT_RATED and not (rating.by.strip() and rating.reason.strip()):
        yield InputProblem(
            f"{study.id}: risk_of_bias",
            f"{rating.overall} without {'a reason' if rating.by.strip() else 'who rated it'}",
            "by and reason; leave it not rated where nobody has rated it",
        )
    words = study.design.casefold()
    other = [word for word in _NOT_RANDOMISED if word in words]
    if study.allocation is Allocation.RANDOMISED and other:
        yield InputProblem(
            f"{study.id}: allocation", f"randomised, of a design that is {other[0]}",
            "the allocation that the design had",
        )  # fmt: skip
    for arm in study.arms:
        if arm.n is not None and arm.n < 1:
            yield InputProblem(f"{study.id}, arm {arm.id}: n", str(arm.n), _ABOVE_ZERO)


_NOT_RANDOMISED = (
    "non-random", "nonrandom", "not random", "unrandom", "uncontrolled", "cohort", "single arm",
    "single-arm", "case series", "case-control", "observational", "survey", "before-after",
    "quasi-random", "quasi-experiment",
)  # fmt: skip


def _value(
    study: Study, outcome: Outcome, value: ArmValue, grading: Grading
) -> Iterator[InputProblem]:
    at = f"{study.id}, {outcome.scale}, {value.arm}"
    for name in ("n", "sd", "se", "baseline_n", "baseline_sd"):
        number = getattr(value, name)
        if number is not None and not number > 0:
            yield InputProblem(f"{at}: {name}", f"{number:g}", _ABOVE_ZERO)
    randomised = {arm.id: arm.n for arm in study.arms}.get(value.arm)
    for name in ("n", "baseline_n"):
        number = getattr(value, name)
        if number is not None and randomised is not None and number > randomised:
            accepted = f"no more than the {randomised} randomised"
            yield InputProblem(f"{at}: {name}", str(number), accepted)
    most = value.n or randomised or value.events
    if value.events is not None and most is not None and not 0 <= value.events <= most:
        yield InputProblem(f"{at}: events", str(value.events), f"from 0 to {most}")
    ends = grading.scale(outcome.scale)
    if ends is None or outcome.what == "events":
        return
    low, high = ends
    width = high - low
    score = f"a score from {low:g} to {high:g}"
    change = outcome.what == "change"
    for name, fits in (
        ("mean", abs(value.mean or 0.0) <= width if change else _inside(value.mean, low, high)),
        ("baseline_mean", _inside(value.baseline_mean, low, high)),
    ):
        if not fits:
            accepted = (
                f"a change of at most {width:g} points" if change and name == "mean" else score
            )
            yield InputProblem(f"{at}: {name}", f"{getattr(value, name):g}", accepted)
    yield from _spread(at, value, width, grading, change=change)


def _inside(value: float | None, low: float, high: float) -> bool:
    return value is None or low <= value <= high


def _spread(
    at: str, value: ArmValue, width: float, grading: Grading, *, change: bool
) -> Iterator[InputProblem]:
    least = width * grading.threshold("sd-share")
    # No scores of a bounded scale spread more than half at each end does.
    n = value.n or 2
    most = width * (1.0 if change else 0.5) * math.sqrt(n / max(1, n - 1))
    sd, name = value.sd, "sd"
    if sd is None and value.se is not None and value.n is not None:
        sd, name = value.se * math.sqrt(value.n), "se"
    if sd is None or sd <= 0 or least <= sd <= most:
        return
    accepted = f"a standard deviation from {least:.2g} to {most:.3g} points on this scale"
    hint = "; a standard error goes into se" if name == "sd" and sd < least else ""
    shown = f"{sd:g}" if name == "sd" else f"{value.se:g}, a standard deviation of {sd:.3g}"
    yield InputProblem(f"{at}: {name}", shown, accepted + hint)


def _contrast(
    study: Study, outcome: Outcome, contrast: ReportedContrast, grading: Grading
) -> Iterator[InputProblem]:
    at = f"{study.id}, {outcome.scale}, {contrast.arm} against {contrast.against}"
    measure, value = contrast.measure, contrast.value
    if measure not in MEASURES:
        yield InputProblem(f"{at}: measure", measure, f"one of {', '.join(MEASURES)}")
        return
    if not _LEVELS[0] <= contrast.level <= _LEVELS[1]:
        accepted = f"a share from {_LEVELS[0]:g} to {_LEVELS[1]:g}, such as 0.95"
        yield InputProblem(f"{at}: level", f"{contrast.level:g}", accepted)
    if contrast.se is not None and not contrast.se > 0:
        yield InputProblem(f"{at}: se", f"{contrast.se:g}", _ABOVE_ZERO)
    ratio = measure in _RATIOS
    if ratio and not value > 0:
        yield InputProblem(f"{at}: value", f"{value:g}", "a ratio above zero")
        return
    most = _most(outcome, measure, grading)
    size = max(value, 1 / value) if ratio else abs(value)
    if most is not None and size > most:
        accepted = f"from {1 / most:g} to {most:g}" if ratio else f"from -{most:g} to {most:g}"
        yield InputProblem(f"{at}: value", f"{value:g}", accepted)
    yield from _interval(at, contrast, grading, ratio=ratio)
    least = _least_se(study, outcome, contrast, grading)
    se = contrast.se
    if se is None and contrast.low is not None and contrast.high is not None and not ratio:
        normal = NormalDist().inv_cdf(0.5 + min(max(contrast.level, _LEVELS[0]), _LEVELS[1]) / 2)
        se = (contrast.high - contrast.low) / (2 * normal)
    if se is not None and 0 < se < least:
        accepted = f"at least {least:.2g} with so many people"
        yield InputProblem(f"{at}: se", f"{se:.3g}", accepted)


def _least_se(
    study: Study, outcome: Outcome, contrast: ReportedContrast, grading: Grading
) -> float:
    """The smallest standard error of a difference in scores that so many people can give."""
    sizes = {arm.id: arm.n for arm in study.arms}
    one, other = sizes.get(contrast.arm), sizes.get(contrast.against)
    ends = grading.scale(outcome.scale)
    if not one or not other or one < 1 or other < 1:
        return 0.0
    share = grading.threshold("smallest-se-share") * math.sqrt(1 / one + 1 / other)
    if contrast.measure == "SMD":
        return share
    if contrast.measure == "MD" and ends is not None:
        return share * grading.threshold("sd-share") * (ends[1] - ends[0])
    return 0.0


def _most(outcome: Outcome, measure: str, grading: Grading) -> float | None:
    if measure == "RD":
        return 1.0
    if measure == "SMD":
        return grading.threshold("largest-smd")
    if measure in _RATIOS:
        return grading.threshold("largest-ratio")
    ends = grading.scale(outcome.scale)
    return None if ends is None else ends[1] - ends[0]


def _interval(
    at: str, contrast: ReportedContrast, grading: Grading, *, ratio: bool
) -> Iterator[InputProblem]:
    low, high, value = contrast.low, contrast.high, contrast.value
    if (low is None) != (high is None):
        yield InputProblem(f"{at}: interval", "one end alone", "low and high")
    if low is None or high is None:
        return
    if not (low <= value <= high and low < high):
        shown = f"{value:g} outside {low:g} to {high:g}"
        yield InputProblem(f"{at}: value", shown, "a value inside its interval")
        return
    if ratio and low <= 0:
        yield InputProblem(f"{at}: low", f"{low:g}", "a ratio above zero")
        return
    if ratio:
        low, value, high = math.log(low), math.log(value), math.log(high)
    off = abs(value - (low + high) / 2) / (high - low)
    if off >= grading.threshold("interval-off-centre"):
        shown = f"{contrast.value:g} ({contrast.low:g} to {contrast.high:g})"
        yield InputProblem(f"{at}: interval", shown, "an interval with its value near the middle")
