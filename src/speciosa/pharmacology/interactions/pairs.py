"""Every pair of the list once: what was found, what was not, and what could not be judged."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Severity
from speciosa.pharmacology.interactions.naming import in_words
from speciosa.pharmacology.interactions.result import Interaction, Kind, PairStatus, PairSummary
from speciosa.pharmacology.interactions.rows import KRATOM, capital, worst

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.medicines.record import Medicine
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item

_SEVEN_OH = "7-hydroxymitragynine"
_STATUS_ORDER = (PairStatus.FOUND, PairStatus.NOT_JUDGED, PairStatus.NOTHING_FOUND)
_TWO = 2

Key = frozenset[str]


@dataclasses.dataclass(frozen=True)
class _Found:
    """One row as far as it concerns one pair; ``place`` is that of the row among all rows."""

    row: Interaction
    severity: Severity
    certainty: Certainty
    place: int
    in_group: bool


def gather(
    rows: Sequence[Interaction],
    items: Sequence[Item],
    kratom: KratomContext,
    knowledge: Knowledge,
) -> tuple[PairSummary, ...]:
    """Every unordered pair of the list, and kratom with each item where it counts, worst first.

    ``rows`` stand in the room's order. A pair inside a row of several names that row; its severity
    there is that of the two alone.
    """
    found = _found(rows)
    made = [
        _summary(pair, found.get(frozenset(pair), ()), items, kratom, knowledge)
        for pair in _pairs(items, kratom)
    ]
    return tuple(summary for _, summary in sorted(made, key=lambda one: one[0]))


def change_can_be_judged(medicine: Medicine, knowledge: Knowledge) -> bool:
    """Whether the base says how a medicine leaves the body, or its own level is nobody's question.

    The latter are foods and smoke, which change others.
    """
    victim = medicine.victim
    renal = victim.fe_renal.value if victim.fe_renal is not None else 0.0
    return (
        bool(victim.fm)
        or renal >= knowledge.ddi.pk_wording.renal_fraction
        or medicine.id in knowledge.ddi.pairs_wording.never_changed
    )


def _pairs(items: Sequence[Item], kratom: KratomContext) -> Iterator[tuple[str, str]]:
    ids = sorted(item.id for item in items)
    if kratom.counts:
        # Without leaf, kratom is the 7-OH product itself: named twice, it is no pair.
        yield from ((KRATOM, one) for one in ids if kratom.leaf or one != _SEVEN_OH)
    yield from combinations(ids, _TWO)


# ------------------------------------------------------------------ what was found


def _found(rows: Sequence[Interaction]) -> Mapping[Key, Sequence[_Found]]:
    """What concerns each pair, worst first; its own rows before groups that are as severe."""
    own: dict[Key, list[_Found]] = defaultdict(list)
    groups: dict[Key, list[_Found]] = defaultdict(list)
    for place, row in enumerate(rows):
        listed = groups if len(set(row.members)) > _TWO else own
        for key, severity, certainty in _concerned(row):
            listed[key].append(_Found(row, severity, certainty, place, listed is groups))
    found = {key: own[key] + _tempered(groups[key], own[key]) for key in {*own, *groups}}
    for listed_of_pair in found.values():
        listed_of_pair.sort(key=lambda one: (one.severity.rank, one.in_group, one.place))
    return found


def _concerned(row: Interaction) -> Iterator[tuple[Key, Severity, Certainty]]:
    """The pairs that a row is about, how severe it is for each, and how sure."""
    if row.pairs:
        for pair in row.pairs:
            yield frozenset(pair.members), pair.severity, pair.certainty or row.certainty
        return
    for two in combinations(dict.fromkeys(row.members), _TWO):
        # Where several change one, two that change it are no pair for that.
        if not row.victim or row.victim in two:
            yield frozenset(two), row.severity, row.certainty


def _tempered(groups: Sequence[_Found], own: Sequence[_Found]) -> list[_Found]:
    """What others add to a change of concentration makes no change by one of them worse."""
    alone = [one.severity for one in own if one.row.kind is Kind.PHARMACOKINETIC]
    return [
        dataclasses.replace(group, severity=worst(alone))
        if alone and group.row.kind is Kind.PHARMACOKINETIC
        else group
        for group in groups
    ]


# ------------------------------------------------------------------ what is said of a pair


def _summary(
    pair: tuple[str, str],
    found: Sequence[_Found],
    items: Sequence[Item],
    kratom: KratomContext,
    knowledge: Knowledge,
) -> tuple[tuple[int, int, int, tuple[str, str]], PairSummary]:
    """A pair's summary, and what sorts it."""
    one, other = (in_words(member, knowledge, kratom.name) for member in pair)
    names = (one, other)
    status, severity, certainty, place = PairStatus.FOUND, Severity.INFO, Certainty.UNKNOWN, 0
    if found:
        first = found[0]
        severity, certainty, place = first.severity, first.certainty, first.place
        sentence = _group_sentence(names, first.row, knowledge) if first.in_group else ""
        sentence = sentence or first.row.sentence
    elif unjudged := _not_judged(pair, names, items, kratom, knowledge):
        status, sentence = PairStatus.NOT_JUDGED, unjudged
    else:
        status, certainty = PairStatus.NOTHING_FOUND, Certainty.VERY_LOW
        sentence = _fill(knowledge.ddi.pairs_wording.nothing_found, names)
    summary = PairSummary(
        members=pair,
        names=names,
        status=status,
        severity=severity,
        certainty=certainty,
        sentence=sentence,
        rows=tuple(one.row.id for one in found),
    )
    return (severity.rank, _STATUS_ORDER.index(status), place, pair), summary


def _group_sentence(names: tuple[str, str], row: Interaction, knowledge: Knowledge) -> str:
    """That a pair is part of a row of several, which is named and not repeated."""
    wording = knowledge.ddi.pairs_wording
    text = wording.in_kinetics if row.kind is Kind.PHARMACOKINETIC else wording.in_hazard
    return _fill(text, names, group=row.title)


def _not_judged(
    pair: tuple[str, str],
    names: tuple[str, str],
    items: Sequence[Item],
    kratom: KratomContext,
    knowledge: Knowledge,
) -> str:
    """Why a pair without a row could not be judged; empty where both directions could be."""
    wording = knowledge.ddi.pairs_wording
    if KRATOM in pair and kratom.seven_oh:
        return _fill(wording.not_judged_seven_oh, names)
    medicines = {item.id: item.medicine for item in items}
    open_ = [
        (name, medicines[victim])
        for victim, cause, name in ((*pair, names[0]), (*pair[::-1], names[1]))
        if victim != KRATOM and knowledge.ddi.pair(victim, cause) is None
    ]
    unknown = [name for name, one in open_ if not change_can_be_judged(one, knowledge)]
    if unknown:
        return _fill(wording.not_judged, names, unknown=" and ".join(unknown))
    carried = [name for name, one in open_ if _carried(one, knowledge)]
    return (
        _fill(wording.not_judged_carried, names, unknown=" and ".join(carried)) if carried else ""
    )


def _carried(medicine: Medicine, knowledge: Knowledge) -> bool:
    """Whether transporters, which nothing here follows, matter to how a medicine is removed."""
    ddi = knowledge.ddi
    return medicine.id in (*ddi.pk_wording.p_gp_victims, *ddi.pairs_wording.carried)


def _fill(text: str, names: tuple[str, str], **more: str) -> str:
    return capital(text.format(one=names[0], other=names[1], **more))
