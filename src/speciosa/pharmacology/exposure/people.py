"""Virtual people like this one: what they swallow, and their levels under every structure.

Each person lives by one structure, chosen by (seed, subject), so that the mixture of all people
carries the doubt about the structure. Every structure is run for everybody all the same, so that a
report can say where they differ for the same products.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.exposure import decline
from speciosa.pharmacology.exposure.comparison import HIGHEST_MG
from speciosa.pharmacology.exposure.draws import Array, Indices, normals, stream, uniforms
from speciosa.pharmacology.exposure.portions import Portions, portions
from speciosa.pharmacology.exposure.schedule import DAY_H
from speciosa.pharmacology.exposure.structures import LINEAR, TURNOVER, Inputs, run

if TYPE_CHECKING:
    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.bodies import Bodies
    from speciosa.pharmacology.exposure.schedule import Schedule
    from speciosa.pharmacology.exposure.structures import Run

STRUCTURES = (LINEAR, TURNOVER)
_STEP_H = 1.0 / 6.0
_LARGEST_Z = 3.0


@dataclasses.dataclass(frozen=True)
class Vary:
    """Which sources of variation are drawn; what is not drawn stands at its middle."""

    content: bool = True
    person: bool = True
    knowledge: bool = True


EVERYTHING = Vary()


@dataclasses.dataclass(frozen=True, eq=False)
class Levels:
    """Total plasma concentrations in nmol/L, (subjects, times), and how they decline.

    7-OH formed from mitragynine and swallowed 7-OH stand apart. Half-lives are in h, NaN where
    there is none to read: of mitragynine the terminal one and the effective one (from accumulation,
    where every day of use is as the day before), of 7-OH the one seen in the day after the last
    dose.
    """

    mitragynine_nm: Array
    formed_nm: Array
    swallowed_nm: Array
    mitragynine_half_life_h: Array
    seven_oh_half_life_h: Array
    effective_half_life_h: Array

    @property
    def seven_oh_nm(self) -> Array:
        """7-OH, formed and swallowed together."""
        return self.formed_nm + self.swallowed_nm

    def take(self, who: Indices) -> Levels:
        """The levels of some subjects, in that order; one may be named more than once."""
        return Levels(
            **{field.name: getattr(self, field.name)[who] for field in dataclasses.fields(self)}
        )


@dataclasses.dataclass(frozen=True, eq=False)
class People:
    """Virtual people over a schedule. Row i of every array is the same person.

    ``by_structure`` holds everybody under each structure, ``lives_by`` the structure of each
    person (a place in ``structures``), ``beyond`` the factor by which each person's levels are
    moved because the amounts exceed what was studied.
    """

    schedule: Schedule
    seed: int
    time_h: Array
    structures: tuple[str, ...]
    lives_by: Indices
    by_structure: Mapping[str, Levels]
    bodies: Mapping[str, Bodies]
    portions: Portions
    mitragynine_mg_per_day: Array
    seven_oh_mg_per_day: Array
    beyond: Array

    @property
    def subjects(self) -> int:
        """How many people there are."""
        return self.lives_by.size

    @property
    def levels(self) -> Levels:
        """Everybody by the structure they live by: the mixture that is shown as the result."""
        held = [self.by_structure[name] for name in self.structures]
        if len(held) == 1:
            return held[0]
        return Levels(
            **{
                field.name: _mixed([getattr(h, field.name) for h in held], self.lives_by)
                for field in dataclasses.fields(Levels)
            }
        )

    def take(self, who: Indices) -> People:
        """Some of the people, in that order; one may be named more than once."""
        return dataclasses.replace(
            self,
            lives_by=self.lives_by[who],
            by_structure={name: held.take(who) for name, held in self.by_structure.items()},
            bodies={name: held.take(who) for name, held in self.bodies.items()},
            portions=self.portions.take(who),
            mitragynine_mg_per_day=self.mitragynine_mg_per_day[who],
            seven_oh_mg_per_day=self.seven_oh_mg_per_day[who],
            beyond=self.beyond[who],
        )

    def area(self, nm: Array, from_h: float, to_h: float) -> Array:
        """Area under curves of these people between two of their times, nmol*h/L (trapezoids)."""
        chosen = (self.time_h >= from_h) & (self.time_h <= to_h)
        return decline.trapezoids(nm[:, chosen], self.time_h[chosen])


def simulate(  # noqa: PLR0913 - every source of variation can be chosen
    schedule: Schedule,
    products: Sequence[KratomProduct],
    knowledge: Knowledge,
    *,
    seed: int,
    subjects: int,
    structures: Sequence[str] = STRUCTURES,
    times_h: Array | None = None,
    vary: Vary = EVERYTHING,
    progress: Callable[[int, int], None] | None = None,
) -> People:
    """Simulate ``subjects`` virtual people over a schedule of ``products``.

    Dose ``product`` of the schedule is a fraction of ``products[product].dose``. ``times_h`` are
    hours of the schedule (ascending); left out, every ten minutes of its last day. Subject i
    depends on (seed, i) alone.
    """
    times = last_day(schedule) if times_h is None else np.asarray(times_h, dtype=np.float64)
    held = portions(products, knowledge, seed=seed, subjects=subjects, vary=vary.content)
    mg_per_day = schedule.per_day(held.mitragynine_mg)
    beyond = _beyond(mg_per_day, knowledge, seed, vary=vary.knowledge)
    inputs = Inputs.of(held, knowledge)
    probes = decline.Probes.of(schedule)
    every = np.unique(np.concatenate((times, probes.times_h)))
    bodies, by_structure = {}, {}

    def follow(name: str, over: Schedule, at_h: Array) -> Run:
        return run(
            name,
            over,
            inputs,
            knowledge,
            seed=seed,
            times_h=at_h,
            person=vary.person,
            uncertain=vary.knowledge,
            progress=progress,
        )

    for name in structures:
        found = follow(name, schedule, every)
        bodies[name] = found.bodies
        half_life, seven_oh_half_life = probes.half_lives(found, every)
        shown = np.searchsorted(every, times)
        mitragynine = found.mitragynine_nm[:, shown]
        effective = np.full(subjects, np.nan)
        if schedule.daily:
            day = last_day(schedule)
            first = follow(name, schedule.first_day(), day - day[0]).mitragynine_nm
            last = found.mitragynine_nm[:, np.searchsorted(every, day)]
            effective = decline.effective_half_life(first, last, day)
        by_structure[name] = Levels(
            mitragynine_nm=mitragynine * beyond[:, None],
            formed_nm=found.formed_nm[:, shown] * beyond[:, None],
            swallowed_nm=found.swallowed_nm[:, shown],
            mitragynine_half_life_h=half_life,
            seven_oh_half_life_h=seven_oh_half_life,
            effective_half_life_h=effective,
        )
    return People(
        schedule=schedule,
        seed=seed,
        time_h=times,
        structures=tuple(structures),
        lives_by=_lives_by(structures, knowledge, seed, subjects),
        by_structure=by_structure,
        bodies=bodies,
        portions=held,
        mitragynine_mg_per_day=mg_per_day,
        seven_oh_mg_per_day=schedule.per_day(held.seven_oh_mg),
        beyond=beyond,
    )


def last_day(schedule: Schedule) -> Array:
    """Every ten minutes of the last day of a schedule (of all of it when it is shorter)."""
    start = max(schedule.start_h, schedule.end_h - DAY_H)
    return np.linspace(start, schedule.end_h, round((schedule.end_h - start) / _STEP_H) + 1)


def _beyond(mg_per_day: Array, knowledge: Knowledge, seed: int, *, vary: bool) -> Array:
    """Factor on each person's levels where the amount exceeds the largest one studied."""
    if not vary:
        return np.ones_like(mg_per_day)
    excess = mg_per_day / knowledge.fact(HIGHEST_MG).number
    sd_per_log = knowledge.fact("kratom/assumption_beyond_studied").number
    z = normals(seed, stream("beyond studied"), mg_per_day.size, 1)[:, 0]
    z = np.clip(z, -_LARGEST_Z, _LARGEST_Z)
    factor: Array = np.exp(sd_per_log * np.log(np.maximum(excess, 1.0)) * z)
    return factor


def _lives_by(structures: Sequence[str], knowledge: Knowledge, seed: int, subjects: int) -> Indices:
    """The structure of each person, drawn by the weights of the structures."""
    weights = np.array([knowledge.models.structure(name).weight for name in structures])
    edges = np.cumsum(weights / weights.sum())
    u = uniforms(seed, stream("structure"), subjects, 1)[:, 0]
    return np.minimum(np.searchsorted(edges, u), len(edges) - 1)


def _mixed(held: Sequence[Array], lives_by: Indices) -> Array:
    """Each person's own row."""
    mixed = held[0].copy()
    for place, values in enumerate(held[1:], 1):
        mixed[lives_by == place] = values[lives_by == place]
    return mixed
