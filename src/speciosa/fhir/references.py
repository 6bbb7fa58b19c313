"""References between resources: by id, by address, with or without a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def without_history(reference: str) -> str:
    """A reference without the version of what it refers to."""
    return reference.partition("/_history/")[0]


def referred(reference: str, index: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The resource that a reference means; ``index``: by address, ``urn:uuid:`` and ``Type/id``."""
    plain = without_history(reference)
    found = index.get(plain)
    if found is None and not plain.startswith(("urn:", "#")):
        found = index.get("/".join(plain.split("/")[-2:]))
    return found
