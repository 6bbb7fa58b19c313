"""One real record of each kind for a person, as the service itself would have saved it."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache

import msgspec

from speciosa.assessment import assess
from speciosa.case import parse_case
from speciosa.clinical.outcomes.timeline import Entry, Event, EventKind, Visit
from speciosa.knowledge import load
from speciosa.report import json as report_json
from speciosa.store import Kind, Store

DAY = dt.date(2026, 11, 22)
# Of the part of a path that names a family of records: which kind belongs there.
KINDS = {
    "drafts": Kind.DRAFT,
    "cases": Kind.CASE,
    "assessments": Kind.ASSESSMENT,
    "write": Kind.ASSESSMENT,
    "entries": Kind.ENTRY,
    "events": Kind.EVENT,
    "visits": Kind.VISIT,
}


@lru_cache(maxsize=4)
def bodies(secret: str) -> dict[Kind, bytes]:
    """A body of each kind that holds these words."""
    document = {
        "date": DAY.isoformat(),
        "symptoms": {"gad7": {"total": 12}, "free_text": secret},
    }
    assessment = assess(parse_case(document), load(), subjects=20)
    return {
        Kind.DRAFT: json.dumps({"base": document}).encode(),
        Kind.CASE: json.dumps(document).encode(),
        Kind.ASSESSMENT: report_json.encode(assessment),
        Kind.ENTRY: msgspec.json.encode(Entry(date=DAY, note=secret)),
        Kind.EVENT: msgspec.json.encode(Event(date=DAY, kind=EventKind.STARTED, what=secret)),
        Kind.VISIT: msgspec.json.encode(Visit(planned=DAY, note=secret)),
    }


def fill(store: Store, person: str, secret: str, at: dt.datetime) -> dict[Kind, str]:
    """Save one record of each kind; their ids."""
    return {
        kind: store.save(person, kind, body, by="x", at=at, change="made").record
        for kind, body in bodies(secret).items()
    }
