"""Whether trials of one design agree, and whether designs agree with one another.

A design is the set of treatments that a trial compares. Q of the whole network falls into Q within
designs (heterogeneity) and Q between designs (inconsistency; Krahn, Binder and Koenig 2013). The
design-by-treatment interaction test with random effects (Higgins et al. 2012) takes tau2 from
within designs alone, by the method of moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from speciosa.evidence.network.fit import fit
from speciosa.evidence.network.rows import rows
from speciosa.evidence.network.structure import designs

if TYPE_CHECKING:
    from speciosa.evidence.network.structure import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class QTest:
    """A heterogeneity statistic; ``p`` is ``None`` without degrees of freedom."""

    q: float
    df: int
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The trials that compared one set of treatments."""

    treatments: tuple[str, ...]
    k: int
    within: QTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconsistency:
    """Q in parts, all with common-effect weights but ``between_random``."""

    total: QTest
    within: QTest
    between: QTest
    between_random: QTest
    tau2_within: float
    designs: tuple[Design, ...]


def decompose(network: Network) -> Inconsistency:
    """Q total, within and between designs, and the random-effects interaction test."""
    whole = fit(network.rows)
    apart = []
    q_within, df_within, expected = 0.0, 0, 0.0
    several = []
    for treatments, trials in designs(network).items():
        test = QTest(q=0.0, df=0, p=None)
        if len(trials) > 1:
            own_rows = np.flatnonzero(np.isin(network.owner, trials))
            columns = np.array([network.treatments.index(name) for name in treatments])
            v = network.v[own_rows]
            part = rows(network.x[np.ix_(own_rows, columns)], network.z[own_rows], v)
            own = fit(part)
            test = tested(own.q, len(own_rows) - len(columns) + 1)
            q_within, df_within = q_within + test.q, df_within + test.df
            expected += float(np.sum(1 / v) - np.sum(own.leverage / v**2))
            several.append(part)
        apart.append(Design(treatments=treatments, k=len(trials), within=test))
    tau2 = max(0.0, (q_within - df_within) / expected) if expected > 0 else 0.0
    inside = sum(fit(part, tau2).q for part in several)
    random = fit(network.rows, tau2).q - inside
    df_between = network.df - df_within
    return Inconsistency(
        total=tested(whole.q, network.df),
        within=tested(q_within, df_within),
        between=tested(whole.q - q_within, df_between),
        between_random=tested(random, df_between),
        tau2_within=tau2,
        designs=tuple(apart),
    )


def tested(q: float, df: int) -> QTest:
    """Q beside a chi-squared distribution; what rounding leaves without df is 0."""
    q = max(q, 0.0) if df > 0 else 0.0
    return QTest(q=q, df=df, p=float(chdtrc(df, q)) if df > 0 else None)
