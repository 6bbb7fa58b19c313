"""The words every room speaks: a finding, an estimate, a missing piece.

A room returns these and nothing looser, so that no conclusion can reach a reader without a
severity, a certainty and the facts it rests on, and no number without its interval.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """What can happen if the finding is ignored, worst first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    MAJOR = "major"
    MODERATE = "moderate"
    MINOR = "minor"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst; sort by it."""
        return _SEVERITY_ORDER.index(self)


_SEVERITY_ORDER = tuple(Severity)


class Certainty(StrEnum):
    """How sure the finding is, in the words of GRADE, and ``unknown`` where nothing is known."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"
    UNKNOWN = "unknown"


class Tone(StrEnum):
    """Whether a finding warns, reassures or neither.

    The tone is declared so that a property can be tested: taking information away must never
    add a reassuring finding.
    """

    WARNING = "warning"
    NEUTRAL = "neutral"
    REASSURING = "reassuring"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One conclusion.

    ``id`` is stable across releases (``safety.SR-CRISIS-01``). ``text`` is one plain sentence for
    the clinician; ``action`` says what to do and who does it; ``detail`` is for whoever opens the
    finding. ``facts`` are ids that ``Knowledge.cite`` resolves; it may be empty only for a finding
    about the input itself ("item 9 was not answered").
    """

    id: str
    severity: Severity
    certainty: Certainty
    text: str
    tone: Tone = Tone.NEUTRAL
    action: str = ""
    detail: str = ""
    facts: tuple[str, ...] = ()


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its interval, or the reason why it has none.

    ``interval`` names the kind of interval ("90 % prediction interval", "95 % CI"). ``value`` may
    be ``None`` when only a range, or nothing, is known.
    """

    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    interval: str = ""
    no_interval_because: str = ""
    facts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        has_interval = self.low is not None and self.high is not None and bool(self.interval)
        if not has_interval and not self.no_interval_because:
            raise ValueError(f"an estimate in {self.unit} has neither interval nor reason")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"interval upside down: {self.low} to {self.high} {self.unit}")


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of information that was not given, what that costs, and how to get it."""

    field: str
    cost: str
    how: str = ""
    severity: Severity = Severity.MINOR


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Sort by severity, then id, so that the order never depends on the order of rules."""
    return tuple(sorted(findings, key=lambda f: (f.severity.rank, f.id)))
