"""The care plan: sections in the order in which a clinician works, safety first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from speciosa.clinical.care import from_results, notes
from speciosa.clinical.care.first import first_steps
from speciosa.clinical.care.items import OPTIONS, Placed, placed
from speciosa.clinical.care.result import PlanItem, PlanResult, PlanSection
from speciosa.clinical.care.situation import Situation
from speciosa.clinical.care.standing import AVOID, rank
from speciosa.clinical.care.worded import finding, first_text, missing, sentence, unique
from speciosa.finding import Certainty, Finding, Severity, Tone, worst_first

if TYPE_CHECKING:
    from speciosa.knowledge.care.wording import Section

_NAMED = 6
_TO_DO_FIRST = ("lifestyle", "stress")
_PSYCHOLOGICAL_FIRST = ("psychological", "medicine", "herbal", "lifestyle", "")
_MEDICINE_FIRST = ("medicine", "psychological", "herbal", "lifestyle", "")


def plan(here: Situation) -> PlanResult:
    """What to do, offer, consider, weigh and avoid for this person, and why."""
    wording = here.knowledge.care.plan
    by_section = {
        section.id: tuple(
            placed(item, here)
            for item in here.knowledge.care.plan_items
            if item.section == section.id and item.holds(here.flags)
        )
        for section in wording.sections
    }
    by_section[OPTIONS] = _ordered(by_section[OPTIONS], here)
    if "crisis" not in here.flags:
        for section_id in _TO_DO_FIRST:
            by_section[section_id] = tuple(
                sorted(by_section[section_id], key=lambda p: rank(p.item.standing))
            )
    covered = frozenset(c for found in by_section.values() for p in found for c in p.covers)
    sections = tuple(_section(s, by_section[s.id], here, covered) for s in wording.sections)
    options = next(section for section in sections if section.id == OPTIONS)
    return PlanResult(
        headline=first_text(wording.headlines, here.flags),
        step=here.step.label,
        why_this_step=here.step.why,
        sections=tuple(section for section in sections if section.items),
        findings=worst_first(
            (
                *(finding(w) for w in wording.findings if w.holds(here.flags)),
                *_must_not(by_section[OPTIONS], here),
            )
        ),
        missing=missing(wording.missing, here.flags),
        first_steps=first_steps(here, options.items),
    )


def _section(
    section: Section, found: tuple[Placed, ...], here: Situation, covered: frozenset[str]
) -> PlanSection:
    as_notes = notes.shared(found)
    return PlanSection(
        id=section.id,
        title=section.title,
        lead=first_text(section.leads, here.flags) or section.lead,
        notes=notes.notes(section.id, found, as_notes, here.knowledge.care.plan.words),
        items=(
            *_leading(section.id, here, covered),
            *(
                _carrying_out(p.carries, i, here)
                for p, i in zip(found, notes.items(found, as_notes), strict=True)
            ),
            *_trailing(section.id, here, covered),
        ),
    )


def _carrying_out(covers: frozenset[str], item: PlanItem, here: Situation) -> PlanItem:
    """The item with the findings that it stands for, and the ids of the rules it carries out."""
    words = here.knowledge.care.plan.words
    said = tuple(from_results.for_this_person(here, covers))
    fired = sorted(r.id for r in here.results.safety.rules if r.id in covers)
    why = words["covers"].format(why=item.why, rules=", ".join(fired)) if fired else item.why
    return msgspec.structs.replace(
        item,
        why=why,
        for_this_person=unique((*item.for_this_person, *(sentence(f.text) for f in said))),
        facts=unique((*item.facts, *(fact for f in said for fact in f.facts))),
    )


def _leading(section_id: str, here: Situation, covered: frozenset[str]) -> Iterator[PlanItem]:
    """Items made from the other rooms' results, which stand before the worded ones."""
    if section_id == "safety":
        yield from from_results.urgent(here, covered)
    elif section_id == "diagnosis":
        yield from from_results.diagnosis(here, covered)
    elif section_id == "goals":
        yield from from_results.goals(here)
    elif section_id == "interactions":
        yield from from_results.interactions(here)


def _trailing(section_id: str, here: Situation, covered: frozenset[str]) -> Iterator[PlanItem]:
    if section_id == "interactions":
        yield from from_results.rules(here, covered)


def _ordered(found: tuple[Placed, ...], here: Situation) -> tuple[Placed, ...]:
    """Kind, then standing, then wishes; never the size of an effect. By name in a crisis."""
    if "crisis" in here.flags:
        return tuple(sorted(found, key=lambda p: p.item.title))
    flags = here.flags
    medicine_wanted = "avoids_psychological" in flags or (
        "prefers_medicine" in flags and "prefers_psychological" not in flags
    )
    protected = flags & {"under_18", "pregnancy"}
    avoided = "avoids_medicine" in flags
    first = medicine_wanted and not protected and not avoided
    kinds = _MEDICINE_FIRST if first else _PSYCHOLOGICAL_FIRST
    return tuple(
        sorted(found, key=lambda p: (kinds.index(p.kind), rank(p.item.standing), -p.score))
    )


def _must_not(options: tuple[Placed, ...], here: Situation) -> Iterator[Finding]:
    """One finding for each rule that holds options back, so that nothing drops silently."""
    words = here.knowledge.care.plan.words
    reasons: dict[str, dict[str, list[Placed]]] = {}
    for entry in options:
        for rule, caution in entry.must_not:
            reasons.setdefault(rule, {}).setdefault(caution, []).append(entry)
    for rule, grouped in reasons.items():
        sentences = (
            words["must_not_reason"].format(items=_named(entries, words), caution=caution)
            for caution, entries in grouped.items()
        )
        yield Finding(
            id=f"care.must-not.{rule}",
            severity=Severity.MAJOR,
            certainty=Certainty.LOW,
            tone=Tone.WARNING,
            text=words["must_not"].format(rule=rule, reasons=" ".join(sentences)),
            facts=tuple(
                dict.fromkeys(f for es in grouped.values() for e in es for f in e.item.facts[:1])
            ),
        )


def _named(entries: list[Placed], words: Mapping[str, str]) -> str:
    """The options by name; by number where they are many and none of them is to be avoided."""
    if len(entries) > _NAMED and not any(entry.item.standing == AVOID for entry in entries):
        return words["must_not_many"].format(count=len(entries))
    return ", ".join(entry.title for entry in entries)
