"""Send requests that are broken in every way that reaches the application.

    python tools/fuzz_raw.py --requests 100000

Pages, API, CDS and SMART routes get wrong methods, odd paths, queries and headers, bodies that are
cut off, too deep, too long, no JSON, no text, or nearly right. The application runs in this process
on a database in memory. Then raw messages go over a socket to a real server.
Prints counts of status codes by room; exits with 1 when any answer is 5xx
or the application raises. A seed makes a run again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import re
import socket
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import uvicorn

from fuzz_service import TOKEN, V1, Kept, application, client_of, counts
from speciosa.web.api import examples

if TYPE_CHECKING:
    from fastapi import FastAPI


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=1_000, help="raw messages over a socket")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    app = application()
    wrong = by_chance(app, given.requests, given.seed)
    return by_bytes(app, given.bytes, given.seed) or wrong


def by_chance(app: FastAPI, count: int, seed: int) -> int:
    """Requests that are broken in every way that reaches the application."""
    kept = Kept(client_of(app))
    routes = sorted({(str(getattr(r, "path", "")), m) for r in app.routes
                     for m in getattr(r, "methods", None) or {"GET"}})  # fmt: skip
    chance = random.Random(seed)  # noqa: S311  # repeatable, no secret
    by_room: dict[str, Counter[int]] = defaultdict(Counter)
    wrong: list[str] = []
    began = time.perf_counter()

    async def everything() -> None:
        for number in range(count):
            request = _broken(chance, routes, kept)
            if number % 500 == 0:
                await asyncio.to_thread(kept.renew)
            status = await _ask(app, request)
            by_room[request.room][status] += 1
            if status >= 500 or status == 0:
                wrong.append(f"{status} {request.method} {request.path!r} {request.query[:80]!r}")

    asyncio.run(everything())
    for room, seen in sorted(by_room.items()):
        print(f"{room:<10} {sum(seen.values()):>7}  {counts(seen)}")
    total = sum(by_room.values(), Counter[int]())
    print(f"{count:,} requests in {time.perf_counter() - began:.0f} s: {counts(total)}")
    for line in wrong[:20]:
        print("WRONG", line)
    return 1 if wrong else 0


class Request(NamedTuple):
    """One request as the application receives it; ``cut`` ends the connection in the body."""

    room: str
    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: list[bytes]
    cut: bool


async def _ask(app: FastAPI, request: Request) -> int:
    """The status of the answer; 0 when the application failed without one."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": quote(request.path).encode(),
        "query_string": request.query,
        "root_path": "",
        "headers": request.headers,
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8765),
        "state": {},
    }
    chunks = list(request.body)
    found = [0]
    answered = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not chunks:
            if not request.cut:
                await answered.wait()
            return {"type": "http.disconnect"}
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks) or request.cut}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            found[0] = message["status"]
        elif not message.get("more_body"):
            answered.set()

    try:
        await asyncio.wait_for(app(scope, receive, send), timeout=60)
    except Exception as error:
        if not (request.cut and type(error).__name__ == "ClientDisconnect"):
            print(f"RAISED {type(error).__name__}: {request.method} {request.path!r}")
            return found[0] if found[0] >= 500 else 0
    # Nobody waits for an answer to a request that was cut off.
    return 499 if request.cut and not found[0] else found[0]


# ------------------------------------------------------------------ by bytes


def by_bytes(app: FastAPI, count: int, seed: int) -> int:
    """Messages that are no HTTP, or broken HTTP, over a socket to a real server."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = listening.getsockname()
    quiet = uvicorn.Config(app, log_config=None, access_log=False)
    logging.disable(logging.CRITICAL)
    server = uvicorn.Server(quiet)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    chance = random.Random(seed)  # noqa: S311  # repeatable, no secret
    seen = Counter(_answer_to(_message(chance), address) for _ in range(count))
    alive = _answer_to(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", address, 20.0)
    server.should_exit = True
    thread.join(30)
    told = ", ".join(f"{status or 'no answer'}: {n:,}" for status, n in sorted(seen.items()))
    print(f"{count:,} raw messages: {told}; afterwards /health answers {alive}")
    return 1 if alive != 200 or any(status >= 500 for status in seen) else 0


def _message(chance: random.Random) -> bytes:
    """A request with some bytes put in, left out or cut off; or noise."""
    if chance.random() < 0.15:
        return bytes(chance.randrange(256) for _ in range(chance.randint(1, 2_000)))
    body = _body(chance)[:5_000]
    head = (
        f"{chance.choice(METHODS[:7])} {V1}/cases/check HTTP/1.1\r\nHost: 127.0.0.1:8765\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
    ).encode()
    size = chance.choice([len(body), len(body), 0, -1, 10**12, len(body) + 5])
    sent = chance.choice(
        [
            b"Content-Length: %d\r\n" % size,
            b"Content-Length: %d\r\nContent-Length: 3\r\n" % size,
            b"Transfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n" % size,
            b"X: " + b"x" * 100_000 + b"\r\n",
        ]
    )
    raw = bytearray(head + sent + b"\r\n" + body)
    for _ in range(chance.randint(0, 3)):
        at = chance.randrange(len(raw))
        raw[at : at + chance.randint(0, 4)] = bytes([chance.randrange(256)]) * chance.randint(0, 3)
    return bytes(raw[: chance.randrange(1, len(raw) + 1)] if chance.random() < 0.2 else raw)


def _answer_to(message: bytes, address: tuple[str, int], wait_s: float = 0.2) -> int:
    """The status of the answer; 0 when there is none or the server waits for more."""
    try:
        with socket.create_connection(address, timeout=wait_s) as connection:
            connection.sendall(message)
            answer = connection.recv(64)
    except OSError:
        return 0
    found = re.match(rb"HTTP/1\.[01] ([0-9]{3})", answer)
    return int(found[1]) if found else 0


ODD = ["", " ", "\x00", "\n", "\u202e", "\ufeff", "é" * 40, "😀", "../..", "%", "%00", "null",
       "NaN", "-1", "9" * 400, "1e999", "'; DROP TABLE people; --", "<script>", "{{7*7}}",
       "a" * 5000, "\ud7ff", "true", "[]", "2026-13-45", "0", "\x7f", "\\", "/", "?",
       "#", "x"]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "FOO",
           "get", "G\x00T", ""]  # fmt: skip
KINDS = [
    "application/json",
    "application/json; charset=utf-8",
    "application/json; charset=utf-16",
    "application/fhir+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/" + "x" * 3000,
    "text/plain",
    "text/html",
    ";;;",
    "",
]


def _broken(chance: random.Random, routes: list[tuple[str, str]], kept: Kept) -> Request:
    template, method = chance.choice(routes)
    if chance.random() < 0.08:
        template = "/" + chance.choice(ODD)
    if chance.random() < 0.2:
        method = chance.choice(METHODS)
    body = _body(chance)
    size = chance.choice([2, 3]) if chance.random() < 0.2 else 1
    step = max(len(body) // size, 1)
    return Request(
        room=_room(template),
        method=method,
        path=_filled(chance, template, kept),
        query=_query(chance),
        headers=_headers(chance, body),
        body=[body[i : i + step] for i in range(0, len(body), step)] or [b""],
        cut=chance.random() < 0.02,
    )


def _room(path: str) -> str:
    first = path.strip("/").partition("/")[0]
    return {"api": "API", "cds-services": "CDS", "smart": "SMART"}.get(first, "pages")


def _filled(chance: random.Random, template: str, kept: Kept) -> str:
    known = kept.parameters(template) if template.startswith(V1) else {"person": kept.person}
    known |= {"record": chance.choice(list(kept.records.values()))} | known

    def step(found: re.Match[str]) -> str:
        name = found[1].partition(":")[0]
        return known.get(name, "x") if chance.random() < 0.6 else chance.choice(ODD)

    return re.sub(r"\{([^}]+)\}", step, template)


def _query(chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return b""
    names = ["q", "limit", "offset", "after", "on", "age", "place", "substance", "page", "sort",
             "table", "version", "seed", "subjects", "token", "code", "state", "iss", "launch",
             "search", "from", "before", "person"]  # fmt: skip
    pieces = []
    for _ in range(chance.randint(1, 4)):
        value = chance.choice(ODD)
        raw = value.encode("utf-8", "replace")
        shown = raw if chance.random() < 0.3 else quote(value).encode()
        pieces.append(chance.choice(names).encode() + b"=" + shown)
    return b"&".join(pieces)[: chance.choice([20_000, 50, 7])]


def _headers(chance: random.Random, body: bytes) -> list[tuple[bytes, bytes]]:
    host = "127.0.0.1:8765" if chance.random() < 0.97 else chance.choice(ODD)
    found = [(b"host", host.encode("utf-8", "replace"))]
    if chance.random() < 0.9:
        token = TOKEN if chance.random() < 0.95 else chance.choice(ODD)
        found.append((b"authorization", b"Bearer " + token.encode("utf-8", "replace")))
    if body or chance.random() < 0.5:
        kind = KINDS[0] if chance.random() < 0.7 else chance.choice(KINDS)
        found.append((b"content-type", kind.encode()))
    if chance.random() < 0.3:
        told = str(len(body)) if chance.random() < 0.6 else chance.choice(ODD)
        found.append((b"content-length", told.encode("utf-8", "replace")))
    odd = [b"accept", b"cookie", b"if-match", b"if-none-match", b"idempotency-key", b"origin",
           b"referer", b"x-csrf-token", b"accept-language", b"range", b"x-forwarded-for",
           b"x-forwarded-proto", b"content-encoding", b"transfer-encoding", b"expect"]  # fmt: skip
    for _ in range(chance.randint(0, 3)):
        raw = chance.choice(ODD).encode("utf-8", "replace")
        noise = bytes(chance.randrange(256) for _ in range(chance.randint(0, 30)))
        found.append((chance.choice(odd), raw if chance.random() < 0.6 else noise))
    return found


def _body(chance: random.Random) -> bytes:
    kind = chance.random()
    if kind < 0.25:
        return b""
    if kind < 0.55:
        raw = bytearray(json.dumps(chance.choice(SEEDS)).encode())
        for _ in range(chance.randint(0, 4)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randint(0, 3)] = chance.choice(ODD).encode("utf-8", "replace")[:9]
        return bytes(raw)
    if kind < 0.75:
        value = json.loads(json.dumps(chance.choice(SEEDS)))
        return json.dumps(_mutated(chance, value)).encode()
    if kind < 0.85:
        return chance.choice(
            [
                b"[" * 50_000,
                b'{"a":' * 20_000,
                b'{"date":' + b"[" * 900 + b"]" * 900 + b"}",
                b'{"total":' + b"9" * 20_000 + b"}",
                b'{"total":1e99999}',
                b'{"total":NaN}',
                b'{"label":"\\ud800"}',
                b'{"label":"\\u0000"}',
                b"\xff\xfe\x00",
                b"\xef\xbb\xbf{}",
                b'{"label":"a","label":"b"}',
                b"null",
                b'"text"',
                b"0",
                b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
                b"a=%ff&b=%00&csrf_token=&" + b"c=1&" * 3000,
            ]
        )
    if kind < 0.855:
        return b"{" + b" " * 1_100_000 + b"}"
    return bytes(chance.randrange(256) for _ in range(chance.randint(1, 400)))


SEEDS: list[Any] = [
    *examples.CASES.values(),
    *examples.ANSWERS.values(),
    *examples.INTERACTIONS.values(),
    *examples.PERSON.values(),
    *examples.ENTRIES.values(),
    *examples.EVENTS.values(),
    *examples.VISITS.values(),
    {"text": "2 g leaf tea once", "subjects": 20, "until_h": 4},
    {"resourceType": "Bundle", "type": "collection",
     "entry": [{"resource": {"resourceType": "Patient", "id": "1", "birthDate": "1980-01-01"}},
               {"resource": {"resourceType": "MedicationStatement", "status": "active",
                             "subject": {"reference": "Patient/1"},
                             "medicationCodeableConcept": {"text": "kratom"}}}]},
    {"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
     "context": {"userId": "Practitioner/1", "patientId": "1"},
     "prefetch": {"patient": {"resourceType": "Patient", "id": "1"}, "medications": None}},
    {"feedback": [{"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "accepted",
                   "outcomeTimestamp": "2026-11-22T09:00:00Z"}]},
]  # fmt: skip


def _mutated(chance: random.Random, value: Any) -> Any:  # noqa: ANN401  # any JSON
    """The same shape with something else in some places."""
    if chance.random() < 0.12:
        return chance.choice([None, True, -1, 0, 10**30, 0.1, -1e308, "", "x" * 3000, [], {}, [[]],
                              *ODD[:8]])  # fmt: skip
    if isinstance(value, dict):
        found = {key: _mutated(chance, inner) for key, inner in value.items()}
        if chance.random() < 0.1:
            found[chance.choice(ODD)] = 1
        return found
    if isinstance(value, list):
        return [_mutated(chance, inner) for inner in value] * chance.choice([1, 1, 1, 0, 3])
    return value


if __name__ == "__main__":
    sys.exit(main())
