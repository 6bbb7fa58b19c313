"""A group of people in counts: who they are, how they were found, what assessing them found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from speciosa.cohort.counts import SEXES
from speciosa.cohort.summary import by_age, laws
from speciosa.cohort.summary.cells import Cells, line
from speciosa.cohort.summary.findings import listed
from speciosa.cohort.summary.result import GroupSummary, Line
from speciosa.cohort.summary.tally import CONFIDENCE, KRATOM, Group
from speciosa.cohort.summary.words import GAD, ROUTES
from speciosa.knowledge.screening import SummaryWording, Term

_NO_CASE = "no case"


def declare(
    cells: Cells, name: str, group: Group, wording: SummaryWording, *, ages: bool = True
) -> None:
    """Name the counts of a group, by age if ``ages``."""
    cells.add(name, group.people, dear=True)
    people = {key: count for key, count in group.cells.items() if key[0] in SEXES}
    by_age.declare(cells, name, people, ages=ages)
    if group.names_kratom:
        cells.adds_up(name, {level.value: group.evidence[level.value] for level in KRATOM})
        cells.adds_up(name, {way: group.how[way] for way in wording.how})
        cells.adds_up(name, {_sure(level): group.confidence[level] for level in CONFIDENCE})
        cells.adds_up(name, {_gad(key): group.gad[key] for key in GAD})
    routes = {route: group.routes[route] for route in ROUTES}
    cells.adds_up(name, {**routes, _NO_CASE: group.people - group.assessed})
    laws.declare(cells, name, group)


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
        ages=by_age.ages(cells, name, "people") if by_age.has_ages(cells, name) else (),
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
        **_findings(cells, name, group, wording),
    )


def _problems(cells: Cells, name: str, group: Group, wording: SummaryWording) -> tuple[Line, ...]:
    """What the records lacked that could not be assessed, if enough people lack it."""
    if not cells.is_shown(f"{name}/{_NO_CASE}"):
        return ()
    bands = cells.bands(f"{name}/{_NO_CASE}")
    lines = (
        line(field, wording.problems.get(field, field), bands.figure(count))
        for field, count in group.problems.items()
        if count >= cells.smallest
    )
    return tuple(
        sorted(lines, key=lambda one: (-(one.count.low or one.count.people or 0), one.key))
    )


def _findings(cells: Cells, name: str, group: Group, wording: SummaryWording) -> dict[str, Any]:
    """Findings of all people of the group, whose number must be shown for that."""
    if not cells.is_shown(name):
        return {}
    bands = cells.bands(name)
    unchecked = bands.figure(group.medicine_not_checked)
    label = "With a medicine or product that could not be checked"
    return {
        "not_checked": line("not_checked", label, unchecked),
        **listed(group, bands, laws.figures(cells, name, group, bands), wording.findings),
    }


def _sure(level: str) -> str:
    return f"{level} confidence"


def _gad(key: str) -> str:
    return f"gad {key}"


def _terms(terms: Mapping[str, Term]) -> tuple[tuple[str, str, str], ...]:
    return tuple((key, term.label, term.meaning) for key, term in terms.items())
