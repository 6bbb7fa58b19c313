"""The token of an EHR: right in everything, and then wrong in one thing after the other."""

import base64
import datetime as dt
import hmac
import json

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from pydantic import ValidationError
from tests.web import cds_kit as kit

from speciosa.web.cds.jwt import TokenError, bearer, verify
from speciosa.web.cds.keys import KEEP, REST, KeyCache
from speciosa.web.registration.cds import CdsClient, CdsSettings

PATH = kit.PATHS["patient-view"]
URL = kit.BASE + PATH


def _verify(token, *, clients=None, now=kit.NOW, audience=URL, keys=None):
    held = [CdsClient(**kit.client())] if clients is None else clients
    return verify(
        token, audience=audience, clients=held, now=now, keys=keys or KeyCache(now=lambda: now)
    )


def _refused(token, reason, **given):
    with pytest.raises(TokenError) as error:
        _verify(token, **given)
    assert reason in error.value.reason
    return error.value


def _at(**by):
    return int((kit.NOW + dt.timedelta(**by)).timestamp())


@pytest.mark.parametrize(("key", "alg"), [(kit.ec_key, "ES384"), (kit.rsa_key, "RS384")])
def test_a_right_token_names_its_client(key, alg):
    found = _verify(kit.token(PATH, key=key(), alg=alg, jti="once"))
    assert (found.client.id, found.jti) == ("ehr", "once")
    assert found.remember_until == kit.NOW + dt.timedelta(seconds=360)


def test_the_audience_can_be_one_of_several():
    assert _verify(kit.token(PATH, aud=["https://elsewhere.example", URL])).jti


WRONG_CLAIMS = {
    "other issuer": ({"iss": "https://other.example"}, "iss"),
    "issuer no text": ({"iss": 7}, "iss"),
    "other endpoint": ({"aud": kit.BASE + kit.PATHS["order-sign"]}, "aud"),
    "discovery": ({"aud": kit.BASE + "/cds-services"}, "aud"),
    "feedback": ({"aud": URL + "/feedback"}, "aud"),
    "audience with a slash": ({"aud": URL + "/"}, "aud"),
    "audience as part": ({"aud": [URL + "x"]}, "aud"),
    "audience no text": ({"aud": {"url": URL}}, "aud"),
    "expired": ({"iat": _at(minutes=-10), "exp": _at(seconds=-61)}, "expired"),
    "made in the future": ({"iat": _at(seconds=90), "exp": _at(minutes=5)}, "iat"),
    "lives too long": ({"exp": _at(seconds=3601)}, "lifetime"),
    "ends before it begins": ({"iat": _at(seconds=20), "exp": _at(seconds=10)}, "lifetime"),
    "times as text": ({"exp": str(_at(minutes=5))}, "time"),
    "times as truth": ({"iat": True}, "time"),
    "time out of range": ({"exp": 10**300}, "time"),
    "not yet valid": ({"nbf": _at(minutes=3)}, "nbf"),
    "empty jti": ({"jti": ""}, "jti"),
    "jti no text": ({"jti": 7}, "jti"),
    "endless jti": ({"jti": "x" * 600}, "jti"),
    "tenant not registered": ({"tenant": "ward"}, "tenant"),
}


@pytest.mark.parametrize("name", WRONG_CLAIMS)
def test_one_wrong_claim_is_refused(name):
    claims, reason = WRONG_CLAIMS[name]
    _refused(kit.token(PATH, **claims), reason)


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "jti", "kid"])
def test_nothing_required_may_lack(name):
    _refused(kit.token(PATH, drop=(name,)), {"exp": "time", "iat": "time"}.get(name, name))


def test_within_the_leeway_a_token_has_not_expired():
    assert _verify(kit.token(PATH, iat=_at(minutes=-5), exp=_at(seconds=-59))).jti


def test_tenants_are_those_registered():
    clients = [CdsClient(**kit.client(tenants=["north"]))]
    assert _verify(kit.token(PATH, tenant="north"), clients=clients).tenant == "north"
    _refused(kit.token(PATH, tenant="south"), "tenant", clients=clients)
    _refused(kit.token(PATH), "tenant", clients=clients)


def test_jku_is_the_registered_one_or_refused():
    url = "https://ehr.example/jwks.json"
    clients = [CdsClient(**kit.client(jku=url))]
    assert _verify(kit.token(PATH, header={"jku": url}), clients=clients).jti
    _refused(kit.token(PATH, header={"jku": "https://evil.example"}), "jku", clients=clients)
    _refused(kit.token(PATH, header={"jku": url}), "jku")


def test_a_token_never_chooses_an_address_to_be_read():
    asked = []

    def read(url):
        asked.append(url)
        return json.dumps(kit.public(kit.ec_key())).encode()

    client = CdsClient(
        **kit.client(jwks={}, jwks_url="https://ehr.example/keys", jku="https://j.example")
    )
    keys = KeyCache(now=lambda: kit.NOW, read=read)
    assert _verify(
        kit.token(PATH, header={"jku": "https://j.example"}), clients=[client], keys=keys
    ).jti
    _refused(
        kit.token(PATH, header={"jku": "https://evil.example"}), "jku", clients=[client], keys=keys
    )
    assert asked == ["https://ehr.example/keys"]


def _part(held):
    raw = held if isinstance(held, bytes) else json.dumps(held).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _by_hand(header, sign=lambda signed: b""):
    """A token that no library would make."""
    claims = {"iss": kit.ISS, "aud": URL, "exp": _at(minutes=5), "iat": _at(), "jti": "x"}
    signed = f"{_part({'typ': 'JWT', 'kid': 'ec-1'} | header)}.{_part(claims)}"
    return f"{signed}.{_part(sign(signed.encode()))}"


def _by_rsa(key):
    return lambda signed: key.private_key.sign(signed, padding.PKCS1v15(), hashes.SHA384())


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", None, "ES384"])
def test_no_signature_is_no_signature(alg):
    with pytest.raises(TokenError):
        _verify(_by_hand({"alg": alg}))


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("form", ["pem", "der"])
def test_a_public_key_is_no_secret(alg, form):
    key = kit.rsa_key()
    secret = key.as_pem(private=False) if form == "pem" else key.as_der(private=False)
    token = _by_hand(
        {"alg": alg, "kid": "rsa-1"},
        lambda signed: hmac.digest(secret, signed, f"sha{alg[2:]}"),
    )
    _refused(token, "alg")


def test_the_key_of_another_client_is_refused():
    other = kit.ec_key("ec-other")
    clients = [
        CdsClient(**kit.client()),
        CdsClient(**kit.client(id="other", iss="https://other.example", jwks=kit.public(other))),
    ]
    _refused(kit.token(PATH, key=other), "kid", clients=clients)
    _refused(kit.token(PATH, key=other, header={"kid": "ec-1"}), "signature", clients=clients)
    assert (
        _verify(kit.token(PATH, key=other, iss="https://other.example"), clients=clients).client.id
        == "other"
    )


def test_the_algorithm_is_that_of_the_key():
    _refused(kit.token(PATH, header={"kid": "rsa-1"}), "signature")
    _refused(kit.token(PATH, key=kit.rsa_key(), alg="RS384", header={"kid": "ec-1"}), "signature")
    _refused(kit.token(PATH, key=kit.rsa_key(), alg="RS256"), "alg")
    strong, weak = kit.rsa_key(), kit.rsa_key("weak", 1024)
    assert _verify(_by_hand({"alg": "RS384", "kid": "rsa-1"}, _by_rsa(strong))).jti
    _refused(
        _by_hand({"alg": "RS384", "kid": "weak"}, _by_rsa(weak)),
        "signature",
        clients=[CdsClient(**kit.client(jwks=kit.public(weak)))],
    )


def test_a_key_for_encryption_signs_nothing():
    held = kit.public(kit.ec_key())
    held["keys"][0]["use"] = "enc"
    _refused(kit.token(PATH), "signature", clients=[CdsClient(**kit.client(jwks=held))])


def test_a_changed_token_is_refused():
    head, claims, signature = kit.token(PATH).split(".")
    held = json.loads(base64.urlsafe_b64decode(claims + "=="))
    forged = (
        base64.urlsafe_b64encode(json.dumps(held | {"jti": "new"}).encode()).rstrip(b"=").decode()
    )
    _refused(f"{head}.{forged}.{signature}", "signature")
    _refused(f"{head}.{claims}.{signature[:-8]}AAAAAAAA", "signature")


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "....", "é.é.é", "e30.e30.", "bnVsbA.bnVsbA.bnVsbA"]
)
def test_what_is_no_token_is_refused(token):
    with pytest.raises(TokenError):
        _verify(token)


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"]}, {"b64": True}, {"typ": "JWS"}, {"typ": None}]
)
def test_extensions_and_other_types_are_refused(header):
    right = {"alg": "RS384", "kid": "rsa-1"}
    _refused(_by_hand(right | header, _by_rsa(kit.rsa_key())), "")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer " + "x" * 9000]
)
def test_the_header_holds_one_bearer_token(header):
    with pytest.raises(TokenError):
        bearer(header)
    assert bearer("bearer abc") == "abc"


# ------------------------------------------------------------------ keys


class _Server:
    """A key server that can change its keys, fail, and count."""

    def __init__(self, *keys):
        self.keys, self.asked, self.fails = keys, 0, False

    def __call__(self, url):
        self.asked += 1
        if self.fails:
            raise httpx.ConnectError("down")
        return json.dumps(kit.public(*self.keys)).encode()


@pytest.fixture
def remote():
    return CdsClient(**kit.client(jwks={}, jwks_url="https://ehr.example/keys"))


def test_keys_are_read_once_and_again_for_an_unknown_kid(remote):
    moment = [kit.NOW]
    server = _Server(kit.ec_key())
    keys = KeyCache(now=lambda: moment[0], read=server)
    assert keys(remote, "ec-1")
    assert keys(remote, "ec-1")
    assert server.asked == 1
    assert not keys(remote, "ec-2")  # just read: a flood of unknown kids costs nothing
    assert server.asked == 1
    moment[0] += REST + dt.timedelta(seconds=1)
    server.keys = (kit.ec_key(), kit.ec_key("ec-2"))
    assert keys(remote, "ec-2")
    assert server.asked == 2
    assert not keys(remote, "ec-3")
    assert server.asked == 2


def test_a_withdrawn_key_ends_with_the_hour(remote):
    moment = [kit.NOW]
    server = _Server(kit.ec_key())
    keys = KeyCache(now=lambda: moment[0], read=server)
    assert keys(remote, "ec-1")
    server.keys = ()
    moment[0] += KEEP + dt.timedelta(seconds=1)
    assert not keys(remote, "ec-1")


def test_a_key_server_that_is_down_refuses_and_recovers(remote):
    moment = [kit.NOW]
    server = _Server(kit.ec_key())
    server.fails = True
    keys = KeyCache(now=lambda: moment[0], read=server)
    assert not keys(remote, "ec-1")
    server.fails = False
    assert keys(remote, "ec-1")


@pytest.mark.parametrize(
    "document", [b"", b"{", b"[]", b'{"keys": 3}', b'{"keys": [1, null]}', b"[" * 90000]
)
def test_a_broken_key_set_refuses(remote, document):
    keys = KeyCache(now=lambda: kit.NOW, read=lambda url: document)
    assert not keys(remote, "ec-1")


# ------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    "given",
    [
        {"jwks_url": "https://ehr.example/keys"},
        {"jwks": {}},
        {"jwks": {}, "jwks_url": "http://ehr.example/keys"},
        {"fhir_servers": ["http://ehr.example/fhir"]},
        {"algorithms": ["HS256"]},
        {"algorithms": ["none"]},
        {"id": "a b"},
        {"surprise": 1},
    ],
)
def test_a_wrong_registration_stops_the_start(given):
    with pytest.raises(ValidationError):
        CdsClient(**kit.client(**given))


def test_an_issuer_belongs_to_one_client():
    with pytest.raises(ValidationError, match="share"):
        CdsSettings(clients=(CdsClient(**kit.client()), CdsClient(**kit.client(id="two"))))


def test_nothing_is_open_unless_it_is_said():
    assert CdsSettings().open_demo is False
    assert CdsSettings().all_origins == frozenset()
