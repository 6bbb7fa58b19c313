"""The table ``kratom``: kinetics, metabolism, inhibition, targets, products, harms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from speciosa.knowledge import files
from speciosa.knowledge.fact import Basis, Fact, Source
from speciosa.knowledge.kratom.ligands import MuCompetition
from speciosa.knowledge.kratom.model import Form, MechanismWording, RoomWording
from speciosa.knowledge.table import Table

SECTIONS = (
    "pk",
    "metabolism",
    "inhibition",
    "pharmacodynamics",
    "products",
    "safety",
    "variability",
    "assumptions",
    "calibration",
    "levels",
    "opioid_ligands",
)


class NotForUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published figure that is kept because it circulates, and must not be used."""

    id: str
    why: str


class KratomFacts(Table):
    """What is known of kratom's pharmacology, products and harms."""

    name = "kratom"

    def facts(self) -> Iterator[Fact]:
        """Every fact, by section in the order of ``SECTIONS``."""
        yield from self._curated.values()

    @cached_property
    def _curated(self) -> Mapping[str, Fact]:
        sections = (files.read(f"kratom/{section}.json", list[Fact]) for section in SECTIONS)
        return {fact.id: fact for section in sections for fact in section}

    @cached_property
    def not_for_use(self) -> Mapping[str, str]:
        """Ids of figures that circulate but are wrong, and why."""
        records = files.read("kratom/not_for_use.json", list[NotForUse])
        return {record.id: record.why for record in records}

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """What is known of each form of product, by form."""
        records = files.read("kratom/forms.json", list[Form])
        return {record.form: record for record in records}

    @cached_property
    def exposure_wording(self) -> RoomWording:
        """What the exposure room says."""
        return files.read("kratom/exposure_wording.yaml", RoomWording)

    @cached_property
    def simulate_wording(self) -> RoomWording:
        """What is said of simulated regimens, measured levels and washout."""
        return files.read("kratom/simulate_wording.yaml", RoomWording)

    @cached_property
    def mechanism_wording(self) -> MechanismWording:
        """The targets and what the mechanism room says of them."""
        return files.read("kratom/mechanism_wording.yaml", MechanismWording)

    @cached_property
    def mu_competition(self) -> MuCompetition:
        """The opioid medicines that compete with the alkaloids at the mu receptor."""
        return files.read("kratom/mu_competition.yaml", MuCompetition)

    def problems(self) -> Iterator[str]:
        """Facts that contradict themselves, and records that name no fact, one sentence each."""
        sources = {s.id for _, batch in files.read_folder("sources", list[Source]) for s in batch}
        ids: set[str] = set()
        for fact in self.facts():
            if fact.id in ids:
                yield f"{fact.id} is defined twice"
            ids.add(fact.id)
            yield from _problems_of(fact, sources)
        for id_, where in self._named():
            if id_ not in ids:
                yield f"{where} names {id_}, which is no fact"
            elif id_ in self.not_for_use and where != "not_for_use":
                yield f"{where} names {id_}, which is not for use"

    def _named(self) -> Iterator[tuple[str, str]]:
        """Every fact id that a record other than a fact names, and where."""
        yield from ((id_, "not_for_use") for id_ in self.not_for_use)
        for form in self.forms.values():
            contents = [c.fact for c in (form.mitragynine, form.seven_oh) if c]
            yield from ((id_, f"form {form.form}") for id_ in (*form.facts, *contents))
        for wording in (self.exposure_wording, self.simulate_wording, self.mechanism_wording):
            for finding in wording.findings:
                yield from ((id_, finding.id) for id_ in finding.facts)
        for target in self.mechanism_wording.targets:
            bound = [id_ for affinity in target.affinities for id_ in affinity.facts]
            yield from ((id_, f"target {target.id}") for id_ in (*target.facts, *bound))
        yield from self._named_by_mechanism()

    def _named_by_mechanism(self) -> Iterator[tuple[str, str]]:
        words, competition = self.mechanism_wording, self.mu_competition
        rule = words.small_effect
        for kind, measure in words.measures.items():
            yield measure.small_below, f"measure {kind}"
        for id_ in (rule.laboratories, *rule.free_fraction.values(), *rule.brain_entry.values()):
            yield id_, "small_effect"
        for assay in words.assays:
            used = [id_ for one in assay.ligands for id_ in (one.effect, one.potency) if id_]
            yield from ((id_, f"assay {assay.id}") for id_ in (*assay.facts, *used))
        yield competition.ceiling, "mu_competition"
        yield competition.brain_entry, "mu_competition"
        yield competition.agonist_in_life, "mu_competition"
        for ligand in (*competition.unknown_ligands, *competition.ligands):
            yield from ((id_, f"ligand {ligand.ligand}") for id_ in ligand.named())


def _problems_of(fact: Fact, sources: set[str]) -> Iterator[str]:
    numbers = [n for n in (fact.low, fact.value, fact.high) if isinstance(n, int | float)]
    if not fact.id.startswith("kratom/"):
        yield f"{fact.id} does not begin with kratom/"
    if numbers and not fact.unit:
        yield f"{fact.id} holds a number without a unit"
    if numbers != sorted(numbers):
        yield f"{fact.id}: the value lies outside its interval"
    if fact.low is not None and fact.high is not None and not fact.interval:
        yield f"{fact.id}: nothing says what its interval is"
    if fact.verified and not (fact.sources and fact.read_on):
        yield f"{fact.id} is verified without a source or a date of reading"
    if fact.basis is Basis.SOURCE and not fact.sources:
        yield f"{fact.id} rests on a source but names none"
    for source in fact.sources:
        if source not in sources:
            yield f"{fact.id} names the source {source}, which does not exist"
