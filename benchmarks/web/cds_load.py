"""Many EHRs at once: how fast the CDS services answer, with real tokens and every card checked.

    python benchmarks/web/cds_load.py --clients 20 --rounds 5 --seconds 15

Starts the service on loopback with its own database, signs a token for every call (ES384 and
RS384 in turn), and lets each client call as soon as it has its answer. ``distinct``: every call is
about another patient, so that nothing is kept in memory for it. ``sequence``: each patient is
opened, an order is written, then signed. The load comes from this same machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import itertools
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.web.card_rules import broken

ISS = "https://ehr.example"
HOOKS = ("patient-view", "order-select", "order-sign")
FORMS = ("kratom powder", "Red Maeng Da kratom powder", "kratom leaf powder", "kratom tea")
TAKEN = ("sertraline", "quetiapine", "buspirone", "escitalopram", "propranolol", "omeprazole")
ORDERED = ("alprazolam", "oxycodone", "trazodone", "hydroxyzine", "pregabalin", "clarithromycin")
PLACES = ("TX", "CA", "NV", "NY", "FL", "OH", "TN", "MA")
MARK = "bounded sample"


class Call(NamedTuple):
    """A call as sent, and what its answer is checked against."""

    hook: str
    body: bytes
    drafts: set[str]


class Outcome(NamedTuple):
    """What came back."""

    seconds: float
    status: int
    answer: bytes
    call: Call


class Key(NamedTuple):
    """A key and how it signs."""

    key: ECKey | RSAKey
    algorithm: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--subjects", type=int, default=0, help="0: as the service sets it")
    chosen = parser.parse_args()
    keys = [
        Key(ECKey.generate_key("P-384", {"kid": "ec"}), "ES384"),
        Key(RSAKey.generate_key(2048, {"kid": "rsa"}), "RS384"),
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), keys, chosen.workers, chosen.subjects) as (base, service),
    ):
        asyncio.run(attack(base, keys, chosen, "distinct", 3.0))  # warm-up, not counted
        for mode in ("distinct", "sequence"):
            before = cpu_seconds(service)
            rounds = [
                asyncio.run(attack(base, keys, chosen, mode, chosen.seconds))
                for _ in range(chosen.rounds)
            ]
            report(mode, rounds, chosen, cpu_seconds(service) - before)


# ------------------------------------------------------------------ the service


@contextlib.contextmanager
def running(
    folder: Path, keys: list[Key], workers: int, subjects: int
) -> Iterator[tuple[str, int]]:
    """The service on a free port, as it would be started by hand."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    client = {
        "id": "ehr",
        "iss": ISS,
        "jwks": {"keys": [k.key.as_dict(private=False) for k in keys]},
    }
    cds: dict[str, Any] = {"clients": [client]} | ({"subjects": subjects} if subjects else {})
    environment = os.environ | {
        "SPECIOSA_DATABASE_URL": f"sqlite:///{folder / 'speciosa.db'}",
        "SPECIOSA_CDS": json.dumps(cds),
        "SPECIOSA_RATES": json.dumps({"cds": "1000000/second", "anybody": "1000000/second"}),
    }
    command = [
        sys.executable,
        "-m",
        "speciosa",
        "serve",
        "--port",
        str(port),
        "--workers",
        str(workers),
    ]
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            wait_for(base, service, folder / "log")
            yield base, service.pid
        finally:
            service.terminate()
            service.wait(timeout=30)


def wait_for(base: str, service: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if service.poll() is not None:
            raise SystemExit(log.read_text(encoding="utf-8"))
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{base}/cds-services").status_code == httpx.codes.OK:
                return
        time.sleep(0.1)
    raise SystemExit("the service did not start")


def cpu_seconds(service: int) -> float:
    """Processor time of the service and its workers so far; it does not depend on who else works.

    Reads /proc, so it is 0 on other systems than Linux.
    """
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            if service in (int(fields[1]), int(stat.parent.name)):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# ------------------------------------------------------------------ calls


def patient_of(draw: random.Random) -> dict[str, Any]:
    """A made-up patient with kratom in grams, other medicines, and GAD-7 twice, as prefetched."""
    id_ = str(uuid.UUID(int=draw.getrandbits(128)))
    subject = {"reference": f"Patient/{id_}"}
    kratom = {
        "resourceType": "MedicationStatement",
        "id": "kratom",
        "status": "active",
        "subject": subject,
        "medicationCodeableConcept": {"text": draw.choice(FORMS)},
        "effectivePeriod": {"start": f"202{draw.randint(1, 5)}-0{draw.randint(1, 9)}-11"},
        "dosage": [
            {
                "timing": {
                    "repeat": {"frequency": draw.randint(1, 5), "period": 1, "periodUnit": "d"}
                },
                "doseAndRate": [
                    {
                        "doseQuantity": {
                            "value": round(draw.uniform(0.5, 9.0), 2),
                            "unit": "g",
                            "system": "http://unitsofmeasure.org",
                            "code": "g",
                        }
                    }
                ],
            }
        ],
    }
    taken = [
        {
            "resourceType": "MedicationRequest",
            "id": f"mr-{number}",
            "status": "active",
            "intent": "order",
            "subject": subject,
            "medicationCodeableConcept": {"text": name},
        }
        for number, name in enumerate(draw.sample(TAKEN, draw.randint(1, 4)))
    ]
    scores = [
        {
            "resourceType": "Observation",
            "id": f"gad7-{date}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "70274-6"}]},
            "subject": subject,
            "effectiveDateTime": date,
            "valueQuantity": {"value": draw.randint(0, 21), "unit": "{score}", "code": "{score}"},
        }
        for date in ("2026-03-02", "2026-09-14")
    ]
    return {
        "patient": {
            "resourceType": "Patient",
            "id": id_,
            "gender": draw.choice(("male", "female")),
            "birthDate": f"{draw.randint(1950, 2003)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}",
            "address": [{"state": draw.choice(PLACES), "country": "US"}],
        },
        "statements": searched(kratom),
        "requests": searched(*taken),
        "conditions": None,
        "surveys": searched(*scores),
        "laboratory": None,
        "responses": None,
    }


def searched(*resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": one} for one in resources],
    }


def call_of(hook: str, prefetch: dict[str, Any], draw: random.Random) -> Call:
    id_ = prefetch["patient"]["id"]
    context: dict[str, Any] = {"userId": "Practitioner/d1", "patientId": id_}
    drafts = [
        {
            "resourceType": "MedicationRequest",
            "id": f"draft-{number}",
            "status": "draft",
            "intent": "order",
            "subject": {"reference": f"Patient/{id_}"},
            "medicationCodeableConcept": {"text": name},
        }
        for number, name in enumerate(draw.sample(ORDERED, 1 if hook == "order-select" else 2))
    ]
    if hook != "patient-view":
        context["draftOrders"] = searched(*drafts) | {"type": "collection"}
    if hook == "order-select":
        context["selections"] = ["MedicationRequest/draft-0"]
    body = {
        "hook": hook,
        "hookInstance": str(uuid.UUID(int=draw.getrandbits(128))),
        "context": context,
        "prefetch": prefetch,
    }
    return Call(hook, json.dumps(body).encode(), {f"MedicationRequest/{d['id']}" for d in drafts})


def calls(mode: str, draw: random.Random) -> Iterator[Call]:
    """Calls without end: every one about another patient, or three about each."""
    for hook in itertools.cycle(HOOKS):
        prefetch = patient_of(draw)
        if mode == "distinct":
            yield call_of(hook, prefetch, draw)
        else:
            yield from (call_of(one, prefetch, draw) for one in HOOKS)


def token(base: str, hook: str, key: Key) -> str:
    now = int(dt.datetime.now(dt.UTC).timestamp())
    claims = {
        "iss": ISS,
        "aud": f"{base}/cds-services/speciosa-{hook}",
        "exp": now + 300,
        "iat": now,
        "jti": str(uuid.uuid4()),
    }
    head = {"alg": key.algorithm, "typ": "JWT", "kid": key.key.kid}
    return jwt.encode(head, claims, key.key, algorithms=[key.algorithm])


# ------------------------------------------------------------------ the load


async def attack(
    base: str, keys: list[Key], chosen: argparse.Namespace, mode: str, seconds: float
) -> list[Outcome]:
    """All clients for some seconds; bodies and tokens are made before, so they cost nothing."""
    per_client = max(int(seconds * 12), 24)
    prepared = []
    for number in range(chosen.clients):
        draw = random.Random(f"{mode} {time.time_ns()} {number}")  # noqa: S311 - not a secret
        mine = list(itertools.islice(calls(mode, draw), per_client))
        signed = [token(base, c.hook, keys[i % len(keys)]) for i, c in enumerate(mine)]
        prepared.append(list(zip(mine, signed, strict=True)))
    end = time.perf_counter() + seconds
    results = await asyncio.gather(*(one_client(base, mine, end) for mine in prepared))
    return [outcome for held in results for outcome in held]


async def one_client(base: str, mine: list[tuple[Call, str]], end: float) -> list[Outcome]:
    found = []
    async with httpx.AsyncClient(base_url=base, timeout=60) as http:
        for call, signed in mine:
            if time.perf_counter() > end:
                break
            start = time.perf_counter()
            answer = await http.post(
                f"/cds-services/speciosa-{call.hook}",
                content=call.body,
                headers={"Authorization": f"Bearer {signed}", "Content-Type": "application/json"},
            )
            found.append(
                Outcome(time.perf_counter() - start, answer.status_code, answer.content, call)
            )
    return found


# ------------------------------------------------------------------ the report


def report(mode: str, rounds: list[list[Outcome]], chosen: argparse.Namespace, cpu: float) -> None:
    everything = [outcome for one in rounds for outcome in one]
    errors = Counter(o.status for o in everything if o.status != httpx.codes.OK)
    wrong = Counter(
        rule
        for o in everything
        if o.status == httpx.codes.OK
        for rule in broken(json.loads(o.answer), hook=o.call.hook, drafts=o.call.drafts)
    )
    simulated = sum(MARK.encode() in o.answer for o in everything)

    def median(figure: Callable[[list[Outcome]], float]) -> float:
        return statistics.median([figure(one) for one in rounds])

    def at(percent: int) -> float:
        return median(
            lambda one: statistics.quantiles([o.seconds for o in one], n=100)[percent - 1] * 1000
        )

    print(
        f"{mode:9} {chosen.clients} clients, {chosen.workers} workers, {len(rounds)} rounds of "
        f"{chosen.seconds:g} s: {median(len) / chosen.seconds:.1f} requests/s, "
        f"{cpu * 1000 / len(everything):.1f} ms of processor a call, "
        f"p50 {at(50):.0f} ms, p95 {at(95):.0f} ms, p99 {at(99):.0f} ms; {len(everything)} calls, "
        f"{simulated} with a simulation, errors {dict(errors) or 'none'}, "
        f"broken card rules {dict(wrong) or 'none'}"
    )
    for hook in HOOKS:
        held = [o.seconds * 1000 for o in everything if o.call.hook == hook]
        print(f"  {hook:13} p50 {statistics.median(held):.0f} ms, n {len(held)}")


if __name__ == "__main__":
    main()
