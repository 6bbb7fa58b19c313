"""The mechanistic static model of ICH M12: ratio of a victim's AUC with and without perpetrators.

AUC ratio = 1 / (Xg (1 - Fg) + Fg) x 1 / (sum of fm_j X_j + 1 - sum of fm_j), where X is the
activity left of an enzyme (1 without a perpetrator), in the gut (CYP3A only) and in the liver. By
other routes than the mouth the hepatic part is put back through the well-stirred liver, so that
blood flow limits it. X is the product A x B x C of reversible inhibition, inactivation and
induction, and the product over all perpetrators together: an inhibitor and an inducer of one enzyme
act as if each met what the other left. That is a convention: their time courses are not looked at.

The ranges of the parameters alone are too narrow: the equation leaves things out, and studies
differ. A further error, fitted to studies (``model_error``), widens the interval and leaves the
median.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.sampling import (
    Array,
    median,
    quantiles,
    standard_normal,
)

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

GUT = "gut CYP3A"
MODEL_ERROR = "model_error/log_sd"
_GUT_ENZYME = "CYP3A4"
_NOTHING_FROM = 1e-9
_ROUNDING = 1e-9
_TOP = 0.95
_SHARE_STEP = 0.001  # shares are told to this step and still sum to 1


@dataclasses.dataclass(frozen=True, eq=False)
class Clearance:
    """How a victim is cleared, as samples.

    ``fm`` are fractions of systemic clearance by enzyme; ``f_gut`` the fraction that escapes the
    gut wall (1 for other routes than oral); ``extraction`` the hepatic extraction ratio where the
    route is not oral, so that a flow-limited clearance cannot change more than flow allows;
    ``renal`` the fraction of systemic clearance that the liver has no part in. ``beside_typical``
    is this person's exposure without any perpetrator, as a multiple of a typical adult's.
    ``otherwise`` is the same medicine by the other of two ways that its route can lie between, and
    ``flags`` what a reader must be told of that route.
    """

    fm: Mapping[str, Array]
    f_gut: Array
    extraction: Array | float = 0.0
    renal: Array | float = 0.0
    beside_typical: Array | float = 1.0
    otherwise: Clearance | None = None
    flags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Activity:
    """Enzyme activity left under one perpetrator (1 = unchanged), as samples."""

    liver: Mapping[str, Array]
    gut_cyp3a: Array | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class AucRatio:
    """The samples of a ratio, its median, and how much of its logarithm each mechanism carries.

    The median is that of the equation: the error of the model widens the samples around it.
    ``shares`` count in the direction of the whole change: what pulls against it is negative, and
    their sizes sum to 1. ``ceiling`` is the most that these perpetrators could do to the victim if
    they left nothing of the enzymes that they inhibit: the top of its central 90 % range.
    ``otherwise`` is the milder ratio of the other way, which the interval spans too.
    """

    samples: Array
    median: float
    shares: Mapping[str, float]
    ceiling: float
    otherwise: AucRatio | None = None

    @cached_property
    def _quantiles(self) -> tuple[float, float]:
        low, high = quantiles(self.samples, 0.05, 0.95)
        if self.otherwise is None:
            return low, high
        return min(low, self.otherwise.low), max(high, self.otherwise.high)

    @property
    def low(self) -> float:
        """5th percentile of the samples, or that of the other way where it is lower."""
        return self._quantiles[0]

    @property
    def high(self) -> float:
        """95th percentile of the samples, or that of the other way where it is higher."""
        return self._quantiles[1]


def model_error(knowledge: Knowledge) -> Array:
    """Samples of the factor between a studied ratio near 1 and the equation beyond its ranges.

    ``growth`` says how much larger it is elsewhere.
    """
    fact = knowledge.ddi.constant(MODEL_ERROR)
    return np.asarray(np.exp(standard_normal(fact.id) * fact.number))


def auc_ratio(
    victim: Clearance, perpetrators: Sequence[Activity], error: Array | None = None
) -> AucRatio:
    """Ratio of the victim's AUC with all perpetrators together to its AUC without any.

    Effects of several perpetrators on one enzyme multiply. ``error`` is that of ``model_error``. A
    route between two ways gives the ratio that is further from 1.
    """
    if victim.otherwise is not None:
        one = auc_ratio(dataclasses.replace(victim, otherwise=None), perpetrators, error)
        return _worse(one, auc_ratio(victim.otherwise, perpetrators, error))
    gut_left, liver_left = together(victim, perpetrators)
    gut = gut_left * (1.0 - victim.f_gut) + victim.f_gut
    change = {e: victim.fm[e] * (left - 1.0) for e, left in liver_left.items()}
    liver = 1.0 + sum(change.values(), start=np.zeros_like(victim.f_gut))
    systemic = _systemic(liver, victim)
    ratio = systemic / gut
    ceiling = _ceiling(victim, gut_left, liver_left)
    return AucRatio(
        samples=ratio if error is None else _widened(ratio, error, ceiling),
        median=median(ratio),
        shares=_shares(gut, systemic, liver, change),
        ceiling=ceiling,
    )


def _worse(one: AucRatio, other: AucRatio) -> AucRatio:
    worse, milder = sorted((one, other), key=lambda r: -abs(math.log(r.median)))
    return dataclasses.replace(worse, ceiling=max(one.ceiling, other.ceiling), otherwise=milder)


def together(
    victim: Clearance, perpetrators: Sequence[Activity]
) -> tuple[Array, Mapping[str, Array]]:
    """Activity left in the gut, and in the liver by enzyme; only enzymes that are touched.

    The order of multiplication is that of the bytes of the effects, so that the order of the list
    cannot change the last digit of a result.
    """
    gut = [a.gut_cyp3a for a in perpetrators if a.gut_cyp3a is not None]
    liver = {
        enzyme: [a.liver[enzyme] for a in perpetrators if enzyme in a.liver] for enzyme in victim.fm
    }
    ones = np.ones_like(victim.f_gut)
    return _product(gut, ones), {e: _product(left, ones) for e, left in liver.items() if left}


def _product(factors: Sequence[Array], ones: Array) -> Array:
    if len(factors) > 1:
        factors = sorted(factors, key=lambda f: f.tobytes())
    whole = ones
    for factor in factors:
        whole = whole * factor
    return whole


def _systemic(liver: Array, victim: Clearance) -> Array:
    """Inverse of what is left of systemic clearance.

    ``liver`` is what is left when all clearance follows intrinsic clearance. By the well-stirred
    model the hepatic part falls less where extraction is high; extraction 0 leaves it as it is.
    """
    if isinstance(victim.extraction, float) and victim.extraction == 0.0:
        return 1.0 / liver
    hepatic = 1.0 - victim.renal
    intrinsic = (liver - victim.renal) / hepatic
    flow = intrinsic / (1.0 - victim.extraction + victim.extraction * intrinsic)
    return np.asarray(1.0 / (victim.renal + hepatic * flow))


def _ceiling(victim: Clearance, gut_left: Array, liver_left: Mapping[str, Array]) -> float:
    """The ratio with nothing left of the enzymes that are inhibited, and the others as usual.

    The top of its range, because the error of the model stands for that of the fractions too.
    """
    liver = np.ones_like(victim.f_gut)
    for enzyme, left in liver_left.items():
        liver = liver - np.where(left < 1.0, victim.fm[enzyme], 0.0)
    gut = np.where(gut_left < 1.0, victim.f_gut, 1.0)
    most = _systemic(np.maximum(liver, _NOTHING_FROM), victim) / gut
    return quantiles(most, _TOP)[0]


def _widened(ratio: Array, error: Array, ceiling: float) -> Array:
    """The ratio with the error of the model, within what the mechanism allows.

    What only inhibits cannot lower an exposure, what only induces cannot raise it, and nothing
    raises it beyond the ceiling of the victim.
    """
    low = 1.0 if bool(np.all(ratio >= 1.0 - _ROUNDING)) else 0.0
    high = 1.0 if bool(np.all(ratio <= 1.0 + _ROUNDING)) else np.inf
    widened = ratio * error ** growth(np.log(ratio))
    return np.asarray(np.clip(widened, low, min(high, ceiling)))


def growth(log_ratio: Array) -> Array:
    """How many times the error at a ratio of 1 (as a logarithm) the error at other ratios is.

    Large changes are predicted worse: the last percents of a clearance decide them. The error
    still grows less than the change, so that more of a perpetrator never gives less.
    """
    return np.asarray(1.0 + np.abs(log_ratio))


def _shares(
    gut: Array, systemic: Array, liver: Array, change: Mapping[str, Array]
) -> dict[str, float]:
    """Parts of the log ratio by mechanism at the medians, in the direction of the whole."""
    log_systemic, left = math.log(median(systemic)), median(liver)
    # The logarithm is shared out in proportion to the change of clearance (logarithmic mean).
    per_change = log_systemic / (1.0 - left) if abs(1.0 - left) > _NOTHING_FROM else 1.0
    weights = {enzyme: median(c) for enzyme, c in change.items()}
    parts = {GUT: -math.log(median(gut))}
    parts |= {f"liver {_spoken(e)}": -per_change * weight for e, weight in weights.items()}
    kept = {name: part for name, part in parts.items() if abs(part) > _NOTHING_FROM}
    if not kept:
        return {}
    size = sum(abs(part) for part in kept.values())
    direction = 1.0 if sum(kept.values()) >= 0.0 else -1.0
    return _in_steps({name: direction * part / size for name, part in kept.items()})


def _spoken(enzyme: str) -> str:
    return "CYP3A" if enzyme == _GUT_ENZYME else enzyme


def _in_steps(shares: Mapping[str, float]) -> dict[str, float]:
    """Shares rounded so that their sizes still sum to 1: the largest takes the remainder."""
    rounded = {name: round(share / _SHARE_STEP) for name, share in shares.items()}
    largest = max(shares, key=lambda name: (abs(shares[name]), name))
    rest = round(1.0 / _SHARE_STEP) - sum(abs(r) for r in rounded.values())
    rounded[largest] += rest if shares[largest] > 0.0 else -rest
    return {name: round(steps * _SHARE_STEP, 3) for name, steps in rounded.items() if steps}
