"""What every table of the base can do: list its facts and find one by id."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property

from speciosa.errors import KnowledgeError
from speciosa.knowledge.fact import Fact


class Table(ABC):
    """A part of the base. Subclasses add typed records and look-ups of their own.

    ``name`` is the first step of the ids of its facts (``medicine/midazolam/fm/CYP3A4``).
    """

    name: str

    @abstractmethod
    def facts(self) -> Iterator[Fact]:
        """Every fact of the table, in a stable order."""

    def problems(self) -> Iterator[str]:
        """What the table knows to be wrong with itself, one sentence each.

        Override it for what only the owner of the records can see: law periods that overlap, a
        rule that names a fact which is not there. ``speciosa knowledge check`` fails on each.
        """
        yield from ()

    @cached_property
    def _by_id(self) -> Mapping[str, Fact]:
        found: dict[str, Fact] = {}
        for fact in self.facts():
            if fact.id in found:
                raise KnowledgeError(f"fact {fact.id} is defined twice")
            found[fact.id] = fact
        return found

    def fact(self, fact_id: str) -> Fact:
        """One fact. Override where reading the whole table for one fact would be slow."""
        try:
            return self._by_id[fact_id]
        except KeyError:
            raise KnowledgeError(f"no fact has the id {fact_id!r}") from None
