"""The trials as one network: what is connected, and every trial taken apart into plain rows.

The effects of a trial with several arms are correlated. A random treatment effect with variance
tau2 for every contrast adds tau2 * A to their covariance S, with 1 on the diagonal of A and 1/2
off it. With A = L L' and L^-1 S L^-T = U diag(v) U', the rows U' L^-1 y have the covariance
diag(v + tau2): independent, whatever tau2 is. The network then is a weighted regression, and every
estimator of a meta-regression applies as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.network.names import nearest
from speciosa.evidence.network.rows import Rows
from speciosa.evidence.network.rows import rows as make_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.network.trial import Trial

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """All trials with the same number of arms: (k, m) treatments, (k, m - 1) effects."""

    trials: Ints
    arms: Ints
    y: Floats
    s: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """``x`` (rows, treatments), ``z`` and ``v`` (rows): z ~ N(x effects, v + tau2), independent.

    ``rows`` holds the same in the form that is fitted.
    ``owner`` is the trial of a row; the rows of a trial follow one another.
    """

    treatments: tuple[str, ...]
    trials: tuple[Trial, ...]
    blocks: tuple[Block, ...]
    rows: Rows
    x: Floats
    z: Floats
    v: Floats
    owner: Ints

    @property
    def df(self) -> int:
        """Rows beyond what the effects take up."""
        return len(self.z) - (len(self.treatments) - 1)


def build(trials: Sequence[Trial]) -> Network:
    """The network of these trials, which must be connected."""
    treatments = tuple(sorted({name for trial in trials for name in trial.arms}))
    place = {name: i for i, name in enumerate(treatments)}
    by_arms: dict[int, list[int]] = {}
    for index, trial in enumerate(trials):
        by_arms.setdefault(len(trial.arms), []).append(index)
    blocks, x, z, v, owner = [], [], [], [], []
    for m, indices in sorted(by_arms.items()):
        block = Block(
            trials=np.array(indices),
            arms=np.array([[place[name] for name in trials[i].arms] for i in indices]),
            y=np.array([trials[i].y for i in indices]),
            s=np.array([trials[i].s for i in indices]),
        )
        blocks.append(block)
        rows, values, variances = _apart(block, len(treatments))
        x.append(rows.reshape(-1, len(treatments)))
        z.append(values.ravel())
        v.append(variances.ravel())
        owner.append(np.repeat(block.trials, m - 1))
    joined = np.concatenate(x), np.concatenate(z), np.concatenate(v)
    return Network(
        treatments=treatments,
        trials=tuple(trials),
        blocks=tuple(blocks),
        rows=make_rows(*joined),
        x=joined[0],
        z=joined[1],
        v=joined[2],
        owner=np.concatenate(owner),
    )


def components(trials: Sequence[Trial]) -> tuple[tuple[str, ...], ...]:
    """The sets of treatments that trials join, the largest first."""
    treatments = sorted({name for trial in trials for name in trial.arms})
    place = {name: i for i, name in enumerate(treatments)}
    ends = [(place[t.arms[0]], place[name]) for t in trials for name in t.arms[1:]]
    at = np.array(ends).T
    size = len(treatments)
    graph = coo_array((np.ones(len(ends)), (at[0], at[1])), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    found: dict[int, list[str]] = {}
    for name, label in zip(treatments, labels, strict=True):
        found.setdefault(int(label), []).append(name)
    return tuple(tuple(names) for names in sorted(found.values(), key=lambda c: (-len(c), c)))


def connected(trials: Sequence[Trial], within: str = "") -> tuple[Trial, ...]:
    """All trials, or those joined with the treatment ``within``.

    Raises ``InputError`` that names the parts of a network that falls apart.
    """
    if not trials:
        raise InputError([InputProblem("file", "no trial with information", "at least one")])
    parts = components(trials)
    if within:
        part = next((p for p in parts if within in p), None)
        if part is None:
            known = ", ".join(name for p in parts for name in p)
            suggestion = nearest(within, (name for p in parts for name in p))
            raise InputError([InputProblem("--component", repr(within), known, suggestion)])
        return tuple(trial for trial in trials if trial.arms[0] in part)
    if len(parts) > 1:
        named = "; ".join(f"({', '.join(part)})" for part in parts)
        given = f"{len(parts)} parts that no trial joins: {named}"
        accepted = "a connected network, or --component TREATMENT for the part that holds it"
        raise InputError([InputProblem("network", given, accepted)])
    return tuple(trials)


def designs(network: Network) -> dict[tuple[str, ...], list[int]]:
    """The sets of treatments that trials compared, each with the indices of its trials."""
    found: dict[tuple[str, ...], list[int]] = {}
    for index, trial in enumerate(network.trials):
        found.setdefault(tuple(sorted(trial.arms)), []).append(index)
    return dict(sorted(found.items()))


def _apart(block: Block, size: int) -> tuple[Floats, Floats, Floats]:
    """Independent rows of the trials of a block: design (k, m-1, size), values, variances."""
    k, m = block.arms.shape
    lower = np.linalg.cholesky((np.eye(m - 1) + 1) / 2)
    inverse = np.linalg.inv(lower)
    variances, turn = np.linalg.eigh(inverse @ block.s @ inverse.T)
    change = np.swapaxes(turn, 1, 2) @ inverse
    rows = np.zeros((k, m - 1, size))
    trial = np.arange(k)
    for arm in range(1, m):
        rows[trial, :, block.arms[:, arm]] += change[:, :, arm - 1]
        rows[trial, :, block.arms[:, 0]] -= change[:, :, arm - 1]
    values = np.einsum("kij,kj->ki", change, block.y)
    return rows, values, variances
