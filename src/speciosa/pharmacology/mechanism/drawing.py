"""What is not settled, drawn once for each virtual subject from its published range.

Every draw depends on (seed, purpose, subject) alone, so that no number depends on how many
subjects are asked for, or on which other ligands are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speciosa.pharmacology.exposure.virtual.draws import normals, stream, uniforms

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact
    from speciosa.pharmacology.exposure import ExposureSamples

Array = NDArray[np.float64]

_NM_PER = {"nM": 1.0, "uM": 1000.0}


def drawn(samples: ExposureSamples, purpose: str, width: int) -> Array:
    """Numbers in (0, 1), (subjects, width), from the stream of a purpose of this room."""
    return uniforms(samples.seed, stream(f"mechanism/{purpose}"), samples.subjects, width)


def drawn_normal(samples: ExposureSamples, purpose: str) -> Array:
    """Standard normal numbers by subject, from the stream of a purpose of this room."""
    return normals(samples.seed, stream(f"mechanism/{purpose}"), samples.subjects, 1)[:, 0]


def log_even(low: float, high: float, u: Array) -> Array:
    """Values between ``low`` and ``high``, even on the log scale."""
    values: Array = np.exp(np.log(low) + u * np.log(high / low))
    return values


def of_range(fact: Fact, u: Array) -> Array:
    """Values over the range of a fact, or its value where it has no range."""
    low, high = fact.low, fact.high
    if low is None or high is None:
        return np.full_like(u, fact.number)
    return log_even(low, high, u)


def of_published(facts: tuple[Fact, ...], knowledge: Knowledge, u: Array) -> Array:
    """One affinity per subject in nmol/L, between the lowest and the highest published value.

    A single published value is widened by as much as laboratories differ at the mu receptor.
    """
    low, high = published_range(facts)
    if low == high:
        spread = knowledge.fact("kratom/assumption_affinity_spread").number
        low, high = low / spread, high * spread
    return log_even(low, high, u)


def published_range(facts: tuple[Fact, ...]) -> tuple[float, float]:
    """Lowest and highest of a set of published affinities, in nmol/L."""
    ends: list[float] = []
    for fact in facts:
        scale = _NM_PER[fact.unit]
        known = (fact.low, fact.value, fact.high)
        ends += [n * scale for n in known if isinstance(n, int | float)]
    return min(ends), max(ends)
