"""Kratom and the CYP3A of gut wall and liver, by which it can raise another medicine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import number, severity_of
from speciosa.pharmacology.interactions.hazards.words import worst
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    Activity,
    AucRatio,
    Clearance,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A, clearance_facts, share
from speciosa.pharmacology.interactions.kratom import effect, person
from speciosa.pharmacology.interactions.kratom.part import (
    Context,
    Part,
    as_text,
    beside_study,
    measured,
    observed_ratio,
    seven_oh_part,
    telling_ceiling,
)
from speciosa.pharmacology.wording import rough

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact
    from speciosa.pharmacology.interactions.kratom.person import PersonsUse
    from speciosa.pharmacology.interactions.recognise import Item


def by_cyp3a(item: Item, victim: Clearance | None, context: Context) -> Part | None:
    """The part of CYP3A in the row of a medicine; ``None`` where it cannot matter."""
    if victim is None or CYP3A not in victim.fm:
        return None
    knowledge = context.knowledge
    is_major = share(item.medicine, CYP3A) >= context.major
    facts = clearance_facts(item.medicine, frozenset({CYP3A}), knowledge)
    if not context.kratom.leaf:
        return seven_oh_part(Severity.MINOR, facts, knowledge) if is_major else None
    observed = observed_ratio(item.id, knowledge) if is_major else None
    own = context.kratom.own
    if own is not None:
        return _of_own(victim, own, observed, facts, context)
    return _of_study(victim, observed, facts, context)


# ------------------------------------------------------------------ size of the use known


def _of_own(
    victim: Clearance,
    own: PersonsUse,
    observed: Fact | None,
    facts: tuple[str, ...],
    context: Context,
) -> Part | None:
    """Beyond the study with known amounts: a ratio, and that it is an extrapolation."""
    knowledge = context.knowledge
    error = model_error(knowledge)
    alone = auc_ratio(victim, [_cyp3a_of(own.at_worst)], error)
    if observed is None and not _reaches(alone.high, knowledge):
        return None
    both = effect.CYP2D6 in victim.fm
    ratio = auc_ratio(victim, [own.at_worst], error) if both else alone
    over_day = auc_ratio(victim, [own.over_day])
    text = knowledge.ddi.pk_wording.text
    seen = text["own_seen"].format(seen=as_text(observed)) + " " if observed else ""
    low, median, high = (rough(x) for x in (ratio.low, ratio.median, ratio.high))
    beside = beside_study(context)
    mechanism = [text["own_mechanism"].format(over_day=rough(over_day.median))]
    if not context.kratom.studied_form:
        mechanism.append(text["own_form"])
    all_facts = (*person.FACTS, f"ddi/{MODEL_ERROR}", *facts)
    return Part(
        severity=_severity(ratio.median, auc_ratio(victim, [own.at_worst]).high, knowledge),
        certainty=Certainty.VERY_LOW,
        sentence=seen + text["own"].format(median=median, low=low, high=high),
        mechanism=" ".join(mechanism),
        facts=all_facts,
        estimate=Estimate(
            value=ratio.median,
            unit="ratio",
            low=ratio.low,
            high=ratio.high,
            interval=text["interval_own"],
            facts=all_facts,
        ),
        shares=dict(ratio.shares),
        ceiling=telling_ceiling(ratio),
        flags=(text["flag_own"].format(beside=beside),),
    )


def _cyp3a_of(activity: Activity) -> Activity:
    return Activity({CYP3A: activity.liver[CYP3A]}, activity.gut_cyp3a)


def _reaches(high: float, knowledge: Knowledge) -> bool:
    return high >= knowledge.ddi.constant("cut_off/msm_aucr_high").number


def _severity(median: float, high: float, knowledge: Knowledge) -> Severity:
    """By the median; a range that reaches a moderate effect makes it moderate.

    The range is that of what is known of kratom and the medicine: the error of the model, which
    holds for every pair, would make nearly all of them moderate.
    """
    moderate = knowledge.ddi.constant("strength/inhibitor/moderate").number
    reach = Severity.MODERATE if high >= moderate else Severity.MINOR
    return worst([severity_of(median, knowledge), reach])


# ------------------------------------------------------------------ as studied, or size not known


def _of_study(
    victim: Clearance, observed: Fact | None, facts: tuple[str, ...], context: Context
) -> Part | None:
    """The effect of the studied tea; where the size of the use is not known, only its beginning."""
    knowledge, far_end = context.knowledge, context.far_end
    # The study itself needs no error of a model; what is carried to another medicine does.
    error = None if observed else model_error(knowledge)
    studied = auc_ratio(victim, [effect.studied_gut(knowledge)], error)
    bare = auc_ratio(victim, [effect.studied_gut(knowledge)])
    beyond = auc_ratio(victim, [far_end.activity]) if far_end else None
    part = context.kratom.known_part
    known = auc_ratio(victim, [part.at_worst], model_error(knowledge)) if part else None
    high = max(ratio.high for ratio in (studied, beyond, known) if ratio is not None)
    if observed is None and not _reaches(high, knowledge):
        return None
    estimate = Estimate(
        value=None if beyond else studied.median,
        unit="ratio",
        low=studied.low,
        high=high,
        interval=_interval(knowledge, beyond=beyond is not None),
        facts=(*effect.GUT_FACTS, f"ddi/{MODEL_ERROR}"),
    )
    seen = observed is not None and beyond is None
    return Part(
        severity=_severity(
            max(studied.median, known.median if known else 1.0), (beyond or bare).high, knowledge
        ),
        certainty=Certainty.VERY_LOW if beyond else Certainty.LOW,
        sentence=_sentence(observed, studied, high, context) + _of_known_part(known, context),
        mechanism=_mechanism(context),
        facts=(
            *effect.GUT_FACTS,
            *(effect.BEYOND_FACTS if beyond else ()),
            *(() if observed else (f"ddi/{MODEL_ERROR}",)),
            *facts,
        ),
        estimate=measured(observed) if seen and observed else estimate,
        shares={} if beyond else dict(studied.shares),
        seen=seen,
        ceiling=None if beyond or seen else telling_ceiling(studied),
        flags=(knowledge.ddi.pk_wording.text["flag_unknown"],) if beyond else (),
    )


def _interval(knowledge: Knowledge, *, beyond: bool) -> str:
    key = "interval_beyond" if beyond else "interval_within"
    return knowledge.ddi.pk_wording.text[key]


def _sentence(observed: Fact | None, studied: AucRatio, high: float, context: Context) -> str:
    """What was seen comes first; a far end is named as what it is."""
    text = context.knowledge.ddi.pk_wording.text
    if observed is not None:
        seen = text["own_seen"].format(seen=as_text(observed))
        more = text["range_beyond_observed"].format(far=number(high))
        return f"{seen} {more}" if context.far_end else seen
    low, median, top = (number(x) for x in (studied.low, studied.median, studied.high))
    if context.far_end is None:
        return f"exposure may rise, ratio {median} ({low} to {top}) by a model."
    return text["range_beyond"].format(seen=context.far_end.seen, high=top, far=number(high))


def _of_known_part(known: AucRatio | None, context: Context) -> str:
    """What the amounts that are known do by themselves."""
    if known is None:
        return ""
    said = context.knowledge.ddi.pk_wording.text["known_part"]
    low, median, high = (rough(x) for x in (known.low, known.median, known.high))
    return " " + said.format(median=median, low=low, high=high)


def _mechanism(context: Context) -> str:
    text = context.knowledge.ddi.pk_wording.text
    parts = [text["kratom_gut"], text["within_study"]]
    if context.far_end is not None:
        far_seen = number(context.far_end.of_midazolam)
        parts[1] = text["beyond_study"].format(far_seen=far_seen, seen=context.far_end.seen)
    if context.kratom.seven_oh:
        parts.append(text["seven_oh"])
    return " ".join(parts)
