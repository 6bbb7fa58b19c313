"""How probable the published summaries are under a candidate: prior and synthetic likelihood.

A candidate is a vector: typical values on their scales, logs of the standard deviations between
people, logs of the limits of the assays, and what a victim leaves open. Each candidate is given the
same virtual people, whose deviations are quasi-random and standardised, so that the log-median and
log-spread of a figure are smooth functions of the candidate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.stats import norm, qmc

from calibration.figures import Array
from calibration.studies import NEEDS_LIMIT, OF_VICTIM, Studies, assay
from speciosa.knowledge import Knowledge
from speciosa.knowledge.models.observations import Observation, Spread, Statistic, Use
from speciosa.knowledge.models.record import Parameter, Scale

_A = "models/assumption/"
_MEDIAN_ERROR = 1.2533  # standard error of a median over that of a mean, normal distribution
_RANGE_OF_FOUR, _HIGHEST_OF_FOUR = 2.059, 1.029  # expected, in standard deviations of one
_Z90 = 1.6448536269514722
_IMPOSSIBLE = -1e10
_FARTHEST = 5.0  # prior standard deviations beyond which a candidate is not tried


@dataclass(frozen=True)
class Axis:
    """One coordinate of a candidate: what it is, and its normal prior."""

    column: str
    mean: float
    sd: float


@dataclass(frozen=True)
class Space:
    """The coordinates of a candidate, and how it becomes people."""

    parameters: tuple[Parameter, ...]
    axes: tuple[Axis, ...]
    unseen: tuple[Axis, ...]

    @classmethod
    def of(cls, knowledge: Knowledge, studies: Studies) -> Space:
        """Coordinates of a structure; what no observation depends on stays outside the fit."""
        parameters = knowledge.models.parameters(studies.structure)
        typical = {
            p.name: Axis(f"typ_{p.name}", scaled(p.scale, p.prior.median), p.prior.sd)
            for p in parameters
            if not p.fixed
        }
        between = {
            p.name: Axis(f"sd_{p.name}", float(np.log(p.between.sd)), p.between.width)
            for p in parameters
            if p.between.sd > 0.0
        }
        seen = {p.name for p in parameters if p.seen}
        of_typical = [axis for name, axis in typical.items() if name in seen]
        of_between = [axis for name, axis in between.items() if name in seen and axis.sd > 0.0]
        limit = np.log(knowledge.fact(f"{_A}assay_limit").number)
        limit_sd = knowledge.fact(f"{_A}assay_limit_sd").number
        fitted = [o for o in studies.observations if o.used_by(studies.structure) is Use.FIT]
        names = dict.fromkeys(assay(o) for o in fitted if o.statistic in NEEDS_LIMIT)
        of_studies = [Axis(f"limit_{name}", float(limit), limit_sd) for name in names]
        of_victims = [
            Axis(f"victim_{p.name}", scaled(p.scale, p.prior.median), p.prior.sd)
            for name in {o.analyte for o in fitted if o.statistic in OF_VICTIM}
            for p in knowledge.models.victims[name].parameters
            if p.seen and not p.fixed
        ]
        inside = (*of_typical, *of_between, *of_studies, *of_victims)
        outside = tuple(a for a in (*typical.values(), *between.values()) if a not in inside)
        return cls(parameters, inside, outside)

    @property
    def size(self) -> int:
        """How many coordinates there are."""
        return len(self.axes)

    def prior(self, x: Array) -> Array:
        """Log prior density of candidates (candidates, size), up to a constant."""
        mean, sd = np.array([a.mean for a in self.axes]), np.array([a.sd for a in self.axes])
        density: Array = -0.5 * (((x - mean) / sd) ** 2).sum(axis=1)
        return density

    def distance(self, x: Array) -> Array:
        """How many prior standard deviations each candidate lies out, on its farthest axis."""
        mean, sd = np.array([a.mean for a in self.axes]), np.array([a.sd for a in self.axes])
        farthest: Array = np.abs((x - mean) / sd).max(axis=1)
        return farthest

    def named(self, x: Array) -> dict[str, Array]:
        """Coordinates by column."""
        return {axis.column: x[:, i] for i, axis in enumerate(self.axes)}

    def people(self, x: Array, z: Array) -> dict[str, Array]:
        """Parameters of every person of every candidate, flat: candidate after candidate."""
        named, n = self.named(x), z.shape[0]
        population = {}
        for i, p in enumerate(self.parameters):
            middle = named.get(
                f"typ_{p.name}", np.full(x.shape[0], scaled(p.scale, p.prior.median))
            )
            log_sd = named.get(f"sd_{p.name}")
            sd = np.full(x.shape[0], p.between.sd) if log_sd is None else np.exp(log_sd)
            value = middle[:, None] + sd[:, None] * z[:n, i]
            population[p.name] = natural(p.scale, value.ravel())
        return population

    def of_studies(self, x: Array, people: int) -> tuple[dict[str, Array], dict[str, Array]]:
        """Assay limits (ng/mL) by assay and parameters of the victim, row by row."""
        limits, victims = {}, {}
        for column, values in self.named(x).items():
            kind, _, name = column.partition("_")
            if kind == "limit":
                limits[name] = np.repeat(np.exp(values), people)
            elif kind == "victim":
                victims[name] = np.repeat(np.exp(values), people)
        return limits, victims


def scaled(scale: Scale, value: float) -> float:
    """A natural value on its scale."""
    return scale.of(value)


def natural(scale: Scale, x: Array) -> Array:
    """Natural values of numbers on a scale."""
    x = np.clip(x, -100.0, 100.0)
    value: Array = np.exp(x) if scale is Scale.LOG else 1.0 / (1.0 + np.exp(-x))
    return value


def deviations(people: int, width: int, seed: int) -> Array:
    """Standard normal deviations of people: Sobol points with mean 0, variance 1, uncorrelated."""
    points = qmc.Sobol(width, seed=seed).random(1 << (2 * people - 1).bit_length())[:people]
    z = norm.ppf(np.clip(points, 1e-3, 1.0 - 1e-3))
    z -= z.mean(axis=0)
    if people > width + 1:
        spread = np.linalg.cholesky(np.cov(z.T, bias=True))
        z = np.linalg.solve(spread, z.T).T
    return np.ascontiguousarray(z)


@lru_cache
def range_of_logs(n: int) -> tuple[float, float]:
    """Mean and standard deviation of the log of the range of n standard normal numbers."""
    drawn = np.random.default_rng(n).standard_normal((20_000, n))
    logs = np.log(np.ptp(drawn, axis=1))
    return float(logs.mean()), float(logs.std())


@dataclass(frozen=True)
class Target:
    """One fitted observation as numbers."""

    observation: Observation
    log_value: float
    of_mean: bool  # an arithmetic mean, not a median or a geometric mean
    se: float  # standard error of the log where it was published, else nan
    floor: float  # standard deviation of the log that is there whatever the sampling error
    log_range: float  # log of the range of the logs, or nan


def target(o: Observation, knowledge: Knowledge) -> Target:
    """What an observation says, on the log scale."""
    name = "misfit_within" if o.statistic in OF_VICTIM else "misfit"
    misfit = float(np.hypot(knowledge.fact(f"{_A}{name}").number, o.misfit))
    se, log_range = np.nan, np.nan
    if o.low is not None and o.high is not None:
        width = float(np.log(o.high / o.low))
        if o.spread is Spread.CI90:
            se = width / (2.0 * _Z90)
        elif o.spread is Spread.SE:
            se = width / 2.0
        elif o.spread is Spread.GROUPS:
            # The standard error of the middle of four groups, from the range of their figures.
            se = width / _RANGE_OF_FOUR / 2.0
        elif o.spread is Spread.RANGE:
            log_range = float(np.log(width))
    median = o.spread in (Spread.RANGE, Spread.CI90) or o.statistic is Statistic.TMAX
    return Target(o, float(np.log(o.value)), not median, se, misfit, log_range)


class Likelihood:
    """Log posterior density of candidates of one structure."""

    def __init__(self, knowledge: Knowledge, studies: Studies, space: Space, seed: int) -> None:
        self.studies, self.space = studies, space
        self.targets = [
            target(o, knowledge)
            for o in studies.observations
            if o.used_by(studies.structure) is Use.FIT
        ]
        people = int(knowledge.fact(f"{_A}people").number)
        self.z = deviations(people, len(space.parameters), seed)
        self.spread_misfit = knowledge.fact(f"{_A}misfit_spread").number

    def __call__(self, x: Array) -> Array:
        """Log density of each candidate (candidates, size); vectorised."""
        density = np.full(x.shape[0], _IMPOSSIBLE)
        near = self.space.distance(x) < _FARTHEST
        if near.any():
            density[near] = self._of_near(x[near])
        return density

    def _of_near(self, x: Array) -> Array:
        people = self.z.shape[0]
        limits, victims = self.space.of_studies(x, people)
        chosen = [t.observation for t in self.targets]
        with np.errstate(invalid="ignore", divide="ignore"):  # people who could not be solved
            found = self.studies.figures(self.space.people(x, self.z), limits, victims, chosen)
        density = self.space.prior(x)
        for t, figure in zip(self.targets, found, strict=True):
            density = density + self._one(t, np.reshape(figure, (x.shape[0], people)))
        return np.where(np.isfinite(density), density, _IMPOSSIBLE)

    def _one(self, t: Target, figure: Array) -> Array:
        """Log density of one observation, per candidate."""
        logs = _logs(figure, t.observation)
        middle, sd = logs.mean(axis=1), logs.std(axis=1)
        if t.of_mean:
            middle = middle + 0.5 * sd**2
        n = t.observation.n
        se = sd / np.sqrt(n) * (_MEDIAN_ERROR if not t.of_mean else 1.0)
        if t.observation.spread is Spread.HIGHEST:
            middle = middle + _HIGHEST_OF_FOUR * se
        total: Array = np.hypot(se if np.isnan(t.se) else t.se, t.floor)
        density: Array = -0.5 * ((t.log_value - middle) / total) ** 2 - np.log(total)
        if not np.isnan(t.log_range):
            mean, spread = range_of_logs(n)
            off = t.log_range - np.log(np.maximum(sd, 1e-6)) - mean
            density = density - 0.5 * (off / np.hypot(spread, self.spread_misfit)) ** 2
        return density


def _logs(figure: Array, o: Observation) -> Array:
    """Logs of a figure; an exponent is no positive quantity, so its distance from 1 is taken."""
    if o.statistic in (Statistic.CMAX_EXPONENT, Statistic.AUC_EXPONENT):
        return np.log(np.maximum(figure, 1e-3))
    return np.log(np.maximum(figure, 1e-30))


def columns_of(
    knowledge: Knowledge, structure: str, space: Space, kept: Array, seed: int
) -> Mapping[str, Array]:
    """Draws by column on their natural scales.

    What the fit left out is drawn from its prior. What another study would have found is added: one
    offset a draw, the same for every parameter that carries it.
    """
    scales = {f"typ_{p.name}": p.scale for p in space.parameters}
    rng = np.random.default_rng(seed)
    columns = space.named(kept)
    for axis in space.unseen:
        z: Array = rng.standard_normal((kept.shape[0],))
        columns[axis.column] = axis.mean + axis.sd * z
    order = [f"{k}_{p.name}" for k in ("typ", "sd") for p in space.parameters]
    names = [n for n in order if n in columns] + [n for n in columns if n not in order]
    drawn = {n: natural(scales.get(n, Scale.LOG), columns[n]) for n in names}
    offset = knowledge.fact(f"{_A}between_study").number * rng.standard_normal((kept.shape[0],))
    for name in knowledge.models.structure(structure).between_study:
        value = drawn[f"typ_{name}"]
        if scales[f"typ_{name}"] is Scale.LOG:
            drawn[f"typ_{name}"] = value * np.exp(offset)
        else:  # an offset of the logit that moves the log by as much, where the share is
            moved = columns[f"typ_{name}"] - offset / (1.0 - value)
            drawn[f"typ_{name}"] = natural(Scale.LOGIT, moved)
    return drawn
