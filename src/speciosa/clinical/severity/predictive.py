"""Bayes' rule: what a positive or a negative screen means at a given prevalence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Estimate

if TYPE_CHECKING:
    from speciosa.knowledge.instruments import Cutoff


def positive_predictive_value(sensitivity: float, specificity: float, prevalence: float) -> float:
    """Share with the disorder among those at or above the cut-off; all values are shares."""
    true_positive = sensitivity * prevalence
    false_positive = (1 - specificity) * (1 - prevalence)
    return _share(true_positive, false_positive)


def missed_share(sensitivity: float, specificity: float, prevalence: float) -> float:
    """Share with the disorder among those below the cut-off (1 - negative predictive value)."""
    missed = (1 - sensitivity) * prevalence
    true_negative = specificity * (1 - prevalence)
    return _share(missed, true_negative)


def predicted(
    cutoff: Cutoff, prevalence: float, *, above: bool, interval: str, fact: str
) -> Estimate | None:
    """Share with the disorder on this side of the cut-off, ``None`` without full intervals.

    Either share only rises, or only falls, in sensitivity and in specificity, so putting both at
    the same end of their intervals bounds the result.
    """
    if cutoff.sensitivity is None or cutoff.specificity is None:
        return None
    if cutoff.sensitivity_low is None or cutoff.sensitivity_high is None:
        return None
    if cutoff.specificity_low is None or cutoff.specificity_high is None:
        return None
    share = positive_predictive_value if above else missed_share
    ends = (
        share(cutoff.sensitivity_low, cutoff.specificity_low, prevalence),
        share(cutoff.sensitivity_high, cutoff.specificity_high, prevalence),
    )
    return Estimate(
        value=share(cutoff.sensitivity, cutoff.specificity, prevalence),
        unit="share",
        low=min(ends),
        high=max(ends),
        interval=interval,
        facts=(f"{fact}/sensitivity", f"{fact}/specificity"),
    )


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest > 0 else 0.0
