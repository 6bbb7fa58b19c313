"""Which words a figure has earned: "unlikely to matter" only when nothing is left open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.pharmacology.mechanism.occupancy import CARDIAC, SEVEN_OH
from speciosa.pharmacology.wording import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.finding import Estimate
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.kratom.ligands import SmallEffectRule
    from speciosa.knowledge.kratom.model import Affinity, Target
    from speciosa.pharmacology.exposure import ExposureSamples


def meaning(
    target: Target, peak: Estimate | None, samples: ExposureSamples | None, knowledge: Knowledge
) -> str:
    """The sentence about the figure of a target.

    That binding is unlikely to matter is said only when every condition of the rule in the
    knowledge base holds; otherwise that it is not known, and why.
    """
    rule = knowledge.kratom.mechanism_wording.small_effect
    reasons = tuple(_open(target, peak, samples, rule, knowledge))
    return rule.unknown.format(reasons="; ".join(reasons)) if reasons else rule.text


def _open(
    target: Target,
    peak: Estimate | None,
    samples: ExposureSamples | None,
    rule: SmallEffectRule,
    knowledge: Knowledge,
) -> Iterator[str]:
    """What is left open, in words; nothing when the sentence is earned."""
    if peak is None or peak.high is None or samples is None:
        incomplete = samples is not None and samples.incomplete
        yield rule.reasons["incomplete" if incomplete else "no_figure"]
        return
    measure = knowledge.kratom.mechanism_wording.measures[target.measure]
    if not peak.high < knowledge.fact(measure.small_below).number:
        yield rule.reasons["above"]
    needed = int(knowledge.fact(rule.laboratories).number)
    few = [a.ligand for a in target.affinities if _laboratories(a, knowledge) < needed]
    if few:
        yield rule.reasons["laboratories"].format(ligands=listed(few), count=needed)
    ligands = [affinity.ligand for affinity in target.affinities]
    if unread := _without(ligands, rule.free_fraction, knowledge):
        yield rule.reasons["free_fraction"].format(ligands=listed(unread))
    in_brain = target.system != CARDIAC
    if in_brain and (unread := _without(ligands, rule.brain_entry, knowledge)):
        yield rule.reasons["brain_entry"].format(ligands=listed(unread))
    if samples.incomplete:
        yield rule.reasons["incomplete"]
    if samples.swallowed_seven_oh and SEVEN_OH in ligands:
        yield rule.reasons["swallowed"]
    if target.left_out:
        yield rule.reasons["left_out"].format(ligands=listed(target.left_out))


def _laboratories(affinity: Affinity, knowledge: Knowledge) -> int:
    return sum(knowledge.fact(id_).verified for id_ in affinity.laboratories.values())


def _without(
    ligands: list[str], measured: Mapping[str, str], knowledge: Knowledge
) -> tuple[str, ...]:
    """Ligands without a verified value measured in people."""
    read = {ligand for ligand, id_ in measured.items() if knowledge.fact(id_).verified}
    return tuple(ligand for ligand in ligands if ligand not in read)
