"""What is known of a person over time: dated entries, changes, planned contacts.

The bodies of the store's records of these kinds are these types as JSON. Every field but the
date may be absent, and an absent field means "not known", never "normal".
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

import msgspec

from speciosa.case.vocabulary import Difficulty, KratomForm, LabName, SideEffect

Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Amount = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Note = Annotated[str, msgspec.Meta(max_length=4000)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
Answer = Annotated[int, msgspec.Meta(ge=0, le=10)]


_ITEMS = 9
_EIGHT_ITEMS = 8 * 3  # the most that the other answers of a PHQ-9 add up to


# As in a case: a year outside is a slip of the hand, and leaves no room to count days from it.
_YEARS = range(1900, 2200)


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the parts of a timeline."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            held = getattr(self, name)
            if isinstance(held, dt.date) and held.year not in _YEARS:
                raise ValueError(f"{name}: a date in the years 1900 to 2199")


class Source(StrEnum):
    """Where an entry comes from."""

    VISIT = "visit"
    LINK = "link"
    DIARY = "diary"


class Measured(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One scored questionnaire; ``instrument`` is an id of ``knowledge.instruments``.

    The total is scored by ``clinical.severity.score`` before it comes here; ``low`` and ``high``
    bound it where unanswered items leave it open. Answers are kept as given.
    """

    instrument: Name
    total: Amount | None = None
    low: Amount | None = None
    high: Amount | None = None
    answers: tuple[Answer | None, ...] = ()


class Period(StrEnum):
    """What an account of kratom use covers."""

    DAY = "day"
    WEEK = "week"


class Kratom(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Kratom use on that day or in the week up to it, as the person said it.

    ``used`` is ``None`` where it was not asked. Amounts are one dose's, in the unit typed.
    """

    period: Period = Period.DAY
    used: bool | None = None
    doses: Annotated[float, msgspec.Meta(ge=0, le=500)] | None = None
    leaf_g: Amount | None = None
    mitragynine_mg: Amount | None = None
    seven_oh_mg: Amount | None = None
    form: KratomForm | None = None

    @property
    def doses_per_day(self) -> float | None:
        """How often a day; 0 where no use was said, ``None`` where it is not known."""
        if self.used is False:
            return 0.0
        if self.doses is None:
            return None
        return self.doses / (7 if self.period is Period.WEEK else 1)


class LabValue(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A laboratory or bedside measurement with its unit and the laboratory's upper limit."""

    name: LabName
    value: Amount
    unit: Name
    upper_limit: Amount | None = None


class Entry(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One dated account. ``side_effects`` is ``None`` where they were not asked."""

    date: dt.date
    source: Source = Source.VISIT
    scores: tuple[Measured, ...] = ()
    item9: Annotated[int, msgspec.Meta(ge=0, le=3)] | None = None
    difficulty: Difficulty | None = None
    days_lost: Annotated[int, msgspec.Meta(ge=0, le=31)] | None = None
    sleep_hours: Annotated[float, msgspec.Meta(ge=0, le=24)] | None = None
    kratom: Kratom | None = None
    side_effects: tuple[SideEffect, ...] | None = None
    labs: tuple[LabValue, ...] = ()
    note: Note = ""

    def measured(self, instrument: str) -> Measured | None:
        """The score of one questionnaire in this entry."""
        return next((m for m in self.scores if m.instrument == instrument), None)

    @property
    def suicidality(self) -> int | None:
        """Item 9 of the PHQ-9 as answered, the worse where it stands twice; never imputed.

        A total that the other eight answers cannot reach says as much as what is left of it.
        """
        given = [self.item9]
        for measured in self.scores:
            total = measured.total
            if measured.instrument == "phq9" and not measured.answers and total is not None:
                given.append(int(total) - _EIGHT_ITEMS if total > _EIGHT_ITEMS else None)
            elif measured.instrument == "phq9" and len(measured.answers) == _ITEMS:
                given.append(measured.answers[-1])
        return max((x for x in given if x is not None), default=None)


class EventKind(StrEnum):
    """What happened. ``reviewed``: a clinician looked at what was pressing; ``what`` was done."""

    STARTED = "started"
    STOPPED = "stopped"
    CHANGED = "changed"
    LIFE = "life"
    REVIEWED = "reviewed"


class Direction(StrEnum):
    """Which way something changed, where it is known."""

    MORE = "more"
    LESS = "less"


class Event(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A dated change. ``treatment`` is an id of ``knowledge.care``, a medicine's id or "kratom"."""

    date: dt.date
    kind: EventKind
    what: Name
    treatment: Name = ""
    direction: Direction | None = None
    note: Note = ""


class Visit(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A planned contact; ``done`` is the day on which it took place."""

    planned: dt.date
    label: Name = ""
    measure: tuple[Name, ...] = ()
    done: dt.date | None = None
    note: Note = ""


class AlarmSource(StrEnum):
    """Where an alarm stands."""

    CASE = "case"
    DRAFT = "draft"


class Alarm(Part, frozen=True, kw_only=True, omit_defaults=True):
    """An urgent route of a kept case, or danger signs and item 9 in a form not yet finished.

    ``newest``: no later case is on record. Item 9 of a kept case is an entry and not repeated.
    """

    date: dt.date
    source: AlarmSource
    words: str
    item9: int = 0
    newest: bool = True


class Timeline(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Everything over time of one person, in any order.

    ``unreadable``: records that this program cannot read; what they hold is not known.
    """

    entries: tuple[Entry, ...] = ()
    events: tuple[Event, ...] = ()
    visits: tuple[Visit, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    unreadable: int = 0
