"""From rows of trials to operating characteristics, each with its Monte Carlo error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.trials.result import Figure, Look

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Floats
    from speciosa.evidence.trials.operating.analyse import Rows


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


class Stopping:
    """Where each trial stops: at the first look whose boundary it crosses, or at the end."""

    def __init__(
        self, rows: Rows, boundaries: Floats, futility: float | None, contrast: int
    ) -> None:
        z = np.nan_to_num(rows.z[:, :, contrast], nan=-np.inf)
        trials, looks = z.shape
        self.at = np.full(trials, looks - 1)
        self.success = np.zeros(trials, dtype=bool)
        self.futile = np.zeros((trials, looks), dtype=bool)
        running = np.ones(trials, dtype=bool)
        self.crossed = np.zeros((trials, looks), dtype=bool)
        for look in range(looks):
            good = running & (z[:, look] >= boundaries[look])
            self.crossed[:, look] = good
            self.success |= good
            stop = good
            if futility is not None and look < looks - 1:
                self.futile[:, look] = running & ~good & (z[:, look] < futility)
                stop = good | self.futile[:, look]
            self.at = np.where(running & stop, look, self.at)
            running &= ~stop

    def looks(
        self,
        fractions: tuple[float, ...],
        sizes: tuple[int, ...],
        boundaries: Floats,
        nominal: Floats,
    ) -> tuple[Look, ...]:
        """A row for each look."""
        return tuple(
            Look(
                fraction=fraction,
                subjects=sizes[i],
                boundary_z=float(boundaries[i]),
                nominal_alpha=float(nominal[i]),
                stops_for_benefit=proportion(self.crossed[:, i]),
                stops_for_futility=proportion(self.futile[:, i]),
            )
            for i, fraction in enumerate(fractions)
        )
