"""What is accepted as a call, how far a record is known, and what may be fetched."""

import asyncio
import copy
import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web import cds_kit as kit

from speciosa.web.cds.call import read_call
from speciosa.web.cds.fetch import gather
from speciosa.web.cds.hooks import PREFETCH, SERVICES, Hook
from speciosa.web.cds.problems import CdsError
from speciosa.web.cds.record import UNKNOWN, Known, Record, part_of
from speciosa.web.cds.standing import MEDICATIONS_UNKNOWN, NO_MEDICATION, standing
from speciosa.web.registration.cds import CdsClient

EHR = CdsClient(**kit.client())


def _read(body, hook=Hook.PATIENT_VIEW):
    return read_call(json.dumps(body).encode(), hook)


def _refused(body, field, hook=Hook.PATIENT_VIEW):
    with pytest.raises(CdsError) as error:
        _read(body, hook)
    assert error.value.status == 400
    assert error.value.problems[0].field == field
    return error.value


def test_every_hook_is_read():
    for hook in Hook:
        drafts = () if hook is Hook.PATIENT_VIEW else (kit.draft("alprazolam"),)
        found = _read(kit.call(hook, *drafts), hook)
        assert (found.patient, len(found.drafts)) == ("p1", len(drafts))
    assert found.selected == frozenset()


def test_prefetch_stays_inside_the_restricted_queries():
    for template in PREFETCH.values():
        kind, _, query = template.partition("?")
        if not query:
            assert kind == "Patient/{{context.patientId}}"
            continue
        assert kind.isalpha()
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            assert ":" not in name
            assert "," not in value
            assert name in {"patient", "category", "status", "_count", "_sort"}
    assert {service.hook for service in SERVICES.values()} == set(Hook)


WRONG = {
    "hook": [None, "", 3, "order-sign", ["patient-view"]],
    "hookInstance": [None, "", 3, "x", {}],
    "context": [None, [], "p1", 3],
    "context.userId": [None, "", "d1", "Device/1", "Practitioner/", "Practitioner/a b", 3],
    "context.patientId": [None, "", "Patient/p1", "a b", "../x", "x" * 65, 3, {}],
    "context.encounterId": [3, [], {}],
    "prefetch": [None, [], "x"],
    "fhirServer": [3, "x", "ftp://a", "https://", "https://u@a", "https://a/?x=1", "https://[", {}],
    "fhirAuthorization": [None, [], "token"],
}


@pytest.mark.parametrize("field", WRONG)
def test_one_wrong_field_is_named_and_not_repeated(field):
    for value in WRONG[field]:
        body = kit.call("patient-view")
        held = body
        *above, name = field.split(".")
        for one in above:
            held = held[one]
        held[name] = value
        if field == "context.encounterId" and value is None:
            continue
        error = _refused(body, field)
        assert "a b" not in str(error.problems[0])


@pytest.mark.parametrize("name", ["hook", "hookInstance", "context"])
def test_nothing_required_may_lack(name):
    body = kit.call("patient-view")
    del body[name]
    _refused(body, name)


def test_a_token_needs_its_server_and_is_never_shown():
    right = {"access_token": "s3cret", "token_type": "Bearer", "expires_in": 300, "scope": "x"}
    body = kit.call("patient-view", fhirServer=kit.FHIR, fhirAuthorization=right | {"subject": "c"})
    found = _read(body)
    assert found.access.token == "s3cret"  # noqa: S105
    assert "s3cret" not in repr(found)
    _refused(kit.call("patient-view", fhirAuthorization=right), "fhirServer")
    for name, value in (("token_type", "Basic"), ("access_token", ""), ("access_token", "a\nb")):
        wrong = kit.call(
            "patient-view", fhirServer=kit.FHIR, fhirAuthorization=right | {name: value}
        )
        _refused(wrong, f"fhirAuthorization.{name}")


@pytest.mark.parametrize(
    ("context", "field"),
    [
        ({"draftOrders": None}, "context.draftOrders"),
        ({"draftOrders": []}, "context.draftOrders"),
        ({"draftOrders": {"resourceType": "List"}}, "context.draftOrders.resourceType"),
        ({"draftOrders": {"resourceType": "Bundle", "entry": {}}}, "context.draftOrders.entry"),
        (
            {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": None}]}},
            "context.draftOrders.entry[0].resource",
        ),
        (
            {"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": {}}]}},
            "context.draftOrders.entry[0].resource",
        ),
        ({"selections": None}, "context.selections"),
        ({"selections": []}, "context.selections"),
        ({"selections": "MedicationRequest/order-1"}, "context.selections"),
        ({"selections": ["MedicationRequest/other"]}, "context.selections[0]"),
        ({"selections": [None]}, "context.selections[0]"),
        ({"selections": [{}]}, "context.selections[0]"),
    ],
)
def test_orders_are_read_strictly(context, field):
    _refused(
        kit.call("order-select", kit.draft("alprazolam"), context=context), field, Hook.ORDER_SELECT
    )


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"a": NaN}'])
def test_what_is_no_object_is_refused(raw):
    with pytest.raises(CdsError) as error:
        read_call(raw, Hook.PATIENT_VIEW)
    assert error.value.status == 400


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    field=st.sampled_from(
        ["hook", "hookInstance", "context", "prefetch", "fhirServer", "fhirAuthorization"]
    ),
    value=_JSON,
    hook=st.sampled_from(Hook),
)
def test_whatever_is_sent_is_read_or_refused(field, value, hook):
    body = kit.call(hook, kit.draft("alprazolam")) | {field: value}
    try:
        found = read_call(json.dumps(body).encode(), hook)
    except CdsError as error:
        assert error.status == 400
    else:
        assert found.hook is hook


# ------------------------------------------------------------------ null, absent, error


ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
WARNING = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "warning", "code": "incomplete"}],
}
NOTE = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "x"}]}


@pytest.mark.parametrize(
    ("value", "known", "incomplete"),
    [
        (None, Known.NOTHING, False),
        (kit.bundle(), Known.NOTHING, False),
        ({"resourceType": "Bundle", "type": "searchset", "total": 0}, Known.NOTHING, False),
        (kit.bundle(kit.statement("x")), Known.FOUND, False),
        (kit.statement("x"), Known.FOUND, False),
        (ERROR, Known.UNKNOWN, False),
        (kit.bundle(kit.statement("x"), ERROR), Known.UNKNOWN, False),
        (kit.bundle({"resourceType": "OperationOutcome"}), Known.UNKNOWN, False),
        (kit.bundle(kit.statement("x"), WARNING), Known.FOUND, True),
        (kit.bundle(kit.statement("x"), NOTE), Known.FOUND, False),
        (kit.bundle() | {"link": [{"relation": "next", "url": "https://x"}]}, Known.NOTHING, True),
    ],
)
def test_null_nothing_and_error_are_told_apart(value, known, incomplete):
    part = part_of(value, "statements", "p1")
    assert (part.known, part.incomplete) == (known, incomplete)


def test_nothing_and_not_known_have_other_words():
    nothing = Record(parts={key: part_of(None, key, "p1") for key in PREFETCH})
    unknown = Record(parts=dict.fromkeys(PREFETCH, UNKNOWN))
    assert NO_MEDICATION in list(standing(nothing))
    assert MEDICATIONS_UNKNOWN in list(standing(unknown))
    half = Record(parts=nothing.parts | {"statements": UNKNOWN})
    said = " ".join(standing(half))
    assert NO_MEDICATION not in said
    assert "medication statements" in said


def test_entries_about_somebody_else_are_left_out_and_told():
    part = part_of(kit.bundle(kit.statement("a"), kit.statement("b", of="p2")), "statements", "p1")
    assert (len(part.resources), part.foreign) == (1, 1)
    absolute = kit.statement("a", subject={"reference": f"{kit.FHIR}/Patient/p1/_history/3"})
    assert part_of(absolute, "statements", "p1").known is Known.FOUND
    assert "another patient" in " ".join(standing(Record(parts={"statements": part})))


def test_another_patient_is_refused():
    with pytest.raises(CdsError):
        part_of(kit.patient("p2"), "patient", "p1")
    with pytest.raises(CdsError):
        part_of(kit.statement("x"), "patient", "p1")


@pytest.mark.parametrize(
    "value", [3, "x", [], {}, True, {"resourceType": 3}, {"resourceType": "Bundle", "entry": 3}]
)
def test_what_is_no_resource_is_refused(value):
    with pytest.raises(CdsError):
        part_of(value, "statements", "p1")


# ------------------------------------------------------------------ fetching


class _Fhir:
    """A FHIR server of the client: what it was asked, and with which token."""

    def __init__(self, answers=None):
        self.asked, self.answers = [], answers or {}

    def __call__(self, request):
        url = str(request.url)
        self.asked.append((url, request.headers.get("authorization")))
        held = self.answers.get(url.removeprefix(kit.FHIR + "/"))
        if isinstance(held, Exception):
            raise held
        if held is None:
            held = kit.patient() if "/Patient/" in url else kit.bundle()
        return held if isinstance(held, httpx.Response) else httpx.Response(200, json=held)


def _gather(server, *, client=EHR, without=tuple(PREFETCH), **given):
    body = kit.call("patient-view", fhirServer=kit.FHIR) | given
    body["prefetch"] = {k: v for k, v in body["prefetch"].items() if k not in without}
    body["fhirAuthorization"] = {"access_token": "t0ken", "token_type": "Bearer"}
    call = _read(body)
    return asyncio.run(gather(call, client, seconds=1.0, transport=httpx.MockTransport(server)))


@pytest.mark.parametrize(
    ("reference", "asked"),
    [
        ("Medication/zz", True),
        (f"{kit.FHIR}/Medication/zz", True),
        ("Medication/zz/_history/2", True),
        ("https://evil.example/fhir/Medication/zz", False),
        ("Medication/../zz", False),
        ("urn:uuid:9", False),
    ],
)
def test_a_medication_that_an_entry_refers_to_is_fetched_from_the_same_server(reference, asked):
    entry = kit.draft("x", id="r1", status="active")
    del entry["medicationCodeableConcept"]
    entry["medicationReference"] = {"reference": reference}
    medication = {"resourceType": "Medication", "id": "zz", "code": {"text": "alprazolam"}}
    server = _Fhir({"Medication/zz": medication})
    given = kit.prefetch(requests=kit.bundle(entry))
    record = _gather(server, without=(), prefetch=given)
    assert [url for url, _ in server.asked] == ([f"{kit.FHIR}/Medication/zz"] if asked else [])
    assert (medication in record.resources) is asked
    gone = _Fhir({"Medication/zz": httpx.Response(404)})
    assert _gather(gone, without=(), prefetch=given).unknown() == ()


def test_what_was_not_sent_is_fetched_with_the_token():
    server = _Fhir()
    record = _gather(server)
    assert record.unknown() == ()
    assert len(server.asked) == len(PREFETCH)
    assert {token for _, token in server.asked} == {"Bearer t0ken"}
    assert all("p1" in url and "{{" not in url for url, _ in server.asked)


def test_what_was_sent_is_not_fetched_again():
    server = _Fhir()
    _gather(server, without=("laboratory",))
    assert [url for url, _ in server.asked] == [
        f"{kit.FHIR}/" + PREFETCH["laboratory"].replace("{{context.patientId}}", "p1")
    ]


@pytest.mark.parametrize(
    "server_url",
    [
        "https://evil.example/fhir",
        kit.FHIR + "2",
        "https://ehr.example",
        "https://ehr.example/fhir/../x",
    ],
)
def test_only_a_registered_server_is_asked(server_url):
    server = _Fhir()
    assert set(_gather(server, fhirServer=server_url).unknown()) == set(PREFETCH)
    assert server.asked == []


def test_nobody_without_registration_makes_the_service_fetch():
    server = _Fhir()
    _gather(server, client=None)
    assert server.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(302, headers={"location": "https://evil.example"}),
        httpx.Response(200, content=b"{"),
        httpx.Response(200, json=ERROR),
        httpx.Response(200, json=[]),
        httpx.ConnectError("down"),
        httpx.ReadTimeout("slow"),
    ],
)
def test_what_cannot_be_fetched_is_not_known(answer):
    key = PREFETCH["statements"].replace("{{context.patientId}}", "p1")
    server = _Fhir({key: answer})
    assert _gather(server).unknown() == ("statements",)
    assert all(url.startswith(kit.FHIR) for url, _ in server.asked)


@pytest.mark.parametrize(
    ("further", "followed"),
    [
        (f"{kit.FHIR}?page=2", True),
        (f"{kit.FHIR}/MedicationStatement?page=2", True),
        ("MedicationStatement?page=2", True),
        ("https://evil.example/fhir?page=2", False),
        ("http://ehr.example/fhir?page=2", False),
        ("https://ehr.example/other?page=2", False),
        ("https://ehr.example/fhir/../other?page=2", False),
        ("https://ehr.example/fhir/%2e%2e/other?page=2", False),
        ("https://ehr.example:444/fhir?page=2", False),
        ("https://me@ehr.example/fhir?page=2", False),
        ("file:///etc/passwd", False),
        ("https://[", False),
    ],
)
def test_a_further_page_is_read_on_the_same_server_only(further, followed):
    first = kit.bundle(kit.statement("kratom", id="one"))
    second = kit.bundle(kit.statement("kava", id="two"))
    first["link"] = [{"relation": "next", "url": further}]

    def answer(request):
        server.asked.append((str(request.url), request.headers.get("authorization")))
        return httpx.Response(200, json=second)

    server = _Fhir()
    body = kit.call("patient-view", fhirServer=kit.FHIR)
    body["prefetch"]["statements"] = first
    record = asyncio.run(
        gather(_read(body), EHR, seconds=1.0, transport=httpx.MockTransport(answer))
    )
    assert len(record.parts["statements"].resources) == (2 if followed else 1)
    assert record.parts["statements"].incomplete is not followed
    assert bool(server.asked) is followed


def test_endless_pages_end():
    page = kit.bundle(kit.statement("kratom"))
    page["link"] = [{"relation": "next", "url": f"{kit.FHIR}?page=again"}]
    key = PREFETCH["statements"].replace("{{context.patientId}}", "p1")
    server = _Fhir({key: page, "?page=again": page})
    server.answers |= {copy.copy(f"{kit.FHIR}?page=again"): page}
    record = _gather(server)
    assert len(server.asked) < 20
    assert record.parts["statements"].incomplete


def test_a_slow_server_costs_no_more_than_its_time():
    async def slow(request):
        await asyncio.sleep(30)
        return httpx.Response(200, json=kit.bundle())

    call = _read(kit.call("patient-view", fhirServer=kit.FHIR, prefetch={}))
    record = asyncio.run(gather(call, EHR, seconds=0.05, transport=httpx.MockTransport(slow)))
    assert set(record.unknown()) == set(PREFETCH)
