"""A case in which everything the safety room asks about was given and nothing is wrong."""

from __future__ import annotations

import copy
from typing import Any

from speciosa.case import Case, parse_case
from speciosa.case import vocabulary as v

_ASKED_AND_ABSENT = (
    "liver_disease",
    "bipolar_disorder",
    "seizures",
    "long_qt",
    "suicide_attempt",
    "alcohol_use_disorder",
)

BASE: dict[str, Any] = {
    "date": "2026-11-01",
    "place": "US-TN",
    "person": {
        "age_years": 40,
        "sex": "female",
        "pregnancy": "not_pregnant",
        "breast_feeding": False,
        "liver": {"child_pugh": "none"},
    },
    "symptoms": {
        "gad7": {"answers": [1, 1, 1, 1, 1, 1, 1]},
        "phq9": {"answers": [1, 1, 1, 1, 0, 0, 0, 0, 0]},
        "audit_c": {"answers": [0, 0, 0]},
    },
    "signs": {"absent": [str(sign) for sign in v.Sign]},
    "conditions": [{"name": name, "status": "absent"} for name in _ASKED_AND_ABSENT],
    "medicines": [{"name": "lisinopril"}],
    "substances": [{"name": "caffeine"}],
    "kratom": {"status": "using", "products": [{"form": "leaf_powder", "days_per_week": 1}]},
    "labs": [
        {"name": "alt", "value": 20, "unit": "U/L", "upper_limit": 40},
        {"name": "bilirubin", "value": 10, "unit": "umol/L", "upper_limit": 21},
        {"name": "inr", "value": 1.0, "unit": "ratio"},
        {"name": "qtc", "value": 410, "unit": "ms"},
    ],
}
GONE = object()


def case_with(changes: dict[str, Any] | None = None) -> Case:
    """The base case with the named paths changed (``GONE`` takes one away)."""
    data = copy.deepcopy(BASE)
    for path, value in (changes or {}).items():
        inside = data
        *steps, last = path.split(".")
        for step in steps:
            inside = inside[step]
        if value is GONE:
            del inside[last]
        else:
            inside[last] = value
    return parse_case(data)


def signs(*present: str, not_asked: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Signs with these present, these not asked, and every other absent."""
    absent = [str(s) for s in v.Sign if s not in present and s not in not_asked]
    return {"present": list(present), "absent": absent}


def medicines(*names: str, **details: object) -> list[dict[str, object]]:
    """A list of medicines by name."""
    return [{"name": name, **details} for name in names]


def conditions(**statuses: str) -> list[dict[str, str]]:
    """The conditions asked about, with these statuses changed (``gone`` takes one away)."""
    merged = dict.fromkeys(_ASKED_AND_ABSENT, "absent") | statuses
    return [{"name": n, "status": s} for n, s in merged.items() if s != "gone"]
