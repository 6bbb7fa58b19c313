"""Examples of bodies in the OpenAPI document; the tests send each of them."""

from __future__ import annotations

from typing import Any

CASES: dict[str, Any] = {
    "almost-nothing-known": {"date": "2026-11-22", "kratom": {"status": "using"}},
    "two-scores-and-a-medicine": {
        "date": "2026-11-22",
        "place": "US-TN",
        "person": {"age_years": 42, "sex": "female"},
        "symptoms": {
            "gad7": {"answers": [2, 2, 3, 2, 1, 2, 1]},
            "phq9": {"answers": [1, 1, 2, 1, 0, 1, 1, 0, 0]},
        },
        "medicines": [{"name": "sertraline"}],
        "kratom": {"status": "using"},
    },
}
ANSWERS: dict[str, Any] = {
    "answers": {"answers": [2, 1, 3, 2, 0, 1, 2]},
    "one-not-answered": {"answers": [2, 1, None, 2, 0, 1, 2]},
    "total": {"total": 11},
}
INTERACTIONS: dict[str, Any] = {
    "two-medicines": {
        "victim": "midazolam",
        "with": [{"name": "itraconazole", "dose_mg": 200, "interval_h": 24}],
    },
    "kratom-beside-a-medicine": {"victim": "quetiapine", "with": [{"name": "kratom"}]},
}
SIMULATIONS: dict[str, Any] = {
    "as-studied": {"text": "2 g leaf tea once", "subjects": 200, "until_h": 24},
}
PERSON: dict[str, Any] = {"reference": {"label": "Clinic reference 1042"}}
ENTRIES: dict[str, Any] = {
    "scores": {"date": "2026-11-22", "scores": [{"instrument": "gad7", "total": 11}]},
    "item-9": {"date": "2026-11-22", "item9": 1},
}
EVENTS: dict[str, Any] = {
    "started": {"date": "2026-11-22", "kind": "started", "what": "sertraline"},
}
VISITS: dict[str, Any] = {"planned": {"planned": "2026-12-20", "measure": ["gad7", "phq9"]}}
