"""Share of a target occupied over the last dosing day: unbound level over affinity, by mass action.

The *load* of a ligand is its unbound concentration over its affinity. Ligands that compete for one
site add their loads; the share occupied is load / (1 + load).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speciosa.finding import Estimate
from speciosa.pharmacology.mechanism.drawing import (
    Array,
    drawn,
    of_published,
    of_range,
)
from speciosa.pharmacology.mechanism.result import OccupancyCurve

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.kratom.model import Target
    from speciosa.pharmacology.exposure import ExposureSamples

MITRAGYNINE = "mitragynine"
SEVEN_OH = "7-hydroxymitragynine"
CARDIAC = "cardiac"
FREE_FACTS = (
    "kratom/pk_mg_fu",
    "kratom/assumption_mitragynine_fu",
    "kratom/assumption_seven_oh_fu",
    "kratom/pd_bound_2014",
)
ENTRY_FACTS = ("kratom/assumption_brain_entry", "kratom/pd_kpuu", "kratom/pd_no_efflux")
_IC50 = "IC50"
# Half an hour apart over a day to reckon with, an hour apart to show: the intervals are far wider
# than what happens in between.
_RECKONED = 49
_SHOWN = 25
_DIGITS = 4


@dataclasses.dataclass(frozen=True, eq=False)
class Plasma:
    """Total plasma concentrations in nmol/L by ligand, (times, subjects), at ``time_h``."""

    time_h: Array
    nm: Mapping[str, Array]

    def holds(self, ligand: str) -> bool:
        """Whether any subject has any of the ligand; none means that it was not predicted."""
        return bool(self.nm[ligand].any())


def plasma(samples: ExposureSamples) -> Plasma:
    """The curves of the last dosing day at fewer times."""
    at = _thinned(samples.time_h.size, _RECKONED)
    curves = {MITRAGYNINE: samples.mitragynine_nm, SEVEN_OH: samples.seven_oh_nm}
    nm = {ligand: np.ascontiguousarray(c[:, at].T) for ligand, c in curves.items()}
    return Plasma(samples.time_h[at], nm)


def unbound_share(
    samples: ExposureSamples, knowledge: Knowledge, *, in_brain: bool
) -> dict[str, Array]:
    """Unbound concentration at the target over total plasma concentration, by ligand and subject.

    Free fraction and entry into the brain are drawn evenly on the log scale over the range tried.
    """
    u = drawn(samples, "unbound", 4)
    entry = knowledge.fact("kratom/assumption_brain_entry")
    share = {
        MITRAGYNINE: of_range(knowledge.fact("kratom/assumption_mitragynine_fu"), u[:, 0]),
        SEVEN_OH: of_range(knowledge.fact("kratom/assumption_seven_oh_fu"), u[:, 1]),
    }
    if in_brain:
        share[MITRAGYNINE] = share[MITRAGYNINE] * of_range(entry, u[:, 2])
        share[SEVEN_OH] = share[SEVEN_OH] * of_range(entry, u[:, 3])
    return share


@dataclasses.dataclass(frozen=True, eq=False)
class Bound:
    """The ligands of one target in every virtual subject.

    ``per_nm`` is the load of one nmol/L in plasma, by ligand and subject.
    """

    plasma: Plasma
    per_nm: Mapping[str, Array]
    measure: str

    def of(self, ligand: str) -> Array:
        """The load of one ligand, (times, subjects)."""
        return self.per_nm[ligand] * self.plasma.nm[ligand]

    @cached_property
    def load(self) -> Array:
        """The load of all ligands together, (times, subjects)."""
        return total(*(self.of(ligand) for ligand in self.per_nm))

    @cached_property
    def peak_load(self) -> Array:
        """The highest load of the day of each subject."""
        highest: Array = self.load.max(axis=0)
        return highest

    def at_peak(self, ligand: str) -> Array:
        """The load of one ligand when the load of all is highest."""
        when = self.load.argmax(axis=0)[None, :]
        taken: Array = np.take_along_axis(self.plasma.nm[ligand], when, axis=0)[0]
        return self.per_nm[ligand] * taken

    def shown(self, load: Array) -> Array:
        """A load as it is shown: per cent of receptors, or ratio to the IC50."""
        return load if self.measure == _IC50 else occupied(load)


def bind(target: Target, levels: Plasma, samples: ExposureSamples, knowledge: Knowledge) -> Bound:
    """Draw free fraction, entry into the brain and affinities for one target."""
    share = unbound_share(samples, knowledge, in_brain=target.system != CARDIAC)
    per_nm = {}
    for affinity in target.affinities:
        u = drawn(samples, f"affinity/{target.id}/{affinity.ligand}", 1)
        facts = tuple(knowledge.fact(f) for f in affinity.facts)
        per_nm[affinity.ligand] = share[affinity.ligand] / of_published(facts, knowledge, u[:, 0])
    return Bound(levels, per_nm, target.measure)


def total(*loads: Array) -> Array:
    """Loads of ligands that compete for one site, added in their order."""
    added = loads[0]
    for load in loads[1:]:
        added = added + load
    return added


def occupied(load: Array) -> Array:
    """Percentage of receptors occupied."""
    return 100.0 * load / (1.0 + load)


def quantiles(values: Array) -> Array:
    """5 %, 50 % and 95 % over subjects (the last axis), by linear interpolation: (3, ...)."""
    ordered = np.sort(values, axis=-1)
    last = ordered.shape[-1] - 1
    found = []
    for q in (0.05, 0.5, 0.95):
        at = q * last
        below = int(at)
        above = min(below + 1, last)
        low, high = ordered[..., below], ordered[..., above]
        found.append(low + (at - below) * (high - low))
    return np.stack(found)


def estimate(values: Array, unit: str, interval: str, facts: tuple[str, ...]) -> Estimate:
    """Median and 90 % interval over the subjects."""
    low, middle, high = (float(q) for q in quantiles(values))
    return Estimate(
        value=middle,
        unit=unit,
        low=low,
        high=high,
        interval=interval,
        facts=tuple(dict.fromkeys(facts)),
    )


def curve(bound: Bound, unit: str, interval: str) -> OccupancyCurve:
    """Occupancy over the day at a few times, as a median and a 90 % band."""
    at = _thinned(bound.plasma.time_h.size, _SHOWN)
    low, median, high = quantiles(bound.shown(bound.load[at]))
    return OccupancyCurve(
        unit=unit,
        time_h=_rounded(bound.plasma.time_h[at]),
        median=_rounded(median),
        low=_rounded(low),
        high=_rounded(high),
        interval=interval,
    )


def _thinned(size: int, most: int) -> NDArray[np.int64]:
    """Places of at most so many values, evenly apart, the first and the last among them."""
    return np.unique(np.linspace(0, size - 1, min(most, size)).round().astype(np.int64))


def _rounded(values: Array) -> tuple[float, ...]:
    return tuple(float(f"{value:.{_DIGITS}g}") for value in values)
