"""What looking through one file found."""

from __future__ import annotations

import msgspec

from speciosa.fhir.kratom import Match


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A line that names kratom, or generalized anxiety disorder where that was asked for.

    ``person`` is whose it is, as ``whose.whose`` says it ("" for nobody); ``owned``: by what points
    to it. ``updated``: ``meta.lastUpdated`` as written.
    """

    kind: str
    id: str
    line: int
    person: str = ""
    updated: str = ""
    owned: bool = False
    matches: tuple[Match, ...] = ()
    gad: bool = False


class KratomMedication(msgspec.Struct, frozen=True, kw_only=True):
    """A Medication resource that names kratom; ``identifiers`` are pairs of system and value.

    ``raw`` is its JSON, for the rules that read what refers to it.
    """

    id: str
    identifiers: tuple[tuple[str, str], ...] = ()
    raw: str = ""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One file looked through.

    ``lines`` count the empty ones, ``longest`` is the bytes of the longest that was read and
    ``content`` the XXH3 hash (128 bits) of the file as stored. ``patients``: a line may be a
    Patient; ``refers_to_medications``, ``refers_to_binaries``: one may refer to a Medication or a
    Binary; ``doubtful``: one may be what only lenient readers take for JSON, or read for whose it
    is in different ways. ``unread`` are the numbers of lines that hold a name and are no JSON
    object; ``too_long`` of those longer than a line may be. ``damage`` ended the file before its
    end. ``deleted`` are references that the server says are deleted, ``outcomes`` counts what it
    reported by ``severity/code``. ``notes`` counts attached notes by what became of them,
    ``look_alikes`` the lines that a pattern hit and that, read by the exact rules, name no kratom.
    """

    lines: int
    longest: int = 0
    content: str = ""
    seen: tuple[Seen, ...] = ()
    medications: tuple[KratomMedication, ...] = ()
    patients: bool = False
    refers_to_medications: bool = False
    refers_to_binaries: bool = False
    doubtful: bool = False
    deleted: tuple[str, ...] = ()
    outcomes: dict[str, int] = {}
    notes: dict[str, int] = {}
    look_alikes: int = 0
    unread: tuple[int, ...] = ()
    too_long: tuple[int, ...] = ()
    damage: str = ""
