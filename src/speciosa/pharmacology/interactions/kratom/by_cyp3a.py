"""Kratom and the CYP3A of gut wall and liver, by which it can raise another medicine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import number, severity_of
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
    FarEnd,
    Part,
    as_text,
    beside_study,
    measured,
    observed_ratio,
    said_of_known,
    seven_oh_part,
    telling_ceiling,
)
from speciosa.pharmacology.interactions.rows import worst
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
    observed = observed_ratio(item, knowledge) if is_major else None
    own = context.kratom.own
    if own is not None:
        return _of_own(victim, own, observed, facts, context)
    if context.far_end is not None:
        part = _of_unknown_size(victim, context.far_end, observed, facts, context)
        if part is None or context.kratom.leaf:
            return part
        # Nothing shows that a product that was never studied does less than leaf.
        return seven_oh_part(part.severity, facts, knowledge)
    return _as_studied(victim, observed, facts, context)


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


# ------------------------------------------------------------------ as studied


def _as_studied(
    victim: Clearance, observed: Fact | None, facts: tuple[str, ...], context: Context
) -> Part | None:
    """Inside the study: what was seen, or its effect carried to another medicine."""
    knowledge = context.knowledge
    text = knowledge.ddi.pk_wording.text
    gut = effect.studied_gut(knowledge)
    bare = auc_ratio(victim, [gut])
    # The study itself needs no error of a model; what is carried to another medicine does.
    studied = bare if observed else auc_ratio(victim, [gut], model_error(knowledge))
    if observed is None and not _reaches(studied.high, knowledge):
        return None
    if observed is not None:
        sentence = text["own_seen"].format(seen=as_text(observed))
        estimate = measured(observed)
    else:
        low, median, high = (number(x) for x in (studied.low, studied.median, studied.high))
        sentence = f"exposure may rise, ratio {median} ({low} to {high}) by a model."
        estimate = Estimate(
            value=studied.median,
            unit="ratio",
            low=studied.low,
            high=studied.high,
            interval=text["interval_within"],
            facts=(*effect.GUT_FACTS, f"ddi/{MODEL_ERROR}"),
        )
    return Part(
        severity=_severity(studied.median, bare.high, knowledge),
        certainty=Certainty.LOW,
        sentence=sentence,
        mechanism=f"{text['kratom_gut']} {text['within_study']}",
        facts=(*effect.GUT_FACTS, *(() if observed else (f"ddi/{MODEL_ERROR}",)), *facts),
        estimate=estimate,
        shares=dict(studied.shares),
        seen=observed is not None,
        ceiling=None if observed else telling_ceiling(studied),
    )


# ------------------------------------------------------------------ size of the use not known


def _of_unknown_size(
    victim: Clearance,
    far_end: FarEnd,
    observed: Fact | None,
    facts: tuple[str, ...],
    context: Context,
) -> Part | None:
    """From the effect of the studied tea to the far end, and no figure; the known part beside."""
    knowledge = context.knowledge
    text, error = knowledge.ddi.pk_wording.text, model_error(knowledge)
    studied = auc_ratio(victim, [effect.studied_gut(knowledge)], error)
    far = auc_ratio(victim, [far_end.activity])
    part = context.kratom.known_part
    known = auc_ratio(victim, [part.at_worst], error) if part else None
    of_cyp3a = auc_ratio(victim, [_cyp3a_of(part.at_worst)], error) if part else studied
    use = effect.reported_use(knowledge)
    # As far as this enzyme goes: what decides whether there is a row at all.
    reach = max(studied.high, far.high, of_cyp3a.high, auc_ratio(victim, [_cyp3a_of(use)]).high)
    if observed is None and not _reaches(reach, knowledge):
        return None
    reported = auc_ratio(victim, [use], error)
    bare = auc_ratio(victim, [use])
    all_facts = (*effect.GUT_FACTS, *effect.BEYOND_FACTS, f"ddi/{MODEL_ERROR}", *facts)
    median = max(studied.median, (known or studied).median, reported.median)
    far_high = max(far.high, reported.high, (known or studied).high)
    return Part(
        severity=_severity(median, max(far.high, bare.high), knowledge),
        certainty=Certainty.VERY_LOW,
        sentence=_of_far_end(observed, studied, far_high, far_end, knowledge)
        + said_of_known(known, context),
        mechanism=_why_unknown(far_end, context),
        facts=(*all_facts, *effect.REPORTED_FACTS, *(person.FACTS if known else ())),
        estimate=Estimate(
            value=None,
            unit="ratio",
            low=studied.low,
            high=max(studied.high, far_high),
            interval=text["interval_beyond"],
            facts=all_facts,
        ),
        flags=(text["flag_unknown"],),
    )


def _of_far_end(
    observed: Fact | None,
    studied: AucRatio,
    far: float,
    far_end: FarEnd,
    knowledge: Knowledge,
) -> str:
    """What was seen comes first; a far end is named as what it is."""
    text = knowledge.ddi.pk_wording.text
    if observed is not None:
        seen = text["own_seen"].format(seen=as_text(observed))
        return f"{seen} {text['range_beyond_observed'].format(far=number(far))}"
    key = "range_beyond" if _reaches(studied.high, knowledge) else "range_beyond_liver"
    high = number(studied.high)
    return text[key].format(seen=far_end.seen, high=high, far=number(far))


def _why_unknown(far_end: FarEnd, context: Context) -> str:
    text = context.knowledge.ddi.pk_wording.text
    far_seen = number(far_end.of_midazolam)
    parts = [
        text["kratom_gut"],
        text["beyond_study"].format(far_seen=far_seen, seen=far_end.seen),
        text["graded_as_reported"],
    ]
    if context.kratom.seven_oh:
        parts.append(text["seven_oh"])
    return " ".join(parts)
