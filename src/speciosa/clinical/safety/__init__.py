"""Safety: what needs action now, the rules that hold, side effects and what to monitor."""

from __future__ import annotations

from speciosa.case import Case
from speciosa.clinical.safety import rules, side_effects, urgent
from speciosa.clinical.safety.picture import Picture
from speciosa.clinical.safety.result import SafetyResult
from speciosa.finding import Certainty, Finding, Severity, Tone, worst_first
from speciosa.knowledge import Knowledge

__all__ = ["assess"]


def assess(case: Case, knowledge: Knowledge) -> SafetyResult:
    """Red flags, safety rules and side effects of one case.

    What was not given never counts as normal: it appears under ``missing`` and ``ask_now``, and a
    grave rule that cannot be decided is shown as a condition.
    """
    picture = Picture(case, knowledge)
    decided = rules.decide(picture)
    fired = rules.fired(decided, knowledge)
    urgent_result, urgent_missing = urgent.assess(
        picture, tuple(rule.title for rule in fired if rule.severity == Severity.URGENT)
    )
    conditional = rules.conditional(decided, knowledge)
    return SafetyResult(
        urgent=urgent_result,
        rules=fired,
        conditional_rules=conditional,
        side_effects=side_effects.assess(picture, decided),
        findings=worst_first((*rules.findings((*fired, *conditional)), *_unrecognised(picture))),
        missing=rules.merged((*rules.missing(decided, knowledge), *urgent_missing), knowledge),
    )


def _unrecognised(picture: Picture) -> tuple[Finding, ...]:
    if not picture.unrecognised:
        return ()
    names = ", ".join(f'"{name}"' for name in dict.fromkeys(picture.unrecognised))
    return (
        Finding(
            id="safety.not_recognised",
            severity=Severity.MAJOR,
            certainty=Certainty.UNKNOWN,
            tone=Tone.WARNING,
            text=f"Not recognised, or not settled, and so not fully checked: {names}.",
            action="Check these names by hand against every safety rule.",
        ),
    )
