"""What is said where: the sections in reading order, and what belongs on the first screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from speciosa.assessment import Assessment
from speciosa.clinical.care.result import PlanItem, PlanSection
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.clinical.severity.result import Score
from speciosa.evidence.result import Report
from speciosa.finding import Finding, Missing, Severity, Tone
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.regulation.result import LawResult
from speciosa.report import words


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
FIRST_STEPS = 5
_FEW_CAVEATS = 2
_STEPS = frozenset({"do", "offer"})
SAFETY = "safety"
# Short scales whose items are all part of a longer one.
_PART_OF = {"gad2": "gad7", "phq2": "phq9"}


def weighty(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What no summary may leave out: every warning, and all that is moderate or worse."""
    return tuple(
        finding
        for finding in findings
        if finding.tone is Tone.WARNING or finding.severity.rank <= Severity.MODERATE.rank
    )


def grave_findings(assessment: Assessment) -> tuple[tuple[str, Finding], ...]:
    """Every finding of major severity or worse with the title of its section, each text once.

    What reassures is none of them. A text that leaves things out tells these, or counts them.
    """
    found: dict[str, tuple[str, Finding]] = {}
    for key, title in SECTIONS:
        for finding in _findings(getattr(assessment, key, ())):
            if finding.severity.rank <= Severity.MAJOR.rank and finding.tone is not Tone.REASSURING:
                found.setdefault(finding.text, (title, finding))
    return tuple(found.values())


def top_interactions(assessment: Assessment) -> tuple[Interaction, ...]:
    """The worst interactions, in their own order where equally severe."""
    rows = sorted(assessment.interactions.rows, key=lambda row: row.severity.rank)
    return tuple(rows[:TOP_INTERACTIONS])


def names_its_members(row: Interaction) -> bool:
    """Whether the sentence itself says who is involved, so that no title is needed."""
    sentence = row.sentence.lower()
    return all(name.lower() in sentence for name in row.names)


def leading_scores(scores: tuple[Score, ...]) -> tuple[Score, ...]:
    """The scores for the first screen: a short scale is left out where the full one is scored."""
    scored = {score.instrument for score in scores if score.total is not None}
    return tuple(score for score in scores if _PART_OF.get(score.instrument) not in scored)


def score_reasons(scores: tuple[Score, ...]) -> tuple[str, ...]:
    """Why the scores have no interval, each reason once; it is told under them, not beside each."""
    reasons = (s.total.no_interval_because.rstrip(".") for s in scores if s.total is not None)
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


class LawBrief(NamedTuple):
    """The law in a few words: each answer with its substances, and what is open."""

    answers: tuple[tuple[tuple[str, ...], str], ...]
    note: str


def law_brief(law: LawResult, *, details: str = "below") -> LawBrief:
    """The leading answers, where they come from, and one line on what may have changed.

    ``details`` says where the rest stands for the reader.
    """
    together: dict[str, list[str]] = {}
    for name in words.SUBSTANCE | law.leading:
        if name in law.leading:
            together.setdefault(_law_answer(law, name), []).append(words.substance(name))
    answers = tuple((tuple(names), text) for text, names in together.items())
    notes = []
    pending: dict[str, list[str]] = {}
    for layer in law.layers:
        if layer.pending:
            pending.setdefault(layer.place_name, []).append(words.substance(layer.substance))
    for place, names in pending.items():
        notes.append(f"May have changed in {place} ({', '.join(dict.fromkeys(names))}).")
    if words.NO_LAW in law.leading.values():
        notes.append("No law seen does not mean permitted.")
    if answers and (notes or law.findings):
        notes.append(f"Details and doubts are {details}.")
    return LawBrief(answers, " ".join(notes))


def _law_answer(law: LawResult, substance: str) -> str:
    """A status in words with the places that it comes from: ``Restricted by age: Florida``."""
    status, told = law.leading[substance], law.leading_words.get(substance, "")
    places: dict[str, int | None] = {}
    for layer in law.layers:
        if layer.substance == substance and layer.status == status:
            places.setdefault(layer.place_name, layer.min_age)
    named, colon, _ = told.partition(":")
    if not places:
        return first_sentence(told) or words.law_status(status)
    # The room's words begin with the worst layer; a status that is a gap may not be that one.
    known = colon and status not in words.LAW_GAPS
    ages = [f"{place} (from age {age})" if age else place for place, age in places.items()]
    return f"{named if known else words.law_status(status)}: {', '.join(ages)}"


def first_steps(assessment: Assessment) -> tuple[PlanItem, ...]:
    """What to do first: the plan's own choice, or the first thing to do or offer of each part.

    Where danger is reported, its steps lead; elsewhere they only repeat the urgent block.
    """
    plan = assessment.plan
    if plan.first_steps:
        return plan.first_steps
    danger = assessment.urgent.status in (UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY)
    parts = [part for part in plan.sections if danger or part.id != SAFETY]
    steps = [item for part in parts if (item := _first_step(part)) is not None]
    items = [item for part in plan.sections for item in part.items]
    return tuple((steps or items)[:FIRST_STEPS])


def _first_step(part: PlanSection) -> PlanItem | None:
    return next((item for item in part.items if item.standing in _STEPS), None)


def all_missing(assessment: Assessment) -> tuple[Missing, ...]:
    """Every missing field, the costliest on top.

    The assessment has gathered what the rooms said of each field; a room is only asked for fields
    that are not in that list.
    """
    found = dict.fromkeys(assessment.missing)
    listed = {piece.field for piece in assessment.missing}
    for part in _structs(assessment):
        pieces = getattr(part, "missing", ())
        found.update(dict.fromkeys(piece for piece in pieces if piece.field not in listed))
    return tuple(sorted(found, key=lambda m: m.severity.rank))


def main_caveat(reports: tuple[Report, ...]) -> str:
    """What most of some reports cannot show; each report's own words stand beside it."""
    caveats = Counter(report.cannot_show for report in reports if report.cannot_show)
    told = caveats.most_common()
    return " ".join(text for text, _ in (told if len(told) <= _FEW_CAVEATS else told[:1]))


def first_sentence(text: str) -> str:
    """The first sentence, for the first screen; the whole text stands in its section."""
    first, stop, rest = text.partition(". ")
    return first + "." if stop and rest else text


def others(findings: tuple[Finding, ...], *already: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that were not shown in one of the lists before."""
    seen = {finding for group in already for finding in group}
    return tuple(finding for finding in findings if finding not in seen)


def _findings(part: object) -> Iterator[Finding]:
    if isinstance(part, Finding):
        yield part
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _findings(getattr(part, name))
    elif isinstance(part, tuple):
        for piece in part:
            yield from _findings(piece)


def _structs(assessment: Assessment) -> tuple[msgspec.Struct, ...]:
    parts: list[msgspec.Struct] = []
    for field in assessment.__struct_fields__:
        value = getattr(assessment, field)
        if isinstance(value, msgspec.Struct):
            parts.append(value)
            inner = (getattr(value, name) for name in value.__struct_fields__)
            parts.extend(v for v in inner if isinstance(v, msgspec.Struct))
    return tuple(parts)
