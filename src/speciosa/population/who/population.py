"""A population that people can be drawn from, whatever it was made of."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.population.who.columns import Drawn


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Population(ABC):
    """Who may be drawn, and what is to be said of it.

    ``id`` names it; ``title`` and ``about`` say in words who they are; ``limits`` are sentences
    that belong beside every result; ``facts`` are the ids of the facts it rests on and ``sources``
    those of their sources (empty for a user's own table); ``key`` is a hash of everything that the
    people drawn depend on but the seed.
    It can be pickled, a table as the place where it lies.
    """

    id: str
    title: str
    about: str
    limits: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    key: str = ""

    def whole(self, least: int) -> int:
        """How many people show all of it evenly, at least ``least``."""
        return least

    def taken(self, subjects: int) -> tuple[str, ...]:
        """Sentences on who takes part among so many people, where that needs saying."""
        del subjects
        return ()

    @abstractmethod
    def draw(self, seed: int, *, first: int, count: int) -> Drawn:
        """Subjects ``first`` onwards; subject i depends on (seed, i) alone."""
