"""Sign-in at an identity provider, and every way in which its answer can be wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from tests.web.identity import CLIENT_ID, Identity, provide
from tests.web.service import TestClient, client_of

from speciosa.web.security.bearer import Bearer

API = "speciosa-api"


class Now:
    """The provider's tokens bear the wall clock's time, so the service looks at it too."""

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


@pytest.fixture
def identity() -> Iterator[Identity]:
    with provide() as running:
        yield running


@pytest.fixture
def clock() -> Now:
    return Now()


@pytest.fixture
def clinic(make_app: Callable[..., FastAPI], identity: Identity) -> FastAPI:
    return make_app(
        mode="clinic",
        database_url="sqlite://",
        oidc={
            "issuer": identity.url,
            "client_id": CLIENT_ID,
            "roles": {"staff": "clinician", "watch": "reader"},
            "api_audience": API,
        },
    )


@pytest.fixture
def browser_of(clinic: FastAPI) -> Iterator[TestClient]:
    client = client_of(clinic)
    client.follow_redirects = False
    with_cookies = client
    yield with_cookies
    client.close()


def begin(client: TestClient, target: str = "/people") -> str:
    answer = client.get("/sign-in/start", params={"next": target})
    assert answer.status_code == 302
    return str(answer.headers["location"])


def signed_in(client: TestClient) -> bool:
    return "__Host-speciosa" in client.cookies


def audited(app: FastAPI) -> list[tuple[str, str, str]]:
    log = app.state.services.store.audit_log(limit=50)
    return [(one.by, one.action, one.outcome) for one in log]


def test_somebody_with_a_role_gets_in(
    browser_of: TestClient, identity: Identity, clinic: FastAPI
) -> None:
    answer = browser_of.get(identity.authorize(begin(browser_of)))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/people"
    cookies = answer.headers.get_list("set-cookie")
    session = next(c for c in cookies if c.startswith("__Host-speciosa="))
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(session.split("; "))
    assert "Domain" not in session
    assert audited(clinic)[0] == ("doctor-7", "sign in", "ok")
    assert browser_of.get("/sign-in").status_code == 200


def test_what_the_browser_carried_before_is_no_session_afterwards(
    browser_of: TestClient, identity: Identity
) -> None:
    browser_of.get(identity.authorize(begin(browser_of)))
    first = browser_of.cookies["__Host-speciosa"]
    browser_of.get(identity.authorize(begin(browser_of)))
    second = browser_of.cookies["__Host-speciosa"]
    assert first != second
    browser_of.cookies.set("__Host-speciosa", first)
    assert browser_of.get("/audit").status_code == 303  # to the sign-in


def test_nobody_without_a_mapped_role_gets_in(
    browser_of: TestClient, identity: Identity, clinic: FastAPI
) -> None:
    for roles in (["gardener"], [], None, "Staff", {"staff": True}, [{"staff": 1}], 7):
        identity.roles = roles
        answer = browser_of.get(identity.authorize(begin(browser_of)))
        assert answer.status_code == 403
        assert not signed_in(browser_of)
    assert audited(clinic)[0] == ("doctor-7", "sign in", "no role")


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "somebody else's nonce"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "another audience for our party": {"aud": "another-client", "azp": CLIENT_ID},
    "another party": {"aud": [CLIENT_ID, "another"], "azp": "another"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": 1_600_000_000},
    "no end": {"exp": None},
    "no subject": {"sub": None},
    "not yet": {"nbf": 4_000_000_000},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_a_wrong_id_token_lets_nobody_in(
    browser_of: TestClient, identity: Identity, wrong: dict[str, Any], clinic: FastAPI
) -> None:
    identity.change = wrong
    answer = browser_of.get(identity.authorize(begin(browser_of)))
    assert answer.status_code == 403
    assert not signed_in(browser_of)
    assert audited(clinic)[0] == ("nobody", "sign in", "refused")


def test_a_wrong_signature_lets_nobody_in(browser_of: TestClient, identity: Identity) -> None:
    for algorithm, key in (("none", None), ("RS256", identity.stranger), ("HS256", None)):
        identity.algorithm, identity.sign_with = algorithm, key
        answer = browser_of.get(identity.authorize(begin(browser_of)))
        assert answer.status_code == 403, algorithm
        assert not signed_in(browser_of)


def test_a_wrong_state_lets_nobody_in(browser_of: TestClient, identity: Identity) -> None:
    back = identity.authorize(begin(browser_of))
    for wrong in (back + "x", back.partition("&state=")[0], back.partition("?")[0]):
        assert browser_of.get(wrong).status_code == 403
        assert not signed_in(browser_of)


def test_an_answer_serves_one_browser_once(
    browser_of: TestClient, identity: Identity, clinic: FastAPI
) -> None:
    back = identity.authorize(begin(browser_of))
    with client_of(clinic) as stranger:  # closes the store at its end, which is the last step
        stranger.follow_redirects = False
        begin(stranger)
        assert stranger.get(back).status_code == 403  # state of another browser
        assert browser_of.get(back).status_code == 303
        browser_of.cookies.clear()
        assert browser_of.get(back).status_code == 403


def test_a_code_of_somebody_else_is_no_use(browser_of: TestClient, identity: Identity) -> None:
    theirs = identity.authorize(begin(browser_of))
    browser_of.cookies.clear()
    ours = identity.authorize(begin(browser_of))
    code = theirs.partition("code=")[2].partition("&")[0]
    mixed = f"{ours.partition('?')[0]}?code={code}&state={ours.partition('&state=')[2]}"
    assert browser_of.get(mixed).status_code == 403  # the verifier is another
    assert not signed_in(browser_of)


def test_a_sign_in_cannot_wait_for_ever(
    make_app: Callable[..., FastAPI], browser_of: TestClient, clinic: FastAPI, identity: Identity
) -> None:
    back = identity.authorize(begin(browser_of))
    use = clinic.state.services
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)
    clinic.state.services = type(use)(
        settings=use.settings, store=use.store, knowledge=use.knowledge, now=lambda: later
    )
    assert browser_of.get(back).status_code == 403


def test_a_provider_that_calls_itself_otherwise_is_not_used(
    browser_of: TestClient, identity: Identity
) -> None:
    identity.issuer_said = "https://evil.example"
    assert browser_of.get("/sign-in/start").status_code == 403


def test_a_provider_that_is_away_is_said_in_words(
    make_app: Callable[..., FastAPI],
) -> None:
    app = make_app(
        mode="clinic",
        oidc={"issuer": "http://127.0.0.1:9", "client_id": "x", "roles": {"staff": "reader"}},
    )
    client = client_of(app)
    answer = client.get("/sign-in/start", follow_redirects=False)
    assert answer.status_code == 403
    assert "cannot be reached" in answer.text
    client.close()


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "", "/a\nb"]
)
def test_nobody_is_led_elsewhere(browser_of: TestClient, identity: Identity, target: str) -> None:
    answer = browser_of.get(identity.authorize(begin(browser_of, target)))
    assert answer.headers["location"] == "/"


# Bearer tokens at the API


@pytest.fixture
def principal_of(clinic: FastAPI, identity: Identity) -> Callable[[str], str]:
    checker = Bearer(clinic.state.services.settings.oidc)
    return lambda token: checker.principal_of(token, dt.datetime.now(dt.UTC)).id


def test_an_access_token_for_us_names_its_subject(
    principal_of: Callable[[str], str], identity: Identity
) -> None:
    assert principal_of(identity.token(aud=API)) == "doctor-7"
    assert principal_of(identity.token(aud=["other", API])) == "doctor-7"


WRONG_ACCESS: dict[str, dict[str, Any]] = {
    "an id token": {"aud": CLIENT_ID},
    "another audience": {"aud": "another-api"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": 1_600_000_000},
    "no end": {"exp": None},
    "not yet": {"nbf": 4_000_000_000},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a number as subject": {"sub": 7},
}


@pytest.mark.parametrize("wrong", WRONG_ACCESS.values(), ids=WRONG_ACCESS)
def test_a_wrong_access_token_names_nobody(
    principal_of: Callable[[str], str], identity: Identity, wrong: dict[str, Any]
) -> None:
    assert principal_of(identity.token(**({"aud": API} | wrong))) == ""


def test_a_wrongly_signed_access_token_names_nobody(
    principal_of: Callable[[str], str], identity: Identity
) -> None:
    good = identity.token(aud=API)
    head, body, signature = good.split(".")
    for algorithm, key in (("none", None), ("RS256", identity.stranger), ("HS256", None)):
        identity.algorithm, identity.sign_with = algorithm, key
        assert principal_of(identity.token(aud=API)) == "", algorithm
    for broken in (f"{head}.{body}.", f"{head}.{body}", f"{head}..{signature}", "", "a.b.c", "é"):
        assert principal_of(broken) == ""
    assert principal_of(good) == "doctor-7"


def test_unknown_keys_do_not_make_us_ask_the_provider_each_time(
    principal_of: Callable[[str], str], identity: Identity
) -> None:
    assert principal_of(identity.token(aud=API)) == "doctor-7"
    identity.sign_with = identity.stranger
    for _ in range(5):
        assert principal_of(identity.token(aud=API)) == ""
    assert identity.asked_keys == 1
