"""Who gives the treatment up, when, why, and who is still seen afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit

from speciosa.evidence.trials.data import Cause
from speciosa.evidence.trials.design.document import Strategy
from speciosa.evidence.trials.generate.scores import People, people, scored
from speciosa.evidence.trials.streams import uniforms_of_trials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.evidence.trials.data import Codes, Floats
    from speciosa.evidence.trials.generate.model import Model

_PILOT = 20_000
_HALVINGS = 40


class Offsets(NamedTuple):
    """What makes as many leave at each visit as were asked for, a row for control and one for rest.

    Causes come in the order of ``Cause``; each takes its share of those whom the ones before left.
    ``random`` and ``adverse`` are chances, ``observed`` and ``unobserved`` log odds at the mean
    score; ``centre`` and ``scale`` are mean and SD of the score.
    """

    random: Floats
    observed: Floats
    unobserved: Floats
    adverse: Floats
    centre: Floats
    scale: Floats


class Stopped(NamedTuple):
    """The first visit after stopping (the number of visits for who never did), and why."""

    at: Codes
    cause: Codes


def offsets(model: Model, seed: int) -> Offsets:
    """Find the log odds by a pilot of many people, once for a model."""
    visits = len(model.weeks)
    pilot = people(model, seed, [0], 2 * _PILOT)
    score = scored(model, pilot.on_treatment)[:, 0]
    before = np.concatenate((pilot.baseline, score[:-1]))
    centre, scale = _spread(score, before)
    chances = np.zeros((4, 2, visits))
    found = Offsets(chances[0], chances[1], chances[2], chances[3], centre, scale)
    # The chance of each person to be still there, carried on instead of drawn.
    here = np.ones(2 * _PILOT)
    for k in range(visits):
        for row in (0, 1):
            mine = (pilot.on[k, 0] > 0) == bool(row)
            if mine.any():
                here[mine] *= _set(
                    model, found, row, k, (before[k, mine], score[k, mine]), here[mine]
                )
    return found


def _set(  # noqa: PLR0913, PLR0917  # one group at one visit
    model: Model, found: Offsets, row: int, k: int, seen: tuple[Floats, Floats], here: Floats
) -> Floats:
    """Set chances and log odds of one group at one visit; the chance of each person to stay."""
    leaving = model.leaving
    weight = here / max(float(here.sum()), 1e-300)
    stay = np.ones(len(here))

    def given(wanted: float) -> float:
        """The chance among those left by the causes before that makes up this share of all."""
        return min(wanted / max(float(weight @ stay), 1e-12), 1.0)

    found.random[row, k] = given(leaving.at_random[row, k])
    stay = stay * (1.0 - found.random[row, k])
    for name, score in zip(("observed", "unobserved"), seen, strict=True):
        z = _standard(found, k, score, last=name == "observed")
        wanted = getattr(leaving, name)[row, k]
        log_odds = getattr(found, name)
        log_odds[row, k] = _offset(z, wanted, leaving.slope, weight * stay)
        stay = stay * (1.0 - _logistic(log_odds[row, k], leaving.slope, z))
    found.adverse[row, k] = given(leaving.adverse[row, k])
    return np.asarray(stay * (1.0 - found.adverse[row, k]))


def _spread(score: Floats, before: Floats) -> tuple[Floats, Floats]:
    """Means and SDs of the last score seen (first row) and of the present one (second row)."""
    both = np.stack((before, score))
    return both.mean(axis=2), np.maximum(both.std(axis=2), 1e-9)


def _standard(found: Offsets, visit: int, score: Floats, *, last: bool) -> Floats:
    row = 0 if last else 1
    return np.asarray((score - found.centre[row, visit]) / found.scale[row, visit])


def _offset(z: Floats, wanted: float, slope: float, weight: Floats) -> float:
    """Log odds whose mean chance, weighted, is the one wanted, by halving."""
    if wanted <= 0.0:
        return -np.inf
    low, high = -60.0, 60.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if float(weight @ _logistic(middle, slope, z)) < wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _chances(  # noqa: PLR0913, PLR0917  # one person, one visit
    model: Model, found: Offsets, row: int, k: int, before: Floats, score: Floats
) -> Floats:
    """Chance of leaving at a visit for this cause or one before it, (4, people)."""
    slope = model.leaving.slope
    each = np.empty((4, *before.shape))
    each[0] = found.random[row, k]
    each[1] = _logistic(found.observed[row, k], slope, _standard(found, k, before, last=True))
    each[2] = _logistic(found.unobserved[row, k], slope, _standard(found, k, score, last=False))
    each[3] = found.adverse[row, k]
    return np.asarray(1.0 - np.cumprod(1.0 - each, axis=0))


def _logistic(offset: float, slope: float, z: Floats) -> Floats:
    return np.zeros_like(z) if np.isneginf(offset) else np.asarray(expit(offset + slope * z))


def stops(  # noqa: PLR0913, PLR0917  # a block and what it is drawn from
    model: Model, found: Offsets, block: People, score: Floats, seed: int, trials: Sequence[int]
) -> Stopped:
    """When and why each person of a block gives up; ``score`` is that on treatment."""
    visits, shape = len(model.weeks), block.arm.shape
    at = np.full(shape, visits, dtype=np.int8)
    cause = np.zeros(shape, dtype=np.int8)
    leaving = model.leaving
    if not any(
        part.any()
        for part in (leaving.at_random, leaving.observed, leaving.unobserved, leaving.adverse)
    ):
        return Stopped(at, cause)
    draws = uniforms_of_trials(seed, trials, shape[1], visits, "leaving")
    causes = (
        Cause.AT_RANDOM,
        Cause.OBSERVED_OUTCOME,
        Cause.UNOBSERVED_OUTCOME,
        Cause.ADVERSE_EVENT,
    )
    for k in range(visits):
        before = block.baseline if k == 0 else score[k - 1]
        by_row = [_chances(model, found, row, k, before, score[k]) for row in (0, 1)]
        u, taken = draws[:, :, k], block.on[k] > 0
        undecided = at == visits
        for index, why in enumerate(causes):
            now = undecided & (u < np.where(taken, by_row[1][index], by_row[0][index]))
            at[now], cause[now] = k, why
            undecided &= ~now
    return Stopped(at, cause)


def after_stopping(model: Model, block: People, at: Codes) -> Floats:
    """Exact scores when those who gave up lose the effect and, as former users, crave."""
    visits, weeks = len(model.weeks), model.weeks
    exact = np.empty(block.plain.shape)
    last_on = np.concatenate(([0.0], weeks))[np.minimum(at, visits)]
    treated = block.arm > 0
    for k in range(visits):
        off = at <= k
        since = np.maximum(weeks[k] - last_on, 0.0)
        kept = np.where(off, 0.5 ** (since / model.leaving.lost_half_weeks), 1.0)
        craving = np.broadcast_to(block.craving[k], off.shape)
        if model.craving.any:
            own = (block.user | block.newly) & treated
            fresh = np.where(own, model.craving.left(since), craving)
            craving = np.where(off, fresh, craving)
        exact[k] = block.plain[k] + block.benefit[k] * kept + craving
    return exact


def seen_after(
    model: Model, shape: tuple[int, int], seed: int, trials: Sequence[int]
) -> Floats | None:
    """1 for who is still seen after giving up, or ``None`` where later scores do not count."""
    if model.strategy is not Strategy.TREATMENT_POLICY or model.in_periods:
        return None
    u = uniforms_of_trials(seed, trials, shape[1], 1, "followed")[:, :, 0]
    return (u < model.leaving.followed).astype(np.float64)
