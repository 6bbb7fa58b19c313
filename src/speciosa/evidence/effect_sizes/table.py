"""Effect sizes of several studies on one scale, with what was done to get them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Measure(StrEnum):
    """Effect measures. Ratios are analysed as natural logarithms."""

    OR = "OR"
    RR = "RR"
    RD = "RD"
    HR = "HR"
    MD = "MD"
    SMD = "SMD"
    COR = "COR"
    ZCOR = "ZCOR"
    IRR = "IRR"
    IRD = "IRD"
    GENERIC = "GEN"

    @property
    def is_ratio(self) -> bool:
        """Whether the analysis scale is the logarithm of what a reader wants to see."""
        return self in {Measure.OR, Measure.RR, Measure.HR, Measure.IRR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Something done to, or because of, one study, in words: nothing is dropped silently."""

    study: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo:
    """Events and totals of two arms, shape (k,): what Mantel-Haenszel and Peto need."""

    events_1: NDArray[np.float64]
    total_1: NDArray[np.float64]
    events_2: NDArray[np.float64]
    total_2: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectSizes:
    """``yi`` and ``vi`` of shape (k,) on the analysis scale; NaN never occurs.

    ``cluster`` names the study an effect belongs to where one study gives several. ``counts`` is
    there for binary measures and holds every study, also those without an estimable effect.
    """

    measure: Measure
    labels: tuple[str, ...]
    yi: NDArray[np.float64]
    vi: NDArray[np.float64]
    years: tuple[int | None, ...]
    cluster: tuple[str, ...]
    moderators: dict[str, tuple[float | str | None, ...]] = field(default_factory=dict)
    counts: TwoByTwo | None = None
    counts_labels: tuple[str, ...] = ()
    handled: tuple[Handling, ...] = ()
