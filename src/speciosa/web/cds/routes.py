"""The endpoints: discovery, the services, feedback, and the preflight of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from speciosa.web.access import Access, Principal, allow
from speciosa.web.cds.answer import SampleCache, answered, body
from speciosa.web.cds.call import Call, read_call
from speciosa.web.cds.caller import caller
from speciosa.web.cds.card import Card, Link
from speciosa.web.cds.cors import CdsRoute, preflight
from speciosa.web.cds.feedback import keep, read_feedback, take
from speciosa.web.cds.fetch import gather
from speciosa.web.cds.hooks import SERVICES, Service
from speciosa.web.cds.keys import KeyCache
from speciosa.web.cds.picture import page_link, smart_link
from speciosa.web.cds.problems import CdsError
from speciosa.web.services import Services, Use

if TYPE_CHECKING:
    from speciosa.store import Person
    from speciosa.web.registration.cds import CdsClient

PATH = "/cds-services"
_JSON = "application/json"
_OPEN = "demo"

router = APIRouter(route_class=CdsRoute, default_response_class=Response)


class Kept(msgspec.Struct, frozen=True):
    """What the room keeps in memory between calls: public keys, and simulations by hash.

    ``turns`` lets one call at a time reckon: side by side, each would only be slower.
    """

    keys: KeyCache
    samples: SampleCache
    turns: CapacityLimiter


@router.get(PATH)
def discover(_: Annotated[Principal, Depends(allow(Access.PUBLIC))]) -> Response:
    """Which services there are, and what each would like to be sent."""
    found = {"services": [service.entry() for service in SERVICES.values()]}
    return Response(msgspec.json.encode(found), media_type=_JSON)


@router.post(PATH + "/{service}")
async def call_service(
    service: str,
    request: Request,
    use: Use,
    _: Annotated[Principal, Depends(allow(Access.CDS))],
) -> Response:
    """Cards for a patient, an order being written, or orders about to be signed."""
    found = _service(service)
    client = await _client(request, use)
    call = read_call(await _body(request, use), found.hook)
    record = await gather(call, client, seconds=use.settings.cds.fetch_seconds)

    person = await run_in_threadpool(_person, call, client, use)
    request.state.audit_person = person.id if person else ""
    kept = _kept(request)

    def work() -> tuple[Card, ...]:
        return answered(
            call,
            record,
            use.knowledge,
            kept.samples,
            today=use.today(),
            subjects=use.settings.cds.subjects,
            links=(_link(call, client, person, use),),
        )

    cards = await to_thread.run_sync(work, limiter=kept.turns)

    def remember() -> bytes:
        keep(
            cards,
            use.store,
            service=found.id,
            client=_id(client),
            at=use.now(),
            person=person.id if person else "",
        )
        return body(cards, found.hook)

    return Response(await run_in_threadpool(remember), media_type=_JSON)


@router.post(PATH + "/{service}/feedback")
async def give_feedback(
    service: str,
    request: Request,
    use: Use,
    _: Annotated[Principal, Depends(allow(Access.CDS))],
) -> Response:
    """What became of cards: kept once, however often it is told."""
    found = _service(service)
    client = await _client(request, use)
    items = read_feedback(await _body(request, use))

    def work() -> bytes:
        taken = take(items, use.store, service=found.id, client=_id(client), at=use.now())
        return msgspec.json.encode(taken)

    return Response(await run_in_threadpool(work), media_type=_JSON)


for _path in (PATH, PATH + "/{service}", PATH + "/{service}/feedback"):

    @router.options(_path)
    def before(
        request: Request, _: Annotated[Principal, Depends(allow(Access.PUBLIC))]
    ) -> Response:
        """What a browser asks before it calls."""
        return preflight(request)


def _service(name: str) -> Service:
    found = SERVICES.get(name)
    if found is None:
        raise CdsError(404, "There is no such service.")
    return found


async def _client(request: Request, use: Services) -> CdsClient | None:
    header = request.headers.get("authorization")
    found = await run_in_threadpool(caller, header, request.url.path, use, _kept(request).keys)
    request.state.audit_by = f"cds:{_id(found)}"
    return found


async def _body(request: Request, use: Services) -> bytes:
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > use.settings.cds.max_body_bytes:
            raise CdsError(413, "The body is larger than this service accepts.")
    return bytes(held)


def _kept(request: Request) -> Kept:
    found: Kept = request.app.state.cds
    return found


def _id(client: CdsClient | None) -> str:
    return client.id if client else _OPEN


def _person(call: Call, client: CdsClient | None, use: Services) -> Person | None:
    """The person in this service's own store, if the patient of that server is known here."""
    if client is None or not client.may_read(call.fhir_server):
        return None
    return use.store.by_external(call.fhir_server.rstrip("/"), call.patient)


def _link(call: Call, client: CdsClient | None, person: Person | None, use: Services) -> Link:
    base = use.settings.base_url
    if person is not None:
        return page_link(f"{base}/people/{person.id}")
    if call.access is not None and client is not None and client.may_read(call.fhir_server):
        return smart_link(base, call.hook)
    return page_link(f"{base}/cases/new")


def kept(use: Services) -> Kept:
    """Empty memory of a room."""
    return Kept(keys=KeyCache(now=use.now), samples=SampleCache(), turns=CapacityLimiter(1))
