"""Findings of assessments over people: which are frequent, and in how many."""

from __future__ import annotations

import re

from speciosa.cohort.summary.cells import alone, beside, line
from speciosa.cohort.summary.result import FindingLine, Findings
from speciosa.cohort.summary.tally import Found, Group, Key, said
from speciosa.cohort.summary.words import in_words
from speciosa.report.outline import first_sentence

MOST = 60
WITH_KRATOM, BETWEEN, LAW, OPEN, OTHER = (
    *("with_kratom", "between_medicines", "law"),
    *("open_questions", "other"),
)
_KRATOM = re.compile(r"kratom|7-oh|7-hydroxy|mitragyn", re.IGNORECASE)


def listed(group: Group, smallest: int) -> dict[str, Findings]:
    """Findings of a group that enough people have, by what they are about."""
    kinds = (WITH_KRATOM, BETWEEN, LAW, OPEN, OTHER)
    lines: dict[str, list[FindingLine]] = {kind: [] for kind in kinds}
    rare = dict.fromkeys(kinds, 0)
    for key, found in group.findings.items():
        kind = _kind(key, found)
        if found.people < smallest:
            rare[kind] += 1
        else:
            lines[kind].append(_line(key, found, group.people, smallest))
    for kind, held in lines.items():
        held.sort(key=_order)
        rare[kind] += len(held[MOST:])
    return {
        kind: Findings(lines=tuple(held[:MOST]), rare=rare[kind]) for kind, held in lines.items()
    }


def _line(key: Key, found: Found, of: int, smallest: int) -> FindingLine:
    told = _first(said(found))
    label, meaning = told or in_words(key.part, key.id), ""
    if key.title:
        pair = " with ".join(key.about) or ("Three or more together" if found.several else "")
        label = f"{pair}: {key.title}" if pair else key.title
        meaning = told.partition(": ")[2]
    label, meaning = (text[:1].upper() + text[1:] for text in (label, meaning))
    count = beside(found.people, of, smallest)
    return FindingLine(
        part=key.part,
        id=key.id,
        text=label,
        severity=found.severity,
        line=line(key.id, label, count, alone(of, smallest), meaning),
    )


def _first(text: str) -> str:
    """The first sentence; the whole stands in the findings of each person."""
    sentence = first_sentence(text)
    return text if len(sentence) == len(text) else f"{sentence} …"


def _order(one: FindingLine) -> tuple[int, float, str, str]:
    # Where the number of a listed finding is not shown it is nearly everybody.
    count = one.line.count.people
    return one.severity.rank, -(float("inf") if count is None else count), one.text, one.id


def _kind(key: Key, found: Found) -> str:
    if key.part == "regulation":
        return LAW
    if key.part != "interactions":
        return OTHER
    if not key.about and not found.several:
        return OPEN
    named = " ".join(key.about) or f"{key.id} {found.text}"
    return WITH_KRATOM if _KRATOM.search(named) else BETWEEN
