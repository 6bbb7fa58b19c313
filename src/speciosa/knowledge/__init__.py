"""Curated facts as data, and the typed, cited access to them. Nothing else reads the files.

Every fact has an id ``table/rest``; ``Knowledge.cite`` turns an id into something a reader can
check. Tables are read on first use, so a question about law never loads pharmacology.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

import msgspec

from speciosa.errors import InputError, InputProblem, KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.care import Care
from speciosa.knowledge.codes import Codes
from speciosa.knowledge.ddi import InteractionModel
from speciosa.knowledge.evidence import Evidence, overlay
from speciosa.knowledge.evidence.base import Known, made_from
from speciosa.knowledge.evidence.overlay import Overlay
from speciosa.knowledge.fact import Basis, Citation, Fact, Source, Tier
from speciosa.knowledge.instruments import Instruments
from speciosa.knowledge.kratom import KratomFacts
from speciosa.knowledge.law import Law
from speciosa.knowledge.medicines import Medicines
from speciosa.knowledge.models import Models
from speciosa.knowledge.population import Populations
from speciosa.knowledge.safety import Safety
from speciosa.knowledge.screening import Screening
from speciosa.knowledge.table import Table

__all__ = [
    "Basis",
    "Citation",
    "Fact",
    "Knowledge",
    "Release",
    "Source",
    "Tier",
    "load",
    "load_with",
]


class Release(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The release of the knowledge base: its own number and date, apart from the code's.

    ``intended_use`` is the short form that every report carries.
    """

    number: str
    date: str
    summary: str
    intended_use: str


class Knowledge:
    """Read-only access to the whole base. Build it with ``load()``.

    ``added`` holds studies that a person added, with their sources and what they changed.
    """

    def __init__(self, added: Overlay | None = None) -> None:
        self.overlay = added
        self._cited: dict[str, Citation] = {}

    @cached_property
    def release(self) -> Release:
        """Number and date of the data release."""
        return files.read("release.json", Release)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Every source by id."""
        found: dict[str, Source] = {}
        for _, batch in files.read_folder("sources", list[Source]):
            for source in batch:
                if source.id in found:
                    raise KnowledgeError(f"source {source.id} is defined twice")
                found[source.id] = source
        if self.overlay is not None:
            found |= {source.id: source for source in self.overlay.sources}
        return found

    @cached_property
    def kratom(self) -> KratomFacts:
        """Pharmacology of kratom: kinetics, targets, products, safety signals, variability."""
        return KratomFacts()

    @cached_property
    def medicines(self) -> Medicines:
        """Medicines and substances: names, hazards, kinetics as victim and as perpetrator."""
        return Medicines()

    @cached_property
    def ddi(self) -> InteractionModel:
        """Constants, cut-offs, rules and observed ratios of the interaction model."""
        return InteractionModel()

    @cached_property
    def models(self) -> Models:
        """Structural models of exposure: equations, parameters, posterior draws, observations."""
        return Models(lambda fact_id: self.fact(fact_id).sources)

    @cached_property
    def law(self) -> Law:
        """Law of kratom by place, substance, layer and period."""
        return Law()

    @cached_property
    def instruments(self) -> Instruments:
        """Questionnaires: items, bands, accuracy, measurement error, change."""
        return Instruments()

    @cached_property
    def evidence(self) -> Evidence:
        """Effect sizes of treatments, and everything known about kratom in anxiety."""
        return Evidence(self.may_name, self.overlay)

    @cached_property
    def care(self) -> Care:
        """Guidelines, treatments, lifestyle, monitoring; wording of plan and consultation."""
        return Care()

    @cached_property
    def safety(self) -> Safety:
        """Safety rules, red flags, crisis contacts and side effects."""
        return Safety()

    @cached_property
    def population(self) -> Populations:
        """Documented populations: who they are, bodies, genotypes, assumed effects of the body."""
        return Populations()

    @cached_property
    def codes(self) -> Codes:
        """Codes of terminologies for measurements, answers, conditions and units."""
        return Codes(lambda: self.instruments)

    @cached_property
    def screening(self) -> Screening:
        """What a summary of a whole health system may show, and its wording."""
        return Screening()

    def may_name(self) -> Known:
        """What records of the living base of evidence may name, and what they may not."""
        return Known(
            treatments=frozenset(one.id for one in self.care.treatments),
            medicines=frozenset(one.id for one in self.medicines.all()),
            sources=self.sources,
            kratom=self.medicines.names_of_kratom,
            fact=self._resolves,
        )

    def _resolves(self, fact_id: str) -> bool:
        try:
            self.fact(fact_id)
        except KnowledgeError:
            return False
        return True

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table of the base."""
        return (
            self.kratom,
            self.medicines,
            self.ddi,
            self.law,
            self.instruments,
            self.evidence,
            self.care,
            self.safety,
            self.models,
            self.codes,
            self.screening,
            self.population,
        )

    def facts(self) -> Iterator[Fact]:
        """Every fact of the base."""
        for table in self.tables:
            yield from table.facts()

    def fact(self, fact_id: str) -> Fact:
        """The fact behind an id. Raises ``KnowledgeError`` for an id that does not resolve."""
        name = fact_id.partition("/")[0]
        for table in self.tables:
            if table.name == name:
                return table.fact(fact_id)
        raise KnowledgeError(f"no table of the knowledge base is called {name!r}")

    def cite(self, fact_id: str) -> Citation:
        """A fact as a reader sees it: statement, verification state and full sources."""
        if fact_id not in self._cited:
            fact = self.fact(fact_id)
            self._cited[fact_id] = Citation(
                id=fact.id,
                statement=_statement(fact),
                verified=fact.verified,
                basis=fact.basis,
                sources=tuple(self.sources[s] for s in fact.sources),
                note=fact.note,
            )
        return self._cited[fact_id]


@lru_cache(maxsize=1)
def load() -> Knowledge:
    """The knowledge base shipped with this release (one shared, read-only object)."""
    return Knowledge()


def load_with(folder: str) -> Knowledge:
    """The base with the studies of an overlay folder (``speciosa evidence update --to``).

    Raises ``InputError`` for a folder that is not one, or was made from another release of the
    base: its pooled effects would not be those of the studies that are there.
    """
    knowledge = Knowledge(overlay.read(folder))
    held = knowledge.evidence
    if held.pools.made_from != made_from(held.studies, held.questions, held.grading):
        accepted = "one made from this release: run speciosa evidence update again"
        raise InputError([InputProblem("--evidence", f"{folder!r}, made from another", accepted)])
    return knowledge


def _statement(fact: Fact) -> str:
    parts = [f"{fact.subject}: {fact.quantity}"]
    if fact.value is not None:
        parts.append(f"= {_number(fact.value)}{' ' + fact.unit if fact.unit else ''}")
    if fact.low is not None and fact.high is not None:
        parts.append(f"({_number(fact.low)} to {_number(fact.high)}; {fact.interval})")
    if fact.n is not None:
        parts.append(f"n = {fact.n}")
    return " ".join(parts)


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
