"""A request made ready once in each process: the regimen laid out, who the people are."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from speciosa.knowledge import load
from speciosa.pharmacology.exposure.plan import Plan
from speciosa.pharmacology.exposure.regimen.forecast import course_of
from speciosa.pharmacology.exposure.virtual.people import simulate
from speciosa.population.output.columns import Column, columns
from speciosa.population.run.cells import Cells
from speciosa.population.run.request import Request
from speciosa.population.who import body_effects, draw, said

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.regimen.forecast import Course
    from speciosa.pharmacology.exposure.virtual.people import People, Seeds
    from speciosa.population.who import Population
    from speciosa.population.who.columns import Drawn

# Points of one curve array (people x times) that are held at once.
_MOST_POINTS = 1_000_000
_FEWEST_PEOPLE = 50


class Prepared(NamedTuple):
    """A request with everything that its blocks share."""

    request: Request
    knowledge: Knowledge
    course: Course
    cells: Cells
    columns: tuple[Column, ...]
    who: tuple[Column, ...]
    population: Population | None

    @property
    def at_once(self) -> int:
        """People whose curves are held at once."""
        return max(_FEWEST_PEOPLE, _MOST_POINTS // self.course.times_h.size)

    @property
    def assumed(self) -> tuple[str, ...]:
        """Facts of the effects that bodies are assumed to have; none where none is applied."""
        names = dict.fromkeys(column.name for column in self.who)
        return said(names, self.knowledge, self.request.body_effects)[0] if names else ()

    def follow(
        self, first: int, count: int, *, seeds: Seeds | None = None, who_seed: int | None = None
    ) -> tuple[People, Drawn | None]:
        """People from number ``first`` on, and who they are.

        ``seeds``, and ``who_seed`` of the population, stand in for the seed of the request where
        one source is exchanged and the others are kept.
        """
        request, population = self.request, self.population
        drawn = effects = None
        if population is not None:
            seed = request.seed if who_seed is None else who_seed
            drawn = draw(population, seed, first=first, count=count)
            effects = body_effects(drawn, self.knowledge, request.body_effects)
        people = simulate(
            self.course.schedule,
            self.course.layout.products,
            self.knowledge,
            seed=request.seed,
            subjects=count,
            structures=request.structures,
            times_h=self.course.times_h,
            everybody=False,
            linear_exactly=False,
            first=first,
            seeds=seeds,
            unlike=0 if effects is None else effects.unlike,
            factors=None if effects is None else effects.factors,
        )
        return people, drawn


@dataclasses.dataclass(frozen=True)
class _Known:
    """A population told from others by its key, so that it is made ready once."""

    key: str
    population: Population | None = dataclasses.field(compare=False)


def prepared(raw: bytes, population: Population | None = None) -> Prepared:
    """Make an encoded request ready.

    Raises ``InputError`` for a regimen that cannot be followed.
    """
    return _prepared(raw, _Known(population.key if population else "", population))


@functools.lru_cache(maxsize=2)
def _prepared(raw: bytes, known: _Known) -> Prepared:
    request = msgspec.json.decode(raw, type=Request)
    knowledge = load()
    course = course_of(Plan.model_validate(request.regimen), knowledge, until_h=request.until_h)
    who = _who(known.population, request.seed)
    phrases, ongoing = knowledge.kratom.simulate_wording.phrases, course.layout.ongoing
    return Prepared(
        request,
        knowledge,
        course,
        Cells.of(course, request.structures, tuple(c.name for c in who if not c.values)),
        columns(
            request.structures,
            who,
            area=phrases["auc_period" if ongoing else "auc_all"],
            trough=phrases["ctrough_end" if ongoing else "ctrough_day"],
            table=known.population is not None and not known.population.facts,
        ),
        who,
        known.population,
    )


def _who(population: Population | None, seed: int) -> tuple[Column, ...]:
    """The columns that a population tells of its people."""
    if population is None:
        return ()
    drawn = draw(population, seed, count=1)
    return tuple(
        Column(name, drawn.units.get(name, "1"), drawn.what[name], drawn.words.get(name, ()))
        for name in drawn.columns
    )
