"""A block of trials as an analysis sees them, and the true value of what they estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.evidence.trials.data import TrialData
from speciosa.evidence.trials.design.document import Strategy
from speciosa.evidence.trials.generate.leaving import (
    Offsets,
    after_stopping,
    seen_after,
    stops,
)
from speciosa.evidence.trials.generate.scores import people, scored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.evidence.trials.data import Floats
    from speciosa.evidence.trials.generate.model import Model

_TRUE_PEOPLE, _TRUE_BLOCKS = 20_000, 5
# Trials beyond any that is simulated: the group from which true values are computed.
_TRUE_FIRST = 2**40


def trials_of(
    model: Model, found: Offsets, seed: int, trials: Sequence[int], subjects: int
) -> TrialData:
    """Simulate some trials. The same trial is the same in whatever block it is made."""
    block = people(model, seed, trials, subjects)
    score = scored(model, block.on_treatment)
    stopped = stops(model, found, block, score, seed, trials)
    visits = len(model.weeks)
    followed = seen_after(model, block.arm.shape, seed, trials)
    later = score if followed is None else scored(model, after_stopping(model, block, stopped.at))
    y = np.empty((len(trials), subjects, visits))
    for k in range(visits):
        off = stopped.at <= k
        lost = off if followed is None else off & (followed == 0.0)
        y[:, :, k] = np.where(lost, np.nan, np.where(off, later[k], score[k]))
    return TrialData(
        baseline=block.baseline,
        y=y,
        arm=np.ascontiguousarray(block.arm),
        visits_weeks=model.weeks,
        cause=stopped.cause,
        stopped=stopped.at,
        treatment=np.ascontiguousarray(np.moveaxis(block.on, 0, 2)) if model.in_periods else None,
        sequence=block.sequence,
        planned_arms=None if model.in_periods else model.arms,
    )


class Truth(NamedTuple):
    """True differences from control at each visit, (contrasts, visits), by strategy.

    ``se`` is the Monte Carlo SE at the last visit, ``means`` (arms, visits) the mean course of
    those who stay on treatment, ``left`` (arms,) the share who gave up.
    """

    hypothetical: Floats
    treatment_policy: Floats
    se: float
    means: Floats
    baseline_mean: float
    baseline_sd: float
    left: Floats
    beyond_scale: float

    def of(self, strategy: Strategy) -> Floats:
        """The value that the design's estimand asks for."""
        policy = strategy is Strategy.TREATMENT_POLICY
        return self.treatment_policy if policy else self.hypothetical


def truth(model: Model, found: Offsets, seed: int) -> Truth:
    """What an endless trial under these assumptions would find, without anything missing.

    The same people go through every arm, so that little chance is left in the differences.
    """
    arms, visits = model.arms, len(model.weeks)
    total = _TRUE_PEOPLE * _TRUE_BLOCKS
    sums = np.zeros((2, arms, visits))
    square, outside, left = 0.0, 0, np.zeros(arms)
    entry = np.zeros(2)
    for number in range(_TRUE_BLOCKS):
        which = [_TRUE_FIRST + number]
        last = []
        for arm in range(arms):
            block = people(model, seed, which, _TRUE_PEOPLE, arm=arm)
            exact = block.on_treatment
            score = scored(model, exact)
            stopped = stops(model, found, block, score, seed, which)
            policy = scored(model, after_stopping(model, block, stopped.at))
            sums[0, arm] += score[:, 0].sum(axis=1)
            sums[1, arm] += policy[:, 0].sum(axis=1)
            left[arm] += (stopped.at < visits).sum()
            outside += int(np.sum((exact < 0) | (exact > model.highest)))
            last.append(score[-1, 0])
        square += float(((last[-1] - last[0]) ** 2).sum())
        entry += (block.baseline.sum(), (block.baseline**2).sum())
    means = sums / total
    differences = means[:, 1:] - means[:, :1]
    if model.in_periods:
        # A person is compared with himself over all periods; nobody is followed off treatment.
        differences = np.broadcast_to(differences[0].mean(axis=1)[None, :, None], differences.shape)
    spread = square / total - float(means[0, -1, -1] - means[0, 0, -1]) ** 2
    return Truth(
        hypothetical=differences[0],
        treatment_policy=differences[1],
        se=float(np.sqrt(max(spread, 0.0) / total)),
        means=means[0],
        baseline_mean=float(entry[0] / total),
        baseline_sd=float(np.sqrt(entry[1] / total - (entry[0] / total) ** 2)),
        left=left / total,
        beyond_scale=outside / (total * arms * visits),
    )
