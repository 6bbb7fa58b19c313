"""A whole screening of small exports: whose record it is, in every form of reference."""

from __future__ import annotations

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from speciosa.cohort.export import read_export
from speciosa.cohort.options import Options
from speciosa.cohort.result import Evidence, Row
from speciosa.cohort.screen import Screening
from speciosa.distribution import How

OPTIONS = Options(date=dt.date(2026, 11, 1), bundles=True, shards=2, seed=1, subjects=20)
SERVER = "https://a.example/fhir"
Resource = dict[str, Any]


def screened(folder: Path, *resources: Resource, server: str = "") -> tuple[dict[str, Row], str]:
    """The rows by patient, and the problems."""
    source, out = folder / "in", folder / "out"
    source.mkdir()
    held: dict[str, list[Resource]] = {}
    for one in resources:
        held.setdefault(one["resourceType"], []).append(one)
    for kind, lines in held.items():
        (source / f"{kind}.ndjson").write_text("".join(json.dumps(one) + "\n" for one in lines))
    at = source
    if server:
        at = source / "manifest.json"
        files = [{"type": kind, "url": f"{server}/out/{kind}.ndjson"} for kind in held]
        at.write_text(
            json.dumps(
                {
                    "transactionTime": "2026-11-01T00:00:00Z",
                    "request": f"{server}/$export",
                    "output": files,
                    "error": [],
                }
            )
        )
    screening = Screening(read_export(at), OPTIONS, out, memory="256MB")
    screening.run(How())
    screening.merge()
    lines = (out / "patients.ndjson").read_bytes().splitlines()
    rows = [msgspec.json.decode(line, type=Row) for line in lines]
    return {row.patient: row for row in rows}, (out / "problems.ndjson").read_text()


def patient(id_: str, **more: Any) -> Resource:
    born = {"gender": "female", "birthDate": "1980-05-05"}
    return {"resourceType": "Patient", "id": id_, **born, **more}


def statement(id_: str, whose: str, **more: Any) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "id": id_,
        "status": "active",
        "effectiveDateTime": "2026-10-20",
        "subject": {"reference": whose},
        **more,
    }


KRATOM = {"medicationCodeableConcept": {"text": "Kratom powder"}}


def test_a_product_is_found_by_every_form_of_reference_to_it(tmp_path: Path) -> None:
    identifier = {"system": "s", "value": "K/1"}
    medication = {
        "resourceType": "Medication",
        "id": "x1",
        "identifier": [identifier],
        "code": {"text": "Kratom powder"},
    }
    forms: list[Resource] = [
        {"reference": "Medication/x1"},
        {"reference": "Medication/x1/_history/2"},
        {"reference": "urn:uuid:x1"},
        {"reference": f"{SERVER}/Medication/x1"},
        {"reference": f"{SERVER}/Medication/x1/_history/1"},
        {"identifier": identifier},
        {"reference": "Medication?_id=x1"},
        {"reference": "Medication?identifier=s|K/1"},
        {"reference": "Medication?identifier=s%7CK%2F1"},
        {"reference": "Medication?identifier=K/1"},
    ]
    others: list[Resource] = [
        {"reference": "https://b.example/fhir/Medication/x1"},
        {"reference": "Medication/x2"},
        {"identifier": {"system": "t", "value": "K/1"}},
    ]
    people = [patient(f"p{n}") for n in range(len(forms) + len(others))]
    statements = [
        statement(f"m{n}", f"Patient/p{n}", medicationReference=form)
        for n, form in enumerate([*forms, *others])
    ]
    rows, _ = screened(tmp_path, medication, *people, *statements, server=SERVER)
    assert rows.keys() == {f"p{n}" for n in range(len(forms))}
    assert {row.evidence for row in rows.values()} == {Evidence.USE}
    assert all(row.assessed for row in rows.values())


def test_a_note_in_a_binary_is_of_the_person_of_the_document_that_points_to_it(
    tmp_path: Path,
) -> None:
    def binary(id_: str) -> Resource:
        data = base64.b64encode(b"Takes kratom daily.").decode()
        return {
            "resourceType": "Binary", "id": id_, "contentType": "text/plain", "data": data,
        }  # fmt: skip

    def document(whose: str, url: str) -> Resource:
        return {
            "resourceType": "DocumentReference",
            "status": "current",
            "subject": {"reference": whose},
            "content": [{"attachment": {"contentType": "text/plain", "url": url}}],
        }

    rows, problems = screened(
        tmp_path,
        *(patient(id_) for id_ in "abc"),
        *(binary(id_) for id_ in ("b1", "b2", "lost")),
        document("Patient/a", "Binary/b1"),
        document("Patient/b", f"{SERVER}/Binary/b2"),
        document("Patient/c", "https://b.example/fhir/Binary/b2"),
        server=SERVER,
    )
    assert rows.keys() == {"a", "b"}
    assert rows["a"].matches[0].resource == "Binary/b1"
    assert "Binary.ndjson" in problems


def test_addresses_on_two_servers_are_not_one_person(tmp_path: Path) -> None:
    rows, _ = screened(
        tmp_path,
        patient("p1"),
        patient("p2"),
        statement("1", "https://b.example/fhir/Patient/p1", **KRATOM),
        statement(
            "2",
            "https://a.example/fhir/Patient/p1",
            medicationCodeableConcept={"text": "methadone"},
        ),
        statement("3", "https://a.example/fhir/Patient/p2", **KRATOM),
        statement("4", "http://a.example/fhir/Patient/p2", **KRATOM),
    )
    assert not rows["p1"].assessed
    assert any("several servers" in problem.value for problem in rows["p1"].problems)
    assert not rows["p1"].findings
    assert rows["p2"].assessed


def test_an_entry_that_was_moved_makes_nobody_a_user_by_its_older_version(tmp_path: Path) -> None:
    rows, _ = screened(
        tmp_path,
        patient("a"),
        patient("b"),
        statement("m", "Patient/a", meta={"lastUpdated": "2020-01-01T00:00:00Z"}, **KRATOM),
        statement("m", "Patient/b", meta={"lastUpdated": "2026-01-01T00:00:00Z"}, **KRATOM),
        server=SERVER,
    )
    assert rows.keys() == {"b"}


@pytest.mark.parametrize("kind", ["QuestionnaireResponse", "Communication"])
def test_what_somebody_says_of_nobody_else_is_of_who_says_it(tmp_path: Path, kind: str) -> None:
    said: Resource = {
        "QuestionnaireResponse": {
            "status": "completed",
            "source": {"reference": "Patient/a"},
            "authored": "2026-10-20",
            "item": [{"text": "Other substances", "answer": [{"valueString": "takes kratom"}]}],
        },
        "Communication": {
            "status": "completed",
            "sender": {"reference": "Patient/a"},
            "payload": [{"contentString": "I take kratom daily."}],
        },
    }[kind]
    rows, _ = screened(tmp_path, patient("a"), {"resourceType": kind, "id": "r", **said})
    assert rows.keys() == {"a"}


def test_a_cut_character_loses_nobody(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    line = json.dumps(statement("m", "Patient/a", **KRATOM, note=[{"text": "cut #"}]))
    (source / "all.ndjson").write_text(
        json.dumps(patient("a")) + "\n" + line.replace("#", "\\ud83d") + "\n"
    )
    screening = Screening(read_export(source), OPTIONS, tmp_path / "out", memory="256MB")
    screening.run(How())
    screening.merge()
    assert (tmp_path / "out" / "patients.ndjson").read_text().count('"assessed":true') == 1
