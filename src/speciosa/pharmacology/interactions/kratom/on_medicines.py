"""Concentration changes by kratom: one row for each medicine that kratom may change."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.grading import narrow_reason, number, raised
from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL
from speciosa.pharmacology.interactions.kinetics.route import route_flags
from speciosa.pharmacology.interactions.kinetics.static_model import auc_ratio
from speciosa.pharmacology.interactions.kinetics.victim import by_route, clearance
from speciosa.pharmacology.interactions.kratom import effect
from speciosa.pharmacology.interactions.kratom.by_cyp2d6 import by_cyp2d6
from speciosa.pharmacology.interactions.kratom.by_cyp3a import by_cyp3a
from speciosa.pharmacology.interactions.kratom.in_vitro import by_other_enzymes, by_p_gp
from speciosa.pharmacology.interactions.kratom.part import Context, FarEnd, Part, observed_ratio
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.interactions.rows import (
    KRATOM,
    case_reports,
    faded_remark,
    worst,
)

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item

_PROBE = "midazolam"
_PROBE_RATIO = f"kratom/observed/{_PROBE}/auc_ratio"


def by_kratom(
    items: Sequence[Item],
    kratom: KratomContext,
    metabolism: Metabolism,
    knowledge: Knowledge,
) -> Iterator[Interaction]:
    """Rows of kratom as perpetrator, worst mechanism first within each row."""
    if not kratom.counts:
        return
    context = Context(
        kratom=kratom,
        far_end=_far_end(kratom, knowledge),
        metabolism=metabolism,
        major=knowledge.ddi.constant("cut_off/major_pathway_fm").number,
        knowledge=knowledge,
    )
    usual = dataclasses.replace(context, metabolism=TYPICAL)
    for item in items:
        # A lacking enzyme or a diseased organ makes a ratio smaller and the exposure larger: it
        # softens nothing.
        usually = () if metabolism.typical else _parts(item, usual)
        parts = _parts(item, context) or usually
        if parts:
            yield _row(item, parts, worst([p.severity for p in (*parts, *usually)]), context)


def _parts(item: Item, context: Context) -> tuple[Part, ...]:
    """What each mechanism contributes, the best known first."""
    observed = observed_ratio(item, context.knowledge) is not None
    victim = by_route(
        item.medicine,
        context.knowledge,
        item.route,
        metabolism=context.metabolism,
        exact_f_gut=observed and not (context.kratom.own or context.kratom.known_part),
    )
    every = (
        by_cyp3a(item, victim, context),
        by_cyp2d6(item, victim, context),
        by_p_gp(item, context),
        by_other_enzymes(item, context),
    )
    return tuple(part for part in every if part is not None)


def _far_end(kratom: KratomContext, knowledge: Knowledge) -> FarEnd | None:
    """The textbook model, where nothing else bounds a use of unknown size."""
    probe = clearance(knowledge.medicines.get(_PROBE), knowledge, exact_f_gut=True)
    if not kratom.beyond_study or kratom.own is not None or probe is None:
        return None
    activity = effect.far_end(knowledge)
    seen = number(knowledge.ddi.constant(_PROBE_RATIO).number)
    return FarEnd(activity, auc_ratio(probe, [activity]).high, seen)


def _row(item: Item, parts: Sequence[Part], severity: Severity, context: Context) -> Interaction:
    kratom, knowledge = context.kratom, context.knowledge
    wording = knowledge.ddi.pk_wording
    facts = [fact for part in parts for fact in part.facts]
    reason = narrow_reason(item.id, knowledge, rises=True)
    if reason:
        severity = raised(severity)
        facts.append(f"ddi/narrow_index/{item.id}")
    mechanism = [part.mechanism for part in parts]
    if kratom.recovering:
        mechanism.append(wording.text["recovering"])
    moiety = wording.active_moiety.get(item.id)
    if moiety is not None:
        mechanism.append(f"{item.medicine.name}: {moiety}.")
        facts.append(f"ddi/active_moiety/{item.id}")
    first = parts[0]
    observed = observed_ratio(item, knowledge)
    if observed:
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
        mechanism=" ".join(dict.fromkeys(mechanism)),
        auc_ratio=first.estimate,
        seen_in_people=first.seen,
        ceiling=first.ceiling,
        flags=(*first.flags, *route_flags(item.route)),
        case_reports=case_reports(item) if observed else (),
        shares=first.shares,
        ask=text["ask_kratom"],
        watch=text["watch_up"].format(victim=item.medicine.name),
        consider=text["consider_kratom"].format(victim=item.medicine.name),
        facts=tuple(dict.fromkeys(facts)),
    )
