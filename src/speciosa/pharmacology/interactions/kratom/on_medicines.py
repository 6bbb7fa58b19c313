"""Concentration changes by kratom: one row for each medicine that kratom may change."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import narrow_reason, number, raised, severity_of
from speciosa.pharmacology.interactions.hazards.words import (
    KRATOM,
    case_reports,
    faded_remark,
    worst,
)
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    AucRatio,
    Clearance,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import (
    CYP3A,
    clearance,
    clearance_facts,
    share,
)
from speciosa.pharmacology.interactions.kratom import effect
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kinetics.static_model import Activity
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item

_PROBE = "midazolam"
_PROBE_RATIO = f"kratom/observed/{_PROBE}/auc_ratio"
_IN_VITRO_ENZYMES = ("CYP2C9", "CYP2C19", "CYP2C8", "CYP1A2")


@dataclasses.dataclass(frozen=True)
class _Part:
    """What one mechanism contributes to the row of one medicine."""

    severity: Severity
    certainty: Certainty
    sentence: str
    mechanism: str
    facts: tuple[str, ...]
    estimate: Estimate | None = None
    shares: dict[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class _FarEnd:
    """The uncalibrated textbook model, how far it reaches for midazolam, and what was seen."""

    activity: Activity
    of_midazolam: float
    seen: str


@dataclasses.dataclass(frozen=True)
class _Context:
    """What is the same for every medicine of the list; ``far_end`` only beyond the study."""

    kratom: KratomContext
    far_end: _FarEnd | None
    metabolism: Metabolism
    major: float
    knowledge: Knowledge


def _context(kratom: KratomContext, metabolism: Metabolism, knowledge: Knowledge) -> _Context:
    far_end = None
    probe = clearance(knowledge.medicines.get(_PROBE), knowledge, exact_f_gut=True)
    if kratom.beyond_study and probe is not None:
        activity = effect.far_end(knowledge)
        seen = number(knowledge.ddi.constant(_PROBE_RATIO).number)
        far_end = _FarEnd(activity, auc_ratio(probe, [activity]).high, seen)
    return _Context(
        kratom=kratom,
        far_end=far_end,
        metabolism=metabolism,
        major=knowledge.ddi.constant("cut_off/major_pathway_fm").number,
        knowledge=knowledge,
    )


def by_kratom(
    items: Sequence[Item],
    kratom: KratomContext,
    metabolism: Metabolism,
    knowledge: Knowledge,
) -> Iterator[Interaction]:
    """Rows of kratom as perpetrator, worst mechanism first within each row."""
    if not kratom.counts:
        return
    context = _context(kratom, metabolism, knowledge)
    for item in items:
        victim = clearance(
            item.medicine,
            knowledge,
            oral=item.oral,
            metabolism=metabolism,
            exact_f_gut=_observed(item, knowledge) is not None,
        )
        parts = [
            part
            for part in (
                _cyp3a(item, victim, context),
                _cyp2d6(item, victim, context),
                _p_gp(item, context),
                _in_vitro_only(item, context),
            )
            if part is not None
        ]
        if parts:
            yield _row(item, parts, kratom, knowledge)


def _row(
    item: Item, parts: Sequence[_Part], kratom: KratomContext, knowledge: Knowledge
) -> Interaction:
    wording = knowledge.ddi.pk_wording
    severity = worst([part.severity for part in parts])
    facts = [fact for part in parts for fact in part.facts]
    reason = narrow_reason(item.id, knowledge, rises=True)
    if reason:
        severity = raised(severity)
        facts.append(f"ddi/narrow_index/{item.id}")
    mechanism = [part.mechanism for part in parts]
    moiety = wording.active_moiety.get(item.id)
    if moiety is not None:
        mechanism.append(f"{item.medicine.name}: {moiety}.")
        facts.append(f"ddi/active_moiety/{item.id}")
    first = parts[0]
    if _observed(item, knowledge):
        facts += [report.fact_id for report in item.medicine.kratom_reports]
    narrow = f" Small changes matter: {reason}." if reason else ""
    text = wording.text
    return Interaction(
        id=f"interaction.pk.kratom.{item.id}",
        members=(KRATOM, item.id),
        victim=item.id,
        direction=Direction.KRATOM_ON_MEDICINE,
        kind=Kind.PHARMACOKINETIC,
        severity=Severity.INFO if item.faded else severity,
        certainty=first.certainty,
        sentence=f"{kratom.with_(item.label)}: {first.sentence}{narrow}{faded_remark(item)}",
        mechanism=" ".join(mechanism),
        auc_ratio=first.estimate,
        case_reports=case_reports(item) if _observed(item, knowledge) else (),
        shares=first.shares,
        ask=text["ask_kratom"],
        watch=text["watch_up"].format(victim=item.medicine.name),
        consider=text["consider_kratom"].format(victim=item.medicine.name),
        facts=tuple(dict.fromkeys(facts)),
    )


def _observed(item: Item, knowledge: Knowledge) -> Fact | None:
    pair = knowledge.ddi.pair(item.id, KRATOM)
    return knowledge.ddi.constant(f"kratom/observed/{item.id}/auc_ratio") if pair else None


def _as_text(fact: Fact) -> str:
    assert fact.low is not None  # noqa: S101 (an observed ratio without interval is a data error)
    assert fact.high is not None  # noqa: S101
    return (
        f"ratio {number(fact.number)}, {fact.interval} {number(fact.low)} to {number(fact.high)}, "
        f"{fact.n} people"
    )


def _measured(fact: Fact) -> Estimate:
    return Estimate(
        value=fact.number,
        unit="ratio",
        low=fact.low,
        high=fact.high,
        interval=f"{fact.interval}, observed after one kratom tea",
        facts=(fact.id,),
    )


# ------------------------------------------------------------------ CYP3A


def _cyp3a(
    item: Item,
    victim: Clearance | None,
    context: _Context,
) -> _Part | None:
    if victim is None or CYP3A not in victim.fm:
        return None
    knowledge, far_end = context.knowledge, context.far_end
    is_major = share(item.medicine, CYP3A) >= context.major
    facts = clearance_facts(item.medicine, frozenset({CYP3A}))
    if not context.kratom.leaf:
        return _seven_oh(Severity.MINOR, facts, knowledge) if is_major else None
    observed = _observed(item, knowledge) if is_major else None
    # The study itself needs no error of a model; what is carried to another medicine does.
    error = None if observed else model_error(knowledge)
    studied = auc_ratio(victim, [effect.studied_gut(knowledge)], error)
    beyond = auc_ratio(victim, [far_end.activity]) if far_end else None
    high = max(studied.high, beyond.high) if beyond else studied.high
    if observed is None and high < knowledge.ddi.constant("cut_off/msm_aucr_high").number:
        return None
    estimate = Estimate(
        value=None if beyond else studied.median,
        unit="ratio",
        low=studied.low,
        high=high,
        interval=_interval(knowledge, beyond=beyond is not None),
        facts=(*effect.GUT_FACTS, f"ddi/{MODEL_ERROR}"),
    )
    return _Part(
        severity=_cyp3a_severity(studied.median, high, knowledge),
        certainty=Certainty.VERY_LOW if beyond else Certainty.LOW,
        sentence=_cyp3a_sentence(observed, studied, high, context),
        mechanism=_cyp3a_mechanism(context),
        facts=(
            *effect.GUT_FACTS,
            *(effect.BEYOND_FACTS if beyond else ()),
            *(() if observed else (f"ddi/{MODEL_ERROR}",)),
            *facts,
        ),
        estimate=_measured(observed) if observed else estimate,
        shares={} if beyond else dict(studied.shares),
    )


def _interval(knowledge: Knowledge, *, beyond: bool) -> str:
    if beyond:
        return knowledge.ddi.pk_wording.text["interval_beyond"]
    return "90 % interval of the model calibrated to the study in people"


def _cyp3a_severity(median: float, high: float, knowledge: Knowledge) -> Severity:
    """By the median in the study; a range that reaches a moderate effect makes it moderate."""
    moderate = knowledge.ddi.constant("strength/inhibitor/moderate").number
    reach = Severity.MODERATE if high >= moderate else Severity.MINOR
    return worst([severity_of(median, knowledge), reach])


def _cyp3a_sentence(
    observed: Fact | None, studied: AucRatio, high: float, context: _Context
) -> str:
    """What was seen comes first; a far end is named as what it is."""
    text = context.knowledge.ddi.pk_wording.text
    if observed is not None:
        seen = f"in people the exposure rose after one kratom tea ({_as_text(observed)})."
        more = text["range_beyond_observed"].format(far=number(high))
        return f"{seen} {more}" if context.far_end else seen
    low, median, top = (number(x) for x in (studied.low, studied.median, studied.high))
    if context.far_end is None:
        return f"exposure may rise, ratio {median} ({low} to {top})."
    band = context.knowledge.ddi.constant("cut_off/msm_aucr_high").number
    key = "range_beyond" if studied.high >= band else "range_beyond_small_gut"
    return text[key].format(
        seen=context.far_end.seen, median=median, low=low, high=top, far=number(high)
    )


def _cyp3a_mechanism(context: _Context) -> str:
    text = context.knowledge.ddi.pk_wording.text
    parts = [text["kratom_gut"], text["within_study"]]
    if context.far_end is not None:
        far_seen = number(context.far_end.of_midazolam)
        parts[1] = text["beyond_study"].format(far_seen=far_seen, seen=context.far_end.seen)
    if context.kratom.seven_oh:
        parts.append(text["seven_oh"])
    return " ".join(parts)


def _seven_oh(severity: Severity, facts: tuple[str, ...], knowledge: Knowledge) -> _Part:
    why = "no interaction study of 7-OH products exists in people"
    return _Part(
        severity=severity,
        certainty=Certainty.UNKNOWN,
        sentence="whether exposure changes is not known.",
        mechanism=knowledge.ddi.pk_wording.text["seven_oh"],
        facts=("ddi/kratom/extrapolation_limits", *facts),
        estimate=Estimate(value=None, unit="ratio", no_interval_because=why),
    )


# ------------------------------------------------------------------ CYP2D6


def _cyp2d6(
    item: Item,
    victim: Clearance | None,
    context: _Context,
) -> _Part | None:
    if victim is None or share(item.medicine, effect.CYP2D6) < context.major:
        return None
    kratom, knowledge = context.kratom, context.knowledge
    text = knowledge.ddi.pk_wording.text
    facts = (*effect.CYP2D6_FACTS, *clearance_facts(item.medicine, frozenset({effect.CYP2D6})))
    if context.metabolism.lacks(effect.CYP2D6):
        return _Part(
            severity=Severity.INFO,
            certainty=Certainty.MODERATE,
            sentence="no change by CYP2D6 inhibition is expected in a poor metaboliser, whose "
            "exposure is already higher than usual.",
            mechanism=text["poor_metaboliser"].format(enzyme=effect.CYP2D6),
            facts=facts,
        )
    if not kratom.leaf:
        return _seven_oh(Severity.MINOR, facts, knowledge)
    probe = knowledge.ddi.constant("kratom/observed/dextromethorphan/auc_ratio")
    observed = _observed(item, knowledge)
    within = not kratom.beyond_study
    if observed is not None:
        sentence = f"in people no change was seen after one kratom tea ({_as_text(observed)})"
        sentence += "." if within else "; higher or repeated use is untested."
        estimate = _measured(observed)
    elif within:
        bound = auc_ratio(victim, [effect.studied_cyp2d6_bound(knowledge)]).high
        sentence = "no rise was seen with another medicine of this enzyme; the study leaves room "
        sentence += f"for a ratio of up to {number(bound)}."
        estimate = Estimate(
            value=None,
            unit="ratio",
            low=1.0,
            high=bound,
            interval="bound from the upper 90 % limit seen with dextromethorphan",
            facts=effect.CYP2D6_FACTS,
        )
    else:
        sentence = "whether exposure rises by CYP2D6 inhibition is not known for this use."
        why = "CYP2D6 was unchanged after one kratom tea; more or repeated use is untested"
        estimate = Estimate(value=None, unit="ratio", no_interval_because=why)
    key = "cyp2d6_within" if within else "cyp2d6_beyond"
    return _Part(
        severity=Severity.INFO if within else Severity.MINOR,
        certainty=Certainty.LOW if within else Certainty.VERY_LOW,
        sentence=sentence,
        mechanism=text[key].format(observed=_as_text(probe)),
        facts=facts,
        estimate=estimate,
    )


# ------------------------------------------------------------------ in vitro only


def _p_gp(item: Item, context: _Context) -> _Part | None:
    wording = context.knowledge.ddi.pk_wording
    if item.id not in wording.p_gp_victims:
        return None
    facts = (
        f"ddi/p_gp_victim/{item.id}",
        "ddi/kratom/perpetrator/Pgp/IC50",
        "ddi/kratom/perpetrator/I_gut_uM",
        "ddi/cut_off/reversible_gut_R",
    )
    return _not_studied(Severity.MINOR, wording.text["p_gp"], facts, context)


def _in_vitro_only(item: Item, context: _Context) -> _Part | None:
    enzymes = [e for e in _IN_VITRO_ENZYMES if share(item.medicine, e) >= context.major]
    if not enzymes:
        return None
    text = context.knowledge.ddi.pk_wording.text["in_vitro_only"]
    facts = [f"ddi/kratom/perpetrator/{enzyme}/Ki" for enzyme in enzymes]
    facts += clearance_facts(item.medicine, frozenset(enzymes))
    mechanism = text.format(enzyme=" and ".join(enzymes))
    return _not_studied(Severity.INFO, mechanism, tuple(facts), context)


def _not_studied(
    severity: Severity, mechanism: str, facts: tuple[str, ...], context: _Context
) -> _Part:
    if not context.kratom.leaf:
        return _seven_oh(severity, facts, context.knowledge)
    return _Part(
        severity=severity,
        certainty=Certainty.UNKNOWN,
        sentence="whether exposure changes is not known; it has not been studied in people.",
        mechanism=mechanism,
        facts=facts,
        estimate=Estimate(value=None, unit="ratio", no_interval_because="not studied in people"),
    )
