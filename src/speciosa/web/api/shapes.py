"""Bodies and answers that belong to the API alone; everything else comes from the rooms."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from pydantic import Field

from speciosa.case import vocabulary as v
from speciosa.case.parts import Part, PlaceCode, Word
from speciosa.clinical.safety.result import UrgentResult
from speciosa.clinical.severity.result import Score
from speciosa.knowledge import Fact, Source
from speciosa.knowledge.medicines import Medicine
from speciosa.knowledge.medicines.record import MedicineKind
from speciosa.pharmacology.exposure.plan import Plan

# Bounds of one request; the command line has wider ones for whoever owns the machine.
MOST_SUBJECTS = 2_000
MOST_HOURS = 31 * 24.0

Milligrams = Annotated[float, Field(strict=True, gt=0, le=100_000)]
Hours = Annotated[float, Field(strict=True, gt=0, le=8_760)]
Seed = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
Subjects = Annotated[int, Field(strict=True, ge=20, le=MOST_SUBJECTS)]


class Beside(Part):
    """A medicine, a product, or kratom, taken beside the victim; without a dose as usual."""

    name: Word
    dose_mg: Milligrams | None = None
    interval_h: Hours | None = None


class InteractionQuestion(Part):
    """How much the medicines of ``with`` change the exposure to ``victim``."""

    victim: Word
    beside: Annotated[tuple[Beside, ...], Field(alias="with", min_length=1, max_length=20)]
    route: v.Route | None = None
    cyp2d6: v.Phenotype | None = None
    cyp2c19: v.Phenotype | None = None


class Answers(Part):
    """The answers of a questionnaire in order (null: not answered), or its total."""

    answers: (
        Annotated[
            tuple[Annotated[int, Field(strict=True, ge=0, le=100)] | None, ...],
            Field(min_length=1, max_length=100),
        ]
        | None
    ) = None
    total: Annotated[int, Field(strict=True, ge=0, le=1_000)] | None = None
    sex: v.Sex | None = None
    place: PlaceCode | None = None


class Structure(StrEnum):
    """Which exposure model; ``both`` mixes them."""

    LINEAR = "linear"
    TURNOVER = "turnover"
    BOTH = "both"


class SimulationQuestion(Part):
    """A regimen that is or may be, in one line of text or as a document; none is proposed."""

    text: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    regimen: Plan | None = None
    structure: Structure = Structure.BOTH
    subjects: Subjects = 500
    seed: Seed | None = None
    until_h: Annotated[float, Field(strict=True, ge=1, le=MOST_HOURS)] | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the answers."""


class Checked(Answer, frozen=True, kw_only=True):
    """A case that is well formed: what it asks for at once, its hash, and the document."""

    urgent: UrgentResult
    input_sha256: str
    case: dict[str, Any]


class ScoreAnswer(Answer, frozen=True, kw_only=True):
    """A scored questionnaire. ``urgent`` stands first, and is there when an answer needs action."""

    urgent: UrgentResult | None
    score: Score


class MedicineLine(Answer, frozen=True, kw_only=True):
    """A medicine as it stands in a list."""

    id: str
    name: str
    kind: MedicineKind
    klass: str = msgspec.field(name="class")
    url: str


class MedicinePage(Answer, frozen=True, kw_only=True):
    """A page of medicines; ``next`` is the address of the next page, or null."""

    items: tuple[MedicineLine, ...]
    next: str | None = None


class MedicineDocument(Answer, frozen=True, kw_only=True):
    """One medicine with every fact of its record and the sources they were read in."""

    release: str
    medicine: Medicine
    facts: tuple[Fact, ...]
    sources: tuple[Source, ...]


class QuestionLine(Answer, frozen=True, kw_only=True):
    """A question of the base of evidence with its answer; null where no study answers it."""

    id: str
    option: str
    comparator: str
    outcome: str
    answered: bool
    certainty: str | None
    k: int | None
    url: str | None


class QuestionPage(Answer, frozen=True, kw_only=True):
    """A page of questions."""

    items: tuple[QuestionLine, ...]
    next: str | None = None


class SourceLine(Answer, frozen=True, kw_only=True):
    """A source as it stands in a list."""

    id: str
    cite: str
    facts: int
    url: str


class SourcePage(Answer, frozen=True, kw_only=True):
    """A page of sources."""

    items: tuple[SourceLine, ...]
    next: str | None = None


class SourceDocument(Answer, frozen=True, kw_only=True):
    """One source and the ids of every fact that rests on it."""

    release: str
    source: Source
    facts: tuple[str, ...]


class CitedFact(Answer, frozen=True, kw_only=True):
    """One fact as it can be cited: its statement, the release, and what it was read in."""

    release: str
    statement: str
    fact: Fact
    sources: tuple[Source, ...]
    permalink: str


class FactPage(Answer, frozen=True, kw_only=True):
    """A page of facts."""

    items: tuple[Fact, ...]
    next: str | None = None
