"""Concentration changes between the medicines of the list: every ordered pair, then all at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import (
    matters,
    narrow_reason,
    number,
    raised,
    severity_of,
)
from speciosa.pharmacology.interactions.hazards.words import capital, faded_remark, worst
from speciosa.pharmacology.interactions.kinetics.perpetrator import (
    EnzymeEffect,
    Ground,
    Use,
    activity,
    effects,
    label,
)
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    AucRatio,
    Clearance,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import clearance, clearance_facts
from speciosa.pharmacology.interactions.kratom import effect as kratom_effect
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item

_SEVERAL = 2
_DISAGREE_FOLD = 2.0
_MOST = 0.5


@dataclasses.dataclass(frozen=True)
class _Modelled:
    """A modelled ratio, the enzymes it runs through and the facts it rests on."""

    ratio: AucRatio
    enzymes: tuple[str, ...]
    by_class: bool
    regimens: tuple[str, ...]
    facts: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class _Prepared:
    """Effects and clearances of the whole list, computed once."""

    effects: Mapping[str, Mapping[str, EnzymeEffect]]
    clearances: Mapping[str, Clearance | None]
    metabolism: Metabolism
    knowledge: Knowledge


def between_medicines(
    items: Sequence[Item],
    kratom: KratomContext,
    metabolism: Metabolism,
    knowledge: Knowledge,
) -> Iterator[Interaction]:
    """Rows of pairs that matter, and one more for a victim of several perpetrators."""
    prepared = _Prepared(
        effects={item.id: effects(item.medicine, _use(item), knowledge) for item in items},
        clearances={
            item.id: clearance(item.medicine, knowledge, oral=item.oral, metabolism=metabolism)
            for item in items
        },
        metabolism=metabolism,
        knowledge=knowledge,
    )
    for victim in items:
        rows: list[tuple[Item, Interaction]] = []
        for perpetrator in items:
            if perpetrator.id != victim.id:
                row = _pair_row(perpetrator, victim, prepared)
                if row is not None:
                    rows.append((perpetrator, row))
        yield from (row for _, row in rows)
        if len(rows) >= _SEVERAL:
            combined = _combined_row(victim, rows, kratom, prepared)
            if combined is not None:
                yield combined


def _use(item: Item) -> Use:
    """The dose counts only where it exceeds every studied one, so that it never hides an effect."""
    studied = [e.dose_mg or 0.0 for e in item.medicine.perpetrator.exposures]
    large = item.dose_mg is not None and item.dose_mg > max(studied, default=0.0)
    return Use(dose_mg=item.dose_mg if large else None, oral=item.oral)


# ------------------------------------------------------------------ one pair


def _pair_row(perpetrator: Item, victim: Item, prepared: _Prepared) -> Interaction | None:
    knowledge = prepared.knowledge
    observed = _observed(perpetrator, victim, prepared)
    modelled = _model(perpetrator, victim, prepared)
    shown = observed.auc_ratio if observed else modelled.ratio.median if modelled else None
    weakens = _weakens(perpetrator, victim, prepared)
    low = modelled.ratio.low if modelled else shown
    high = modelled.ratio.high if modelled else shown
    counts = (
        shown is not None
        and low is not None
        and high is not None
        and matters(shown, shown if observed else low, shown if observed else high, knowledge)
    )
    if not counts and not weakens:
        return None
    wording = knowledge.ddi.pk_wording
    severity = Severity.MINOR
    sentences, mechanism, facts = [], [], []
    if counts and shown is not None:
        severity = worst([severity, severity_of(shown, knowledge)])
        sentences.append(_ratio_sentence(victim, shown, observed, modelled))
        mechanism += _mechanism(observed, modelled, knowledge)
        facts += [*(modelled.facts if modelled else ()), *([observed.fact_id] if observed else [])]
    if weakens:
        activation = wording.activation[victim.id]
        severity = worst([severity, activation.severity])
        sentences.append(f"{activation.note}.")
        mechanism.append(f"{activation.enzyme} forms the active metabolite and is inhibited.")
        named = label(perpetrator.medicine, activation.enzyme)
        facts += [f"ddi/activation/{victim.id}", *([named.fact_id] if named else [])]
    rises = shown is None or shown >= 1.0
    if reason := narrow_reason(victim.id, knowledge, rises=rises):
        severity = raised(severity)
        sentences.append(f"Small changes matter: {reason}.")
        facts.append(f"ddi/narrow_index/{victim.id}")
    if victim.id in wording.active_moiety:
        mechanism.append(f"{victim.medicine.name}: {wording.active_moiety[victim.id]}.")
        facts.append(f"ddi/active_moiety/{victim.id}")
    if perpetrator.faded or victim.faded:
        severity = Severity.INFO
    text = wording.text
    remark = faded_remark(perpetrator, victim)
    return Interaction(
        id=f"interaction.pk.{perpetrator.id}.{victim.id}",
        members=(perpetrator.id, victim.id),
        victim=victim.id,
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACOKINETIC,
        severity=severity,
        certainty=_certainty(observed, modelled),
        sentence=f"{capital(perpetrator.label)} with {victim.label}: {' '.join(sentences)}{remark}",
        mechanism=" ".join(mechanism),
        auc_ratio=_estimate(observed, modelled) if counts else None,
        shares=dict(modelled.ratio.shares) if counts and modelled else {},
        ask=text["ask_pair"],
        watch=text["watch_up" if rises and not weakens else "watch_down"].format(
            victim=victim.medicine.name
        ),
        consider=text["consider_pair"],
        facts=tuple(dict.fromkeys(facts)),
    )


def _observed(perpetrator: Item, victim: Item, prepared: _Prepared) -> Pair | None:
    """The studied pair, unless it ran through an enzyme that the person lacks anyway."""
    pair = prepared.knowledge.ddi.pair(victim.id, perpetrator.id)
    if pair is None or any(prepared.metabolism.lacks(enzyme) for enzyme in pair.enzymes):
        return None
    return pair


def _model(perpetrator: Item, victim: Item, prepared: _Prepared) -> _Modelled | None:
    cleared = prepared.clearances[victim.id]
    found = prepared.effects[perpetrator.id]
    if cleared is None:
        return None
    touched = tuple(enzyme for enzyme in found if enzyme in cleared.fm)
    if not touched:
        return None
    facts = [fact for enzyme in touched for fact in found[enzyme].facts]
    facts += clearance_facts(victim.medicine, frozenset(touched))
    ratio = auc_ratio(cleared, [activity(found)], model_error(prepared.knowledge))
    regimens = [regimen for enzyme in touched for regimen in found[enzyme].regimens]
    return _Modelled(
        ratio=ratio,
        enzymes=touched,
        by_class=_by_class(ratio, {enzyme: found[enzyme] for enzyme in touched}),
        regimens=tuple(dict.fromkeys(regimens)),
        facts=(*facts, f"ddi/{MODEL_ERROR}"),
    )


def _by_class(ratio: AucRatio, found: Mapping[str, EnzymeEffect]) -> bool:
    """Whether strength classes carry most of the ratio."""
    classes = [enzyme for enzyme, effect in found.items() if effect.ground is Ground.CLASS]
    if not ratio.shares:
        return bool(classes)
    return sum(ratio.shares.get(f"liver {enzyme}", 0.0) for enzyme in classes) >= _MOST


def _weakens(perpetrator: Item, victim: Item, prepared: _Prepared) -> bool:
    """Whether the activation of the victim is inhibited at least moderately."""
    activation = prepared.knowledge.ddi.pk_wording.activation.get(victim.id)
    if activation is None or prepared.metabolism.lacks(activation.enzyme):
        return False
    named = label(perpetrator.medicine, activation.enzyme)
    return (
        named is not None and named.effect == "inhibitor" and named.value in ("moderate", "strong")
    )


def _ratio_sentence(
    victim: Item,
    shown: float,
    observed: Pair | None,
    modelled: _Modelled | None,
) -> str:
    word = "rise" if shown >= 1.0 else "fall"
    start = f"exposure to {victim.medicine.name} can {word}"
    if observed is not None:
        count = len(observed.studies)
        studies = f"{count} studies" if count > 1 else "one study"
        return f"{start}; in {studies} in people the ratio was {number(shown)}."
    if modelled is None:
        return f"{start}."
    low, high = number(modelled.ratio.low), number(modelled.ratio.high)
    return f"{start}, ratio {number(shown)} ({low} to {high}) by a model."


def _mechanism(
    observed: Pair | None, modelled: _Modelled | None, knowledge: Knowledge
) -> list[str]:
    text = knowledge.ddi.pk_wording.text
    parts = []
    if observed is not None:
        regimens = sorted(
            {s.perpetrator_regimen for s in observed.studies if s.perpetrator_regimen}
        )
        how = f"perpetrator {' / '.join(regimens)}" if regimens else "regimen not given"
        parts.append(text["observed_pair"].format(observed=how))
        if observed.mechanism:
            enzymes = ", ".join(observed.enzymes)
            parts.append(f"{observed.mechanism.replace('_', ' ').capitalize()} of {enzymes}.")
    if modelled is not None:
        key = "between_class" if modelled.by_class else "between_modelled"
        ratio = modelled.ratio
        regimen = f" Perpetrator {' / '.join(modelled.regimens)}." if modelled.regimens else ""
        parts.append(
            f"{text[key]}{regimen} Enzymes: {', '.join(modelled.enzymes)}; model ratio "
            f"{number(ratio.median)} ({number(ratio.low)} to {number(ratio.high)})."
        )
        if observed is not None and _disagree(observed.auc_ratio, ratio.median):
            parts.append("Model and observation differ more than two-fold; the observation counts.")
    return parts


def _disagree(one: float, other: float) -> bool:
    return max(one / other, other / one) > _DISAGREE_FOLD


def _estimate(observed: Pair | None, modelled: _Modelled | None) -> Estimate | None:
    if observed is not None:
        return _observed_estimate(observed)
    if modelled is None:
        return None
    ratio = modelled.ratio
    return Estimate(
        value=ratio.median,
        unit="ratio",
        low=ratio.low,
        high=ratio.high,
        interval="90 % interval of the static model",
        facts=modelled.facts,
    )


def _observed_estimate(observed: Pair) -> Estimate:
    """The pooled ratio with the spread of its studies, or the interval of the only one."""
    studies = observed.studies
    low, high, interval = studies[0].low, studies[0].high, studies[0].interval
    if len(studies) > 1:
        ratios = [study.auc_ratio for study in studies]
        low, high = min(ratios), max(ratios)
        interval = f"lowest to highest of {len(studies)} studies"
    return Estimate(
        value=observed.auc_ratio,
        unit="ratio",
        low=low,
        high=high,
        interval=interval,
        no_interval_because="" if interval else "the source gives none",
        facts=(observed.fact_id,),
    )


def _certainty(observed: Pair | None, modelled: _Modelled | None) -> Certainty:
    if observed is not None:
        return Certainty.HIGH if len(observed.studies) > 1 else Certainty.MODERATE
    return Certainty.LOW if modelled is not None and not modelled.by_class else Certainty.VERY_LOW


# ------------------------------------------------------------------ several at once


def _combined_row(
    victim: Item,
    rows: Sequence[tuple[Item, Interaction]],
    kratom: KratomContext,
    prepared: _Prepared,
) -> Interaction | None:
    """One victim with all its perpetrators together; never milder than one of its rows."""
    cleared = prepared.clearances[victim.id]
    if cleared is None:
        return None
    knowledge = prepared.knowledge
    perpetrators = [item for item, _ in rows if not item.faded]
    activities = [activity(prepared.effects[item.id]) for item in perpetrators]
    joined = kratom.present and kratom.leaf
    if joined:
        activities.append(kratom_effect.studied_gut(knowledge))
    ratio = auc_ratio(cleared, activities, model_error(knowledge))
    severity = worst([severity_of(ratio.median, knowledge), *(row.severity for _, row in rows)])
    if victim.faded:
        severity = Severity.INFO
    names = ", ".join(item.label for item in perpetrators) or "the stopped medicines"
    kratom_words = " and kratom (its calibrated gut effect)" if joined else ""
    text = knowledge.ddi.pk_wording.text
    single = [row.auc_ratio.value for _, row in rows if row.auc_ratio and row.auc_ratio.value]
    hidden = bool(single) and min(single) < 1.0 < max(single)
    opposite = f" {text['opposite']}" if hidden else ""
    low, middle, high = (number(x) for x in (ratio.low, ratio.median, ratio.high))
    facts = [fact for _, row in rows for fact in row.facts]
    facts += list(kratom_effect.GUT_FACTS) if joined else []
    return Interaction(
        id=f"interaction.pk.all.{victim.id}",
        members=(*(item.id for item, _ in rows), victim.id, *(("kratom",) if joined else ())),
        victim=victim.id,
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACOKINETIC,
        severity=severity,
        certainty=Certainty.VERY_LOW,
        sentence=f"Exposure to {victim.label} with {names}{kratom_words} together: ratio {middle} "
        f"({low} to {high}) by a model.{opposite}",
        mechanism="Mechanistic static model of the whole list; effects on one enzyme multiply.",
        auc_ratio=Estimate(
            value=ratio.median,
            unit="ratio",
            low=ratio.low,
            high=ratio.high,
            interval="90 % interval of the static model",
            facts=tuple(dict.fromkeys(facts)),
        ),
        shares=dict(ratio.shares),
        ask=text["ask_pair"],
        watch=text["watch_up" if ratio.median >= 1.0 else "watch_down"].format(
            victim=victim.medicine.name
        ),
        consider=text["consider_pair"],
        facts=tuple(dict.fromkeys(facts)),
    )
