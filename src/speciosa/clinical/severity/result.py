"""What the severity room returns."""

from __future__ import annotations

import msgspec

from speciosa.finding import Estimate, Finding, Missing


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument as scored. ``total`` is ``None`` when it cannot be scored; see ``reason``.

    ``measurement_error`` is the half-width, in points, within which two scores of an unchanged
    person can differ (reliable change index), where published.
    """

    instrument: str
    name: str
    total: Estimate | None
    maximum: int
    band: str = ""
    answered: int | None = None
    items: int | None = None
    prorated: bool = False
    reason: str = ""
    meaning: str = ""
    measurement_error: Estimate | None = None
    date: str = ""
    facts: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Difference between two scores of one instrument, labelled against measurement error."""

    instrument: str
    from_date: str
    to_date: str
    from_score: float
    to_score: float
    difference: float
    label: str
    response: bool | None = None
    remission: bool | None = None
    facts: tuple[str, ...] = ()


class HistoryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One dated score, for the chart over time."""

    instrument: str
    date: str
    score: float


class PredictiveValue(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the people on this side of a cut-off have the disorder.

    ``prevalence`` is the share of those screened who have it; ``share`` is the result of Bayes'
    rule on pooled sensitivity and specificity, for people at or above the cut-off or below it.
    """

    instrument: str
    target: str
    cutoff: int
    at_or_above: bool
    prevalence: float
    share: Estimate
    facts: tuple[str, ...] = ()


class SeverityResult(msgspec.Struct, frozen=True, kw_only=True):
    """Severity, daily-life impact, change, and how far a screen can carry a diagnosis."""

    headline: str
    scores: tuple[Score, ...]
    function: tuple[Finding, ...]
    diagnosis: tuple[Finding, ...]
    changes: tuple[Change, ...]
    history: tuple[HistoryPoint, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    predictive: tuple[PredictiveValue, ...] = ()
