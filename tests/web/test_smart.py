"""SMART App Launch: from the EHR and from here, each attack refused, written back once."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from tests.web.service import Clock, TestClient, client_of, serve
from tests.web.smart_kit import ISS, PATIENT, TOKEN, Ehr

from speciosa.assessment import assess
from speciosa.case import parse_case
from speciosa.report import json as report_json
from speciosa.store import Kind
from speciosa.web.registration.smart import SmartIssuer, SmartSettings
from speciosa.web.smart.back import may_create

ISSUER = {"name": "Town hospital", "iss": ISS, "client_id": "speciosa", "may_write": True}


@pytest.fixture
def ehr() -> Ehr:
    return Ehr()


@pytest.fixture
def app(make_app: Callable[..., FastAPI], ehr: Ehr) -> Iterator[FastAPI]:
    made = make_app(smart={"issuers": [ISSUER]})
    made.state.smart_transport = ehr.transport
    yield made


def begun(client: TestClient, ehr: Ehr, launch: str = "xyz") -> dict[str, str]:
    answer = client.get(
        "/smart/launch", params={"iss": ISS, "launch": launch}, follow_redirects=False
    )
    assert answer.status_code == 302, answer.text
    return ehr.sign_in(answer.headers["location"])


def back(client: TestClient, answer: dict[str, str]) -> Any:
    return client.get("/smart/callback", params=answer, follow_redirects=False)


def connected(client: TestClient, ehr: Ehr) -> str:
    answer = back(client, begun(client, ehr))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def taken(client: TestClient, record: str, label: str = "A-17") -> Any:
    return client.post(
        f"{record}/take",
        data={"csrf_token": client.csrf, "label": label},
        follow_redirects=False,
    )


# ------------------------------------------------------------------ the way through


def test_a_launch_from_the_ehr_becomes_a_draft(client: TestClient, ehr: Ehr, app: FastAPI) -> None:
    record = connected(client, ehr)
    page = client.get(record)
    assert page.status_code == 200
    assert "sertraline" in page.text
    assert "kratom" in page.text
    assert PATIENT not in page.text
    assert taken(client, record, label="").status_code == 422
    answer = taken(client, record)
    assert answer.status_code == 303
    store = app.state.services.store
    draft = store.version(answer.headers["location"].rpartition("/")[2])
    case = json.loads(draft.body)["base"]
    assert [m["name"] for m in case["medicines"]] == ["sertraline"]
    assert case["kratom"]["status"] == "using"
    assert case["date"] == "2026-11-22"
    person = store.by_external(ISS, PATIENT)
    assert person.label == "A-17"
    # A second post finds the draft that is there.
    assert taken(client, record).headers["location"] == answer.headers["location"]
    assert len(store.latest(person.id, Kind.DRAFT)) == 1
    assert "A-17" in client.get(connected(client, ehr)).text


def test_item_nine_in_the_record_shows_the_crisis_route_first(client: TestClient, ehr: Ehr) -> None:
    ehr.resources.append(
        {
            "resourceType": "Observation",
            "id": "o",
            "status": "final",
            "subject": {"reference": f"Patient/{PATIENT}"},
            "code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]},
            "effectiveDateTime": "2026-11-01",
            "valueInteger": 2,
        }
    )
    page = client.get(connected(client, ehr)).text
    assert 'id="crisis"' in page
    assert page.index('id="crisis"') < page.index("Take it into the case form")
    assert "Ask about suicidal thoughts now" in page


def test_a_standalone_launch_leaves_by_a_link(client: TestClient, ehr: Ehr) -> None:
    assert "Town hospital" in client.get("/smart").text
    page = client.post("/smart/start", data={"csrf_token": client.csrf, "iss": ISS})
    found = re.search(r'href="(https://ehr\.example/authorize[^"]+)"', page.text)
    assert found is not None
    address = found[1].replace("&amp;", "&")
    assert "launch%2Fpatient" in address
    assert "launch=" not in address
    assert back(client, ehr.sign_in(address)).status_code == 303


def test_a_confidential_client_sends_its_secret_to_the_token_endpoint_alone(
    make_app: Callable[..., FastAPI], tmp_path: Path, ehr: Ehr
) -> None:
    (tmp_path / "secret").write_text("s3cret")
    app = make_app(smart={"issuers": [{**ISSUER, "client_secret_file": str(tmp_path / "secret")}]})
    app.state.smart_transport = ehr.transport
    with client_of(app, "clinician") as client:
        client.get(connected(client, ehr))
    secret = [r for r in ehr.asked if r.headers.get("authorization", "").startswith("Basic ")]
    assert [r.url.path for r in secret] == ["/token"]


# ------------------------------------------------------------------ attacks


def test_only_registered_servers(client: TestClient, ehr: Ehr) -> None:
    for iss in ("https://evil.example/fhir", "", ISS + ".evil.example", "http://ehr.example/fhir"):
        answer = client.get("/smart/launch", params={"iss": iss, "launch": "x"})
        assert answer.status_code == 403
    answer = client.post(
        "/smart/start", data={"csrf_token": client.csrf, "iss": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert ehr.asked == []


def test_a_wrong_state_is_refused(client: TestClient, ehr: Ehr) -> None:
    answer = begun(client, ehr)
    for state in ("", "x", answer["state"] + "x", "attempt:" + answer["state"]):
        assert back(client, {**answer, "state": state}).status_code == 400
    assert not [r for r in ehr.asked if r.url.path == "/token"]


def test_the_state_of_another_session_is_refused(
    client: TestClient, client_as: Callable[..., TestClient], ehr: Ehr
) -> None:
    answer = begun(client, ehr)
    other = client_as("clinician", id="someone")  # the same user in another browser
    assert back(other, answer).status_code == 400
    assert back(client, answer).status_code == 303


def test_an_answer_serves_once(client: TestClient, ehr: Ehr) -> None:
    answer = begun(client, ehr)
    assert back(client, answer).status_code == 303
    assert back(client, answer).status_code == 400
    assert len([r for r in ehr.asked if r.url.path == "/token"]) == 1


def test_a_replayed_code_is_refused_by_the_server_and_said(client: TestClient, ehr: Ehr) -> None:
    first = begun(client, ehr)
    back(client, first)
    second = begun(client, ehr)
    assert back(client, {**second, "code": first["code"]}).status_code == 502


def test_an_injected_code_fails_by_the_verifier(client: TestClient, ehr: Ehr) -> None:
    mine, theirs = begun(client, ehr), begun(client, ehr)
    assert back(client, {**mine, "code": theirs["code"]}).status_code == 502


def test_an_answer_from_another_issuer_is_refused(client: TestClient, ehr: Ehr) -> None:
    answer = begun(client, ehr)
    assert back(client, {**answer, "iss": "https://evil.example"}).status_code == 400
    again = begun(client, ehr)
    assert back(client, {**again, "iss": ISS + "/"}).status_code == 303


def test_an_old_answer_is_refused(client: TestClient, ehr: Ehr, clock: Clock) -> None:
    answer = begun(client, ehr)
    clock.move(minutes=11)
    assert back(client, answer).status_code == 400


def test_a_refusal_by_the_user_is_said(client: TestClient, ehr: Ehr) -> None:
    answer = begun(client, ehr)
    refused = back(client, {"state": answer["state"], "error": "access_denied"})
    assert refused.status_code == 400
    assert "did not allow" in refused.text


def test_a_server_without_pkce_or_with_unsafe_addresses_is_refused(
    client: TestClient, ehr: Ehr
) -> None:
    ehr.methods = ["plain"]
    answer = client.get("/smart/launch", params={"iss": ISS, "launch": "x"})
    assert answer.status_code == 502


def test_an_incomplete_token_is_refused(client: TestClient, ehr: Ehr) -> None:
    for token in (
        {"patient": ""},
        {"patient": "../Patient/2"},
        {"patient": "a?b"},
        {"token_type": "mac"},
        {"access_token": ""},
        {"access_token": None},
    ):
        ehr.token = token
        assert back(client, begun(client, ehr)).status_code in {400, 502}, token


def test_the_token_never_follows_a_link_elsewhere(client: TestClient, ehr: Ehr) -> None:
    for link in (
        "https://evil.example/fhir/MedicationStatement?page=1",
        "http://ehr.example/fhir/MedicationStatement?page=1",
        "https://ehr.example:444/fhir/MedicationStatement?page=1",
        "https://ehr.example/other/MedicationStatement",
        "https://ehr.example/fhir/../other",
        "https://ehr.example/fhir/%2e%2e/other",
        "https://ehr.example@evil.example/fhir/x",
        "//evil.example/fhir/x",
    ):
        ehr.next_link = link
        page = client.get(connected(client, ehr))
        assert "not all of it was read" in page.text, link
        assert all(r.url.host == "ehr.example" and r.url.scheme == "https" for r in ehr.asked)
        assert all(r.url.path.startswith(("/fhir/", "/token")) for r in ehr.asked)
        assert not [r for r in ehr.asked if "other" in r.url.path]


def test_pages_that_never_end_are_cut(client: TestClient, ehr: Ehr) -> None:
    ehr.next_link = f"{ISS}/MedicationStatement?patient={PATIENT}"
    page = client.get(connected(client, ehr))
    assert "not all of it was read" in page.text
    assert len(ehr.asked) < 60


def test_what_may_not_be_read_is_unknown_and_not_absent(client: TestClient, ehr: Ehr) -> None:
    ehr.refuses = {"MedicationStatement"}
    page = client.get(connected(client, ehr))
    assert "unknown, not absent" in page.text
    assert "MedicationStatement" in page.text


# ------------------------------------------------------------------ the connection


def test_a_connection_ends_with_its_token(client: TestClient, ehr: Ehr, clock: Clock) -> None:
    for lasts, minutes in ((60, 1), (999_999, 60), ("soon", 5), (-5, 0)):
        ehr.expires_in = lasts
        record = connected(client, ehr)
        for _ in range(0, minutes, 5):
            assert client.get(record).status_code == 200
            clock.move(minutes=min(minutes, 5))
        assert client.get("/smart").status_code == 200  # the session of the user goes on
        assert client.get(record).status_code == 404


def test_a_connection_belongs_to_one_session(
    client: TestClient, client_as: Callable[..., TestClient], ehr: Ehr
) -> None:
    record = connected(client, ehr)
    for other in (client_as("clinician"), client_as("clinician", id="another")):
        assert other.get(record).status_code == 404
        assert taken(other, record).status_code == 404
    assert client_as("reader").get(record).status_code == 403
    assert client.get(record).status_code == 200
    assert client.get("/smart/records/" + "0" * 32).status_code == 404
    assert client.get("/smart/records/x").status_code == 404


def test_a_connection_can_be_ended(client: TestClient, ehr: Ehr) -> None:
    record = connected(client, ehr)
    client.post(f"{record}/end", data={"csrf_token": client.csrf})
    assert client.get(record).status_code == 404


def test_no_token_in_the_store_the_pages_or_the_logs(
    client: TestClient, ehr: Ehr, app: FastAPI, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        record = connected(client, ehr)
        page = client.get(record)
        taken(client, record)
    assert TOKEN not in page.text
    held = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert held
    assert not [body for body in held if TOKEN.encode() in body]
    assert TOKEN not in caplog.text
    assert PATIENT not in "".join(
        r.getMessage() for r in caplog.records if not r.name.startswith("httpcore")
    )
    log = app.state.services.store.audit_log()
    assert any(entry.action.endswith("/smart/records/{handle}") for entry in log)
    assert not any(TOKEN in repr(entry) or PATIENT in repr(entry) for entry in log)


# ------------------------------------------------------------------ writing back


def keep_assessment(app: FastAPI, draft: str) -> str:
    """Save the case of a draft and its assessment; gives the assessment's record."""
    return keep_case(app, draft, json.loads(app.state.services.store.version(draft).body)["base"])


def keep_case(app: FastAPI, draft: str, document: dict[str, Any]) -> str:
    """Save a case of the draft's person and its assessment; gives the assessment's record."""
    use = app.state.services
    version = use.store.version(draft)
    case = parse_case(document)
    body = json.dumps(case.model_dump(mode="json", exclude_defaults=True)).encode()
    kept = {"by": "someone", "at": use.now(), "change": "test"}
    use.store.save(version.person, Kind.CASE, body, **kept)
    result = report_json.encode(assess(case, use.knowledge, subjects=20))
    return str(use.store.save(version.person, Kind.ASSESSMENT, result, **kept).record)


@pytest.fixture
def assessed(client: TestClient, ehr: Ehr, app: FastAPI) -> str:
    """The address of the page that shows what would be written."""
    record = connected(client, ehr)
    draft = taken(client, record).headers["location"].rpartition("/")[2]
    return f"{record}/write/{keep_assessment(app, draft)}"


def posted(client: TestClient, address: str, page: Any, **more: object) -> Any:
    fields: dict[str, object] = {"csrf_token": client.csrf}
    for name, value in re.findall(r'type="hidden" name="(digest|click|kind)" value="(\w+)"', page):
        if name == "kind":
            fields.setdefault("kind", []).append(value)  # type: ignore[union-attr]
        else:
            fields[name] = value
    return client.post(address, data=fields | more, follow_redirects=False)


def test_it_writes_what_it_showed_once(client: TestClient, ehr: Ehr, assessed: str) -> None:
    page = client.get(assessed).text
    assert not ehr.written
    shown = len(re.findall("<details>", page))
    assert shown > 5
    assert posted(client, assessed, page).status_code == 303
    assert len(ehr.written) == shown
    kinds = {one["resourceType"] for one in ehr.written.values()}
    assert {"DetectedIssue", "CarePlan"} <= kinds
    assert kinds <= {
        "Flag",
        *("QuestionnaireResponse", "Observation", "DetectedIssue", "RiskAssessment", "CarePlan"),
    }
    for resource in ehr.written.values():
        who = resource.get("subject") or resource.get("patient")
        assert who == {"reference": f"Patient/{PATIENT}"}
        assert "urn:speciosa:written" in json.dumps(resource["identifier"])
        if resource["resourceType"] == "CarePlan":
            assert resource["status"] == "draft"
    assert _dangling(ehr.written) == set()
    # Reload, post again, look again: nothing more is sent.
    posts = len([r for r in ehr.asked if r.method == "POST"])
    assert posted(client, assessed, page).status_code == 303
    assert "not\nwritten again" in client.get(assessed).text
    assert len([r for r in ehr.asked if r.method == "POST"]) == posts


def _dangling(written: dict[str, dict[str, Any]]) -> set[str]:
    inside = {key.rpartition("|")[2] for key in written}
    named = set(
        re.findall(r'"reference": "urn:uuid:([0-9a-f-]+)"', json.dumps(list(written.values())))
    )
    return named - inside


def test_a_lost_answer_leads_to_no_second_copy(client: TestClient, ehr: Ehr, assessed: str) -> None:
    ehr.lose_answer = True
    page = client.get(assessed).text
    assert posted(client, assessed, page).status_code == 502
    written = dict(ehr.written)
    assert posted(client, assessed, page).status_code == 409  # the same click
    ehr.lose_answer = False
    again = client.get(assessed).text
    assert posted(client, assessed, again).status_code == 303
    assert ehr.written == written
    assert f"{len(written)} of them stood there already" in client.get(assessed).text


def test_a_choice_of_kinds_is_kept(client: TestClient, ehr: Ehr, assessed: str) -> None:
    page = client.get(assessed, params={"kind": ["CarePlan", "Patient", "x"]}).text
    assert posted(client, assessed, page).status_code == 303
    assert {one["resourceType"] for one in ehr.written.values()} == {"CarePlan"}
    assert _dangling(ehr.written) == set()


def _codes(written: dict[str, dict[str, Any]]) -> set[str]:
    return {one.get("code", {}).get("text", "") for one in written.values()}


def _observed(id_: str, code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": "2026-11-10",
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
    }


def test_what_was_read_there_is_never_written_back(
    client: TestClient, ehr: Ehr, app: FastAPI
) -> None:
    ehr.resources += [
        _observed("alt", "1742-6", 80, "U/L"),
        _observed("gad7", "70274-6", 12, "{score}"),
        _observed("weight", "29463-7", 70, "kg"),
    ]
    record = connected(client, ehr)
    draft = taken(client, record).headers["location"].rpartition("/")[2]
    base = json.loads(app.state.services.store.version(draft).body)["base"]
    assert base["labs"]
    assert base["symptoms"]["gad7"]["total"] == 12
    base["labs"].append({"name": "ast", "value": 60, "unit": "U/L", "date": "2026-11-20"})
    base["symptoms"]["phq9"] = {"total": 9, "date": "2026-11-20"}
    address = f"{record}/write/{keep_case(app, draft, base)}"
    page = client.get(address).text
    assert posted(client, address, page).status_code == 303
    sent = _codes(ehr.written)
    assert any("PHQ-9" in one for one in sent)
    assert not any("GAD-7" in one or "weight" in one or one in {"alt", "ast"} for one in sent)
    # What was typed here is sent when it is asked for; what was read is not.
    every = {"kind": ["Measurement", "Observation"]}
    page = client.get(address, params=every).text
    assert posted(client, address, page).status_code == 303
    sent = _codes(ehr.written)
    assert "ast" in sent
    assert not any("GAD-7" in one or "weight" in one or one == "alt" for one in sent)


def test_a_second_choice_is_sent_and_the_first_not_again(
    client: TestClient, ehr: Ehr, assessed: str
) -> None:
    for number, kind in enumerate(("CarePlan", "QuestionnaireResponse"), start=1):
        page = client.get(assessed, params={"kind": [kind]}).text
        answer = posted(client, assessed, page)
        assert answer.status_code == 303
        assert f"kind={kind}" in answer.headers["location"]
        assert len({one["resourceType"] for one in ehr.written.values()}) == number
    posts = len([r for r in ehr.asked if r.method == "POST"])
    page = client.get(assessed, params={"kind": ["CarePlan"]}).text
    assert "not\nwritten again" in page
    assert posted(client, assessed, page, kind=["CarePlan"]).status_code == 303
    assert len([r for r in ehr.asked if r.method == "POST"]) == posts


def test_without_leave_to_create_nothing_is_offered(
    client: TestClient, ehr: Ehr, app: FastAPI
) -> None:
    ehr.token = {"scope": "patient/*.rs patient/Flag.cu"}
    record = connected(client, ehr)
    draft = taken(client, record).headers["location"].rpartition("/")[2]
    address = f"{record}/write/{keep_assessment(app, draft)}"
    page = client.get(address, params={"kind": ["Flag", "CarePlan"]}).text
    assert 'value="Flag"' in page
    assert "CarePlan" not in page
    ehr.token = {"scope": "patient/*.rs"}
    other = connected(client, ehr) + "/write/" + address.rpartition("/")[2]
    page = client.get(other).text
    assert "granted no leave" in page
    assert "<details>" not in page
    assert posted(client, other, page).status_code == 403
    assert not ehr.written


def test_a_corrected_case_leaves_its_earlier_assessment_writable(
    client: TestClient, ehr: Ehr, assessed: str, app: FastAPI
) -> None:
    store = app.state.services.store
    (case,) = store.latest(store.version(assessed.rpartition("/")[2]).person, Kind.CASE)
    later = json.dumps(json.loads(case.body) | {"place": "US-TX"}).encode()
    kept = {"by": "someone", "at": case.at, "change": "corrected"}
    store.save(case.person, Kind.CASE, later, record=case.record, expect=case.version, **kept)
    page = client.get(assessed)
    assert page.status_code == 200
    assert posted(client, assessed, page.text).status_code == 303


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        ("patient/*.c", True),
        ("patient/*.cruds", True),
        ("patient/CarePlan.write", True),
        ("user/CarePlan.*", True),
        ("patient/CarePlan.c?status=draft", True),
        ("patient/*.rs", False),
        ("patient/*.read", False),
        ("patient/Flag.c", False),
        ("launch openid", False),
        ("system/*.c", False),
        ("", False),
    ],
)
def test_what_scopes_allow(scope: str, may: bool) -> None:
    assert may_create(scope, "CarePlan") is may


def test_what_was_not_shown_is_not_written(client: TestClient, ehr: Ehr, assessed: str) -> None:
    page = client.get(assessed).text
    assert posted(client, assessed, page, digest="0" * 64).status_code == 409
    assert posted(client, assessed, page, kind=["CarePlan"]).status_code == 409
    assert client.post(assessed, data={"csrf_token": "wrong"}).status_code in {403, 409}
    assert not ehr.written


def test_another_persons_assessment_is_not_written(
    client: TestClient, ehr: Ehr, assessed: str, app: FastAPI
) -> None:
    use = app.state.services
    kept = {"by": "someone", "at": use.now(), "change": "test"}
    other = use.store.add_person("B-2", by="someone", at=use.now())
    mine = use.store.version(assessed.rpartition("/")[2])
    made = use.store.save(other.id, Kind.ASSESSMENT, mine.body, **kept)
    wrong = assessed.rpartition("/")[0] + "/" + made.record
    assert client.get(wrong).status_code == 409
    assert client.get(assessed.rpartition("/")[0] + "/" + "0" * 32).status_code == 404


def test_writing_is_off_unless_the_settings_say_so(
    make_app: Callable[..., FastAPI], ehr: Ehr
) -> None:
    app = make_app(smart={"issuers": [{**ISSUER, "may_write": False}]})
    app.state.smart_transport = ehr.transport
    with client_of(app, "clinician") as client:
        record = connected(client, ehr)
        assert client.get(f"{record}/write/{'0' * 32}").status_code == 403


# ------------------------------------------------------------------ the pages


@pytest.mark.browser
def test_the_pages_of_a_launch_in_a_browser(
    tmp_path: Path, clock: Clock, browser: Any, axe: Callable[..., None], ehr: Ehr
) -> None:
    with serve(tmp_path, clock, smart={"issuers": [ISSUER]}) as live:
        live.app.state.smart_transport = ehr.transport
        context = browser.new_context(viewport={"width": 320, "height": 800})
        name, value = live.cookie
        context.add_cookies([{"name": name, "value": value, "url": live.url}])
        page = context.new_page()
        page.goto(f"{live.url}/smart")
        axe(page)
        page.get_by_role("button", name="Town hospital").click()
        axe(page)
        address = page.get_by_role("link", name="Continue").get_attribute("href")
        answer = ehr.sign_in(str(address))
        page.goto(f"{live.url}/smart/callback?code={answer['code']}&state={answer['state']}")
        assert page.get_by_role("heading", name="Record from Town hospital").is_visible()
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320
        page.get_by_label("Your reference").fill("A-17")
        page.get_by_role("button", name="Open in the case form").click()
        assert "/drafts/" in page.url
        keep_assessment(live.app, page.url.rpartition("/")[2])
        page.go_back()
        page.reload()
        page.get_by_role("link", name="see what would be written").click()
        page.locator("details").first.click()
        axe(page)
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.get_by_role("button", name="Write these").click()
        assert page.get_by_text("entries were written").is_visible()
        assert ehr.written
        axe(page)
        context.close()


# ------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    "iss", ["http://ehr.example/fhir", "ftp://x", "https://", "https://a@b/c", "https://x/?q=1"]
)
def test_an_issuer_is_https(iss: str) -> None:
    with pytest.raises(ValueError, match="https"):
        SmartIssuer(name="x", iss=iss, client_id="c")


def test_loopback_may_be_plain_and_each_issuer_stands_once() -> None:
    local = SmartIssuer(name="x", iss="http://127.0.0.1:9000/fhir", client_id="c")
    assert SmartSettings(issuers=(local,)).issuer(local.iss + "/") == local
    with pytest.raises(ValueError, match="share"):
        SmartSettings(issuers=(local, local))
