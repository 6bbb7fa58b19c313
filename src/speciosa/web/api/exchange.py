"""FHIR R4 in and out, and the questionnaires as FHIR resources."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request, Response

from speciosa.assessment import Assessment
from speciosa.case import Case
from speciosa.clinical import safety
from speciosa.clinical.safety.result import UrgentResult
from speciosa.fhir import questionnaires
from speciosa.fhir import read as reading
from speciosa.fhir import write as writing
from speciosa.fhir.kratom import Match
from speciosa.fhir.read import Ignored, Used
from speciosa.store import Kind
from speciosa.web.access import Access, Principal, allow
from speciosa.web.api import answers
from speciosa.web.api.bodies import FHIR_JSON, JSON, FhirJson
from speciosa.web.api.describe import gives, sends
from speciosa.web.api.people import Reader
from speciosa.web.api.problem import FieldProblem, NotFoundError
from speciosa.web.api.route import router
from speciosa.web.api.versions import PersonId, RecordId, record_of
from speciosa.web.person.behind import case_behind
from speciosa.web.services import Services, Use

routes = router()
SignedIn = Annotated[Principal, Depends(allow(Access.SIGNED_IN))]


class ImportedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case read from a Bundle; null with ``problems`` where none can be made.

    ``urgent`` is what the case asks for at once. ``questions`` are for the clinician to ask.
    """

    urgent: UrgentResult | None
    case: dict[str, Any] | None
    used: tuple[Used, ...]
    ignored: tuple[Ignored, ...]
    questions: tuple[str, ...]
    kratom: tuple[Match, ...]
    problems: tuple[FieldProblem, ...]


@routes.post(
    "/fhir/case",
    operation_id="caseFromBundle",
    tags=["exchange"],
    openapi_extra=sends("FhirBundle", kinds=(FHIR_JSON, JSON)),
    responses=gives("ImportedCase", "The case, with what was used and ignored.", reads=True),
)
def read(_: SignedIn, body: FhirJson, use: Use) -> Response:
    """Read a FHIR Bundle as a case. Nothing is kept and nothing is guessed: check what was used."""
    found = reading.case_from_bundle(body.data, use.knowledge, today=use.today())
    case = found.case
    return answers.json(
        ImportedCase(
            urgent=safety.assess(case, use.knowledge).urgent if case else None,
            case=case.model_dump(mode="json", exclude_unset=True) if case else None,
            used=found.used,
            ignored=found.ignored,
            questions=found.questions,
            kratom=found.kratom,
            problems=tuple(
                FieldProblem(
                    field=one.field,
                    value=one.value,
                    accepted=one.accepted,
                    suggestion=one.suggestion,
                )
                for one in found.problems
            ),
        )
    )


@routes.get(
    "/questionnaires/{id}",
    operation_id="questionnaire",
    tags=["exchange"],
    responses=gives("FhirQuestionnaire", "A Questionnaire of FHIR R4.", 404, 406, kind=FHIR_JSON),
)
def questionnaire(id: str, _: SignedIn, request: Request, use: Use) -> Response:
    """A questionnaire as FHIR resource: gad7, phq9, isi, audit_c, difficulty, or case."""
    kind = answers.chosen(request, (FHIR_JSON, JSON))
    try:
        made = questionnaires.questionnaire(id, use.knowledge)
    except KeyError:
        raise NotFoundError("questionnaire") from None
    return Response(writing.encode(made), media_type=kind)


@routes.get(
    "/people/{person}/assessments/{record}/fhir",
    operation_id="assessmentAsFhir",
    tags=["exchange"],
    responses=gives("FhirBundle", "A collection Bundle of FHIR R4.", 404, 406, kind=FHIR_JSON),
)
def as_fhir(person: PersonId, record: RecordId, _: Reader, request: Request, use: Use) -> Response:
    """A kept assessment as a FHIR Bundle, with the case it was made from."""
    kind = answers.chosen(request, (FHIR_JSON, JSON))
    version = record_of(use, person, Kind.ASSESSMENT, record)
    made = msgspec.json.decode(version.body, type=Assessment)
    case = _case_of(made, person, use)
    bundle = writing.bundle(case, made, knowledge=use.knowledge, recorded=version.at)
    return Response(writing.encode(bundle), media_type=kind)


def _case_of(made: Assessment, person: str, use: Services) -> Case:
    case = case_behind(use.store, person, made.provenance.input_sha256)
    if case is None:
        raise NotFoundError("case that this assessment was made from")
    return case
