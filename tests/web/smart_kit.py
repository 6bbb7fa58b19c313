"""A small FHIR server with SMART authorization, in memory, that can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

ISS = "https://ehr.example/fhir"
TOKEN = "token-that-nobody-may-see"  # noqa: S105
PATIENT = "pat-1"


class Ehr:
    """Answers like an EHR; ``asked`` holds every request, ``written`` what was created."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.written: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, str] = {}
        self.given = 0
        self.expires_in: object = 3600
        self.token: dict[str, Any] = {}
        self.methods: list[str] = ["S256"]
        self.next_link = ""
        self.lose_answer = False
        self.refuses: set[str] = set()
        me = {"reference": f"Patient/{PATIENT}"}
        self.resources: list[dict[str, Any]] = [
            {
                "resourceType": "Patient",
                "id": PATIENT,
                "birthDate": "1985-03-02",
                "gender": "female",
            },
            *(
                {
                    "resourceType": "MedicationStatement",
                    "id": f"m{i}",
                    "status": "active",
                    "subject": me,
                    "medicationCodeableConcept": {"text": name},
                }
                for i, name in enumerate(("sertraline", "kratom capsules"))
            ),
        ]

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def sign_in(self, address: str) -> dict[str, str]:
        """What the browser brings back after the user agreed at that address."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        assert asked["aud"] == ISS
        self.given += 1
        code = f"code-{self.given}"
        self.codes[code] = asked["code_challenge"]
        return {"code": code, "state": asked["state"]}

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path
        if request.url.host != "ehr.example":
            return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset"})
        if path == "/fhir/.well-known/smart-configuration":
            return httpx.Response(
                200,
                json={
                    "issuer": ISS,
                    "authorization_endpoint": "https://ehr.example/authorize",
                    "token_endpoint": "https://ehr.example/token",
                    "code_challenge_methods_supported": self.methods,
                },
            )
        if path == "/token":
            return self._token(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401)
        if request.method == "POST":
            return self._write(request)
        return self._read(request, path.removeprefix("/fhir/"))

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {key: values[0] for key, values in parse_qs(request.content.decode()).items()}
        challenge = self.codes.pop(form.get("code", ""), "")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not challenge or base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
            return httpx.Response(400, json={"error": "invalid_grant"})
        given = {
            "access_token": TOKEN,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": "patient/*.rs patient/*.c",
            "patient": PATIENT,
        }
        return httpx.Response(200, json=given | self.token)

    def _read(self, request: httpx.Request, path: str) -> httpx.Response:
        kind, _, id_ = path.partition("/")
        if kind in self.refuses:
            return httpx.Response(403)
        found = [r for r in self.resources if r["resourceType"] == kind]
        if id_:
            return httpx.Response(200, json=next(r for r in found if r["id"] == id_))
        assert request.url.params["patient"] == PATIENT
        page = int(request.url.params.get("page", "0"))
        bundle: dict[str, Any] = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": r} for r in found[page : page + 1]],
        }
        if page + 1 < len(found):
            following = f"{ISS}/{kind}?patient={PATIENT}&page={page + 1}"
            bundle["link"] = [{"relation": "next", "url": self.next_link or following}]
        return httpx.Response(200, json=bundle)

    def _write(self, request: httpx.Request) -> httpx.Response:
        given = json.loads(request.content)
        made = []
        for entry in given["entry"]:
            key = entry["request"]["ifNoneExist"]
            status = "200 OK" if key in self.written else "201 Created"
            self.written.setdefault(key, entry["resource"])
            made.append({"response": {"status": status, "location": entry["request"]["url"]}})
        if self.lose_answer:
            raise httpx.ReadTimeout("lost")
        answer = {"resourceType": "Bundle", "type": "transaction-response", "entry": made}
        return httpx.Response(200, json=answer)
