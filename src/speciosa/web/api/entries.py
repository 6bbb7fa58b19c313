"""Questionnaires of a follow-up entry, scored by the one scoring there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from speciosa.clinical import severity
from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.timeline import Entry, Measured
    from speciosa.knowledge import Knowledge


def scored(entry: Entry, knowledge: Knowledge) -> Entry:
    """The entry with every total worked out. Raises ``InputError`` for what cannot be scored."""
    problems: list[InputProblem] = []
    found: list[Measured] = []
    for index, one in enumerate(entry.scores):
        try:
            found.append(_scored(one, knowledge, f"scores[{index}]"))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return msgspec.structs.replace(entry, scores=tuple(found))


def _scored(one: Measured, knowledge: Knowledge, field: str) -> Measured:
    if not one.answers and one.total is None:
        raise InputError([InputProblem(field, "neither answers nor total", "one of the two")])
    if not one.answers and one.total != int(one.total or 0):
        raise InputError([InputProblem(f"{field}.total", f"{one.total}", "a whole number")])
    given = one.answers or int(one.total or 0)
    result = severity.score(one.instrument, given, knowledge)
    total = result.total.value if result.total else None
    if one.answers and one.total is not None and one.total != total:
        accepted = "the sum of the answers, or no total"
        raise InputError([InputProblem(f"{field}.total", f"{one.total:g}", accepted)])
    return msgspec.structs.replace(
        one,
        instrument=result.instrument,
        total=total,
        low=result.total.low if result.total else None,
        high=result.total.high if result.total else None,
    )
