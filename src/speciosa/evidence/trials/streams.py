"""Random numbers that depend on seed, trial, subject and purpose alone.

A counter-based generator keyed by (seed, purpose, trial) gives every subject a fixed block of
numbers, so that subject 17 of trial 4 is the same person whatever the number of subjects, the size
of a block of trials and the number of workers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PER_STEP = 4  # 64-bit numbers that one step of Philox's counter yields
_LEAST = 2.0**-54  # below the smallest positive number drawn; keeps normal numbers finite


def uniforms(seed: int, trial: int, subjects: int, draws: int, purpose: str) -> NDArray[np.float64]:
    """Numbers in (0, 1), shape (subjects, draws), of one trial for one purpose.

    A row depends on its subject and on ``draws``, never on how many other rows there are.
    """
    drawn: NDArray[np.float64] = uniforms_of_trials(seed, [trial], subjects, draws, purpose)[0]
    return drawn


def uniforms_of_trials(
    seed: int, trials: Sequence[int], subjects: int, draws: int, purpose: str
) -> NDArray[np.float64]:
    """The same for several trials at once, shape (trials, subjects, draws)."""
    wide = -(-draws // _PER_STEP) * _PER_STEP
    drawn = np.empty((len(trials), subjects, wide))
    family = _family(seed, purpose)
    for row, trial in enumerate(trials):
        bits = np.random.Philox(key=np.array([family, trial], dtype=np.uint64))
        np.random.Generator(bits).random(out=drawn[row])
    kept = drawn if wide == draws else np.ascontiguousarray(drawn[:, :, :draws])
    return np.maximum(kept, _LEAST, out=kept)


def normals(seed: int, trial: int, subjects: int, draws: int, purpose: str) -> NDArray[np.float64]:
    """Standard normal numbers, shape (subjects, draws), by the inverse of the distribution."""
    drawn: NDArray[np.float64] = normals_of_trials(seed, [trial], subjects, draws, purpose)[0]
    return drawn


def normals_of_trials(
    seed: int, trials: Sequence[int], subjects: int, draws: int, purpose: str
) -> NDArray[np.float64]:
    """The same for several trials at once, shape (trials, subjects, draws)."""
    drawn = uniforms_of_trials(seed, trials, subjects, draws, purpose)
    normal: NDArray[np.float64] = ndtri(drawn, out=drawn)
    return normal


def _family(seed: int, purpose: str) -> int:
    """One half of the generator's key: seed and purpose; the other half is the trial."""
    named = f"{seed}/{purpose}".encode()
    return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), "little")
