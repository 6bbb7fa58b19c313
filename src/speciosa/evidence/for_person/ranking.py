"""Options in order for one person: certainty first, effect second; kratom's row apart from them.

Sizes are ordered only among like figures: the same kind of comparator and the same unit. What this
person must avoid stands last and is never hidden. A wish moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import msgspec

from speciosa.case.model import Case
from speciosa.evidence.for_person import person
from speciosa.evidence.for_person.comparison import benefit
from speciosa.evidence.for_person.options import Option, options
from speciosa.evidence.for_person.standing import Judged, standing, wish
from speciosa.evidence.result import (
    Against,
    Comparison,
    EvidenceResult,
    KratomRow,
    RankedOption,
    Side,
    Standing,
)
from speciosa.finding import Certainty
from speciosa.knowledge import Knowledge
from speciosa.knowledge.evidence import Group

_YOUNG = "under_18"
_CERTAINTY_ORDER = tuple(Certainty)
_AGAINST_ORDER = tuple(Against)
_DIRECTION_ORDER = tuple(Side)


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What of the person bears on the options."""

    case: Case
    held: frozenset[str]
    own: tuple[person.Own, ...]
    judged: Mapping[str, Judged]


def ranked(
    result: EvidenceResult, case: Case, knowledge: Knowledge, judged: Mapping[str, Judged]
) -> EvidenceResult:
    """The result with its options in order, as the plan judged them for this person."""
    held = person.flags(case, knowledge)
    found = options(knowledge, young=_YOUNG in held)
    about = _About(
        case=case,
        held=held,
        own=person.own_treatments(case, knowledge),
        judged=judged,
    )
    rows = [_ranked(option, about, knowledge) for option in found.options]
    return msgspec.structs.replace(
        result,
        ranked=in_order(rows, knowledge),
        how_ranked=knowledge.evidence.ranking.how_ranked,
        kratom_row=_kratom(knowledge),
        not_ranked=dict(found.not_ranked),
        pooled_besides=found.pooled_besides,
    )


def in_order(rows: list[RankedOption], knowledge: Knowledge) -> tuple[RankedOption, ...]:
    """Whatever the order in which they come: by certainty, comparator, side, like size."""
    return tuple(sorted(rows, key=lambda one: _key(one, knowledge)))


def certainties(case: Case, knowledge: Knowledge) -> dict[str, Certainty]:
    """How sure the evidence on each option is for this person, as the ranking has it."""
    held = person.flags(case, knowledge)
    found = options(knowledge, young=_YOUNG in held)
    return {o.id: for_this_person(o, held, knowledge)[0].certainty for o in found.options}


def for_this_person(option: Option, held: Set[str], knowledge: Knowledge) -> tuple[Comparison, ...]:
    """The comparisons of an option, one step less sure where people like this were not studied."""
    whys = [
        one.why
        for one in knowledge.evidence.ranking.indirect
        if one.when in held and (not one.groups or option.group in one.groups)
    ]
    if not whys:
        return option.comparisons
    return tuple(
        one if one.young and _YOUNG in held else _lowered(one, whys) for one in option.comparisons
    )


def _lowered(one: Comparison, whys: Sequence[str]) -> Comparison:
    if one.certainty is Certainty.UNKNOWN:
        return one
    lowest = _CERTAINTY_ORDER.index(Certainty.VERY_LOW)
    level = min(_CERTAINTY_ORDER.index(one.certainty) + 1, lowest)
    return msgspec.structs.replace(
        one,
        certainty=_CERTAINTY_ORDER[level],
        certainty_reason=" ".join((one.certainty_reason, *whys)).strip(),
    )


def _key(one: RankedOption, knowledge: Knowledge) -> tuple[object, ...]:
    lead = one.comparisons[0]
    units = knowledge.evidence.ranking.units
    unit = "ratio" if lead.ratio else lead.like
    size = benefit(lead)
    return (
        one.standing is Standing.AVOID,
        _CERTAINTY_ORDER.index(one.certainty),
        _AGAINST_ORDER.index(lead.against),
        not lead.young,  # leads for the young alone: what was studied in them goes first
        _DIRECTION_ORDER.index(lead.direction),
        units.index(unit) if unit in units else len(units),
        lead.like,
        -(size or 0.0),
        one.id,
    )


def _ranked(option: Option, about: _About, knowledge: Knowledge) -> RankedOption:
    level, why = standing(option, about.held, about.judged, knowledge)
    comparisons = for_this_person(option, about.held, knowledge)
    mark, wished = wish(option, about.case, knowledge)
    names = option.medicines | option.treatments | {option.id, option.name.casefold()}
    own = [one for one in about.own if one.names & names]
    history = [one.words for one in own]
    if any(one.taken for one in own) and level is not Standing.USABLE:
        words = knowledge.evidence.ranking
        history.append(words.taken if option.group == Group.MEDICINE else words.taken_other)
    return RankedOption(
        id=option.id,
        option=option.name,
        group=option.group,
        standing=level,
        why=why,
        history=tuple(dict.fromkeys((*history, *((wished,) if wished else ())))),
        wish=mark,
        certainty=comparisons[0].certainty,
        comparisons=comparisons,
    )


def _kratom(knowledge: Knowledge) -> KratomRow:
    words = knowledge.evidence.ranking.kratom
    return KratomRow(
        title=words.title,
        trials=words.trials,
        certainty=knowledge.evidence.kratom.judgement.certainty,
        harms=words.harms,
        seven_oh=words.seven_oh,
        facts=(*words.facts, *words.seven_oh_facts),
    )
