"""Sentences of the severity and dependence rooms, and the patterns they look for, as data."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from speciosa.errors import KnowledgeError
from speciosa.finding import Certainty, Finding, Missing, Severity, Tone


class Phrase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding before the person's values are put into its ``{gaps}``."""

    severity: Severity
    certainty: Certainty
    text: str
    tone: Tone = Tone.NEUTRAL
    action: str = ""
    detail: str = ""
    facts: tuple[str, ...] = ()


class Gap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A missing piece: what it costs and how to get it."""

    field: str
    cost: str
    how: str = ""
    severity: Severity = Severity.MINOR


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be on record for a pattern to hold.

    Every list that is given must have at least one word on record. ``hazards`` are hazard classes
    of medicines and substances taken now; the three lists after it ask for one kind alone.
    ``recent_kratom_change`` asks for a stop or cut-down that can still cause withdrawal.
    """

    conditions: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    medicine_hazards: tuple[str, ...] = ()
    stopped_hazards: tuple[str, ...] = ()
    substance_hazards: tuple[str, ...] = ()
    kratom: tuple[str, ...] = ()
    between_doses: tuple[str, ...] = ()
    side_effects: tuple[str, ...] = ()
    recent_kratom_change: bool = False


class Pattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A combination to think of; ``finding`` names its phrase, ``short`` goes into a headline."""

    finding: str
    when: Match
    short: str = ""


class Exclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of other causes: any one on record counts, each can be asked and absent.

    ``conditions`` are those whose absence can be recorded; ``any_of`` finds the rest.
    """

    name: str
    why: str
    fact: str
    severity: Severity
    conditions: tuple[str, ...] = ()
    any_of: tuple[Match, ...] = ()


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All sentences of one room. ``room`` begins the ids of its findings."""

    room: str
    findings: dict[str, Phrase]
    missing: dict[str, Gap]
    words: dict[str, dict[str, str]] = {}
    lines: dict[str, str] = {}
    levels: dict[str, dict[str, Severity]] = {}
    patterns: tuple[Pattern, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    def finding(
        self,
        key: str,
        *,
        values: Mapping[str, object] | None = None,
        facts: tuple[str, ...] = (),
        severity: Severity | None = None,
        about: str = "",
    ) -> Finding:
        """The finding of a phrase; ``about`` makes the id unique where a phrase is used twice."""
        try:
            phrase = self.findings[key]
        except KeyError:
            raise KnowledgeError(f"{self.room} has no phrase {key!r}") from None
        filled = values or {}
        return Finding(
            id=".".join(part for part in (self.room, key, about) if part),
            severity=severity or phrase.severity,
            certainty=phrase.certainty,
            tone=phrase.tone,
            text=phrase.text.format_map(filled),
            action=phrase.action.format_map(filled),
            detail=phrase.detail.format_map(filled),
            facts=tuple(dict.fromkeys((*phrase.facts, *facts))),
        )

    def gap(self, key: str, **values: object) -> Missing:
        """A missing piece."""
        gap = self.missing[key]
        return Missing(
            field=gap.field.format_map(values),
            cost=gap.cost.format_map(values),
            how=gap.how.format_map(values),
            severity=gap.severity,
        )

    def word(self, group: str, name: str) -> str:
        """The plain word for a name of the case; the name itself where none is written."""
        return self.words.get(group, {}).get(name, name.replace("_", " "))

    def words_for(self, group: str, names: tuple[str, ...]) -> str:
        """Several plain words as one list in a sentence."""
        return ", ".join(self.word(group, name) for name in names)

    def line(self, key: str, **values: object) -> str:
        """A piece of a sentence."""
        return self.lines[key].format_map(values)

    def level(self, group: str, name: str) -> Severity:
        """How bad a named step of a scale is."""
        return self.levels[group][name]

    def cited(self) -> tuple[str, ...]:
        """Every fact that a sentence rests on."""
        phrases = (fact for phrase in self.findings.values() for fact in phrase.facts)
        return (*phrases, *(exclusion.fact for exclusion in self.exclusions))
