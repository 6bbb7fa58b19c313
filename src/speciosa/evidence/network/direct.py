"""Direct evidence apart from indirect.

The direct estimate of a contrast pools the trials that compared its two treatments, with the tau2
of the whole network. Its share is the variance of the network estimate over that of the direct
one. Indirect by back-calculation: what must be joined with the direct estimate to give the
network's (König, Krahn and Binder 2013). Indirect by design: the network without the trials that
compared the two (Efthimiou et al. 2019).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from speciosa.evidence.network.fit import fit
from speciosa.evidence.network.rows import rows
from speciosa.evidence.network.structure import components

if TYPE_CHECKING:
    from speciosa.evidence.network.fit import Fit
    from speciosa.evidence.network.structure import Floats, Ints, Network

BACK_CALCULATION, BY_DESIGN = "back-calculation", "design"
_ALL_DIRECT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """Matrices (treatments, treatments): trials, people, direct estimate and its variance.

    ``people`` counts both arms; NaN where a trial does not tell. ``variance`` is NaN where no trial
    compared the two.
    """

    k: Ints
    people: Floats
    estimate: Floats
    variance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One contrast (a minus b) by direct and by indirect evidence; ``None``: one of them lacks."""

    a: int
    b: int
    k: int
    share_direct: float
    direct: float
    direct_se: float
    indirect: float | None
    indirect_se: float | None
    difference: float | None
    difference_se: float | None
    z: float | None
    p: float | None


def direct_evidence(network: Network, tau2: float) -> Direct:
    """What trials say about each contrast that they compared themselves."""
    size = len(network.treatments)
    k = np.zeros((size, size), dtype=np.int64)
    weight, weighted, people = (np.zeros((size, size)) for _ in range(3))
    for block in network.blocks:
        m = block.arms.shape[1]
        y = np.concatenate([np.zeros((len(block.trials), 1)), block.y], axis=1)
        s = np.zeros((len(block.trials), m, m))
        s[:, 1:, 1:] = block.s
        counts = np.array([network.trials[i].people or (np.nan,) * m for i in block.trials])
        studies = np.array([network.trials[i].studies for i in block.trials])
        for i, j in itertools.permutations(range(m), 2):
            at = (block.arms[:, i], block.arms[:, j])
            w = 1 / (s[:, i, i] + s[:, j, j] - 2 * s[:, i, j] + tau2)
            np.add.at(k, at, studies)
            np.add.at(weight, at, w)
            np.add.at(weighted, at, w * (y[:, i] - y[:, j]))
            np.add.at(people, at, counts[:, i] + counts[:, j])
    with np.errstate(invalid="ignore", divide="ignore"):
        estimate, variance = weighted / weight, 1 / weight
    variance[k == 0] = np.nan
    return Direct(k=k, people=people, estimate=estimate, variance=variance)


def shares(direct: Direct, whole: Fit) -> Floats:
    """Share of direct evidence in each contrast, 0 where there is none."""
    share = whole.variance_of_differences() / direct.variance
    return np.clip(np.where(direct.k > 0, share, 0.0), 0.0, 1.0)


def split(
    network: Network, whole: Fit, direct: Direct, how: str = BACK_CALCULATION
) -> tuple[Split, ...]:
    """Every contrast with direct evidence, direct beside indirect."""
    share = shares(direct, whole)
    size = len(network.treatments)
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size) if direct.k[a, b]]
    variance = whole.variance_of_differences()
    found = []
    for a, b in pairs:
        estimate, rest = float(direct.estimate[a, b]), 1 - float(share[a, b])
        indirect = None
        if how == BY_DESIGN:
            indirect = _without(network, whole.tau2, a, b)
        elif rest > _ALL_DIRECT:
            joint = float(whole.effects[a] - whole.effects[b])
            value = (joint - (1 - rest) * estimate) / rest
            indirect = value, float(variance[a, b]) / rest
        found.append(_compared(direct, a, b, 1 - rest, indirect))
    return tuple(found)


def _compared(
    direct: Direct, a: int, b: int, share: float, indirect: tuple[float, float] | None
) -> Split:
    estimate, variance = float(direct.estimate[a, b]), float(direct.variance[a, b])
    difference = se = z = None
    if indirect is not None:
        difference = estimate - indirect[0]
        se = float(np.sqrt(variance + indirect[1]))
        z = difference / se
    return Split(
        a=a,
        b=b,
        k=int(direct.k[a, b]),
        share_direct=share,
        direct=estimate,
        direct_se=float(np.sqrt(variance)),
        indirect=indirect[0] if indirect else None,
        indirect_se=float(np.sqrt(indirect[1])) if indirect else None,
        difference=difference,
        difference_se=se,
        z=z,
        p=float(2 * ndtr(-abs(z))) if z is not None else None,
    )


def _without(network: Network, tau2: float, a: int, b: int) -> tuple[float, float] | None:
    """The contrast from the trials that did not compare the two, or ``None`` where none join."""
    pair = {network.treatments[a], network.treatments[b]}
    kept = [i for i, trial in enumerate(network.trials) if not pair <= set(trial.arms)]
    parts = components([network.trials[i] for i in kept]) if kept else ()
    part = next((p for p in parts if pair <= set(p)), None)
    if part is None:
        return None
    held = [i for i in kept if network.trials[i].arms[0] in part]
    own = np.flatnonzero(np.isin(network.owner, held))
    columns = np.array([network.treatments.index(name) for name in part])
    rest = fit(rows(network.x[np.ix_(own, columns)], network.z[own], network.v[own]), tau2)
    i, j = part.index(network.treatments[a]), part.index(network.treatments[b])
    difference = float(rest.effects[i] - rest.effects[j])
    return difference, float(rest.variance_of_differences()[i, j])
