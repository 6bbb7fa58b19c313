"""Every type that crosses the border of the API, under the name it has in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from pydantic import BaseModel

from speciosa.assessment import Assessment
from speciosa.case import Case
from speciosa.clinical.severity.result import Score
from speciosa.regulation.result import LawResult
from speciosa.report.ddi.document import DdiDocument
from speciosa.report.evidence.document import QuestionDocument
from speciosa.report.simulation.document import SimulationDocument
from speciosa.web.api import shapes
from speciosa.web.api.problem import Problem

COOKIE = "speciosa_session"

STRUCTS: Mapping[str, type[msgspec.Struct]] = {
    "Assessment": Assessment,
    "Checked": shapes.Checked,
    "DdiDocument": DdiDocument,
    "FactPage": shapes.FactPage,
    "CitedFact": shapes.CitedFact,
    "LawResult": LawResult,
    "MedicinePage": shapes.MedicinePage,
    "MedicineDocument": shapes.MedicineDocument,
    "Problem": Problem,
    "QuestionDocument": QuestionDocument,
    "QuestionPage": shapes.QuestionPage,
    "ScoreAnswer": shapes.ScoreAnswer,
    "SimulationDocument": SimulationDocument,
    "SourceDocument": shapes.SourceDocument,
    "SourcePage": shapes.SourcePage,
}
MODELS: Mapping[str, type[BaseModel]] = {
    "Case": Case,
    "InteractionQuestion": shapes.InteractionQuestion,
    "Answers": shapes.Answers,
    "SimulationQuestion": shapes.SimulationQuestion,
}
PLAIN: Mapping[str, Mapping[str, Any]] = {}

__all__ = ["COOKIE", "MODELS", "PLAIN", "STRUCTS", "Score"]
