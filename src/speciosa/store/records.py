"""What the store keeps and gives back: frozen values, nothing that knows a database."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from speciosa.errors import SpeciosaError


class Kind(StrEnum):
    """What a record holds; the body of each is JSON, described where it is made."""

    DRAFT = "draft"  # a form as typed so far (web.pages)
    CASE = "case"  # a case document (speciosa.case)
    ASSESSMENT = "assessment"  # an assessment as report.json writes it, with the case's record
    ENTRY = "entry"  # one dated follow-up entry (clinical.outcomes)
    EVENT = "event"  # a dated change in treatment (clinical.outcomes)
    VISIT = "visit"  # a planned contact (clinical.outcomes)


class External(msgspec.Struct, frozen=True, kw_only=True):
    """A person's id in another system: a FHIR server and its patient id, for instance."""

    system: str
    value: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person under care, by the clinic's own reference; the store asks for no name."""

    id: str
    label: str
    created_at: dt.datetime
    created_by: str
    external: tuple[External, ...] = ()


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one record. Versions are added, never changed; ``removed`` ends a record."""

    record: str
    version: int
    person: str
    kind: Kind
    at: dt.datetime
    by: str
    change: str
    body: bytes
    sha256: str
    removed: bool = False


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One access: who, when, what they did to which record; never what the record says."""

    at: dt.datetime
    by: str
    action: str
    outcome: str
    person: str = ""
    record: str = ""
    address: str = ""
    id: int = 0


class Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """What deleting a person took away, as counts by kind, and in words what it could not reach."""

    person: str
    at: dt.datetime
    by: str
    removed: dict[str, int]
    remains: tuple[str, ...] = ()


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A single-use link that a person fills in; the store knows its token's hash alone."""

    token_hash: str
    person: str
    what: bytes
    by: str
    at: dt.datetime
    expires: dt.datetime
    used_at: dt.datetime | None = None
    revoked: bool = False


class StoreError(SpeciosaError):
    """The store cannot do what was asked; the message says why and what to do."""


class UnknownError(StoreError):
    """No such person or record."""


class ConflictError(StoreError):
    """The record has a newer version than the one the change was made from."""


class TakenError(ConflictError):
    """The reference is another person's."""


class NotStorableError(StoreError):
    """What was given cannot be kept as it is: a character or a size that no database takes."""


class SchemaError(StoreError):
    """The database is older or newer than this program: upgrade one of them."""
