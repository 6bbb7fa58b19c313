"""Mantel-Haenszel odds ratios for networks of rare events (Efthimiou et al. 2019).

The trials of one design give the Mantel-Haenszel log odds ratio of every pair of its treatments;
with more than two treatments these are made to agree by averaging (Greenland 1989). Each design
then enters the network as one trial would. No number is added to a cell of 0, and effects are
taken to be common to all trials.

Covariance of the log odds ratios of h against i and of h against j: with p the risk, q = 1 - p and
n the size of an arm, it is the sum over trials of n_h n_i n_j q_i q_j p_h / q_h, over N squared and
over the two Mantel-Haenszel denominators. Write 1 / q_h as 1 + p_h / q_h: each of the two parts
has three unbiased estimators under common odds ratios, by which arm's counts carry the odds of h;
their mean treats the arms alike.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes.table import Handling, Measure
from speciosa.evidence.network.trial import Trial, is_covariance

if TYPE_CHECKING:
    from speciosa.evidence.network.structure import Floats
    from speciosa.evidence.network.trial import Counts, Given


def design_trials(given: Given) -> tuple[tuple[Trial, ...], tuple[Handling, ...]]:
    """One trial for each design, and what had to be left out.

    Raises ``InputError`` where the file gives no counts or another measure than OR is asked for.
    """
    if not given.counts or given.measure is not Measure.OR:
        accepted = "MH with events and totals of arms, as odds ratios (--measure OR)"
        raise InputError([InputProblem("--method", f"MH for {given.measure}", accepted)])
    handled = []
    by_design: dict[tuple[str, ...], list[Counts]] = {}
    for one in given.counts:
        if not any(one.events) or one.events == one.totals:
            nothing = "no event in any arm" if not any(one.events) else "an event in everyone"
            what = f"left out of the Mantel-Haenszel analysis: {nothing}"
            handled.append(Handling(study=one.label, what=what))
        else:
            by_design.setdefault(tuple(sorted(one.arms)), []).append(one)
    trials = []
    for design, members in sorted(by_design.items()):
        trial = _trial(design, members, handled)
        if trial is not None:
            trials.append(trial)
    return tuple(trials), tuple(handled)


def _trial(design: tuple[str, ...], members: list[Counts], handled: list[Handling]) -> Trial | None:
    events = np.array([[one.events[one.arms.index(t)] for t in design] for one in members])
    totals = np.array([[one.totals[one.arms.index(t)] for t in design] for one in members])
    name = " against ".join(design)
    studies = ", ".join(one.label for one in members)
    sums, most = events.sum(axis=0), totals.sum(axis=0)
    silent = (sums == 0) | (sums == most)
    if silent.any():
        lost = ", ".join(t for t, out in zip(design, silent, strict=True) if out)
        why = f"no event, or an event in everyone, in any arm of {lost} of design {name}"
        if (~silent).sum() < 2:
            what = f"left out of the Mantel-Haenszel analysis: {why}"
            handled.append(Handling(study=studies, what=what))
            return None
        what = f"arms of {lost} left out of the Mantel-Haenszel analysis: {why}"
        handled.append(Handling(study=studies, what=what))
        events, totals = events[:, ~silent], totals[:, ~silent]
        design = tuple(t for t, out in zip(design, silent, strict=True) if not out)
    found = _odds_ratios(events, totals)
    why = ""
    if found is None:
        why = f"no finite odds ratio in design {name}"
    elif not is_covariance(found[1]):
        # The estimator of the covariance of pairs does not promise to be one with few events.
        why = f"the variances of design {name}, estimated from so few events, contradict each other"
    if found is None or why:
        what = f"left out of the Mantel-Haenszel analysis: {why}"
        handled.append(Handling(study=studies, what=what))
        return None
    people = tuple(float(n) for n in totals.sum(axis=0))
    return Trial(
        label=name, arms=design, y=found[0], s=found[1], people=people, studies=len(members)
    )


def _odds_ratios(events: Floats, totals: Floats) -> tuple[Floats, Floats] | None:
    """Log odds ratios of arms 1.. against arm 0, and their covariance; rows are trials."""
    rest, per = totals - events, 1 / totals.sum(axis=1)
    cross = np.einsum("ki,kj,k->ij", events, rest, per)
    m = cross.shape[0]
    if np.any(cross[~np.eye(m, dtype=bool)] == 0):
        return None
    np.fill_diagonal(cross, 1.0)
    value = np.log(cross / cross.T).sum(axis=1) / m
    pairs = list(itertools.combinations(range(m), 2))
    mean = np.zeros((m, len(pairs)))
    for at, (a, b) in enumerate(pairs):
        mean[a, at], mean[b, at] = 1 / m, -1 / m
    covariance = mean @ _covariance(events, rest, per, cross, pairs) @ mean.T
    change = np.hstack([-np.ones((m - 1, 1)), np.eye(m - 1)])
    return change @ value, change @ covariance @ change.T


def _covariance(
    events: Floats, rest: Floats, per: Floats, cross: Floats, pairs: list[tuple[int, int]]
) -> Floats:
    """Covariance of the log odds ratios of all pairs."""
    own = _own_variance(events, rest, per, cross)
    if len(pairs) == 1:
        return own[:1, 1:]
    square = per**2
    back = cross.T

    def part(h: Floats, i: Floats, j: Floats, over_i: Floats, over_j: Floats) -> Floats:
        sums = np.einsum("kh,ki,kj,k->hij", h, i, j, square)
        scaled: Floats = sums / (over_i[:, :, None] * over_j[:, None, :])
        return scaled

    x, f = events, rest
    shared = part(x, f, f, cross, cross)
    shared += part(f, x, f, back, cross) + part(f, f, x, cross, back)
    shared += part(x, x, f, back, cross) + part(x, f, x, cross, back)
    shared += part(f, x, x, back, back)
    shared /= 3
    found = np.zeros((len(pairs), len(pairs)))
    for (p, first), (q, second) in itertools.product(enumerate(pairs), repeat=2):
        if p == q:
            found[p, q] = own[first]
            continue
        for h in set(first) & set(second):
            i = first[0] + first[1] - h
            j = second[0] + second[1] - h
            sign = 1 if (h == first[0]) == (h == second[0]) else -1
            found[p, q] = sign * shared[h, i, j]
    return found


def _own_variance(events: Floats, rest: Floats, per: Floats, cross: Floats) -> Floats:
    """Variance of each pair's log odds ratio (Robins, Breslow and Greenland 1986)."""
    part = np.einsum("ki,kj,k->kij", events, rest, per)
    share = (events[:, :, None] + rest[:, None, :]) * per[:, None, None]
    other, other_share = np.swapaxes(part, 1, 2), np.swapaxes(share, 1, 2)
    both = cross * cross.T
    variance = (share * part).sum(axis=0) / (2 * cross**2)
    variance += (share * other + other_share * part).sum(axis=0) / (2 * both)
    variance += (other_share * other).sum(axis=0) / (2 * cross.T**2)
    found: Floats = variance
    return found
