"""How an item of the list is taken, as far as its effect on others counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.pharmacology.interactions.kinetics.concentration import Use, scale

if TYPE_CHECKING:
    from speciosa.pharmacology.interactions.recognise import Item


def use_of(item: Item) -> Use:
    """The dose counts only where it exceeds every studied one, so that it never hides an effect."""
    use = Use(dose_mg=item.dose_mg, oral=item.oral)
    beside = [scale(exposure, use) for exposure in item.medicine.perpetrator.exposures]
    larger = bool(beside) and min(beside) > 1.0
    return Use(dose_mg=item.dose_mg if larger else None, oral=item.oral)
