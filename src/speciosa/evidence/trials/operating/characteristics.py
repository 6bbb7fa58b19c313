"""From rows of trials to operating characteristics, each with its Monte Carlo error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.trials.result import Figure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Floats


def proportion(hits: NDArray[np.bool_]) -> Figure:
    """A share of trials. With none or all of them the error is that of three in as many."""
    count = max(len(hits), 1)
    share = float(hits.mean()) if len(hits) else 0.0
    inside = min(max(share, 1.5 / count), 1.0 - 1.5 / count) if count > 3 else 0.5
    return Figure(value=share, mc_se=math.sqrt(inside * (1.0 - inside) / count))


def average(values: Floats, *, minus: float = 0.0) -> Figure:
    """A mean over trials, less a constant."""
    count = len(values)
    if count < 2:
        return Figure(value=float(values.mean() - minus) if count else 0.0, mc_se=0.0)
    return Figure(
        value=float(values.mean() - minus), mc_se=float(values.std(ddof=1) / math.sqrt(count))
    )


def root_mean_square(values: Floats, true: float) -> Figure:
    """RMSE around the true value; its error by the delta method."""
    squares = (values - true) ** 2
    rmse = math.sqrt(float(squares.mean())) if len(values) else 0.0
    spread = float(squares.std(ddof=1)) if len(values) > 1 else 0.0
    se = spread / math.sqrt(len(values)) / (2.0 * rmse) if rmse else 0.0
    return Figure(value=rmse, mc_se=se)
