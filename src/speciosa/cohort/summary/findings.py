"""Findings of assessments over people: which are frequent, and in how many."""

from __future__ import annotations

import re

from speciosa.cohort.summary.cells import alone, beside, line
from speciosa.cohort.summary.result import FindingLine, Findings
from speciosa.cohort.summary.tally import Found, Group, said
from speciosa.cohort.summary.words import in_words
from speciosa.finding import Severity
from speciosa.report.outline import first_sentence

# Grave enough to be counted over people; what is less stands in each person's own findings.
_COUNTED = Severity.MODERATE
MOST = 60
# About the method or the same for everybody: a count of people says nothing of them. Danger signs
# are counted by their route.
_NOT_COUNTED = frozenset({"urgent", "evidence", "follow_up", "exposure", "mechanism"})
_NOT_CHECKED = "interaction.not_checked."
# What is found between two things or more; the rest of that part is questions and what is missing.
_OF_MEDICINES = re.compile(r"interaction\.(pd|pk|named|reported)\.")
_KRATOM = re.compile(r"kratom|7-oh|mitragyn|interaction\.reported", re.IGNORECASE)
WITH_KRATOM, BETWEEN, LAW, OTHER = "with_kratom", "between_medicines", "law", "other"


def listed(group: Group, smallest: int) -> dict[str, Findings]:
    """Findings of a group that enough people have, by what they are about."""
    lines: dict[str, list[FindingLine]] = {kind: [] for kind in (WITH_KRATOM, BETWEEN, LAW, OTHER)}
    rare = dict.fromkeys(lines, 0)
    for (part, id_), found in group.findings.items():
        kind = _kind(part, id_, found)
        if kind and found.people < smallest:
            rare[kind] += 1
        elif kind:
            lines[kind].append(_line(part, id_, found, group.assessed, smallest))
    for kind, held in lines.items():
        held.sort(key=_order)
        rare[kind] += len(held[MOST:])
    return {
        kind: Findings(lines=tuple(held[:MOST]), rare=rare[kind]) for kind, held in lines.items()
    }


def _line(part: str, id_: str, found: Found, assessed: int, smallest: int) -> FindingLine:
    text = _first(said(found)) or in_words(part, id_)
    count = beside(found.people, assessed, smallest)
    return FindingLine(
        part=part,
        id=id_,
        text=text,
        severity=found.severity,
        line=line(id_, text, count, alone(assessed, smallest)),
    )


def _first(text: str) -> str:
    """The first sentence; the whole stands in the findings of each person."""
    sentence = first_sentence(text)
    return text if len(sentence) == len(text) else f"{sentence} …"


def _order(one: FindingLine) -> tuple[int, float, str, str]:
    # Where the number of a listed finding is not shown it is nearly everybody.
    count = one.line.count.people
    return one.severity.rank, -(float("inf") if count is None else count), one.part, one.id


def _kind(part: str, id_: str, found: Found) -> str:
    if part == "regulation":
        return LAW
    if part in _NOT_COUNTED or id_.startswith(_NOT_CHECKED):
        return ""
    if found.severity.rank > _COUNTED.rank:
        return ""
    if part != "interactions" or not _OF_MEDICINES.match(id_):
        return OTHER
    return WITH_KRATOM if _KRATOM.search(id_) or _KRATOM.search(found.text) else BETWEEN
