"""Concentration changes of kratom's alkaloids by medicines: modelled only, direction uncertain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import matters, number
from speciosa.pharmacology.interactions.hazards.words import KRATOM, faded_remark
from speciosa.pharmacology.interactions.kinetics.perpetrator import GUT_FRACTION, label
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    AucRatio,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A
from speciosa.pharmacology.interactions.kratom import effect
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item


def on_kratom(
    items: Sequence[Item],
    kratom: KratomContext,
    metabolism: Metabolism,
    knowledge: Knowledge,
) -> Iterator[Interaction]:
    """Rows of medicines that may change the exposure to mitragynine and 7-hydroxymitragynine."""
    if not kratom.counts:
        return
    victim = effect.mitragynine_clearance(knowledge, metabolism)
    for item in items:
        found = effect.class_effect_on_kratom(item.medicine, knowledge)
        if found is None:
            continue
        activity, facts = found
        ratio = auc_ratio(victim, [activity], model_error(knowledge))
        if matters(ratio.median, ratio.low, ratio.high, knowledge):
            yield _row(item, ratio, facts, kratom, knowledge)


def _row(
    item: Item,
    ratio: AucRatio,
    facts: tuple[str, ...],
    kratom: KratomContext,
    knowledge: Knowledge,
) -> Interaction:
    text = knowledge.ddi.pk_wording.text
    named = label(item.medicine, CYP3A)
    severity = Severity.MINOR
    if named is not None:
        by_effect = knowledge.ddi.pk_wording.severity_on_kratom.get(named.effect, {})
        severity = by_effect.get(named.value, severity)
    rises = ratio.median >= 1.0
    gut_only = any(p.parameter == GUT_FRACTION for p in item.medicine.perpetrator.parameters)
    word = "rise" if rises else "fall"
    low, high = number(ratio.low), number(ratio.high)
    if not kratom.leaf or gut_only:
        sentence = f"exposure to its alkaloids may {word}; by how much is not known."
        estimate = Estimate(value=None, unit="ratio", no_interval_because=_why_none(gut_only))
    else:
        sentence = f"exposure to mitragynine may {word}; a ratio of {low} to {high} is possible."
        estimate = Estimate(
            value=ratio.median,
            unit="ratio",
            low=ratio.low,
            high=ratio.high,
            interval="90 % interval of a model without any study in people",
            facts=facts,
        )
    mechanism = [text["on_kratom"], text["on_kratom_both_ways"]]
    if gut_only:
        mechanism.append(text["grapefruit_on_kratom"])
    if not rises:
        mechanism.append(text["inducer_on_kratom"])
    return Interaction(
        id=f"interaction.pk.{item.id}.kratom",
        members=(item.id, KRATOM),
        victim=KRATOM,
        direction=Direction.MEDICINE_ON_KRATOM,
        kind=Kind.PHARMACOKINETIC,
        severity=Severity.INFO if item.faded else severity,
        certainty=Certainty.VERY_LOW,
        sentence=f"{kratom.with_(item.label)}: {sentence} The direction of the opioid effect "
        f"cannot be predicted.{faded_remark(item)}",
        mechanism=" ".join(mechanism),
        auc_ratio=estimate,
        shares=dict(ratio.shares) if estimate.value is not None else {},
        ask=text["ask_kratom"],
        watch=text["watch_kratom_up" if rises else "watch_kratom_down"],
        consider=text["consider_on_kratom"],
        facts=(
            *facts,
            f"ddi/{MODEL_ERROR}",
            "ddi/kratom/victim/note",
            "ddi/kratom/victim/animal/1",
            "ddi/kratom/victim/animal/2",
        ),
    )


def _why_none(gut_only: bool) -> str:
    if gut_only:
        return "how much of mitragynine the gut wall clears in people is not known"
    return "no interaction study of 7-OH products exists in people"
