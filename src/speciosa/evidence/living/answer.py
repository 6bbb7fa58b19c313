"""One question and the studies of the base -> a pooled, graded effect, or why there is none."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from speciosa.evidence import grading
from speciosa.evidence.effect_sizes.table import EffectSizes, Measure
from speciosa.evidence.living.joined import Joined, kept, pool_of, shown_end, sizes
from speciosa.evidence.living.joining import comparisons, concerns, measured, options
from speciosa.evidence.living.people import analysed, controls, events, industry
from speciosa.evidence.living.sensitivity import LOW_RISK, sensitivity_of
from speciosa.evidence.living.sizes import effects
from speciosa.evidence.pooling import PI_WORDS, Pooled, aggregate, egger, trim_and_fill
from speciosa.knowledge.evidence.grading import Grading
from speciosa.knowledge.evidence.pooled import (
    NotJoined,
    PooledEffect,
    PooledStudy,
    Sensitivity,
    certainty,
)
from speciosa.knowledge.evidence.question import Question, Settings
from speciosa.knowledge.evidence.record import Better
from speciosa.knowledge.evidence.study import Study
from speciosa.knowledge.fact import Fact


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every question: how to pool, when to doubt, and what facts say."""

    settings: Settings
    grading: Grading
    fact: Callable[[str], Fact]


@dataclass(frozen=True, slots=True)
class _Pool:
    """Effects of every study, one effect of each, and what they pool to."""

    question: Question
    joined: tuple[Joined, ...]
    several: EffectSizes
    single: EffectSizes
    pooled: Pooled
    rules: Rules
    unusable: int


@dataclass(frozen=True, slots=True)
class Answer:
    """``effect`` is ``None`` where no study joined; ``not_joined`` says why of each."""

    question: Question
    effect: PooledEffect | None
    not_joined: tuple[NotJoined, ...]


def answer(question: Question, studies: Sequence[Study], rules: Rules) -> Answer:
    """Pool and grade. The order of the studies changes nothing."""
    joined, apart, unusable = gather(question, studies, rules.fact)
    if not joined:
        return Answer(question, None, apart)
    several = sizes(question, joined)
    single = aggregate(several, rho=rules.settings.rho)
    pooled = _printed(_shy(pool_of(single, rules.settings), rules.grading), joined)
    made = _Pool(question, joined, several, single, pooled, rules, unusable)
    return Answer(question, _effect(made, apart), apart)


def gather(
    question: Question, studies: Sequence[Study], fact: Callable[[str], Fact]
) -> tuple[tuple[Joined, ...], tuple[NotJoined, ...], int]:
    """The studies that answer a question, by id, and why each other one on the option does not.

    The number at the end counts those that measured the outcome but give no usable figure of it,
    or none for an arm of the option.
    """
    joined: list[Joined] = []
    apart: list[NotJoined] = []
    unusable = 0
    for study in sorted(studies, key=lambda one: one.id):
        if not concerns(study, question):
            continue
        found, why = comparisons(study, question)
        made, lost = effects(found, question, fact)
        if made:
            joined.append(Joined(study, made))
            silent = set(options(study, question)) - {e.comparison.treated for e in made}
            if silent:  # a dose that is not told of is often one that did not work
                unusable += 1
                arms = " and ".join(sorted(silent))
                apart.append(NotJoined(id=study.id, why=f"only its arm {arms}: no usable figure"))
        else:
            unusable += bool(found) or measured(study, question)
            apart.append(NotJoined(id=study.id, why=why or "; ".join(dict.fromkeys(lost))))
    return tuple(joined), tuple(apart), unusable


def _shy(pooled: Pooled, rules: Grading) -> Pooled:
    """Without a prediction interval where too few studies could tell one."""
    if pooled.k >= rules.threshold("prediction-studies"):
        return pooled
    return replace(pooled, pi_low=None, pi_high=None)


def _printed(pooled: Pooled, joined: Sequence[Joined]) -> Pooled:
    """A single published effect keeps the interval of its paper, rounding and all."""
    effects = [effect for one in joined for effect in one.effects]
    if len(effects) > 1 or effects[0].ends is None:
        return pooled
    low, high = effects[0].ends
    return replace(pooled, ci_low=low, ci_high=high)


def _effect(made: _Pool, apart: tuple[NotJoined, ...]) -> PooledEffect:
    question, joined, pooled, single = made.question, made.joined, made.pooled, made.single
    shown = _shown(pooled, question)
    sensitivity = tuple(sensitivity_of(question, joined, made.several, single, made.rules.settings))
    signals = grading.signals(_body(made, sensitivity), made.rules.grading)
    judged = grading.domains(question.judgements, signals)
    people = [analysed(one.study, one.effects) for one in joined]
    known = [count for count in people if count is not None]
    ratio = single.measure.is_ratio
    return PooledEffect(
        id=question.id,
        option=question.option,
        group=question.group,
        treatments=question.treatments,
        medicines=question.medicines,
        comparator=question.comparator,
        comparator_words=question.comparator_words,
        condition=", ".join(sorted({_words(one.study.condition.value) for one in joined})),
        outcome=question.outcome,
        measure=question.measure,
        unit=question.unit,
        better=question.better,
        k=pooled.k,
        n=sum(known) if len(known) == len(people) else None,
        estimate=kept(shown.estimate),
        low=kept(shown.low),
        high=kept(shown.high),
        pi_low=shown_end(pooled.pi_low, ratio=ratio),
        pi_high=shown_end(pooled.pi_high, ratio=ratio),
        tau2=shown_end(pooled.tau2),
        tau2_low=shown_end(pooled.tau2_low),
        tau2_high=shown_end(pooled.tau2_high),
        i2=shown_end(pooled.i2),
        method=_method(made),
        certainty=certainty(question.start, judged),
        certainty_from=question.start,
        certainty_reason=grading.reason(question.start, judged),
        domains=judged,
        studies=tuple(_study(made, place) for place in range(pooled.k)),
        absolute=grading.summary(
            shown, question, made.rules.fact, controls(tuple(one.effects for one in joined))
        ),
        not_joined=apart,
        sensitivity=sensitivity,
        sensitivity_of=question.sensitivity_of,
        sources=tuple(sorted({source for one in joined for source in one.study.sources})),
        review_due=tuple(f"{d.domain}: {d.review_due}" for d in judged if d.review_due),
    )


def _shown(pooled: Pooled, question: Question) -> grading.Shown:
    values = (pooled.estimate, pooled.ci_low, pooled.ci_high)
    if pooled.measure.is_ratio:
        values = (math.exp(values[0]), math.exp(values[1]), math.exp(values[2]))
    return grading.Shown(question.measure, question.better, *values)


def _study(made: _Pool, place: int) -> PooledStudy:
    one, single = made.joined[place], made.single
    used = (f"{e.comparison.words}{f' ({e.handled})' if e.handled else ''}" for e in one.effects)
    return PooledStudy(
        id=one.study.id,
        label=_label(one.study),
        year=one.study.year,
        yi=kept(float(single.yi[place])),
        se=kept(math.sqrt(float(single.vi[place]))),
        weight=kept(made.pooled.weights[place]),
        n=analysed(one.study, one.effects),
        n_effects=len(one.effects),
        outcomes=tuple(dict.fromkeys(used)),
        risk_of_bias=one.study.risk_of_bias.overall,
        verified=one.study.verified,
        sources=one.study.sources,
    )


def _label(study: Study) -> str:
    """Author and year where the id says both, else the title."""
    named = re.fullmatch(rf"([a-z]+)_?({study.year}[a-z]?)(?:_(\w+))?", study.id)
    if named is None or study.title.endswith(f", {study.year}"):
        return study.title
    more = f" ({named[3].replace('_', ' ')})" if named[3] else ""
    return f"{named[1].capitalize()}, {named[2]}{more}"


# ------------------------------------------------------------------ what grading looks at


def _body(made: _Pool, sensitivity: tuple[Sensitivity, ...]) -> grading.Body:
    question, single, pooled = made.question, made.single, made.pooled
    sign = 1.0 if question.better is Better.ABOVE else -1.0
    low, high = sorted((sign * pooled.ci_low, sign * pooled.ci_high))
    prediction = None
    if pooled.pi_low is not None and pooled.pi_high is not None:
        ends = sorted((sign * pooled.pi_low, sign * pooled.pi_high))
        prediction = ends[0], ends[1]
    important, harm = _important(question, made.rules)
    funnel_p, filled = _funnel(single, made.rules)
    return grading.Body(
        ratio=single.measure.is_ratio,
        gain=sign * pooled.estimate,
        low=low,
        high=high,
        prediction=prediction,
        i2=pooled.i2,
        tau2=pooled.tau2,
        important=important,
        harm=harm,
        pieces=tuple(_piece(made, place) for place in range(pooled.k)),
        unusable=made.unusable,
        funnel_p=funnel_p,
        filled=filled,
        low_risk=next((s.note for s in sensitivity if s.name == LOW_RISK), ""),
    )


def _piece(made: _Pool, place: int) -> grading.Piece:
    one, single = made.joined[place], made.single
    centre, se = float(single.yi[place]), math.sqrt(float(single.vi[place]))
    reach = 1.96 * se  # only to say which intervals overlap
    return grading.Piece(
        share=made.pooled.weights[place] / 100,
        risk=one.study.risk_of_bias.overall,
        condition=one.study.condition,
        people=analysed(one.study, one.effects),
        events=events(one.effects),
        industry=industry(one.study),
        low=centre - reach,
        high=centre + reach,
    )


def _important(question: Question, rules: Rules) -> tuple[float, float]:
    """The least important gain and loss, both above zero on the analysis scale."""
    of = rules.grading
    if not Measure(question.measure).is_ratio:
        named = list(question.assumed.important.values())
        points = rules.fact(named[0]).number if question.measure == Measure.MD and named else None
        least = points or of.threshold("important-smd")
        return least, least
    more = math.log(of.threshold("important-ratio-more"))
    fewer = -math.log(of.threshold("important-ratio-fewer"))
    return (more, fewer) if question.better is Better.ABOVE else (fewer, more)


def _funnel(single: EffectSizes, rules: Rules) -> tuple[float | None, str]:
    if single.yi.size < rules.grading.threshold("funnel-studies"):
        return None, ""
    try:
        p = egger(single, level=rules.settings.level).slope.p
        filled = trim_and_fill(single, method=rules.settings.method, ci=rules.settings.ci)
    except ValueError:
        return None, ""
    got = filled.pooled
    ends = [
        math.exp(v) if single.measure.is_ratio else v
        for v in (got.estimate, got.ci_low, got.ci_high)
    ]
    return p, (
        f"Trim and fill adds {filled.k0} studies: {ends[0]:.2f} ({ends[1]:.2f} to {ends[2]:.2f})."
        if filled.k0
        else "Trim and fill adds no study."
    )


# ------------------------------------------------------------------ words and digits


def _method(made: _Pool) -> str:
    pooled, several = made.pooled, made.several
    if pooled.k == 1:
        return "a single study, as it stands"
    parts = [f"random effects ({pooled.method}), {_CI_WORDS[pooled.ci_method]}"]
    if pooled.pi_low is not None:
        parts.append(f"prediction interval {PI_WORDS[pooled.pi_method]}")
    if len(set(several.cluster)) < len(several.cluster):
        parts.append(
            f"effects of one study made into one, taken to correlate by {made.rules.settings.rho:g}"
        )
    return "; ".join(parts)


_CI_WORDS = {
    "HK": "Hartung-Knapp interval",
    "HK-adhoc": "Hartung-Knapp interval, never narrower than the model's",
    "z": "normal interval",
}


def _words(value: str) -> str:
    return "GAD" if value == "gad" else value.replace("_", " ")
