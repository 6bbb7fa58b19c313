"""Kratom and CYP2D6: inhibited in vitro, not seen to be in people after one tea."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import number, severity_of
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    Clearance,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import clearance_facts, share
from speciosa.pharmacology.interactions.kratom import effect, person
from speciosa.pharmacology.interactions.kratom.part import (
    Context,
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
    from speciosa.knowledge.fact import Fact
    from speciosa.pharmacology.interactions.kratom.person import PersonsUse
    from speciosa.pharmacology.interactions.recognise import Item


def by_cyp2d6(item: Item, victim: Clearance | None, context: Context) -> Part | None:
    """The part of CYP2D6 in the row of a medicine that it mostly clears."""
    if victim is None or share(item.medicine, effect.CYP2D6) < context.major:
        return None
    knowledge, kratom = context.knowledge, context.kratom
    facts = (
        *effect.CYP2D6_FACTS,
        *clearance_facts(item.medicine, frozenset({effect.CYP2D6}), knowledge),
    )
    if context.metabolism.lacks(effect.CYP2D6):
        return Part(
            severity=Severity.INFO,
            certainty=Certainty.MODERATE,
            sentence="no change by CYP2D6 inhibition is expected in a poor metaboliser, whose "
            "exposure is already higher than usual, so that it weighs no less.",
            mechanism=knowledge.ddi.pk_wording.text["poor_metaboliser"].format(
                enzyme=effect.CYP2D6
            ),
            facts=facts,
        )
    observed = observed_ratio(item, knowledge)
    if kratom.own is not None:
        return _of_own(victim, kratom.own, observed, facts, context)
    if kratom.beyond_study:
        unknown = _unknown(victim, observed, facts, context)
        return unknown if kratom.leaf else seven_oh_part(unknown.severity, facts, knowledge)
    return _within(victim, observed, facts, context)


def _of_own(
    victim: Clearance,
    own: PersonsUse,
    observed: Fact | None,
    facts: tuple[str, ...],
    context: Context,
) -> Part:
    """What one study without an effect leaves possible for a larger use."""
    knowledge = context.knowledge
    text = knowledge.ddi.pk_wording.text
    ratio = auc_ratio(victim, [own.at_worst], model_error(knowledge))
    low, median, high = (rough(x) for x in (ratio.low, ratio.median, ratio.high))
    seen = text["cyp2d6_seen"].format(seen=as_text(observed)) + " " if observed else ""
    beside = beside_study(context)
    all_facts = (*facts, *person.CYP2D6_FACTS_OF_USE, f"ddi/{MODEL_ERROR}")
    return Part(
        severity=worst([Severity.MINOR, severity_of(ratio.median, knowledge)]),
        certainty=Certainty.VERY_LOW,
        sentence=seen + text["cyp2d6_own"].format(median=median, low=low, high=high),
        mechanism=text["cyp2d6_own_mechanism"].format(observed=as_text(_probe(context))),
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


def _unknown(
    victim: Clearance, observed: Fact | None, facts: tuple[str, ...], context: Context
) -> Part:
    """Beyond the study, and how far is not known; no milder than what is known or reported."""
    part = context.kratom.known_part
    error = model_error(context.knowledge)
    known = auc_ratio(victim, [part.at_worst], error) if part else None
    reported = auc_ratio(victim, [effect.reported_use(context.knowledge)], error)
    median = max(known.median if known else 1.0, reported.median)
    text = context.knowledge.ddi.pk_wording.text
    sentence = text["cyp2d6_unknown"]
    if observed is not None:
        sentence = text["cyp2d6_seen"].format(seen=as_text(observed)) + " " + text["cyp2d6_more"]
    all_facts = (*facts, *effect.REPORTED_FACTS, f"ddi/{MODEL_ERROR}")
    return Part(
        severity=worst([Severity.MINOR, severity_of(median, context.knowledge)]),
        certainty=Certainty.VERY_LOW,
        sentence=sentence + said_of_known(known, context),
        mechanism=text["cyp2d6_beyond"].format(observed=as_text(_probe(context)))
        + " "
        + text["graded_as_reported"],
        facts=all_facts,
        estimate=Estimate(
            value=None,
            unit="ratio",
            low=1.0,
            high=max(known.high if known else 1.0, reported.high),
            interval=text["interval_beyond"],
            facts=all_facts,
        ),
    )


def _within(
    victim: Clearance, observed: Fact | None, facts: tuple[str, ...], context: Context
) -> Part:
    """As studied: what was seen, or what the study leaves room for."""
    knowledge = context.knowledge
    text = knowledge.ddi.pk_wording.text
    if observed is not None:
        sentence = text["cyp2d6_seen"].format(seen=as_text(observed))
        estimate = measured(observed)
    else:
        activity, _ = effect.studied(knowledge)
        bound = auc_ratio(victim, [activity]).high
        sentence = text["cyp2d6_room"].format(bound=number(bound))
        estimate = Estimate(
            value=None,
            unit="ratio",
            low=1.0,
            high=bound,
            interval=text["interval_cyp2d6"],
            facts=effect.CYP2D6_FACTS,
        )
    return Part(
        severity=Severity.INFO,
        certainty=Certainty.LOW,
        sentence=sentence,
        mechanism=text["cyp2d6_within"].format(observed=as_text(_probe(context))),
        facts=facts,
        estimate=estimate,
        seen=observed is not None,
    )


def _probe(context: Context) -> Fact:
    return context.knowledge.ddi.constant("kratom/observed/dextromethorphan/auc_ratio")
