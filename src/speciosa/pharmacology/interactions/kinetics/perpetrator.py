"""What a medicine leaves of each enzyme's activity.

Three grounds: constants with a concentration (static model), the strength class, or studied pairs
alone. Where the calibration on studied pairs has moved an effect (``in_vivo``), its size at the
usual regimen is the calibrated one, and the ground only tells how it changes with the dose. Without
any ground nothing is said.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.concentration import (
    Use,
    concentrations,
    cv_of,
    dose_mg,
    scale,
    usual_exposure,
)
from speciosa.pharmacology.interactions.kinetics.in_vivo import potency_of
from speciosa.pharmacology.interactions.kinetics.sampling import (
    SIZE,
    Array,
    positive,
    positive_cv,
    uniform,
)
from speciosa.pharmacology.interactions.kinetics.static_model import Activity
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact
    from speciosa.knowledge.medicines.record import Medicine, Parameter, PerpetratorClass

__all__ = [
    "DOSE_NOT_USED",
    "GUT_ALONE",
    "GUT_FRACTION",
    "LARGER_DOSE",
    "EnzymeEffect",
    "Ground",
    "Grounds",
    "Use",
    "activity",
    "class_activity",
    "effects",
    "grounds",
    "label",
    "odds",
]

_ENZYME_NAMES = {"CYP3A": CYP3A}
GUT_FRACTION = "gut_fraction_remaining"
DOSE_NOT_USED = "dose not used"
LARGER_DOSE = "dose above the recorded regimen"
GUT_ALONE = "gut alone"
_LEAST = 1e-9


class Ground(StrEnum):
    """What an activity rests on."""

    CONSTANTS = "constants"
    CLASS = "class"
    PAIRS = "pairs"


@dataclasses.dataclass(frozen=True, eq=False)
class EnzymeEffect:
    """The effect on one enzyme: liver and, for CYP3A, gut; the grounds and the facts.

    ``pairs`` is the number of studied pairs that the size of the effect rests on.
    """

    enzyme: str
    liver: Array
    gut: Array | None
    ground: Ground
    facts: tuple[str, ...]
    regimens: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    pairs: int = 0


@dataclasses.dataclass(frozen=True, eq=False)
class Grounds:
    """What is known of an effect on one enzyme without studied pairs.

    ``named`` is that of the strength class where constants are the ground beside it.
    """

    effect: EnzymeEffect
    named: EnzymeEffect | None = None


def effects(medicine: Medicine, use: Use, knowledge: Knowledge) -> Mapping[str, EnzymeEffect]:
    """The effect of a medicine on every enzyme that something is known about.

    Never smaller at a larger dose.
    """
    found: dict[str, EnzymeEffect] = {}
    base = grounds(medicine, use, knowledge)
    usual = base if use.dose_mg is None else grounds(medicine, Use(oral=use.oral), knowledge)
    for enzyme, ground in base.items():
        fact = potency_of(medicine, enzyme, knowledge)
        effect = ground.effect
        found[enzyme] = _in_vivo(effect, usual[enzyme].effect, fact) if fact else effect
    for enzyme in knowledge.ddi.calibrated_enzymes(medicine.id):
        fact = potency_of(medicine, enzyme, knowledge)
        if enzyme not in found and fact is not None and fact.n:
            found[enzyme] = _by_pairs(enzyme, fact, use)
    return found


def grounds(medicine: Medicine, use: Use, knowledge: Knowledge) -> Mapping[str, Grounds]:
    """Constants or strength class for every enzyme, before any studied pair is asked.

    Which of the two counts is settled at the usual regimen, so that it is the same at every dose.
    """
    found: dict[str, Grounds] = {}
    usual = Use(oral=use.oral)
    for enzyme in _enzymes(medicine):
        constants = _by_constants(medicine, enzyme, use, knowledge)
        named = _by_class(medicine, enzyme, use, knowledge)
        if constants is None or named is None or GUT_ALONE in constants.flags:
            effect = constants or named
            if effect is not None:
                found[enzyme] = Grounds(effect)
            continue
        at_usual = constants, named
        if use != usual:
            at_usual = (
                _by_constants(medicine, enzyme, usual, knowledge) or constants,
                _by_class(medicine, enzyme, usual, knowledge) or named,
            )
        counts = _better(*at_usual)
        found[enzyme] = Grounds(constants, named) if counts else Grounds(named)
    return found


def _better(constants: EnzymeEffect, named: EnzymeEffect) -> bool:
    """Constants before the class, unless they explain less of the effect than the class does.

    A class was set by trials with a sensitive victim; constants that cannot reach it, or that point
    the other way, miss a metabolite or a mechanism, and too small a prediction is the unsafe error.
    """
    if np.median(named.liver) > 1.0:
        return bool(np.median(constants.liver) >= named.liver.min())
    return bool(np.median(constants.liver) <= named.liver.max())


def activity(found: Mapping[str, EnzymeEffect]) -> Activity:
    """The effects of one perpetrator in the form that the static model takes."""
    cyp3a = found.get(CYP3A)
    return Activity(
        liver={enzyme: effect.liver for enzyme, effect in found.items()},
        gut_cyp3a=cyp3a.gut if cyp3a else None,
    )


def label(medicine: Medicine, enzyme: str) -> PerpetratorClass | None:
    """The strength class of a medicine at an enzyme, or ``None``."""
    return next(
        (c for c in medicine.perpetrator.classes if _name(c.enzyme) == enzyme and c.value in
         ("weak", "moderate", "strong")),
        None,
    )  # fmt: skip


def _name(enzyme: str) -> str:
    return _ENZYME_NAMES.get(enzyme, enzyme)


def _enzymes(medicine: Medicine) -> tuple[str, ...]:
    named = [_name(p.enzyme) for p in medicine.perpetrator.parameters if p.recommended]
    named += [_name(c.enzyme) for c in medicine.perpetrator.classes]
    return tuple(dict.fromkeys(named))


# ------------------------------------------------------------------ studied pairs


def odds(left: Array, *, induction: bool) -> Array:
    """The odds of effect of an activity: (1 - X) / X of inhibition, X - 1 of induction."""
    effect = left - 1.0 if induction else (1.0 - left) / np.maximum(left, _LEAST)
    return np.asarray(np.maximum(effect, 0.0))


def _in_vivo(effect: EnzymeEffect, usual: EnzymeEffect, fact: Fact) -> EnzymeEffect:
    """The effect with its calibrated size at the usual regimen; the ground tells the dose."""
    factor = _factor(fact)
    gut = None
    if effect.gut is not None and usual.gut is not None:
        gut = _resized(effect.gut, usual.gut, factor)
    return dataclasses.replace(
        effect,
        liver=_resized(effect.liver, usual.liver, factor),
        gut=gut,
        facts=(fact.id, *effect.facts),
        pairs=fact.n or 0,
    )


def _resized(left: Array, usual: Array, factor: Array) -> Array:
    middle = float(np.median(usual))
    induction = middle > 1.0
    at_usual = odds(usual, induction=induction)
    beside = np.where(
        at_usual > _LEAST,
        odds(left, induction=induction) / np.maximum(at_usual, _LEAST),
        1.0,
    )
    size = odds(np.array(middle), induction=induction) * beside * factor
    return np.asarray(1.0 + size if induction else 1.0 / (1.0 + size))


def _by_pairs(enzyme: str, fact: Fact, use: Use) -> EnzymeEffect:
    """An effect known from studied pairs alone; its odds stand beside odds of one."""
    left = 1.0 / (1.0 + _factor(fact))
    return EnzymeEffect(
        enzyme,
        left,
        left if enzyme == CYP3A and use.oral else None,
        Ground.PAIRS,
        (fact.id,),
        flags=() if use.dose_mg is None else (DOSE_NOT_USED,),
        pairs=fact.n or 0,
    )


def _factor(fact: Fact) -> Array:
    low, high = fact.low, fact.high
    if low is None or high is None:
        raise ValueError(f"{fact.id} has no range")
    return positive(fact.id, fact.number, low, high)


# ------------------------------------------------------------------ constants


def _by_constants(
    medicine: Medicine, enzyme: str, use: Use, knowledge: Knowledge
) -> EnzymeEffect | None:
    constants = [
        p for p in medicine.perpetrator.parameters if p.recommended and _name(p.enzyme) == enzyme
    ]
    gut_only = next((p for p in constants if p.parameter == GUT_FRACTION), None)
    if gut_only is not None:
        return _on_the_gut(enzyme, gut_only, use, knowledge)
    liver, gut = np.ones(SIZE), np.ones(SIZE)
    facts: list[str] = []
    regimens: list[str] = []
    flags: list[str] = []
    for species in dict.fromkeys(p.species for p in constants):
        own = {p.parameter: p for p in constants if p.species == species}
        at = concentrations(medicine, species, use, knowledge)
        full = _full_induction(own, knowledge)
        if full is not None:
            liver, gut = liver * full, gut * full
            flags += [DOSE_NOT_USED] if use.dose_mg is not None else []
        elif at is None:
            continue
        else:
            liver = liver * _left(own, at.liver, "liver", enzyme, knowledge)
            gut = gut * _left(own, at.gut, "gut", enzyme, knowledge)
            facts.append(f"{at.exposure.fact_id}/cmax_unbound")
            regimens.append(at.exposure.regimen)
            flags += [LARGER_DOSE] if scale(at.exposure, use) > 1.0 else []
        facts = [*(p.fact_id for p in own.values()), *facts]
    if not facts:
        return None
    return EnzymeEffect(
        enzyme,
        liver,
        gut if enzyme == CYP3A else None,
        Ground.CONSTANTS,
        tuple(facts),
        tuple(dict.fromkeys(regimens)),
        tuple(dict.fromkeys(flags)),
    )


def _on_the_gut(
    enzyme: str, left: Parameter, use: Use, knowledge: Knowledge
) -> EnzymeEffect | None:
    """A fraction of gut activity that is left, as of grapefruit; how much was taken is not used."""
    if not use.oral:
        return None
    middle = np.full(SIZE, left.value)
    spread = positive_cv(left.fact_id, 1.0, cv_of(left.verified, knowledge))
    gut = 1.0 / (1.0 + odds(middle, induction=False) * spread)
    dose = () if use.dose_mg is None else (DOSE_NOT_USED,)
    return EnzymeEffect(
        enzyme,
        np.ones(SIZE),
        np.asarray(gut),
        Ground.CONSTANTS,
        (left.fact_id,),
        flags=(GUT_ALONE, *dose),
    )


def _left(
    own: Mapping[str, Parameter],
    concentration: Array,
    organ: str,
    enzyme: str,
    knowledge: Knowledge,
) -> Array:
    """A x B x C of the static model: activity left by one species in one organ.

    An inducer is given without its own reversible inhibition (ICH M12: induction is predicted
    alone), which lasts as long as its peak while induction lasts for days.
    """
    left = np.ones(SIZE)
    induces = "Emax" in own
    if "Ki" in own and not induces:
        left = left / (1.0 + concentration / _constant(own["Ki"], knowledge))
    kdeg = knowledge.ddi.turnover(organ, enzyme)
    if "KI" in own and "kinact" in own and kdeg is not None:
        lost = _constant(own["kinact"], knowledge) * concentration
        lost = lost / (concentration + _constant(own["KI"], knowledge))
        rate = positive_cv(
            kdeg.id, kdeg.number, knowledge.ddi.constant("uncertainty/cv_kdeg").number
        )
        left = left * rate / (rate + lost)
    if induces and "EC50" in own:
        half = _constant(own["EC50"], knowledge)
        gain = _constant(own["Emax"], knowledge) * concentration / (concentration + half)
        left = left * (1.0 + gain)
    return left


def _full_induction(own: Mapping[str, Parameter], knowledge: Knowledge) -> Array | None:
    """Induction whose concentration dependence is not known: taken as full."""
    if "Emax" in own and "EC50" not in own:
        return 1.0 + _constant(own["Emax"], knowledge)
    return None


def _constant(parameter: Parameter, knowledge: Knowledge) -> Array:
    return positive_cv(parameter.fact_id, parameter.value, cv_of(parameter.verified, knowledge))


# ------------------------------------------------------------------ strength class


def _by_class(
    medicine: Medicine, enzyme: str, use: Use, knowledge: Knowledge
) -> EnzymeEffect | None:
    """The class as an effect on clearance; its odds grow with the dose where a usual one is known.

    The class of CYP3A was set on the oral ratio of midazolam, gut and liver together, so it is
    solved for the activity that gives midazolam that ratio.
    """
    named = label(medicine, enzyme)
    if named is None:
        return None
    left, facts = class_activity(f"medicine/{medicine.id}", named, knowledge)
    if enzyme == CYP3A:
        left, probe = _of_gut_and_liver(left, knowledge)
        facts += probe
    flags: tuple[str, ...] = ()
    if use.dose_mg is not None:
        usual = usual_exposure(medicine, medicine.name)
        if usual is None or not (usual.dose_mg or dose_mg(usual.regimen)):
            flags = (DOSE_NOT_USED,)
        else:
            times = scale(usual, use)
            induction = named.effect == "inducer"
            size = odds(left, induction=induction) * times
            left = 1.0 + size if induction else 1.0 / (1.0 + size)
            flags = (LARGER_DOSE,) if times > 1.0 else ()
    gut = left if enzyme == CYP3A and use.oral else None
    return EnzymeEffect(enzyme, left, gut, Ground.CLASS, facts, flags=flags)


def _of_gut_and_liver(inverse: Array, knowledge: Knowledge) -> tuple[Array, tuple[str, ...]]:
    """The activity, in gut and liver alike, with which midazolam's ratio is 1 over ``inverse``."""
    fm = knowledge.ddi.constant("probe/midazolam/fm")
    f_gut = knowledge.ddi.constant("probe/midazolam/Fg")
    f, g = fm.number, 1.0 - f_gut.number
    # (g X + 1 - g)(f X + 1 - f) = inverse
    square, line = g * f, g * (1.0 - f) + (1.0 - g) * f
    rest = (1.0 - g) * (1.0 - f) - inverse
    root = (np.sqrt(np.maximum(line**2 - 4.0 * square * rest, 0.0)) - line) / (2.0 * square)
    return np.asarray(np.maximum(root, _LEAST)), (fm.id, f_gut.id)


def class_activity(
    key: str, named: PerpetratorClass, knowledge: Knowledge
) -> tuple[Array, tuple[str, ...]]:
    """Activity left by a strength class: the inverse of the AUC ratio of a sensitive victim.

    A strong inhibitor raises it five-fold or more, so at most a fifth of the activity is left.
    """
    facts = [named.fact_id]
    borders = []
    for strength in _from(named.value):
        fact = knowledge.ddi.constant(f"strength/{named.effect}/{strength}")
        facts.append(fact.id)
        borders.append(1.0 - fact.number if named.effect == "inducer" else 1.0 / fact.number)
    high = borders[0]
    low = borders[1] if len(borders) > 1 else 0.0
    part = uniform(f"{key}/{named.enzyme}/{named.effect}", low, high)
    return (1.0 / part if named.effect == "inducer" else part), tuple(facts)


def _from(strength: str) -> Iterator[str]:
    """The class and the next stronger one, whose lower border is its upper border."""
    ladder = ("weak", "moderate", "strong")
    yield from ladder[ladder.index(strength) : ladder.index(strength) + 2]
