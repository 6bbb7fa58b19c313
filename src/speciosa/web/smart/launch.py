"""Authorization code with PKCE: out to the EHR's sign-in, and back with a token."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from speciosa.fhir.shape import number, text
from speciosa.store import External
from speciosa.web.settings import secret
from speciosa.web.smart import vault
from speciosa.web.smart.discovery import Endpoints, discover, post_json
from speciosa.web.smart.problems import SmartError

if TYPE_CHECKING:
    from speciosa.store import Store
    from speciosa.web.registration.smart import SmartIssuer, SmartSettings

ATTEMPT_MINUTES = 10
_PATIENT = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MOST_LAUNCH = 2_000


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A launch under way; kept encrypted until the browser comes back, for one use."""

    iss: str
    endpoints: Endpoints
    verifier: str
    by: str


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to read (and perhaps write) one patient's record until ``expires``.

    It holds the token, so it is kept encrypted only, and shown and logged nowhere.
    """

    iss: str
    token: str
    patient: str
    scope: str
    by: str
    expires: dt.datetime

    @property
    def external(self) -> External:
        """The patient as this service knows patients of that server, with or without a slash."""
        return External(system=self.iss.rstrip("/"), value=self.patient)

    @property
    def trace(self) -> str:
        """What the audit log says of a patient who is not known here; docs/security.md says how."""
        of = f"{self.external.system}\n{self.patient}"
        return hashlib.sha256(of.encode()).hexdigest()[:32]

    def __repr__(self) -> str:
        """Without the token and the patient."""
        return f"Connection(iss={self.iss!r})"


def begin(
    issuer: SmartIssuer,
    client: httpx.Client,
    store: Store,
    *,
    launch: str,
    session: str,
    by: str,
    back_to: str,
    now: dt.datetime,
) -> str:
    """The address at which the browser signs in. ``launch`` is "" for a standalone launch.

    Raises ``SmartError``.
    """
    if len(launch) > _MOST_LAUNCH:
        raise SmartError("The launch cannot be read.")
    endpoints = discover(client, issuer.iss)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    attempt = Attempt(iss=issuer.iss, endpoints=endpoints, verifier=verifier, by=by)
    expires = now + dt.timedelta(minutes=ATTEMPT_MINUTES)
    vault.seal(store, _name(state), session, msgspec.json.encode(attempt), expires=expires)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    asked = {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": back_to,
        "scope": issuer.scopes(from_ehr=bool(launch)),
        "state": state,
        "aud": issuer.iss,
        "code_challenge": challenge.decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    if launch:
        asked["launch"] = launch
    mark = "&" if urlsplit(endpoints.authorize).query else "?"
    return f"{endpoints.authorize}{mark}{urlencode(asked)}"


def attempt_of(
    store: Store, *, state: str, session: str, by: str, stated_iss: str, now: dt.datetime
) -> Attempt:
    """The launch that this answer belongs to; it can be taken once. Raises ``SmartError``.

    ``stated_iss`` is what the answer itself says about its sender (RFC 9207), or "".
    """
    body = vault.unseal(store, _name(state), session, now) if state else None
    # Two answers at the same moment: one of them is the first, in every worker.
    if body is None or not store.first_use("smart-state", _name(state), now + _SHORT):
        raise SmartError("No launch is under way in this browser for this answer. Start again.")
    vault.drop(store, _name(state))
    attempt = msgspec.json.decode(body, type=Attempt)
    if attempt.by != by:
        raise SmartError("The launch was begun by somebody else. Start again.")
    known = {attempt.endpoints.issuer, attempt.iss} - {""}
    if stated_iss and stated_iss.rstrip("/") not in {one.rstrip("/") for one in known}:
        raise SmartError("The answer comes from another server than the one asked. Start again.")
    return attempt


_SHORT = dt.timedelta(minutes=2 * ATTEMPT_MINUTES)


def exchange(
    issuer: SmartIssuer,
    attempt: Attempt,
    client: httpx.Client,
    *,
    code: str,
    back_to: str,
    now: dt.datetime,
    settings: SmartSettings,
) -> Connection:
    """Change the code for a token. Raises ``SmartError``."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back_to,
        "code_verifier": attempt.verifier,
    }
    password = secret(issuer.client_secret_file)
    content: dict[str, object] = {"data": form}
    if password:
        content["auth"] = httpx.BasicAuth(issuer.client_id, password)
    else:
        form["client_id"] = issuer.client_id
    headers = {"Accept": "application/json"}
    answer = post_json(client, attempt.endpoints.token, headers=headers, **content)
    token, patient = text(answer.get("access_token")), text(answer.get("patient"))
    if not token or text(answer.get("token_type")).casefold() != "bearer":
        raise SmartError("The server gave no bearer token.", 502)
    if not _PATIENT.fullmatch(patient):
        raise SmartError("The server named no patient: choose one in the EHR and start again.")
    lasts = number(answer.get("expires_in"))
    seconds = min(max(lasts if lasts is not None else 300.0, 0.0), settings.minutes * 60.0)
    return Connection(
        iss=issuer.iss,
        token=token,
        patient=patient,
        # A server that names no scope granted what was asked for (RFC 6749).
        scope=text(answer.get("scope"))[:2000] or issuer.scopes(from_ehr=True),
        by=attempt.by,
        expires=now + dt.timedelta(seconds=seconds),
    )


def _name(state: str) -> str:
    return f"attempt:{state}"
