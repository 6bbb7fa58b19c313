"""The services end to end: who is let in, what the cards say and what becomes of them."""

import concurrent.futures
import json
import re
import uuid

import pytest
from benchmarks.web.card_rules import broken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web import cds_kit as kit
from tests.web.service import client_of

from speciosa.web.cds.hooks import Hook
from speciosa.web.cds.standing import MEDICATIONS_UNKNOWN, NO_KRATOM, NO_MEDICATION


@pytest.fixture
def app(make_app):
    return make_app(cds={"clients": [kit.client()], "origins": ["http://127.0.0.1:9000"]})


@pytest.fixture
def ehr(app, client_as):
    return kit.Ehr(client_as())


def _topics(cards):
    return [card["source"]["topic"]["code"] for card in cards]


def _said(cards):
    return " ".join(card["summary"] + " " + card["detail"] for card in cards)


# ------------------------------------------------------------------ discovery, access


def test_discovery_describes_three_services(ehr):
    answer = ehr.http.get("/cds-services")
    assert answer.status_code == 200
    held = answer.json()["services"]
    assert [one["hook"] for one in held] == list(Hook)
    for one in held:
        assert all(
            isinstance(one[name], str) and one[name] for name in ("id", "title", "description")
        )
        assert one["prefetch"]["patient"] == "Patient/{{context.patientId}}"
        assert f"/cds-services/{one['id']}" == kit.PATHS[one["hook"]]


REFUSED = {
    "none": lambda path: {},
    "basic": lambda path: {"Authorization": "Basic eDp5"},
    "nonsense": lambda path: {"Authorization": "Bearer x.y.z"},
    "another endpoint": lambda path: kit.bearer("/cds-services"),
    "another host": lambda path: kit.bearer(path, base="https://evil.example"),
    "expired": lambda path: kit.bearer(path, exp=int(kit.NOW.timestamp()) - 61),
    "unknown issuer": lambda path: kit.bearer(path, iss="https://evil.example"),
    "unknown key": lambda path: kit.bearer(path, key=kit.ec_key("ec-unknown")),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("path", [*kit.PATHS.values(), kit.PATHS["patient-view"] + "/feedback"])
def test_without_a_right_token_there_is_no_answer_and_no_reason(ehr, name, path):
    answer = ehr.http.post(path, json=kit.call("patient-view"), headers=REFUSED[name](path))
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The call is not authenticated."
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_is_good_once_across_workers(ehr, make_app):
    path = kit.PATHS["patient-view"]
    header = kit.bearer(path, jti="only-once")

    def post():
        return ehr.http.post(path, json=kit.call("patient-view"), headers=header).status_code

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        codes = sorted(task.result() for task in [pool.submit(post) for _ in range(4)])
    assert codes == [200, 401, 401, 401]


def test_the_host_header_changes_no_audience(ehr):
    path = kit.PATHS["patient-view"]
    answer = ehr.http.post(
        path,
        json=kit.call("patient-view"),
        headers=kit.bearer(path, base="http://evil.example") | {"host": "evil.example"},
    )
    assert answer.status_code in (401, 421)


def test_a_session_opens_no_service(app, client_as):
    for roles in (("clinician",), ("admin", "clinician", "reader")):
        answer = client_as(*roles).post(kit.PATHS["patient-view"], json=kit.call("patient-view"))
        assert answer.status_code == 401


def test_without_clients_everybody_is_refused(make_app):

    path = kit.PATHS["patient-view"]
    with client_of(make_app()) as http:
        assert (
            http.post(path, json=kit.call("patient-view"), headers=kit.bearer(path)).status_code
            == 401
        )


def test_an_open_demonstration_is_said_and_fetches_nothing(make_app):

    with client_of(make_app(cds={"open_demo": True})) as http:
        body = kit.call("patient-view", fhirServer="http://127.0.0.1:1/fhir")
        answer = http.post(kit.PATHS["patient-view"], json=body)
        assert answer.status_code == 200
        del body["prefetch"]["patient"]
        assert http.post(kit.PATHS["patient-view"], json=body).status_code == 412


def test_unknown_services_and_large_bodies(make_app, ehr):
    path = "/cds-services/other"
    assert ehr.post(path, kit.call("patient-view")).status_code == 404

    small = make_app(cds={"clients": [kit.client()], "max_body_bytes": 10_000})
    with client_of(small) as http:
        path = kit.PATHS["patient-view"]
        many = kit.call("patient-view", extension={"x": "y" * 20_000})
        assert http.post(path, json=many, headers=kit.bearer(path)).status_code == 413


# ------------------------------------------------------------------ browsers


@pytest.mark.parametrize("origin", [kit.ORIGIN, "http://127.0.0.1:9000"])
@pytest.mark.parametrize(
    "path", ["/cds-services", kit.PATHS["order-sign"], kit.PATHS["order-sign"] + "/feedback"]
)
def test_a_registered_browser_may_ask_and_read(ehr, origin, path):
    before = ehr.http.options(
        path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
    )
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == origin
    assert before.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    assert before.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    assert before.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in before.headers


def test_errors_can_be_read_too(ehr):
    path = kit.PATHS["patient-view"]
    for headers in ({"Origin": kit.ORIGIN}, {"Origin": kit.ORIGIN} | kit.bearer(path)):
        answer = ehr.http.post(path, content=b"{", headers=headers)
        assert answer.status_code in (400, 401)
        assert answer.headers["access-control-allow-origin"] == kit.ORIGIN


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", kit.ORIGIN + ".evil.example", ""]
)
def test_other_origins_get_nothing(ehr, origin):
    for path in ("/cds-services", kit.PATHS["patient-view"]):
        before = ehr.http.options(path, headers={"Origin": origin})
        assert "access-control-allow-origin" not in before.headers
    assert (
        "access-control-allow-origin"
        not in ehr.http.get("/cds-services", headers={"Origin": origin}).headers
    )


# ------------------------------------------------------------------ refusals


def test_a_malformed_call_is_400_and_names_the_field(ehr):
    path = kit.PATHS["order-select"]
    answer = ehr.post(
        path, kit.call("order-select", kit.draft("x"), context={"selections": ["secret"]})
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["problems"][0]["field"] == "context.selections[0]"
    assert "secret" not in answer.text


@pytest.mark.parametrize("held", [None, "absent", {"resourceType": "OperationOutcome"}])
def test_without_the_patient_it_is_412(ehr, held):
    given = kit.prefetch(patient=held)
    if held == "absent":
        del given["patient"]
    answer = ehr.post(kit.PATHS["patient-view"], kit.call("patient-view", prefetch=given))
    assert answer.status_code == 412
    assert "patient" in answer.json()["detail"]


def test_medications_unknown_is_412_and_none_on_record_is_not(ehr):
    unknown = kit.prefetch(statements={"resourceType": "OperationOutcome"})
    del unknown["requests"]
    for hook in Hook:
        drafts = () if hook is Hook.PATIENT_VIEW else (kit.draft("alprazolam"),)
        answer = ehr.post(kit.PATHS[hook], kit.call(hook, *drafts, prefetch=unknown))
        assert answer.status_code == 412
        assert answer.json()["detail"] == MEDICATIONS_UNKNOWN
        cards = ehr(hook, *drafts, prefetch=kit.prefetch(statements=None, requests=None))
        assert MEDICATIONS_UNKNOWN not in _said(cards)
    assert NO_MEDICATION in _said(
        ehr("patient-view", prefetch=kit.prefetch(statements=None, requests=None))
    )


def test_danger_is_told_even_when_medications_are_unknown(ehr):
    for hook in Hook:
        drafts = () if hook is Hook.PATIENT_VIEW else (kit.draft("alprazolam"),)
        given = {
            "patient": kit.patient(),
            "surveys": kit.bundle(kit.score(kit.ITEM9, 1, "2026-11-20")),
        }
        cards = ehr(hook, *drafts, prefetch=given)
        assert _topics(cards) == ["danger"]


def test_one_list_unknown_is_said_and_other_than_nothing_found(ehr):
    cards = ehr(
        "patient-view",
        prefetch=kit.prefetch(statements={"resourceType": "OperationOutcome"}, surveys=None),
    )
    assert _topics(cards) == ["record-not-known"]
    assert "medication statements" in _said(cards)
    assert NO_MEDICATION not in _said(cards)
    nothing = kit.prefetch(statements=None, requests=None, surveys=None)
    assert ehr("patient-view", prefetch=nothing) == []


def test_the_record_of_somebody_else_is_not_used(ehr):
    others = kit.bundle(kit.statement("kratom powder", of="p2"))
    cards = ehr("patient-view", prefetch=kit.prefetch(statements=others))
    assert "kratom-use" not in _topics(cards)
    assert "another patient" in _said(cards)


# ------------------------------------------------------------------ what the cards say


def test_patient_view_shows_where_kratom_stands(ehr):
    cards = ehr("patient-view")
    assert _topics(cards) == ["kratom-use", "kratom-law", "gad7-course"]
    kratom, law, course = cards
    assert "MedicationStatement/ms-kratom" in kratom["detail"]
    assert "Maeng Da" in kratom["detail"]
    assert "quetiapine" in kratom["summary"]
    assert kratom["indicator"] == "warning"
    assert "Texas" in law["summary"]
    assert "reliable worsening" in course["summary"]


def test_nothing_found_excludes_nothing(ehr):
    cards = ehr("patient-view", prefetch=kit.prefetch(statements=None))
    assert _topics(cards) == ["gad7-course"]
    assert NO_KRATOM in cards[0]["detail"]


@pytest.mark.parametrize(
    ("status", "words"),
    [("active", "Kratom use on record"), ("stopped", "as stopped"), ("unknown", "not certain")],
)
def test_what_the_entry_says_of_taking_is_told(ehr, status, words):
    held = kit.bundle(kit.statement("Mitragyna speciosa leaf", status=status))
    kratom = ehr("patient-view", prefetch=kit.prefetch(statements=held))[0]
    assert words in kratom["summary"]


def test_kratom_not_taken_is_no_use(ehr):
    held = kit.bundle(kit.statement("kratom", status="not-taken"))
    assert "kratom-use" not in _topics(ehr("patient-view", prefetch=kit.prefetch(statements=held)))


def test_kratom_is_found_by_laboratory_result(ehr):
    found = {
        "resourceType": "Observation",
        "id": "lab-1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "72732-1"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-10",
        "valueQuantity": {
            "value": 40,
            "unit": "ng/mL",
            "code": "ng/mL",
            "system": "http://unitsofmeasure.org",
        },
    }
    cards = ehr(
        "patient-view", prefetch=kit.prefetch(statements=None, laboratory=kit.bundle(found))
    )
    assert cards[0]["source"]["topic"]["code"] == "kratom-use"
    assert "Observation/lab-1" in cards[0]["detail"]
    assert "laboratory" in cards[0]["detail"]


@pytest.mark.parametrize("hook", list(Hook))
def test_item_nine_comes_first_with_numbers_to_call(ehr, hook):
    drafts = () if hook is Hook.PATIENT_VIEW else (kit.draft("alprazolam"),)
    surveys = kit.bundle(kit.score(kit.ITEM9, 2, "2026-11-20"))
    cards = ehr(hook, *drafts, prefetch=kit.prefetch(surveys=surveys))
    assert cards[0]["indicator"] == "critical"
    assert cards[0]["detail"].startswith("**Call**")
    assert "988" in cards[0]["detail"]
    assert len(cards) > 1


def test_only_selected_orders_are_new(ehr):
    first, second = kit.draft("alprazolam 0.5 mg"), kit.draft("oxycodone 5 mg", id="order-2")
    chosen = ehr("order-select", first, second)
    assert len(chosen) == 1
    assert "Alprazolam" in chosen[0]["summary"]
    assert "oxycodone" in chosen[0]["detail"].lower()  # the other draft is background
    signed = ehr("order-sign", first, second)
    assert len(signed) == 2


def test_an_order_is_checked_with_kratom_and_with_the_list(ehr):
    card = ehr("order-select", kit.draft("alprazolam 0.5 mg"))[0]
    assert card["indicator"] == "warning"
    assert "kratom" in card["summary"]
    assert "quetiapine" in card["detail"]
    kinds = [action["type"] for one in card["suggestions"] for action in one["actions"]]
    assert kinds == ["create", "delete"]
    assert all("isRecommended" not in one for one in card["suggestions"])


def test_a_medicine_already_taken_is_never_taken_back(ehr):
    taken = kit.prefetch(requests=kit.bundle(kit.draft("alprazolam", id="mr-9", status="active")))
    for held in (taken, kit.prefetch(requests={"resourceType": "OperationOutcome"})):
        for card in ehr("order-sign", kit.draft("alprazolam 0.5 mg"), prefetch=held):
            kinds = [a["type"] for one in card.get("suggestions", []) for a in one["actions"]]
            assert "delete" not in kinds


def test_an_order_that_is_not_known_is_not_passed_over(ehr):
    cards = ehr(
        "order-sign", kit.draft("zorblax"), kit.draft("x", id="o2", medicationCodeableConcept={})
    )
    assert _topics(cards) == ["order-not-checked"] * 2
    assert "does not mean that there is no interaction" in _said(cards)


def test_nothing_found_beside_kratom_is_never_an_empty_answer(ehr):
    cards = ehr("order-select", kit.draft("amoxicillin 250 mg"))
    assert len(cards) == 1
    assert "not excluded" in cards[0]["summary"]
    none = kit.prefetch(statements=None)
    assert ehr("order-select", kit.draft("amoxicillin 250 mg"), prefetch=none) == []


def test_an_order_without_a_medicine_yet_is_left_alone_until_it_is_signed(ehr):
    blank = {k: v for k, v in kit.draft("x").items() if k != "medicationCodeableConcept"}
    cards = ehr("order-select", blank)
    assert _topics(cards) == ["record-not-known"]
    assert "no order was checked with it" in cards[0]["summary"]
    assert ehr("order-select", blank, prefetch=kit.prefetch(statements=None)) == []
    assert _topics(ehr("order-sign", blank)) == ["order-not-checked"]


def test_grams_that_the_record_states_make_the_simulation_personal(ehr):
    dosage = {
        "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 4, "unit": "g", "code": "g"}}],
    }
    plain = kit.statement("kratom powder", id="k", dosage=[dosage])
    said = _said(ehr("patient-view", prefetch=kit.prefetch(statements=kit.bundle(plain))))
    assert "bounded sample of 100 virtual people" in said
    for other in (
        kit.statement("kratom powder", id="k"),
        kit.statement("kratom extract", id="k", dosage=[dosage]),
        kit.statement("kratom powder", id="k", dosage=[dosage, dosage]),
    ):
        said = _said(ehr("patient-view", prefetch=kit.prefetch(statements=kit.bundle(other))))
        assert "bounded sample" not in said


def test_kratom_is_never_ordered(ehr):
    for hook in ("order-select", "order-sign"):
        cards = ehr(hook, kit.draft("Kratom capsules"))
        assert _topics(cards) == ["kratom-ordered"]
        assert [a["type"] for one in cards[0]["suggestions"] for a in one["actions"]] == ["delete"]


def test_orders_of_other_things_are_left_alone(ehr):
    other = {"resourceType": "ServiceRequest", "id": "s1", "status": "draft", "intent": "order"}
    other |= {"subject": {"reference": "Patient/p1"}}
    assert ehr("order-sign", other, prefetch=kit.prefetch(statements=None)) == []
    for named in ({"note": [{"text": "uses kratom daily"}]}, {"code": {"text": "kratom tea"}}):
        cards = ehr("order-sign", other | named, prefetch=kit.prefetch(statements=None))
        assert _topics(cards) == ["record-not-known"]
        assert "kratom" in _said(cards).lower()
        assert not any("suggestions" in card for card in cards)


def test_system_actions_stand_with_signing_only(ehr):
    for hook in Hook:
        drafts = () if hook is Hook.PATIENT_VIEW else (kit.draft("paracetamol"),)
        body = ehr.post(kit.PATHS[hook], kit.call(hook, *drafts)).json()
        assert ("systemActions" in body) == (hook is Hook.ORDER_SIGN)


def test_no_card_recommends_or_doses_kratom(ehr):
    taken = kit.statement("kratom powder", id="k", dosage=[{"text": "7 g three times a day"}])
    for hook in Hook:
        drafts = (
            ()
            if hook is Hook.PATIENT_VIEW
            else (kit.draft("oxycodone"), kit.draft("buspirone", id="o2"))
        )
        for held in (kit.prefetch(), kit.prefetch(statements=kit.bundle(taken))):
            said = _said(ehr(hook, *drafts, prefetch=held)).lower()
            advised = r"(start|try|take|use|switch to|recommend\w*|consider) (using )?kratom"
            for found in re.finditer(advised, said):
                assert said[: found.start()].endswith(("patients who ", "people who "))
            assert "is safe." not in said
            assert not re.search(r"\d\s*(g|mg|grams?|capsules?|spoons?)\b[^.]{0,40}kratom", said)


def test_a_dead_patient_gets_no_cards(ehr):
    assert (
        ehr("patient-view", prefetch=kit.prefetch(patient=kit.patient(deceasedBoolean=True))) == []
    )


# ------------------------------------------------------------------ hostile records


HOSTILE = [
    "kratom <script>alert(1)</script>",
    "kratom ![x](https://evil.example/x.png)",
    "kratom [click](javascript:alert(1))",
    "kratom\n\n# Heading\n\n**bold** `code`",
    "kratom <img src=x onerror=alert(1)>",
    "kratom \u202e\u0000\u200b" + "x" * 5000,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_a_record_are_never_obeyed(ehr, words):
    held = kit.bundle(
        kit.statement(words, id="a<b>c"), kit.statement(words.replace("kratom", "zorblax"), id="z")
    )
    cards = ehr("patient-view", prefetch=kit.prefetch(statements=held))
    cards += ehr(
        "order-sign",
        kit.draft(words.replace("kratom", "zorblax")),
        prefetch=kit.prefetch(statements=held),
    )
    for card in cards:
        assert "<" not in card["summary"]
        assert not re.search(r"(?<!\\)(<|\]\(|`)", card["detail"])


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
_ANY = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["resourceType", "id", "status", "code", "coding", "system", "text", "value", "subject",
             "reference", "dosage", "timing", "repeat", "extension", "valueQuantity", "birthDate"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=15,
)  # fmt: skip
_PLACES = ("patient", "statements", "requests", "conditions", "surveys", "laboratory", "responses")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.sampled_from(_PLACES), field=st.text(max_size=3) | st.sampled_from(
    ["medicationCodeableConcept", "subject", "code", "status", "effectiveDateTime", "birthDate",
     "valueQuantity", "item", "dosage", "address", "contained", "id"]
), value=_ANY, hook=st.sampled_from(Hook))  # fmt: skip
def test_hostile_records_are_answered_or_refused(ehr, place, field, value, hook):
    held = kit.prefetch(
        conditions=kit.bundle(
            {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p1"}}
        ),
        laboratory=kit.bundle(kit.score("72732-1", 3, "2026-11-01")),
        responses=kit.bundle(
            {
                "resourceType": "QuestionnaireResponse",
                "id": "q",
                "subject": {"reference": "Patient/p1"},
            }
        ),
    )
    one = held[place] if place == "patient" else held[place]["entry"][0]["resource"]
    one[field] = value
    drafts = [] if hook is Hook.PATIENT_VIEW else [kit.draft("alprazolam")]
    if drafts and field not in ("id", "resourceType", "subject"):
        drafts[0][field] = value
    answer = ehr.post(kit.PATHS[hook], kit.call(hook, *drafts, prefetch=held))
    assert answer.status_code in (200, 400, 412), answer.text
    if answer.status_code == 200:
        assert broken(answer.json(), hook=hook, drafts={"MedicationRequest/order-1"}) == []


# ------------------------------------------------------------------ feedback


def _feedback(card, outcome="overridden", **given):
    return {"card": card, "outcome": outcome, "outcomeTimestamp": "2026-11-22T09:05:00Z"} | given


def test_feedback_is_kept_once_however_often_it_is_told(ehr):
    path = kit.PATHS["patient-view"] + "/feedback"
    card = ehr("patient-view")[0]
    accepted = _feedback(
        card["uuid"], "accepted", acceptedSuggestions=[{"id": card["suggestions"][0]["uuid"]}]
    )
    reason = dict(card["overrideReasons"][0])
    overridden = _feedback(card["uuid"], overrideReason={"reason": reason, "userComment": "known"})
    first = ehr.post(path, {"feedback": [accepted, overridden]})
    assert (first.status_code, first.json()) == (200, {"stored": 2, "repeated": 0, "unknown": 0})
    again = ehr.post(path, {"feedback": [overridden, accepted, accepted]})
    assert again.json() == {"stored": 0, "repeated": 3, "unknown": 0}


def test_feedback_can_come_late_and_for_many_cards(ehr, clock):
    path = kit.PATHS["order-sign"] + "/feedback"
    cards = [ehr("order-sign", kit.draft("alprazolam"))[0]["uuid"] for _ in range(5)]
    clock.move(days=30)
    path_token = kit.bearer(path, now=clock.now)
    body = {"feedback": [_feedback(one) for one in cards]}
    answer = ehr.http.post(path, json=body, headers=path_token)
    assert answer.json()["stored"] == 5


def test_feedback_on_what_was_not_sent_is_counted_and_not_kept(ehr):
    path = kit.PATHS["patient-view"] + "/feedback"
    card = ehr("patient-view")[0]["uuid"]
    other = ehr("order-sign", kit.draft("alprazolam"))[0]["uuid"]
    body = {
        "feedback": [
            _feedback(str(uuid.uuid4())),
            _feedback(other),
            _feedback(card, "accepted", acceptedSuggestions=[{"id": str(uuid.uuid4())}]),
            _feedback(card),
        ]
    }
    assert ehr.post(path, body).json() == {"stored": 1, "repeated": 0, "unknown": 3}


def test_feedback_on_the_card_of_another_client_is_not_kept(make_app):

    other = kit.client(id="two", iss="https://two.example", jwks=kit.public(kit.ec_key("two")))
    with client_of(make_app(cds={"clients": [kit.client(), other]})) as http:
        path = kit.PATHS["patient-view"]
        cards = http.post(path, json=kit.call("patient-view"), headers=kit.bearer(path)).json()[
            "cards"
        ]
        token = kit.bearer(path + "/feedback", key=kit.ec_key("two"), iss="https://two.example")
        body = {"feedback": [_feedback(cards[0]["uuid"])]}
        assert http.post(path + "/feedback", json=body, headers=token).json()["unknown"] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"card": "x"}, "feedback[0].card"),
        ({"card": None}, "feedback[0].card"),
        ({"outcome": "ignored"}, "feedback[0].outcome"),
        ({"outcome": {}}, "feedback[0].outcome"),
        ({"outcome": "accepted"}, "feedback[0].acceptedSuggestions"),
        (
            {"outcome": "accepted", "acceptedSuggestions": [{}]},
            "feedback[0].acceptedSuggestions[0].id",
        ),
        ({"outcomeTimestamp": "yesterday"}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": "2026-13-22T09:05:00Z"}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": "2026-11-22T09:05:00+02:00"}, "feedback[0].outcomeTimestamp"),
        ({"overrideReason": "no"}, "feedback[0].overrideReason"),
        ({"overrideReason": {"reason": {"display": "x"}}}, "feedback[0].overrideReason.reason"),
        ({"overrideReason": {"userComment": 3}}, "feedback[0].overrideReason.userComment"),
    ],
)
def test_malformed_feedback_is_400_and_nothing_is_kept(ehr, change, field):
    path = kit.PATHS["patient-view"] + "/feedback"
    card = ehr("patient-view")[0]["uuid"]
    answer = ehr.post(path, {"feedback": [_feedback(card) | change, _feedback(card)]})
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["field"] == field
    assert ehr.post(path, {"feedback": [_feedback(card)]}).json()["stored"] == 1


@pytest.mark.parametrize(
    "body", [{}, {"feedback": []}, {"feedback": {}}, [], "x", {"feedback": [3]}]
)
def test_feedback_without_outcomes_is_400(ehr, body):
    assert ehr.post(kit.PATHS["patient-view"] + "/feedback", body).status_code == 400


# ------------------------------------------------------------------ silence


def test_nothing_of_a_person_or_a_token_is_logged(ehr, capsys, caplog, monkeypatch):
    caplog.set_level(0)
    right = {"access_token": "s3cr3t-t0ken", "token_type": "Bearer"}
    body = kit.call("patient-view", fhirServer="https://no.example", fhirAuthorization=right)
    body["prefetch"]["patient"] |= {"name": [{"family": "Quillfeather"}]}
    path = kit.PATHS["patient-view"]
    header = kit.bearer(path)
    assert ehr.http.post(path, json=body, headers=header).status_code == 200
    assert ehr.http.post(path, json=body, headers=header).status_code == 401
    written = capsys.readouterr()
    said = written.out + written.err + caplog.text
    for secret in ("s3cr3t", "Quillfeather", header["Authorization"][7:], "Maeng"):
        assert secret not in said
    assert "jti was seen before" in said


def test_what_is_kept_of_a_card_holds_no_person(app, ehr):
    card = ehr("patient-view")[0]
    kept = app.state.services.store.card(card["uuid"])
    assert set(json.loads(kept)) == {"service", "client", "topic", "indicator", "suggestions"}
