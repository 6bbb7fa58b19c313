"""The table ``models``: exposure structures as text, their parameters, posteriors and observations.

Everything is read on first use, one structure at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Basis, Fact
from speciosa.knowledge.models.observations import Observation, read_observations
from speciosa.knowledge.models.record import Parameter, Posterior, Structure, Victim
from speciosa.knowledge.table import Table

__all__ = ["Models"]

OBSERVATIONS = "models/observations.csv"
_VICTIM = "victim"


class Models(Table):
    """Structural models of exposure. ``sources_of`` gives the sources of any fact of the base."""

    name = "models"

    def __init__(self, sources_of: Callable[[str], tuple[str, ...]]) -> None:
        self._sources_of = sources_of
        self._parameters: dict[str, tuple[Parameter, ...]] = {}
        self._posteriors: dict[str, Posterior] = {}
        self._cited: dict[str, Mapping[str, Fact]] = {}

    @cached_property
    def structures(self) -> Mapping[str, Structure]:
        """Every structure by id."""
        records = files.read("models/structures.json", list[Structure])
        return {record.id: record for record in records}

    @cached_property
    def assumptions(self) -> Mapping[str, Fact]:
        """What was chosen and not measured, and facts that only the calibration needs, by id."""
        return {fact.id: fact for fact in files.read("models/assumptions.json", list[Fact])}

    @cached_property
    def victims(self) -> Mapping[str, Victim]:
        """Medicines for the fragment ``victim``, by medicine id."""
        return {v.medicine: v for v in files.read("models/victims.json", list[Victim])}

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """Published human kinetics."""
        return read_observations(files.read_text(OBSERVATIONS), OBSERVATIONS)

    def structure(self, id_: str) -> Structure:
        """A structure. Raises ``KnowledgeError`` when there is none of that id."""
        try:
            return self.structures[id_]
        except KeyError:
            known = ", ".join(self.structures)
            raise KnowledgeError(f"no structure has the id {id_!r}; there are {known}") from None

    def text(self, id_: str) -> str:
        """The equations of a structure."""
        return files.read_text(f"models/{self.structure(id_).text}")

    def parameters(self, id_: str) -> tuple[Parameter, ...]:
        """The parameters of a structure, in the order of the table."""
        if id_ not in self._parameters:
            path = f"models/{self.structure(id_).id}_parameters.json"
            self._parameters[id_] = files.read(path, tuple[Parameter, ...])
        return self._parameters[id_]

    def posterior(self, id_: str) -> Posterior:
        """The posterior draws of a structure. Raises ``KnowledgeError`` when they do not fit it."""
        if id_ not in self._posteriors:
            posterior = files.read(f"models/{self.structure(id_).id}_posterior.json", Posterior)
            for problem in posterior.problems(self.parameters(id_)):
                raise KnowledgeError(problem)
            self._posteriors[id_] = posterior
        return self._posteriors[id_]

    def tables_sha256(self, id_: str) -> str:
        """Hash of the text, the parameter table and the assumptions a posterior was made from."""
        paths = (self.structure(id_).text, f"{id_}_parameters.json", "assumptions.json")
        raw = "".join(files.read_text(f"models/{path}") for path in paths)
        return hashlib.sha256(raw.encode()).hexdigest()

    def facts(self) -> Iterator[Fact]:
        """Assumptions, then every parameter of every structure and of every victim."""
        yield from self.assumptions.values()
        for structure in self.structures.values():
            if structure.calibrated:
                yield from self._facts_of(structure)
        for victim in self.victims.values():
            for parameter in victim.parameters:
                yield from self._beliefs(parameter, f"{_VICTIM}/{victim.medicine}", victim.medicine)

    def fact(self, fact_id: str) -> Fact:
        """One fact; an assumption is found without reading any structure."""
        found = self.assumptions.get(fact_id)
        if found is not None:
            return found
        id_ = fact_id.split("/")[1]
        if id_ in self.structures and self.structures[id_].calibrated:
            if id_ not in self._cited:
                self._cited[id_] = {f.id: f for f in self._facts_of(self.structures[id_])}
            found = self._cited[id_].get(fact_id)
        return super().fact(fact_id) if found is None else found

    def _facts_of(self, structure: Structure) -> Iterator[Fact]:
        columns = self.posterior(structure.id).columns
        for parameter in self.parameters(structure.id):
            yield from self._beliefs(parameter, structure.id, structure.title)
            stem = f"{self.name}/{structure.id}/{parameter.name}"
            for column, quantity in (("typ", "typical value"), ("sd", "spread between people")):
                drawn = columns.get(f"{column}_{parameter.name}")
                if drawn is None:
                    continue
                low, middle, high = _percentiles(drawn)
                typical = column == "typ"
                scale = parameter.scale.value
                yield Fact(
                    id=stem if typical else f"{stem}/between",
                    subject=structure.title,
                    quantity=f"{parameter.symbol}, {quantity}",
                    value=middle,
                    unit=parameter.unit if typical else f"standard deviation of the {scale}",
                    low=low,
                    high=high,
                    interval="90 % posterior interval",
                    sources=self._sources(parameter),
                    basis=Basis.DERIVED,
                    note=parameter.identified_by,
                )

    def _beliefs(self, parameter: Parameter, stem: str, subject: str) -> Iterator[Fact]:
        """What was believed of a parameter before the human kinetics were looked at."""
        low, high = parameter.prior.interval(parameter.scale)
        yield Fact(
            id=f"{self.name}/{stem}/{parameter.name}/prior",
            subject=subject,
            quantity=f"{parameter.symbol}, {'fixed at' if parameter.fixed else 'before the fit'}",
            value=parameter.prior.median,
            unit=parameter.unit,
            low=None if parameter.fixed else low,
            high=None if parameter.fixed else high,
            interval="" if parameter.fixed else "90 % prior interval of the typical value",
            sources=self._sources(parameter),
            basis=Basis.DERIVED,
            note=parameter.prior.derivation,
        )

    def _sources(self, parameter: Parameter) -> tuple[str, ...]:
        named = (*parameter.prior.facts, *parameter.between.facts)
        return tuple({source: None for fact in named for source in self._sources_of(fact)})

    def problems(self) -> Iterator[str]:
        """Parameter tables and texts that do not fit one another, one sentence each."""
        for structure in self.structures.values():
            declared = _declared(self.text(structure.id))
            if structure.calibrated:
                named = {p.name for p in self.parameters(structure.id)}
                yield from _difference(structure.id, declared, named)
                made_from = self.posterior(structure.id).tables_sha256
                if made_from != self.tables_sha256(structure.id):
                    yield f"{structure.id}: its posterior rests on other tables; calibrate anew"
        declared = _declared(self.text(_VICTIM))
        for victim in self.victims.values():
            named = {p.name for p in victim.parameters}
            yield from _difference(f"{_VICTIM}/{victim.medicine}", declared, named)


def _declared(text: str) -> set[str]:
    """Parameters a text leaves to the tables."""
    lines = (line.split("#")[0].split() for line in text.splitlines())
    return {words[1].rstrip(";") for words in lines if words and words[0] == "const"}


def _difference(where: str, declared: set[str], named: set[str]) -> Iterator[str]:
    for name in sorted(declared - named):
        yield f"{where}: the table has no parameter {name}"
    for name in sorted(named - declared):
        yield f"{where}: the text declares no parameter {name}"


def _percentiles(drawn: tuple[float, ...]) -> tuple[float, float, float]:
    """The 5th, 50th and 95th percentile, as draws."""
    ordered = sorted(drawn)
    last = len(ordered) - 1
    low, middle, high = (ordered[round(last * share)] for share in (0.05, 0.5, 0.95))
    return low, middle, high
