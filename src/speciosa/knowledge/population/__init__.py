"""Documented populations: who they are, their bodies and genotypes, what is assumed of bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Fact
from speciosa.knowledge.population.genotypes import (
    GROUPS,
    PHENOTYPES,
    Frequencies,
    frequencies,
    frequency_facts,
)
from speciosa.knowledge.population.record import (
    AncestryRow,
    Bodies,
    BodyEffect,
    Documented,
    Law,
    Share,
    ancestry_facts,
    body_facts,
    make_up_facts,
)
from speciosa.knowledge.table import Table

__all__ = [
    "GROUPS",
    "PHENOTYPES",
    "AncestryRow",
    "Bodies",
    "BodyEffect",
    "Documented",
    "Frequencies",
    "Law",
    "Populations",
    "Share",
]

_NEAR = 1e-3  # shares are rounded


class Populations(Table):
    """Populations by id, and the figures they are drawn from."""

    name = "population"

    @cached_property
    def documented(self) -> Mapping[str, Documented]:
        """Every documented population by id, in the order of the file."""
        records = files.read("population/populations.json", tuple[Documented, ...])
        return {record.id: record for record in records}

    @cached_property
    def make_up(self) -> Mapping[str, tuple[Share, ...]]:
        """The shares of the cells of each population."""
        return files.read("population/people.json", dict[str, tuple[Share, ...]])

    @cached_property
    def bodies(self) -> Bodies:
        """Height and body mass index by sex and age."""
        return files.read("population/bodies.json", Bodies)

    @cached_property
    def ancestry(self) -> tuple[AncestryRow, ...]:
        """Shares of the groups by age."""
        return files.read("population/ancestry.json", tuple[AncestryRow, ...])

    @cached_property
    def effects(self) -> tuple[BodyEffect, ...]:
        """Assumed effects of the body on parameters."""
        return files.read("population/effects.json", tuple[BodyEffect, ...])

    @cached_property
    def read(self) -> Mapping[str, Fact]:
        """Figures read in sources, and assumptions, by id."""
        return {f.id: f for f in files.read("population/surveys.json", tuple[Fact, ...])}

    def genotypes(self, group: str) -> Frequencies:
        """Shares of phenotypes in one of ``GROUPS``."""
        return frequencies(group, self.read)

    def facts(self) -> Iterator[Fact]:
        """Every figure of every record."""
        yield from self.read.values()
        yield from frequency_facts(self.read)
        yield from body_facts(self.bodies)
        yield from ancestry_facts(self.ancestry)
        for record in self.documented.values():
            shares = self.make_up.get(record.id, ())
            yield from make_up_facts(record, shares, self._sources(record))

    def problems(self) -> Iterator[str]:
        """Shares that do not add up, ages with holes, percentiles that fall, facts not there."""
        if self.documented.keys() != self.make_up.keys():
            yield "populations.json and people.json do not name the same populations"
        for name, rows in self.make_up.items():
            if abs(sum(row.share for row in rows) - 1.0) > _NEAR:
                yield f"the shares of {name} do not add up to one"
            if {row.name for row in rows} != {row.name for row in self.bodies.rows}:
                yield f"the cells of {name} are not those of the bodies"
        for build in self.bodies.rows:
            if list(build.bmi_kg_m2) != sorted(build.bmi_kg_m2):
                yield f"the percentiles of {build.name} do not ascend"
            if len(build.bmi_kg_m2) != len(self.bodies.percentiles):
                yield f"{build.name} has not one figure for each percentile"
        for row in self.ancestry:
            if sum(row.shares.values()) > 1.0 + _NEAR:
                yield f"the groups at {row.from_years} years are more than everybody"
        yield from self._unresolved()

    def _unresolved(self) -> Iterator[str]:
        named = [(r.id, f) for r in self.documented.values() for f in r.made_of]
        named += [(e.id, f) for e in self.effects for f in e.facts]
        for owner, fact_id in named:
            if fact_id.startswith(f"{self.name}/") and fact_id not in self._by_id:
                yield f"{owner} rests on {fact_id}, which is not there"

    def _sources(self, record: Documented) -> tuple[str, ...]:
        """Sources of a make-up: of the survey of adults and of what moved it."""
        if any(name not in self.read and name != "population/bodies/n" for name in record.made_of):
            raise KnowledgeError(f"population {record.id} is made of a fact that is not there")
        moved = (self.read[name].sources for name in record.made_of if name in self.read)
        return tuple(sorted({source for of in moved for source in of} | {"pop-nhanes0912"}))
