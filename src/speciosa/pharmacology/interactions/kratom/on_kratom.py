"""Concentration changes of kratom's alkaloids by medicines: modelled only, 7-OH either way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import matters, severity_of
from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL
from speciosa.pharmacology.interactions.kinetics.perpetrator import (
    GUT_FRACTION,
    activity,
    effects,
    label,
)
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A
from speciosa.pharmacology.interactions.kratom import alkaloids
from speciosa.pharmacology.interactions.kratom.alkaloids import (
    MITRAGYNINE,
    SEVEN_OH,
    probability_of_rise,
)
from speciosa.pharmacology.interactions.kratom.part import telling_ceiling
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind, MemberPair
from speciosa.pharmacology.interactions.rows import KRATOM, faded_remark, worst
from speciosa.pharmacology.interactions.taken import use_of
from speciosa.pharmacology.wording import rough

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kinetics.static_model import Activity, AucRatio
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item

_SEVERAL = 2
_WHOLE = 100
_ANIMALS = ("ddi/kratom/victim/animal/1", "ddi/kratom/victim/animal/2")


@dataclasses.dataclass(frozen=True, eq=False)
class _Acting:
    """One medicine that leaves less or more of the enzymes of mitragynine."""

    item: Item
    activity: Activity
    facts: tuple[str, ...]
    flags: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class _Context:
    """What is the same for every row."""

    kratom: KratomContext
    metabolism: Metabolism
    knowledge: Knowledge


def on_kratom(
    items: Sequence[Item],
    kratom: KratomContext,
    metabolism: Metabolism,
    knowledge: Knowledge,
) -> Iterator[Interaction]:
    """Rows of medicines that may change mitragynine and 7-hydroxymitragynine, then all at once."""
    if not kratom.counts:
        return
    context = _Context(kratom, metabolism, knowledge)
    rows: list[tuple[_Acting, Interaction]] = []
    for item in items:
        acting = _acting(item, knowledge)
        if acting is None:
            continue
        found = alkaloids.ratios([acting.activity], knowledge, metabolism)
        spared = found
        if not metabolism.typical:  # less of an enzyme makes a ratio smaller and removes no row
            spared = alkaloids.ratios([acting.activity], knowledge, TYPICAL)
        either = (*found.values(), *spared.values())
        told = any(matters(r.median, r.low, r.high, knowledge) for r in either)
        # How much of mitragynine the gut wall takes is not known, so no size of it is too small.
        if told or _of_gut_wall(item):
            rows.append((acting, _row(acting, found, spared, context)))
    yield from (row for _, row in rows)
    present = [(acting, row) for acting, row in rows if not acting.item.faded]
    if len(present) >= _SEVERAL and kratom.leaf:
        yield _together(present, context)


def _acting(item: Item, knowledge: Knowledge) -> _Acting | None:
    every = effects(item.medicine, use_of(item), knowledge)
    found = {enzyme: effect for enzyme, effect in every.items() if enzyme in alkaloids.ENZYMES}
    if not found:
        return None
    return _Acting(
        item,
        activity(found),
        tuple(fact for effect in found.values() for fact in effect.facts),
        tuple(dict.fromkeys(flag for effect in found.values() for flag in effect.flags)),
    )


def _of_gut_wall(item: Item) -> bool:
    """Whether what it does is known by what it leaves of CYP3A in the gut wall."""
    return any(p.parameter == GUT_FRACTION for p in item.medicine.perpetrator.parameters)


# ------------------------------------------------------------------ one medicine


def _row(
    acting: _Acting,
    found: Mapping[str, AucRatio],
    spared: Mapping[str, AucRatio],
    context: _Context,
) -> Interaction:
    knowledge, kratom, item = context.knowledge, context.kratom, acting.item
    text = knowledge.ddi.pk_wording.text
    main = found[MITRAGYNINE]
    rises = main.median >= 1.0
    mechanism = [text["on_kratom"], text["on_kratom_both_ways"], *_of_person(context)]
    if _of_gut_wall(item):
        mechanism.append(text["grapefruit_on_kratom"])
    if not rises:
        mechanism.append(text["inducer_on_kratom"])
    sentence, estimate = _said(found, acting.facts, context)
    both = (main, spared[MITRAGYNINE])
    severity = worst([_severity(item, ratio, knowledge) for ratio in both])
    return Interaction(
        id=f"interaction.pk.{item.id}.kratom",
        members=(item.id, KRATOM),
        victim=KRATOM,
        direction=Direction.MEDICINE_ON_KRATOM,
        kind=Kind.PHARMACOKINETIC,
        severity=Severity.INFO if item.faded else severity,
        certainty=Certainty.VERY_LOW,
        sentence=f"{kratom.with_(item.label)}: {sentence}{faded_remark(item)}",
        mechanism=" ".join(mechanism),
        auc_ratio=estimate,
        ceiling=telling_ceiling(main) if estimate.value is not None else None,
        flags=acting.flags,
        shares=dict(main.shares) if estimate.value is not None else {},
        ask=text["ask_kratom"],
        watch=text["watch_kratom_up" if rises else "watch_kratom_down"],
        consider=text["consider_on_kratom"],
        facts=tuple(dict.fromkeys((*acting.facts, *alkaloids.FACTS, *_ANIMALS))),
    )


def _said(
    found: Mapping[str, AucRatio], facts: tuple[str, ...], context: _Context
) -> tuple[str, Estimate]:
    """The sentence and the ratio of mitragynine; no size for 7-OH products."""
    text = context.knowledge.ddi.pk_wording.text
    main, formed = found[MITRAGYNINE], found[SEVEN_OH]
    word = "rise" if main.median >= 1.0 else "fall"
    if not context.kratom.leaf:
        why = text["no_seven_oh_study"]
        said = text["on_seven_oh_product"].format(word=word)
        return said, Estimate(value=None, unit="ratio", no_interval_because=why)
    said = text["on_leaf"].format(
        word=word,
        ratio=_in_words(main),
        often=_out_of_hundred(main),
        formed=_in_words(formed),
        formed_often=_out_of_hundred(formed),
    )
    if context.kratom.seven_oh:
        said = f"{said} {text['on_leaf_only']}"
    return said, Estimate(
        value=main.median,
        unit="ratio",
        low=main.low,
        high=main.high,
        interval=text["interval_on_kratom"],
        facts=tuple(dict.fromkeys((*facts, *alkaloids.FACTS))),
    )


def _in_words(ratio: AucRatio) -> str:
    return f"{rough(ratio.median)} ({rough(ratio.low)} to {rough(ratio.high)})"


def _out_of_hundred(ratio: AucRatio) -> str:
    """How many of a hundred draws rise; never none or all, which no model can know."""
    count = round(_WHOLE * probability_of_rise(ratio))
    if count >= _WHOLE:
        return f"more than {_WHOLE - 1}"
    return str(count) if count else "fewer than 1"


def _severity(item: Item, main: AucRatio, knowledge: Knowledge) -> Severity:
    """By the class at CYP3A and by the ratio; what only falls is at most moderate."""
    named = label(item.medicine, CYP3A)
    by_class = Severity.MINOR
    if named is not None:
        of_effect = knowledge.ddi.pk_wording.severity_on_kratom.get(named.effect, {})
        by_class = of_effect.get(named.value, by_class)
    by_ratio = severity_of(main.median, knowledge)
    if main.median < 1.0 and by_ratio.rank < Severity.MODERATE.rank:
        by_ratio = Severity.MODERATE
    return worst([by_class, by_ratio])


def _of_person(context: _Context) -> Iterator[str]:
    """What this person's own metabolism makes of mitragynine without any medicine."""
    if context.metabolism.typical:
        return
    own = alkaloids.mitragynine(context.knowledge, context.metabolism).beside_typical
    low, middle, high = (rough(float(q)) for q in np.quantile(own, (0.05, 0.5, 0.95)))
    yield context.knowledge.ddi.pk_wording.text["on_kratom_person"].format(
        low=low, middle=middle, high=high
    )


# ------------------------------------------------------------------ all at once


def _together(rows: Sequence[tuple[_Acting, Interaction]], context: _Context) -> Interaction:
    """All medicines of the list that act on kratom; never milder than one of their rows."""
    knowledge, kratom = context.knowledge, context.kratom
    text = knowledge.ddi.pk_wording.text
    acting = sorted((a for a, _ in rows), key=lambda a: a.item.id)
    found = alkaloids.ratios([a.activity for a in acting], knowledge, context.metabolism)
    main = found[MITRAGYNINE]
    usual = alkaloids.ratios([a.activity for a in acting], knowledge, TYPICAL)[MITRAGYNINE]
    facts = tuple(dict.fromkeys(fact for a in acting for fact in a.facts))
    sentence, estimate = _said(found, facts, context)
    medians = [row.auc_ratio.value for _, row in rows if row.auc_ratio and row.auc_ratio.value]
    hidden = bool(medians) and min(medians) < 1.0 < max(medians)
    opposite = f" {text['opposite']}" if hidden else ""
    names = ", ".join(a.item.label for a in acting)
    return Interaction(
        id="interaction.pk.all.kratom",
        members=(*(a.item.id for a in acting), KRATOM),
        victim=KRATOM,
        direction=Direction.MEDICINE_ON_KRATOM,
        kind=Kind.PHARMACOKINETIC,
        severity=worst(
            [
                *(severity_of(ratio.median, knowledge) for ratio in (main, usual)),
                *(row.severity for _, row in rows),
            ]
        ),
        certainty=Certainty.VERY_LOW,
        sentence=f"{kratom.with_(names)} together: {sentence}{opposite}",
        mechanism=" ".join((text["on_kratom_all"], *_of_person(context))),
        auc_ratio=estimate,
        ceiling=telling_ceiling(main),
        shares=dict(main.shares),
        ask=text["ask_kratom"],
        watch=text["watch_kratom_up" if main.median >= 1.0 else "watch_kratom_down"],
        consider=text["consider_on_kratom"],
        facts=tuple(dict.fromkeys((*facts, *alkaloids.FACTS, *_ANIMALS))),
        pairs=tuple(
            MemberPair(
                members=(min(a.item.id, KRATOM), max(a.item.id, KRATOM)), severity=row.severity
            )
            for a, row in sorted(rows, key=lambda both: both[0].item.id)
        ),
    )
