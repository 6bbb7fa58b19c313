"""Random numbers that depend on seed, purpose and subject alone.

A counter-based generator gives every subject a fixed block of numbers, so that subject 17 is the
same person whether 20 or 20,000 are simulated, in whatever batches.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Z90 = 1.6448536269514722  # standard deviations to the 95th percentile
Indices = NDArray[np.intp]

_PER_STEP = 4  # 64-bit numbers that one step of Philox's counter yields


def uniforms(seed: int, purpose: int, subjects: int, width: int, *, first: int = 0) -> Array:
    """Numbers in (0, 1), (subjects, width), for subjects ``first`` onwards."""
    block = -(-width // _PER_STEP) * _PER_STEP
    bits = np.random.Philox(key=np.array([seed % 2**64, purpose], dtype=np.uint64))
    bits.advance(first * block // _PER_STEP)
    drawn = np.random.Generator(bits).random((subjects, block))
    return np.maximum(drawn[:, :width], np.finfo(np.float64).tiny)


def normals(seed: int, purpose: int, subjects: int, width: int, *, first: int = 0) -> Array:
    """Standard normal numbers, (subjects, width), by the Box-Muller transform.

    The transform uses a fixed count of uniform numbers, which a rejection method would not.
    """
    pairs = -(-width // 2)
    u = uniforms(seed, purpose, subjects, 2 * pairs, first=first)
    radius = np.sqrt(-2.0 * np.log(u[:, :pairs]))
    angle = 2.0 * np.pi * u[:, pairs:]
    both = np.concatenate((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
    return both[:, :width]


def stream(purpose: str) -> int:
    """A random stream of its own for every purpose that is named."""
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little")
