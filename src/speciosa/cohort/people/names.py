"""Names of files for people: one file a person on any file system, whatever the id holds."""

from __future__ import annotations

import hashlib

_LENGTH = 32


def file_name(patient: str) -> str:
    """The name of a person's Bundle: a hash, and nothing of the id.

    Ids can be record numbers, and names of files go into backups, logs and messages.
    """
    hashed = hashlib.sha256(patient.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{hashed[:_LENGTH]}.json"
