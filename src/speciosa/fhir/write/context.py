"""What every resource of one Bundle shares: the case, the assessment, names and references."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from speciosa.fhir import canonical
from speciosa.fhir.write.elements import Element

if TYPE_CHECKING:
    from speciosa.assessment import Assessment
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.codes import Codes

PATIENT = "patient"
DEVICE = "device"


def identity(assessment: Assessment, name: str, subject: Element | None = None) -> str:
    """The id of the resource that goes by a name (``lab/0``) in the Bundle of an assessment.

    ``subject`` as ``bundle`` has it: people with equal cases have resources of their own.
    """
    made = assessment.provenance
    sources = (
        made.input_sha256, str(made.seed), made.speciosa_version, made.knowledge_release,
        made.evidence_overlay, *filter(None, [whose(subject)]),
    )  # fmt: skip
    return canonical.resource_id(sources, name)


def whose(subject: Element | None) -> str:
    """The reference to the person as the caller gave it; "" for a person without identity."""
    if subject is None:
        return ""
    if subject.get("resourceType") == "Patient":
        return f"Patient/{subject['id']}"
    return str(subject.get("reference", ""))


@dataclass(frozen=True)
class Entry:
    """A resource and the name by which others of the Bundle refer to it."""

    name: str
    resource: Element


@dataclass(frozen=True)
class Writing:
    """One Bundle in the making."""

    case: Case
    assessment: Assessment
    knowledge: Knowledge
    recorded: dt.datetime
    given_subject: Element | None = None

    @property
    def codes(self) -> Codes:
        """The codes of terminologies."""
        return self.knowledge.codes

    @property
    def date(self) -> str:
        """The date of the case."""
        return self.case.date.isoformat()

    @cached_property
    def instant(self) -> str:
        """The moment of recording, in UTC and whole seconds."""
        moment = self.recorded.astimezone(dt.UTC).replace(microsecond=0)
        return moment.isoformat().replace("+00:00", "Z")

    def id_of(self, name: str) -> str:
        """The id of a resource: the same input always gives the same one."""
        return identity(self.assessment, name, self.given_subject)

    def reference(self, name: str) -> Element:
        """A reference to another resource of this Bundle."""
        return {"reference": f"urn:uuid:{self.id_of(name)}"}

    @cached_property
    def subject(self) -> Element:
        """The person: as the caller named them, or the Patient of this Bundle."""
        if self.given_subject is None:
            return self.reference(PATIENT)
        if self.given_subject.get("resourceType") == "Patient":
            return {"reference": whose(self.given_subject)}
        return self.given_subject

    @property
    def author(self) -> Element:
        """The program."""
        return self.reference(DEVICE)

    @cached_property
    def _verified(self) -> dict[str, bool]:
        return {cited.id: cited.verified for cited in self.assessment.references}

    def rests_on(self, facts: tuple[str, ...]) -> str:
        """The facts behind a statement, with what nobody has verified marked."""
        if not facts:
            return ""
        marked = (f if self._verified.get(f, False) else f"{f} (not verified)" for f in facts)
        return f"Facts: {', '.join(marked)}"
