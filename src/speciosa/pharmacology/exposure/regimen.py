"""When the doses of a product fall, and how many days of use came before."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speciosa.pharmacology.exposure.kinetics import Array

if TYPE_CHECKING:
    import datetime as dt

    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge

DAY_H = 24.0
WEEK_DAYS = 7.0


class Regimen(msgspec.Struct, frozen=True, kw_only=True):
    """Dose times within the last dosing day, the period and the number of dosing days.

    ``share`` is the part of the reported dose given at each time; it differs from 1 only where a
    fractional frequency (2.5 times a day) is spread over a whole number of times.
    """

    times_h: tuple[float, ...]
    period_h: float
    dosing_days: float
    share: float
    frequency_known: bool
    steady: bool

    @property
    def times(self) -> Array:
        """Dose times as an array."""
        return np.array(self.times_h)


def regimen_of(product: KratomProduct, use_days: float | None, knowledge: Knowledge) -> Regimen:
    """The regimen of a product. Without a frequency it is one dose on its own.

    ``use_days`` are the days since the start of use; ``None`` takes the steady state as reached.
    """
    often = product.times_per_day
    if often is None:
        return Regimen(
            times_h=(0.0,), period_h=DAY_H, dosing_days=1.0, share=1.0,
            frequency_known=False, steady=False,
        )  # fmt: skip
    days_apart = WEEK_DAYS / (product.days_per_week or WEEK_DAYS)
    if often < 1.0:
        days_apart, often = max(days_apart, 1.0 / often), 1.0
    count = max(1, round(often))
    waking = knowledge.fact("kratom/assumption_waking_day").number
    days = math.inf if use_days is None else max(1.0, math.floor(use_days / days_apart) + 1.0)
    enough = knowledge.fact("kratom/assumption_steady_state").number
    return Regimen(
        times_h=tuple(waking / count * i for i in range(count)),
        period_h=DAY_H * days_apart,
        dosing_days=days,
        share=often / count,
        frequency_known=True,
        steady=use_days is None or use_days >= enough,
    )


def days_of_use(since: dt.date | None, on: dt.date) -> float | None:
    """Whole days from the start of use to the date of the case; ``None`` when not known."""
    return None if since is None or since > on else float((on - since).days)
