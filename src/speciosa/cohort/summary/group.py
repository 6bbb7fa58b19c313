"""A group of people in counts: who they are, how they were found, what assessing them found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from speciosa.cohort.counts import SEXES
from speciosa.cohort.summary import by_age
from speciosa.cohort.summary.cells import Cells, beside, line
from speciosa.cohort.summary.findings import listed
from speciosa.cohort.summary.result import Figure, GroupSummary, Line
from speciosa.cohort.summary.tally import CONFIDENCE, KRATOM, Group
from speciosa.cohort.summary.words import GAD, ROUTES
from speciosa.knowledge.screening import SummaryWording, Term

_NO_CASE = "no case"


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
    routes = {route: group.routes[route] for route in ROUTES}
    cells.adds_up(name, {**routes, _NO_CASE: group.people - group.assessed})


def summary(
    cells: Cells, name: str, label: str, group: Group, wording: SummaryWording
) -> GroupSummary:
    """What may be shown of a group; its total alone where it is of too few people."""
    total = cells.line(name, label, of=cells.figure("people"))
    if not cells.is_broken_down(name):
        return GroupSummary(total=total)
    lines = GroupSummary(
        total=total,
        sex=by_age.sexes(cells, name, "people"),
        ages=by_age.ages(cells, name, "people"),
        routes=cells.lines(
            name,
            (*((key, *ROUTES[key]) for key in ROUTES), (_NO_CASE, "Could not be assessed", "")),
        ),
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
    return msgspec.structs.replace(
        lines,
        problems=_problems(cells, name, group, wording),
        **_findings(cells, total.count, group, wording),
    )


def _problems(cells: Cells, name: str, group: Group, wording: SummaryWording) -> tuple[Line, ...]:
    """What the records lacked that could not be assessed, if enough people lack it."""
    whole = cells.figure(f"{name}/{_NO_CASE}").people
    return tuple(
        line(field, wording.problems.get(field, field), beside(count, whole, cells.smallest))
        for field, count in sorted(group.problems.items(), key=lambda p: (-p[1], p[0]))
        if whole is not None and count >= cells.smallest
    )


def _findings(cells: Cells, total: Figure, group: Group, wording: SummaryWording) -> dict[str, Any]:
    """Findings as shares of all people of the group, which must be shown for that."""
    if total.people is None:
        return {}
    unchecked = beside(group.medicine_not_checked, total.people, cells.smallest)
    label = "With a medicine or product that could not be checked"
    return {
        "not_checked": line("not_checked", label, unchecked, total),
        **listed(group, cells.smallest, wording.findings),
    }


def _sure(level: str) -> str:
    return f"{level} confidence"


def _gad(key: str) -> str:
    return f"gad {key}"


def _terms(terms: Mapping[str, Term]) -> tuple[tuple[str, str, str], ...]:
    return tuple((key, term.label, term.meaning) for key, term in terms.items())
