"""Pharmacodynamic hazards that items of the list share, kratom among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Severity
from speciosa.pharmacology.interactions.hazards.circumstances import NOTHING_KNOWN, Circumstances
from speciosa.pharmacology.interactions.hazards.pairs import (
    HazardPair,
    Key,
    Participant,
    hazard_pairs,
)
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind, MemberPair
from speciosa.pharmacology.interactions.rows import KRATOM, capital, faded_remark, worst
from speciosa.pharmacology.wording import listed

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.hazards import SharedRule
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item

_TWO = 2


def shared_hazards(
    items: Sequence[Item],
    kratom: KratomContext,
    knowledge: Knowledge,
    known: Circumstances = NOTHING_KNOWN,
) -> Iterator[Interaction]:
    """Rows of hazards that two or more items share; kratom joins where it shares them too."""
    of_list = [Participant.of(item, knowledge) for item in items]
    everyone = of_list
    if kratom.present:
        everyone = [*of_list, Participant(KRATOM, kratom.name, kratom.hazards)]
    rules = {rule.id: rule for rule in knowledge.ddi.wording.shared}
    alone: dict[str, Mapping[Key, HazardPair]] = {}

    def covering(rule_id: str) -> Mapping[Key, HazardPair]:
        if rule_id not in alone:
            alone[rule_id] = hazard_pairs(everyone, rules[rule_id], known.ids, two_alone=True)
        return alone[rule_id]

    for rule in rules.values():
        covers = [covering(rule_id) for rule_id in rule.covered_by]
        pairs = [
            pair
            for key, pair in hazard_pairs(everyone, rule, known.ids).items()
            if not any(
                key in cover and cover[key].severity.rank <= pair.severity.rank for cover in covers
            )
        ]
        # Kratom joins what two others share; with each of them it has a row of its own.
        between = [pair for pair in pairs if KRATOM not in (pair.one.id, pair.other.id)]
        if all(pair.faded for pair in between):
            pairs = between
        if between:
            yield _row(rule, pairs, items, known, knowledge)


def _row(
    rule: SharedRule,
    pairs: Sequence[HazardPair],
    items: Sequence[Item],
    known: Circumstances,
    knowledge: Knowledge,
) -> Interaction:
    members = {p.id: p for pair in pairs for p in (pair.one, pair.other)}
    joins = members.pop(KRATOM, None)
    remark = ""
    if all(pair.faded for pair in pairs):
        remark = faded_remark(*(p.item for _, p in sorted(members.items()) if p.item is not None))
    points, point_facts = _points(rule, items, knowledge)
    lifted = {}
    for pair in pairs:
        severity = pair.severity
        if not pair.faded:
            severity = known.lift(rule.id, severity)
            if points and rule.burden is not None:
                severity = worst([severity, rule.burden.lifts.get(severity, severity)])
        lifted[pair.one.id, pair.other.id] = severity
    severity = worst(tuple(lifted.values()))
    names = _names(rule, pairs, lifted, severity, knowledge)
    of_kratom = _certainty_of_kratom(rule, joins, knowledge)
    sure = {key: of_kratom if KRATOM in key else None for key in lifted}
    # Where the worst is so by kratom alone, the whole is no surer than what is known of kratom.
    by_kratom = all(sure[key] for key, one in lifted.items() if one is severity)
    clause = known.clause(rule.id) if severity is not Severity.INFO else ""
    return Interaction(
        id=f"interaction.pd.shared.{rule.id}",
        members=(*sorted(members), *((KRATOM,) if joins else ())),
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACODYNAMIC,
        hazard=rule.id,
        severity=severity,
        certainty=(by_kratom and of_kratom) or rule.certainty,
        sentence=f"{names}{points}{clause}{remark}",
        mechanism=rule.mechanism,
        ask=rule.ask,
        watch=rule.watch,
        consider=rule.consider,
        facts=(
            rule.fact_id,
            *sorted({fact for pair in pairs for fact in pair.facts}),
            *point_facts,
            *known.facts(rule.id),
        ),
        pairs=tuple(
            MemberPair(members=(min(key), max(key)), severity=of_pair, certainty=sure[key])
            for key, of_pair in sorted(lifted.items(), key=lambda one: sorted(one[0]))
        ),
    )


def _certainty_of_kratom(
    rule: SharedRule, kratom: Participant | None, knowledge: Knowledge
) -> Certainty | None:
    """The least sure of what is said of kratom with the classes of a rule; ``None`` without it."""
    if kratom is None:
        return None
    says = knowledge.ddi.wording.kratom
    sides = [side for level in rule.levels for side in (level.one, level.other)]
    classes = {klass for side in sides for klass in side if klass in kratom.hazards}
    told = [says[klass].certainty for klass in classes if klass in says]
    return max([rule.certainty, *told], key=list(Certainty).index)


def _names(
    rule: SharedRule,
    pairs: Sequence[HazardPair],
    lifted: Mapping[tuple[str, str], Severity],
    severity: Severity,
    knowledge: Knowledge,
) -> str:
    """Who shares the hazard, those of the worst pairs first, and what it is.

    What is past its effect is named only where nothing else is.
    """
    told = [pair for pair in pairs if not pair.faded] or list(pairs)
    by_label = sorted(
        {p.id: p for pair in told for p in (pair.one, pair.other)}.values(),
        key=lambda p: (p.id == KRATOM, p.label.casefold()),
    )
    main = {
        p.id
        for pair in told
        if lifted[pair.one.id, pair.other.id] is severity
        for p in (pair.one, pair.other)
    }
    first = [p.label for p in by_label if p.id in main]
    rest = [p.label for p in by_label if p.id not in main and p.id != KRATOM]
    also = f" To a lesser degree also: {', '.join(rest)}." if rest else ""
    joins = [p for p in by_label if p.id == KRATOM and KRATOM not in main]
    says = knowledge.ddi.wording.kratom_joins
    joined = "".join(f" {says.format(kratom=capital(p.label))}" for p in joins)
    if KRATOM in main and len(main) > _TWO:
        joined = f" {knowledge.ddi.wording.kratom_less_sure}"
    return f"{capital(listed(first))} together: {rule.effect}{also}{joined}"


def _points(
    rule: SharedRule, items: Sequence[Item], knowledge: Knowledge
) -> tuple[str, tuple[str, ...]]:
    """The count of points over the whole list, where the rule has one and it is reached."""
    if rule.burden is None:
        return "", ()
    table = knowledge.ddi.anticholinergic_points
    scored = [(item, table[item.id]) for item in items if item.id in table and not item.faded]
    total = sum(fact.number for _, fact in scored)
    if total < rule.burden.from_points:
        return "", ()
    told = ", ".join(f"{item.medicine.name} {fact.number:g}" for item, fact in scored)
    text = rule.burden.text.format(listed=told, total=f"{total:g}")
    return f" {text}", tuple(fact.id for _, fact in scored)
