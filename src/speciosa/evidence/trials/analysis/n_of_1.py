"""Many n-of-1 trials together: each person has an effect of their own, and those have a spread.

Treatments are compared within cycles of two periods, one on each, in an order drawn anew: what
changes slowly, as scores do over months, drops out of a cycle's difference. A person's effect is
the mean of the differences of their cycles, with variance ``noise * c``. Across persons effects are
normal with a mean and a variance ``spread``. The restricted likelihood depends on the effects and
on the residual sum of squares alone, and one ratio, spread over noise, remains to be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.analysis.inference import fits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Fits, TrialData

    Floats = NDArray[np.float64]

_HALVINGS = 70
_LARGEST_RATIO = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class NOf1:
    """A block of aggregated n-of-1 trials. Arrays are (trials,), ``effects`` (trials, people).

    Three shares of people whose effect is at least ``threshold`` points of improvement, which
    differ: ``share_model`` from the fitted spread; ``share_raw`` from the effects as measured,
    which noise spreads too far; ``share_shrunk`` from effects drawn towards the mean, which spreads
    them too little. Only the first estimates the share; the other two show by how much noise and
    shrinkage move it. Where ``spread`` is 0 nobody can be told from anybody and the first is NaN.
    ``noise`` is the variance of the difference of one cycle.
    """

    mean: Fits
    spread: Floats
    noise: Floats
    effects: Floats
    shrunk: Floats
    shrinkage: Floats
    threshold: float
    share_model: Floats
    share_raw: Floats
    share_shrunk: Floats


def n_of_1(data: TrialData) -> Fits:
    """Mean effect over persons; see ``n_of_1_fit``."""
    return n_of_1_fit(data).mean


def n_of_1_fit(data: TrialData, *, threshold: float = 0.0) -> NOf1:
    """Mean effect, spread of effects, and who responds; ``threshold`` is in points of improvement.

    A cycle without a score under both treatments has no difference, a person without such a cycle
    no effect. The standard error is taken from how far effects lie apart (weighted as in Hartung
    and Knapp), so that it holds whatever the spread; with equally many cycles for everybody this is
    the t test of one effect per person. Degrees of freedom are persons less one. Raises InputError
    without the treatment of each period or with an odd number of periods.
    """
    apart = _differences(data)
    seen = ~np.isnan(apart)
    cycles = seen.sum(axis=2)
    has = cycles > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        c = np.where(has, 1 / cycles, np.nan)
        effects = np.where(has, np.where(seen, apart, 0.0).sum(axis=2) * c, np.nan)
        left = np.where(seen, apart - effects[..., None], 0.0)
    residual = np.einsum("tsc,tsc->t", left, left)
    free = np.maximum(cycles - 1, 0).sum(axis=1)
    people = has.sum(axis=1)
    ratio = _ratio(effects, c, residual, free, people)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, noise, size = _given(ratio, effects, c, residual, free, people)
        weight = np.where(has, 1 / (ratio[:, None] + c), 0.0)
        squares = np.nansum(weight * (effects - mean[:, None]) ** 2, axis=1)
        spread = ratio * noise
        shrinkage = ratio[:, None] / (ratio[:, None] + c)
        shrunk = mean[:, None] + shrinkage * (effects - mean[:, None])
        se = np.sqrt(squares / (people - 1) * size)
        share_model = np.where(spread > 0, ndtr((-threshold - mean) / np.sqrt(spread)), np.nan)
        share_raw = (effects <= -threshold).sum(axis=1) / people
        share_shrunk = (shrunk <= -threshold).sum(axis=1) / people
    fitted = fits(mean[:, None], se[:, None], people[:, None] - 1.0, people[:, None] > 1)
    good = (people > 1) & (free > 0) & (noise > 0)
    return NOf1(
        mean=fitted,
        spread=np.where(good, spread, np.nan),
        noise=np.where(good, noise, np.nan),
        effects=effects,
        shrunk=np.where(good[:, None], shrunk, np.nan),
        shrinkage=shrinkage,
        threshold=threshold,
        share_model=np.where(good, share_model, np.nan),
        share_raw=share_raw,
        share_shrunk=np.where(good, share_shrunk, np.nan),
    )


def _differences(data: TrialData) -> Floats:
    """On treatment less off it in every cycle, (trials, people, cycles)."""
    if data.treatment is None:
        raise InputError([InputProblem("treatment", "none", "what was taken in each period")])
    if data.visits % 2:
        problem = InputProblem("periods", str(data.visits), "an even number, two for each cycle")
        raise InputError([problem])
    shape = (*data.y.shape[:2], -1, 2)
    y, taken = data.y.reshape(shape), (data.treatment > 0).reshape(shape)
    both = taken[..., 0] != taken[..., 1]
    return np.where(both, np.where(taken[..., 0], 1.0, -1.0) * (y[..., 0] - y[..., 1]), np.nan)


def _given(  # noqa: PLR0913, PLR0917 - what the likelihood is made of
    ratio: Floats,
    effects: Floats,
    c: Floats,
    residual: Floats,
    free: NDArray[np.int64],
    people: NDArray[np.int64],
) -> tuple[Floats, Floats, Floats]:
    """Mean effect, noise variance, and the mean's variance over the noise, for a ratio."""
    weight = np.where(np.isnan(c), 0.0, 1 / (ratio[:, None] + c))
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(weight * effects, axis=1) / total
        apart = np.nansum(weight * (effects - mean[:, None]) ** 2, axis=1)
        noise = (residual + apart) / (free + people - 1)
        return mean, noise, 1 / total


def _slope(  # noqa: PLR0913, PLR0917 - what the likelihood is made of
    ratio: Floats,
    effects: Floats,
    c: Floats,
    residual: Floats,
    free: NDArray[np.int64],
    people: NDArray[np.int64],
) -> Floats:
    """Derivative of the restricted likelihood for the ratio (times two), noise profiled out."""
    weight = np.where(np.isnan(c), 0.0, 1 / (ratio[:, None] + c))
    mean, noise, size = _given(ratio, effects, c, residual, free, people)
    with np.errstate(invalid="ignore", divide="ignore"):
        pull = np.nansum((weight * (effects - mean[:, None])) ** 2, axis=1) / noise
        slope: Floats = pull - weight.sum(axis=1) + (weight**2).sum(axis=1) * size
    return slope


def _ratio(
    effects: Floats,
    c: Floats,
    residual: Floats,
    free: NDArray[np.int64],
    people: NDArray[np.int64],
) -> Floats:
    """The ratio where the slope is 0, by bisection of its logarithm; 0 where it only falls."""
    trials = residual.size
    parts = (effects, c, residual, free, people)
    low, high = np.full(trials, np.log(1e-9)), np.full(trials, np.log(_LARGEST_RATIO))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = _slope(np.exp(middle), *parts) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    at_zero = _slope(np.zeros(trials), *parts) <= 0
    return np.where(at_zero, 0.0, np.exp((low + high) / 2))
