"""What cards say of kratom that is uncertain, denied or only mentioned, and of what is open."""

import copy
import re

import pytest
from tests.web import cds_kit as kit

from speciosa.web.cds.hooks import Hook

ALPRAZOLAM = kit.draft("alprazolam 1 mg")
REASSURED = "nothing to warn of found"


@pytest.fixture
def app(make_app):
    return make_app(cds={"clients": [kit.client()]})


@pytest.fixture
def ehr(app, client_as):
    return kit.Ehr(client_as())


def _topics(cards):
    return [card["source"]["topic"]["code"] for card in cards]


def _said(cards):
    return " ".join(card["summary"] + " " + card["detail"] for card in cards)


def _deleted(cards):
    actions = [a for card in cards for one in card.get("suggestions", []) for a in one["actions"]]
    return [a["resourceId"] for a in actions if a["type"] == "delete"]


def _only(*statements, **more):
    """A record with these statements and nothing else."""
    given = {"statements": kit.bundle(*statements), "requests": None, "surveys": None}
    return kit.prefetch(**(given | more))


def _note(text, **given):
    said = {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}
    return said | {"code": {"text": "Anxiety"}, "note": [{"text": text}]} | given


# ------------------------------------------------------------------ orders that only mention kratom


@pytest.mark.parametrize(
    ("medicine", "field", "value"),
    [
        ("alprazolam 1 mg", "note", [{"text": "Patient takes kratom; discussed."}]),
        (
            "buprenorphine/naloxone 8 mg/2 mg SL film",
            "reasonCode",
            [{"text": "Kratom use disorder"}],
        ),
    ],
)
def test_a_note_about_kratom_makes_no_order_for_kratom(ehr, medicine, field, value):
    order = kit.draft(medicine) | {field: value}
    held = _only(kit.statement("kratom powder", id="k"))
    cards = ehr("order-sign", order, prefetch=held)
    assert "kratom-ordered" not in _topics(cards)
    plain = ehr("order-sign", kit.draft(medicine), prefetch=held)
    assert [c["indicator"] for c in cards] == [c["indicator"] for c in plain]
    assert cards[0]["indicator"] == "warning"
    assert "kratom" in cards[0]["summary"]
    assert medicine.split("/")[0].split()[0].capitalize() in cards[0]["summary"]


def test_a_note_about_kratom_is_itself_a_ground_to_check_and_to_ask(ehr):
    order = ALPRAZOLAM | {"note": [{"text": "Patient takes kratom; discussed."}]}
    cards = ehr("order-sign", order, prefetch=_only())
    assert any(card["summary"].startswith("If kratom is taken: alprazolam") for card in cards)
    assert "MedicationRequest/order-1" in _said(cards)


def test_a_product_with_kratom_in_it_is_checked_for_the_rest_and_not_taken_back(ehr):
    cards = ehr("order-sign", kit.draft("kratom / alprazolam"), prefetch=_only())
    assert "kratom-ordered" in _topics(cards)
    assert _deleted([c for c in cards if c["source"]["topic"]["code"] == "kratom-ordered"]) == []


# ------------------------------------------------------------------ uncertain: checked as if taken


UNCERTAIN = [
    kit.statement("kratom powder", id="k", status="on-hold"),
    kit.statement("kratom powder", id="k", status="unknown"),
    kit.draft("kratom powder", id="k", status="active", intent="proposal"),
]


@pytest.mark.parametrize("entry", UNCERTAIN, ids=["on-hold", "unknown", "proposed"])
@pytest.mark.parametrize("medicine", ["alprazolam 1 mg", "methadone 10 mg"])
def test_uncertain_kratom_warns_as_if_it_were_taken(ehr, entry, medicine):
    sure = kit.statement("kratom powder", id="k")
    taken = ehr("order-sign", kit.draft(medicine), prefetch=_only(sure))
    cards = ehr("order-sign", kit.draft(medicine), prefetch=_only(entry))
    supposed = [c for c in cards if c["summary"].startswith("If kratom is taken")]
    assert supposed[0]["indicator"] == taken[0]["indicator"] == "warning"
    assert "Ask" in supposed[0]["summary"]
    assert supposed[0]["suggestions"][0]["label"].startswith("Ask about kratom")
    assert REASSURED not in _said(cards)
    assert _deleted(supposed) == []
    # Every warning of the sure case is there, under its condition.
    told = re.compile(r"^- \*\*(\w+)\*\*", re.MULTILINE)
    with_kratom = [
        line for line in taken[0]["detail"].splitlines() if "kratom" in line and told.match(line)
    ]
    assert with_kratom
    for line in with_kratom:
        assert line in supposed[0]["detail"]


def test_uncertain_kratom_warns_with_the_list_when_the_patient_is_opened(ehr):
    held = _only(
        kit.statement("kratom", id="k", status="on-hold"), kit.statement("quetiapine", id="q")
    )
    card = ehr("patient-view", prefetch=held)[0]
    assert "if it is taken" in card["summary"]
    assert card["indicator"] == "warning"
    assert "**If kratom is taken, with the medicines on record**" in card["detail"]


def test_uncertain_concentrated_7oh_is_checked_as_what_it_is(ehr):
    order = kit.draft("oxycodone 5 mg")
    leaf = ehr("order-sign", order, prefetch=_only(kit.statement("kratom", status="on-hold")))
    shot = ehr("order-sign", order, prefetch=_only(kit.statement("7-OH shot", status="on-hold")))
    worst = [next(c for c in cards if "If kratom" in c["summary"]) for cards in (leaf, shot)]
    assert all(card["indicator"] == "warning" for card in worst)


# ------------------------------------------------------------------ never an empty answer


def _absent(key):
    held = _only()
    del held[key]
    return held


def _partly(key):
    warned = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]}
    held = _only()
    held[key] = kit.bundle(warned)
    return held


OPEN = {
    "denied": _only(kit.statement("kratom", status="not-taken")),
    "stopped": _only(kit.statement("kratom", status="stopped", effectiveDateTime="2019-01-01")),
    "without": _only(conditions=kit.bundle(_note("cannot sleep without kratom"))),
    "of another": _only(conditions=kit.bundle(_note("Her husband uses kratom daily"))),
    "absent requests": _absent("requests"),
    "absent statements": _absent("statements"),
    "absent scores": _absent("surveys"),
    "absent answers": _absent("responses"),
    "refused": _only(conditions={"resourceType": "OperationOutcome"}),
    "in part": _partly("statements"),
    "somebody else's": _only(kit.statement("sertraline", of="p2")),
    "not named": _only(
        {
            "resourceType": "MedicationRequest",
            "id": "r1",
            "status": "active",
            "intent": "order",
            "subject": {"reference": "Patient/p1"},
            "medicationReference": {"reference": "Medication/zz"},
        }
    ),
}


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("hook", list(Hook))
def test_what_is_open_is_never_an_empty_answer(ehr, name, hook):
    drafts = () if hook is Hook.PATIENT_VIEW else (kit.draft("amoxicillin 250 mg"),)
    cards = ehr(hook, *drafts, prefetch=copy.deepcopy(OPEN[name]))
    assert cards
    assert REASSURED not in _said(cards)


def test_a_whole_record_with_nothing_to_say_is_an_empty_answer(ehr):
    assert ehr("order-sign", kit.draft("amoxicillin 250 mg"), prefetch=_only()) == []
    assert ehr("patient-view", prefetch=_only()) == []


@pytest.mark.parametrize("name", ["denied", "of another"])
def test_nothing_found_is_not_said_of_kratom_that_was_not_checked(ehr, name):
    cards = ehr("order-sign", ALPRAZOLAM, prefetch=copy.deepcopy(OPEN[name]))
    assert "was not checked with it" in cards[0]["summary"]


def test_a_medicine_that_cannot_be_read_is_counted_and_nothing_is_taken_back(ehr):
    held = copy.deepcopy(OPEN["not named"])
    held["statements"]["entry"].append({"resource": kit.statement("kratom powder", id="k")})
    for hook in Hook:
        drafts = () if hook is Hook.PATIENT_VIEW else (ALPRAZOLAM,)
        cards = ehr(hook, *drafts, prefetch=held)
        assert "1 medicine on record could not be read, so not checked" in _said(cards)
        assert _deleted(cards) == []


# ------------------------------------------------------------------ danger that is not an item 9


def test_suicidal_ideation_as_a_diagnosis_comes_first(ehr):
    coded = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R45.851"}]}
    said = {"clinicalStatus": {"coding": [{"code": "active"}]}}
    held = _only(conditions=kit.bundle(_note("", code=coded, **said)))
    for hook in Hook:
        drafts = () if hook is Hook.PATIENT_VIEW else (ALPRAZOLAM,)
        card = ehr(hook, *drafts, prefetch=held)[0]
        assert card["source"]["topic"]["code"] == "danger"
        assert "988" in card["detail"]


def test_an_item_nine_that_cannot_be_read_is_asked_first_even_without_a_medicine_list(ehr):
    strange = kit.score(kit.ITEM9, 1, "2026-11-20")
    del strange["valueQuantity"]
    strange["valueString"] = "see the note"
    whole = _only(surveys=kit.bundle(strange))
    without = {"patient": kit.patient(), "surveys": kit.bundle(strange)}
    for held in (whole, without):
        card = ehr("patient-view", prefetch=held)[0]
        assert card["source"]["topic"]["code"] == "danger"
        assert "suicidal thoughts" in card["summary"]
        assert "988" in card["detail"]


# ------------------------------------------------------------------ the law


@pytest.mark.parametrize("address", [{"country": "US"}, {"country": "US", "state": "TX"}])
def test_the_first_line_on_the_law_reassures_nobody(ehr, address):
    held = _only(kit.statement("kratom", id="k"), patient=kit.patient(address=[address]))
    laws = [
        card
        for card in ehr("patient-view", prefetch=held)
        if card["source"]["topic"]["code"] == "kratom-law"
    ]
    for law in laws:
        assert "no specific law seen" not in law["summary"] or "not mean lawful" in law["summary"]
        assert "a county or town can be stricter" in law["detail"]
        if "state" not in address:
            assert "states or regions differ" in law["summary"]
    assert laws or "state" not in address


@pytest.mark.parametrize("state", ["Alabma", "XX"])
def test_a_state_that_is_not_known_is_no_country_without_a_law(ehr, state):
    patient = kit.patient(address=[{"country": "US", "state": state}])
    cards = ehr("patient-view", prefetch=_only(kit.statement("kratom", id="k"), patient=patient))
    assert all("no specific law seen" not in card["summary"].lower() for card in cards)
