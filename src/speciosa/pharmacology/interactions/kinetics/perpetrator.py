"""What a medicine leaves of each enzyme's activity.

Two grounds: constants with a concentration (static model), or the strength class. Without either
nothing is said. A metabolite without a concentration of its own is given that of the parent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

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
    from speciosa.knowledge.medicines.record import Exposure, Medicine, Parameter, PerpetratorClass

_ENZYME_NAMES = {"CYP3A": CYP3A}
GUT_FRACTION = "gut_fraction_remaining"


class Ground(StrEnum):
    """What an activity rests on."""

    CONSTANTS = "constants"
    CLASS = "class"


@dataclasses.dataclass(frozen=True, eq=False)
class EnzymeEffect:
    """The effect on one enzyme: liver and, for CYP3A, gut; the grounds and the facts."""

    enzyme: str
    liver: Array
    gut: Array | None
    ground: Ground
    facts: tuple[str, ...]
    regimens: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Use:
    """How a perpetrator is taken, as far as known."""

    dose_mg: float | None = None
    oral: bool = True


def effects(medicine: Medicine, use: Use, knowledge: Knowledge) -> Mapping[str, EnzymeEffect]:
    """The effect of a medicine on every enzyme that something is known about."""
    found: dict[str, EnzymeEffect] = {}
    for enzyme in _enzymes(medicine):
        effect = _better(
            _by_constants(medicine, enzyme, use, knowledge),
            _by_class(medicine, enzyme, knowledge),
        )
        if effect is not None:
            found[enzyme] = effect
    return found


def _better(constants: EnzymeEffect | None, named: EnzymeEffect | None) -> EnzymeEffect | None:
    """Constants before the class, unless they explain less inhibition than the class does.

    A class of inhibitors was set by trials with a sensitive victim; constants that cannot reach it
    miss a metabolite or a mechanism, and too small a prediction is the unsafe error.
    """
    if constants is None or named is None:
        return constants or named
    acts_on_gut_alone = constants.gut is not None and bool(np.all(constants.liver == 1.0))
    if acts_on_gut_alone or np.median(constants.liver) <= named.liver.max():
        return constants
    return named


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


# ------------------------------------------------------------------ constants


def _by_constants(
    medicine: Medicine, enzyme: str, use: Use, knowledge: Knowledge
) -> EnzymeEffect | None:
    constants = [
        p for p in medicine.perpetrator.parameters if p.recommended and _name(p.enzyme) == enzyme
    ]
    gut_only = next((p for p in constants if p.parameter == GUT_FRACTION), None)
    if gut_only is not None:
        cv = _cv(gut_only.verified, knowledge)
        gut = np.minimum(positive_cv(gut_only.fact_id, gut_only.value, cv), 1.0)
        return EnzymeEffect(enzyme, np.ones(SIZE), gut, Ground.CONSTANTS, (gut_only.fact_id,))
    liver, gut = np.ones(SIZE), np.ones(SIZE)
    facts: list[str] = []
    regimens: list[str] = []
    for species in dict.fromkeys(p.species for p in constants):
        exposure = _exposure(medicine, species, use) or _exposure(medicine, medicine.name, use)
        own = {p.parameter: p for p in constants if p.species == species}
        if exposure is None or exposure.cmax_unbound_um is None:
            left = _saturated(own, knowledge)
            if left is not None:
                liver, gut = liver * left, gut * left
                facts += [p.fact_id for p in own.values()]
            continue
        concentrations = _Concentrations(exposure, use, medicine, knowledge)
        liver = liver * _left(own, concentrations.liver, "liver", enzyme, knowledge)
        gut = gut * _left(own, concentrations.gut, "gut", enzyme, knowledge)
        facts += [*(p.fact_id for p in own.values()), f"{exposure.fact_id}/cmax_unbound"]
        regimens.append(exposure.regimen)
    if not facts:
        return None
    return EnzymeEffect(
        enzyme,
        liver,
        gut if enzyme == CYP3A else None,
        Ground.CONSTANTS,
        tuple(facts),
        tuple(dict.fromkeys(regimens)),
    )


def _exposure(medicine: Medicine, species: str, use: Use) -> Exposure | None:
    """The exposure nearest the dose taken; without a dose that of the largest one."""
    fits = [e for e in medicine.perpetrator.exposures if e.species == species]
    if use.dose_mg is None:
        return max(fits, key=lambda e: e.dose_mg or 0.0, default=None)
    dose = use.dose_mg
    return min(fits, key=lambda e: abs((e.dose_mg or 0.0) - dose), default=None)


class _Concentrations:
    """Unbound concentrations in liver and gut (uM), as samples."""

    def __init__(
        self, exposure: Exposure, use: Use, medicine: Medicine, knowledge: Knowledge
    ) -> None:
        scale = use.dose_mg / exposure.dose_mg if use.dose_mg and exposure.dose_mg else 1.0
        cmax = exposure.cmax_unbound_um or 0.0
        cv = _cv(exposure.verified, knowledge)
        self.liver = scale * positive_cv(f"{exposure.fact_id}/cmax_unbound", cmax, cv)
        self.gut = np.zeros(SIZE)
        parent = exposure.species in (medicine.name, medicine.id)
        if use.oral and parent and exposure.dose_mg and exposure.molar_mass_g_per_mol:
            constant = knowledge.ddi.constant
            dose_umol = scale * exposure.dose_mg / exposure.molar_mass_g_per_mol * 1000.0
            absorption = _two_sided(constant("physiology/ka_static_model_per_h"))
            flow = constant("physiology/Qent_L_per_h").number
            absorbed = constant("physiology/Fa_default").number
            self.gut = absorbed * absorption * dose_umol / flow


def _left(
    own: Mapping[str, Parameter],
    concentration: Array,
    organ: str,
    enzyme: str,
    knowledge: Knowledge,
) -> Array:
    """A x B x C of the static model: activity left by one species in one organ."""
    left = np.ones(SIZE)
    if "Ki" in own:
        left = left / (1.0 + concentration / _constant(own["Ki"], knowledge))
    kdeg = knowledge.ddi.turnover(organ, enzyme)
    if "KI" in own and "kinact" in own and kdeg is not None:
        lost = _constant(own["kinact"], knowledge) * concentration
        lost = lost / (concentration + _constant(own["KI"], knowledge))
        rate = positive_cv(
            kdeg.id, kdeg.number, knowledge.ddi.constant("uncertainty/cv_kdeg").number
        )
        left = left * rate / (rate + lost)
    if "Emax" in own and "EC50" in own:
        half = _constant(own["EC50"], knowledge)
        gain = _constant(own["Emax"], knowledge) * concentration / (concentration + half)
        left = left * (1.0 + gain)
    return left


def _saturated(own: Mapping[str, Parameter], knowledge: Knowledge) -> Array | None:
    """Induction whose concentration dependence is not known: taken as full."""
    if "Emax" in own and "EC50" not in own:
        return 1.0 + _constant(own["Emax"], knowledge)
    return None


def _constant(parameter: Parameter, knowledge: Knowledge) -> Array:
    return positive_cv(parameter.fact_id, parameter.value, _cv(parameter.verified, knowledge))


def _cv(verified: bool, knowledge: Knowledge) -> float:
    name = "cv_verified" if verified else "cv_recalled"
    return knowledge.ddi.constant(f"uncertainty/{name}").number


def _two_sided(fact: Fact) -> Array:
    if fact.low is None or fact.high is None:
        return np.full(SIZE, fact.number)
    return positive(fact.id, fact.number, fact.low, fact.high)


# ------------------------------------------------------------------ strength class


def _by_class(medicine: Medicine, enzyme: str, knowledge: Knowledge) -> EnzymeEffect | None:
    """The class as an effect on systemic clearance; it was set on the whole oral ratio."""
    named = label(medicine, enzyme)
    if named is None:
        return None
    left, facts = class_activity(f"medicine/{medicine.id}", named, knowledge)
    return EnzymeEffect(enzyme, left, None, Ground.CLASS, facts)


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
