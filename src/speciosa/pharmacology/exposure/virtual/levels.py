"""Levels of virtual people under one structure: curves, and how they decline."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.exposure.virtual import decline
from speciosa.pharmacology.exposure.virtual.draws import Array, Indices
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H
from speciosa.pharmacology.exposure.virtual.structures import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.bodies import Bodies
    from speciosa.pharmacology.exposure.virtual.schedule import Schedule
    from speciosa.pharmacology.exposure.virtual.structures import Inputs

_STEP_H = 1.0 / 6.0


@dataclasses.dataclass(frozen=True, eq=False)
class Levels:
    """Total plasma concentrations in nmol/L, (subjects, times), and how they decline.

    7-OH formed from mitragynine and swallowed 7-OH stand apart. The activity of CYP3A in gut wall
    and liver is over its baseline; (subjects, 0) where it was not asked for. Half-lives are in h,
    NaN where there is none to read: of mitragynine the terminal one and the effective one (from
    accumulation, where every day of use is as the day before), of 7-OH the one seen in the day
    after the last dose. Rows of people for whom the structure was not run are NaN.
    """

    mitragynine_nm: Array
    formed_nm: Array
    swallowed_nm: Array
    gut_cyp3a: Array
    liver_cyp3a: Array
    mitragynine_half_life_h: Array
    seven_oh_half_life_h: Array
    effective_half_life_h: Array

    @property
    def seven_oh_nm(self) -> Array:
        """7-OH, formed and swallowed together."""
        return self.formed_nm + self.swallowed_nm

    @property
    def known(self) -> Indices:
        """The people for whom the structure was run."""
        return np.flatnonzero(np.isfinite(self.mitragynine_nm[:, 0]))

    def take(self, who: Indices) -> Levels:
        """The levels of some people, in that order; one may be named more than once."""
        return Levels(*(held[who] for held in self._arrays()))

    def spread(self, who: Indices, subjects: int) -> Levels:
        """These levels in the rows ``who`` of ``subjects`` people, NaN elsewhere."""
        spread = []
        for held in self._arrays():
            rows = np.full((subjects, *held.shape[1:]), np.nan)
            rows[who] = held
            spread.append(rows)
        return Levels(*spread)

    def moved(self, factor: Array) -> Levels:
        """The same people with mitragynine and what is formed from it ``factor`` times as high.

        What it takes of an enzyme over what it leaves moves by the same factor.
        """
        times = factor[:, None]
        return dataclasses.replace(
            self,
            mitragynine_nm=self.mitragynine_nm * times,
            formed_nm=self.formed_nm * times,
            gut_cyp3a=_inhibited(self.gut_cyp3a, times),
            liver_cyp3a=_inhibited(self.liver_cyp3a, times),
        )

    def _arrays(self) -> tuple[Array, ...]:
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))


def levels_of(  # noqa: PLR0913 - a structure, its people and what they take
    structure: str,
    schedule: Schedule,
    inputs: Inputs,
    knowledge: Knowledge,
    made: Bodies,
    *,
    times_h: Array,
    enzymes: bool = False,
    linear_exactly: bool = True,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Levels:
    """Run one structure and read off curves and half-lives."""
    probes = decline.Probes.of(schedule, knowledge)
    day = last_day(schedule)
    every = np.unique(np.concatenate((times_h, probes.times_h, day if schedule.daily else [])))
    found = run(
        structure,
        schedule,
        inputs,
        knowledge,
        made,
        times_h=every,
        enzymes=enzymes,
        linear_exactly=linear_exactly,
        threads=threads,
        progress=progress,
    )
    half_life, seven_oh_half_life = probes.half_lives(found, every)
    effective = np.full(half_life.shape, np.nan)
    if schedule.daily:
        first = run(structure, schedule.first_day(), inputs, knowledge, made, times_h=day - day[0])
        last = found.mitragynine_nm[:, np.searchsorted(every, day)]
        effective = decline.effective_half_life(first.mitragynine_nm, last, day)
    shown = np.searchsorted(every, times_h)
    return Levels(
        mitragynine_nm=found.mitragynine_nm[:, shown],
        formed_nm=found.formed_nm[:, shown],
        swallowed_nm=found.swallowed_nm[:, shown],
        gut_cyp3a=found.gut_cyp3a[:, shown] if enzymes else found.gut_cyp3a,
        liver_cyp3a=found.liver_cyp3a[:, shown] if enzymes else found.liver_cyp3a,
        mitragynine_half_life_h=half_life,
        seven_oh_half_life_h=seven_oh_half_life,
        effective_half_life_h=effective,
    )


def _inhibited(left: Array, times: Array) -> Array:
    """The activity left when what is lost over what is left is ``times`` as much."""
    # An integrator may end a hair above the baseline, where nothing is lost.
    inside = np.minimum(left, 1.0)
    return np.asarray(inside / (inside + times * (1.0 - inside)))


def last_day(schedule: Schedule) -> Array:
    """Every ten minutes of the last day of a schedule (of all of it when it is shorter)."""
    start = max(schedule.start_h, schedule.end_h - DAY_H)
    return np.linspace(start, schedule.end_h, round((schedule.end_h - start) / _STEP_H) + 1)
