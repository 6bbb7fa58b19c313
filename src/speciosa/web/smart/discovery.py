"""What a FHIR server says about how to be authorized, checked before anything is believed."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import msgspec

from speciosa.fhir.shape import a_dict, a_list, text
from speciosa.web.registration.smart import is_safe
from speciosa.web.smart.problems import SmartError

# Its notes of every request would hold the ids of patients.
logging.getLogger("httpx").setLevel(logging.WARNING)

MAX_BYTES = 20_000_000


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Where to authorize and where to exchange a code; ``issuer`` may be "" (not stated)."""

    authorize: str
    token: str
    issuer: str = ""


def discover(client: httpx.Client, iss: str) -> Endpoints:
    """Read ``.well-known/smart-configuration``. Raises ``SmartError``."""
    found = get_json(client, f"{iss.rstrip('/')}/.well-known/smart-configuration", {})
    authorize = text(found.get("authorization_endpoint"))
    token = text(found.get("token_endpoint"))
    if not (is_safe(authorize) and is_safe(token)):
        raise SmartError("The server names no safe address for signing in.", 502)
    methods = a_list(found.get("code_challenge_methods_supported"))
    if "S256" not in methods:
        raise SmartError("The server does not support PKCE with S256, which is required.", 502)
    return Endpoints(authorize=authorize, token=token, issuer=text(found.get("issuer")))


def get_json(client: httpx.Client, url: str, headers: dict[str, str]) -> dict[str, Any]:
    """A JSON object from a URL, without following redirects. Raises ``SmartError``."""
    try:
        with client.stream("GET", url, headers=headers) as answer:
            if answer.status_code != httpx.codes.OK:
                raise SmartError(f"The server answered {answer.status_code}.", 502)
            return _object(_body(answer))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SmartError("The server could not be reached.", 502) from error


def post_json(
    client: httpx.Client,
    url: str,
    *,
    headers: dict[str, str],
    **content: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """A JSON object as the answer to a POST. Raises ``SmartError`` that quotes nothing."""
    try:
        with client.stream("POST", url, headers=headers, **content) as answer:
            if answer.status_code not in (httpx.codes.OK, httpx.codes.CREATED):
                raise SmartError(f"The server refused: it answered {answer.status_code}.", 502)
            return _object(_body(answer))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SmartError("The server could not be reached.", 502) from error


def _body(answer: httpx.Response) -> bytes:
    found = bytearray()
    for chunk in answer.iter_bytes():
        found += chunk
        if len(found) > MAX_BYTES:
            raise SmartError("The server's answer is too large.", 502)
    return bytes(found)


def _object(body: bytes) -> dict[str, Any]:
    try:
        return a_dict(json.loads(body))
    except (ValueError, RecursionError):
        raise SmartError("The server's answer is not JSON.", 502) from None
