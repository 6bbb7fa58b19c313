"""Unbound concentrations of a perpetrator in liver and gut, at the dose that is taken."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.sampling import (
    SIZE,
    Array,
    positive,
    positive_cv,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact
    from speciosa.knowledge.medicines.record import Exposure, Medicine

_HOURS_A_DAY = 24.0
_MG_PER_G = 1000.0
_DOSE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mg|g)\b")
_TIMES_A_DAY = (
    (re.compile(r"four times|\bQID\b", re.IGNORECASE), 4),
    (re.compile(r"three times|\bTID\b", re.IGNORECASE), 3),
    (re.compile(r"twice|\bBID\b", re.IGNORECASE), 2),
    (re.compile(r"once|/d(ay)?\b|daily|\b[OQ]D\b", re.IGNORECASE), 1),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Use:
    """How a perpetrator is taken, as far as known; without a dose as in its usual regimen."""

    dose_mg: float | None = None
    interval_h: float | None = None
    oral: bool = True


@dataclasses.dataclass(frozen=True, eq=False)
class Concentrations:
    """Samples (uM) in liver and gut, and the record that they rest on."""

    liver: Array
    gut: Array
    exposure: Exposure


def interval_h(regimen: str) -> float | None:
    """Hours between doses in the words of a regimen (``400 mg twice daily``), or ``None``."""
    return next((_HOURS_A_DAY / n for words, n in _TIMES_A_DAY if words.search(regimen)), None)


def dose_mg(regimen: str) -> float | None:
    """The dose at the head of a regimen (``400 mg twice daily``); ``None`` where it is not one."""
    found = _DOSE.match(regimen)
    if found is None:
        return None
    return float(found.group(1)) * (_MG_PER_G if found.group(2) == "g" else 1.0) or None


def usual_exposure(medicine: Medicine, species: str) -> Exposure | None:
    """The record of the highest concentration; a metabolite without one is given the parent's."""
    own = _records(medicine, species) or _records(medicine, medicine.name)
    return max(own, key=lambda e: e.cmax_unbound_um or 0.0, default=None)


def scale(exposure: Exposure, use: Use) -> float:
    """The dose taken, or the dose a day where both intervals are known, over the record's."""
    recorded_h = interval_h(exposure.regimen)
    frequency = recorded_h / use.interval_h if use.interval_h and recorded_h else 1.0
    return _doses(exposure, use) * frequency if use.dose_mg is not None else 1.0


def _doses(exposure: Exposure, use: Use) -> float:
    """The dose taken over that of the record, which may name the dose of an extract in words."""
    recorded_mg = dose_mg(exposure.regimen) or exposure.dose_mg
    return use.dose_mg / recorded_mg if use.dose_mg is not None and recorded_mg else 1.0


def concentrations(
    medicine: Medicine, species: str, use: Use, knowledge: Knowledge
) -> Concentrations | None:
    """Concentrations of a species, or ``None`` where no record tells one.

    In proportion to dose. Of several records that of the highest concentration counts which lies
    at or below the dose, so that a larger dose never gives a smaller concentration.
    """
    usual = usual_exposure(medicine, species)
    if usual is None:
        return None
    if use.dose_mg is None:
        chosen = usual
    else:
        records = _records(medicine, usual.species)
        reached = [e for e in records if scale(e, use) >= 1.0]
        chosen = (
            max(reached, key=lambda e: (e.cmax_unbound_um or 0.0) * scale(e, use))
            if reached
            else max(records, key=lambda e: scale(e, use))
        )
    # One order and width of the draws for all records, so that every draw rises with the dose.
    liver = scale(chosen, use) * positive_cv(
        f"{usual.fact_id}/cmax_unbound",
        chosen.cmax_unbound_um or 0.0,
        cv_of(usual.verified, knowledge),
    )
    parent = chosen.species in (medicine.name, medicine.id)
    gut = _gut(chosen, use, knowledge) if use.oral and parent else np.zeros(SIZE)
    return Concentrations(liver, gut, chosen)


def _gut(exposure: Exposure, use: Use, knowledge: Knowledge) -> Array:
    """Absorbed dose over villous blood flow: the dose counts, not how often it is taken."""
    if not exposure.dose_mg or not exposure.molar_mass_g_per_mol:
        return np.zeros(SIZE)
    constant = knowledge.ddi.constant
    dose_umol = exposure.dose_mg / exposure.molar_mass_g_per_mol * 1000.0 * _doses(exposure, use)
    absorption = two_sided(constant("physiology/ka_static_model_per_h"))
    flow = constant("physiology/Qent_L_per_h").number
    absorbed = constant("physiology/Fa_default").number
    return np.asarray(absorbed * absorption * dose_umol / flow)


def _records(medicine: Medicine, species: str) -> Sequence[Exposure]:
    return [
        e
        for e in medicine.perpetrator.exposures
        if e.species == species and e.cmax_unbound_um is not None
    ]


def cv_of(verified: bool, knowledge: Knowledge) -> float:
    """Coefficient of variation of a figure, by whether it was read in its source."""
    name = "cv_verified" if verified else "cv_recalled"
    return knowledge.ddi.constant(f"uncertainty/{name}").number


def two_sided(fact: Fact) -> Array:
    """Samples of a positive fact within its range; the value alone without one."""
    if fact.low is None or fact.high is None:
        return np.full(SIZE, fact.number)
    return positive(fact.id, fact.number, fact.low, fact.high)
