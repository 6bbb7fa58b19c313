"""Something said of an item that other items of the section may share."""

from __future__ import annotations

from dataclasses import dataclass

from speciosa.finding import Certainty, Severity, Tone

PREFERS = "prefers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something said of an item that several items of a section may share.

    ``concerns`` is the class of items it holds for, where it holds for a class.
    """

    id: str
    text: str
    severity: Severity = Severity.INFO
    certainty: Certainty = Certainty.MODERATE
    tone: Tone = Tone.NEUTRAL
    rule: str = ""
    concerns: str = ""
    facts: tuple[str, ...] = ()
