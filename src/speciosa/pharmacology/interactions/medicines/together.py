"""The row of one victim with all its perpetrators at once; never milder than one of its pairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import number, severity_of
from speciosa.pharmacology.interactions.kinetics.change import Acting
from speciosa.pharmacology.interactions.kinetics.static_model import Activity
from speciosa.pharmacology.interactions.medicines.prepared import MODEL_INTERVAL
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.interactions.rows import KRATOM, worst

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.kinetics.change import Ratio
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.medicines.prepared import Prepared
    from speciosa.pharmacology.interactions.recognise import Item


def combined_row(
    victim: Item,
    rows: Sequence[tuple[Item, Interaction]],
    kratom: KratomContext,
    prepared: Prepared,
) -> Interaction | None:
    """One victim with all its perpetrators together."""
    knowledge = prepared.knowledge
    perpetrators = [item for item, _ in rows if not item.faded]
    if not perpetrators:
        return None  # all were stopped long enough ago that no effect is expected
    acting = [prepared.acting[item.id] for item in perpetrators]
    joined = kratom.present and kratom.leaf
    if joined:
        acting.append(_kratom(kratom, knowledge))
    here = prepared.modelled(victim, acting)
    found = here or prepared.typically(victim, prepared.at_usual(acting))
    if found is None:
        return None
    flags = found.flags
    if kratom.present and not joined:
        flags = (*flags, knowledge.ddi.pk_wording.text["flag_seven_oh_weighs"])
    if here is None:
        flags = (*flags, knowledge.ddi.pk_wording.text["flag_typical_adult"])
    severity = worst([row.severity for _, row in rows])
    for several in _weighing(acting, perpetrators, kratom, prepared):
        if severity.rank <= Severity.MAJOR.rank:
            break  # no ratio weighs more
        ratios = _graded(victim, several, prepared)
        severity = worst([severity, *(severity_of(r.median, knowledge) for r in ratios)])
    if victim.faded:
        severity = Severity.INFO
    text = knowledge.ddi.pk_wording.text
    names = _names(perpetrators, kratom, joined=joined)
    facts = [*found.facts, *(fact for _, row in rows for fact in row.facts)]
    members = (*(item.id for item, _ in rows), victim.id, *((KRATOM,) if joined else ()))
    return Interaction(
        id=f"interaction.pk.all.{victim.id}",
        members=members,
        victim=victim.id,
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACOKINETIC,
        severity=severity,
        certainty=Certainty.VERY_LOW,
        sentence=_sentence(victim, names, found, rows, knowledge),
        mechanism="Mechanistic static model of the whole list; effects on one enzyme multiply.",
        auc_ratio=Estimate(
            value=found.median,
            unit="ratio",
            low=found.low,
            high=found.high,
            interval=MODEL_INTERVAL,
            facts=tuple(dict.fromkeys(facts)),
        ),
        shares=dict(found.shares),
        ask=text["ask_pair"],
        watch=text["watch_up" if found.median >= 1.0 else "watch_down"].format(
            victim=victim.medicine.name
        ),
        consider=text["consider_pair"],
        facts=tuple(dict.fromkeys(facts)),
        ceiling=found.ceiling,
        flags=flags,
    )


def _kratom(kratom: KratomContext, knowledge: Knowledge) -> Acting:
    activity, facts = kratom.acting(knowledge)
    return Acting(KRATOM, KRATOM, {}, activity, facts, bounded=False)


def _names(perpetrators: Sequence[Item], kratom: KratomContext, *, joined: bool) -> str:
    names = ", ".join(item.label for item in perpetrators)
    if not joined:
        return names
    return f"{names} and kratom ({kratom.acting_as})"


def _sentence(
    victim: Item,
    names: str,
    found: Ratio,
    rows: Sequence[tuple[Item, Interaction]],
    knowledge: Knowledge,
) -> str:
    single = [row.auc_ratio.value for _, row in rows if row.auc_ratio and row.auc_ratio.value]
    hidden = bool(single) and min(single) < 1.0 < max(single)
    opposite = f" {knowledge.ddi.pk_wording.text['opposite']}" if hidden else ""
    low, middle, high = (number(x) for x in (found.low, found.median, found.high))
    return (
        f"Exposure to {victim.label} with {names} together: ratio {middle} ({low} to {high}) by a "
        f"model.{opposite}"
    )


def _weighing(
    acting: Sequence[Acting],
    perpetrators: Sequence[Item],
    kratom: KratomContext,
    prepared: Prepared,
) -> Iterator[Sequence[Acting]]:
    """What acts as it is shown, and with as much kratom as a use of unknown size weighs."""
    yield acting
    if kratom.present:
        for activity in kratom.weighing(prepared.knowledge):
            of_list = (prepared.acting[item.id] for item in perpetrators)
            yield [*of_list, Acting(KRATOM, KRATOM, {}, activity)]


def _graded(victim: Item, acting: Sequence[Acting], prepared: Prepared) -> Iterator[Ratio]:
    """The ratios that severity goes by: in this person, and in a typical adult where it differs.

    What inhibits and what induces count without one another too: neither hides the other for good.
    """
    for several in _each_way(acting):
        if (found := prepared.modelled(victim, several)) is not None:
            yield found
    if prepared.differs(victim, acting):
        for several in _each_way(prepared.at_usual(acting)):
            if (found := prepared.typically(victim, several)) is not None:
                yield found


def _each_way(acting: Sequence[Acting]) -> Iterator[Sequence[Acting]]:
    """All that act, and where some inhibit and some induce also the one way and the other."""
    yield acting
    left = [part for one in acting for part in one.activity.liver.values()]
    if any((part > 1.0).any() for part in left) and any((part < 1.0).any() for part in left):
        yield [_only(one, 0.0, 1.0) for one in acting]
        yield [_only(one, 1.0, np.inf) for one in acting]


def _only(one: Acting, least: float, most: float) -> Acting:
    """What a perpetrator does one way: the activity that it leaves, within these limits."""
    gut = one.activity.gut_cyp3a
    return dataclasses.replace(
        one,
        activity=Activity(
            {enzyme: np.clip(left, least, most) for enzyme, left in one.activity.liver.items()},
            None if gut is None else np.clip(gut, least, most),
        ),
    )
