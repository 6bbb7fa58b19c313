"""What the client did not send, read from its FHIR server: registered servers only, and briefly."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from speciosa.fhir.shape import a_dict, text
from speciosa.web.cds.call import Access, Call, parse, reference_of
from speciosa.web.cds.hooks import PREFETCH
from speciosa.web.cds.problems import CdsError
from speciosa.web.cds.record import UNKNOWN, Known, Part, Record, joined, part_of
from speciosa.web.registration.cds import CdsClient

_MOST_PAGES = 5
_LARGEST_BYTES = 4_000_000
_MOST_MEDICATIONS = 20
_MEDICATIONS = "medications"
_MEDICATION = re.compile(r"(Medication/[A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")


async def gather(
    call: Call,
    client: CdsClient | None,
    *,
    seconds: float,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Record:
    """The record: what was sent, and, from a server registered for the client, what was not.

    Raises ``CdsError`` (400) for what was sent and is no FHIR.
    """
    parts = {
        key: part_of(call.prefetch[key], key, call.patient) if key in call.prefetch else UNKNOWN
        for key in PREFETCH
    }
    wanted = {key: part for key, part in parts.items() if part == UNKNOWN or part.next}
    allowed = client is not None and call.fhir_server and client.may_read(call.fhir_server)
    if allowed and (wanted or _named_elsewhere(call, parts)):
        until = time.monotonic() + seconds
        async with httpx.AsyncClient(
            headers=_headers(call.access),
            timeout=seconds,
            follow_redirects=False,
            transport=transport,
        ) as server:
            parts |= await _in_time(
                {key: _whole(server, call, key, part) for key, part in wanted.items()},
                wanted,
                until,
            )
            named = _named_elsewhere(call, parts)
            pages = {name: _page(server, url, name, call.patient) for name, url in named.items()}
            found = await _in_time(pages, dict.fromkeys(named, UNKNOWN), until)
            held = tuple(one for part in found.values() for one in part.resources)
            if held:
                parts[_MEDICATIONS] = Part(known=Known.FOUND, resources=held)
    return Record(parts=parts)


def _named_elsewhere(call: Call, parts: Mapping[str, Part]) -> dict[str, str]:
    """The Medications to which entries refer and that did not come along, with their addresses."""
    base = call.fhir_server.rstrip("/")
    every = [*call.drafts, *(one for part in parts.values() for one in part.resources)]
    held = {reference_of(one) for one in every}
    found: dict[str, str] = {}
    for one in every:
        target = text(a_dict(one.get("medicationReference")).get("reference"))
        name = _MEDICATION.fullmatch(target.removeprefix(f"{base}/"))
        if name is not None and name[1] not in held and len(found) < _MOST_MEDICATIONS:
            found[name[1]] = f"{base}/{name[1]}"
    return found


async def _in_time(
    work: Mapping[str, Coroutine[Any, Any, Part]], before: Mapping[str, Part], until: float
) -> dict[str, Part]:
    """What comes in time; what does not stays as it was."""
    tasks = {key: asyncio.create_task(one) for key, one in work.items()}
    if tasks:
        await asyncio.wait(tasks.values(), timeout=max(until - time.monotonic(), 0.0))
    return await _done(tasks, before)


async def _done(
    tasks: Mapping[str, asyncio.Task[Part]], before: Mapping[str, Part]
) -> dict[str, Part]:
    """What came in time; what did not stays as it was."""
    late = [task for task in tasks.values() if not task.done()]
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return {
        key: before[key] if task in late or task.exception() is not None else task.result()
        for key, task in tasks.items()
    }


async def _whole(server: httpx.AsyncClient, call: Call, key: str, part: Part) -> Part:
    """A key with its further pages, as far as they lie on the same server."""
    base = call.fhir_server.rstrip("/")
    if part == UNKNOWN:
        query = PREFETCH[key].replace("{{context.patientId}}", call.patient)
        part = await _page(server, f"{base}/{query}", key, call.patient)
    for _ in range(_MOST_PAGES):
        if not part.next:
            break
        address = urljoin(f"{base}/", part.next)
        if not _same_server(address, base):
            break
        part = joined(part, await _page(server, address, key, call.patient))
    return part


async def _page(server: httpx.AsyncClient, address: str, key: str, patient: str) -> Part:
    body = bytearray()
    try:
        async with server.stream("GET", address) as answer:
            if answer.status_code != httpx.codes.OK:
                return UNKNOWN
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST_BYTES:
                    return UNKNOWN
        return part_of(parse(bytes(body)), key, patient)
    except (httpx.HTTPError, httpx.InvalidURL, CdsError):
        return UNKNOWN


def _same_server(address: str, base: str) -> bool:
    """Whether an address lies under the base: the token goes nowhere else."""
    try:
        one, other = urlsplit(address), urlsplit(base)
        same = (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
    except ValueError:
        return False
    outside = one.username or ".." in unquote(one.path)
    return same and not outside and (one.path + "/").startswith(other.path.rstrip("/") + "/")


def _headers(access: Access | None) -> dict[str, str]:
    accept = {"Accept": "application/fhir+json"}
    return accept | ({"Authorization": f"Bearer {access.token}"} if access else {})
