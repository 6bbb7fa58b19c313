"""A request made ready once in each process: the regimen laid out, who the people are."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from speciosa.knowledge import load
from speciosa.pharmacology.exposure.plan import Plan
from speciosa.pharmacology.exposure.regimen.forecast import course_of
from speciosa.pharmacology.exposure.virtual.people import simulate
from speciosa.population.run.cells import Cells
from speciosa.population.run.columns import Column, columns
from speciosa.population.run.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.regimen.forecast import Course
    from speciosa.pharmacology.exposure.virtual.draws import Array
    from speciosa.pharmacology.exposure.virtual.people import People

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

    @property
    def at_once(self) -> int:
        """People whose curves are held at once."""
        return max(_FEWEST_PEOPLE, _MOST_POINTS // self.course.times_h.size)

    def follow(self, first: int, count: int) -> tuple[People, Mapping[str, Array]]:
        """People from number ``first`` on, and the columns that say who they are."""
        people = simulate(
            self.course.schedule,
            self.course.layout.products,
            self.knowledge,
            seed=self.request.seed,
            subjects=count,
            structures=self.request.structures,
            times_h=self.course.times_h,
            everybody=False,
            first=first,
        )
        return people, {}


@functools.lru_cache(maxsize=2)
def prepared(raw: bytes) -> Prepared:
    """Make an encoded request ready.

    Raises ``InputError`` for a regimen that cannot be followed.
    """
    request = msgspec.json.decode(raw, type=Request)
    knowledge = load()
    course = course_of(Plan.model_validate(request.regimen), knowledge, until_h=request.until_h)
    return Prepared(
        request,
        knowledge,
        course,
        Cells.of(course, request.structures, ()),
        columns(request.structures),
    )
