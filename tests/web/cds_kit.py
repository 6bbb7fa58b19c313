"""A make-believe EHR: its keys, its tokens, its patients and its calls."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import uuid
import warnings
from typing import Any

from benchmarks.web.card_rules import broken
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
ISS = "https://ehr.example"
FHIR = "https://ehr.example/fhir"
ORIGIN = "https://browser.ehr.example"
BASE = "http://127.0.0.1:8765"
PATHS = {
    hook: f"/cds-services/speciosa-{hook}"
    for hook in ("patient-view", "order-select", "order-sign")
}


@functools.cache
def ec_key(kid: str = "ec-1", crv: str = "P-384") -> ECKey:
    return ECKey.generate_key(crv, {"kid": kid})


@functools.cache
def rsa_key(kid: str = "rsa-1", bits: int = 2048) -> RSAKey:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a weak key is made to be refused
        return RSAKey.generate_key(bits, {"kid": kid})


def public(*keys: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def client(**given: Any) -> dict[str, Any]:
    """A registered client as settings say it."""
    return {
        "id": "ehr",
        "iss": ISS,
        "jwks": public(ec_key(), rsa_key()),
        "fhir_servers": [FHIR],
        "origins": [ORIGIN],
    } | given


def token(
    path: str,
    *,
    key: Any = None,
    alg: str = "ES384",
    now: dt.datetime = NOW,
    header: dict[str, Any] | None = None,
    base: str = BASE,
    drop: tuple[str, ...] = (),
    **claims: Any,
) -> str:
    """A token that is right in everything, but for what is given."""
    key = key or ec_key()
    said = {
        "iss": ISS,
        "aud": base + path,
        "exp": int(now.timestamp()) + 300,
        "iat": int(now.timestamp()),
        "jti": str(uuid.uuid4()),
    } | claims
    head = {"alg": alg, "typ": "JWT", "kid": key.kid} | (header or {})
    for name in drop:
        said.pop(name, None)
        head.pop(name, None)
    return jwt.encode(head, said, key, algorithms=[alg])


def bearer(path: str, **given: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(path, **given)}"}


# ------------------------------------------------------------------ records


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [{"resource": one, "search": {"mode": "match"}} for one in resources],
    }


def patient(id: str = "p1", **given: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": id,
        "gender": "female",
        "birthDate": "1990-04-02",
        "address": [{"state": "TX", "country": "US"}],
    } | given


def statement(text: str, *, of: str = "p1", id: str = "", **given: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "id": id or f"ms-{abs(hash(text)) % 10**6}",
        "status": "active",
        "subject": {"reference": f"Patient/{of}"},
        "medicationCodeableConcept": {"text": text},
        "effectiveDateTime": "2026-10-01",
    } | given


def draft(text: str, *, of: str = "p1", id: str = "order-1", **given: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{of}"},
        "medicationCodeableConcept": {"text": text},
    } | given


def score(code: str, value: int, date: str, *, of: str = "p1") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o-{code}-{date}",
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "survey",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": date,
        "valueQuantity": {"value": value, "unit": "{score}", "code": "{score}"},
    }


GAD7, ITEM9 = "70274-6", "44260-8"


def prefetch(**given: Any) -> dict[str, Any]:
    """Everything searched; kratom and quetiapine found."""
    return {
        "patient": patient(),
        "statements": bundle(statement("Red Maeng Da kratom powder", id="ms-kratom")),
        "requests": bundle(draft("quetiapine 25 mg", id="mr-1", status="active")),
        "conditions": None,
        "surveys": bundle(score(GAD7, 16, "2026-11-01"), score(GAD7, 9, "2026-06-01")),
        "laboratory": None,
        "responses": None,
    } | given


def call(hook: str, *drafts: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A well-formed call; ``prefetch`` and ``context`` can be given."""
    context: dict[str, Any] = {"userId": "Practitioner/d1", "patientId": "p1"}
    if hook != "patient-view":
        context["draftOrders"] = {
            "resourceType": "Bundle",
            "entry": [{"resource": copy.deepcopy(one)} for one in drafts],
        }
    if hook == "order-select":
        context["selections"] = [f"{one['resourceType']}/{one['id']}" for one in drafts[:1]]
    context |= given.pop("context", {})
    return {
        "hook": hook,
        "hookInstance": str(uuid.uuid4()),
        "context": context,
        "prefetch": prefetch(),
    } | given


class Ehr:
    """A record system: ``ehr("patient-view")`` gives the cards of a right call."""

    def __init__(self, http: Any) -> None:
        self.http = http

    def post(self, path: str, body: dict[str, Any], **given: Any) -> Any:
        return self.http.post(path, json=body, headers=bearer(path, **given))

    def __call__(self, hook: str, *drafts: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
        answer = self.post(PATHS[hook], call(hook, *drafts, **given))
        assert answer.status_code == 200, answer.text
        references = {f"{one['resourceType']}/{one['id']}" for one in drafts}
        assert broken(answer.json(), hook=hook, drafts=references) == []
        cards: list[dict[str, Any]] = answer.json()["cards"]
        return cards
