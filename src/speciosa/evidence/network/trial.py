"""One trial of a network: its effects against its own first arm, and their full covariance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.effect_sizes.table import Handling, Measure

_SMALLEST_EIGENVALUE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """``y[j]`` is arm ``j + 1`` minus arm 0 on the analysis scale; ``s`` the covariance of ``y``.

    ``people`` is empty where the file does not tell how many were in each arm. ``studies`` is above
    1 where trials of one design were pooled before (Mantel-Haenszel).
    """

    label: str
    arms: tuple[str, ...]
    y: NDArray[np.float64]
    s: NDArray[np.float64]
    people: tuple[float, ...] = ()
    studies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Events and totals of the arms of one trial with a binary outcome, as given."""

    label: str
    arms: tuple[str, ...]
    events: tuple[float, ...]
    totals: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a file of trials says, and what was done to read it. ``counts`` only where binary."""

    measure: Measure
    layout: str
    trials: tuple[Trial, ...]
    counts: tuple[Counts, ...] = ()
    handled: tuple[Handling, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def is_covariance(s: NDArray[np.float64]) -> bool:
    """Whether a matrix can be the covariance of the effects of a trial: positive definite."""
    return bool(np.linalg.eigvalsh(s).min() > _SMALLEST_EIGENVALUE * np.trace(s))
