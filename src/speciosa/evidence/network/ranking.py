"""Which treatment is ahead of which, and how little may be known of it.

The P-score (Rücker and Schwarzer 2015) is the mean certainty that a treatment is better than
another one. The range of ranks counts those that the interval of a contrast puts ahead or behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from speciosa.evidence.network.fit import Fit
    from speciosa.evidence.network.structure import Floats, Ints


def p_scores(whole: Fit, *, lower_is_better: bool) -> Floats:
    """P-scores in the order of the treatments; their mean is 1/2."""
    size = len(whole.effects)
    difference = whole.effects[:, None] - whole.effects[None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        z = difference / np.sqrt(whole.variance_of_differences())
    ahead = ndtr(-z if lower_is_better else z)
    np.fill_diagonal(ahead, 0.0)
    scores: Floats = ahead.sum(axis=1) / (size - 1)
    return scores


def rank_ranges(low: Floats, high: Floats, *, lower_is_better: bool) -> tuple[Ints, Ints]:
    """First and last rank that the intervals of all contrasts (row minus column) leave open."""
    below, above = (high < 0).sum(axis=1), (low > 0).sum(axis=1)
    ahead_of, behind = (below, above) if lower_is_better else (above, below)
    return behind + 1, len(low) - ahead_of
