"""The description of GAD: codes, features, what to exclude, what kratom can imitate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from import_instruments_notes import Notes, provenance
from import_instruments_pieces import (
    Record,
    said,
    sourced,
)

EXCLUDE = ("suicidality", "mood", "substances", "medical", "medicines", "other-disorders")
PATTERNS = ("inter-dose", "after-stopping", "serotonin", "liver")


def diagnosis(notes: Notes) -> Record:
    """Codes, features, what to exclude first, and what kratom can imitate."""
    take = partial(notes.take, "diagnosis")
    screen = take("screen_is_not_diagnosis")
    return {
        "core": ["excessive_worry", "hard_to_control"],
        "associated": ["restlessness", "fatigue", "poor_concentration", "irritability",
                       "muscle_tension", "sleep_disturbance"],
        "associated_needed": 3,
        "duration_months": 6,
        "example_prevalences": [0.05, 0.10, 0.25],
        "recent_change": said(
            "window/recent-change", "how recent a start or stop is noted beside a score", 28,
            unit="days", **provenance(basis="judgement"),
        ),
        "statements": [
            said("features", "description in our words", take("features_paraphrased"),
                 **provenance(take("features_source"), take("features_verified"))),
            said("screen-is-not-diagnosis", "what a screen can do", screen["statement"],
                 **sourced(screen)),
            *_codes(take("codes")),
            *(
                said(f"exclude/{key}", "exclude or assess first", entry["item"],
                     conditions=entry.get("why") or ", ".join(entry.get("examples", ())),
                     **provenance(basis="judgement"))
                for key, entry in zip(EXCLUDE, take("exclude_or_assess_first"), strict=True)
            ),
            *(
                said(f"kratom-pattern/{key}", entry["pattern"], entry["think"],
                     **provenance(basis="judgement"))
                for key, entry in zip(PATTERNS, take("kratom_specific_differential"), strict=True)
            ),
        ],
    }  # fmt: skip


def _codes(codes: Record) -> Iterator[Record]:
    for key in ("ICD10", "ICD11", "SNOMED_CT"):
        entry = codes[key]
        yield said(f"code/{key.lower()}", f"{key.replace('_', ' ')} code", entry["code"],
                   conditions=entry["display"], **sourced(entry))  # fmt: skip
    for entry in codes["related_ICD10_CM"]:
        yield said(f"code/icd10cm-{entry['code'].lower()}", "related ICD-10-CM code", entry["code"],
                   conditions=entry["use"], **sourced(entry))  # fmt: skip
