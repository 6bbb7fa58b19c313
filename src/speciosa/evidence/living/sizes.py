"""Comparisons of one study -> effects on one scale, signed so that the question reads them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from speciosa.evidence.effect_sizes.counts import binary
from speciosa.evidence.effect_sizes.means import (
    Correction,
    Sides,
    SmdVariance,
    from_odds_ratio,
    mean_difference,
    small_sample,
    standardised_mean_difference,
)
from speciosa.evidence.effect_sizes.table import Measure, TwoByTwo
from speciosa.evidence.living.joining import Comparison
from speciosa.evidence.pooling.intervals import inference
from speciosa.knowledge.evidence.question import Question
from speciosa.knowledge.evidence.study import ArmValue, ReportedContrast
from speciosa.knowledge.fact import Fact


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect on the analysis scale with its variance, and what was done to get it.

    ``ends`` is the interval that the paper printed, where it did.
    """

    yi: float
    vi: float
    comparison: Comparison
    handled: str = ""
    ends: tuple[float, float] | None = None


class NoEffectError(Exception):
    """Why no effect can be computed from a comparison, in words for a reader."""


def effects(
    found: Sequence[Comparison], question: Question, fact: Callable[[str], Fact]
) -> tuple[tuple[Effect, ...], tuple[str, ...]]:
    """Every effect that can be computed, and why each of the others cannot."""
    made: list[Effect] = []
    lost: list[str] = []
    for comparison in found:
        try:
            made.append(_effect(comparison, question, fact))
        except NoEffectError as error:
            lost.append(f"{comparison.words}: {error}")
    return tuple(made), tuple(lost)


def _effect(of: Comparison, question: Question, fact: Callable[[str], Fact]) -> Effect:
    measure = Measure(question.measure)
    values = {value.arm: value for value in of.outcome.arms}
    if of.treated in values and of.control in values:
        pair = values[of.treated], values[of.control]
        if of.outcome.what == "events":
            return _from_events(of, question, measure, *pair)
        if _usable(pair):
            return _from_means(of, question, measure, *pair)
        if not _contrast(of):
            raise NoEffectError(_lacking(pair))
    contrast = _contrast(of)
    if contrast is None:
        raise NoEffectError("no values for both arms")
    if measure is Measure.SMD and contrast.measure == "MD" and of.outcome.scale in question.convert:
        sd = fact(question.convert[of.outcome.scale]).number
        standardised = msgspec.structs.replace(
            contrast,
            measure="SMD",
            **{
                name: None if (v := getattr(contrast, name)) is None else v / sd for name in _POINTS
            },
        )
        made = _from_contrast(of, question, measure, standardised)
        return replace(made, handled=f"published points divided by an SD of {sd:g}")
    return _from_contrast(of, question, measure, contrast)


_POINTS = ("value", "se", "low", "high")


def _from_means(
    of: Comparison, question: Question, measure: Measure, one: ArmValue, other: ArmValue
) -> Effect:
    sides = Sides(*(np.array([x]) for x in (*_side(one), *_side(other))))
    if measure is Measure.SMD:
        yi, vi = standardised_mean_difference(
            sides, variance=SmdVariance.D, correction=Correction.APPROXIMATE
        )
    elif measure is Measure.MD:
        yi, vi = mean_difference(sides)
    else:
        raise NoEffectError(f"scores give no {measure.value}")
    if not (math.isfinite(yi[0]) and vi[0] > 0):
        raise NoEffectError("the standard deviations give no finite effect")
    return Effect(_sign(of, question) * float(yi[0]), float(vi[0]), of)


def _from_events(
    of: Comparison, question: Question, measure: Measure, one: ArmValue, other: ArmValue
) -> Effect:
    if one.events is None or other.events is None or one.n is None or other.n is None:
        raise NoEffectError("events or numbers of people are not given")
    cells = (one.events, one.n, other.events, other.n)
    counts = TwoByTwo(**{name: np.array([float(c)]) for name, c in zip(_CELLS, cells, strict=True)})
    as_smd = measure is Measure.SMD
    if not as_smd and not measure.is_ratio and measure is not Measure.RD:
        raise NoEffectError(f"events give no {measure.value}")
    if not as_smd and of.outcome.better != question.better.value:
        raise NoEffectError("what is better is the other way round here")
    got = binary(Measure.OR if as_smd else measure, counts)
    if not math.isfinite(got.yi[0]):
        raise NoEffectError("no events, or only events, on both sides: no ratio can be told")
    note = "0.5 added to each cell, one of which is empty" if got.added[0] else ""
    if not as_smd:
        return Effect(float(got.yi[0]), float(got.vi[0]), of, note)
    smd, variance = from_odds_ratio(got.yi, got.vi)
    j = small_sample(np.array([one.n + other.n - 2.0]), Correction.APPROXIMATE)
    sign = 1.0 if of.outcome.better == question.better.value else -1.0
    words = f"{of.outcome.scale}: the odds ratio was turned into an SMD"
    told = "; ".join(part for part in (words, note) if part)
    return Effect(sign * float((smd * j)[0]), float(variance[0]), of, told)


def _from_contrast(
    of: Comparison, question: Question, measure: Measure, contrast: ReportedContrast
) -> Effect:
    if contrast.measure != measure.value:
        raise NoEffectError(f"it is given as {contrast.measure}, which is not {measure.value}")
    if of.outcome.better != question.better.value and measure is not Measure.SMD:
        raise NoEffectError("what is better is the other way round here")
    se = contrast.se
    value = math.log(contrast.value) if measure.is_ratio else contrast.value
    if measure.is_ratio or se is None:
        if contrast.low is None or contrast.high is None:
            raise NoEffectError("the contrast has neither a standard error nor an interval")
        low, high = contrast.low, contrast.high
        if measure.is_ratio:
            if low <= 0:
                raise NoEffectError("a ratio has an interval that reaches zero")
            low, high = math.log(low), math.log(high)
        se = (high - low) / (2 * inference(0.0, 1.0, None, contrast.level).ci_high)
    if not se > 0:
        raise NoEffectError("its standard error is not above zero")
    sign = _sign(of, question)
    ends = None
    if contrast.low is not None and contrast.high is not None and contrast.level == _USUAL:
        printed = [math.log(x) if measure.is_ratio else x for x in (contrast.low, contrast.high)]
        ends = min(sign * x for x in printed), max(sign * x for x in printed)
    return Effect(sign * value, se**2, of, contrast.derived or "contrast as published", ends)


_USUAL = 0.95  # the level of the intervals that are shown


_CELLS = ("events_1", "total_1", "events_2", "total_2")


def _side(value: ArmValue) -> tuple[float, float, float]:
    if value.mean is None or value.n is None:
        raise NoEffectError("a mean or a number of people is not given")
    return value.mean, _spread(value), float(value.n)


def _spread(value: ArmValue) -> float:
    if value.sd is not None:
        return value.sd
    if value.se is not None and value.n is not None:
        return value.se * math.sqrt(value.n)
    raise NoEffectError("no standard deviation is given")


def _usable(pair: tuple[ArmValue, ArmValue]) -> bool:
    return not _lacking(pair)


def _lacking(pair: tuple[ArmValue, ArmValue]) -> str:
    lacking = []
    if any(value.mean is None for value in pair):
        lacking.append("a mean")
    if any(value.sd is None and value.se is None for value in pair):
        lacking.append("a standard deviation")
    if any(value.n is None or value.n < 2 for value in pair):  # an SD needs two people
        lacking.append("the number analysed")
    return f"{' and '.join(lacking)} is not given" if lacking else ""


def _contrast(of: Comparison) -> ReportedContrast | None:
    for contrast in of.outcome.contrasts:
        if contrast.arm == of.treated and contrast.against == of.control:
            return contrast
    for contrast in of.outcome.contrasts:
        if contrast.arm == of.control and contrast.against == of.treated:
            return _turned(contrast)
    return None


def _turned(contrast: ReportedContrast) -> ReportedContrast:
    """The same contrast told from the other arm."""
    ratio = contrast.measure in {"OR", "RR", "HR"}
    if ratio and not (contrast.value > 0 and (contrast.low is None or contrast.low > 0)):
        raise NoEffectError("a ratio has an interval that reaches zero")

    def other(value: float | None) -> float | None:
        if value is None:
            return None
        return 1 / value if ratio else -value

    value = 1 / contrast.value if ratio else -contrast.value
    return msgspec.structs.replace(
        contrast, arm=contrast.against, against=contrast.arm,
        value=value, low=other(contrast.high), high=other(contrast.low),
    )  # fmt: skip


def _sign(of: Comparison, question: Question) -> float:
    """A scale on which more is better is turned round, but only where it has no unit."""
    if of.outcome.better == question.better.value:
        return 1.0
    if question.measure == Measure.SMD.value:
        return -1.0
    raise NoEffectError("what is better is the other way round here")
