"""Figures that leave a product of unknown amount out: lower ends, and nothing with an upper one.

A range whose upper end is too low is worse than none: it reads as this person's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from speciosa.finding import Estimate
from speciosa.pharmacology.exposure.summary import MITRAGYNINE, SEVEN_OH, not_taken
from speciosa.pharmacology.exposure.taken.comparison import LEAF
from speciosa.pharmacology.wording import rough

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.result import AnalyteExposure, ExposureResult

_LEVELS = ("cmax", "auc", "ctrough", "cmax_nm", "cmax_formed", "cmax_swallowed")


def floors(
    result: ExposureResult, left_out: Sequence[KratomProduct], knowledge: Knowledge
) -> ExposureResult:
    """The result as what it is without ``left_out``: at least so much, and no shares of people.

    Of 7-OH nothing is stated where a product left out may hold it: formed 7-OH would stand for it.
    """
    phrases = knowledge.kratom.exposure_wording.phrases
    shown = {name: _floor(one, phrases) for name, one in result.analytes.items()}
    if any(product.form not in LEAF for product in left_out):
        shown[SEVEN_OH] = not_taken(SEVEN_OH, phrases["seven_oh_of_left_out"])
    least = shown[MITRAGYNINE].cmax.low
    headline = phrases["headline_floor_none"]
    if least:
        headline = phrases["headline_floor"].format(mg=rough(least))
    return msgspec.structs.replace(
        result,
        headline=headline,
        analytes=shown,
        curves=(),
        drivers=(),
        structures=(),
        differences=(),
        others=(),
        observed=(),
        narrowing=(),
    )


def _floor(one: AnalyteExposure, phrases: Mapping[str, str]) -> AnalyteExposure:
    told = {name: _at_least(getattr(one, name), phrases) for name in _LEVELS}
    when = Estimate(
        value=None, unit=one.tmax.unit, no_interval_because=phrases["lower_end_of_products"]
    )
    return msgspec.structs.replace(one, tmax=when, **told)


def _at_least(estimate: Estimate | None, phrases: Mapping[str, str]) -> Estimate | None:
    if estimate is None or estimate.low is None:
        return estimate
    return Estimate(
        value=None,
        unit=estimate.unit,
        low=float(rough(estimate.low).replace(",", "")),
        no_interval_because=phrases["lower_end_of_products"],
        facts=estimate.facts,
    )
