"""One published estimate as a row: what it favours in words, its interval or why there is none."""

from __future__ import annotations

from collections.abc import Collection

from speciosa.evidence.result import EffectRow
from speciosa.finding import Certainty, Estimate
from speciosa.knowledge.evidence import (
    Better,
    Control,
    Effect,
    EffectEstimate,
    EvidenceWording,
    Group,
)

_CERTAINTY_ORDER = tuple(Certainty)
_GROUP_ORDER = tuple(Group)
_CONTROL_ORDER = tuple(Control)
CHANCE = 0.05  # the conventional level of significance, as in a 95 % interval


def row(
    effect: Effect, part: EffectEstimate, wording: EvidenceWording, cautions: Collection[str]
) -> EffectRow:
    """The row of one estimate, with the cautions that hold for this person."""
    fact_id = effect.fact_id(part)
    population = (
        wording.population_caution.format(population=effect.population) if effect.population else ""
    )
    favours = favours_in_words(part, wording)
    return EffectRow(
        id=fact_id,
        option=part.option,
        group=part.group.value,
        comparator=part.comparator,
        outcome=part.outcome,
        measure=part.measure,
        estimate=_estimate(part, wording, fact_id),
        statement=part.conclusion or effect.statement or f"{favours}.",
        favours=favours,
        design=effect.design,
        k=effect.k,
        n=part.n or effect.n,
        certainty=effect.certainty.level,
        certainty_reason=_certainty_reason(effect, wording),
        cautions=" ".join(c for c in (effect.caution, population, *cautions) if c),
        facts=(fact_id,),
        network=effect.network,
    )


def _certainty_reason(effect: Effect, wording: EvidenceWording) -> str:
    reason = effect.certainty.reason.rstrip(".")
    key = effect.certainty.by if reason else f"{effect.certainty.by}_bare"
    return wording.certainty_by[key].format(reason=reason)


def favours_in_words(part: EffectEstimate, wording: EvidenceWording) -> str:
    """Which side the estimate favours, or that it does not say."""
    text = part.published or part.conclusion.rstrip(".") or _computed(part, wording)
    return f"{text}; {part.qualifier}" if part.qualifier else text


def benefit(part: EffectEstimate) -> float | None:
    """Distance from no difference, positive when the option does better; ``None`` if unsized."""
    middle = part.value
    if middle is None and part.low is not None and part.high is not None:
        middle = (part.low + part.high) / 2.0
    if middle is None or part.better is None:
        return None
    gain = middle - part.no_difference
    return gain if part.better is Better.ABOVE else -gain


def sort_key(
    effect: Effect, part: EffectEstimate, *, concerns_person: bool = False
) -> tuple[object, ...]:
    """Group, what the person takes or tried, certainty, then like with like, and last by size.

    Like with like is the same control, measure and outcome: sizes rank only inside these.
    """
    size = benefit(part)
    return (
        _GROUP_ORDER.index(part.group),
        not concerns_person,
        _CERTAINTY_ORDER.index(effect.certainty.level),
        _CONTROL_ORDER.index(part.control),
        part.measure,
        part.outcome,
        size is None,
        -(size or 0.0),
        effect.fact_id(part),
    )


def _computed(part: EffectEstimate, wording: EvidenceWording) -> str:
    gain = benefit(part)
    if gain is None:
        raise ValueError(f"{part.option}: neither a size nor a conclusion")
    names = {"option": part.option, "comparator": part.comparator}
    leader = part.option if gain > 0 else part.comparator
    if part.is_confidence_interval and part.low is not None and part.high is not None:
        if part.low <= part.no_difference <= part.high:
            return wording.favours["unclear"].format(**names)
        return wording.favours["option" if gain > 0 else "comparator"].format(**names)
    if part.p is not None and part.p >= CHANCE:
        return wording.favours["unclear_p"].format(p=f"{part.p:g}", leader=leader)
    return wording.favours["leans"].format(leader=leader)


def _estimate(part: EffectEstimate, wording: EvidenceWording, fact_id: str) -> Estimate | None:
    if part.value is None and part.low is None:
        return None
    why = ""
    if not part.is_confidence_interval:
        why = wording.no_interval["bare" if part.low is None else "range"]
    return Estimate(
        value=part.value,
        unit=part.unit,
        low=part.low,
        high=part.high,
        interval=part.interval,
        no_interval_because=why,
        facts=(fact_id,),
    )
