"""Shares of people with their interval."""

from __future__ import annotations

import math
from statistics import NormalDist

from speciosa.finding import Estimate

_Z = NormalDist().inv_cdf(0.975)
INTERVAL = "95 % CI"


def share(count: int, of: int) -> Estimate | None:
    """``count`` out of ``of`` with Wilson's score interval at 95 %; ``None`` where it is no share.

    The interval speaks of chance alone: not of who was asked, nor of how it was written down.
    """
    if not 0 <= count <= of or of == 0:
        return None
    p, z2 = count / of, _Z * _Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    low = 0.0 if count == 0 else max(middle - half, 0.0)
    high = 1.0 if count == of else min(middle + half, 1.0)
    return Estimate(value=p, unit="share", low=low, high=high, interval=INTERVAL)
