"""Amounts so far beyond what was studied that any level would be made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from speciosa.pharmacology.exposure.taken.comparison import HIGHEST_MG
from speciosa.pharmacology.exposure.virtual.portions import portions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.schedule import Schedule


class TooFar(NamedTuple):
    """Mg of alkaloid in a day, and the multiple of the studied amount beyond which it lies."""

    mg_per_day: float
    fold: float


def too_far(
    products: Sequence[KratomProduct], schedule: Schedule, knowledge: Knowledge
) -> TooFar | None:
    """How far, where the middle of the daily amount lies too far beyond what was studied."""
    held = portions(products, knowledge, seed=0, subjects=1, vary=False)
    per_day = float(schedule.per_day(held.mitragynine_mg + held.seven_oh_mg)[0])
    fold = knowledge.fact("kratom/assumption_too_far").number
    beyond = per_day > fold * knowledge.fact(HIGHEST_MG).number
    return TooFar(per_day, fold) if beyond else None
