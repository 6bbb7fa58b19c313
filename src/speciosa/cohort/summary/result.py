"""What the summary says: counts that may be shown, in the order in which they are read.

The JSON keys are a contract. Nothing here is about one person, and no count below the limit is
held: what is hidden is hidden in every form.
"""

from __future__ import annotations

import msgspec

from speciosa.cohort.summary.disclosure import Standing
from speciosa.finding import Estimate, Severity
from speciosa.knowledge import Citation


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A count; ``people`` is ``None`` where it is not shown, and ``words`` say what is instead.

    ``low`` and ``high`` are those of a band, or what can be worked out of a hidden count, where
    that is worth saying.
    """

    people: int | None
    words: str
    standing: Standing
    low: int | None = None
    high: int | None = None

    @property
    def least(self) -> int:
        """What is shown of it at the least: what lists are in the order of."""
        return (self.low or 0) if self.people is None else self.people


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A count with its name; ``of`` is what it is a part of, ``rate`` its share with a 95 % CI.

    Without a rate, ``no_rate_because`` says why, or is empty where none is meant.
    """

    key: str
    label: str
    count: Figure
    of: Figure | None = None
    rate: Estimate | None = None
    no_rate_because: str = ""
    meaning: str = ""


class AgeCell(msgspec.Struct, frozen=True, kw_only=True):
    """People of one sex and age band, with kratom and in all."""

    sex: str
    ages: str
    line: Line


class FindingLine(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of the assessment over people; ``part`` is the part of it where it stands."""

    part: str
    id: str
    text: str
    severity: Severity
    line: Line


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that enough people have, worst first; ``rare`` kinds are those of too few."""

    lines: tuple[FindingLine, ...] = ()
    rare: int = 0


class GroupSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A group of people: who they are, how they were found, and what assessing them found.

    Empty parts are those that would be of too few people.
    """

    total: Line
    evidence: tuple[Line, ...] = ()
    sex: tuple[Line, ...] = ()
    ages: tuple[AgeCell, ...] = ()
    how: tuple[Line, ...] = ()
    confidence: tuple[Line, ...] = ()
    gad: tuple[Line, ...] = ()
    routes: tuple[Line, ...] = ()
    with_kratom: Findings = Findings()
    between_medicines: Findings = Findings()
    law: Findings = Findings()
    open_questions: Findings = Findings()
    other: Findings = Findings()
    not_checked: Line | None = None
    problems: tuple[Line, ...] = ()


class BadLines(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that could not be read, by reason, and in how many files. No people: all are shown."""

    why: str
    lines: int
    files: int


class ReadSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, and what was not.

    No file is named, as its name can be that of a person. ``skipped`` counts files by why they were
    not read, ``differing`` is the number of remarks on files that are not as they were announced.
    """

    files: int
    lines: Line
    bad_lines: int
    resources: Line
    types: tuple[Line, ...]
    deceased: Line
    bad: tuple[BadLines, ...]
    deleted: Line
    unresolved: tuple[Line, ...]
    beside: tuple[Line, ...]
    notes: tuple[Line, ...]
    unread: tuple[Line, ...]
    unread_rare: int
    absent: dict[str, str]
    doubts: tuple[Line, ...]
    skipped: dict[str, int]
    server_errors: dict[str, int]
    differing: int


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where the counts come from, so that they can be made again."""

    speciosa_version: str
    knowledge_release: str
    knowledge_date: str
    date: str
    transaction_time: str
    seed: int
    subjects: int
    gad: bool
    intended_use: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A screened health system in counts.

    ``left_over`` counts what names kratom and was led to nobody, and is empty where nothing is.
    """

    headline: str
    people: Line
    kratom: GroupSummary
    gad_alone: GroupSummary | None
    left_over: tuple[Line, ...]
    read: ReadSummary
    everybody: tuple[AgeCell, ...]
    smallest_cell: int
    limit_from_policy: bool
    what_it_is: str
    not_meant: tuple[str, ...]
    for_whom: tuple[str, ...]
    not_looked_at: tuple[str, ...]
    about_cells: str
    references: tuple[Citation, ...]
    provenance: Provenance
