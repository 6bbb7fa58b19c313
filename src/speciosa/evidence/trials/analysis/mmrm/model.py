"""The mixed model for repeated measures of a block of trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.analysis.inference import fits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Fits, TrialData

    Floats = NDArray[np.float64]

Degrees = Literal["satterthwaite", "kenward-roger", "residual", "z"]
Structure = Literal["unstructured", "toeplitz", "compound symmetry"]

_DEGREES: dict[Degrees, int] = {"z": 0, "residual": 1, "satterthwaite": 2, "kenward-roger": 3}
_STRUCTURES: dict[Structure, int] = {"unstructured": 0, "toeplitz": 1, "compound symmetry": 2}
_MOST_VISITS = 20  # patterns are looked up in a table of 2 to this power


class Why(IntEnum):
    """Why a fit ended. Everything but ``CONVERGED`` gives no estimate."""

    CONVERGED = 0
    SINGULAR_DESIGN = 1
    TOO_FEW_SCORES = 2
    TOO_MANY_ITERATIONS = 3
    NO_STEP_LEFT = 4
    FLAT_LIKELIHOOD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mmrm:
    """A fitted block. ``means`` (trials, arms + 1, visits) are the coefficients of each visit.

    Its rows are the control's mean at the average baseline, what each active arm adds, and the
    slope on baseline. ``covariance`` is (trials, visits, visits), NaN where a visit had no score.
    ``structure`` says per trial which covariance was fitted: another than the first only where
    the caller named a fallback.
    """

    contrasts: Fits
    why: tuple[Why, ...]
    structure: tuple[Structure, ...]
    iterations: NDArray[np.int64]
    log_likelihood: Floats
    covariance: Floats
    means: Floats

    def failures(self) -> dict[Why, int]:
        """How many trials ended without an estimate, by reason."""
        return {why: n for why in Why if why and (n := self.why.count(why))}


def mmrm(
    data: TrialData,
    *,
    visit: int = -1,
    df: Degrees = "satterthwaite",
    structure: Structure = "unstructured",
    fallback: Sequence[Structure] = (),
) -> Fits:
    """Every active arm against control at one visit; see ``mmrm_fit``."""
    return mmrm_fit(data, visits=(visit,), df=df, structure=structure, fallback=fallback).contrasts


def mmrm_fit(
    data: TrialData,
    *,
    visits: Sequence[int] = (-1,),
    df: Degrees = "satterthwaite",
    structure: Structure = "unstructured",
    fallback: Sequence[Structure] = (),
) -> Mmrm:
    """Fit arm by visit and baseline by visit with a covariance between visits, all arms sharing it.

    Restricted maximum likelihood on everybody with a score at any visit, valid where scores are
    missing at random. Contrasts are in the order of ``visits``, and of active arms within each.
    ``df``: Satterthwaite with the observed information; Kenward and Roger (1997), whose standard
    error is adjusted too; scores less coefficients; or none (z). A trial that fails is fitted with
    the structures of ``fallback`` in turn, if the caller names any: never by itself.
    Raises InputError for too many visits or a missing baseline.
    """
    # Compiled on first use, and numba takes a third of a second: only this analysis pays.
    from speciosa.evidence.trials.analysis.mmrm.block import fit_block  # noqa: PLC0415

    _check(data)
    trials, arms = data.trials, data.arms
    at = np.zeros((len(visits), data.visits))
    for row, visit in enumerate(visits):
        at[row, visit] = 1.0
    n_contrasts = len(visits) * (arms - 1)
    estimate, se, freedom = (np.full((trials, n_contrasts), np.nan) for _ in range(3))
    why = np.full(trials, Why.TOO_FEW_SCORES, np.int8)
    iterations = np.zeros(trials, np.int64)
    log_likelihood = np.full(trials, np.nan)
    covariance = np.full((trials, data.visits, data.visits), np.nan)
    means = np.full((trials, arms + 1, data.visits), np.nan)
    used = [structure] * trials
    y, baseline = np.ascontiguousarray(data.y), np.ascontiguousarray(data.baseline)
    arm = np.ascontiguousarray(data.arm)
    wanted = np.ones(trials, np.bool_)
    for attempt in (structure, *fallback):
        fit_block(
            y, baseline, arm, arms, at, _STRUCTURES[attempt], _DEGREES[df], wanted,
            estimate, se, freedom, why, iterations, log_likelihood, covariance, means,
        )  # fmt: skip
        for trial in np.flatnonzero(wanted):
            used[trial] = attempt
        wanted = why != Why.CONVERGED
        if not wanted.any():
            break
    good = np.broadcast_to((why == Why.CONVERGED)[:, None], estimate.shape)
    return Mmrm(
        contrasts=fits(estimate, se, freedom, good),
        why=tuple(Why(code) for code in why.tolist()),
        structure=tuple(used),
        iterations=iterations,
        log_likelihood=log_likelihood,
        covariance=covariance,
        means=means,
    )


def _check(data: TrialData) -> None:
    problems = []
    if data.visits > _MOST_VISITS:
        problems.append(InputProblem("visits", str(data.visits), f"at most {_MOST_VISITS}"))
    if np.isnan(data.baseline).any():
        problems.append(InputProblem("baseline", "missing", "a score at entry for everybody"))
    if problems:
        raise InputError(problems)
