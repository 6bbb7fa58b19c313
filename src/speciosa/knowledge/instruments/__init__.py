"""Questionnaires: items, bands, accuracy, measurement error, change; what kratom can imitate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from speciosa.knowledge import files
from speciosa.knowledge.fact import Fact
from speciosa.knowledge.instruments.checks import instrument_problems, use_disorder_problems
from speciosa.knowledge.instruments.facts import (
    diagnosis_facts,
    instrument_facts,
    use_disorder_facts,
)
from speciosa.knowledge.instruments.record import (
    Band,
    Cutoff,
    Diagnosis,
    Instrument,
    Statement,
    UseDisorder,
)
from speciosa.knowledge.instruments.wording import Wording
from speciosa.knowledge.table import Table

__all__ = [
    "Band",
    "Cutoff",
    "Diagnosis",
    "Instrument",
    "Instruments",
    "Statement",
    "UseDisorder",
    "Wording",
]


class Instruments(Table):
    """Questionnaires by id, the description of GAD, kratom use disorder, and their wording."""

    name = "instrument"

    @cached_property
    def by_id(self) -> Mapping[str, Instrument]:
        """Every questionnaire by id, in order of id."""
        return dict(files.read_folder("instruments/scales", Instrument))

    def find(self, name: str) -> Instrument | None:
        """A questionnaire by id, name or alias, whatever the case and the hyphens."""
        return self._by_name.get(_plain(name))

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """The description of GAD and what to exclude or assess first."""
        return files.read("instruments/diagnosis.json", Diagnosis)

    @cached_property
    def use_disorder(self) -> UseDisorder:
        """The criteria of a substance use disorder applied to kratom."""
        return files.read("instruments/kratom_use_disorder.json", UseDisorder)

    @cached_property
    def severity_wording(self) -> Wording:
        """Sentences of the severity room."""
        return files.read("instruments/severity_wording.yaml", Wording)

    @cached_property
    def dependence_wording(self) -> Wording:
        """Sentences of the dependence room."""
        return files.read("instruments/dependence_wording.yaml", Wording)

    def facts(self) -> Iterator[Fact]:
        """Every figure of every record."""
        for instrument in self.by_id.values():
            yield from instrument_facts(instrument)
        yield from use_disorder_facts(self.use_disorder)
        yield from diagnosis_facts(self.diagnosis)

    def problems(self) -> Iterator[str]:
        """Bands with holes, wrong check digits, cut-offs out of range, wording without a fact."""
        for instrument in self.by_id.values():
            yield from instrument_problems(instrument, self.by_id)
        yield from use_disorder_problems(self.use_disorder)
        for wording in (self.severity_wording, self.dependence_wording):
            for fact_id in wording.cited():
                if fact_id.startswith(f"{self.name}/") and fact_id not in self._by_id:
                    yield f"the wording of {wording.room} rests on {fact_id}, which is not there"

    @cached_property
    def _by_name(self) -> Mapping[str, Instrument]:
        return {
            _plain(name): instrument
            for instrument in self.by_id.values()
            for name in (instrument.id, instrument.name, *instrument.aliases)
        }


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())
