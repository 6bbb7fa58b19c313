"""The one shape of a curated statement, and of the source it was read in."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Basis(StrEnum):
    """Where a value comes from."""

    SOURCE = "source"
    DERIVED = "derived"
    RECALLED = "recalled"
    JUDGEMENT = "judgement"
    ABSENCE = "absence"


class Tier(StrEnum):
    """How near a source stands to the observation."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    MIRROR = "mirror"


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that can be opened and read. ``read_on`` is an ISO date."""

    id: str
    cite: str
    url: str = ""
    doi: str = ""
    pmid: str = ""
    tier: Tier = Tier.PRIMARY
    licence: str = ""
    read_on: str = ""
    note: str = ""


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One curated statement.

    ``value`` is a number, a qualitative text, or ``None`` where only a range, or an explicit
    absence, is known. ``interval`` names what ``low`` and ``high`` are. ``sources`` are source
    ids and may be empty only when ``basis`` is not ``source``. ``verified`` means that the value
    was read in the source on ``read_on``.
    """

    id: str
    subject: str
    quantity: str
    value: float | str | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    interval: str = ""
    n: int | None = None
    conditions: str = ""
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    read_on: str = ""
    note: str = ""

    @property
    def number(self) -> float:
        """The value as a number; ``ValueError`` when it is text or absent."""
        if isinstance(self.value, str) or self.value is None:
            raise ValueError(f"{self.id} holds no number")
        return self.value


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact id resolves to when it is shown to a reader."""

    id: str
    statement: str
    verified: bool
    basis: Basis
    sources: tuple[Source, ...]
    note: str = ""
