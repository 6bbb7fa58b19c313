"""What a finding of kratom in a record says."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Status(StrEnum):
    """Whether the record says that it is taken. A negative test is no proof of not taking."""

    TAKEN = "taken"
    STOPPED = "stopped"
    NOT_TAKEN = "not taken"
    UNCERTAIN = "uncertain"


class Ground(StrEnum):
    """By what it was found."""

    CODE = "code"
    LABORATORY = "laboratory"
    TEXT = "text"


class Confidence(StrEnum):
    """How far the match can be trusted."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """One place in one resource that names kratom.

    ``resource`` is ``Type/id`` (``Type`` alone without an id); ``field`` the path inside it;
    ``words`` the name as written there, never the text around it; ``when`` an ISO date, which can
    be a year or a month, or "" when none is given. ``because`` is a sentence for a reader.
    ``of_person`` is false where it speaks of somebody else.
    """

    resource: str
    field: str
    words: str
    ground: Ground
    status: Status
    confidence: Confidence
    because: str
    substance: str = "kratom"
    system: str = ""
    code: str = ""
    when: str = ""
    of_person: bool = True
