"""The records of the table ``law``: a jurisdiction, its dated periods, and the wording."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from speciosa.knowledge.fact import Basis
from speciosa.knowledge.law.partial_date import PartialDate, partial_date

SUBSTANCES = ("leaf", "mitragynine", "7-oh")


class Status(StrEnum):
    """What the law says about one substance, most restrictive first, then the two unknowns.

    ``prohibited`` is a bar by another law than the drug lists, or by a local rule.
    ``no_specific_law`` means that no control was seen; it never means lawful to sell as food,
    supplement or medicine. ``not_known`` is an answer, never an entry.
    """

    CONTROLLED = "controlled"
    PROHIBITED = "prohibited"
    PRESCRIPTION_ONLY = "prescription_only"
    REGULATED = "regulated"
    AGE_RESTRICTED = "age_restricted"
    NO_SPECIFIC_LAW = "no_specific_law"
    UNCLEAR = "unclear"
    NOT_KNOWN = "not_known"

    @property
    def rank(self) -> int:
        """0 for the most restrictive."""
        return _STATUS_ORDER.index(self)

    @property
    def is_restriction(self) -> bool:
        """Whether the status is a known rule, as opposed to none seen or none known."""
        return self.rank < Status.NO_SPECIFIC_LAW.rank


_STATUS_ORDER = tuple(Status)


class Confidence(StrEnum):
    """Confidence in a status on the date its source speaks for."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    def lowered(self, steps: int) -> Confidence:
        """The confidence some steps down; never below low."""
        order = tuple(Confidence)
        return order[min(order.index(self) + max(steps, 0), len(order) - 1)]


class Possession(StrEnum):
    """What was seen about possession; absent where nothing was seen."""

    OFFENCE = "offence"
    OFFENCE_UNDER_AGE = "offence_under_age"
    NOT_OFFENCE = "not_offence"


class Level(StrEnum):
    """The layer at which a rule is made, widest first."""

    INTERNATIONAL = "international"
    BLOC = "bloc"
    COUNTRY = "country"
    STATE = "state"
    LOCALITY = "locality"


class Cap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit on content. ``basis`` is the denominator; denominators differ between laws."""

    analyte: str
    unit: str
    basis: str
    max: float | None = None
    min: float | None = None

    @property
    def words(self) -> str:
        """The cap as a reader meets it."""
        side = f"at most {self.max:g}" if self.max is not None else f"at least {self.min:g}"
        return f"{self.analyte} {side} {self.unit} ({self.basis})"


class Pending(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was proposed or voted since a date, was not seen in force, and may be law by now."""

    what: str
    since: str


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The status of one substance from one date to another, both inclusive.

    Dates are YYYY, YYYY-MM or YYYY-MM-DD; a partial date means that the day within it is not
    known. ``effective_from`` null: start not known. ``as_of``: the date that the source speaks
    for. ``unverified_fields`` were not seen in the source. ``correction`` says what was changed
    against the first compilation, and why.
    """

    substance: str
    status: Status
    effective_from: str | None
    effective_to: str | None
    as_of: str | None
    confidence: Confidence
    verified: bool
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    min_age: int | None = None
    limits: str = ""
    caps: tuple[Cap, ...] = ()
    possession: Possession | None = None
    pending: Pending | None = None
    instrument: str = ""
    unverified_fields: tuple[str, ...] = ()
    note: str = ""
    correction: str = ""

    def __post_init__(self) -> None:
        if self.substance not in SUBSTANCES:
            raise ValueError(f"{self.substance!r} is none of {', '.join(SUBSTANCES)}")
        if self.status is Status.NOT_KNOWN:
            raise ValueError("not_known is an answer, not an entry; use unclear")
        since = self.pending.since if self.pending else None
        for text in (self.effective_from, self.effective_to, self.as_of, since):
            if text is not None:
                partial_date(text)

    @property
    def start(self) -> PartialDate | None:
        """When it began, or ``None``."""
        return partial_date(self.effective_from) if self.effective_from else None

    @property
    def end(self) -> PartialDate | None:
        """Its last day, or ``None``."""
        return partial_date(self.effective_to) if self.effective_to else None

    @property
    def spoken(self) -> PartialDate | None:
        """The date that the source speaks for, or ``None``."""
        return partial_date(self.as_of) if self.as_of else None

    @property
    def widest(self) -> tuple[dt.date, dt.date]:
        """The longest stretch of days that the period can mean."""
        return (
            self.start.first if self.start else dt.date.min,
            self.end.last if self.end else dt.date.max,
        )


class Membership(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country in a bloc; dates as in a period."""

    code: str
    effective_from: str
    effective_to: str | None = None
    verified: bool
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    unverified_fields: tuple[str, ...] = ()

    def covers(self, date: dt.date) -> bool:
        """Whether the country may have been a member on that day."""
        ended = self.effective_to is not None and partial_date(self.effective_to).last < date
        return partial_date(self.effective_from).first <= date and not ended


class Jurisdiction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One place at one level, its parent, and what is on file by substance and period."""

    code: str
    name: str
    level: Level
    parent: str | None
    read_on: str
    periods: tuple[Period, ...]
    members: tuple[Membership, ...] = ()

    def of(self, substance: str) -> tuple[Period, ...]:
        """The periods of one substance, in order of time."""
        found = (p for p in self.periods if p.substance == substance)
        return tuple(sorted(found, key=lambda p: p.widest))


class Places(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Codes that mean a place on file under another code, and non-codes often written for one."""

    aliases: dict[str, str]
    mistaken: dict[str, str]


class FindingWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Text and action of one finding; braces are filled in by the room."""

    text: str
    action: str = ""


class LawWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every sentence about law that a clinician reads, apart from what the records hold."""

    disclaimer: str
    substances: dict[str, str]
    levels: dict[Level, str]
    statuses: dict[Status, str]
    no_specific_law_caution: str
    notes: dict[str, str]
    leading: dict[str, str]
    headline: dict[str, str]
    findings: dict[str, FindingWords]
    missing: dict[str, dict[str, str]]
