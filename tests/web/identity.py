"""A small OpenID provider on loopback that can be told to answer wrongly."""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID = "speciosa"


class Identity:
    """What the provider knows and how it misbehaves; ``wrong`` is changed by tests."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key, self.stranger = _keys()
        self.roles: Any = ["staff"]
        self.change: dict[str, Any] = {}  # claims set (None: left out) in the next id tokens
        self.sign_with: Any = self.key
        self.algorithm = "RS256"
        self.issuer_said = url
        self.codes: dict[str, dict[str, str]] = {}
        self.asked_keys = 0

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.url,
            "sub": "doctor-7",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "name": "Dr Seven",
            "roles": self.roles,
            **more,
        }

    def token(self, **change: Any) -> str:
        """A signed token; a claim set to None is left out."""
        claims = {k: v for k, v in self.claims(**(self.change | change)).items() if v is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm == "none":
            return f"{_b64(header)}.{_b64(claims)}."
        if self.algorithm == "HS256":  # the public key taken for a shared secret
            signed = f"{_b64(header)}.{_b64(claims)}"
            digest = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
        return jwt.encode(header, claims, self.sign_with, algorithms=[self.algorithm])

    def authorize(self, url: str) -> str:
        """What the person's browser is sent back to after signing in there."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["nonce"]) >= 20
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        token = self.token(**{"nonce": asked["nonce"], **self.change})
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@functools.lru_cache(maxsize=1)
def _keys() -> tuple[RSAKey, RSAKey]:
    """The provider's key and a stranger's under the same name; making them is slow."""
    one, two = (
        RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, auto_kid=False) for _ in range(2)
    )
    return one, two


def _b64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@contextlib.contextmanager
def provide() -> Iterator[Identity]:
    """Run the provider."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                self._say(
                    200,
                    {
                        "issuer": identity.issuer_said,
                        "authorization_endpoint": identity.url + "/authorize",
                        "token_endpoint": identity.url + "/token",
                        "jwks_uri": identity.url + "/keys",
                        # Such a list must not widen what is accepted.
                        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                    },
                )
            elif self.path == "/keys":
                identity.asked_keys += 1
                self._say(200, KeySet([identity.key]).as_dict(private=False))
            else:
                self._say(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._say(*identity.exchange({k: v[0] for k, v in parse_qs(body).items()}))

        def _say(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    identity = Identity(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield identity
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
