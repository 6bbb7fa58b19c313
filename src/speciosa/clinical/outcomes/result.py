"""What the outcomes room returns."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from speciosa.clinical.outcomes.timeline import EventKind, Source
from speciosa.finding import Estimate, Finding, Missing


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A dated total; ``low`` and ``high`` bound it where items were missing.

    ``unsettled`` marks a total taken while a change of kratom can still show in it.
    """

    date: dt.date
    total: float
    low: float
    high: float
    source: Source
    unsettled: bool = False


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The newest total against an earlier one (``since``: first, previous or lowest).

    ``kind`` is the kind of the label in ``knowledge.instruments`` ("reliable_worsening"), empty
    where no rule is known or missing items leave it open.
    """

    since: str
    from_date: dt.date
    from_total: float
    to_date: dt.date
    to_total: float
    difference: float
    kind: str
    label: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """One questionnaire over time, oldest first.

    ``reliable`` is the smallest change beyond measurement error, ``band`` the totals around the
    first one that do not reach it. ``response`` and ``remission`` are ``None`` where they cannot
    be said. ``more_kratom``: kratom was begun or used more since the first total, or changed in
    a way or by an amount that is not recorded; a fall is then no response.
    """

    instrument: str
    name: str
    maximum: int
    points: tuple[Point, ...]
    reliable: float | None = None
    band: tuple[float, float] | None = None
    remission_at_most: float | None = None
    response: bool | None = None
    remission: bool | None = None
    more_kratom: bool = False
    compared: tuple[Compared, ...] = ()
    facts: tuple[str, ...] = ()


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A change as it stands on the time axis."""

    date: dt.date
    kind: EventKind
    what: str
    text: str
    kratom: bool = False


class Verdict(StrEnum):
    """How scores after a change stand to those before it. None of these says why."""

    LOWER = "lower"
    HIGHER = "higher"
    NO_CLEAR_DIFFERENCE = "no clear difference"
    CANNOT_TELL = "cannot tell"


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One questionnaire before and after one change.

    ``change`` is after minus before, over every plausible autocorrelation. ``beyond_trend`` has a
    common trend over time taken out; ``expected`` is how far the baseline would move by regression
    to the mean alone. ``reasons`` says why it cannot be told, or what weakens it.
    """

    instrument: str
    name: str
    event: Mark
    verdict: Verdict
    text: str
    before: int = 0
    after: int = 0
    from_date: dt.date | None = None
    to_date: dt.date | None = None
    change: Estimate | None = None
    beyond_trend: Estimate | None = None
    expected: Estimate | None = None
    reasons: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class Repeated(msgspec.Struct, frozen=True, kw_only=True):
    """The same treatment on and off several times, compared pair by pair."""

    instrument: str
    name: str
    treatment: str
    verdict: Verdict
    text: str
    pairs: int
    difference: Estimate | None = None
    reasons: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class NextVisit(msgspec.Struct, frozen=True, kw_only=True):
    """When the next contact is due, what to measure and what to decide.

    ``date`` is ``None`` where nothing on record gives a start to count from. ``overdue_since`` is
    the earliest day that was missed; the date can be today because of something more pressing.
    """

    date: dt.date | None
    label: str
    why: str
    measure: tuple[str, ...] = ()
    decide: tuple[str, ...] = ()
    overdue_days: int = 0
    overdue_since: dt.date | None = None
    facts: tuple[str, ...] = ()


class OutcomesResult(msgspec.Struct, frozen=True, kw_only=True):
    """Follow-up of one person up to a day.

    ``crisis``: an urgent route holds now. ``to_look_at``: what stays on the clinic's list until a
    clinician records having looked at it.
    """

    today: dt.date
    headline: str
    findings: tuple[Finding, ...] = ()
    courses: tuple[Course, ...] = ()
    marks: tuple[Mark, ...] = ()
    responses: tuple[Response, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    next_visit: NextVisit | None = None
    missing: tuple[Missing, ...] = ()
    crisis: bool = False
    to_look_at: tuple[str, ...] = ()


class Concern(StrEnum):
    """Why a person stands on a clinic's list, most pressing first."""

    ITEM_9 = "item 9"
    DANGER = "danger"
    WORSENING = "worsening"
    LABORATORY = "laboratory"
    UNREADABLE = "cannot be read"
    UNSEEN = "not yet looked at"
    POSSIBLE = "possible worsening"
    WITHDRAWAL = "withdrawal"
    OVERDUE = "overdue"
    NOTHING = "nothing entered"


class Attention(msgspec.Struct, frozen=True, kw_only=True):
    """One person on a clinic's list: every concern with its sentence, the worst first.

    ``item9`` is a current answer above 0 and ``since`` the day of the newest matter.
    """

    person: str
    concerns: tuple[Concern, ...]
    lines: tuple[str, ...]
    overdue_days: int = 0
    rise: float = 0.0
    item9: int = 0
    since: dt.date | None = None
    last_entry: dt.date | None = None
    next_date: dt.date | None = None
