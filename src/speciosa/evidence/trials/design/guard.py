"""Kratom by any name is kratom, and an amount of it stands in one place only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.design.document import Design, Option
from speciosa.knowledge.medicines.resolve import NameKind

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

# The alkaloid that the medicines of the base know apart from kratom.
_ALKALOID = "7-hydroxymitragynine"
_COUNT = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|half an?|a)"
_UNIT = (
    r"(?:mg|g|kg|mcg|ug|\u00b5g|\u03bcg|ml|l|oz|grams?|gramm?es?|milligrams?|micrograms?|"
    r"millilit(?:re|er)s?|ounces?|spoons?|spoonfuls?|teaspoons?|tablespoons?|tsp|tbsp|capsules?|"
    r"caps|tablets?|pills?|gumm(?:y|ies)|shots?|cups?|leaves|drops?|doses?|times? (?:a|per|daily)|"
    r"x daily|/ ?day|per cent|%)"
)
_AMOUNT = re.compile(rf"(?<![\w-]){_COUNT}(?:\s*(?:-|to)\s*{_COUNT})?\s*-?{_UNIT}(?!\w)", re.I)
_OFTEN = re.compile(r"\b(?:once|twice|thrice) (?:daily|a day|a week|weekly)\b", re.I)


def check(design: Design, knowledge: Knowledge) -> None:
    """Refuse kratom under another kind, in another place, and amounts of it outside dose_words.

    Raises ``InputError`` with every problem.
    """
    kratom = design.treatment.kind is Option.KRATOM
    problems = []
    for field, text in _texts(design):
        named = is_kratom(text, knowledge)
        if named and field in {"control.name", "background"}:
            problems.append(InputProblem(field, f'"{text}"', "anything but kratom"))
        elif named and not kratom:
            given = f'{design.treatment.kind.value} while {field} says "{text}"'
            problems.append(InputProblem("treatment.kind", given, "kratom"))
        if (kratom or named) and (_AMOUNT.search(text) or _OFTEN.search(text)):
            accepted = "no amount here; treatment.dose_words repeats one as yours, not assessed"
            problems.append(InputProblem(field, f'"{text}"', accepted))
    if problems:
        raise InputError(problems)


def is_kratom(text: str, knowledge: Knowledge) -> bool:
    """Whether a text names kratom, one of its alkaloids or a product of it."""
    return any(_means_kratom(name, knowledge) for name in (text, *re.split(r"[,;:()/+]", text)))


def _means_kratom(name: str, knowledge: Knowledge) -> bool:
    found = knowledge.medicines.match(name)
    return (
        found.contains_kratom
        or found.kind is NameKind.KRATOM
        or any(medicine.id == _ALKALOID for medicine in found.medicines)
    )


def _texts(design: Design) -> Iterator[tuple[str, str]]:
    yield "title", design.title
    yield "treatment.name", design.treatment.name
    yield "control.name", design.control.name
    if design.background:
        yield "background", design.background
    if design.treatment.dose_words and design.treatment.kind is not Option.KRATOM:
        yield "treatment.dose_words", design.treatment.dose_words
    for index, dose in enumerate(design.doses):
        yield f"doses[{index}].name", dose.name
