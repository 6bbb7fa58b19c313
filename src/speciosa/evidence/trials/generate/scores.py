"""Scores of people over visits, before anyone leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from speciosa.evidence.trials.streams import normals_of_trials, uniforms_of_trials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Codes, Floats
    from speciosa.evidence.trials.generate.model import Entry, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """A block of people. Arrays of visits have the visit first: (visits, trials, subjects).

    ``user`` used kratom before, ``newly`` grows dependent on that of the trial. ``plain`` is the
    exact score without the treatment and without the anxiety of stopping,
    ``benefit`` what being on the treatment adds, ``craving`` what having stopped kratom adds.
    """

    baseline: Floats
    arm: Codes
    on: Codes
    sequence: Codes | None
    plain: Floats
    benefit: Floats
    craving: Floats
    user: NDArray[np.bool_]
    newly: NDArray[np.bool_]

    @property
    def on_treatment(self) -> Floats:
        """The exact score of who takes what was allotted."""
        return self.plain + self.benefit + self.craving


def people(
    model: Model, seed: int, trials: Sequence[int], subjects: int, *, arm: int | None = None
) -> People:
    """Draw a block of people. Depends on seed, trial and subject alone.

    ``arm`` puts everybody into one arm for good: the same people under each treatment.
    """
    shape = (len(trials), subjects)
    visits = len(model.weeks)
    u = uniforms_of_trials(seed, trials, subjects, 4, "person")
    user = u[:, :, 1] < model.craving.users
    newly = ~user & (u[:, :, 3] < model.craving.newly)
    if arm is None:
        arms, on, sequence = _allotted(model, seed, trials, subjects)
    else:
        arms, sequence = np.full(shape, arm, dtype=np.int8), None
        on = np.broadcast_to(arms, (visits, *shape))
    entry, craving = model.entry, model.craving
    # Who has just stopped comes to baseline with the anxiety of stopping on top.
    extra = float(craving.left(craving.washout_weeks)) if craving.before else 0.0
    lifted = np.where(user, extra, 0.0)
    shown = _truncated(entry.mean + lifted, entry, u[:, :, 0])
    baseline = shown - lifted
    z = normals_of_trials(seed, trials, subjects, visits, "residual")
    plain = np.empty((visits, *shape))
    for k in range(visits):
        row = plain[k]
        np.multiply(baseline - entry.enrolled_mean, model.slope[k], out=row)
        row += entry.enrolled_mean + model.control[k]
        for j in range(k + 1):
            if model.mixing[k, j]:
                row += model.mixing[k, j] * z[:, :, j]
    believes = u[:, :, 2] < np.where(arms > 0, model.belief.on_treatment, model.belief.on_control)
    if model.belief.points and not model.in_periods:
        plain += np.where(believes, model.belief.points, 0.0) * model.onset[:, None, None]
    benefit = _benefit(model, seed, trials, on)
    if model.belief.points and model.in_periods:
        benefit += _believed(model, on, u[:, :, 2])
    return People(
        baseline=_as_scored(model, shown),
        arm=arms,
        on=on,
        sequence=sequence,
        plain=plain,
        benefit=benefit,
        craving=_craving(model, on, user, newly),
        user=user,
        newly=newly,
    )


def scored(model: Model, exact: Floats) -> Floats:
    """Exact scores as the scale gives them: whole points between its ends, where asked for."""
    if model.whole_points:
        exact = np.rint(exact)
    return np.clip(exact, 0.0, model.highest) if model.bounded else exact


def _as_scored(model: Model, shown: Floats) -> Floats:
    return np.rint(shown) if model.whole_points else shown


def _truncated(mean: Floats, entry: Entry, u: Floats) -> Floats:
    """Normal scores cut off at the entry score and the top of the scale, by inversion."""
    low = ndtr((entry.lowest - mean) / entry.sd)
    high = ndtr((entry.highest - mean) / entry.sd)
    return np.asarray(mean + entry.sd * ndtri(low + u * (high - low)))


def _allotted(
    model: Model, seed: int, trials: Sequence[int], subjects: int
) -> tuple[Codes, Codes, Codes | None]:
    """Arms, what is taken at each visit, and the sequence in designs with periods.

    Arms alternate in the order of entry (permuted blocks of the smallest size): every first n
    people are balanced, so that a trial of n is the beginning of a larger one.
    """
    shape, visits = (len(trials), subjects), len(model.weeks)
    order = np.arange(subjects)
    if not model.in_periods:
        if model.alternation:
            one = (order % model.arms).astype(np.int8)
        else:
            share = model.treated_share
            one = (np.floor((order + 1) * share + 1e-9) - np.floor(order * share + 1e-9)).astype(
                np.int8
            )
        arm = np.broadcast_to(one, shape)
        return arm, np.broadcast_to(arm, (visits, *shape)), None
    if model.pairs:
        u = uniforms_of_trials(seed, trials, subjects, visits // 2, "order")
        first = (u < 0.5).astype(np.int8)
        on = np.empty((visits, *shape), dtype=np.int8)
        sequence = np.zeros(shape, dtype=np.int8)
        for pair in range(visits // 2):
            on[2 * pair] = first[:, :, pair]
            on[2 * pair + 1] = 1 - first[:, :, pair]
            sequence += first[:, :, pair] << pair
    else:
        sequence = np.broadcast_to((order % 2).astype(np.int8), shape)
        turns = np.arange(visits) % 2
        on = ((turns[:, None, None] + sequence[None]) % 2).astype(np.int8)
    return np.ones(shape, dtype=np.int8), on, sequence


def _benefit(model: Model, seed: int, trials: Sequence[int], on: Codes) -> Floats:
    """What the treatment adds at each visit to who takes it."""
    visits, shape = len(model.weeks), on.shape[1:]
    own = np.zeros(shape)
    if model.spread:
        own = model.spread * normals_of_trials(seed, trials, shape[1], 1, "benefit")[:, :, 0]
    if model.shift_range is not None:
        low, high = model.shift_range
        middle = model.effect[-1, -1]
        z = normals_of_trials(seed, trials, 1, 1, "truth")[:, :, 0]
        # The plan is the median of what is believed, low and high the ends of 95 % of it.
        own = own + z / float(ndtri(0.975)) * np.where(z < 0.0, middle - low, high - middle)
    benefit = np.empty((visits, *shape))
    for k in range(visits):
        benefit[k] = model.effect[on[k], k] + np.where(on[k] > 0, own * model.onset[k], 0.0)
        if model.in_periods and model.carry_over and k:
            carried = (model.effect[on[k - 1], k - 1] + np.where(on[k - 1] > 0, own, 0.0)) * (
                model.carry_over
            )
            benefit[k] += np.where(on[k] > 0, 0.0, carried)
    return benefit


def _believed(model: Model, on: Codes, u: Floats) -> Floats:
    """Expectancy in designs with periods: the same person guesses anew in each."""
    share = np.where(on > 0, model.belief.on_treatment, model.belief.on_control)
    return np.where(u[None] < share, model.belief.points, 0.0)


def _craving(model: Model, on: Codes, user: NDArray[np.bool_], newly: NDArray[np.bool_]) -> Floats:
    """Anxiety of having stopped kratom at each visit, of those who take what they were allotted."""
    craving, weeks = model.craving, model.weeks
    if not craving.any:
        return np.zeros((len(weeks), 1, 1))
    # Weeks since the last kratom; who never took any is infinitely far from it.
    since = np.where(user & craving.before, craving.washout_weeks, np.inf)
    found = np.zeros((len(weeks), *user.shape))
    before = 0.0
    for k, week in enumerate(weeks):
        off = since + (week - before)
        points = craving.left(off)
        found[k] = np.where(
            on[k] > 0, np.where(user, (1.0 - craving.relieved) * points, 0.0), points
        )
        # Taking kratom starts the clock of withdrawal anew.
        since = np.where(on[k] > 0, np.where(user | newly, 0.0, np.inf), off)
        before = week
    return found
