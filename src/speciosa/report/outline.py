"""What is said where: the sections in reading order, and what belongs on the first screen."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from speciosa.assessment import Assessment
from speciosa.clinical.care.result import PlanItem
from speciosa.finding import Finding, Missing
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.regulation.result import LawResult


class Section(NamedTuple):
    """A section: its key in the assessment (also its anchor) and its title."""

    key: str
    title: str


SECTIONS: tuple[Section, ...] = (
    Section("urgent", "Danger signs and crisis contacts"),
    Section("severity", "Severity of anxiety"),
    Section("kratom", "Kratom use"),
    Section("exposure", "Predicted exposure"),
    Section("mechanism", "What these concentrations could do"),
    Section("interactions", "Interactions"),
    Section("side_effects", "Side effects"),
    Section("regulation", "The law here"),
    Section("evidence", "Evidence"),
    Section("plan", "Care plan"),
    Section("consultation", "In the consultation"),
    Section("follow_up", "Follow-up"),
    Section("safety_rules", "Safety rules that apply"),
    Section("missing", "What is missing"),
    Section("references", "References"),
    Section("provenance", "About this result"),
)

TOP_INTERACTIONS = 3
FIRST_STEPS = 4
_STEPS = frozenset({"do", "offer"})


def top_interactions(assessment: Assessment) -> tuple[Interaction, ...]:
    """The worst interactions, in their own order where equally severe."""
    rows = sorted(assessment.interactions.rows, key=lambda row: row.severity.rank)
    return tuple(rows[:TOP_INTERACTIONS])


def names_its_members(row: Interaction) -> bool:
    """Whether the sentence itself says who is involved, so that no title is needed."""
    sentence = row.sentence.lower()
    return all(member.lower() in sentence for member in row.members)


def leading_law(law: LawResult) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The leading answers in words; substances with the same answer stand together."""
    together: dict[str, list[str]] = {}
    for substance, text in law.leading_words.items():
        together.setdefault(text, []).append(substance)
    return tuple((tuple(substances), text) for text, substances in together.items())


def first_steps(assessment: Assessment) -> tuple[PlanItem, ...]:
    """The first things to do or offer, in the plan's order; weighing and avoiding come later."""
    items = [item for section in assessment.plan.sections for item in section.items]
    steps = [item for item in items if item.standing in _STEPS]
    return tuple((steps or items)[:FIRST_STEPS])


def all_missing(assessment: Assessment) -> tuple[Missing, ...]:
    """Every missing piece once, the assessment's own list first, the costliest on top."""
    found = dict.fromkeys(assessment.missing)
    for part in _structs(assessment):
        found.update(dict.fromkeys(getattr(part, "missing", ())))
    return tuple(sorted(found, key=lambda m: m.severity.rank))


def first_sentence(text: str) -> str:
    """The first sentence, for the first screen; the whole text stands in its section."""
    first, stop, rest = text.partition(". ")
    return first + "." if stop and rest else text


def others(findings: tuple[Finding, ...], *already: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that were not shown in one of the lists before."""
    seen = {finding for group in already for finding in group}
    return tuple(finding for finding in findings if finding not in seen)


def _structs(assessment: Assessment) -> tuple[msgspec.Struct, ...]:
    parts: list[msgspec.Struct] = []
    for field in assessment.__struct_fields__:
        value = getattr(assessment, field)
        if isinstance(value, msgspec.Struct):
            parts.append(value)
            inner = (getattr(value, name) for name in value.__struct_fields__)
            parts.extend(v for v in inner if isinstance(v, msgspec.Struct))
    return tuple(parts)
