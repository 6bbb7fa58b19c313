"""Every human kinetic figure beside what a structure predicts for it.

Predicted are single people, and groups as large as the study: of each posterior draw a group is
made and its median or mean taken, so that a published summary is compared with what such a study
would have found.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from calibration.figures import Array
from calibration.likelihood import target
from calibration.people import groups, of_studies
from calibration.studies import Studies
from speciosa.knowledge import Knowledge
from speciosa.knowledge.models.observations import Observation, Spread, Statistic, Use
from speciosa.knowledge.models.record import Posterior

SEED = 20261122
PEOPLE = 12  # made of each draw
NEAR = 1.5  # fold

_NAMES = {
    Statistic.CMAX: "peak",
    Statistic.TMAX: "time of the peak",
    Statistic.AUC: "area",
    Statistic.AUC_DAY: "area of a day",
    Statistic.HALF_LIFE: "half-life",
    Statistic.VOLUME: "terminal volume",
    Statistic.CLEARANCE: "apparent clearance",
    Statistic.RATIO: "ratio of areas",
    Statistic.TROUGH: "trough",
    Statistic.DAYS_TO_STEADY: "days to the steady state",
    Statistic.CMAX_EXPONENT: "exponent of peak over dose",
    Statistic.AUC_EXPONENT: "exponent of area over dose",
    Statistic.AUC_RATIO: "area with tea over without",
    Statistic.CMAX_RATIO: "peak with tea over without",
    Statistic.HALF_LIFE_RATIO: "half-life with tea over without",
}


class Compared(NamedTuple):
    """One published figure beside its prediction."""

    structure: str
    observation: Observation
    role: str
    person: tuple[float, float, float]
    group: tuple[float, float, float]

    @property
    def fold(self) -> float:
        """Middle of the predicted groups over the published figure."""
        return self.group[1] / self.observation.value

    @property
    def inside(self) -> bool:
        """Whether the published figure lies in the central 90 % of the predicted groups.

        A published confidence interval counts as inside where it overlaps that 90 %.
        """
        o, (low, _, high) = self.observation, self.group
        if o.spread is Spread.LIMIT:
            return low <= o.value
        if o.spread in (Spread.CI90, Spread.SE) and o.low is not None and o.high is not None:
            return low <= o.high and o.low <= high
        return low <= o.value <= high

    @property
    def within_reported(self) -> bool | None:
        """Whether the predicted middle lies in the reported spread; None where none is given."""
        o = self.observation
        if o.low is None or o.high is None:
            return None
        return o.low <= self.group[1] <= o.high

    @property
    def near(self) -> bool:
        """Whether the predicted middle is within ``NEAR``-fold."""
        return 1.0 / NEAR <= self.fold <= NEAR

    @property
    def missed(self) -> bool:
        """Neither near nor inside."""
        return not self.inside and not self.near

    @property
    def name(self) -> str:
        """The figure in words."""
        o = self.observation
        when = "" if o.doses == 1 else f", day {o.doses}"
        return f"{o.analyte}, {_NAMES[o.statistic]}, {o.dose_mg:g} mg{when}"


def compare(knowledge: Knowledge, structure: str, *, draws: int | None = None) -> list[Compared]:
    """Every observation of a structure's substances, from its shipped posterior."""
    models = knowledge.models
    posterior = first_draws(models.posterior(structure), draws)
    studies = Studies.of(knowledge, structure, models.observations)
    population = groups(models.parameters(structure), posterior, PEOPLE, SEED)
    limits, victims = of_studies(posterior, PEOPLE)
    found = studies.figures(population, limits, victims)
    fitted = {o.study for o in studies.observations if o.used_by(structure) is Use.FIT}
    return [
        Compared(
            structure,
            o,
            _role(o, structure, fitted),
            central(figure),
            central(_group(o, figure.reshape(posterior.size, PEOPLE), knowledge)),
        )
        for o, figure in zip(studies.observations, found, strict=True)
    ]


def first_draws(posterior: Posterior, draws: int | None) -> Posterior:
    """The first draws of a posterior alone, or all of them."""
    if draws is None:
        return posterior
    columns = {name: values[:draws] for name, values in posterior.columns.items()}
    return Posterior(**{f: getattr(posterior, f) for f in Posterior.__struct_fields__}
                     | {"columns": columns})  # fmt: skip


def _role(o: Observation, structure: str, fitted: set[str]) -> str:
    use = o.used_by(structure)
    if use is Use.HELD_OUT:
        return "held out, fitted study" if o.study in fitted else "held out, other study"
    return {Use.FIT: "fitted", Use.SPREAD: "spread only"}[use]


def _group(o: Observation, figure: Array, knowledge: Knowledge) -> Array:
    people = figure[:, : min(o.n, PEOPLE)]
    of_mean = target(o, knowledge).of_mean
    middle: Array = people.mean(axis=1) if of_mean else np.median(people, axis=1)
    return middle


def central(values: Array) -> tuple[float, float, float]:
    """The 5th, 50th and 95th percentile of the finite values."""
    low, middle, high = (float(q) for q in np.percentile(values[np.isfinite(values)], (5, 50, 95)))
    return low, middle, high
