"""Recorded judgements and the signals of the day -> domains and certainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from speciosa.evidence.grading.signals import Signal
from speciosa.finding import Certainty
from speciosa.knowledge.evidence.pooled import DomainName, GradeDomain, Level, certainty
from speciosa.knowledge.evidence.question import RecordedJudgement

BY_SIGNAL = "signal"


def domains(
    recorded: Sequence[RecordedJudgement], found: Mapping[DomainName, Signal]
) -> tuple[GradeDomain, ...]:
    """Each domain with the level that counts.

    A recorded judgement stands while the signal is no worse than on the day of the judgement. When
    it is worse, and worse than the judgement, the signal counts and a review is due. Where the
    signal rests on ignorance no judgement is milder than it.
    """
    judged = {judgement.domain: judgement for judgement in recorded}
    return tuple(
        _domain(name, judged.get(name), found.get(name))
        for name in DomainName
        if name in judged or name in found
    )


def _domain(
    name: DomainName, judged: RecordedJudgement | None, signal: Signal | None
) -> GradeDomain:
    level = signal.level if signal else Level.NONE
    why = signal.reason if signal else ""
    if judged is None:
        return GradeDomain(
            domain=name,
            level=level,
            reason=why,
            by=BY_SIGNAL,
            signal=level,
            signal_reason=why,
        )
    worse = level.steps > judged.level.steps
    ignorant = worse and signal is not None and signal.ignorance
    overtaken = ignorant or (worse and level.steps > judged.signal.steps)
    review = ""
    if ignorant:
        review = (
            f"The judgement of {judged.date} ({judged.level}) is milder than what nobody has looked"
            f" at allows; {level} counts until it has been."
        )
    elif overtaken:
        review = (
            f"The judgement of {judged.date} ({judged.level}) was made when the numbers said"
            f" {judged.signal}; they now say {level}, which counts until somebody judges again."
        )
    return GradeDomain(
        domain=name,
        level=level if overtaken else judged.level,
        reason=judged.reason,
        by=judged.by,
        date=judged.date,
        signal=level,
        signal_reason=why,
        review_due=review,
    )


def reason(start: Certainty, of: tuple[GradeDomain, ...]) -> str:
    """How the certainty came about, in one sentence."""
    steps = [
        f"{d.domain} {'+' if d.domain.raises else '-'}{d.level.steps}"
        for d in of
        if d.level is not Level.NONE
    ]
    ends = certainty(start, of)
    if not steps:
        return f"starts at {start}; nothing lowers it"
    return f"starts at {start}; {', '.join(steps)}; ends at {ends}"
