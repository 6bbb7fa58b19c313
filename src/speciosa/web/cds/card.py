"""The card as CDS Hooks 2.0 describes it. What is left at its default is not sent."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Any

import msgspec

LONGEST_SUMMARY = 139
_ESCAPED = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]()#+!|~<>&$^"})
_MOST_QUOTED = 120


class Indicator(StrEnum):
    """How grave a card is, worst first."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Coding(msgspec.Struct, frozen=True, kw_only=True):
    """A code with its system and its words: all three are always sent."""

    system: str
    code: str
    display: str


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who says it, and on what."""

    label: str
    topic: Coding
    url: str = ""


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One step of a suggestion: something to create, or a draft order to delete."""

    type: str
    description: str
    resource: dict[str, Any] = {}
    resource_id: str = ""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What the clinician can have done with one click. Nothing is marked as recommended."""

    label: str
    uuid: str
    actions: tuple[Action, ...]


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Where more can be read. ``app_context`` goes with ``smart`` only."""

    label: str
    url: str
    type: str
    app_context: str = ""


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One card."""

    uuid: str
    summary: str
    indicator: Indicator
    source: Source
    detail: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    selection_behavior: str = ""
    override_reasons: tuple[Coding, ...] = ()
    links: tuple[Link, ...] = ()


_TOPICS = "urn:speciosa:card-topic"
_REASONS = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
OVERRIDES = tuple(
    Coding(system=_REASONS, code=code, display=display)
    for code, display in (
        ("action-completed", "Already done, or already known and discussed"),
        ("risk-benefit-ratio", "Benefit outweighs the risk for this patient"),
        ("patient-refuses", "Patient declines"),
        ("prefers-alternative", "Another way is preferred"),
        ("limited-time", "No time now"),
    )
)


class Topic(StrEnum):
    """What a card is about; its code in feedback and statistics."""

    DANGER = "danger"
    KRATOM = "kratom-use"
    INTERACTION = "interaction"
    NOT_CHECKED = "order-not-checked"
    COURSE = "gad7-course"
    LAW = "kratom-law"
    UNKNOWN = "record-not-known"
    ORDER = "kratom-ordered"


_DISPLAYS = {
    Topic.DANGER: "Danger signs and crisis route",
    Topic.KRATOM: "Kratom use on record",
    Topic.INTERACTION: "Interaction",
    Topic.NOT_CHECKED: "Order that could not be checked",
    Topic.COURSE: "Course of GAD-7",
    Topic.LAW: "Law on kratom at the patient's place",
    Topic.UNKNOWN: "What the record leaves open",
    Topic.ORDER: "Order for kratom",
}


def make_card(
    topic: Topic,
    indicator: Indicator,
    summary: str,
    detail: str,
    *,
    suggestions: tuple[Suggestion, ...] = (),
    links: tuple[Link, ...] = (),
) -> Card:
    """A card with everything that every card needs."""
    return Card(
        uuid=str(uuid.uuid4()),
        summary=shortened(summary),
        indicator=indicator,
        source=Source(
            label="Speciosa",
            topic=Coding(system=_TOPICS, code=topic.value, display=_DISPLAYS[topic]),
        ),
        detail=detail,
        suggestions=suggestions,
        selection_behavior="any" if suggestions else "",
        override_reasons=OVERRIDES if indicator is not Indicator.INFO else (),
        links=links,
    )


def make_suggestion(label: str, *actions: Action) -> Suggestion:
    """A suggestion under a name of its own."""
    return Suggestion(label=label, uuid=str(uuid.uuid4()), actions=actions)


def shortened(text: str, most: int = LONGEST_SUMMARY) -> str:
    """The text, cut at a word where it is too long for its place."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > most // 2 else cut).rstrip(" ,;:(") + "…"


def plain(words: str) -> str:
    """Words of the record for a summary: one line, short, nothing that a screen would obey."""
    kept = "".join(char if char.isprintable() else " " for char in words)
    return shortened(kept.replace("<", "(").replace(">", ")"), 60)


def escaped(words: str) -> str:
    """Words that may come from the record, for Markdown: one line, nothing that is obeyed."""
    kept = "".join(char if char.isprintable() else " " for char in words)
    return " ".join(kept.split()).translate(_ESCAPED)


def quoted(words: str) -> str:
    """Words of the record for Markdown: short, in quotation marks, nothing that is obeyed."""
    return f"“{escaped(shortened(words, _MOST_QUOTED))}”"
