"""Quantiles and tail areas, without the weight of a whole statistics package."""

from __future__ import annotations

import math

from scipy import special


def z_quantile(level: float) -> float:
    """Two-sided standard normal quantile of a confidence level."""
    return float(special.ndtri(0.5 + level / 2))


def t_quantile(level: float, df: float) -> float:
    """Two-sided quantile of Student's t; the normal one for infinite ``df``."""
    return z_quantile(level) if math.isinf(df) else float(special.stdtrit(df, 0.5 + level / 2))


def two_sided(statistic: float, df: float | None) -> float:
    """Two-sided p value of a z (``df`` None or infinite) or t statistic."""
    if df is None or math.isinf(df):
        return float(2 * special.ndtr(-abs(statistic)))
    return float(2 * special.stdtr(df, -abs(statistic)))


def chi2_tail(statistic: float, df: float) -> float:
    """Upper tail of chi-squared; 1 where there are no degrees of freedom."""
    return float(special.chdtrc(df, statistic)) if df > 0 else 1.0


def chi2_quantile(probability: float, df: float) -> float:
    """Quantile of chi-squared."""
    return float(special.chdtri(df, 1 - probability))


def f_tail(statistic: float, df1: float, df2: float) -> float:
    """Upper tail of F."""
    return float(special.fdtrc(df1, df2, statistic))
