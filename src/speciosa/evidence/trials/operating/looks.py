"""The boundaries that a design asks for, and what becomes of trials that meet them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import ndtri

from speciosa.evidence.trials import sequential
from speciosa.evidence.trials.analysis.inference import quantile
from speciosa.evidence.trials.design.document import Design, Futility, Spending
from speciosa.evidence.trials.operating.characteristics import proportion
from speciosa.evidence.trials.result import Figure, Look

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Floats
    from speciosa.evidence.trials.operating.analyse import Rows

_SPENDING: dict[Spending, Literal["obrien-fleming", "pocock"]] = {
    Spending.OBRIEN_FLEMING: "obrien-fleming",
    Spending.POCOCK: "pocock",
}
_FUTILITY: dict[Futility, Literal["obrien-fleming", "pocock", "conditional power"]] = {
    Futility.BETA_OBRIEN_FLEMING: "obrien-fleming",
    Futility.BETA_POCOCK: "pocock",
    Futility.CONDITIONAL_POWER: "conditional power",
}


def boundaries_of(design: Design) -> sequential.Boundaries:
    """One-sided boundaries; those of a single look at the end where no interim is planned."""
    interim, one_sided = design.interim, design.analysis.alpha / 2.0
    if interim is None:
        return sequential.boundaries((1.0,), alpha=one_sided)
    return sequential.boundaries(
        interim.fractions,
        alpha=one_sided,
        spending=_SPENDING[interim.spending],
        futility=_FUTILITY[interim.futility] if interim.futility else None,
        futility_parameter=interim.conditional_power,
        beta=1.0 - design.target_power,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AtStop:
    """What each trial reports where it stopped, failed analyses left out.

    ``estimate``, ``low``, ``high`` and ``p`` (two-sided) allow for the looks already taken;
    ``raw``, ``raw_low`` and ``raw_high`` are those of the analysis as if it had been planned.
    """

    estimate: Floats
    low: Floats
    high: Floats
    p: Floats
    se: Floats
    raw: Floats
    raw_low: Floats
    raw_high: Floats


class Stopping:
    """Where each trial stops, and what it then reports."""

    def __init__(self, rows: Rows, plan: sequential.Boundaries, margin: float = 0.0) -> None:
        self._rows = rows
        self._plan = plan
        self._margin = margin
        self._decided = sequential.decide(plan, rows.z)

    @property
    def success(self) -> NDArray[np.bool_]:
        """Trials that claim a benefit."""
        return self._decided.rejected

    @property
    def at(self) -> NDArray[np.int64]:
        """The look at which each trial ended."""
        return self._decided.look

    def reported(self, contrast: int) -> AtStop:
        """Estimates where each trial stopped; with one look they are those of the analysis."""
        rows, which = self._rows, (np.arange(len(self.at)), self.at)
        ok = ~np.isnan(rows.estimate[:, :, contrast][which])
        raw, se, df, low, high = (
            part[:, :, contrast][which][ok]
            for part in (rows.estimate, rows.se, rows.df, rows.low, rows.high)
        )
        at, p = self.at[ok], rows.p[which][ok]
        estimate, new_low, new_high = raw, low, high
        if len(self._plan.fractions) > 1:
            level = 1.0 - 2.0 * self._plan.alpha
            found = sequential.after_stopping_many(
                self._plan,
                at,
                (self._margin - raw) / se,
                se,
                level=level,
                heed_futility=bool(self._plan.futility),
            )
            # Few people make intervals as much wider here as t is wider than the normal curve.
            tail = 0.5 + level / 2.0
            wider = quantile(tail, df) / float(ndtri(tail))
            estimate = self._margin - found.median
            new_low = estimate - wider * (found.high - found.median)
            new_high = estimate + wider * (found.median - found.low)
            p = 2.0 * np.minimum(found.p, 1.0 - found.p)
        return AtStop(
            estimate=estimate,
            low=new_low,
            high=new_high,
            p=p,
            se=se,
            raw=raw,
            raw_low=low,
            raw_high=high,
        )

    def looks(self, sizes: tuple[int, ...]) -> tuple[Look, ...]:
        """A row for each look."""
        plan, done = self._plan, self._decided
        return tuple(
            Look(
                fraction=fraction,
                subjects=sizes[i],
                boundary_z=plan.upper[i],
                futility_z=plan.lower[i] if self._can_stop(i) else None,
                nominal_alpha=plan.nominal_p[i],
                stops_for_benefit=self._share(done.rejected & (done.look == i)),
                stops_for_futility=self._share(done.futile & (done.look == i)),
            )
            for i, fraction in enumerate(plan.fractions)
        )

    def _can_stop(self, look: int) -> bool:
        return bool(np.isfinite(self._plan.lower[look])) and look < len(self._plan.lower) - 1

    @staticmethod
    def _share(which: NDArray[np.bool_]) -> Figure:
        return proportion(which)
