"""Nobody named with kratom gets lost on the way through a screening without a word."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from speciosa.cohort.export import read_export
from speciosa.cohort.identity import Chosen, Doubt
from speciosa.cohort.look import Seen
from speciosa.cohort.options import Options
from speciosa.cohort.people import Awaited
from speciosa.cohort.result import Evidence, Row
from speciosa.cohort.screen import Screening
from speciosa.distribution import How
from speciosa.fhir import kratom

_KRATOM: dict[str, Any] = {
    "resourceType": "MedicationStatement",
    "id": "m",
    "status": "active",
    "medicationCodeableConcept": {"text": "Kratom"},
}
_TAKEN = kratom.find(_KRATOM)
_OF_MOTHER = kratom.find(
    {"resourceType": "FamilyMemberHistory", "id": "f", "note": [{"text": "Mother uses kratom."}]}
)
_CHOSEN = Chosen(
    keys=("a", "b"),
    names={"Patient/a": "a", "Patient/b": "b"},
    deleted=frozenset({"Condition/gone"}),
    moved={"Condition/moved": "b"},
    owners={"Binary/x": "Patient/a"},
    doubts=(Doubt(what="Patient/b", why="a doubt"),),
)


def _row(patient: str) -> Row:
    return Row(patient=patient, evidence=Evidence.USE, gad=None, matches=(), assessed=False)


def _lost(seen: Seen, rows: Iterable[str] = (), without: Iterable[str] = ()) -> tuple[str, ...]:
    awaited = Awaited([seen], _CHOSEN)
    list(awaited.passed(map(_row, rows)))
    return awaited.lost(without)


def test_whoever_comes_to_nothing_is_told() -> None:
    seen = Seen(kind="MedicationStatement", id="m", line=1, person="Patient/a", matches=_TAKEN)
    assert _lost(seen) == ("a",)
    assert _lost(seen, rows=["b"], without=["c"]) == ("a",)
    assert _lost(seen, rows=["a"]) == ()
    assert _lost(seen, without=["a"]) == ()
    assert _lost(Seen(kind="Binary", id="x", line=1, matches=_TAKEN)) == ("a",)


@pytest.mark.parametrize(
    ("kind", "id_", "matches"),
    [
        ("CarePlan", "1", _TAKEN),
        ("Condition", "gone", _TAKEN),
        ("Condition", "moved", _TAKEN),
        ("FamilyMemberHistory", "f", _OF_MOTHER),
        ("Condition", "anxiety", ()),
    ],
)
def test_who_need_not_come_out_is_not_awaited(
    kind: str, id_: str, matches: tuple[kratom.Match, ...]
) -> None:
    assert _lost(Seen(kind=kind, id=id_, line=1, person="Patient/a", matches=matches)) == ()


def test_a_row_says_what_is_doubtful_about_whose_record_it_is() -> None:
    plain, doubted = Awaited([], _CHOSEN).passed([_row("a"), _row("b")])
    assert plain.problems == ()
    assert [problem.value for problem in doubted.problems] == ["a doubt"]


def test_what_is_doubtful_or_lost_is_in_the_problems_and_the_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = tmp_path / "export", tmp_path / "out"
    source.mkdir()
    same = {"identifier": [{"system": "s", "value": "7"}]}
    patients = [{"resourceType": "Patient", "id": one, **same} for one in ("p1", "p2")]
    ambiguous = _KRATOM | {"subject": {"reference": "Patient?identifier=s|7"}}
    lost = _KRATOM | {"id": "n", "subject": {"reference": "Patient/p1"}}
    lines = (json.dumps(one) for one in (*patients, ambiguous, lost))
    (source / "all.ndjson").write_text("\n".join(lines))

    def none_of_p1(rows: Iterable[Row]) -> Iterable[Row]:
        return (row for row in rows if row.patient != "p1")

    passed = Awaited.passed
    monkeypatch.setattr(Awaited, "passed", lambda self, rows: passed(self, none_of_p1(rows)))
    options = Options(date=dt.date(2026, 11, 22), shards=2, seed=1, subjects=10)
    screening = Screening(read_export(source), options, out, memory="200MB")
    screening.run(How(workers=1))
    found = screening.merge(smallest_cell=1)
    problems = [json.loads(line) for line in (out / "problems.ndjson").read_text().splitlines()]
    assert {one.get("resource") for one in problems} >= {"identifier:s|7"}
    assert [one["patient"] for one in problems if "patient" in one] == ["p1"]
    assert b"an identifier that more than one Patient has" in (out / "summary.json").read_bytes()
    assert found
