"""Saved people, cases and follow-up: append-only versions in SQLite or PostgreSQL."""

from __future__ import annotations

from speciosa.store.records import (
    AuditEntry,
    ConflictError,
    Deletion,
    External,
    Kind,
    Person,
    SchemaError,
    StoreError,
    UnknownError,
    Version,
)

__all__ = [
    "AuditEntry",
    "ConflictError",
    "Deletion",
    "External",
    "Kind",
    "Person",
    "SchemaError",
    "Store",
    "StoreError",
    "UnknownError",
    "Version",
]


class Store:
    """Placeholder until the database behind it is written."""

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the database at ``url``."""
        return cls()

    def close(self) -> None:
        """Give the connections back."""
