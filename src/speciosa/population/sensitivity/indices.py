"""First- and total-order Sobol indices of groups of inputs, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

RESAMPLES = 200
CONFIDENCE = 0.95
_SEEDS = 2**63


class Index(msgspec.Struct, frozen=True):
    """A share of the variance, and its bootstrap interval."""

    value: float
    low: float
    high: float


class Indices(msgspec.Struct, frozen=True, kw_only=True):
    """Of one group: its share alone, and its share with everything that it acts together with."""

    group: str
    first: Index
    total: Index


def indices(
    groups: Sequence[str], a: Array, b: Array, mixed: Sequence[Array], *, seed: int
) -> tuple[Indices, ...]:
    """Estimate from outputs of a pick-freeze design, one row a person.

    ``a`` and ``b`` are two independent runs; ``mixed[j]`` is ``a`` with group j taken from ``b``.
    First order by Saltelli (2010), total order by Jansen, both from SALib; intervals are
    percentiles of people drawn again with replacement. A constant output has shares of nought.
    """
    from SALib.analyze import sobol  # noqa: PLC0415  # an extra

    rows = np.column_stack((a, *mixed, b))
    if float(np.ptp(rows)) <= 1e-12 * max(1.0, float(np.abs(rows).max())):
        nothing = Index(0.0, 0.0, 0.0)
        return tuple(Indices(group=group, first=nothing, total=nothing) for group in groups)
    problem = {"num_vars": len(groups), "names": list(groups), "bounds": [[0.0, 1.0]] * len(groups)}
    found = sobol.analyze(
        problem,
        rows.ravel(),
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        keep_resamples=True,
        seed=seed % _SEEDS or 1,  # nought would mean: by chance
    )
    return tuple(
        Indices(group=group, first=_index(found, "S1", j), total=_index(found, "ST", j))
        for j, group in enumerate(groups)
    )


def _index(found: dict[str, Array], name: str, group: int) -> Index:
    edge = 100.0 * (1.0 - CONFIDENCE) / 2.0
    low, high = np.percentile(found[f"{name}_conf_all"][:, group], (edge, 100.0 - edge))
    return Index(*(float(f"{x:.4g}") for x in (found[name][group], low, high)))
