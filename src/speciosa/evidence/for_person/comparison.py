"""A published result, or one of our own pools, as a comparison: the same shape for both."""

from __future__ import annotations

import math
from collections.abc import Iterator

from speciosa.evidence.for_person import rows
from speciosa.evidence.result import (
    Absolute,
    Against,
    Comparison,
    Domain,
    Sensitivity,
    Side,
    StudyEffect,
)
from speciosa.finding import Certainty, Estimate
from speciosa.knowledge.evidence import Better, Effect, EffectEstimate, Evidence
from speciosa.knowledge.evidence import pooled as pools
from speciosa.knowledge.evidence.pooled import Interval, PooledEffect, PooledStudy, SummaryRow

_CI = "95 % CI"
_NORMAL_975 = 1.959963984540054  # quantile of the standard normal distribution


def quoted(effect: Effect, part: EffectEstimate, table: Evidence) -> Comparison:
    """A published row."""
    ranking = table.ranking
    shown = rows.row(effect, part, table.wording, ())
    known = ranking.against.get(part.comparator) or ranking.against_control[part.control.value]
    ratio = part.unit == "ratio"
    return Comparison(
        against=Against(known),
        comparator=part.comparator,
        option=part.option,
        pooled=False,
        outcome=part.outcome,
        measure=part.measure,
        estimate=shown.estimate,
        direction=_direction_of_row(part),
        favours=shown.favours,
        like=_like(part.unit, part.measure, part.outcome, table, ratio=ratio),
        better_above=part.better is Better.ABOVE,
        ratio=ratio,
        k=shown.k,
        n=shown.n,
        design=shown.design,
        certainty=shown.certainty,
        certainty_reason=shown.certainty_reason,
        about_benefit=_about_benefit(part.outcome, table),
        graded=_graded(effect, shown.certainty),
        people="" if effect.population in ranking.direct_people else effect.population,
        young=_young(f"{part.outcome} {effect.population}", table),
        synthesis=effect.synthesis,
        network=effect.network,
        rows=(shown.id,),
        facts=shown.facts,
    )


def pooled(effect: PooledEffect, table: Evidence) -> Comparison:
    """One of our own pools, with its studies."""
    ranking = table.ranking
    ratio = effect.no_difference == 1.0
    unit = "ratio" if ratio else ranking.unit_names.get(effect.unit, effect.unit)
    estimate = Estimate(
        value=effect.estimate,
        unit=unit,
        low=effect.low,
        high=effect.high,
        interval=_CI,
        facts=(effect.fact_id,),
    )
    direction = _direction(effect.low, effect.high, effect.no_difference, effect.better)
    return Comparison(
        against=Against(ranking.against_arm[effect.comparator.value]),
        comparator=effect.comparator_words,
        option=effect.option,
        pooled=True,
        outcome=effect.outcome,
        measure=effect.measure,
        estimate=estimate,
        direction=direction,
        favours=_favours(effect, direction, table),
        like=_like(effect.unit, effect.measure, effect.outcome, table, ratio=ratio),
        better_above=effect.better is Better.ABOVE,
        ratio=ratio,
        k=effect.k,
        n=effect.n,
        design=ranking.pooled_design.format(method=effect.method),
        certainty=effect.certainty,
        certainty_reason=effect.certainty_reason,
        about_benefit=_about_benefit(effect.outcome, table),
        graded=True,
        people="" if effect.condition == ranking.direct_condition else effect.condition,
        young=_young(effect.outcome, table),
        domains=tuple(
            Domain(name=d.domain.value, level=d.level.value, reason=d.reason, by=d.by)
            for d in effect.domains
        ),
        prediction=_prediction(effect, unit, table),
        heterogeneity=_heterogeneity(effect, table),
        absolute=tuple(_absolute(effect.absolute, table)),
        not_said=effect.absolute.not_said,
        studies=tuple(_study(study, unit, ratio=ratio) for study in effect.studies),
        sensitivity=tuple(
            Sensitivity(
                name=other.name,
                k=other.k,
                estimate=_other(other, unit, table),
                why=other.note,
            )
            for other in effect.sensitivity
        ),
        what_changed=" ".join((effect.what_changed, *effect.review_due)).strip(),
        facts=(effect.fact_id, *effect.absolute.facts),
    )


def benefit(comparison: Comparison) -> float | None:
    """Distance from no difference, positive where the option does better; ``None`` if unsized."""
    estimate = comparison.estimate
    if estimate is None:
        return None
    middle = estimate.value
    if middle is None and estimate.low is not None and estimate.high is not None:
        middle = (estimate.low + estimate.high) / 2.0
    if middle is None:
        return None
    gain = middle - (1.0 if comparison.ratio else 0.0)
    return gain if comparison.better_above else -gain


def _like(unit: str, measure: str, outcome: str, table: Evidence, *, ratio: bool) -> str:
    if ratio:
        return f"{measure}, {outcome}"
    return table.ranking.unit_names.get(unit, unit)


def _about_benefit(outcome: str, table: Evidence) -> bool:
    return not any(part in outcome.casefold() for part in table.ranking.not_benefit)


def _young(words: str, table: Evidence) -> bool:
    return any(part in words.casefold() for part in table.ranking.young)


def _graded(effect: Effect, certainty: Certainty) -> bool:
    """Whether a body of evidence was rated: by its authors, or by us from several studies."""
    return certainty is not Certainty.UNKNOWN and effect.synthesis


def _direction_of_row(part: EffectEstimate) -> Side:
    gain = rows.benefit(part)
    if gain is None:
        return Side.IN_WORDS
    if part.is_confidence_interval and part.low is not None and part.high is not None:
        return _direction(part.low, part.high, part.no_difference, part.better or Better.BELOW)
    if part.p is not None and part.p >= rows.CHANCE:
        return Side.UNCLEAR
    return Side.LEANS if gain > 0 else Side.UNCLEAR


def _direction(low: float, high: float, none: float, better: Better) -> Side:
    """By the interval alone: what includes no difference is not clear, whatever its middle."""
    if low <= none <= high:
        return Side.UNCLEAR
    return Side.BETTER if (low > none) is (better is Better.ABOVE) else Side.WORSE


def _favours(effect: PooledEffect, direction: Side, table: Evidence) -> str:
    words = {
        Side.BETTER: "option",
        Side.WORSE: "comparator",
        Side.UNCLEAR: "unclear",
    }[direction]
    return table.wording.favours[words].format(
        option=effect.option, comparator=effect.comparator_words
    )


def _prediction(effect: PooledEffect, unit: str, table: Evidence) -> Estimate | None:
    if effect.pi_low is None or effect.pi_high is None:
        return None
    return Estimate(
        value=None,
        unit=unit,
        low=effect.pi_low,
        high=effect.pi_high,
        interval=table.ranking.prediction,
        facts=(effect.fact_id,),
    )


def _heterogeneity(effect: PooledEffect, table: Evidence) -> str:
    if effect.tau2 is None or effect.i2 is None:
        return ""
    return table.ranking.heterogeneity.format(tau2=f"{effect.tau2:.2g}", i2=f"{effect.i2:.0f}")


def _study(study: PooledStudy, unit: str, *, ratio: bool) -> StudyEffect:
    low, high = (study.yi + side * _NORMAL_975 * study.se for side in (-1.0, 1.0))
    value, low, high = (_shown(x, ratio=ratio) for x in (study.yi, low, high))
    return StudyEffect(
        name=study.label,
        year=study.year,
        estimate=Estimate(
            value=value,
            unit=unit,
            low=low,
            high=high,
            interval=_CI,
        ),
        weight=study.weight,
        n=study.n,
        risk_of_bias=study.risk_of_bias.value,
    )


def _shown(value: float, *, ratio: bool) -> float:
    """A ratio is pooled as a logarithm and shown as itself."""
    return math.exp(value) if ratio else value


def _absolute(summary: SummaryRow, table: Evidence) -> Iterator[Absolute]:
    words = table.ranking.absolute
    per_100 = summary.per_100
    if per_100 is not None:
        with_option = per_100.with_option.value
        yield Absolute(
            what=words["per_100"],
            estimate=_interval(per_100.difference, "people", table),
            words=words["with_and_without"].format(
                event=per_100.event,
                without=f"{per_100.without:.0f}",
                with_option="?" if with_option is None else f"{with_option:.0f}",
            ),
            assumed=per_100.assumed,
        )
    for points in summary.points:
        yield Absolute(
            what=words["points"].format(scale=points.scale),
            estimate=_interval(points.difference, "points", table),
            words="",
            assumed=points.assumed,
        )
    if summary.nnt is not None:
        yield Absolute(
            what=words["nnt"].format(event=summary.nnt.event),
            estimate=None,
            words=summary.nnt.words,
            assumed=summary.nnt.assumed,
        )


def _interval(interval: Interval, unit: str, table: Evidence) -> Estimate:
    bounded = interval.low is not None and interval.high is not None
    return Estimate(
        value=interval.value,
        unit=unit,
        low=interval.low if bounded else None,
        high=interval.high if bounded else None,
        interval=_CI if bounded else "",
        no_interval_because="" if bounded else table.wording.no_interval["bare"],
    )


def _other(other: pools.Sensitivity, unit: str, table: Evidence) -> Estimate | None:
    if other.estimate is None:
        return None
    bounds = pools.Interval(value=other.estimate, low=other.low, high=other.high)
    return _interval(bounds, unit, table)
