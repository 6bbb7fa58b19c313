"""How much these medicines together change the exposure to that one, as a distribution."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from speciosa.errors import InputError, InputProblem
from speciosa.knowledge.medicines import NameKind
from speciosa.knowledge.medicines.record import Medicine
from speciosa.pharmacology.interactions.kinetics.change import (
    Acting,
    NoRatio,
    Ratio,
    acting_of,
    by_class,
    in_this_person,
    of_clearance,
    touched_by,
    why_not,
)
from speciosa.pharmacology.interactions.kinetics.concentration import Use
from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL, Metabolism
from speciosa.pharmacology.interactions.kinetics.victim import clearance
from speciosa.pharmacology.interactions.kratom import alkaloids
from speciosa.pharmacology.interactions.kratom import effect as kratom_effect
from speciosa.pharmacology.interactions.rows import KRATOM

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair

_ONE_STUDY = "kratom was studied in people as one tea, once; more is untested"


@dataclasses.dataclass(frozen=True)
class Taking:
    """A perpetrator as taken: a record, any name of one, or kratom; without a dose as usual."""

    medicine: Medicine | str
    dose_mg: float | None = None
    interval_h: float | None = None
    oral: bool = True


def ratio(
    victim: Medicine | str,
    perpetrators: Sequence[Taking],
    knowledge: Knowledge,
    *,
    oral: bool = True,
    metabolism: Metabolism = TYPICAL,
) -> Ratio | NoRatio:
    """How far ``perpetrators`` together change the exposure to ``victim``.

    Effects on one enzyme multiply, also those of an inhibitor and an inducer. Kratom is the one
    studied tea as perpetrator, and mitragynine with 7-hydroxymitragynine as victim. Raises
    ``InputError`` for a name that is not one medicine of the base.
    """
    at_work = sorted((act(t, knowledge) for t in perpetrators), key=lambda a: a.id)
    if is_kratom(victim, knowledge):
        return _of_kratom(at_work, knowledge, metabolism)
    medicine = resolve(victim, knowledge, "victim")
    seen = _observed(medicine, at_work, knowledge, oral=oral, metabolism=metabolism)
    cleared = clearance(medicine, knowledge, oral=oral, metabolism=metabolism)
    if cleared is None:
        return NoRatio(why_not(medicine, knowledge), observed=seen)
    found = of_clearance(medicine, cleared, at_work, knowledge, observed=seen)
    return in_this_person(found, metabolism)


def act(taking: Taking, knowledge: Knowledge) -> Acting:
    """The effects of one perpetrator, computed once."""
    if is_kratom(taking.medicine, knowledge):
        left, facts = kratom_effect.studied(knowledge)
        return Acting(KRATOM, KRATOM, {}, left, facts, (_ONE_STUDY,))
    medicine = resolve(taking.medicine, knowledge, "perpetrator")
    use = Use(dose_mg=taking.dose_mg, interval_h=taking.interval_h, oral=taking.oral)
    return acting_of(medicine, use, knowledge)


def is_kratom(name: Medicine | str, knowledge: Knowledge) -> bool:
    """Whether kratom itself, by any of its names, or its main alkaloid is meant."""
    if not isinstance(name, str):
        return False
    known = name.strip().casefold() in (KRATOM, alkaloids.MITRAGYNINE)
    return known or knowledge.medicines.match(name).kind is NameKind.KRATOM


def resolve(name: Medicine | str, knowledge: Knowledge, field: str) -> Medicine:
    """The one medicine that a name means. Raises ``InputError`` with what would be accepted."""
    if isinstance(name, Medicine):
        return name
    match = knowledge.medicines.match(name)
    if len(match.medicines) == 1 and not match.unknown_parts:
        return match.medicines[0]
    if match.medicines:
        parts = (*(m.name for m in match.medicines), *match.unknown_parts)
        accepted = f"one medicine at a time; this can be, or contains, {', '.join(parts)}"
        raise InputError([InputProblem(field, repr(name), accepted)])
    if match.kind is NameKind.CLASS:
        accepted = "one medicine; this names a class, and its members differ"
        raise InputError([InputProblem(field, repr(name), accepted)])
    accepted = f"a medicine of the base, or {KRATOM}"
    suggestion = knowledge.medicines.suggest(name)
    raise InputError([InputProblem(field, repr(name), accepted, suggestion)])


# ------------------------------------------------------------------ parts


def _observed(
    medicine: Medicine,
    acting: Sequence[Acting],
    knowledge: Knowledge,
    *,
    oral: bool,
    metabolism: Metabolism,
) -> Pair | None:
    """The studied pair, unless it ran through an enzyme that the person lacks anyway."""
    if len(acting) != 1:
        return None
    pair = knowledge.ddi.pair(medicine.id, acting[0].id, "oral" if oral else "iv")
    if pair is None or any(metabolism.lacks(enzyme) for enzyme in pair.enzymes):
        return None
    return pair


def _of_kratom(
    acting: Sequence[Acting], knowledge: Knowledge, metabolism: Metabolism
) -> Ratio | NoRatio:
    """Mitragynine, with 7-hydroxymitragynine beside it."""
    if any(a.id == KRATOM for a in acting):
        return NoRatio("kratom is victim and perpetrator at once")
    found = alkaloids.ratios([a.activity for a in acting], knowledge, metabolism)
    main = found[alkaloids.MITRAGYNINE]
    cleared = alkaloids.mitragynine(knowledge, metabolism)
    touched = {a.id: touched_by(a, cleared) for a in acting}
    if acting and not any(touched.values()):
        names = " or ".join(a.name for a in acting)
        return NoRatio(f"the base knows no enzyme that clears mitragynine and that {names} changes")
    at_work = [a.found[e] for a in acting for e in touched[a.id]]
    facts = dict.fromkeys([fact for effect in at_work for fact in effect.facts])
    return Ratio(
        samples=main.samples,
        median=main.median,
        low=main.low,
        high=main.high,
        shares=main.shares,
        ceiling=main.ceiling if 1.0 < main.ceiling < math.inf else None,
        flags=("no study in people; the direction of the opioid effect cannot be predicted",),
        facts=(*facts, *alkaloids.FACTS) if acting else (),
        by_class=by_class(main, at_work),
        enzymes=tuple(dict.fromkeys(e for es in touched.values() for e in es)),
        others={alkaloids.SEVEN_OH: found[alkaloids.SEVEN_OH]},
    )
