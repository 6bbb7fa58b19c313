"""People under care: by the clinic's own reference, never by name."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from speciosa.case.parts import Part, Word
from speciosa.errors import InputError, InputProblem
from speciosa.store import ConflictError, External, Person
from speciosa.web.access import Access, Principal, allow
from speciosa.web.api import answers, examples
from speciosa.web.api.bodies import Json, as_part
from speciosa.web.api.describe import gives, sends
from speciosa.web.api.idempotency import Key, Made, Write, once
from speciosa.web.api.problem import NotFoundError
from speciosa.web.api.route import PREFIX, router
from speciosa.web.api.versions import PersonId, person_of
from speciosa.web.person import add as add_person
from speciosa.web.person import relabel as relabel_person
from speciosa.web.services import Use

routes = router()
Reader = Annotated[Principal, Depends(allow(Access.READ))]
Writer = Annotated[Principal, Depends(allow(Access.WRITE))]
_TAG = "people"
JSON_LINES = "application/jsonl"


class ExternalId(Part):
    """The person's id in another system."""

    system: Word
    value: Word


class NewPerson(Part):
    """A person to be added. ``label`` is the clinic's own reference; leave names out."""

    label: Word
    external: Annotated[tuple[ExternalId, ...], Field(max_length=20)] = ()


class Relabel(Part):
    """Another reference for the same person."""

    label: Word


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of people in the order of their labels."""

    items: tuple[Person, ...]
    next: str | None = None


@routes.get(
    "/people",
    operation_id="people",
    tags=[_TAG],
    responses=gives("PeoplePage", "People in the order of their labels.", 422),
)
def people(
    _: Reader,
    request: Request,
    use: Use,
    search: Annotated[
        str, Query(max_length=200, description="Part of a label, or a whole external id.")
    ] = "",
    after: Annotated[str, Query(max_length=64, description="Id of the last person seen.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """People in the order of their labels."""
    if not search.isprintable():
        accepted = "text without control characters"
        raise InputError([InputProblem("search", "text that cannot be shown", accepted)])
    if after:
        try:
            person_of(use, after)
        except NotFoundError:
            told = InputProblem("after", "the id of nobody", "the id of a person of this list")
            raise InputError([told]) from None
    found = use.store.people(search=search, after=after, limit=limit + 1)
    further = answers.after(request, found[limit - 1].id) if len(found) > limit else None
    return answers.json(PeoplePage(items=found[:limit], next=further))


@routes.post(
    "/people",
    operation_id="addPerson",
    status_code=201,
    tags=[_TAG],
    openapi_extra=sends("NewPerson", examples.PERSON),
    responses=gives(
        "Person",
        "The person was added.",
        409,
        status=201,
        reads=True,
        headers={"Location": "Address of the person."},
    ),
)
def add(request: Request, who: Writer, body: Json, use: Use, key: Key = None) -> Response:
    """Add a person."""
    given = as_part(body.data, NewPerson, "person")
    external = [External(system=one.system, value=one.value) for one in given.external]

    def save(_: bytes) -> Made:
        made = add_person(use, given.label, by=who.id, external=external)
        return Made(person=made.id)

    write = Write(who=who, route=f"POST {PREFIX}/people", key=key, raw=body.raw)
    try:
        person = person_of(use, once(use, write, save).person)
    except ConflictError:
        accepted = "an id that no other person has"
        raise InputError([InputProblem("external", "an id in use", accepted)]) from None
    request.state.audit_person = person.id
    where = answers.path("people", person.id)
    return answers.json(person, status=201, headers={"Location": where})


@routes.get(
    "/people/{person}",
    operation_id="person",
    tags=[_TAG],
    responses=gives("Person", "The person.", 404),
)
def one(person: PersonId, _: Reader, use: Use) -> Response:
    """One person."""
    return answers.json(person_of(use, person))


@routes.patch(
    "/people/{person}",
    operation_id="relabelPerson",
    tags=[_TAG],
    openapi_extra=sends("Relabel", {"reference": {"label": "Clinic reference 1043"}}),
    responses=gives("Person", "The person under the new reference.", 404, reads=True),
)
def relabel(person: PersonId, who: Writer, body: Json, use: Use) -> Response:
    """Give a person another reference; the export keeps the earlier ones."""
    given = as_part(body.data, Relabel, "person")
    person_of(use, person)
    return answers.json(relabel_person(use, person, given.label, by=who.id))


@routes.delete(
    "/people/{person}",
    operation_id="deletePerson",
    tags=[_TAG],
    responses=gives("Deletion", "What was deleted, and what is out of reach.", 404),
)
def delete(person: PersonId, who: Writer, use: Use) -> Response:
    """Delete a person and every record of theirs for good."""
    person_of(use, person)
    return answers.json(use.store.delete_person(person, by=who.id, at=use.now()))


@routes.get(
    "/people/{person}/export",
    operation_id="exportPerson",
    tags=[_TAG],
    responses=gives("", "Everything of the person, as JSON lines.", 404,
                    also={JSON_LINES: {"schema": {"type": "string"}}}),
)  # fmt: skip
def export(person: PersonId, _: Reader, use: Use) -> Response:
    """Everything that is kept of a person: versions, labels, links and who looked at them."""
    found = person_of(use, person)
    return StreamingResponse(use.store.export(found.id), media_type=JSON_LINES)
