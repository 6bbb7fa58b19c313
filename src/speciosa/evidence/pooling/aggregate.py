"""Several effects of one study -> one effect, with an assumed correlation between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.effect_sizes.table import EffectSizes, Handling

if TYPE_CHECKING:
    from numpy.typing import NDArray


def aggregate(sizes: EffectSizes, *, rho: float = 0.5, weighted: bool = True) -> EffectSizes:
    """One effect for each ``cluster``: the generalised least squares mean, or the plain mean.

    All effects of a study are taken to correlate by ``rho`` (0 to under 1), an assumption that goes
    into ``handled``. Moderators that differ within a study become None. Counts are not carried on.
    """
    if not 0 <= rho < 1:
        raise ValueError(f"the correlation within a study must be from 0 to under 1; got {rho}")
    names, code, n = clusters(sizes.cluster)
    s = np.sqrt(sizes.vi)
    if weighted:
        # The inverse of S ((1-rho) I + rho J) S in closed form.
        share = rho / (1 + (n - 1) * rho)
        u, uy = np.bincount(code, 1 / s), np.bincount(code, sizes.yi / s)
        uu, uuy = np.bincount(code, 1 / s**2), np.bincount(code, sizes.yi / s**2)
        information = (uu - share * u**2) / (1 - rho)
        yi = (uuy - share * u * uy) / (1 - rho) / information
        vi = 1 / information
    else:
        yi = np.bincount(code, sizes.yi) / n
        vi = ((1 - rho) * np.bincount(code, sizes.vi) + rho * np.bincount(code, s) ** 2) / n**2
    way = "weighted by their variances" if weighted else "unweighted"
    made = tuple(
        Handling(
            study=name,
            what=f"{int(count)} effects made one, {way}, taken to correlate by {rho:g}",
        )
        for name, count in zip(names, n, strict=True)
        if count > 1
    )
    first = [int(np.flatnonzero(code == i)[0]) for i in range(len(names))]
    return EffectSizes(
        measure=sizes.measure,
        labels=names,
        yi=yi,
        vi=vi,
        years=tuple(sizes.years[i] for i in first),
        cluster=names,
        moderators={
            name: tuple(
                _same([values[j] for j in np.flatnonzero(code == i)]) for i in range(n.size)
            )
            for name, values in sizes.moderators.items()
        },
        handled=sizes.handled + made,
    )


def clusters(
    names: tuple[str, ...],
) -> tuple[tuple[str, ...], NDArray[np.intp], NDArray[np.float64]]:
    """Distinct names in the order they appear, the code of each effect, and effects in each."""
    distinct = tuple(dict.fromkeys(names))
    place = {name: i for i, name in enumerate(distinct)}
    code = np.array([place[name] for name in names], dtype=np.intp)
    return distinct, code, np.bincount(code).astype(np.float64)


def _same(values: list[float | str | None]) -> float | str | None:
    return values[0] if all(value == values[0] for value in values) else None
