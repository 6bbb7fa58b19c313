"""Who gives the treatment up, when, why, and who is still seen afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

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
    """Log odds, mean and SD of the score at each visit, a row for control and one for the rest.

    Set so that the mean chance among those still there is the one asked for.
    """

    observed: Floats
    unobserved: Floats
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
    group = (pilot.arm[0] > 0).astype(int)
    draws = uniforms_of_trials(seed, [0], 2 * _PILOT, visits, "pilot leaving")[0]
    centre, scale = _spread(score, before)
    found = Offsets(np.zeros((2, visits)), np.zeros((2, visits)), centre, scale)
    for row in (0, 1):
        mine = group == row
        if not mine.any():
            continue
        here = np.ones(int(mine.sum()), dtype=bool)
        for k in range(visits):
            for name, seen in (("observed", before[k, mine]), ("unobserved", score[k, mine])):
                z = _standard(found, k, seen, last=name == "observed")[here]
                wanted = getattr(model.leaving, name)[row, k]
                getattr(found, name)[row, k] = _offset(z, wanted, model.leaving.slope)
            chances = _chances(model, found, row, k, before[k, mine], score[k, mine])
            here &= draws[mine, k] >= chances.sum(axis=0)
    return found


def _spread(score: Floats, before: Floats) -> tuple[Floats, Floats]:
    """Means and SDs of the last score seen (first row) and of the present one (second row)."""
    both = np.stack((before, score))
    return both.mean(axis=2), np.maximum(both.std(axis=2), 1e-9)


def _standard(found: Offsets, visit: int, score: Floats, *, last: bool) -> Floats:
    row = 0 if last else 1
    return np.asarray((score - found.centre[row, visit]) / found.scale[row, visit])


def _offset(z: Floats, wanted: float, slope: float) -> float:
    """Log odds whose mean chance over these people is the one wanted, by halving."""
    if wanted <= 0.0:
        return -np.inf
    low, high = -30.0, 30.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if float(np.mean(1.0 / (1.0 + np.exp(-(middle + slope * z))))) < wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _chances(  # noqa: PLR0913, PLR0917  # one person, one visit
    model: Model, found: Offsets, row: int, k: int, before: Floats, score: Floats
) -> Floats:
    """Chances of leaving at a visit for each cause, (4, people), in the order of ``Cause``."""
    leaving, slope = model.leaving, model.leaving.slope
    chances = np.empty((4, *before.shape))
    chances[0] = leaving.at_random[row, k]
    chances[1] = _logistic(found.observed[row, k], slope, _standard(found, k, before, last=True))
    chances[2] = _logistic(found.unobserved[row, k], slope, _standard(found, k, score, last=False))
    chances[3] = leaving.adverse[row, k]
    return chances


def _logistic(offset: float, slope: float, z: Floats) -> Floats | float:
    return 0.0 if np.isneginf(offset) else 1.0 / (1.0 + np.exp(-(offset + slope * z)))


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
    treated = block.arm > 0
    causes = (
        Cause.AT_RANDOM,
        Cause.OBSERVED_OUTCOME,
        Cause.UNOBSERVED_OUTCOME,
        Cause.ADVERSE_EVENT,
    )
    for k in range(visits):
        before = block.baseline if k == 0 else score[k - 1]
        by_row = [_chances(model, found, row, k, before, score[k]) for row in (0, 1)]
        u = draws[:, :, k]
        level = np.zeros(shape)
        undecided = at == visits
        for index, why in enumerate(causes):
            level = level + np.where(treated, by_row[1][index], by_row[0][index])
            now = undecided & (u < level)
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
        if model.craving.users and model.craving.points:
            fresh = np.where(block.user & treated, model.craving.left(since), craving)
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
