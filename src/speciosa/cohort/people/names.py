"""Names of files for people: one file a person on any file system, whatever the id holds."""

from __future__ import annotations

import hashlib
import re

# Not the names that Windows keeps for devices.
_SAFE = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9][a-z0-9-]{0,63}")
_NOT_SAFE = re.compile(r"[^a-z0-9-]+")


def file_name(patient: str) -> str:
    """The name of a person's Bundle.

    Ids differ by case, can hold slashes and be long; what is not plainly safe gets the start of
    its hash, behind a mark that no safe id holds.
    """
    if _SAFE.fullmatch(patient):
        return f"{patient}.json"
    hashed = hashlib.sha256(patient.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    return f"{_NOT_SAFE.sub('-', patient.lower())[:40].strip('-')}~{hashed}.json"
