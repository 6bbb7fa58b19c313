"""Virtual people like this one: what they swallow, and their levels under every structure.

Each person lives by one structure, chosen by (seed, subject), so that the mixture of all people
carries the doubt about the structure. Where only the mixture is wanted, each structure is run for
those alone who live by it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.exposure.taken.comparison import HIGHEST_MG
from speciosa.pharmacology.exposure.virtual import decline
from speciosa.pharmacology.exposure.virtual.bodies import bodies
from speciosa.pharmacology.exposure.virtual.draws import Array, Indices, normals, stream, uniforms
from speciosa.pharmacology.exposure.virtual.levels import Levels, last_day, levels_of
from speciosa.pharmacology.exposure.virtual.portions import Portions, portions
from speciosa.pharmacology.exposure.virtual.structures import LINEAR, TURNOVER, inputs_of

if TYPE_CHECKING:
    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.bodies import Bodies
    from speciosa.pharmacology.exposure.virtual.schedule import Schedule

STRUCTURES = (LINEAR, TURNOVER)
_LARGEST_Z = 3.0


@dataclasses.dataclass(frozen=True)
class Vary:
    """Which sources of variation are drawn; what is not drawn stands at its middle."""

    content: bool = True
    person: bool = True
    knowledge: bool = True


EVERYTHING = Vary()


@dataclasses.dataclass(frozen=True)
class Seeds:
    """The seed of each source of variation, for those who change one source and keep the others.

    ``content`` of the products; ``person``: how people differ; ``knowledge``: which draw of the
    parameters is true and how far levels lie off beyond what was studied; ``structure``: which one
    each person lives by.
    """

    content: int
    person: int
    knowledge: int
    structure: int

    @classmethod
    def same(cls, seed: int) -> Seeds:
        """One seed for every source, as everywhere but in a sensitivity analysis."""
        return cls(seed, seed, seed, seed)


@dataclasses.dataclass(frozen=True, eq=False)
class People:
    """Virtual people over a schedule. Row i of every array is the same person.

    ``by_structure`` holds the levels under each structure, ``lives_by`` the structure of each
    person (a place in ``structures``), ``beyond`` the factor by which each person's levels are
    moved because the amounts, or the person, lie beyond what was studied. The people are those from
    number ``first`` on.
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
    first: int = 0

    @property
    def subjects(self) -> int:
        """How many people there are."""
        return self.lives_by.size

    @cached_property
    def levels(self) -> Levels:
        """Everybody by the structure they live by: the mixture that is shown as the result."""
        held = [self.by_structure[name] for name in self.structures]
        if len(held) == 1:
            return held[0]
        fields = [field.name for field in dataclasses.fields(Levels)]
        return Levels(*(_mixed([getattr(h, name) for h in held], self.lives_by) for name in fields))

    @property
    def draw(self) -> Indices:
        """Each person's draw of the posterior of the structure they live by."""
        drawn = np.array([self.bodies[name].draw for name in self.structures])
        found: Indices = drawn[self.lives_by, np.arange(self.subjects)]
        return found

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
        return decline.trapezoids_in_order(nm[:, chosen], self.time_h[chosen])


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
    everybody: bool = True,
    enzymes: bool = False,
    unlike: int | Array = 0,
    first: int = 0,
    seeds: Seeds | None = None,
    factors: Mapping[str, Mapping[str, Array]] | None = None,
    linear_exactly: bool = True,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> People:
    """Simulate ``subjects`` virtual people over a schedule of ``products``.

    Dose ``product`` of the schedule is a fraction of ``products[product].dose``. ``times_h`` are
    hours of the schedule (ascending); left out, every ten minutes of its last day. Every structure
    is run for ``everybody``, or for those alone who live by it. ``enzymes`` asks for the course of
    CYP3A as well, where a structure has it. ``unlike`` is the number of ways in
    which the person (or, as an array, each person) is unlike the people studied; each widens the
    levels. The people are the subjects from number ``first`` on; subject i depends on (seed, i)
    alone, so blocks of people put together are the same as all at once. ``seeds`` stand in for
    ``seed`` source by source. ``factors`` multiply parameters of a structure, by structure and
    name, for each person. A linear structure is solved exactly, or without ``linear_exactly``
    within the tolerances of the others, which is faster. ``threads`` of the engine: as many as
    there are processors, unless told; they change no bit.
    """
    of = Seeds.same(seed) if seeds is None else seeds
    times = last_day(schedule) if times_h is None else np.asarray(times_h, dtype=np.float64)
    held = portions(
        products,
        knowledge,
        seed=of.content,
        subjects=subjects,
        vary=vary.content,
        first=first,
    )
    mg_per_day = schedule.per_day(held.mitragynine_mg)
    beyond = np.ones(subjects)
    if vary.knowledge:
        beyond = _beyond(mg_per_day, unlike, knowledge, of.knowledge, first)
    inputs = inputs_of(held, knowledge)
    lives_by = _lives_by(structures, knowledge, of.structure, subjects, first)
    made, by_structure = {}, {}
    for place, name in enumerate(structures):
        made[name] = bodies(
            name,
            knowledge.models.parameters(name),
            knowledge.models.posterior(name),
            seed=of.person,
            subjects=subjects,
            person=vary.person,
            knowledge=vary.knowledge,
            first=first,
            knowledge_seed=of.knowledge,
            factors=None if factors is None else factors.get(name),
        )
        # One person at least, so that there is always something to read.
        who = np.arange(subjects)
        if not everybody:
            who = who[lives_by == place] if np.any(lives_by == place) else who[:1]
        found = levels_of(
            name,
            schedule,
            {substance: amounts[:, who] for substance, amounts in inputs.items()},
            knowledge,
            made[name].take(who),
            times_h=times,
            enzymes=enzymes,
            linear_exactly=linear_exactly,
            threads=threads,
            progress=progress,
        )
        by_structure[name] = found.moved(beyond[who]).spread(who, subjects)
    return People(
        schedule=schedule,
        seed=seed,
        time_h=times,
        structures=tuple(structures),
        lives_by=lives_by,
        by_structure=by_structure,
        bodies=made,
        portions=held,
        mitragynine_mg_per_day=mg_per_day,
        seven_oh_mg_per_day=schedule.per_day(held.seven_oh_mg),
        beyond=beyond,
        first=first,
    )


def _beyond(
    mg_per_day: Array, unlike: int | Array, knowledge: Knowledge, seed: int, first: int
) -> Array:
    """Factor on each person's levels where the amount or the person was never studied."""
    excess = mg_per_day / knowledge.fact(HIGHEST_MG).number
    sd_per_log = knowledge.fact("kratom/assumption_beyond_studied").number
    sd_unlike = knowledge.fact("kratom/assumption_unstudied_person").number * np.sqrt(unlike)
    z = [
        normals(seed, stream(why), mg_per_day.size, 1, first=first)[:, 0].clip(
            -_LARGEST_Z, _LARGEST_Z
        )
        for why in ("beyond studied", "unlike the studied")
    ]
    of_amount = sd_per_log * np.log(np.maximum(excess, 1.0)) * z[0]
    factor: Array = np.exp(of_amount + sd_unlike * z[1])
    return factor


def _lives_by(
    structures: Sequence[str], knowledge: Knowledge, seed: int, subjects: int, first: int
) -> Indices:
    """The structure of each person, drawn by the weights of the structures."""
    weights = np.array([knowledge.models.structure(name).weight for name in structures])
    edges = np.cumsum(weights / weights.sum())
    u = uniforms(seed, stream("structure"), subjects, 1, first=first)[:, 0]
    return np.minimum(np.searchsorted(edges, u), len(edges) - 1)


def _mixed(held: Sequence[Array], lives_by: Indices) -> Array:
    """Each person's own row."""
    mixed = held[0].copy()
    for place, values in enumerate(held[1:], 1):
        mixed[lives_by == place] = values[lives_by == place]
    return mixed
