"""The mechanistic static model of ICH M12: ratio of a victim's AUC with and without perpetrators.

AUC ratio = 1 / (Xg (1 - Fg) + Fg) x 1 / (sum of fm_j X_j + 1 - sum of fm_j), where X is the
activity left of an enzyme (1 without a perpetrator), in the gut (CYP3A only) and in the liver.

The ranges of the parameters alone are too narrow: the equation leaves things out, and studies
differ. A further error, fitted to studies (``model_error``), widens the interval and leaves the
median.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.sampling import Array, standard_normal

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

GUT = "gut CYP3A"
MODEL_ERROR = "model_error/log_sd"
_ONE_DIRECTION_FROM = 1e-9
_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, eq=False)
class Clearance:
    """How a victim is cleared, as samples.

    ``fm`` are fractions of systemic clearance by enzyme; ``f_gut`` the fraction that escapes the
    gut wall (1 for other routes than oral); ``extraction`` the hepatic extraction ratio where the
    route is not oral, so that a flow-limited clearance cannot change more than flow allows.
    """

    fm: Mapping[str, Array]
    f_gut: Array
    extraction: float = 0.0


@dataclasses.dataclass(frozen=True, eq=False)
class Activity:
    """Enzyme activity left under one perpetrator (1 = unchanged), as samples."""

    liver: Mapping[str, Array]
    gut_cyp3a: Array | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class AucRatio:
    """The samples of a ratio, its median, and how much of its logarithm each mechanism carries.

    The median is that of the equation: the error of the model widens the samples around it.
    """

    samples: Array
    median: float
    shares: Mapping[str, float]

    @cached_property
    def _quantiles(self) -> tuple[float, float]:
        low, high = np.quantile(self.samples, (0.05, 0.95))
        return float(low), float(high)

    @property
    def low(self) -> float:
        """5th percentile of the samples."""
        return self._quantiles[0]

    @property
    def high(self) -> float:
        """95th percentile of the samples."""
        return self._quantiles[1]


def model_error(knowledge: Knowledge) -> Array:
    """Samples of the factor between a studied ratio and the equation beyond parameter ranges."""
    fact = knowledge.ddi.constant(MODEL_ERROR)
    return np.asarray(np.exp(standard_normal(fact.id) * fact.number))


def auc_ratio(
    victim: Clearance, perpetrators: Sequence[Activity], error: Array | None = None
) -> AucRatio:
    """Ratio of the victim's AUC with all perpetrators together to its AUC without any.

    Effects of several perpetrators on one enzyme multiply. ``error`` is that of ``model_error``.
    """
    gut_left = np.ones_like(victim.f_gut)
    liver_left = {enzyme: np.ones_like(fm) for enzyme, fm in victim.fm.items()}
    for activity in perpetrators:
        if activity.gut_cyp3a is not None:
            gut_left = gut_left * activity.gut_cyp3a
        for enzyme in liver_left.keys() & activity.liver.keys():
            liver_left[enzyme] = liver_left[enzyme] * activity.liver[enzyme]
    gut = gut_left * (1.0 - victim.f_gut) + victim.f_gut
    change = {enzyme: fm * (liver_left[enzyme] - 1.0) for enzyme, fm in victim.fm.items()}
    liver = 1.0 + sum(change.values(), start=np.zeros_like(victim.f_gut))
    # Well-stirred liver put back for routes other than oral; extraction 0 leaves the ratio as is.
    flow_limited = (1.0 - victim.extraction + victim.extraction * liver) / liver
    ratio = flow_limited / gut
    return AucRatio(
        samples=ratio if error is None else _widened(ratio, error, flow_limited, victim),
        median=float(np.median(ratio)),
        shares=_shares(gut, flow_limited, change),
    )


def _widened(ratio: Array, error: Array, liver_term: Array, victim: Clearance) -> Array:
    """The ratio with the error of the model, within what the mechanism allows.

    What only inhibits cannot lower an exposure, what only induces cannot raise it, and an effect on
    the gut alone cannot exceed what the gut extracts.
    """
    low = 1.0 if bool(np.all(ratio >= 1.0 - _ROUNDING)) else 0.0
    high = 1.0 if bool(np.all(ratio <= 1.0 + _ROUNDING)) else np.inf
    ceiling = 1.0 / victim.f_gut if bool(np.all(liver_term == 1.0)) else high
    return np.asarray(np.clip(ratio * error, low, np.minimum(high, ceiling)))


def _shares(gut: Array, liver_term: Array, change: Mapping[str, Array]) -> dict[str, float]:
    """Parts of the log ratio by mechanism at the medians; empty where they pull apart."""
    parts = {GUT: -float(np.log(np.median(gut)))}
    liver_log = float(np.log(np.median(liver_term)))
    weights = {enzyme: float(np.median(c)) for enzyme, c in change.items()}
    total = sum(weights.values())
    if abs(total) > _ONE_DIRECTION_FROM:
        parts |= {f"liver {e}": liver_log * w / total for e, w in weights.items()}
    kept = {name: part for name, part in parts.items() if abs(part) > _ONE_DIRECTION_FROM}
    whole = sum(kept.values())
    if not kept or any(part * whole <= 0 for part in kept.values()):
        return {}
    return {name: round(part / whole, 3) for name, part in kept.items()}
