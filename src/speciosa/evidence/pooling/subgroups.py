"""Subgroups of studies, and whether their effects differ."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.effect_sizes.table import Handling
from speciosa.evidence.pooling.distributions import chi2_tail
from speciosa.evidence.pooling.heterogeneity import Method
from speciosa.evidence.pooling.intervals import CiMethod, Inference, inference, options
from speciosa.evidence.pooling.pooled import Pooled, random_effects
from speciosa.evidence.pooling.regression import Regression, regress

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Second group minus first, on the analysis scale (a ratio of ratios after exponentiation)."""

    first: str
    second: str
    result: Inference


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subgroups:
    """Each group pooled with its own tau2, the test between them, and the common-tau2 model.

    ``common`` is None where it cannot be fitted (one group, or no degrees of freedom).
    """

    moderator: str
    names: tuple[str, ...]
    groups: tuple[Pooled, ...]
    q_between: float
    q_df: int
    q_p: float
    differences: tuple[Difference, ...]
    common: Regression | None
    handled: tuple[Handling, ...]


def subgroups(
    sizes: EffectSizes,
    moderator: str,
    *,
    method: Method = "REML",
    ci: CiMethod | None = None,
    level: float = 0.95,
) -> Subgroups:
    """Pool every level of a moderator apart. Raises ValueError for an unknown moderator.

    The test between groups takes the standard errors of the groups. A group of one study brings its
    own standard error, without heterogeneity.
    """
    how = options(method, ci, level)
    if moderator not in sizes.moderators:
        known = ", ".join(sizes.moderators) or "none"
        raise ValueError(f"unknown moderator {moderator}; the table has: {known}")
    values = sizes.moderators[moderator]
    handled = tuple(
        Handling(study=label, what=f"left out of the subgroups: no {moderator}")
        for label, value in zip(sizes.labels, values, strict=True)
        if value in (None, "")
    )
    named = np.array(["" if value is None else _word(value) for value in values])
    names = sorted(set(named.tolist()) - {""})
    if not names:
        raise ValueError(f"no study has a value of {moderator}")
    groups = []
    for name in names:
        rows = np.flatnonzero(named == name)
        got = random_effects(
            sizes.yi[rows], sizes.vi[rows], method=method, ci=ci, level=level,
            labels=tuple(sizes.labels[i] for i in rows),
        )  # fmt: skip
        groups.append(replace(got, measure=sizes.measure))
    estimates, se = np.array([g.estimate for g in groups]), np.array([g.se for g in groups])
    q = 0.0
    if len(groups) > 1 and (se > 0).all():
        w = 1 / se**2
        q = float((w * (estimates - (w @ estimates) / w.sum()) ** 2).sum())
    common = None
    rows = np.flatnonzero(named != "")
    if 1 < len(names) < rows.size:
        dummies = [(named[rows] == name).astype(float) for name in names[1:]]
        x = np.column_stack([np.ones(rows.size), *dummies])
        titles = (names[0], *(f"{name} - {names[0]}" for name in names[1:]))
        common = replace(
            regress(sizes.yi[rows], sizes.vi[rows], x, titles, intercept=True, how=how),
            measure=sizes.measure,
        )
    pairs = itertools.combinations(zip(names, groups, strict=True), 2)
    return Subgroups(
        moderator=moderator,
        names=tuple(names),
        groups=tuple(groups),
        q_between=q,
        q_df=len(groups) - 1,
        q_p=chi2_tail(q, len(groups) - 1),
        differences=tuple(
            Difference(
                first=a,
                second=b,
                result=inference(y.estimate - x.estimate, float(np.hypot(x.se, y.se)), None, level),
            )
            for (a, x), (b, y) in pairs
        ),
        common=common,
        handled=handled,
    )


def _word(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
