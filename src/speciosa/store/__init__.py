"""Saved people, cases and follow-up: append-only versions in SQLite or PostgreSQL."""

from __future__ import annotations

from speciosa.store.records import (
    AuditEntry,
    ConflictError,
    Deletion,
    External,
    Kind,
    Link,
    NotStorableError,
    Person,
    SchemaError,
    StoreError,
    TakenError,
    UnknownError,
    Version,
)
from speciosa.store.store import Store

__all__ = [
    "AuditEntry",
    "ConflictError",
    "Deletion",
    "External",
    "Kind",
    "Link",
    "NotStorableError",
    "Person",
    "SchemaError",
    "Store",
    "StoreError",
    "TakenError",
    "UnknownError",
    "Version",
]
