"""The case that a kept assessment was made from, found by its hash among all versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from speciosa.assessment import input_hash
from speciosa.case import Case, parse_case
from speciosa.errors import InputError
from speciosa.store import Kind

if TYPE_CHECKING:
    from speciosa.store import Store


def case_behind(store: Store, person: str, input_sha256: str) -> Case | None:
    """The case of a person with this hash; ``None`` where it is not kept (any more)."""
    for newest in store.latest(person, Kind.CASE):
        for version in reversed(store.history(newest.record)):
            if version.removed:
                continue
            try:
                case = parse_case(json.loads(version.body))
            except (InputError, ValueError):
                continue
            if input_hash(case) == input_sha256:
                return case
    return None
