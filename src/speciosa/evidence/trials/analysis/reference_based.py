"""Reference-based multiple imputation: what those who left are assumed to have followed.

Carpenter, Roger and Kenward (2013). Variances follow Rubin's rules, which for these assumptions are
information-anchored (Cro, Carpenter and Kenward 2019): they are larger than the variance of the
estimate over repeated trials, so the test errs on the side of caution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import ndtri

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.analysis.inference import fits
from speciosa.evidence.trials.analysis.mmrm import Why

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Fits, TrialData

    Floats = NDArray[np.float64]

Method = Literal["mar", "j2r", "cr", "cir"]
Uniforms = Callable[[int, int, int, str], "Floats"]

_METHODS: dict[Method, int] = {"mar": 0, "j2r": 1, "cr": 2, "cir": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBased:
    """Pooled results: one ``Fits`` for each delta. ``conditional_mean`` (trials, contrasts).

    The conditional mean imputes each missing score once, by its expectation at the estimated
    parameters: where the pooled estimate goes as imputations grow, up to the parameters' skewness.
    It has no standard error of its own. It is for a delta of 0.
    """

    deltas: tuple[float, ...]
    pooled: tuple[Fits, ...]
    conditional_mean: Floats
    why: tuple[Why, ...]


def reference_based(
    data: TrialData, *, method: Method, imputations: int, streams: Uniforms, visit: int = -1
) -> Fits:
    """Every active arm against control at ``visit``; see ``reference_based_fit``."""
    found = reference_based_fit(
        data, method=method, imputations=imputations, streams=streams, visit=visit
    )
    return found.pooled[0]


def reference_based_fit(  # noqa: PLR0913 - the choices of a sensitivity analysis
    data: TrialData,
    *,
    method: Method,
    imputations: int,
    streams: Uniforms,
    visit: int = -1,
    deltas: Sequence[float] = (0.0,),
) -> ReferenceBased:
    """Impute, analyse by covariance, pool by Rubin's rules (df of Barnard and Rubin 1999).

    Who left, by giving up treatment or by being seen no more (whichever was first), from then on

    - ``mar``: goes on like people of their own arm with the same scores;
    - ``j2r``: jumps to the mean of the control arm;
    - ``cr``: copies the control arm, as if they had always been in it;
    - ``cir``: keeps what the arm had gained over control by then, and changes like control after.

    Other gaps are filled as in ``mar``. Scores made after leaving are kept, but the model does not
    learn from them (save in ``mar``). ``deltas`` are points added to what is imputed after leaving
    in the active arms: a row of them is a search for the tipping point. ``streams`` gives uniform
    numbers for (place of the trial in the block, rows, numbers in a row, purpose). Everybody counts
    who was randomised. Raises InputError.
    """
    from speciosa.evidence.trials.analysis.mmrm.imputing import impute  # noqa: PLC0415 - numba

    _check(data, imputations)
    arms, visits = data.arms, data.visits
    visit %= visits
    unseen = np.isnan(data.y)
    tail = visits - np.minimum.accumulate(unseen[:, :, ::-1], axis=2).sum(axis=2)
    left = np.minimum(data.stopped, tail).astype(np.int64)
    after = np.arange(visits) >= left[:, :, None]
    modelled = data.y if method == "mar" else np.where(after, np.nan, data.y)
    shape = (imputations, len(deltas), arms - 1)
    pooled = np.full((3, data.trials, len(deltas), arms - 1), np.nan)
    single = np.full((data.trials, arms - 1), np.nan)
    why = []
    wide = visits * (visits + 1) // 2 + visits * (arms + 1)
    for trial in range(data.trials):
        estimates, variances = np.full(shape, np.nan), np.full(shape, np.nan)
        reason = impute(
            np.ascontiguousarray(data.y[trial]),
            np.ascontiguousarray(modelled[trial]),
            np.ascontiguousarray(data.baseline[trial]),
            np.ascontiguousarray(data.arm[trial]),
            arms,
            left[trial],
            visit,
            _METHODS[method],
            np.array(deltas, dtype=np.float64),
            ndtri(streams(trial, imputations, wide, "imputation parameters")),
            ndtri(streams(trial, data.subjects, imputations, "imputed scores")),
            estimates,
            variances,
            single[trial],
        )
        why.append(Why(reason))
        if reason == Why.CONVERGED:
            pooled[:, trial] = rubin(estimates, variances, data.subjects - arms - 1.0)
    good = np.array([reason is Why.CONVERGED for reason in why])
    wide_good = np.broadcast_to(good[:, None], single.shape)
    return ReferenceBased(
        deltas=tuple(deltas),
        pooled=tuple(
            fits(pooled[0, :, d], pooled[1, :, d], pooled[2, :, d], wide_good)
            for d in range(len(deltas))
        ),
        conditional_mean=np.where(wide_good, single, np.nan),
        why=tuple(why),
    )


def rubin(
    estimates: Floats, variances: Floats, complete_df: float
) -> tuple[Floats, Floats, Floats]:
    """Estimate, standard error and degrees of freedom over the first axis (imputations)."""
    count = estimates.shape[0]
    within = variances.mean(axis=0)
    between = estimates.var(axis=0, ddof=1)
    total = within + (1 + 1 / count) * between
    share = np.maximum((1 + 1 / count) * between / total, 1e-12)
    old = (count - 1) / share**2
    seen = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return estimates.mean(axis=0), np.sqrt(total), 1 / (1 / old + 1 / seen)


def _check(data: TrialData, imputations: int) -> None:
    problems = []
    if imputations < 2:
        problems.append(InputProblem("imputations", str(imputations), "at least 2"))
    if np.isnan(data.baseline).any():
        problems.append(InputProblem("baseline", "missing", "a score at entry for everybody"))
    if problems:
        raise InputError(problems)
