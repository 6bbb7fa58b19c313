"""Every option once, with what it did against each kind of comparator. Nothing of a person here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from speciosa.evidence.for_person import comparison
from speciosa.evidence.result import Against, Comparison
from speciosa.finding import Certainty
from speciosa.knowledge import Knowledge
from speciosa.knowledge.evidence import Effect, EffectEstimate

_CERTAINTY_ORDER = tuple(Certainty)
_AGAINST_ORDER = tuple(Against)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that a person can take or do. ``comparisons`` has the deciding one first."""

    id: str
    name: str
    group: str
    treatments: frozenset[str]
    medicines: frozenset[str]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """An option's identity and one comparison on it."""

    id: str
    name: str
    group: str
    treatments: frozenset[str]
    medicines: frozenset[str]
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The options; the ids of published rows on none of them, with the reason; such pools."""

    options: tuple[Option, ...]
    not_ranked: Mapping[str, str]
    pooled_besides: tuple[Comparison, ...]


@lru_cache(maxsize=4)  # the same for every person, so made once for a base
def options(knowledge: Knowledge, *, young: bool = False) -> Found:
    """Every option of the base with its comparisons, and what is about none of them.

    For the ``young`` (under 18) results in children and adolescents stand first.
    """
    found: dict[str, list[_Named]] = {}
    not_ranked: dict[str, str] = {}
    besides: list[Comparison] = []
    for pool in knowledge.evidence.pooled:
        if pool.sensitivity_of:
            continue  # told with the pool that it belongs to
        ids = _ids(pool.treatments, pool.medicines, knowledge)
        made = comparison.pooled(pool, knowledge.evidence)
        if len(ids) != 1:
            besides.append(made)
            continue
        named = _named(ids[0], pool.group.value, made, knowledge, name=pool.option)
        found.setdefault(named.id, []).append(named)
    for effect in knowledge.evidence.effects:
        for part in effect.rows:
            if not part.direction_read:
                continue
            why = _not_about_one(part, knowledge)
            if why:
                not_ranked[effect.fact_id(part)] = why
                continue
            for named in _quoted(effect, part, knowledge):
                found.setdefault(named.id, []).append(named)
    every = [_option(names, knowledge, young=young) for names in found.values()]
    kept = tuple(option for option in every if option.comparisons[0].about_benefit)
    besides += [c for option in every if option not in kept for c in option.comparisons]
    return Found(options=kept, not_ranked=not_ranked, pooled_besides=tuple(besides))


def strength(one: Comparison, knowledge: Knowledge, *, young: bool) -> tuple[object, ...]:
    """Which comparison decides an option's place: the surest, then the most demanding comparator.

    A body of evidence goes before a single trial, and a control before another treatment, which
    cannot show whether either helps. Never by size: an option must not be shown by the figure that
    flatters it most.
    """
    units = knowledge.evidence.ranking.units
    estimate = one.estimate
    unit = "ratio" if one.ratio else one.like
    return (
        not one.about_benefit,
        one.young is not young,
        one.against is Against.ACTIVE,
        not one.graded,
        _CERTAINTY_ORDER.index(one.certainty),
        one.k == 1,
        _AGAINST_ORDER.index(one.against),
        not one.pooled,
        bool(one.people) and one.pooled,
        estimate is None,
        estimate is None or not estimate.interval.startswith("95 %"),
        units.index(unit) if unit in units else len(units),
        -(one.k or 0),
        one.facts,
    )


def _not_about_one(part: EffectEstimate, knowledge: Knowledge) -> str:
    ranking = knowledge.evidence.ranking
    if part.option in ranking.about_groups or not (part.treatments or part.medicines):
        return ranking.about_groups_why
    if part.option in ranking.other_questions or part.control.value not in ranking.against_control:
        return ranking.other_questions_why
    if any(word in part.outcome.casefold() for word in ranking.not_benefit):
        return ranking.not_benefit_why
    return ""


def _quoted(effect: Effect, part: EffectEstimate, knowledge: Knowledge) -> Iterator[_Named]:
    """A published row under the option it is about; under each where it lumps several together."""
    made = comparison.quoted(effect, part, knowledge.evidence)
    for option_id in _ids(part.treatments, part.medicines, knowledge):
        yield _named(option_id, part.group.value, made, knowledge)


def _ids(
    treatments: Iterable[str], medicines: Iterable[str], knowledge: Knowledge
) -> tuple[str, ...]:
    """The options a row is about: its treatments, or the plan's names of its medicines."""
    named = tuple(treatments)
    if named:
        return named[:1]
    return tuple(dict.fromkeys(_treatment_of(m, knowledge) or m for m in medicines))


def _treatment_of(medicine_id: str, knowledge: Knowledge) -> str:
    """The plan's treatment by that one medicine, or by the class that it belongs to."""
    found = [t for t in knowledge.care.treatments if medicine_id in t.medicines]
    return min(found, key=lambda t: len(t.medicines)).id if found else ""


def _named(
    option_id: str, group: str, made: Comparison, knowledge: Knowledge, *, name: str = ""
) -> _Named:
    known = {t.id: t for t in knowledge.care.treatments}.get(option_id)
    medicine = knowledge.medicines.find(option_id) if known is None else None
    medicines = frozenset(known.medicines if known else [medicine.id] if medicine else [])
    words = known.name if known else medicine.name if medicine else name or option_id
    return _Named(
        id=option_id,
        name=words,
        group=group,
        treatments=frozenset({option_id} if known else ()),
        medicines=medicines,
        comparison=made,
    )


def _option(named: list[_Named], knowledge: Knowledge, *, young: bool) -> Option:
    first = named[0]
    found = [one.comparison for one in named]
    return Option(
        id=first.id,
        name=first.name,
        group=first.group,
        treatments=first.treatments,
        medicines=first.medicines,
        comparisons=tuple(_by_comparator(found, knowledge, young=young)),
    )


def _by_comparator(
    found: list[Comparison], knowledge: Knowledge, *, young: bool
) -> Iterator[Comparison]:
    """Every pool of ours, and of each kind of comparator what leads, pooled or quoted.

    The other published rows stand behind it by their ids, so that none is lost.
    """

    def order(one: Comparison) -> tuple[object, ...]:
        return strength(one, knowledge, young=young)

    leads: list[tuple[Comparison, list[Comparison]]] = []
    for against in _AGAINST_ORDER:
        alike = sorted((one for one in found if one.against is against), key=order)
        if alike:
            lead = _lead(alike)
            quoted = (row for one in alike if not one.pooled for row in one.rows)
            rows = tuple(dict.fromkeys((*lead.rows, *quoted)))
            behind = [one for one in alike if one.pooled and one is not lead]
            leads.append((msgspec.structs.replace(lead, rows=rows), behind))
    for lead, behind in sorted(leads, key=lambda pair: order(pair[0])):
        yield lead
        yield from behind


def _lead(alike: list[Comparison]) -> Comparison:
    """The strongest; but a pool of fewer trials never goes before a published synthesis of more."""
    first = alike[0]
    if not first.pooled:
        return first
    return next((one for one in alike if outweighs(one, first)), first)


def outweighs(published: Comparison, pool: Comparison) -> bool:
    """Whether a published synthesis rests on more than our pool and says how much or how sure.

    A number of trials that is not given, or that is of a whole network, counts as more: only a
    known count that the pool reaches lets the pool lead.
    """
    if published.pooled or not published.synthesis or not published.about_benefit:
        return False
    if published.young is not pool.young or (published.people and not pool.people):
        return False
    if published.estimate is None and published.certainty is Certainty.UNKNOWN:
        return False
    return bool(published.network) or published.k is None or published.k > (pool.k or 0)
