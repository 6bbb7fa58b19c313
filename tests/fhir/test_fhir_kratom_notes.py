"""Attached notes: read where they are text, in whatever charset, with or without markup."""

import base64
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.fhir.kratom import Status, find
from speciosa.fhir.kratom.notes import form, note, pieces, without_markup


def attachment(data: bytes, content_type: str = "text/plain") -> dict[str, Any]:
    return {"contentType": content_type, "data": base64.b64encode(data).decode()}


def document(data: bytes, content_type: str = "text/plain", **fields: object) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "id": "d",
        "content": [{"attachment": attachment(data, content_type)}],
        **fields,
    }


def status(data: bytes, content_type: str = "text/plain", **fields: object) -> Status | None:
    found = find(document(data, content_type, **fields))
    return found[0].status if found else None


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"Takes kratom daily.", "text/plain"),
        (b"Takes kratom daily.", "TEXT/PLAIN; Charset=UTF-8"),
        ("Sie isst täglich. Takes kratom.".encode("latin-1"), "text/plain;charset=iso-8859-1"),
        ("Sie isst täglich. Takes kratom.".encode("cp1252"), "text/plain"),
        ("\ufeffTakes kratom daily.".encode(), "text/plain"),
        ("Takes kratom daily.".encode("utf-16"), "text/plain"),
        (b"Takes kratom daily.", "text/plain; charset=nonsense"),
        (b"<html><body><p>Takes <b>kra</b>tom daily.</p></body></html>", "text/html"),
        (b"<td>Sleep</td><td>Takes&nbsp;&#107;ratom daily</td>", "text/html"),
        (b"<ClinicalDocument><text>Takes kratom daily</text></ClinicalDocument>", "text/xml"),
        (
            b"<ClinicalDocument><text>Takes kratom daily</text></ClinicalDocument>",
            "application/xml",
        ),
        (b"<p>BP < 90 and pulse > 60. Takes kratom daily.</p>", "application/xhtml+xml"),
    ],
)
def test_text_is_read_in_every_charset_and_markup(data: bytes, content_type: str) -> None:
    assert status(data, content_type) is Status.TAKEN


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"{\\rtf1 Takes kratom daily.}", "text/rtf"),
        (b"%PDF kratom", "application/pdf"),
        (b"kratom", "image/png"),
        (b"<p>x</p><!-- takes kratom daily --><script>kratom = 1</script>", "text/html"),
        (b"<p class='kratom'>Feels well.</p>", "text/html"),
    ],
)
def test_what_no_reader_sees_or_is_no_text_is_not_read(data: bytes, content_type: str) -> None:
    assert status(data, content_type) is None


def test_blocks_of_a_page_are_sentences_of_their_own() -> None:
    assert status(b"<p>Denies alcohol</p><p>kratom 5 g daily</p>", "text/html") is not (
        Status.NOT_TAKEN
    )
    assert status(b"<p>Denies <i>alcohol</i> or <b>kratom</b>.</p>", "text/html") is (
        Status.NOT_TAKEN
    )


def test_only_the_name_is_shown_and_where_it_stands() -> None:
    (match,) = find(document(b"Mrs Smith of 5 High Street takes kratom daily."))
    assert match.words == "kratom"
    assert match.field == "content[0].attachment.data"
    assert "Smith" not in match.because


def test_a_withdrawn_document_is_uncertain() -> None:
    assert status(b"Takes kratom.", docStatus="entered-in-error") is Status.UNCERTAIN
    assert status(b"Takes kratom.", status="entered-in-error") is Status.UNCERTAIN


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "DiagnosticReport", "presentedForm": [attachment(b"takes kratom")]},
        {
            "resourceType": "Communication",
            "payload": [{"contentAttachment": attachment(b"takes kratom")}],
        },
        {"resourceType": "Binary", **attachment(b"takes kratom")},
        {"resourceType": "Media", "content": attachment(b"takes kratom")},
    ],
)
def test_attachments_of_any_resource_are_read(resource: dict[str, Any]) -> None:
    (match,) = find(resource)
    assert match.status is Status.TAKEN


def test_the_end_of_a_long_note_is_read() -> None:
    assert status(b"Slept well. " * 40_000 + b"Takes kratom daily.") is Status.TAKEN


def test_a_title_makes_a_name_a_persons_in_a_sentence_and_not_in_a_product() -> None:
    (match,) = find(document(b"Discussed with Dr. Ketum today."))
    assert not match.of_person
    product = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": {"text": "Dr. Kratom capsules"},
    }
    (match,) = find(product)
    assert match.of_person
    assert match.status is Status.TAKEN


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (b"Does not currently use kratom.", Status.NOT_TAKEN),
        (b"Should not use kratom.", Status.UNCERTAIN),
        (b"Warned against taking kratom.", Status.UNCERTAIN),
        (b"If taking kratom, stop before surgery.", Status.UNCERTAIN),
        (b"Takes a supplement called kratom.", Status.TAKEN),
        (b"Takes kratm daily.", Status.TAKEN),
    ],
)
def test_advice_and_conditions_are_not_use(said: bytes, means: Status) -> None:
    assert status(said) is means
    (match,) = find(document(said))
    assert match.of_person


def test_a_narrative_is_read_where_it_says_more_than_the_fields() -> None:
    page = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Takes <i>kra</i>tom daily.</p></div>'
    told = {"resourceType": "Encounter", "text": {"status": "additional", "div": page}}
    (match,) = find(told)
    assert (match.field, match.status) == ("text.div", Status.TAKEN)
    for status_ in ("generated", "extensions", "empty"):
        assert find({**told, "text": {"status": status_, "div": page}}) == ()


@pytest.mark.parametrize("data", ["A", "!!!!", "", None, 3, [], {}])
def test_data_that_are_no_base64_are_no_note(data: object) -> None:
    held = {"contentType": "text/plain", "data": data}
    assert not note(held)
    assert find({"resourceType": "DocumentReference", "content": [{"attachment": held}]}) == ()


def test_data_without_padding_are_read() -> None:
    held = {"contentType": "text/plain", "data": base64.b64encode(b"kratom!").decode().rstrip("=")}
    assert note(held) == "kratom!"
    assert form({"contentType": 3}) == ""


@pytest.mark.parametrize("unit", ["<", "<a", "<!--", "<script>", "&", "<p ", "<!", "</"])
def test_markup_without_end_takes_no_time(unit: str) -> None:
    start = time.process_time()
    without_markup(unit * (400_000 // len(unit)))
    assert time.process_time() - start < 3


@given(st.text(alphabet="ab \n", max_size=60), st.integers(1, 20))
def test_pieces_make_the_text(text: str, longest: int) -> None:
    held = list(pieces(text, longest))
    assert "".join(held) == text
    assert all(len(piece) <= longest for piece in held)


@pytest.mark.parametrize(
    ("data", "means"),
    [
        (b"Takes kratom daily.", Status.TAKEN),
        ("\ufeffTakes kratom daily.".encode("utf-16-le"), Status.TAKEN),
        (b"<html><body><p>Takes <b>kra</b>tom daily.</p></body></html>", Status.TAKEN),
        (b"%PDF-1.7 kratom", None),
        (rb"{\rtf1 Takes kratom daily.}", None),
        (b"\x00\x01 kratom", None),
    ],
)
def test_an_attachment_need_not_say_what_it_is(data: bytes, means: Status | None) -> None:
    resource = document(data)
    del resource["content"][0]["attachment"]["contentType"]
    found = find(resource)
    assert (found[0].status if found else None) is means


def test_data_of_a_curve_or_signature_are_no_note() -> None:
    words = base64.b64encode(b"Takes kratom daily.").decode()
    curve = {"resourceType": "Observation", "valueSampledData": {"origin": {}, "data": words}}
    signed = {"resourceType": "Contract", "signature": [{"sigFormat": "x", "data": words}]}
    assert not find(curve)
    assert not find(signed)
