"""A person's records: cases, entries, events and planned contacts, each kept in versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import Query, Request, Response

from speciosa.case import parse_case
from speciosa.clinical import safety
from speciosa.clinical.outcomes.timeline import Entry, Event, Visit
from speciosa.clinical.safety.result import UrgentResult
from speciosa.store import Kind, Version
from speciosa.web.api import answers, entries, examples
from speciosa.web.api.bodies import Json, as_struct
from speciosa.web.api.describe import gives, sends
from speciosa.web.api.idempotency import Key, Made, Write, once
from speciosa.web.api.people import Reader, Writer
from speciosa.web.api.route import PREFIX, router
from speciosa.web.api.versions import (
    IfMatch,
    IfNoneMatch,
    PersonId,
    RecordId,
    expected,
    not_modified,
    person_of,
    record_of,
    tag,
)
from speciosa.web.person import route
from speciosa.web.services import Services, Use

routes = router()
Limit = Annotated[int, Query(ge=1, le=200, description="Rows on a page.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Rows before this page.")]
Number = Annotated[int, Query(ge=0, le=999_999_999, description="0 for the newest version.")]
_VERSIONED = {"ETag": "The version, for If-Match."}


class RecordLine(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a record as it stands in a list."""

    record: str
    version: int
    kind: Kind
    at: str
    by: str
    change: str
    url: str
    removed: bool = False


class RecordPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records, oldest first."""

    items: tuple[RecordLine, ...]
    next: str | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a record. ``urgent`` stands first: what its answers ask for at once."""

    urgent: UrgentResult | None
    record: str
    version: int
    person: str
    kind: Kind
    at: str
    by: str
    change: str
    document: msgspec.Raw


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record: its place in the address, and how its body is read."""

    kind: Kind
    name: str
    schema: str
    tag: str
    told: str
    read: Callable[[Any, Services], bytes]
    examples: dict[str, Any]


def _case(data: object, _: Services) -> bytes:
    return _document(parse_case(data).model_dump(mode="json", exclude_unset=True))


def _entry(data: object, use: Services) -> bytes:
    entry = entries.scored(as_struct(data, Entry, "entry"), use.knowledge)
    return msgspec.json.encode(entry)


def _event(data: object, _: Services) -> bytes:
    return msgspec.json.encode(as_struct(data, Event, "event"))


def _visit(data: object, _: Services) -> bytes:
    return msgspec.json.encode(as_struct(data, Visit, "visit"))


FAMILIES = (
    Family(
        kind=Kind.CASE,
        name="cases",
        schema="Case",
        tag="people",
        told="A case document.",
        read=_case,
        examples=examples.CASES,
    ),
    Family(
        kind=Kind.ENTRY,
        name="entries",
        schema="Entry",
        tag="follow-up",
        told="A dated follow-up entry; questionnaires are scored on the way in.",
        read=_entry,
        examples=examples.ENTRIES,
    ),
    Family(
        kind=Kind.EVENT,
        name="events",
        schema="Event",
        tag="follow-up",
        told="A dated change in treatment or life.",
        read=_event,
        examples=examples.EVENTS,
    ),
    Family(
        kind=Kind.VISIT,
        name="visits",
        schema="Visit",
        tag="follow-up",
        told="A planned contact.",
        read=_visit,
        examples=examples.VISITS,
    ),
)


def _add_routes(family: Family) -> None:
    """The operations on one kind of record."""
    one = family.schema
    base = f"/people/{{person}}/{family.name}"
    shown = f"{one}Record"

    @routes.get(
        base,
        operation_id=f"{family.name}Of",
        tags=[family.tag],
        summary=f"List {family.name}",
        responses=gives("RecordPage", "Records, oldest first.", 404, 422),
    )
    def listed(
        person: PersonId,
        _: Reader,
        request: Request,
        use: Use,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Response:
        """The newest version of each record that was not removed, oldest first."""
        person_of(use, person)
        rows, further = answers.page_of(
            use.store.latest(person, family.kind), offset, limit, request
        )
        items = tuple(line(version, family.name) for version in rows)
        return answers.json(RecordPage(items=items, next=further))

    @routes.post(
        base,
        operation_id=f"add{one}",
        status_code=201,
        tags=[family.tag],
        summary=f"Add {one.lower()}",
        description=family.told,
        openapi_extra=sends(one, family.examples),
        responses=gives(
            shown,
            "The record was kept.",
            404,
            409,
            status=201,
            reads=True,
            headers={**_VERSIONED, "Location": "Address of the record."},
        ),
    )
    def add(
        person: PersonId, who: Writer, request: Request, body: Json, use: Use, key: Key = None
    ) -> Response:
        raw = family.read(body.data, use)
        person_of(use, person)

        def save(_: bytes) -> Made:
            made = use.store.save(
                person, family.kind, raw, by=who.id, at=use.now(), change="added by the API"
            )
            return Made(person=person, record=made.record, version=made.version)

        route = f"POST {PREFIX}/people/{person}/{family.name}"
        made = once(use, Write(who=who, route=route, key=key, raw=body.raw), save)
        version = record_of(use, person, family.kind, made.record, made.version)
        request.state.audit_record = version.record
        where = answers.path("people", person, family.name, version.record)
        return answers.json(
            document(version, use),
            status=201,
            headers={"Location": where, "ETag": tag(version)},
        )

    @routes.get(
        f"{base}/{{record}}",
        operation_id=f"get{one}",
        tags=[family.tag],
        summary=f"Get {one.lower()}",
        responses=_with_304(gives(shown, "The record.", 404, 422, headers=_VERSIONED)),
    )
    def get(
        person: PersonId,
        record: RecordId,
        _: Reader,
        use: Use,
        version: Number = 0,
        have: IfNoneMatch = None,
    ) -> Response:
        """One record: its newest version, or an earlier one."""
        found = record_of(use, person, family.kind, record, version)
        same = not_modified(have, found)
        if same is not None:
            return same
        return answers.json(document(found, use), headers={"ETag": tag(found)})

    @routes.put(
        f"{base}/{{record}}",
        operation_id=f"change{one}",
        tags=[family.tag],
        summary=f"Change {one.lower()}",
        openapi_extra=sends(one, family.examples),
        responses=gives(shown, "The next version.", 404, 412, 428, reads=True, headers=_VERSIONED),
    )
    def change(
        person: PersonId,
        record: RecordId,
        who: Writer,
        body: Json,
        use: Use,
        basis: IfMatch = None,
    ) -> Response:
        """Keep another version; If-Match names the one that it was made from."""
        raw = family.read(body.data, use)
        record_of(use, person, family.kind, record)
        number = expected(basis)
        version = use.store.save(
            person,
            family.kind,
            raw,
            by=who.id,
            at=use.now(),
            change="changed by the API",
            record=record,
            expect=number,
        )
        return answers.json(document(version, use), headers={"ETag": tag(version)})

    @routes.delete(
        f"{base}/{{record}}",
        operation_id=f"remove{one}",
        status_code=204,
        tags=[family.tag],
        summary=f"Remove {one.lower()}",
        responses=gives("", "The record ended; its history stays.", 404, 412, 428, status=204),
    )
    def remove(
        person: PersonId, record: RecordId, who: Writer, use: Use, basis: IfMatch = None
    ) -> Response:
        """End a record. Its history stays until the person is deleted."""
        end(use, record_of(use, person, family.kind, record), who.id, basis)
        return Response(status_code=204)

    @routes.get(
        f"{base}/{{record}}/history",
        operation_id=f"historyOf{one}",
        tags=[family.tag],
        summary=f"History of {one.lower()}",
        responses=gives("RecordPage", "Every version, the first first.", 404),
    )
    def history(person: PersonId, record: RecordId, _: Reader, use: Use) -> Response:
        """Who changed a record and when; each version can be read by its number."""
        found = record_of(use, person, family.kind, record)
        rows = use.store.history(found.record)
        return answers.json(RecordPage(items=tuple(line(one, family.name) for one in rows)))


def end(use: Services, version: Version, by: str, basis: str | None) -> None:
    """End a record whose newest version is the one in If-Match."""
    if expected(basis) != version.version:
        raise answers.changed_meanwhile()
    use.store.remove(
        version.record,
        by=by,
        at=use.now(),
        change="removed by the API",
        expect=version.version,  # of the moment it goes, not of when it was looked at
    )


def line(version: Version, name: str) -> RecordLine:
    """A version as it stands in a list."""
    return RecordLine(
        record=version.record,
        version=version.version,
        kind=version.kind,
        at=version.at.isoformat(),
        by=version.by,
        change=version.change,
        url=answers.path("people", version.person, name, version.record)
        + f"?version={version.version}",
        removed=version.removed,
    )


def document(version: Version, use: Services) -> Record:
    """A version with its body, and what its answers ask for at once."""
    return Record(
        urgent=_urgent(version, use),
        record=version.record,
        version=version.version,
        person=version.person,
        kind=version.kind,
        at=version.at.isoformat(),
        by=version.by,
        change=version.change,
        document=msgspec.Raw(version.body),
    )


def _urgent(version: Version, use: Services) -> UrgentResult | None:
    if version.kind is Kind.CASE:
        return safety.assess(parse_case(json.loads(version.body)), use.knowledge).urgent
    if version.kind is Kind.ENTRY:
        entry = msgspec.json.decode(version.body, type=Entry)
        if entry.suicidality:
            place = _place_of(use, version.person) or ""
            return route(entry.suicidality, place, entry.date, use.knowledge)
    return None


def _place_of(use: Services, person: str) -> str | None:
    """The place of the newest case, for the numbers to call."""
    cases = use.store.latest(person, Kind.CASE)
    return json.loads(cases[-1].body).get("place") if cases else None


def _document(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()


def _with_304(responses: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    return {**responses, 304: {"description": "You have this version already."}}


for _family in FAMILIES:
    _add_routes(_family)
