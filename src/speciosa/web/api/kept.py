"""Assessments that are kept beside the case they were made from, and follow-up added up."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
from fastapi import Request, Response
from pydantic import Field

from speciosa import assessment
from speciosa.assessment import Assessment
from speciosa.case import parse_case
from speciosa.case.parts import Part
from speciosa.clinical import outcomes
from speciosa.errors import InputError, InputProblem
from speciosa.report import html
from speciosa.report import json as report_json
from speciosa.store import Kind
from speciosa.web.api import answers, records
from speciosa.web.api.bodies import JSON, Json, as_part
from speciosa.web.api.describe import gives, sends
from speciosa.web.api.idempotency import Key, Made, Write, once
from speciosa.web.api.people import Reader, Writer
from speciosa.web.api.problem import NotFoundError
from speciosa.web.api.records import Limit, Offset
from speciosa.web.api.route import PREFIX, router
from speciosa.web.api.versions import IfMatch, PersonId, RecordId, person_of, record_of, tag
from speciosa.web.person import of_person
from speciosa.web.services import Use

routes = router()
HTML = "text/html"
_NAME = "assessments"


class FromCase(Part):
    """Which case record to assess; its newest version without a number."""

    case: Annotated[
        str,
        Field(pattern=r"^[0-9a-f]{32}$", description="id of a case, 32 hexadecimal digits"),
    ]
    version: Annotated[int, Field(strict=True, ge=1, le=999_999_999)] | None = None


@routes.get(
    "/people/{person}/assessments",
    operation_id="assessmentsOf",
    tags=["people"],
    responses=gives("RecordPage", "Assessments, oldest first.", 404, 422),
)
def listed(
    person: PersonId, _: Reader, request: Request, use: Use, limit: Limit = 50, offset: Offset = 0
) -> Response:
    """The kept assessments of a person, oldest first."""
    person_of(use, person)
    found = use.store.latest(person, Kind.ASSESSMENT)
    rows, further = answers.page_of(found, offset, limit, request)
    items = tuple(records.line(version, _NAME) for version in rows)
    return answers.json(records.RecordPage(items=items, next=further))


@routes.post(
    "/people/{person}/assessments",
    operation_id="keepAssessment",
    status_code=201,
    tags=["people"],
    openapi_extra=sends("FromCase"),
    responses=gives(
        "Assessment",
        "The assessment, kept.",
        404,
        409,
        status=201,
        reads=True,
        headers={"Location": "Address of the assessment.", "ETag": "The version."},
    ),
)
def keep(
    person: PersonId, who: Writer, request: Request, body: Json, use: Use, key: Key = None
) -> Response:
    """Assess a case record of the person and keep the result."""
    given = as_part(body.data, FromCase, "assessment")
    person_of(use, person)
    try:
        case = record_of(use, person, Kind.CASE, given.case, given.version or 0)
    except NotFoundError:
        accepted = "a case of this person, and one of its versions"
        raise InputError([InputProblem("case", "a record that is not there", accepted)]) from None

    def compute() -> bytes:
        made = assessment.assess(
            parse_case(json.loads(case.body)), use.knowledge, subjects=use.settings.subjects
        )
        return report_json.encode(made)

    def save(made: bytes) -> Made:
        version = use.store.save(
            person,
            Kind.ASSESSMENT,
            made,
            by=who.id,
            at=use.now(),
            change=f"assessed from case {case.record}, version {case.version}",
        )
        return Made(person=person, record=version.record, version=version.version)

    route = f"POST {PREFIX}/people/{person}/{_NAME}"
    made = once(use, Write(who=who, route=route, key=key, raw=body.raw), save, compute)
    version = record_of(use, person, Kind.ASSESSMENT, made.record, made.version)
    request.state.audit_record = version.record
    headers = {"Location": answers.path("people", person, _NAME, made.record), "ETag": tag(version)}
    return Response(version.body, status_code=201, media_type=JSON, headers=headers)


@routes.get(
    "/people/{person}/assessments/{record}",
    operation_id="assessment",
    tags=["people"],
    responses=gives(
        "Assessment",
        "The assessment as it was made, as JSON or as a report in HTML.",
        404,
        406,
        headers={"ETag": "The version."},
        also={HTML: {"schema": {"type": "string"}}},
    ),
)
def one(person: PersonId, record: RecordId, _: Reader, request: Request, use: Use) -> Response:
    """A kept assessment, byte for byte as it was made."""
    kind = answers.chosen(request, (JSON, HTML))
    version = record_of(use, person, Kind.ASSESSMENT, record)
    headers = {"ETag": tag(version)}
    if kind == HTML:
        text = html.render(msgspec.json.decode(version.body, type=Assessment))
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)
    return Response(version.body, media_type=JSON, headers=headers)


@routes.delete(
    "/people/{person}/assessments/{record}",
    operation_id="removeAssessment",
    status_code=204,
    tags=["people"],
    responses=gives("", "The record ended; its history stays.", 404, 412, 428, status=204),
)
def remove(
    person: PersonId, record: RecordId, who: Writer, use: Use, basis: IfMatch = None
) -> Response:
    """End a kept assessment. Its history stays until the person is deleted."""
    records.end(use, record_of(use, person, Kind.ASSESSMENT, record), who.id, basis)
    return Response(status_code=204)


@routes.get(
    "/people/{person}/outcomes",
    operation_id="outcomes",
    tags=["follow-up"],
    responses=gives("OutcomesResult", "Follow-up up to today; ``crisis`` and findings first.", 404),
)
def follow_up(person: PersonId, _: Reader, use: Use) -> Response:
    """What entries, events and contacts add up to: courses, changes, the next contact."""
    person_of(use, person)
    kept = of_person(use.store, person, use.knowledge)
    return answers.json(outcomes.assess(kept.timeline, use.knowledge, use.today()))
