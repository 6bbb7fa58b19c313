"""Findings of assessments over people: which are frequent, and in how many."""

from __future__ import annotations

import re
from collections.abc import Mapping

from speciosa.cohort.summary.bands import Bands
from speciosa.cohort.summary.cells import line
from speciosa.cohort.summary.disclosure import Standing
from speciosa.cohort.summary.result import Figure, FindingLine, Findings
from speciosa.cohort.summary.tally import LAW as REGULATION
from speciosa.cohort.summary.tally import Found, Group, Key, said
from speciosa.cohort.summary.words import in_words
from speciosa.report.outline import first_sentence

MOST = 60
_LONG = 200
WITH_KRATOM, BETWEEN, LAW, OPEN, OTHER = (
    *("with_kratom", "between_medicines", "law"),
    *("open_questions", "other"),
)
_KRATOM = re.compile(r"kratom|7-oh|7-hydroxy|mitragyn", re.IGNORECASE)


def listed(
    group: Group, bands: Bands, laws: Mapping[Key, Figure], words: Mapping[str, str]
) -> dict[str, Findings]:
    """Findings of a group that enough people have, by what they are about.

    ``laws`` are the counts of laws as they may be shown; ``words`` name findings whose own
    sentences do not fit many people.
    """
    kinds = (WITH_KRATOM, BETWEEN, LAW, OPEN, OTHER)
    lines: dict[str, list[FindingLine]] = {kind: [] for kind in kinds}
    rare = dict.fromkeys(kinds, 0)
    for key, found in group.findings.items():
        kind = _kind(key, found)
        count = laws[key] if key in laws else bands.figure(found.people)
        if count.standing is Standing.FEW:
            rare[kind] += 1
        else:
            label, meaning = _named(key, found, words)
            # A share beside a band would give the count away.
            of = bands.figure(group.people) if bands.exact else None
            shown = line(key.id, label, count, of, meaning)
            lines[kind].append(
                FindingLine(
                    part=key.part, id=key.id, text=label, severity=found.severity, line=shown
                )
            )
    for kind, held in lines.items():
        held.sort(key=_order)
        rare[kind] += len(held[MOST:])
    return {
        kind: Findings(lines=tuple(held[:MOST]), rare=rare[kind]) for kind, held in lines.items()
    }


def _named(key: Key, found: Found, words: Mapping[str, str]) -> tuple[str, str]:
    """What a finding is called, and what it says where that is more."""
    told = _first(said(found))
    label, meaning = words.get(key.id) or told or in_words(key.part, key.id), ""
    if key.title and key.id not in words:
        pair = " with ".join(key.about) or ("Three or more together" if found.several else "")
        label = f"{pair}: {key.title}" if pair else key.title
        meaning = told.partition(": ")[2]
    return label[:1].upper() + label[1:], meaning[:1].upper() + meaning[1:]


def _first(text: str) -> str:
    """The first sentence of a long text; the whole stands in the findings of each person."""
    sentence = first_sentence(text) if len(text) > _LONG else text
    return text if len(sentence) == len(text) else f"{sentence} …"


def _order(one: FindingLine) -> tuple[int, int, str, str]:
    """By what is shown alone: the place in the list must not say more than the band."""
    return one.severity.rank, -one.line.count.least, one.text, one.id


def _kind(key: Key, found: Found) -> str:
    if key.part == REGULATION:
        return LAW
    if key.part != "interactions":
        return OTHER
    if not key.about and not found.several:
        return OPEN
    named = " ".join(key.about) or f"{key.id} {found.text}"
    return WITH_KRATOM if _KRATOM.search(named) else BETWEEN
