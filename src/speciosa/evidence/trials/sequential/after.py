"""p, estimate and interval that allow for the looks already taken."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from speciosa.evidence.trials.sequential.exits import Path

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.sequential.boundaries import Boundaries

    Floats = NDArray[np.float64]

_FARTHEST_DRIFT = 25.0
# Drifts and z of the table for many trials. Between its points the probit of p is all but straight.
_DRIFTS = np.linspace(-15.0, 15.0, 301)
_Z = np.linspace(-12.0, 12.0, 241)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Median-unbiased effect and interval, in the units of the standard error given."""

    median: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """The same for many trials, one of each a trial."""

    median: Floats
    low: Floats
    high: Floats
    p: Floats


def stagewise_p(plan: Boundaries, look: int, z: float, drift: float = 0.0) -> float:
    """Chance, under ``drift``, of a result at least as good in the stage-wise order (one-sided).

    Stopping earlier for benefit counts as better, then the z at the same look. Futility, which does
    not bind, is not heeded; the lower side of a two-sided test is.
    """
    before, _, path = _until(plan, look, drift)
    return before + path.above(plan.fractions[look], z)


def after_stopping(
    plan: Boundaries, look: int, z: float, se: float, *, level: float = 0.95
) -> Estimate:
    """Median-unbiased effect and interval after stopping at ``look`` (0 is the first) with ``z``.

    ``se`` is the standard error of the effect at that look. Positive is better, as in z.
    """
    unit = se * float(np.sqrt(plan.fractions[look]))  # one unit of drift as an effect

    def where(tail: float) -> float:
        return float(
            brentq(
                lambda drift: stagewise_p(plan, look, z, drift) - tail,
                -_FARTHEST_DRIFT,
                _FARTHEST_DRIFT,
                xtol=1e-9,
            )
        )

    half = (1 - level) / 2
    return Estimate(
        median=unit * where(0.5),
        low=unit * where(half),
        high=unit * where(1 - half),
        p=stagewise_p(plan, look, z),
    )


def after_stopping_many(  # noqa: PLR0913 - what a trial stopped with
    plan: Boundaries,
    look: NDArray[np.int64],
    z: Floats,
    se: Floats,
    *,
    level: float = 0.95,
    heed_futility: bool = False,
) -> Estimates:
    """``after_stopping`` for many trials, read from a table: within 0.001 standard errors.

    With ``heed_futility`` trials below the lower boundary did stop there, which counts as the worse
    the earlier it came: p and intervals are then exact for trials that keep to their plan.
    """
    half = (1 - level) / 2
    found = {name: np.full(z.shape, np.nan) for name in ("median", "low", "high", "p")}
    for k in range(len(plan.fractions)):
        mine = (look == k) & np.isfinite(z)
        if not mine.any():
            continue
        unit = se[mine] * np.sqrt(plan.fractions[k])
        for name, tail in (("median", 0.5), ("low", half), ("high", 1 - half)):
            found[name][mine] = unit * np.interp(z[mine], _Z, _drifts(plan, k, heed_futility, tail))
        none = _probits(plan, k, heed_futility)[len(_DRIFTS) // 2]
        found["p"][mine] = ndtr(np.interp(z[mine], _Z, none))
    return Estimates(**found)


def _until(
    plan: Boundaries, look: int, drift: float, *, heed_futility: bool = False
) -> tuple[float, float, Path]:
    """Chances of having stopped above and below before a look, and the density of who goes on."""
    path = Path(drift)
    above = below = 0.0
    for k in range(look):
        time = plan.fractions[k]
        above += path.above(time, plan.upper[k])
        low = plan.lower[k] if plan.sides == 2 or heed_futility else -np.inf
        below += path.below(time, low)
        path.step(time, low, plan.upper[k], plan.fractions[k + 1])
    return above, below, path


@lru_cache(maxsize=64)
def _probits(plan: Boundaries, look: int, heed_futility: bool) -> Floats:
    """Probit of the stage-wise p at a look, (drifts, z)."""
    lower, upper = plan.lower[look], plan.upper[look]
    # Between the boundaries nothing stops: where the two tails meet there changes nothing.
    futile = ((lower + upper) / 2 > _Z) & (heed_futility and bool(np.isfinite(lower)))
    rows = []
    for drift in _DRIFTS:
        above, below, path = _until(plan, look, float(drift), heed_futility=heed_futility)
        over = path.above_each(plan.fractions[look], _Z)
        under = path.below_each(plan.fractions[look], _Z)
        rows.append(np.where(futile, 1.0 - below - under, above + over))
    return np.asarray(ndtri(np.clip(rows, 1e-300, 1 - 1e-16)))


@lru_cache(maxsize=256)
def _drifts(plan: Boundaries, look: int, heed_futility: bool, tail: float) -> Floats:
    """The drift under which each z of the table has that stage-wise p."""
    wanted, table = float(ndtri(tail)), _probits(plan, look, heed_futility)
    return np.array([np.interp(wanted, column, _DRIFTS) for column in table.T])


def repeated_interval(
    plan: Boundaries, look: int, estimate: float, se: float
) -> tuple[float, float]:
    """Interval that holds at every look together (Jennison and Turnbull 1989).

    Its confidence is 1 - alpha of a two-sided plan and 1 - 2 alpha of a one-sided one.
    """
    half = plan.upper[look] * se
    return estimate - half, estimate + half
