"""The columns of the tables: names, types, units and meaning stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from speciosa.cohort.result import Row

Record = dict[str, Any]


class Table:
    """One Parquet file: its columns, and the records that a row of the screening gives it."""

    def __init__(
        self, name: str, columns: list[pa.Field], records: Callable[[Row], Iterator[Record]]
    ) -> None:
        self.name = name
        self.records = records
        self._columns = columns

    def schema(self, made_by: dict[str, str]) -> pa.Schema:
        """The Arrow schema, with where the table came from."""
        return pa.schema(self._columns, metadata=made_by)


def _column(
    name: str, kind: pa.DataType, says: str, *, unit: str = "", null: bool = False
) -> pa.Field:
    told = {"description": says} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=null, metadata=told)


def _patients(row: Row) -> Iterator[Record]:
    yield {
        "patient": row.patient,
        "evidence": row.evidence.value,
        "gad": row.gad,
        "assessed": row.assessed,
        "urgent": row.urgent,
        "route": row.route,
        "age_years": row.age_years,
        "sex": row.sex,
        "place": row.place,
        "matches": len(row.matches),
        "findings": len(row.findings),
        "questions": row.questions,
        "problems": [f"{one.field}: {one.value}" for one in row.problems],
        "bundle": row.bundle,
    }


def _matches(row: Row) -> Iterator[Record]:
    for i, one in enumerate(row.matches):
        yield {
            "patient": row.patient,
            "number": i,
            "grounds": one.grounds,
            "confidence": one.confidence,
            "status": one.status,
            "because": one.because,
            "resource": one.resource,
            "field": one.field,
            "words": one.words,
            "substance": one.substance,
            "system": one.system,
            "code": one.code,
            "when": one.when,
            "of_person": one.of_person,
        }


def _findings(row: Row) -> Iterator[Record]:
    for i, one in enumerate(row.findings):
        yield {
            "patient": row.patient,
            "number": i,
            "part": one.part,
            "id": one.id,
            "severity": one.severity,
            "certainty": one.certainty,
            "tone": one.tone,
            "text": one.text,
            "facts": one.facts,
            "about": one.about,
            "title": one.title,
        }


_TEXT, _TEXTS, _YES, _COUNT = pa.string(), pa.list_(pa.string()), pa.bool_(), pa.int32()
_PATIENT = _column("patient", _TEXT, "id of the Patient, or what stands for it without one")

TABLES = (
    Table(
        "patients",
        [
            _PATIENT,
            _column("evidence", _TEXT, "what the record says of kratom: use, past use, uncertain, "
                    "denied, somebody else, none"),
            _column("gad", _YES, "generalized anxiety disorder is a current condition; null: the "
                    "record does not say", null=True),
            _column("assessed", _YES, "the record makes a case that was assessed"),
            _column("urgent", _YES, "the assessment has an urgent route"),
            _column("route", _TEXT, "emergency, same_day, soon, not_assessed, none_found; empty "
                    "without an assessment"),
            _column("age_years", pa.float64(), "age on the date of the screening; null: not known, "
                    "or the person has died", unit="a", null=True),
            _column("sex", _TEXT, "administrative gender; empty: not known"),
            _column("place", _TEXT, "place whose law was used, ISO 3166; empty: not known"),
            _column("matches", _COUNT, "rows in matches", unit="1"),
            _column("findings", _COUNT, "rows in findings", unit="1"),
            _column("questions", _TEXTS, "what the record leaves open"),
            _column("problems", _TEXTS, "what could not be used, and what it held"),
            _column("bundle", _TEXT, "file under bundles; empty: none"),
        ],
        _patients,
    ),
    Table(
        "matches",
        [
            _PATIENT,
            _column("number", _COUNT, "place among the person's matches, from 0", unit="1"),
            _column("grounds", _TEXT, "code, laboratory, text"),
            _column("confidence", _TEXT, "high, moderate, low"),
            _column("status", _TEXT, "taken, stopped, not taken, uncertain"),
            _column("because", _TEXT, "why it was read so"),
            _column("resource", _TEXT, "Type/id of the resource"),
            _column("field", _TEXT, "path inside it"),
            _column("words", _TEXT, "the name as written there, never the text around it"),
            _column("substance", _TEXT, "what it names"),
            _column("system", _TEXT, "code system; empty: found by text"),
            _column("code", _TEXT, "code; empty: found by text"),
            _column("when", _TEXT, "date of the entry: year, month or day; empty: none"),
            _column("of_person", _YES, "false: it speaks of somebody else"),
        ],
        _matches,
    ),
    Table(
        "findings",
        [
            _PATIENT,
            _column("number", _COUNT, "place among the person's findings, from 0", unit="1"),
            _column("part", _TEXT, "part of the assessment"),
            _column("id", _TEXT, "stable id of the finding"),
            _column("severity", _TEXT, "emergency, urgent, major, moderate, minor, info"),
            _column("certainty", _TEXT, "high, moderate, low, very low, unknown"),
            _column("tone", _TEXT, "warning, neutral, reassuring"),
            _column("text", _TEXT, "one plain sentence"),
            _column("facts", _TEXTS, "ids that speciosa sources explains"),
            _column("about", _TEXTS, "names of what takes part in an interaction; else empty"),
            _column("title", _TEXT, "what an interaction or rule is, in a few words; else empty"),
        ],
        _findings,
    ),
)  # fmt: skip
