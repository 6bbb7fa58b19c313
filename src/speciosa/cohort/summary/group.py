"""A group of people in counts: who they are, how they were found, what assessing them found."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from speciosa.cohort.counts import SEXES
from speciosa.cohort.summary import by_age
from speciosa.cohort.summary.cells import Cells, alone, beside, line
from speciosa.cohort.summary.findings import listed
from speciosa.cohort.summary.result import GroupSummary
from speciosa.cohort.summary.tally import CONFIDENCE, KRATOM, Group
from speciosa.cohort.summary.words import GAD, PROBLEMS, ROUTES
from speciosa.knowledge.screening import SummaryWording, Term

_ASSESSED, _NO_CASE = "assessed", "no case"


def declare(cells: Cells, name: str, group: Group, wording: SummaryWording) -> None:
    """Name the counts of a group."""
    cells.add(name, group.people, dear=True)
    people = {key: count for key, count in group.cells.items() if key[0] in SEXES}
    by_age.declare(cells, name, people)
    if group.names_kratom:
        cells.adds_up(name, {level.value: group.evidence[level.value] for level in KRATOM})
        cells.adds_up(name, {way: group.how[way] for way in wording.how})
        cells.adds_up(name, {_sure(level): group.confidence[level] for level in CONFIDENCE})
        cells.adds_up(name, {_gad(key): group.gad[key] for key in GAD})
    cells.adds_up(name, {_ASSESSED: group.assessed, _NO_CASE: group.people - group.assessed})
    cells.adds_up(f"{name}/{_ASSESSED}", {route: group.routes[route] for route in ROUTES})


def summary(
    cells: Cells, name: str, label: str, group: Group, wording: SummaryWording
) -> GroupSummary:
    """What may be shown of a group; its total alone where it is of too few people."""
    total = cells.line(name, label, of=cells.figure("people"))
    if not cells.is_broken_down(name):
        return GroupSummary(total=total)
    assessed = cells.figure(f"{name}/{_ASSESSED}")
    lines = GroupSummary(
        total=total,
        sex=by_age.sexes(cells, name, "people"),
        ages=by_age.ages(cells, name, "people"),
        assessed=cells.lines(
            name, ((_ASSESSED, "Assessed", ""), (_NO_CASE, "Could not be assessed", ""))
        ),
        routes=cells.lines(f"{name}/{_ASSESSED}", ((key, *ROUTES[key]) for key in ROUTES)),
    )
    if group.names_kratom:
        sure = {_sure(level): term for level, term in wording.confidence.items()}
        lines = msgspec.structs.replace(
            lines,
            evidence=cells.lines(name, _terms(wording.evidence)),
            how=cells.lines(name, _terms(wording.how)),
            confidence=cells.lines(name, _terms(sure)),
            gad=cells.lines(name, ((_gad(key), words, "") for key, words in GAD.items())),
        )
    problems = tuple(
        line(field, PROBLEMS.get(field, field), alone(count, cells.smallest))
        for field, count in sorted(group.problems.items(), key=lambda p: (-p[1], p[0]))
        if count >= cells.smallest
    )
    # How many have a finding is told against how many were assessed, so that must be shown.
    if assessed.people is None:
        return msgspec.structs.replace(lines, problems=problems)
    unchecked = beside(group.medicine_not_checked, group.assessed, cells.smallest)
    label = "With a medicine or product that could not be checked"
    return msgspec.structs.replace(
        lines,
        problems=problems,
        not_checked=line("not_checked", label, unchecked, assessed),
        **listed(group, cells.smallest),
    )


def _sure(level: str) -> str:
    return f"{level} confidence"


def _gad(key: str) -> str:
    return f"gad {key}"


def _terms(terms: Mapping[str, Term]) -> tuple[tuple[str, str, str], ...]:
    return tuple((key, term.label, term.meaning) for key, term in terms.items())
