"""A medicine's record as the clearance that a perpetrator can change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL, Metabolism
from speciosa.pharmacology.interactions.kinetics.sampling import SIZE, Array, fraction
from speciosa.pharmacology.interactions.kinetics.static_model import Clearance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.figure import Figure
    from speciosa.knowledge.medicines.record import Medicine

CYP3A = "CYP3A4"


def clearance(
    medicine: Medicine,
    knowledge: Knowledge,
    *,
    oral: bool = True,
    metabolism: Metabolism = TYPICAL,
    exact_f_gut: bool = False,
) -> Clearance | None:
    """How the medicine is cleared, or ``None`` where no fraction of clearance is known.

    An enzyme that the person lacks carries nothing, and the others carry more.
    ``exact_f_gut`` leaves the gut fraction at its value, for the probe a calibration was made with.
    """
    victim = medicine.victim
    if not victim.fm:
        return None
    root = f"medicine/{medicine.id}"
    fm = _on_the_simplex({e: _sampled(f"{root}/fm/{e}", f) for e, f in victim.fm.items()})
    for enzyme in [enzyme for enzyme in fm if metabolism.lacks(enzyme)]:
        lost = fm.pop(enzyme)
        fm = {e: share / (1.0 - lost) for e, share in fm.items()}
    f_gut = np.ones(SIZE)
    if oral and victim.f_gut is not None and CYP3A in fm:
        f_gut = (
            np.full(SIZE, victim.f_gut.value)
            if exact_f_gut
            else _sampled(f"{root}/f_gut", victim.f_gut)
        )
    extraction = 0.0
    if not oral and victim.hepatic_extraction is not None:
        extraction = min(victim.hepatic_extraction.value, 1.0)
    return Clearance(fm=fm, f_gut=f_gut, extraction=extraction)


def clearance_facts(medicine: Medicine, enzymes: frozenset[str]) -> tuple[str, ...]:
    """Ids of the fractions of clearance that a ratio over these enzymes rests on."""
    root = f"medicine/{medicine.id}"
    used = [f"{root}/fm/{e}" for e in medicine.victim.fm if e in enzymes]
    if CYP3A in enzymes and medicine.victim.f_gut is not None:
        used.append(f"{root}/f_gut")
    return tuple(used)


def share(medicine: Medicine, enzyme: str) -> float:
    """Fraction of clearance by an enzyme; 0 where none is given."""
    figure = medicine.victim.fm.get(enzyme)
    return figure.value if figure is not None else 0.0


def _sampled(key: str, figure: Figure) -> Array:
    return fraction(key, figure.value, figure.low, figure.high)


def _on_the_simplex(fm: Mapping[str, Array]) -> dict[str, Array]:
    """Scale samples whose sum exceeds 1 back to 1."""
    excess = np.maximum(sum(fm.values(), start=np.zeros(SIZE)), 1.0)
    return {enzyme: values / excess for enzyme, values in fm.items()}
