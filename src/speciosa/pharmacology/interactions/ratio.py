"""How much these medicines together change the exposure to that one, as a distribution."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from speciosa.errors import InputError
from speciosa.pharmacology.interactions.kinetics.change import (
    Acting,
    NoRatio,
    Ratio,
    acting_of,
    by_class,
    failed_activation,
    in_this_person,
    no_common_enzyme,
    of_clearance,
    told_ceiling,
    touched_by,
    why_not,
)
from speciosa.pharmacology.interactions.kinetics.concentration import Use
from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL, Metabolism
from speciosa.pharmacology.interactions.kinetics.route import studied_as
from speciosa.pharmacology.interactions.kinetics.static_model import auc_ratio, model_error
from speciosa.pharmacology.interactions.kinetics.victim import (
    by_route,
    clearance,
    clearance_facts,
)
from speciosa.pharmacology.interactions.kratom import alkaloids
from speciosa.pharmacology.interactions.kratom import effect as kratom_effect
from speciosa.pharmacology.interactions.meaning import (
    Taking,
    as_studied,
    conflicts,
    holds_kratom,
    meant,
    names_leaf,
)
from speciosa.pharmacology.interactions.observed import studied_otherwise
from speciosa.pharmacology.interactions.rows import KRATOM

if TYPE_CHECKING:
    from speciosa.case.vocabulary import Route
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.knowledge.medicines.record import Medicine

_ONE_STUDY = "kratom was studied in people as one leaf tea, once; more is untested"
_NEVER_STUDIED = "kratom was studied as one leaf tea only; this product was never studied"
_NO_DIRECTION = "no study in people; the direction of the opioid effect cannot be predicted"
_FORMED = f"{alkaloids.SEVEN_OH} formed in the body from kratom"
_SWALLOWED = f"{alkaloids.SEVEN_OH} swallowed as such (a 7-OH product)"


def ratio(
    victim: Medicine | str,
    perpetrators: Sequence[Taking],
    knowledge: Knowledge,
    *,
    route: Route | None = None,
    metabolism: Metabolism = TYPICAL,
) -> Ratio | NoRatio:
    """How far ``perpetrators`` together change the exposure to ``victim``, taken by ``route``.

    Effects on one enzyme multiply, also those of an inhibitor and an inducer. Kratom is the one
    studied tea as perpetrator, and mitragynine with 7-hydroxymitragynine as victim; so is a product
    that holds kratom. A route between mouth and vein gives the worse of the two. Raises
    ``InputError`` for a name that is not one medicine of the base, a medicine named twice, and a
    victim among its perpetrators.
    """
    asked = meant(victim, knowledge, "victim")
    itself = KRATOM if asked.kratom else asked.ids[0]
    at_work = [one for taking in perpetrators for one in acts(taking, knowledge)]
    problems = list(conflicts(itself, [a.id for a in at_work], "perpetrators"))
    if problems:
        raise InputError(problems)
    at_work.sort(key=lambda a: a.id)
    told = (*asked.flags, *_of_takings(perpetrators, knowledge))
    if asked.kratom:
        return _also(_of_kratom(at_work, knowledge, metabolism), told)
    medicine = asked.medicines[0]
    seen = _observed(medicine, at_work, knowledge, route=route, metabolism=metabolism)
    if not all(as_studied(taking.medicine, knowledge) for taking in perpetrators):
        seen = None
    told += tuple(
        words
        for one in at_work
        for words in studied_otherwise(medicine.id, one.id, route, knowledge)
    )
    cleared = by_route(medicine, knowledge, route, metabolism=metabolism)
    if cleared is None:
        fails = failed_activation(medicine, at_work, knowledge)
        return NoRatio(why_not(medicine, knowledge), told, seen, fails)
    found = of_clearance(medicine, cleared, at_work, knowledge, observed=seen)
    found = in_this_person(found, metabolism)
    if medicine.id == alkaloids.SEVEN_OH:
        found = _beside_formed(found, at_work, knowledge, metabolism)
    return _also(found, told)


def acts(taking: Taking, knowledge: Knowledge) -> tuple[Acting, ...]:
    """The effects of one perpetrator, computed once; of a product with kratom, those of each."""
    parts = meant(taking.medicine, knowledge, "perpetrator")
    use = Use(dose_mg=taking.dose_mg, interval_h=taking.interval_h, oral=taking.oral)
    found = [_of_medicine(medicine, use, knowledge) for medicine in parts.medicines]
    if parts.kratom:
        found.append(_kratom(str(taking.medicine), knowledge))
    return tuple(found)


def as_usual(medicine: Medicine | str, knowledge: Knowledge) -> Acting:
    """The effects of a medicine, or of kratom, at its usual regimen."""
    return acts(Taking(medicine), knowledge)[-1]


# ------------------------------------------------------------------ parts


def _of_medicine(medicine: Medicine, use: Use, knowledge: Knowledge) -> Acting:
    found = acting_of(medicine, use, knowledge)
    if medicine.id != alkaloids.SEVEN_OH:
        return found
    why = f"what {medicine.name} does to other medicines was never studied in people"
    return dataclasses.replace(found, unstudied=why)


def _kratom(name: str, knowledge: Knowledge) -> Acting:
    """The studied tea; in the test tube kratom acts on more enzymes than the study looked at."""
    left, facts = kratom_effect.studied(knowledge)
    told = _ONE_STUDY if names_leaf(name, knowledge) else f"{name}: {_NEVER_STUDIED}"
    return Acting(KRATOM, KRATOM, {}, left, facts, (told,), bounded=False)


def _of_takings(takings: Sequence[Taking], knowledge: Knowledge) -> tuple[str, ...]:
    """What a reader must be told of how the perpetrators were named."""
    told: list[str] = []
    for taking in takings:
        name = taking.medicine if isinstance(taking.medicine, str) else taking.medicine.name
        told += meant(taking.medicine, knowledge, "perpetrator").flags
        if taking.interval_h is not None and taking.dose_mg is None:
            told.append(f"{name}: an interval without a dose cannot be used; the usual regimen is")
        if taking.dose_mg is not None and holds_kratom(taking.medicine, knowledge):
            told.append(f"{name}: an amount of kratom cannot be used; it stands for the one tea")
    return tuple(told)


def _also(found: Ratio | NoRatio, flags: Sequence[str]) -> Ratio | NoRatio:
    return dataclasses.replace(found, flags=tuple(dict.fromkeys((*flags, *found.flags))))


def _observed(
    medicine: Medicine,
    acting: Sequence[Acting],
    knowledge: Knowledge,
    *,
    route: Route | None,
    metabolism: Metabolism,
) -> Pair | None:
    """The studied pair, unless it ran through an enzyme that the person lacks anyway."""
    if len(acting) != 1:
        return None
    pair = knowledge.ddi.pair(medicine.id, acting[0].id, studied_as(route))
    if pair is None or any(metabolism.lacks(enzyme) for enzyme in pair.enzymes):
        return None
    return pair


def _beside_formed(
    found: Ratio | NoRatio,
    acting: Sequence[Acting],
    knowledge: Knowledge,
    metabolism: Metabolism,
) -> Ratio | NoRatio:
    """The ratio of swallowed 7-OH with that of 7-OH formed from kratom, which is another one."""
    if isinstance(found, NoRatio):
        return _also(found, (_NO_DIRECTION,))
    found = _also(found, (f"the figure is of {_SWALLOWED}", _NO_DIRECTION))
    if isinstance(found, NoRatio) or any(a.id == KRATOM for a in acting):
        return found
    formed = alkaloids.ratios([a.activity for a in acting], knowledge, metabolism)
    return dataclasses.replace(found, others={_FORMED: formed[alkaloids.SEVEN_OH]})


def _of_kratom(
    acting: Sequence[Acting], knowledge: Knowledge, metabolism: Metabolism
) -> Ratio | NoRatio:
    """Mitragynine, with 7-hydroxymitragynine beside it: formed from it, and swallowed as such."""
    found = alkaloids.ratios([a.activity for a in acting], knowledge, metabolism)
    main = found[alkaloids.MITRAGYNINE]
    cleared = alkaloids.mitragynine(knowledge, metabolism)
    touched = {a.id: touched_by(a, cleared) for a in acting}
    if acting and not any(touched.values()):
        return NoRatio(no_common_enzyme(alkaloids.MITRAGYNINE, acting), (_NO_DIRECTION,))
    at_work = [a.found[e] for a in acting for e in touched[a.id]]
    facts = dict.fromkeys([fact for effect in at_work for fact in effect.facts])
    product = knowledge.medicines.get(alkaloids.SEVEN_OH)
    others = {_FORMED: found[alkaloids.SEVEN_OH]}
    swallowed = clearance(product, knowledge, metabolism=metabolism)
    if swallowed is not None:
        activities = [a.activity for a in acting]
        others[_SWALLOWED] = auc_ratio(swallowed, activities, model_error(knowledge))
        if acting:
            used = clearance_facts(product, frozenset(swallowed.fm), knowledge)
            facts |= dict.fromkeys(used)
    return Ratio(
        samples=main.samples,
        median=main.median,
        low=main.low,
        high=main.high,
        shares=main.shares,
        ceiling=told_ceiling(main, acting),
        flags=(_NO_DIRECTION,),
        facts=tuple(dict.fromkeys((*facts, *alkaloids.FACTS))) if acting else (),
        by_class=by_class(main, at_work),
        enzymes=tuple(dict.fromkeys(e for es in touched.values() for e in es)),
        others=others,
    )
