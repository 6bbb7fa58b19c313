"""Hazards that hold whichever medicine an unclear name means ("benzos", an ambiguous brand)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Finding, Tone
from speciosa.knowledge.medicines.names import normalise
from speciosa.pharmacology.interactions.hazards.pairs import (
    HazardPair,
    Key,
    Participant,
    hazard_pairs,
)
from speciosa.pharmacology.interactions.rows import KRATOM, worst

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.hazards import SharedRule
    from speciosa.knowledge.medicines.record import Hazard, HazardClass, Medicine
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Recognition


def unclear_hazards(
    found: Recognition, kratom: KratomContext, knowledge: Knowledge
) -> Iterator[Finding]:
    """One finding for each unclear name: what all that it can mean share with the list."""
    others = [Participant.of(item, knowledge) for item in found.items if not item.faded]
    if kratom.counts:
        others.append(Participant(KRATOM, kratom.name, kratom.hazards))
    unclear = [
        Participant(f"unclear.{_slug(name)}", f'"{name}"', _in_common(candidates))
        for name, candidates in found.unclear
    ]
    for meant in unclear:
        pairs = _pairs_of(
            meant, [*others, *(one for one in unclear if one is not meant)], knowledge
        )
        if pairs:
            told = [f"{rule.title} with {_partners(meant, mine)}" for rule, mine in pairs]
            every = [pair for _, mine in pairs for pair in mine]
            facts = [rule.fact_id for rule, _ in pairs] + [f for pair in every for f in pair.facts]
            yield Finding(
                id=f"interaction.{meant.id}",
                severity=worst([pair.severity for pair in every]),
                certainty=Certainty.LOW,
                tone=Tone.WARNING,
                text=f"{meant.label}, whichever medicine is meant: {'; '.join(told)}.",
                action="Ask which medicine it is; only then can everything else be checked.",
                facts=tuple(dict.fromkeys(facts)),
            )


def _pairs_of(
    meant: Participant, others: Sequence[Participant], knowledge: Knowledge
) -> list[tuple[SharedRule, list[HazardPair]]]:
    """The rules that an unclear name meets, without pairs that a covering rule names already."""
    found: dict[str, dict[Key, HazardPair]] = {}
    for rule in knowledge.ddi.wording.shared:
        covered = [found[rule_id] for rule_id in rule.covered_by]
        found[rule.id] = {
            key: pair
            for key, pair in hazard_pairs([*others, meant], rule, frozenset()).items()
            if meant.id in key and not any(key in one for one in covered)
        }
    rules = knowledge.ddi.wording.shared
    return [(rule, list(found[rule.id].values())) for rule in rules if found[rule.id]]


def _slug(name: str) -> str:
    return "_".join(normalise(name).split())


def _partners(meant: Participant, pairs: Sequence[HazardPair]) -> str:
    labels = {(pair.other if pair.one is meant else pair.one).label for pair in pairs}
    return ", ".join(sorted(labels, key=str.casefold))


def _in_common(candidates: Sequence[Medicine]) -> dict[HazardClass, tuple[Hazard, ...]]:
    """Hazards that every candidate has, each as weak as in the one that has least of it."""
    common: dict[HazardClass, tuple[Hazard, ...]] = {}
    for hazard in candidates[0].hazards:
        same = [one.hazard(hazard.klass) for one in candidates]
        known = [one for one in same if one is not None]
        if len(known) == len(candidates):
            common[hazard.klass] = (min(known, key=lambda one: one.strength.rank),)
    return common
