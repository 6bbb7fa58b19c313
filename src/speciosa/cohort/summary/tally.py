"""Rows of people counted as they pass: nothing of a person is kept but what many share."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import msgspec

from speciosa.cohort.counts import SEXES, age_band
from speciosa.cohort.result import Evidence, Row, RowFinding
from speciosa.finding import Severity, Tone

KRATOM = (Evidence.USE, Evidence.PAST_USE, Evidence.UNCERTAIN)
CONFIDENCE = ("high", "moderate", "low")
SEVERAL = "several"
# A cut text ends where its last whole clause does, before what differs from person to person.
_LAST_CLAUSE = re.compile(r"^(.*\w.*?)\s*[,;:.(](?=\s|$)", re.DOTALL)
_SHORTEST = 12
_PAIR = 2


# About the method, the plan or the same for everybody: a count of people says nothing of them.
# Danger signs are counted by their route.
_NOT_COUNTED = frozenset({"urgent", "evidence", "follow_up", "exposure", "mechanism", "plan"})
_ADVICE = "monitoring."
_NOT_CHECKED = "interaction.not_checked."
LAW = "regulation"
_LEAST = {LAW: Severity.MINOR}


class Key(NamedTuple):
    """Findings that are the same in different people; ``about`` names the two of a pair."""

    part: str
    id: str
    about: tuple[str, ...]
    title: str


class Found(msgspec.Struct):
    """One finding over people: how many have it, how grave at worst, and what all of them share.

    ``several`` is true for an interaction of more than two, whose members differ between people.
    """

    people: int
    severity: Severity
    text: str
    several: bool = False
    whole: bool = True


class Group:
    """People counted together; ``names_kratom``: because their record does."""

    def __init__(self, *, names_kratom: bool) -> None:
        self.names_kratom = names_kratom
        self.people = 0
        self.evidence: Counter[str] = Counter()
        self.cells: Counter[tuple[str, str]] = Counter()
        self.how: Counter[str] = Counter()
        self.confidence: Counter[str] = Counter()
        self.gad: Counter[str] = Counter()
        self.assessed = 0
        self.routes: Counter[str] = Counter()
        self.findings: dict[Key, Found] = {}
        # People by all that the law says where they are: who is in which place can be told by it.
        self.laws: Counter[tuple[Key, ...]] = Counter()
        self.medicine_not_checked = 0
        self.problems: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        """Count one person."""
        self.people += 1
        self.evidence[row.evidence.value] += 1
        sex = row.sex if row.sex in SEXES else "unknown"
        self.cells[sex, age_band(row.age_years)] += 1
        self.gad["yes" if row.gad else "no" if row.gad is False else "not named"] += 1
        self._matches(row)
        if row.assessed:
            self.assessed += 1
            self.routes[row.route] += 1
            self._findings(row)
        else:
            self.laws[()] += 1
            for field in {problem.field.partition("/")[0] for problem in row.problems}:
                self.problems[field] += 1

    def _matches(self, row: Row) -> None:
        mine = [match for match in row.matches if match.of_person]
        grounds = {match.grounds for match in mine}
        self.how[SEVERAL if len(grounds) > 1 else next(iter(grounds), "")] += 1
        held = {match.confidence for match in mine}
        self.confidence[next((level for level in CONFIDENCE if level in held), "")] += 1

    def _findings(self, row: Row) -> None:
        seen = {_key(finding): finding for finding in reversed(row.findings) if _counts(finding)}
        self.laws[tuple(sorted(key for key in seen if key.part == LAW))] += 1
        for key, finding in seen.items():
            severity = Severity(finding.severity)
            found = self.findings.get(key)
            if found is None:
                several = len(finding.about) > len(key.about)
                self.findings[key] = Found(
                    people=1, severity=severity, text=finding.text, several=several
                )
                continue
            found.people += 1
            found.severity = min(found.severity, severity, key=lambda s: s.rank)
            if found.text != finding.text:
                found.text, found.whole = _shared(found.text, finding.text), False
        if any(finding.id.startswith(_NOT_CHECKED) for finding in row.findings):
            self.medicine_not_checked += 1


def _counts(finding: RowFinding) -> bool:
    """Whether it is counted over people: grave enough, about people, and no reassurance."""
    if finding.part in _NOT_COUNTED or finding.tone == Tone.REASSURING:
        return False
    if finding.id.startswith((_NOT_CHECKED, _ADVICE)):
        return False
    least = _LEAST.get(finding.part, Severity.MODERATE)
    return Severity(finding.severity).rank <= least.rank


def _key(finding: RowFinding) -> Key:
    about = finding.about if len(finding.about) == _PAIR else ()
    return Key(finding.part, finding.id, about, finding.title)


class Tally:
    """Everybody with a row: those with kratom, and those taken for their anxiety disorder alone."""

    def __init__(self) -> None:
        self.kratom = Group(names_kratom=True)
        self.gad_alone = Group(names_kratom=False)

    def add(self, row: Row) -> None:
        """Count one person, once. The order of people changes nothing."""
        (self.kratom if row.evidence in KRATOM else self.gad_alone).add(row)


def _shared(one: str, other: str) -> str:
    """What two texts begin with in common."""
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[: min(len(one), len(other)) if same is None else same]


def said(found: Found) -> str:
    """What the texts of a finding share; it ends in "…" where they part, "" where that is early."""
    if found.whole:
        return found.text
    cut = _LAST_CLAUSE.match(found.text)
    text = cut.group(1).strip() if cut else ""
    return f"{text} …" if len(text) >= _SHORTEST else ""
