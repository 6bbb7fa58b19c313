"""Every type that crosses the border of the API, under the name it has in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from pydantic import BaseModel

from speciosa.assessment import Assessment
from speciosa.case import Case
from speciosa.clinical.outcomes import OutcomesResult
from speciosa.clinical.outcomes.timeline import Entry, Event, Visit
from speciosa.regulation.result import LawResult
from speciosa.report.ddi.document import DdiDocument
from speciosa.report.evidence.document import QuestionDocument
from speciosa.report.simulation.document import SimulationDocument
from speciosa.store import Deletion, Person
from speciosa.web.api import exchange, kept, people, records, shapes
from speciosa.web.api.describe import ref
from speciosa.web.api.problem import Problem

COOKIE = "speciosa_session"

STRUCTS: Mapping[str, type[msgspec.Struct]] = {
    "Assessment": Assessment,
    "Checked": shapes.Checked,
    "DdiDocument": DdiDocument,
    "Deletion": Deletion,
    "Entry": Entry,
    "Event": Event,
    "FactPage": shapes.FactPage,
    "CitedFact": shapes.CitedFact,
    "ImportedCase": exchange.ImportedCase,
    "LawResult": LawResult,
    "MedicinePage": shapes.MedicinePage,
    "MedicineDocument": shapes.MedicineDocument,
    "OutcomesResult": OutcomesResult,
    "PeoplePage": people.PeoplePage,
    "Person": Person,
    "Problem": Problem,
    "QuestionDocument": QuestionDocument,
    "QuestionPage": shapes.QuestionPage,
    "Record": records.Record,
    "RecordPage": records.RecordPage,
    "ScoreAnswer": shapes.ScoreAnswer,
    "SimulationDocument": SimulationDocument,
    "SourceDocument": shapes.SourceDocument,
    "SourcePage": shapes.SourcePage,
    "Visit": Visit,
}
MODELS: Mapping[str, type[BaseModel]] = {
    "Case": Case,
    "InteractionQuestion": shapes.InteractionQuestion,
    "Answers": shapes.Answers,
    "FromCase": kept.FromCase,
    "NewPerson": people.NewPerson,
    "Relabel": people.Relabel,
    "SimulationQuestion": shapes.SimulationQuestion,
}
# FHIR's own schema is a standard; here stands only what tells one resource from another.
_FHIR: Mapping[str, Mapping[str, Any]] = {
    f"Fhir{kind}": {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"const": kind}},
        "externalDocs": {"url": f"https://hl7.org/fhir/R4/{kind.lower()}.html"},
    }
    for kind in ("Bundle", "Questionnaire")
}
PLAIN: Mapping[str, Mapping[str, Any]] = {
    **_FHIR,
    **{
        f"{family.schema}Record": {
            "allOf": [
                ref("Record"),
                {"type": "object", "properties": {"document": ref(family.schema)}},
            ]
        }
        for family in records.FAMILIES
    },
}
