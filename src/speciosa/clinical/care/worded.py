"""From wording to results: the sentence that holds, a finding, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Finding, Missing, Severity, Tone

if TYPE_CHECKING:
    from collections.abc import Set

    from speciosa.knowledge.care import wording


def first_text(texts: tuple[wording.Text, ...], flags: Set[str]) -> str:
    """The first sentence whose condition holds, or nothing."""
    return next((text.text for text in texts if text.holds(flags)), "")


def sentence(words: str) -> str:
    """Capital first, full stop last, for words that stand alone; nothing stays nothing."""
    return words[:1].upper() + words[1:].rstrip(".") + "." if words else ""


def joined(*parts: str) -> str:
    """Sentences one after another, empty ones left out."""
    return " ".join(part for part in parts if part)


def unique(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Each text once, in order, empty ones left out."""
    return tuple(dict.fromkeys(text for text in texts if text))


def every_text(texts: tuple[wording.Text, ...], flags: Set[str]) -> tuple[str, ...]:
    """Every sentence whose condition holds, in order."""
    return tuple(text.text for text in texts if text.holds(flags))


def finding(worded: wording.WordedFinding) -> Finding:
    """A finding from its wording."""
    return Finding(
        id=worded.id,
        severity=Severity(worded.severity),
        certainty=worded.certainty,
        tone=Tone(worded.tone),
        text=worded.text,
        action=worded.action,
        facts=worded.facts,
    )


def missing(worded: tuple[wording.Missing, ...], flags: Set[str]) -> tuple[Missing, ...]:
    """What was not given and bears on the plan."""
    return tuple(
        Missing(field=m.field, cost=m.cost, how=m.how, severity=Severity(m.severity))
        for m in worded
        if m.holds(flags)
    )
